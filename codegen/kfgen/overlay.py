"""OpenAPI Overlay 1.0: actions that update or remove what a JSONPath selects."""
import copy
import re

from .stop import Stop

STEP = re.compile(r"""
    \.(?P<name>[A-Za-z_][A-Za-z0-9_-]*)
  | \[\s*(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*\]
  | \[\s*(?P<index>-?\d+)\s*\]
  | (?P<all>\.\*|\[\s*\*\s*\])
  | \[\s*\?\s*\(?\s*@(?P<member>(?:\.[A-Za-z_][A-Za-z0-9_-]*|\['[^']*'\])*)
    \s*==\s*(?P<value>'[^']*'|"[^"]*"|[^\s)\]]+)\s*\)?\s*\]
""", re.VERBOSE)
LITERALS = {"true": True, "false": False, "null": None}


def literal(text):
    if text[0] in "'\"":
        return text[1:-1]
    if text in LITERALS:
        return LITERALS[text]
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def parse_path(path, place):
    """A JSONPath as a list of (kind, argument)."""
    if not isinstance(path, str) or not path.startswith("$"):
        raise Stop(place, f"'{path}' is not a JSONPath")
    steps, at = [], 1
    while at < len(path):
        match = STEP.match(path, at)
        if not match:
            raise Stop(place, f"'{path[at:]}' of '{path}' is not understood")
        at = match.end()
        if match["name"] is not None:
            steps.append(("key", match["name"]))
        elif match["quoted"] is not None:
            steps.append(("key", re.sub(r"\\(.)", r"\1", match["quoted"][1:-1])))
        elif match["index"] is not None:
            steps.append(("index", int(match["index"])))
        elif match["all"] is not None:
            steps.append(("all", None))
        else:
            members = re.findall(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\['([^']*)'\]", match["member"])
            steps.append(("filter", ([plain or quoted for plain, quoted in members], literal(match["value"]))))
    return steps


def equals(left, right):
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def fits(node, members, value):
    for member in members:
        if not isinstance(node, dict) or member not in node:
            return False
        node = node[member]
    return equals(node, value)


def keys_of(node):
    if isinstance(node, dict):
        return list(node)
    return list(range(len(node))) if isinstance(node, list) else []


def select(root, steps):
    """What the steps select, as (container, key); the root has the container None."""
    found = [(None, root)]
    for kind, argument in steps:
        following = []
        for container, key in found:
            node = key if container is None else container[key]
            if kind == "key":
                keys = [argument] if isinstance(node, dict) and argument in node else []
            elif kind == "index":
                size = len(node) if isinstance(node, list) else 0
                keys = [argument % size] if -size <= argument < size else []
            elif kind == "all":
                keys = keys_of(node)
            else:
                keys = [key for key in keys_of(node) if fits(node[key], *argument)]
            following.extend((node, key) for key in keys)
        found = following
    return found


def merge(target, update):
    """Objects are merged, arrays appended, everything else replaced."""
    if isinstance(target, dict) and isinstance(update, dict):
        for key, value in update.items():
            target[key] = merge(target[key], value) if key in target else copy.deepcopy(value)
        return target
    if isinstance(target, list):
        target.extend(copy.deepcopy(update if isinstance(update, list) else [update]))
        return target
    return copy.deepcopy(update)


def remove(found):
    by_container = {}
    for container, key in found:
        by_container.setdefault(id(container), (container, []))[1].append(key)
    for container, keys in by_container.values():
        for key in sorted(set(keys), reverse=True) if isinstance(container, list) else keys:
            del container[key]


def apply(root, overlay, file="overlay"):
    """Applies the actions in their order, in place. A target that selects nothing stops the generator."""
    if not isinstance(overlay, dict) or not str(overlay.get("overlay", "")).startswith("1."):
        raise Stop(f"{file}#/overlay", "is not an OpenAPI Overlay 1.x")
    for index, action in enumerate(overlay.get("actions") or []):
        place = f"{file}#/actions/{index}"
        if not isinstance(action, dict) or "target" not in action:
            raise Stop(place, "has no target")
        found = select(root, parse_path(action["target"], place + "/target"))
        if not found:
            raise Stop(place + "/target", f"'{action['target']}' selects nothing")
        if action.get("remove") is True:
            if any(container is None for container, key in found):
                raise Stop(place + "/target", "the whole document cannot be removed")
            remove(found)
        elif "update" in action:
            for container, key in found:
                if container is None:
                    merge(key, action["update"])
                else:
                    container[key] = merge(container[key], action["update"])
        else:
            raise Stop(place, "has neither update nor remove")
    return root
