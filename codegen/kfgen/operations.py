"""Resolves paths into the operations of the intermediate form."""
import re
from dataclasses import replace
from urllib.parse import quote

from .extensions import apply_idempotency, apply_long_poll, pagination_of
from .flatten import list_of, map_of
from .ir import Operation, Parameter, Shape, Tag, Type
from .load import child, last_key
from .media import choose_answers, choose_body
from .notes import notes_of, over, text_of
from .servers import server_of
from .stop import Stop
from .words import Scope, pascal, snake, tokens

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
STYLES = {"path": ("simple", "label", "matrix"), "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
          "header": ("simple",), "cookie": ("form",)}
STYLE_NAMES = {"form": "FORM", "simple": "SIMPLE", "label": "LABEL", "matrix": "MATRIX",
               "spaceDelimited": "SPACE_DELIMITED", "pipeDelimited": "PIPE_DELIMITED", "deepObject": "DEEP_OBJECT"}
PAIR_KINDS = ("string", "bool", "int32", "int64", "double")
LIST_KINDS = (*PAIR_KINDS, "enum")
IGNORED_HEADERS = ("accept", "content-type", "authorization")


def template_of(path, place):
    """A path as it is sent: percent-encoded, and without the fragment by which documents have a path more than once."""
    parts = re.split(r"(\{[^{}]*\})", path.partition("#")[0])
    for index in range(0, len(parts), 2):
        if re.search("[{}]", parts[index]):
            raise Stop(place, "has a brace without the other one")
        parts[index] = re.sub(r"%(?![0-9A-Fa-f]{2})|[^!-~]|[\"<>\\^`|]", lambda found: quote(found[0]), parts[index])
    return "".join(parts)


