"""How types look in XML and in the JSON of other releases: `xml` objects, and the x-kf-… keywords beside them."""
from .ir import Wire, WireField
from .load import child
from .media import is_xml
from .stop import Stop

EXPECTED = {"in-json": "IN_JSON", "filled": "FILLED"}
SCALARS = ("string", "bool", "int32", "int64", "double", "enum", "bytes")


class Wires:
    """Reads what the schemas of a document with `x-kf-wire: true` say of other wires; without it, nothing."""

    def __init__(self, document, forms, keywords, on):
        self.document = document
        self.forms = forms
        self.keywords = keywords
        self.on = on
        self.properties = set()  # the places of members: the `xml` there names these, not what is inside

    def line(self, node, place):
        """A schema and those that it merely refers to or wraps, nearest first, each with its place."""
        found = []
        while isinstance(node, dict):
            found.append((node, place))
            if "$ref" in node:
                node, place = self.document.follow(node["$ref"], place)
                continue
            alternatives = self.forms.alternatives(node, place) or ()
            step = self.forms.alias(node, place) or (alternatives[0] if len(alternatives) == 1 else None)
            if step is None:
                break
            node, place = step
        return found

    # Members

    def field(self, node, place, field):
        """Of a property."""
        if not self.on or not isinstance(node, dict):
            return WireField(place)
        self.properties.add(place)
        line = self.line(node, place)
        aliases = self.keywords.texts(node, place, "x-kf-aliases")
        wire = WireField(place, name_of(node, place, field.name), aliases=aliases)
        if truth(xml_of(node, place), "attribute", child(place, "xml")):
            self.add_single(wire, field, "ATTRIBUTE", child(place, "xml", "attribute"))
        if self.keywords.truth(node, place, "x-kf-text"):
            self.add_single(wire, field, "TEXT", child(place, "x-kf-text"))
        expected = self.keywords.value(node, place, "x-kf-expect")
        if expected is not None:
            at = child(place, "x-kf-expect")
            self.expect(expected in EXPECTED, at, f"is neither {' nor '.join(EXPECTED)}")
            self.expect(field.container == "array", at, "is for an array")
            wire.flags.append(EXPECTED[expected])
        wrapped = next((at for part, at in line if truth(xml_of(part, at), "wrapped", child(at, "xml"))), None)
        if wrapped is not None:
            self.expect(field.container == "array", child(wrapped, "xml", "wrapped"), "is for an array")
            wire.flags.append("WRAPPED")
        self.add_elements(wire, line, field)
        if wire.name == field.name:
            wire.name = None
        return wire

    def value(self, place, field):
        """Of a field that is all of its type: the schema's own name is that of the element around it."""
        wire, node = WireField(place), self.node_at(place)
        if self.on and isinstance(node, dict):
            self.add_elements(wire, self.line(node, place), field, within=True)
        return wire

    def add_single(self, wire, field, flag, place):
        self.expect(field.kind in SCALARS and not field.container, place, "is for a text, a number or a truth value")
        wire.flags.append(flag)

    def add_elements(self, wire, line, field, within=False):
        """What the schema of an array, or else the last of the line, adds to a member."""
        node, place = line[-1]
        step = {"array": "items", "map": "additionalProperties"}.get(field.container)
        elements = self.line(node.get(step), child(place, step)) if step else []
        if field.kind == "string" and any(part.get("format") == "date-time" for part, at in elements or line):
            wire.flags.append("TIME")
        for key, flag in (("x-kf-by-name", "BY_NAME"), ("x-kf-entries", "ENTRIES")):
            places = [at for part, at in line if self.keywords.truth(part, at, key)]
            if places:
                self.expect(field.container == "array" and field.kind == "object", child(places[0], key),
                            "is for an array of objects")
                wire.flags.append(flag)
        if field.container != "array" or "BY_NAME" in wire.flags:
            return
        names = [name_of(part, at, field.name) for part, at in elements]
        if "WRAPPED" in wire.flags:
            wire.item = next(filter(None, names), None)
        elif within:
            wire.name = next(filter(None, names), None)
        elif names and names[0]:
            wire.name = names[0]

    # Types

    def complete(self, service, places):
        """What the schemas of types say, and whether all of it can be told apart. `places`: those schemas by name, each
        with its place."""
        if not self.on:
            return
        variants = {variant.type for type_ in service.types.values() for variant in type_.variants}
        variants |= {field.ref for type_ in service.types.values() if "UNION" in type_.flags for field in type_.fields}
        for type_ in service.types.values():
            node, place = places.get(type_.name, (self.node_at(type_.place), type_.place))
            type_.wire = self.type(type_, node, place)
            self.expect(type_.name in variants or not type_.wire.known_by, child(place, "x-kf-known-by"),
                        "is for a schema that a discriminator or oneOf selects")
        for type_ in service.types.values():
            self.check_names(type_)
            self.check_elements(service, type_)
        for operation in service.operations:
            if operation.body and is_xml(operation.body_media):
                type_ = service.types[operation.body]
                self.expect(type_.wire.root, child(operation.place, "requestBody"),
                            f"'{type_.name}' has no xml.name, as a document in XML needs")

    def node_at(self, place):
        try:
            return self.document.at(place)
        except (KeyError, IndexError, ValueError, TypeError):
            return None  # the place of an array within an array that was referred to

    def type(self, type_, node, place):
        if not isinstance(node, dict) or "BY_STATUS" in type_.flags:
            return Wire()
        wire = Wire(known_by=self.keywords.texts(node, place, "x-kf-known-by"),
                    flatten=self.keywords.texts(node, place, "x-kf-flatten"))
        if place not in self.properties:
            wire.root = name_of(node, place, None)
            wire.aliases = self.keywords.texts(node, place, "x-kf-aliases")
        return wire

    def check_names(self, type_):
        """No two members may be meant by one name, whatever the wire; and one of them at most is the element's text."""
        fields = [field for field in type_.fields if not field.additional]
        taken = {field.name: field for field in fields}
        for field in fields:
            wire = field.wire
            for name, key in [(wire.name or field.name, "xml")] + [(name, "x-kf-aliases") for name in wire.aliases]:
                other = taken.setdefault(name, field)
                self.expect(other is field, child(wire.place, key), f"'{name}' means '{other.name}' already")
        texts = [field.wire.place for field in fields if "TEXT" in field.wire.flags]
        self.expect(len(texts) < 2, child(texts[-1], "x-kf-text") if texts else "", "is a second text of one element")
        for name in type_.wire.known_by:
            self.expect(name in taken, child(type_.place, "x-kf-known-by"), f"'{name}' is not a member")
        for name in type_.wire.flatten:
            self.expect(name not in taken, child(type_.place, "x-kf-flatten"), f"'{name}' is a member of its own")

    def check_elements(self, service, type_):
        for field in type_.fields:
            item = service.types[field.ref] if field.kind == "object" else None
            if "BY_NAME" in field.wire.flags:
                self.expect(item.discriminator, child(field.wire.place, "x-kf-by-name"),
                            "is for elements with a discriminator")
            if "ENTRIES" in field.wire.flags:
                members = {member.name for member in item.fields}
                self.expect({"key", "value"} <= members, child(field.wire.place, "x-kf-entries"),
                            "is for elements with the members key and value")
        self.check_by_name(service, type_)

    def check_by_name(self, service, type_):
        """The elements of an array that are named by their kind may not be called as another member is."""
        arrays = [field for field in type_.fields
                  if "BY_NAME" in field.wire.flags and "WRAPPED" not in field.wire.flags]
        taken = {name: field for field in type_.fields if field not in arrays and not field.additional
                 for name in (field.name, field.wire.name or field.name, *field.wire.aliases)}
        for field in arrays:
            for variant in service.types[field.ref].variants:
                wire = service.types[variant.type].wire
                for name in filter(None, (variant.tag, wire.root, *wire.aliases)):
                    other = taken.setdefault(name, field)
                    self.expect(other is field, child(field.wire.place, "x-kf-by-name"),
                                f"the element '{name}' means '{other.name}' already")

    def expect(self, good, place, why):
        if not good:
            raise Stop(place, why)


def xml_of(node, place):
    xml = node.get("xml")
    if not isinstance(xml, (dict, type(None))):
        raise Stop(child(place, "xml"), "is not an object")
    return xml or {}


def truth(node, key, place):
    if not isinstance(node.get(key, False), bool):
        raise Stop(child(place, key), "is neither true nor false")
    return node.get(key, False)


def name_of(node, place, default):
    """The name in XML that a schema gives, with its prefix; None when it gives none."""
    xml, at = xml_of(node, place), child(place, "xml")
    for key in ("name", "prefix"):
        if not isinstance(xml.get(key, ""), str):
            raise Stop(child(at, key), "is not a text")
    if xml.get("prefix") and (xml.get("name") or default):
        return f"{xml['prefix']}:{xml.get('name') or default}"
    return xml.get("name") or None
