"""Looks at the form of schemas: what kind of thing each one is, what an allOf adds up to, who is built on whom.

Nothing here descends into properties, items or values, so recursive documents need no care beyond allOf itself.
"""
from dataclasses import dataclass, field, replace
from typing import Optional

from .load import child
from .stop import Stop

# Keywords that change what a schema holds; the others only tell about it.
STRUCTURE = ("properties", "required", "allOf", "oneOf", "anyOf", "additionalProperties", "items", "enum", "const",
             "discriminator", "prefixItems")
TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")


@dataclass
class Property:
    node: object
    place: str
    owner: Optional[str]  # the place of the named schema that declares it
    optional: bool        # from one alternative of several: never required


@dataclass
class Flat:
    """The sum of a schema's own members and those of all its allOf."""
    properties: dict = field(default_factory=dict)
    required: list = field(default_factory=list)
    additional: Optional[tuple] = None  # (node, place) of typed additionalProperties
    closed: bool = False                # additionalProperties: false
    discriminator: Optional[tuple] = None  # (node, place)
    bases: list = field(default_factory=list)  # places of the schemas that it is built on, nearest first
    is_object: bool = False


def is_structural(node):
    return isinstance(node, dict) and any(key in node for key in STRUCTURE)


def bare(node):
    """A schema without the prose at its top."""
    prose = ("title", "description", "example", "examples", "default", "deprecated")
    return {key: value for key, value in node.items() if key not in prose} if isinstance(node, dict) else node


def only_requires(node):
    """An alternative that merely says which members are needed together."""
    return isinstance(node, dict) and "$ref" not in node and \
        not any(key in node for key in ("properties", "allOf", "oneOf", "anyOf", "items", "enum", "const")) and \
        node.get("type", "object") == "object" and "additionalProperties" not in node and \
        ("required" in node or "not" in node)


def list_of(node, key, place):
    value = node.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Stop(child(place, key), "is not a list")
    return [(item, child(place, key, index)) for index, item in enumerate(value)]


def map_of(node, key, place):
    value = node.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Stop(child(place, key), "is not an object")
    return value