class Operations:
    """All operations of a service, in the document's order."""

    def __init__(self, document, service, schemas, keywords):
        self.document = document
        self.service = service
        self.schemas = schemas
        self.keywords = keywords
        self.ids = Scope()
        self.path_types = {}

    def resolve(self):
        paths = map_of(self.document.root, "paths", "#")
        for path, node in paths.items():
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                raise Stop(child("#/paths", path), "does not begin with a slash")
            node, place = self.document.resolve(node, child("#/paths", path))
            if not isinstance(node, dict):
                raise Stop(place, "is not an object")
            for method in node:
                if method in METHODS:
                    self.add(path, method, node, place)
        for key in ("webhooks", "x-webhooks"):
            for name, node in map_of(self.document.root, key, "#").items():
                self.webhook(name, *self.document.resolve(node, child("#", key, name)))
        for tag, at in list_of(self.document.root, "tags", "#"):
            if isinstance(tag, dict):
                self.service.tags.append(Tag(text_of(tag, "name", at), text_of(tag, "description", at)))

    # Operations

    def name_of(self, node, place, path, method):
        """The operationId, or a name made from method and path where there is none or it was used before."""
        name = text_of(node, "operationId", place)
        if not name or name in self.ids.taken:
            words = [word for part in path.split("/") if part for word in tokens(part)]
            name = method + "".join(pascal(word) for word in words)
        return self.ids.claim(name)

    def add(self, path, method, item, item_place):
        node, place = item[method], child(item_place, method)
        if not isinstance(node, dict):
            raise Stop(place, "is not an object")
        server = server_of(self.service, self.document.root, ((node, place), (item, item_place)))
        name = self.name_of(node, place, path, method)
        tags = [tag for tag, at in list_of(node, "tags", place) if isinstance(tag, str)]
        declared = [tag.get("name") for tag in self.document.root.get("tags") or [] if isinstance(tag, dict)]
        operation = Operation(
            name, text_of(node, "x-kf-name", place) or name, place, method.upper(),
            template_of(path, child("#/paths", path)),
            next((tag for tag in tags if tag in declared), tags[0] if tags else ""), server=server,
            summary=text_of(node, "summary", place), description=text_of(node, "description", place),
            deprecated=node.get("deprecated") is True)
        security = node.get("security")
        operation.no_auth = isinstance(security, list) and not any(security)
        self.add_parameters(operation, node, place, item, item_place)
        choose_body(self, operation, node, place)
        choose_answers(self, operation, node, place)
        self.service.operations.append(operation)

    def extensions(self):
        """What the x-kf-… keywords of operations say; they need the complete types."""
        for operation in self.service.operations:
            node = self.document.at(operation.place)
            apply_idempotency(self.service, operation, node)
            operation.pagination = pagination_of(self.service, operation, node)
            apply_long_poll(operation, node)

    # Parameters

    def add_parameters(self, operation, node, place, item, item_place):
        found = {}
        for holder, at in ((item, item_place), (node, place)):
            seen = set()
            for parameter, parameter_at in list_of(holder, "parameters", at):
                parameter, parameter_at = self.document.resolve(parameter, parameter_at)
                key = self.key_of(parameter, parameter_at)
                if key in seen:
                    raise Stop(parameter_at, f"the {key[1]} parameter '{key[0]}' is repeated")
                seen.add(key)
                found[key] = (parameter, parameter_at)
        found = {key: value for key, value in found.items()
                 if not (key[1] == "header" and key[0].lower() in IGNORED_HEADERS)}
        in_path = {key[0]: value for key, value in found.items() if key[1] == "path"}
        self.add_path(operation, in_path)
        others = [(key[0], value) for key, value in found.items() if key[1] != "path"]
        if others:
            name = pascal(operation.name) + "Params"
            type_ = Type(self.schemas.names.claim(name), operation.word + "Params", place,
                         f"{operation.method} {operation.path}", ["REQUEST"])
            for name, (parameter, at) in others:
                field, travel = self.parameter(operation, name, parameter, at)
                type_.fields.append(field)
                operation.styles.append(travel)
            operation.parameters = type_

    def key_of(self, node, place):
        if not isinstance(node, dict):
            raise Stop(place, "is not an object")
        name, location = node.get("name"), node.get("in")
        if not isinstance(name, str) or not name:
            raise Stop(place, "has no name")
        if location not in list(STYLES):  # not in the dictionary itself: a document may have an object here
            raise Stop(place, f"in '{location}' cannot be expressed" if location else "has no in")
        return name, location

    def parameter(self, operation, name, node, place):
        """The field that holds a parameter, and how it travels."""
        location = node["in"]
        component = re.match("#/components/parameters/[^/]+$", place)
        hint = pascal(last_key(place)) if component else f"{pascal(operation.word)} {pascal(name)}"
        schema, schema_place, json = self.parameter_schema(node, place)
        shape = self.schemas.shape(schema, schema_place, hint)
        shape.notes = over(notes_of(node, place), shape.notes)
        style = text_of(node, "style", place) or ("form" if location in ("query", "cookie") else "simple")
        if style not in STYLES[location] and not json:
            raise Stop(child(place, "style"), f"'{style}' is not a style of a parameter in the {location}")
        required = node.get("required") is True or location == "path"
        word = text_of(node, "x-kf-name", place) or name
        if shape.kind == "map" and not json:
            shape.element = self.pair_value(shape.element)
        kinds = {"map": PAIR_KINDS, "array": LIST_KINDS}.get(shape.kind)
        if kinds and shape.element.kind not in kinds:
            shape = self.schemas.wrapped(shape, schema_place, hint)
        field = self.schemas.field(name, word, shape, required, hint, place)
        if field.container:
            field.container = "pairs" if field.container == "map" else "list"
            if field.kind == "enum":
                self.service.enums[field.ref].has_list = True
        field.plain = (field.plain and bool(field.container)) or \
            (location == "path" and field.kind in ("bool", "int32", "int64", "double"))
        explode = node.get("explode")
        explode = explode if isinstance(explode, bool) else style == "form" and not json
        travel = Parameter(location.upper(), "JSON" if json else STYLE_NAMES[style], explode,
                           node.get("allowReserved") is True, self.prefix(node, place))
        if travel.prefix and not (travel.style == "FORM" and explode and (shape.kind in ("map", "object"))):
            raise Stop(child(place, "x-kf-prefix"), "is for an exploded object of style form")
        return field, travel

    def pair_value(self, element):
        """What stands for a value of an object in a parameter: a text also where the document has an array or enum."""
        if element.kind == "enum":
            return Shape("string", notes=element.notes)
        if element.kind == "array" and element.element.kind in LIST_KINDS:
            facts = element.notes.facts + ["Several values in one text, with commas between."]
            return Shape("string", notes=replace(element.notes, facts=facts))
        return element

    def prefix(self, node, place):
        value = self.keywords.value(node, place, "x-kf-prefix")
        if value is not None and (not isinstance(value, str) or not value):
            raise Stop(child(place, "x-kf-prefix"), "is not a text")
        return value

    def parameter_schema(self, node, place):
        """The schema of a parameter, its place, and whether its value is written as JSON."""
        if "schema" in node:
            return node["schema"], child(place, "schema"), False
        content = map_of(node, "content", place)
        if not content:
            raise Stop(place, "has neither schema nor content")
        media = next(iter(content))
        schema = (content[media] or {}).get("schema", True)
        json = bool(re.search(r"[/+]json\b", media))
        return schema if json else {"type": "string"}, child(place, "content", media, "schema"), json

    def add_path(self, operation, parameters):
        """The path parameters, in the order of the template; operations with the same ones share the type."""
        names = list(dict.fromkeys(re.findall(r"\{([^{}]*)\}", operation.path)))
        for name in parameters:
            if name not in names:
                raise Stop(parameters[name][1], f"'{{{name}}}' is not in the path")
        fields = []
        for name in names:
            if name not in parameters:
                raise Stop(operation.place, f"'{{{name}}}' of the path is not among the parameters")
            field, travel = self.parameter(operation, name, *parameters[name])
            fields.append(field)
            operation.path_styles.append(travel)
        if not fields:
            return
        key = tuple((field.name, field.word, field.kind, field.container, field.ref, field.notes.secret)
                    for field in fields)
        if key not in self.path_types:
            name = "Path" + "".join(pascal(field.name) for field in fields)
            word = "path_" + "_".join(snake(field.word) for field in fields)
            if len(word) > 40:
                name, word = pascal(operation.name) + "Path", "path_of_" + snake(operation.word)
            self.path_types[key] = Type(self.schemas.names.claim(name), word, operation.place, "", ["REQUEST"])
            self.path_types[key].fields = fields
        operation.path_type = self.path_types[key]
        # The descriptions may differ between operations that share the struct.
        operation.path_notes = [field.notes for field in fields]

    # Web hooks

    def webhook(self, name, node, place):
        """What a service sends to its users: no function, but the types."""
        for method in node if isinstance(node, dict) else ():
            if method not in METHODS or not isinstance(node[method], dict):
                continue
            at = child(place, method, "requestBody")
            body, at = self.document.resolve(node[method].get("requestBody") or {}, at)
            for media, content in map_of(body, "content", at).items():
                if not re.search(r"[/+]json\b", media) or not isinstance(content, dict) or "schema" not in content:
                    continue
                target = self.schemas.struct(content["schema"], child(at, "content", media, "schema"),
                                             pascal(name) + " Webhook")
                note = f"The service sends it to your web hook '{name}'; no function of this library calls that."
                type_ = self.service.types[target]
                if note not in type_.description:
                    type_.description = f"{type_.description.rstrip()}\n\n{note}".lstrip()
