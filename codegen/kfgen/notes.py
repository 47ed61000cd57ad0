"""What a schema or parameter says beside its type: description, format, limits, default, and the marks on it."""
import json
from dataclasses import replace

from .ir import Notes
from .stop import Stop

FORMATS = {
    "uuid": "UUID.",
    "date-time": "RFC 3339 date-time, see time.h.",
    "date": "RFC 3339 date: 2024-06-14.",
    "time": "RFC 3339 time.",
    "duration": "ISO 8601 duration.",
    "email": "E-mail address.",
    "uri": "URI.",
    "uri-reference": "URI reference.",
    "hostname": "Host name.",
    "ipv4": "IPv4 address.",
    "ipv6": "IPv6 address.",
    "json-pointer": "JSON Pointer (RFC 6901).",
    "regex": "Regular expression.",
    "byte": "Base64 on the wire.",
}


def literal(value):
    """A JSON value as text, numbers as the document has them."""
    return getattr(value, "text", None) or json.dumps(value, ensure_ascii=False)


def text_of(node, key, place):
    """A text member of a node, "" when it is not there."""
    value = node.get(key)
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        raise Stop(f"{place}/{key}", "is not a text")
    return value if isinstance(value, str) else literal(value)


def between(node, low, high, unit):
    """A sentence such as "1 to 255 characters."."""
    least, most = node.get(low), node.get(high)

    def counted(number):
        return f"{literal(number)} {unit.removesuffix('s') if number == 1 else unit}" if unit else literal(number)

    if least is not None and most is not None:
        return f"{counted(least)}." if least == most else f"{literal(least)} to {counted(most)}."
    if least is not None:
        return f"At least {counted(least)}." if least != 0 or not unit else None
    return f"At most {counted(most)}." if most is not None else None


def above_and_below(node):
    """3.1 has exclusive limits as numbers, 3.0 as a mark on the others."""
    sentences = []
    for key, word in (("exclusiveMinimum", "Above"), ("exclusiveMaximum", "Below")):
        value = node.get(key)
        other = node.get("minimum" if word == "Above" else "maximum")
        if value is True and other is not None:
            sentences.append(f"{word} {literal(other)}.")
        elif value is not None and not isinstance(value, bool):
            sentences.append(f"{word} {literal(value)}.")
    return sentences


def facts_of(node):
    facts = [FORMATS.get(node.get("format")) if isinstance(node.get("format"), str) else None]
    limits = {key: value for key, value in node.items()
              if not (key == "minimum" and node.get("exclusiveMinimum") is True)
              and not (key == "maximum" and node.get("exclusiveMaximum") is True)}
    facts += [between(limits, "minLength", "maxLength", "characters"), between(limits, "minimum", "maximum", "")]
    facts += above_and_below(node)
    facts += [between(limits, "minItems", "maxItems", "elements"),
              between(limits, "minProperties", "maxProperties", "members")]
    return [fact for fact in facts if fact]


def notes_of(node, place):
    """The notes that stand on a node itself."""
    if not isinstance(node, dict):
        return Notes()
    types = node.get("type") if isinstance(node.get("type"), list) else []
    values = node.get("enum") if isinstance(node.get("enum"), list) else []
    return Notes(
        description=text_of(node, "description", place),
        facts=facts_of(node),
        default=literal(node["default"]) if "default" in node else None,
        nullable=node.get("nullable") is True or "null" in types or None in values or None in types,
        read_only=node.get("readOnly") is True,
        write_only=node.get("writeOnly") is True,
        deprecated=node.get("deprecated") is True,
        secret=node.get("x-kf-secret") is True or node.get("format") == "password",
        tenant=node.get("x-kf-tenant") is True)


def over(outer, inner):
    """The notes of a reference together with those of what it refers to: the nearer ones win, marks add up."""
    return replace(
        inner,
        description=outer.description or inner.description,
        facts=outer.facts + [fact for fact in inner.facts if fact not in outer.facts],
        default=inner.default if outer.default is None else outer.default,
        nullable=outer.nullable or inner.nullable,
        read_only=outer.read_only or inner.read_only,
        write_only=outer.write_only or inner.write_only,
        deprecated=outer.deprecated or inner.deprecated,
        secret=outer.secret or inner.secret,
        tenant=outer.tenant)
