"""Reads OpenAPI documents and follows their references.

A place is the JSON pointer of a node behind the name of its file: "#/paths/~1jobs/get" in the main document,
"common.yaml#/components/schemas/Id" in another one.
"""
import json
import os
import re

import yaml

from .stop import Stop

try:
    BaseLoader = yaml.CSafeLoader
except AttributeError:
    BaseLoader = yaml.SafeLoader


class Decimal(float):
    """A number with a fraction that remembers how it was written, so that `version: 1.10` stays 1.10."""

    def __new__(cls, text):
        number = super().__new__(cls, text.replace(".inf", "inf").replace(".nan", "nan"))
        number.text = text
        return number

    def __deepcopy__(self, memo):
        return self


class Loader(BaseLoader):
    """YAML 1.2: `no`, `on`, `2024-06-14` and `12:30` are texts; keys are always texts and may not be repeated."""

    yaml_implicit_resolvers = {}


def construct_map(loader, node):
    loader.flatten_mapping(node)
    mapping = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key is not a text", key_node.start_mark)
        if key_node.value in mapping:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key_node.value}' is repeated", key_node.start_mark)
        mapping[key_node.value] = loader.construct_object(value_node, deep=True)
    return mapping


def construct_int(loader, node):
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


for tag, pattern, first in [
        ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
        ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", "-+.0123456789"),
        ("merge", "<<", "<")]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))
Loader.add_constructor("tag:yaml.org,2002:map", construct_map)
Loader.add_constructor("tag:yaml.org,2002:int", construct_int)
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node)))


def unique(pairs):
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a key is repeated")
    return mapping


def parse(text):
    """JSON, which YAML readers do not take in all its forms, or else YAML."""
    if text.lstrip()[:1] == "{":
        try:
            return json.loads(text, object_pairs_hook=unique, parse_float=Decimal)
        except ValueError:
            pass  # YAML has braces too, and names the line
    return yaml.load(text, Loader)


def read_yaml(path, shown=None):
    """The content of a YAML or JSON file; `shown` is its name in error lines."""
    shown = shown or os.path.basename(path)
    try:
        with open(path, encoding="utf-8-sig") as file:
            return parse(file.read())
    except (OSError, UnicodeDecodeError) as problem:
        raise Stop(shown, f"cannot be read: {getattr(problem, 'strerror', None) or 'it is not UTF-8'}") from None
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        where = f"{shown}:{mark.line + 1}:{mark.column + 1}" if mark else shown
        raise Stop(where, problem.problem or "is not YAML") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Stop(shown, "is not YAML") from None


def child(place, *keys):
    """The place of a node below another one."""
    for key in keys:
        place += "/" + str(key).replace("~", "~0").replace("/", "~1")
    return place


def last_key(place):
    """The last key of a place, or the file's stem for a whole file."""
    file, _, pointer = place.partition("#")
    if pointer.strip("/"):
        return pointer.rsplit("/", 1)[1].replace("~1", "/").replace("~0", "~")
    return os.path.splitext(os.path.basename(file))[0]


def percent_decode(text):
    return re.sub("%([0-9a-fA-F]{2})", lambda match: chr(int(match.group(1), 16)), text)


class Document:
    """The main document, and the files that it refers to."""

    def __init__(self, path, root=None):
        self.folder = os.path.dirname(os.path.abspath(path))
        self.file = os.path.basename(path)
        self.files = {"": read_yaml(path) if root is None else root}
        if not isinstance(self.root, dict):
            raise Stop("#", "is not an OpenAPI document")

    @property
    def root(self):
        return self.files[""]

    def follow(self, reference, place):
        """The node that a reference standing at `place` means, and its place."""
        if not isinstance(reference, str):
            raise Stop(child(place, "$ref"), "is not a text")
        file, _, pointer = reference.partition("#")
        if re.match("[a-zA-Z][a-zA-Z0-9+.-]+:|//", file):
            raise Stop(child(place, "$ref"), f"'{reference}' is a URL; only files are followed")
        here = place.partition("#")[0]
        if file:
            target = os.path.normpath(os.path.join(os.path.dirname(here), percent_decode(file)))
            here = "" if target == self.file else target
        if here not in self.files:
            path = os.path.join(self.folder, here)
            if not os.path.isfile(path):
                raise Stop(child(place, "$ref"), f"there is no file '{here}'")
            self.files[here] = read_yaml(path, here)
        node, at = self.files[here], here + "#"
        for key in percent_decode(pointer).split("/")[1:]:
            key = key.replace("~1", "/").replace("~0", "~")
            at = child(at, key)
            try:
                node = node[int(key)] if isinstance(node, list) else node[key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise Stop(child(place, "$ref"), f"'{reference}' does not exist") from None
        if pointer and not pointer.startswith("/"):
            raise Stop(child(place, "$ref"), f"'{reference}' is not a JSON pointer")
        return node, at

    def at(self, place):
        """The node at a place that is known to exist."""
        file, _, pointer = place.partition("#")
        node = self.files[file]
        for key in pointer.split("/")[1:]:
            key = key.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        return node

    def resolve(self, node, place):
        """The node itself, or what its chain of references ends in."""
        seen = set()
        while isinstance(node, dict) and "$ref" in node:
            if place in seen:
                raise Stop(place, "refers to itself")
            seen.add(place)
            node, place = self.follow(node["$ref"], place)
        return node, place