class Forms:
    """Answers questions on the form of the document's schemas."""

    def __init__(self, document):
        self.document = document
        self.children = {}
        self.polymorphic = {}
        self.comparing = set()
        components = map_of(document.root, "components", "#")
        for name, node in map_of(components, "schemas", "#/components").items():
            place = child("#/components/schemas", name)
            for target in self.direct_bases(node, place):
                self.children.setdefault(target, []).append(place)

    def branches(self, node, place):
        """The parts that a schema is composed of beside its own keywords."""
        if not isinstance(node, dict):
            return []
        reference = [({"$ref": node["$ref"]}, place)] if "$ref" in node else []
        return reference + list_of(node, "allOf", place)

    def direct_bases(self, node, place):
        if not isinstance(node, dict) or ("$ref" in node and not is_structural(node)):
            return []
        return [self.document.resolve(part, at)[1] for part, at in self.branches(node, place)
                if isinstance(part, dict) and "$ref" in part]

    def bases(self, place, node, active=()):
        """The places of all schemas that one is built on."""
        if place in active:
            raise Stop(place, "is built on itself by allOf")
        found = []
        for target in self.direct_bases(node, place):
            found.append(target)
            found += self.bases(target, self.document.at(target), (*active, place))
        return list(dict.fromkeys(found))

    def descendants(self, place):
        """The places of all named schemas built on one, in the document's order."""
        found, queue = [], list(self.children.get(place, []))
        while queue:
            at = queue.pop(0)
            if at not in found and at != place:
                found.append(at)
                queue += self.children.get(at, [])
        return found

    def is_polymorphic(self, node, place):
        """Whether a struct of this schema may really be one that is built on it."""
        if place not in self.polymorphic:
            self.polymorphic[place] = False  # while it is being found out
            flat = self.flatten(node, place)
            found = flat.discriminator is not None and bool(flat.properties)
            if found and not self.descendants(place):
                # Alternatives that are not built on this schema are parts of it, and need not be told apart.
                mapping, at = flat.discriminator
                found = at == child(place, "discriminator") and bool(map_of(mapping, "mapping", at)) and \
                    not (node.get("oneOf") or node.get("anyOf"))
            self.polymorphic[place] = found
        return self.polymorphic[place]

    def flatten(self, node, place, active=(), owner=None):
        """The members of an object schema, inherited ones first."""
        flat = Flat()
        if place in active:
            raise Stop(place, "is built on itself by allOf")
        if not isinstance(node, dict):
            return flat
        active = (*active, place)
        for part, at in self.branches(node, place):
            if isinstance(part, dict) and "$ref" in part and not is_structural(part):
                target, target_place = self.document.resolve(part, at)
                flat.bases.append(target_place)
                self.add(flat, self.flatten(target, target_place, active, target_place))
            else:
                self.add(flat, self.flatten(part, at, active, owner))
        self.add_own(flat, node, place, owner or place)
        self.add_alternatives(flat, node, place, active, owner)
        return flat

    def add(self, flat, part, optional=False):
        for name, member in part.properties.items():
            member = Property(member.node, member.place, member.owner, member.optional or optional)
            present = flat.properties.get(name)
            if present is None or (not optional and self.is_better(member, present)):
                flat.properties[name] = member
            elif optional and present.optional:
                flat.properties[name] = self.either(present, member)
        flat.required += [] if optional else part.required
        flat.additional = part.additional or flat.additional
        flat.closed = flat.closed or part.closed
        flat.discriminator = flat.discriminator if optional else part.discriminator or flat.discriminator
        flat.bases += [] if optional else part.bases
        flat.is_object = flat.is_object or part.is_object

    def is_better(self, new, old):
        """A member that is declared again counts when it says more: a type where there was none, an enum for text."""
        rank = {"json": 0, "null": 0, "string": 1, "number": 1, "union": 1, "map": 1, "integer": 2, "boolean": 2,
                "bytes": 2, "array": 2, "object": 2, "enum": 3}
        kinds = self.kinds_of(old, new)
        return kinds is not None and rank[kinds[1]] > rank[kinds[0]]

    def kinds_of(self, old, new):
        """The kinds of two declarations of a member; None while they are being found out: a schema may hold itself."""
        if new.place in self.comparing:
            return None
        self.comparing.add(new.place)
        kinds = self.kind(old.node, old.place), self.kind(new.node, new.place)
        self.comparing.discard(new.place)
        return kinds

    def either(self, one, other):
        """A member that two alternatives declare: what takes the values of both."""
        first, second = (self.document.resolve(member.node, member.place) for member in (one, other))
        kinds = self.kinds_of(one, other)
        if first[1] == second[1] or bare(first[0]) == bare(second[0]) or kinds is None:
            return one
        node = {key: value for key, value in one.node.items() if key == "description" or key.startswith("x-kf-")}
        texts = all(self.is_text_enum(member.node, member.place)
                    for member, kind in zip((one, other), kinds) if kind == "enum")
        for name, fitting in (("string", {"string", "bytes"} | ({"enum"} if texts else set())),
                              ("integer", {"integer"}), ("number", {"integer", "number"}), ("boolean", {"boolean"})):
            if fitting.issuperset(kinds):
                node["type"] = name
                break
        return replace(one, node=node)

    def add_own(self, flat, node, place, owner):
        for name, member in map_of(node, "properties", place).items():
            new = Property(member, child(place, "properties", name), owner, False)
            if name not in flat.properties or self.is_better(new, flat.properties[name]):
                flat.properties[name] = new
        flat.required += [name for name, at in list_of(node, "required", place) if isinstance(name, str)]
        additional = node.get("additionalProperties")
        if not isinstance(additional, (dict, bool, type(None))):
            raise Stop(child(place, "additionalProperties"), "is not a schema")
        if isinstance(additional, dict) and additional:
            flat.additional = (additional, child(place, "additionalProperties"))
        flat.closed = flat.closed or additional is False
        if isinstance(node.get("discriminator"), dict):
            flat.discriminator = (node["discriminator"], child(place, "discriminator"))
        flat.is_object = flat.is_object or node.get("type") == "object" or "properties" in node

    def add_alternatives(self, flat, node, place, active, owner):
        """oneOf or anyOf beside members of the schema itself: the alternatives' members become optional ones."""
        if not flat.properties:
            return
        for part, at in list_of(node, "oneOf", place) + list_of(node, "anyOf", place):
            target, target_place = self.document.resolve(part, at)
            if target_place in active or set(self.bases(target_place, target)) & set(active):
                continue  # built on this one: selected by the discriminator, not a part
            self.add(flat, self.flatten(target, target_place, active,
                                        target_place if target_place != at else owner), optional=True)

    def alias(self, node, place):
        """The one schema that an inline allOf merely wraps, to say more about it; None when it does more."""
        if not isinstance(node, dict) or "allOf" not in node:
            return None
        own = [key for key in STRUCTURE if key in node and key != "allOf"]
        parts = [(part, at) for part, at in self.branches(node, place)
                 if is_structural(part) or (isinstance(part, dict) and ("$ref" in part or "type" in part))]
        return parts[0] if len(parts) == 1 and not own else None

    def merged(self, node, place):
        """An allOf of scalars, arrays or maps as one schema."""
        result = {}
        for part, at in self.branches(node, place):
            part, at = self.document.resolve(part, at)
            if isinstance(part, dict):
                result.update(self.merged(part, at) if "allOf" in part else part)
        result.update({key: value for key, value in node.items() if key not in ("allOf", "$ref")})
        return result

    def types(self, node, place):
        """The types that a schema names, without null; None when it names none."""
        value = node.get("type")
        if value is None:
            return None
        found = value if isinstance(value, list) else [value]
        for name in found:
            if name is not None and name not in TYPES:
                raise Stop(child(place, "type"), f"'{name}' is not a type")
        return [name for name in found if name not in (None, "null")]

    def alternatives(self, node, place, active=()):
        """What oneOf, anyOf or a list of types leaves to choose from, without null; None when there is no choice."""
        parts = list_of(node, "oneOf", place) or list_of(node, "anyOf", place)
        if not parts:
            types = self.types(node, place)
            if types is None or len(types) < 2:
                return None
            rest = {key: value for key, value in node.items() if key not in ("type", "description", "title", "default")}
            return [({**rest, "type": name}, child(place, "type", index)) for index, name in enumerate(types)]
        found, seen = [], set()
        for part, at in parts:
            target = self.document.resolve(part, at)
            if only_requires(part) or target[1] in seen or self.kind(*target, active) == "null":
                continue
            seen.add(target[1])
            found.append((part, at))
        return found or None

    def allows_null(self, node, place):
        """Whether null is among the alternatives of a schema."""
        for part, at in list_of(node, "oneOf", place) + list_of(node, "anyOf", place):
            target, target_place = self.document.resolve(part, at)
            if isinstance(target, dict) and target.get("nullable") is True or self.kind(target, target_place) == "null":
                return True
        return False

    def kind(self, node, place, active=()):
        """string enum bytes integer number boolean array map object union json null"""
        if isinstance(node, dict) and "$ref" in node and not is_structural(node):
            node, place = self.document.resolve(node, place)
        if not isinstance(node, dict):
            if isinstance(node, bool):
                return "json"
            raise Stop(place, "is not a schema")
        if place in active:
            raise Stop(place, "is an alternative of itself")
        active = (*active, place)
        if "allOf" in node or "$ref" in node:
            flat = self.flatten(node, place)
            if flat.properties:
                return "object"
            alias = self.alias(node, place)
            return self.kind(*(alias or (self.merged(node, place), child(place, "allOf"))), active)
        values = self.values(node, place)
        if values is not None:
            return self.kind_of_values(values)
        if "properties" in node and node["properties"]:
            return "object"
        alternatives = self.alternatives(node, place, active)
        if alternatives is not None:
            return self.kind_of_alternatives(alternatives, active)
        return self.kind_of_type(node, place)

    def values(self, node, place):
        if "const" in node:
            return [node["const"]]
        return None if node.get("enum") is None else [value for value, at in list_of(node, "enum", place)]

    def kind_of_values(self, values):
        values = [value for value in values if value is not None]
        if not values:
            return "null"
        if all(isinstance(value, str) for value in values):
            return "enum"
        if all(isinstance(value, bool) for value in values):
            return "enum" if len(set(values)) == 1 else "boolean"
        numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
        return "enum" if numbers else "json"

    def kind_of_alternatives(self, alternatives, active):
        kinds = [self.kind(part, at, active) for part, at in alternatives]
        if len(kinds) == 1:
            return kinds[0]
        if "json" in kinds:
            free = [self.document.resolve(part, at)[0] for (part, at), kind in zip(alternatives, kinds)
                    if kind == "json"]
            if len(free) == len(kinds) or any(not isinstance(part, dict) or "type" not in part for part in free):
                return "json"
        found = set(kinds)
        if found == {"enum"}:
            texts = {self.is_text_enum(part, at) for part, at in alternatives}
            return "enum" if len(texts) == 1 else "json"
        if found <= {"string", "enum"} and all(self.is_text_enum(part, at) for (part, at), kind
                                               in zip(alternatives, kinds) if kind == "enum"):
            return "string"
        if found <= {"integer", "number"}:
            return "number" if "number" in found else "integer"
        if found in ({"boolean"}, {"bytes"}):
            return kinds[0]
        return "union"

    def is_text_enum(self, node, place):
        return all(isinstance(value, str) for value in self.all_values(node, place))

    def all_values(self, node, place):
        """The values of an enum, or of all the enums that a schema may be one of."""
        node, place = self.document.resolve(node, place)
        if "allOf" in node:
            node = self.merged(node, place)
        values = self.values(node, place)
        if values is None:
            values = [value for part, at in self.alternatives(node, place) or [] for value in self.all_values(part, at)]
        unique = []
        for value in values:
            if value is not None and not any(value == other and type(value) is type(other) for other in unique):
                unique.append(value)
        return unique

    def kind_of_type(self, node, place):
        types = self.types(node, place)
        if types is None:
            if "properties" in node or isinstance(node.get("additionalProperties"), dict):
                types = ["object"]
            elif "items" in node:
                types = ["array"]
            else:
                return "json"
        if not types:
            return "null"
        if types == ["string"]:
            base64 = node.get("format") == "byte" or node.get("contentEncoding") == "base64"
            return "bytes" if base64 else "string"
        if types != ["object"]:
            return types[0]
        additional = node.get("additionalProperties")
        if additional is False:
            return "object"
        return "map" if isinstance(additional, dict) and additional else "json"
