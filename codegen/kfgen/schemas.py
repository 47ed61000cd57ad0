"""Resolves schemas into the types, enums and fields of the intermediate form."""
import json
import math
from copy import deepcopy
from dataclasses import replace

from .flatten import Forms, list_of, map_of
from .hashing import slots_of
from .ir import Enum, Field, Shape, Type, Variant
from .load import child, last_key
from .notes import notes_of, over, text_of
from .stop import Stop
from .wire import Wires
from .words import Scope, pascal

PLAIN_KINDS = ("bool", "int32", "int64", "double")
SMALL_INTEGERS = ("int32", "int16", "int8", "uint16", "uint8")
LOCAL_WORDS = ("components", "schemas", "properties", "items", "schema", "content", "paths", "allOf", "oneOf", "anyOf",
               "additionalProperties", "responses", "parameters", "definitions", "$defs", "requestBody")


def words_of_place(place):
    """A name for a schema that is referred to by an unusual pointer."""
    keys = [key.replace("~1", "/").replace("~0", "~") for key in place.partition("#")[2].split("/")[1:]]
    keys = [key for key in keys if key not in LOCAL_WORDS and not key.isdigit()]
    return " ".join(pascal(key) for key in keys) or last_key(place.partition("#")[0] + "#")


def number_text(value):
    """A number or truth value as JSON has it in its shortest form."""
    if isinstance(value, float) and not isinstance(value, bool):
        value = int(value) if value == int(value) and abs(value) < 2 ** 53 else float(value)
    return json.dumps(value)


