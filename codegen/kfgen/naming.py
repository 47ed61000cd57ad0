"""Gives everything in the intermediate form its name in C. Whoever comes first keeps the plain name."""
from .words import Scope, capital, identifier, snake

TYPE_FUNCTIONS = ("decode", "encode", "clone", "free")
# The description of a type is called so; the one of ProcessItem must step back where there is also a ProcessItemType.
DESCRIPTION = "schema"
# Names within the generated .c files.
LOCAL = ("typed_decode", "typed_clone", "typed_call", "types", "enums", "operations", "servers", "check")


def name_service(service, places):
    """`places`: those of the document's named schemas, in its order."""
    scope = Scope(LOCAL)
    prefix = service.name + "_"
    service.c_names["service"] = scope.claim(prefix + "service")
    named = list(service.enums.values()) + list(service.types.values())
    order = {place: index for index, place in enumerate(places)}
    documented = sorted((thing for thing in named if thing.place in order), key=lambda thing: order[thing.place])
    for thing in documented:
        thing.c = scope.claim(prefix + snake(thing.word))
    for operation in service.operations:
        operation.c = scope.claim(prefix + snake(operation.word))
    for thing in named:
        if not thing.c:
            thing.c = scope.claim(prefix + snake(thing.word))
    for operation in service.operations:
        name_operation(operation, scope, prefix)
    for enum in service.enums.values():
        name_enum(enum, scope)
    for type_ in service.types.values():
        name_type(type_, scope)
    for type_ in service.types.values():
        name_casts(service, type_, scope)
    for type_ in service.types.values():
        name_members(type_, scope.taken, service)
    for operation in service.operations:
        if operation.parameters:
            name_members(operation.parameters, scope.taken, service)
        if operation.path_type and not operation.path_type.c:
            operation.path_type.c = scope.claim(snake(operation.path_type.word))
            name_members(operation.path_type, scope.taken, service)


def public_names(service):
    """Every name in the header."""
    found = set(LOCAL)
    things = [service, *service.enums.values(), *service.types.values(), *service.operations]
    things += [operation.parameters for operation in service.operations if operation.parameters]
    for thing in things:
        found.add(getattr(thing, "c", ""))
        for name in thing.c_names.values():
            found.update(name.values() if isinstance(name, dict) else [name])
        found.update(getattr(thing, "c_constants", ()))
    return found


def name_operation(operation, scope, prefix):
    if operation.parameters:
        operation.parameters.c = scope.claim(operation.c + "_params")
    if operation.pagination:
        operation.c_names["pager"] = scope.claim(operation.c + "_pager")
        operation.c_names["next"] = scope.claim(operation.c + "_next")


def name_enum(enum, scope):
    enum.c_names = {"enum": scope.claim(enum.c + "_enum"), "text": scope.claim(enum.c + "_text"),
                    "from_text": scope.claim(enum.c + "_from_text")}
    if enum.has_list:
        enum.c_names["list"] = scope.claim(enum.c + "_list")
    if enum.has_entry:
        enum.c_names["entry"] = scope.claim(enum.c + "_entry")
    capitals = enum.c.upper() + "_"
    enum.c_names["unrecognized"] = scope.claim(capitals + "UNRECOGNIZED")
    enum.c_names["unspecified"] = scope.claim(capitals + "UNSPECIFIED")
    enum.c_constants = [scope.claim(capitals + capital(word)) for word in enum.words]


def name_type(type_, scope):
    type_.c_names = {"type": scope.claim(f"{type_.c}_{DESCRIPTION}")}
    for function in TYPE_FUNCTIONS:
        type_.c_names[function] = scope.claim(f"{type_.c}_{function}")
    if type_.has_entry:
        type_.c_names["entry"] = scope.claim(type_.c + "_entry")


def name_casts(service, type_, scope):
    """kuflow_webhook_event_as_process_created(): from a type with a discriminator to those built on it."""
    if not type_.variants or "UNION" in type_.flags:
        return
    casts = {}
    for variant in type_.variants:
        if variant.type in casts or variant.type == type_.name:
            continue
        child = service.types[variant.type].c
        prefix = type_.c + "_"
        word = child[len(prefix):] if child.startswith(prefix) else child[len(service.name) + 1:]
        casts[variant.type] = scope.claim(f"{type_.c}_as_{word}")
    type_.c_names["casts"] = casts


def name_members(type_, taken, service):
    """Members of a struct: no keywords, no clashes, and not the name of a type, which C++ would not have."""
    scope = Scope(["extra"] if "REQUEST" not in type_.flags else [])
    inherited = []
    if type_.base:
        inherited = service.types[type_.base].fields
        if not all(field.c for field in inherited):
            name_members(service.types[type_.base], taken, service)
    for index, field in enumerate(type_.fields):
        if index < len(inherited):
            field.c, field.c_count = inherited[index].c, inherited[index].c_count
            scope.taken.update(name for name in (field.c, field.c_count) if name)
            continue
        name = identifier(field.word)
        if name in taken or (name == "extra" and "REQUEST" not in type_.flags):
            name += "_"
        if field.container in ("array", "map"):
            field.c, field.c_count = scope.claim_all(name, lambda text: [text, text.rstrip("_") + "_count"])
        else:
            field.c = scope.claim(name)
