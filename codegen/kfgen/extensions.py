"""The x-kf-… keywords of operations and of the whole document."""
from .ir import Pagination
from .load import child
from .stop import Stop


def apply_idempotency(service, operation, node):
    place = child(operation.place, "x-kf-idempotency")
    value = node.get("x-kf-idempotency")
    if value is None:
        safe = operation.method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE")
        operation.idempotency = "SAFE" if safe else "NONE"
    elif value in ("idempotent", "none"):
        operation.idempotency = "SAFE" if value == "idempotent" else "NONE"
    elif isinstance(value, dict) and isinstance(value.get("key"), str):
        body = service.types[operation.body] if operation.body else None
        field = next((field for field in body.fields if field.name == value["key"]), None) if body else None
        if field is None or field.kind != "string" or field.container:
            raise Stop(child(place, "key"), f"'{value['key']}' is not a text in the body")
        field.key = True
        operation.idempotency = "KEY"
    else:
        raise Stop(place, "is neither idempotent, none nor {key: …}")


def field_at(service, type_name, path, place):
    """The field that a dotted path leads to from a type."""
    field = None
    for name in path.split("."):
        type_ = service.types.get(type_name)
        field = next((field for field in type_.fields if field.name == name), None) if type_ else None
        if field is None:
            raise Stop(place, f"'{path}' is not in the answer")
        type_name = field.ref if field.kind == "object" and not field.container else None
    return field


def query_parameter(operation, node, key, place, needed):
    name = node.get(key)
    if name is None and not needed:
        return None
    fields = zip(operation.parameters.fields, operation.styles) if operation.parameters else []
    field = next((field for field, travel in fields if field.name == name and travel.location == "QUERY"), None)
    if field is None or field.kind not in ("int32", "int64") or field.container:
        raise Stop(child(place, key), f"'{name}' is not an integer in the query")
    return name


def pagination_of(service, operation, node):
    value, place = node.get("x-kf-pagination"), child(operation.place, "x-kf-pagination")
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("style") not in ("page", "offset"):
        raise Stop(place, "has no style page or offset")
    unknown = set(value) - {"style", "page", "size", "items", "total", "pages", "first"}
    if unknown:
        raise Stop(child(place, sorted(unknown)[0]), "is not understood")
    if not operation.out:
        raise Stop(place, "the operation has no answer with a type")
    items = value.get("items")
    if items is not None:
        field = field_at(service, operation.out, items, child(place, "items"))
    else:
        answer = service.types[operation.out]
        field = answer.fields[0] if "VALUE" in answer.flags else None
    if field is None or field.container != "array" or field.kind != "object":
        raise Stop(child(place, "items"), f"'{items}' is not an array of objects" if items is not None else
                   "is missing, and the answer is not an array of objects")
    for key in ("total", "pages"):
        if value.get(key) is not None:
            number = field_at(service, operation.out, value[key], child(place, key))
            if number.kind not in ("int32", "int64") or number.container:
                raise Stop(child(place, key), f"'{value[key]}' is not an integer")
    first = value.get("first", 0)
    if isinstance(first, bool) or first not in (0, 1):
        raise Stop(child(place, "first"), "is neither 0 nor 1")
    return Pagination("NUMBER" if value["style"] == "page" else "OFFSET",
                      query_parameter(operation, value, "page", place, True),
                      query_parameter(operation, value, "size", place, False),
                      items, value.get("total"), value.get("pages"), first, field.ref)


def error_pointers(root):
    value = root.get("x-kf-error")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Stop("#/x-kf-error", "is not an object")
    for key, pointer in value.items():
        if key not in ("message", "code", "detail", "location"):
            raise Stop(child("#/x-kf-error", key), "is not understood")
        if not isinstance(pointer, str) or not pointer.startswith("/"):
            raise Stop(child("#/x-kf-error", key), "is not a JSON pointer")
    return dict(value)
