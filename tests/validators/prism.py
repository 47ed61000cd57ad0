#!/usr/bin/env python3
"""Sends every request with a JSON body, and every one without a body, to Stoplight Prism, which checks it against the
document; the requests are made from the document too, with every parameter and member, and sent by kf_call_json().

Prints TAP. Environment: PRISM (its command), LIBKUFLOW (the shared library).
"""
import ctypes
import glob
import json
import os
import re
import subprocess
import sys

TEXTS = ["a text", "com.acme:lab:1.0", "abc", "1", "a-b", "en"]
FORMATS = {"uuid": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "date-time": "2026-01-02T03:04:05Z", "date": "2026-01-02",
           "email": "a@example.com", "uri": "https://example.com/a", "byte": "AAEC", "duration": "PT5M", "time": "03:04:05Z"}
DEEPEST = 5


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("http_status", ctypes.c_int), ("attempts", ctypes.c_int),
                ("flags", ctypes.c_bool * 2), ("transport_code", ctypes.c_int), ("retry_after_ms", ctypes.c_int64),
                ("message", ctypes.c_char * 512), ("server_code", ctypes.c_char * 96),
                ("server_message", ctypes.c_char * 256), ("rest", ctypes.c_char * 2048)]


class Sampler:
    """Values that a document allows."""

    def __init__(self, root):
        self.root = root

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.root
            for key in node["$ref"][2:].split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def text(self, schema):
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        for text in TEXTS + [schema.get("example")]:
            if text and re.search(schema.get("pattern", ""), text) and len(text) <= schema.get("maxLength", 1000):
                return text.ljust(schema.get("minLength", 0), "x")
        raise ValueError(f"no text for {schema}")

    def members(self, schema, depth):
        """The members of an object: those of every allOf and of the first alternative."""
        found = {}
        for part in schema.get("allOf", []) + (schema.get("oneOf") or schema.get("anyOf") or [])[:1]:
            found.update(self.members(self.resolve(part), depth))
        required = schema.get("required", [])
        for name, member in schema.get("properties", {}).items():
            member = self.resolve(member)
            if not member.get("readOnly") and (depth < DEEPEST or name in required):
                found[name] = self.value(member, depth + 1)
        more = schema.get("additionalProperties")
        if isinstance(more, dict) and more and not schema.get("properties"):
            found["key"] = self.value(more, depth + 1)
        mapping = schema.get("discriminator", {}).get("mapping")
        if mapping:
            tag, target = next(iter(mapping.items()))
            base = {key: value for key, value in self.resolve({"$ref": target}).items() if key != "discriminator"}
            found = {**self.plain_members(base, depth), schema["discriminator"]["propertyName"]: tag}
        return found

    def plain_members(self, schema, depth):
        """As members(), but the parts' discriminators do not choose again."""
        found = {}
        for part in schema.get("allOf", []):
            part = {key: value for key, value in self.resolve(part).items() if key != "discriminator"}
            found.update(self.plain_members(part, depth))
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        found.update(self.members(rest, depth))
        return found

    def value(self, schema, depth=0):
        schema = self.resolve(schema)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next(entry for entry in kind if entry != "null")
        if schema.get("enum"):
            return schema["enum"][0]
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1)] * max(1, schema.get("minItems", 1))
        if kind == "object" or {"properties", "allOf"} & set(schema):
            return self.members(schema, depth)
        if "oneOf" in schema or "anyOf" in schema:
            return self.value((schema.get("oneOf") or schema.get("anyOf"))[0], depth)
        if kind in ("integer", "number"):
            return min(max(7, schema.get("minimum", 7)), schema.get("maximum", 7))
        if kind == "boolean":
            return True
        return self.text(schema) if kind == "string" else {"free": [1, "a"]}


class Library:
    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.lib.kf_free.argtypes = [ctypes.c_void_p]
        self.lib.kf_call_json.argtypes = [ctypes.c_void_p] + [ctypes.c_char_p] * 2 + [ctypes.c_void_p] * 2
        self.error = Error()

    def client(self, options):
        room = (ctypes.c_uint64 * 512)()
        self.lib.kf_client_options_init(room, ctypes.c_size_t(ctypes.sizeof(room)))
        texts = {name.encode(): text.encode() for name, text in options.items()}  # borrowed until the client is there
        for name, text in texts.items():
            if self.lib.kf_client_options_set(room, name, text, ctypes.byref(self.error)) != 0:
                raise RuntimeError(self.error.message.decode())
        client = ctypes.c_void_p()
        if self.lib.kf_client_new(room, ctypes.byref(client), ctypes.byref(self.error)) != 0:
            raise RuntimeError(self.error.message.decode())
        return client

    def call(self, client, operation, parameters):
        """Why Prism, or the library before it, refused the request; None when it was right."""
        answer = ctypes.c_void_p()
        status = self.lib.kf_call_json(client, operation.encode(), json.dumps(parameters).encode(),
                                       ctypes.byref(answer), ctypes.byref(self.error))
        self.lib.kf_free(answer)
        # What Prism makes up for an answer in XML is none.
        if status == 0 or 200 <= self.error.http_status < 300:
            return None
        return f"{self.error.message.decode()} ({self.error.http_status} {self.error.server_message.decode()})"


def login(root, sampler):
    """Credentials for the first of the document's security schemes that are understood."""
    for name in [name for entry in root.get("security", []) for name in entry]:
        scheme = sampler.resolve(root["components"]["securitySchemes"][name])
        if scheme["type"] == "apiKey":
            return {"auth": "api_key", "api_key_header": scheme["name"], "token": "secret"}
        if scheme.get("scheme", "").lower() == "basic":
            return {"auth": "basic", "username": "user", "password": "secret"}
        if scheme.get("scheme", "").lower() == "bearer":
            return {"auth": "bearer", "token": "secret"}
    return {}


def requests_of(root, sampler):
    """Each operation with what kf_call_json() takes."""
    for item in root["paths"].values():
        for method, operation in item.items():
            if method not in ("get", "put", "post", "delete", "patch", "head", "options"):
                continue
            given = {}
            for parameter in item.get("parameters", []) + operation.get("parameters", []):
                parameter = sampler.resolve(parameter)
                given[parameter["name"]] = sampler.value(parameter["schema"])
            content = sampler.resolve(operation.get("requestBody", {})).get("content", {})
            media = next((media for media in content if "json" in media), None)
            if media:
                given["body"] = sampler.value(content[media].get("schema", {}))
            if media or not content:
                yield operation["operationId"], given


def start_prism(document):
    prism = subprocess.Popen([os.environ["PRISM"], "mock", "--host", "127.0.0.1", "--port", "0", document],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in prism.stdout:
        address = re.search(r"listening on (http://127\.0\.0\.1:\d+)", line)
        if address:
            return prism, address.group(1)
    raise RuntimeError("Prism did not start")


def main():
    library, count, failed = Library(os.environ["LIBKUFLOW"]), 0, 0
    for document in sorted(glob.glob("build/merged/*.json")):
        service = os.path.basename(document)[:-len(".json")]
        with open(document, encoding="utf-8") as file:
            root = json.load(file)
        sampler = Sampler(root)
        prism, url = start_prism(document)
        try:
            client = library.client({"base_url": url, "allow_http": "true", "max_attempts": "1", **login(root, sampler)})
            for operation, given in requests_of(root, sampler):
                count += 1
                problem = library.call(client, f"{service}.{operation}", given)
                failed += problem is not None
                print(f"{'not ' if problem else ''}ok {count} - {service}.{operation}")
                if problem:
                    print("#", problem, "for", json.dumps(given)[:1000])
        finally:
            prism.kill()
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
