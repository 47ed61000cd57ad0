"""The x-kf-… keywords of a document: none is unknown, and none stands where nothing reads it."""
from .load import child
from .stop import Stop

# Keywords that mean something at some nodes only: what reads them notes it.
WIRE = ("x-kf-aliases", "x-kf-by-name", "x-kf-entries", "x-kf-expect", "x-kf-flatten", "x-kf-known-by", "x-kf-text")
NOTED = (*WIRE, "x-kf-optional", "x-kf-prefix", "x-kf-wire")
OTHERS = ("x-kf-error", "x-kf-idempotency", "x-kf-long-poll", "x-kf-name", "x-kf-pagination", "x-kf-secret",
          "x-kf-tenant")
NAMES = ("properties", "patternProperties", "mapping", "schemas", "parameters", "responses", "headers", "requestBodies")
VALUES = ("example", "examples", "default", "enum", "const")


class Keywords:
    def __init__(self, document):
        self.document = document
        self.read = set()

    def value(self, node, place, key):
        self.read.add(child(place, key))
        return node.get(key)

    def truth(self, node, place, key):
        value = self.value(node, place, key)
        if not isinstance(value, (bool, type(None))):
            raise Stop(child(place, key), "is neither true nor false")
        return value is True

    def texts(self, node, place, key):
        """A list of texts; [] when it is not there."""
        value = self.value(node, place, key)
        if value is None:
            return []
        good = isinstance(value, list) and value and all(isinstance(text, str) and text for text in value)
        if not good or len(set(value)) < len(value):
            raise Stop(child(place, key), "is not a list of different texts")
        return list(value)

    def check(self, on):
        """Stops at a keyword that has no meaning. `on`: whether the document has `x-kf-wire: true`."""
        for file, root in self.document.files.items():
            self.check_node(root, file + "#", on)

    def check_node(self, node, place, on):
        if isinstance(node, list):
            for index, item in enumerate(node):
                self.check_node(item, child(place, index), on)
        elif isinstance(node, dict):
            for key, value in node.items():
                at = child(place, key)
                self.check_key(key, at, on)
                if key in NAMES and isinstance(value, dict):
                    for name, item in value.items():
                        self.check_node(item, child(at, name), on)
                elif key not in VALUES:
                    self.check_node(value, at, on)

    def check_key(self, key, at, on):
        if not key.startswith("x-kf-") or key in OTHERS:
            return
        if key not in NOTED:
            raise Stop(at, "is not understood")
        if key in WIRE and not on:
            raise Stop(at, "needs x-kf-wire: true at the top of the document")
        if at not in self.read:
            raise Stop(at, "has no meaning here")