class Schemas:
    """All types and enums of a service, made as they are needed; complete() finishes them."""

    def __init__(self, document, service, keywords, wire):
        self.document = document
        self.service = service
        self.forms = Forms(document)
        self.wires = Wires(document, self.forms, keywords, wire)
        self.names = Scope()
        self.shapes = {}   # place of a schema that is referred to: its shape
        self.active = []   # such places, while their shape is being found
        self.by_place = {}  # place: the type or enum made from it
        self.pending = []  # types whose fields are still to be made
        self.places = {}   # name of a type: (node, place)

    def resolve_components(self):
        """Every schema of the document gets its type, whether it is used or not."""
        components = map_of(self.document.root, "components", "#")
        schemas = map_of(components, "schemas", "#/components")
        for name in schemas:
            self.names.claim(name)
        for name, node in schemas.items():
            self.shape_at(node, child("#/components/schemas", name))

    def complete(self):
        while self.pending:
            self.complete_type(self.pending[0])
        for type_ in self.service.types.values():
            for field in type_.fields:
                if field.container == "array" and field.kind == "object":
                    target = self.service.types[field.ref]
                    field.indirect = bool(target.variants) and "UNION" not in target.flags
        self.wires.complete(self.service, self.places)

    # Shapes

    def shape_at(self, node, place):
        """The shape of a schema that has a name of its own."""
        if place in self.shapes:
            return deepcopy(self.shapes[place])
        if place in self.active:
            # An array of itself, say: there must be a struct in between.
            return Shape("object", self.value_type_at(place))
        self.active.append(place)
        named = place.rsplit("/", 1)[0] == "#/components/schemas"
        shape = self.shape(node, place, last_key(place) if named else words_of_place(place))
        self.active.remove(place)
        if place in self.by_place and "VALUE" in getattr(self.by_place[place], "flags", ()):
            self.by_place[place].fields = [self.value_field(shape, self.by_place[place])]
        self.shapes[place] = shape
        return deepcopy(shape)

    def shape(self, node, place, hint):
        """What a schema means. `hint` names what has no name of its own: words with blanks between."""
        notes = notes_of(node, place)
        if isinstance(node, dict) and "$ref" in node and not set(node) & {"properties", "required", "allOf", "oneOf",
                                                                          "anyOf", "additionalProperties", "items",
                                                                          "enum", "const"}:
            target, at = self.document.resolve(node, place)
            shape = self.shape_at(target, at)
            return replace(shape, notes=over(notes, shape.notes))
        kind = self.forms.kind(node, place)
        notes.nullable = notes.nullable or (isinstance(node, dict) and self.forms.allows_null(node, place))
        if not isinstance(node, dict) or kind in ("json", "null"):
            return Shape("json", notes=notes)
        alias = self.forms.alias(node, place)
        if alias and not (kind == "object" and place.rsplit("/", 1)[0] == "#/components/schemas"):
            shape = self.shape(*alias, hint)
            return replace(shape, notes=over(notes, shape.notes))
        alternatives = self.forms.alternatives(node, place)
        if alternatives and len(alternatives) == 1 and "properties" not in node and "allOf" not in node:
            shape = self.shape(*alternatives[0], hint)
            return replace(shape, notes=over(notes, shape.notes))
        if kind in ("object", "union"):
            return Shape("object", self.type_of(node, place, hint, kind), notes=replace(notes, facts=[]))
        if kind == "enum":
            return Shape("enum", self.enum_of(node, place, hint), notes=notes)
        if "allOf" in node or "$ref" in node:
            node = self.forms.merged(node, place)
            notes = over(notes, notes_of(node, place))
        return self.shape_of_kind(kind, node, place, hint, notes)

    def shape_of_kind(self, kind, node, place, hint, notes):
        if kind in ("string", "bytes"):
            return Shape(kind, notes=notes)
        if kind == "boolean":
            return Shape("bool", notes=notes)
        alternatives = self.forms.alternatives(node, place) if "type" not in node else None
        if alternatives:
            parts = [self.shape(part, at, hint) for part, at in alternatives]
            if len(parts) == 1:
                return replace(parts[0], notes=over(notes, parts[0].notes))
            widest = max(parts, key=lambda part: ("int32", "int64", "double").index(part.kind))
            return Shape(widest.kind, notes=notes)
        if kind == "number":
            return Shape("double", notes=notes)
        if kind == "integer":
            return Shape("int32" if node.get("format") in SMALL_INTEGERS else "int64", notes=notes)
        if kind == "array":
            items = node.get("items", True)
            element = self.shape(items, child(place, "items"), hint + " Item")
        else:
            element = self.shape(node["additionalProperties"], child(place, "additionalProperties"), hint + " Value")
        return Shape(kind, element=element, notes=notes, place=place)

    # Enums

    def enum_of(self, node, place, hint):
        if place in self.by_place:
            return self.by_place[place].name
        values = self.forms.all_values(node, place)
        if not values:
            raise Stop(place, "has no values")
        name, word = self.name_of(node, place, hint)
        enum = Enum(name, word, place, self.source_of(place), description=text_of(node, "description", place),
                    deprecated=node.get("deprecated") is True)
        listed = [value for value, at in list_of(node, "enum", place)]
        for value in values:
            at = child(place, "enum", listed.index(value)) if value in listed else place
            if isinstance(value, str) and "\0" in value:
                raise Stop(at, "has the character U+0000")
            if isinstance(value, float) and not math.isfinite(value):
                raise Stop(at, "is not a number that JSON or C can hold")
        enum.is_number = not isinstance(values[0], str)
        enum.texts = [number_text(value) if enum.is_number else value for value in values]
        enum.words = self.beside(node, place, "x-enum-varnames", listed, values) or enum.texts
        enum.descriptions = self.beside(node, place, "x-enum-descriptions", listed, values) or [""] * len(values)
        self.by_place[place] = enum
        self.service.enums[name] = enum
        return name

    def beside(self, node, place, key, listed, values):
        """A list that runs beside `enum`, in the order of the values."""
        texts = [text for text, at in list_of(node, key, place)]
        if not texts:
            return None
        if len(texts) != len(listed):
            raise Stop(child(place, key), f"has {len(texts)} texts for {len(listed)} values")
        return [str(texts[listed.index(value)]) for value in values]

    # Types

    def name_of(self, node, place, hint):
        """The name of a type in the document's words, and the word that its name in C is made from."""
        override = text_of(node, "x-kf-name", place)
        if place.rsplit("/", 1)[0] == "#/components/schemas":
            return last_key(place), override or last_key(place)
        return self.names.claim((override or hint).replace(" ", "")), override or hint

    def source_of(self, place):
        if place.rsplit("/", 1)[0] == "#/components/schemas":
            return f"Schema {last_key(place)}."
        return f"Schema `{place}`."

    def type_of(self, node, place, hint, kind):
        if place in self.by_place:
            return self.by_place[place].name
        name, word = self.name_of(node, place, hint)
        type_ = Type(name, word, place, self.source_of(place),
                     description=text_of(node, "description", place) or text_of(node, "title", place),
                     deprecated=node.get("deprecated") is True)
        if kind == "union":
            type_.flags.append("UNION")
        self.by_place[place] = type_
        self.service.types[name] = type_
        self.places[name] = (node, place)
        self.pending.append(type_)
        return name

    def value_type_at(self, place):
        """The struct of a named schema that is no object; its field is made when the shape is known."""
        if place not in self.by_place or isinstance(self.by_place[place], Enum):
            node = self.document.follow(place, place)[0]
            name, word = self.name_of(node if isinstance(node, dict) else {}, place, words_of_place(place))
            if place in self.by_place:
                name = self.names.claim(name + "Value")
                word = name
            description = text_of(node, "description", place) if isinstance(node, dict) else ""
            self.by_place[place] = self.add_value_type(place, name, word, description)
        return self.by_place[place].name

    def add_value_type(self, place, name, word, description):
        type_ = Type(name, word, place, self.source_of(place), ["VALUE"], description=description)
        self.service.types[name] = type_
        return type_

    def value_field(self, shape, type_):
        word = {"array": "items", "map": "entries"}.get(shape.kind, "value")
        shape = replace(shape, notes=replace(shape.notes, description=""))
        field = self.field(word, word, shape, True, type_.word, type_.place)
        field.wire = self.wires.value(shape.place or type_.place, field)
        return field

    def wrapped(self, shape, place, hint):
        """A struct around a shape that stands where only a struct can."""
        key = child(place, "")  # no schema can stand there: what is at the place itself may be an enum or an object
        if key not in self.by_place:
            name = self.names.claim(hint.replace(" ", ""))
            self.by_place[key] = type_ = self.add_value_type(place, name, hint, shape.notes.description)
            type_.fields = [self.value_field(shape, type_)]
        return Shape("object", self.by_place[key].name, notes=shape.notes)

    def struct(self, node, place, hint):
        """The name of the type of a whole body or answer."""
        shape = self.shape(node, place, hint)
        if shape.kind == "object":
            return shape.ref
        if isinstance(node, dict) and "$ref" in node:
            target, at = self.document.resolve(node, place)
            if target is not node:
                place = at
                if place.rsplit("/", 1)[0] == "#/components/schemas" and shape.kind != "enum":
                    name = self.value_type_at(place)
                    if not self.service.types[name].fields:
                        self.service.types[name].fields = [self.value_field(shape, self.service.types[name])]
                    return name
                hint = last_key(place) + (" Value" if shape.kind == "enum" else "")
        return self.wrapped(shape, place, hint).ref

    # Fields

    def field(self, name, word, shape, required, hint, place):
        """The member that holds a shape. Arrays and maps within arrays and maps get a struct of their own."""
        notes, container, kind, ref = shape.notes, "", shape.kind, shape.ref
        nullable_items = False
        if kind in ("array", "map"):
            container, element = kind, shape.element
            if element.kind in ("array", "map"):
                step = "items" if container == "array" else "additionalProperties"
                suffix = " Item" if container == "array" else " Value"
                element = self.wrapped(element, child(place, step), hint + suffix)
            kind, ref, nullable_items = element.kind, element.ref, element.notes.nullable
            each = [f"Each: {fact}" for fact in element.notes.facts]
            notes = replace(notes, facts=notes.facts + each, secret=notes.secret or element.notes.secret,
                            description=notes.description or element.notes.description)
            if container == "map" and ref:
                (self.service.types if kind == "object" else self.service.enums)[ref].has_entry = True
        if len(name.encode()) > 255:
            raise Stop(place, "has a name of more than 255 bytes")
        if "\0" in name:
            raise Stop(place, "has a name with the character U+0000")
        scalar = kind in PLAIN_KINDS
        return Field(name, word, kind, container, ref, required=required, nullable_items=nullable_items, notes=notes,
                     plain=scalar and (bool(container) or (required and not notes.nullable)))

    def complete_type(self, type_):
        if type_ not in self.pending:
            return
        self.pending.remove(type_)
        node, place = self.places[type_.name]
        if "UNION" in type_.flags:
            self.complete_union(type_, node, place)
        else:
            self.complete_object(type_, node, place)

    def complete_object(self, type_, node, place):
        flat = self.forms.flatten(node, place)
        if self.forms.is_polymorphic(node, place):
            self.add_variants(type_, flat, place)
        base = next((at for at in flat.bases if self.forms.is_polymorphic(self.document.at(at), at)), None)
        if base is not None:
            base_type = self.service.types[self.shape_at(self.document.at(base), base).ref]
            self.complete_type(base_type)
            type_.base = base_type.name
            type_.base_count = base_type.base_count if base_type.base else len(base_type.fields)
            for field in deepcopy(base_type.fields):
                field.required = field.required or field.name in flat.required
                type_.fields.append(field)
        inherited = {field.name for field in type_.fields}
        for name, member in flat.properties.items():
            if name not in inherited:
                required = name in flat.required and not member.optional
                type_.fields.append(self.property_field(type_, name, member, required))
        if flat.additional and not any(field.additional for field in type_.fields):
            self.add_additional(type_, flat)

    def property_field(self, type_, name, member, required):
        owner = self.by_place.get(member.owner)
        hint = f"{owner.word if owner else type_.word} {pascal(name)}"
        shape = self.shape(member.node, member.place, hint)
        word = name
        override = text_of(member.node, "x-kf-name", member.place) if isinstance(member.node, dict) else ""
        made_here = self.by_place.get(member.place)
        if override and not (made_here and made_here.name == shape.ref):
            word = override
        field = self.field(name, word, shape, required, hint, member.place)
        field.wire = self.wires.field(member.node, member.place, field)
        return field

    def add_additional(self, type_, flat):
        node, place = flat.additional
        hint = type_.word + " Value"
        shape = Shape("map", element=self.shape(node, place, hint))
        field = self.field("additional", "additional", shape, False, type_.word + " Additional", place)
        field.additional = True
        field.notes.description = field.notes.description or "All members that have no field of their own."
        type_.fields.append(field)

    # Variants

    def add_variants(self, type_, flat, place):
        """The types built on this one, by the texts of its discriminator."""
        node, at = flat.discriminator
        type_.discriminator = text_of(node, "propertyName", at)
        if type_.discriminator not in flat.properties:
            raise Stop(child(at, "propertyName"), f"'{type_.discriminator}' is not a member")
        member = flat.properties[type_.discriminator]
        known = self.tags_of(member, at)
        tags, mapped = self.mapping(node, at), set()
        family = self.forms.descendants(place)
        own = at == child(place, "discriminator") or at.startswith(place + "/")
        for tag, target in tags:
            mapped.add(target)
            if target == place or (not own and target not in family):
                continue
            if target not in family:
                raise Stop(child(at, "mapping", tag), f"'{last_key(target)}' is not built on this schema by allOf")
            if known is not None and tag not in known:
                raise Stop(child(at, "mapping", tag), f"is not among the values of '{type_.discriminator}'")
            type_.variants.append(Variant(tag, self.shape_at(self.document.at(target), target).ref))
        for target in family:
            if target not in mapped and (known is None or last_key(target) in known):
                type_.variants.append(Variant(last_key(target), self.shape_at(self.document.at(target), target).ref))

    def tags_of(self, member, place):
        """The texts that a discriminator's member may have; None for any."""
        kind = self.forms.kind(member.node, member.place)
        if kind == "enum" and self.forms.is_text_enum(member.node, member.place):
            return self.forms.all_values(member.node, member.place)
        if kind != "string":
            raise Stop(child(place, "propertyName"), "the member is neither a text nor an enum of texts")
        return None

    def mapping(self, node, place):
        """(tag, place of the schema) for each entry of a discriminator's mapping."""
        entries = []
        for tag, target in map_of(node, "mapping", place).items():
            at = child(place, "mapping", tag)
            if not isinstance(target, str):
                raise Stop(at, "is not a text")
            schemas = map_of(map_of(self.document.root, "components", "#"), "schemas", "#/components")
            reference = child("#/components/schemas", target) if target in schemas else target
            entries.append((tag, self.document.resolve({"$ref": reference}, at)[1]))
        return entries

    def complete_union(self, type_, node, place):
        if "allOf" in node or "$ref" in node:
            node = self.forms.merged(node, place)
        by_place = {}
        for part, at in self.forms.alternatives(node, place):
            target, target_place = self.document.resolve(part, at)
            kind = self.forms.kind(part, at)
            simple = {"bytes": "string", "enum": "string", "map": "object", "json": "object", "union": "object"}
            word = simple.get(kind, kind)
            if target_place != at:
                word = words_of_place(target_place)
                word = (text_of(target, "x-kf-name", target_place) if isinstance(target, dict) else "") or word
            elif isinstance(part, dict) and part.get("title"):
                word = text_of(part, "title", at)
            hint = f"{type_.word} {pascal(word)}"
            field = self.field(word.replace(" ", ""), word, self.shape(part, at, hint), False, hint, at)
            field.plain = bool(field.container) and field.plain
            field.wire = self.wires.value(at, field)
            type_.fields.append(field)
            by_place[target_place] = field
        if isinstance(node.get("discriminator"), dict):
            self.add_union_variants(type_, node["discriminator"], child(place, "discriminator"), by_place)

    def add_union_variants(self, type_, node, at, by_place):
        type_.discriminator = text_of(node, "propertyName", at)
        if not type_.discriminator:
            raise Stop(at, "has no propertyName")
        mapped = set()
        for tag, target in self.mapping(node, at):
            if target not in by_place:
                raise Stop(child(at, "mapping", tag), f"'{last_key(target)}' is not among the alternatives")
            mapped.add(target)
            field = by_place[target]
            if field.kind == "object" and not field.container:  # else it is recognised by its form
                type_.variants.append(Variant(tag, field.ref))
        for target, field in by_place.items():
            if target not in mapped and field.kind == "object" and not field.container and \
                    target.rsplit("/", 1)[0] == "#/components/schemas":
                type_.variants.append(Variant(last_key(target), field.ref))


def finish(service):
    """What can only be said when all types are complete: secrets, and the hash tables."""
    parameters = {type_.name: type_ for operation in service.operations
                  for type_ in (operation.parameters, operation.path_type) if type_}
    everything = list(service.types.values()) + list(parameters.values())
    secret = set()
    found = True
    while found:
        found = False
        for type_ in everything:
            holds = any(field.notes.secret or (field.kind == "object" and field.ref in secret)
                        for field in type_.fields) or any(variant.type in secret for variant in type_.variants)
            if holds and type_.name not in secret:
                secret.add(type_.name)
                found = True
    for type_ in everything:
        if type_.name in secret:
            type_.flags.append("SECRET")
        names = [None if field.additional else field.name for field in type_.fields]
        type_.seed, type_.slots = slots_of(names, type_.place)
