"""The x-kf-… keywords of operations and of the whole document."""
from .ir import Pagination
from .load import child
from .stop import Stop

INTEGERS = ("int32", "int64")


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
    if not isinstance(path, str):
        raise Stop(place, "is not a text")
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
    if field is None or field.kind not in INTEGERS or field.container:
        raise Stop(child(place, key), f"'{name}' is not an integer in the query")
    return name


def items_of(service, operation, path, place):
    """The array of objects at a path in the answer, or the answer itself."""
    if path is not None:
        field = field_at(service, operation.out, path, place)
    else:
        answer = service.types[operation.out]
        field = answer.fields[0] if "VALUE" in answer.flags else None
    if field is None or field.container != "array" or field.kind != "object":
        raise Stop(place, f"'{path}' is not an array of objects" if path is not None else
                   "is missing, and the answer is not an array of objects")
    return field


def pagination_of(service, operation, node):
    value, place = node.get("x-kf-pagination"), child(operation.place, "x-kf-pagination")
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("style") not in ("page", "offset"):
        raise Stop(place, "has no style page or offset")
    unknown = set(value) - {"style", "page", "size", "items", "total", "pages", "next", "first", "size_sent", "whole",
                            "cumulative"}
    if unknown:
        raise Stop(child(place, sorted(unknown)[0]), "is not understood")
    if not operation.out:
        raise Stop(place, "the operation has no answer with a type")
    items = items_of(service, operation, value.get("items"), child(place, "items"))
    for key, kinds, what in (("total", INTEGERS, "an integer"), ("pages", INTEGERS, "an integer"),
                             ("next", ("string",), "a text")):
        if value.get(key) is not None:
            field = field_at(service, operation.out, value[key], child(place, key))
            if field.kind not in kinds or field.container:
                raise Stop(child(place, key), f"'{value[key]}' is not {what}")
    size_sent = value.get("size_sent", 0)
    if isinstance(size_sent, bool) or not isinstance(size_sent, int) or not 0 <= size_sent <= 65535:
        raise Stop(child(place, "size_sent"), "is not a number from 0 to 65535")
    if size_sent and value.get("size") is None:
        raise Stop(child(place, "size_sent"), "needs the name of the parameter in size")
    whole = value.get("whole", False)
    if not isinstance(whole, bool):
        raise Stop(child(place, "whole"), "is neither true nor false")
    if whole and (size_sent or value.get("size") is None):
        raise Stop(child(place, "whole"), "is for a list with a size that need not be sent")
    cumulative = value.get("cumulative", False)
    if not isinstance(cumulative, bool):
        raise Stop(child(place, "cumulative"), "is neither true nor false")
    if cumulative and (value["style"] != "page" or not size_sent):
        raise Stop(child(place, "cumulative"), "is for pages whose size is sent")
    first = value.get("first", 0)
    if isinstance(first, bool) or first not in (0, 1):
        raise Stop(child(place, "first"), "is neither 0 nor 1")
    return Pagination("NUMBER" if value["style"] == "page" else "OFFSET",
                      query_parameter(operation, value, "page", place, True),
                      query_parameter(operation, value, "size", place, False),
                      value.get("items"), value.get("total"), value.get("pages"), value.get("next"), first, size_sent,
                      whole, cumulative, items.ref)



def apply_long_poll(operation, node):
    """The parameter that says for how long the server may keep its answer back, and for how long without it."""
    value, place = node.get("x-kf-long-poll"), child(operation.place, "x-kf-long-poll")
    if value is None:
        return
    if not isinstance(value, dict) or set(value) != {"parameter", "default"}:
        raise Stop(place, "is not {parameter: …, default: …}")
    seconds = value["default"]
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= 65535:
        raise Stop(child(place, "default"), "is not a number from 0 to 65535")
    operation.wait = query_parameter(operation, value, "parameter", place, True)
    operation.wait_seconds = seconds


def error_pointers(root):
    value = root.get("x-kf-error")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Stop("#/x-kf-error", "is not an object")
    for key, pointer in value.items():
        if key not in ("message", "code", "detail", "location", "fields"):
            raise Stop(child("#/x-kf-error", key), "is not understood")
        for each in pointer if isinstance(pointer, list) and pointer else [pointer]:
            if not isinstance(each, str) or not each.startswith("/") or " " in each:
                raise Stop(child("#/x-kf-error", key), "is not a JSON pointer")
    return {key: " ".join(pointer) if isinstance(pointer, list) else pointer for key, pointer in value.items()}
