"""Chooses among the media types of bodies and answers."""
import re

from .flatten import map_of
from .ir import Answer, Field, Notes, Type, Variant
from .load import child, last_key
from .notes import text_of
from .stop import Stop
from .words import pascal


def is_json(media):
    return re.fullmatch(r"(application|text)/json|[^/]+/[^/]+\+json", media.split(";")[0].strip().lower()) is not None


def is_xml(media):
    return re.fullmatch(r"(application|text)/xml|[^/]+/[^/]+\+xml", media.split(";")[0].strip().lower()) is not None


def is_any(media):
    return "*" in media


def content_of(schemas, content, place):
    """The media types of a content object: (those with a type, preferred ones first; bytes), each as (media, schema,
    place). XML has a type where the document says how types look in it."""
    json, xml, others = [], [], []
    for media, node in content.items():
        at = child(place, media, "schema")
        if node is not None and not isinstance(node, dict):
            raise Stop(child(place, media), "is not an object")
        schema = (node or {}).get("schema", True)
        target, target_place = schemas.document.resolve(schema, at)
        binary = isinstance(target, dict) and target.get("format") == "binary"
        wildcard = is_any(media) and "schema" in (node or {}) and schemas.forms.kind(target, target_place) not in \
            ("string", "json")
        kind = json if (is_json(media) or wildcard) and not binary else others
        if schemas.wires.on and is_xml(media) and "schema" in (node or {}) and \
                schemas.forms.kind(target, target_place) in ("object", "array", "map", "union"):
            kind = xml
        kind.append(("application/json" if wildcard else media, schema, at))
    json.sort(key=lambda entry: entry[0].split(";")[0].strip().lower() != "application/json")
    first = next((media for media in content if is_any(media) or media in [entry[0] for entry in json + xml]), None)
    return (xml + json if xml and first == xml[0][0] else json + xml), others


def hint_of(operation, place, component, suffix):
    """The name of an inline body or answer: that of the component that it stands in, or the operation's."""
    if re.match(f"#/components/{component}/[^/]+$", place):
        return pascal(last_key(place))
    return f"{pascal(operation.word)} {suffix}"


def choose_body(operations, operation, node, place):
    if node.get("requestBody") is None:
        return
    schemas = operations.schemas
    local, local_place = node["requestBody"], child(place, "requestBody")
    body, at = operations.document.resolve(local, local_place)
    if not isinstance(body, dict):
        raise Stop(at, "is not an object")
    typed, others = content_of(schemas, map_of(body, "content", at), child(at, "content"))
    if not typed and not others:
        return
    operation.body_required = body.get("required") is True
    operation.body_description = text_of(body, "description", at)
    media, schema, schema_at = (typed or others)[0]
    operation.body_media = "application/octet-stream" if is_any(media) else media
    if typed:
        operation.body = schemas.struct(schema, schema_at, hint_of(operation, at, "requestBodies", "Body"))
    else:
        operation.upload = True
        name = local.get("x-ms-requestBody-name") or body.get("x-ms-requestBody-name")
        operation.body_word = name if isinstance(name, str) and name else "body"


def success_status(key, place):
    """The number of a successful status; None for a failure."""
    if key == "default":
        return None
    if not re.fullmatch("[1-5]([0-9][0-9]|XX)", key):
        raise Stop(place, f"'{key}' is not an HTTP status")
    if key == "2XX":
        return 2
    return int(key) if key[0] == "2" or key == "304" else None


def choose_answers(operations, operation, node, place):
    """The answers that mean success, what they hold, and the Accept header."""
    at = child(place, "responses")
    responses = {key: value for key, value in map_of(node, "responses", place).items() if not key.startswith("x-")}
    successes = [(success_status(key, child(at, key)), key) for key in responses]
    successes = [(status, key) for status, key in successes if status is not None]
    if not any(str(status)[0] == "2" for status, key in successes) and "default" in responses:
        successes.append((2, "default"))
    contents = []
    for status, key in successes:
        response, response_at = operations.document.resolve(responses[key], child(at, key))
        if not isinstance(response, dict):
            raise Stop(response_at, "is not an object")
        typed, others = content_of(operations.schemas, map_of(response, "content", response_at),
                                   child(response_at, "content"))
        contents.append((status, key, response_at, typed, others))
    operation.download = any(others and not typed for status, key, response_at, typed, others in contents)
    operation.accept = accept(operation, contents)
    if operation.download:
        # With several kinds of answers all of them go to the sink: it takes any bytes.
        operation.answers = [Answer(status) for status, *rest in contents]
    else:
        add_types(operations, operation, contents)
    operation.answers = operation.answers or [Answer(2)]


def accept(operation, contents):
    """The Accept header; notes where JSON may be had instead of XML."""
    medias, prefers_xml, json_too = [], False, True
    for status, key, response_at, typed, others in contents:
        json = [media for media, *rest in typed if not is_xml(media)]
        if operation.download:
            medias += [media for media, *rest in typed + others]
        elif typed and is_xml(typed[0][0]):
            # One media type: a server that may choose would take either.
            medias.append(typed[0][0])
            prefers_xml = True
            json_too = json_too and bool(json)
        else:
            medias += json
    operation.json_too = prefers_xml and json_too
    return ", ".join(dict.fromkeys(medias + ([] if prefers_xml else ["application/json"])))


def add_types(operations, operation, contents):
    schemas, keywords = operations.schemas, operations.keywords
    typed_contents = [content for content in contents if content[3]]
    by_schema = {}
    for status, key, response_at, typed, others in typed_contents:
        target = schemas.document.resolve(typed[0][1], typed[0][2])
        check_alike(schemas, typed, target[0])
        by_schema.setdefault(target[1], []).append(key)
    suffix = {places[0]: "Answer" if len(by_schema) == 1 else "Answer " + places[0]
              for places in by_schema.values()}
    found = {}
    for status, key, response_at, typed, others in contents:
        if typed:
            target = schemas.document.resolve(typed[0][1], typed[0][2])[1]
            first = by_schema[target][0]
            if first == key:
                found[target] = schemas.struct(typed[0][1], typed[0][2],
                                               hint_of(operation, response_at, "responses", suffix[first]))
            response = schemas.document.at(response_at)
            operation.answers.append(Answer(status, found[target],
                                            keywords.truth(response, response_at, "x-kf-optional")))
        else:
            operation.answers.append(Answer(status))
    types = list(dict.fromkeys(answer.type for answer in operation.answers if answer.type))
    if len(types) == 1:
        operation.out = types[0]
    elif types:
        operation.out = by_status(operations, operation, contents)


def check_alike(schemas, typed, node):
    """One struct holds the answer, in XML and in JSON."""
    for media, schema, place in typed[1:]:
        if is_xml(media) != is_xml(typed[0][0]) and schemas.document.resolve(schema, place)[0] != node:
            raise Stop(place, f"is another schema than that of {typed[0][0]}")


def by_status(operations, operation, contents):
    """A union with one member for each status."""
    name = operations.schemas.names.claim(pascal(operation.name) + "Answer")
    type_ = Type(name, operation.word + " Answer", child(operation.place, "responses"),
                 f"{operation.method} {operation.path}", ["UNION", "BY_STATUS"],
                 description="The answer: the member of the status that came is set.")
    for answer, (status, key, *rest) in zip(operation.answers, contents):
        if answer.type:
            word = "status_" + key.lower()
            type_.fields.append(Field(word, word, "object", ref=answer.type, notes=Notes()))
            type_.variants.append(Variant(key, answer.type))
            answer.type = name
    operations.service.types[name] = type_
    return name
