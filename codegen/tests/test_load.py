import os
import tempfile
import unittest

import support
from kfgen.load import Document, child, read_yaml
from kfgen.stop import Stop


class Yaml(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return read_yaml(path)

    def test_version_1_2(self):
        self.assertEqual(self.read("[no, yes, on, off, y, 2024-06-14, 12:30, 012, 0x1f, 0o17, 1_000]"),
                         ["no", "yes", "on", "off", "y", "2024-06-14", "12:30", 12, 31, 15, "1_000"])
        self.assertEqual(self.read("[true, FALSE, null, ~, '', 1e3, .5]"), [True, False, None, None, "", 1000.0, 0.5])
        self.assertEqual(self.read("version: 1.10")["version"].text, "1.10")

    def test_keys_are_texts(self):
        self.assertEqual(self.read("200: a\ntrue: b\n2024-01-01: c"), {"200": "a", "true": "b", "2024-01-01": "c"})

    def test_merge_keys_and_anchors(self):
        self.assertEqual(self.read("a: &a {x: 1}\nb: {<<: *a, y: 2}")["b"], {"x": 1, "y": 2})

    def test_json(self):
        self.assertEqual(self.read('{"a": "\\u00e9\\n", "b": [1, 2.5, null]}'), {"a": "é\n", "b": [1, 2.5, None]})

    def test_errors(self):
        for text, line in [("a: 1\na: 2", "a.yaml:2:1: the key 'a' is repeated"),
                           ("a: [1", "a.yaml:2:1: did not find expected ',' or ']'"),
                           ("a: !!python/none", "a.yaml:1:4: could not determine a constructor")]:
            with self.subTest(text), self.assertRaises(Stop) as caught:
                self.read(text)
            self.assertIn(line, str(caught.exception))
        with self.assertRaises(Stop) as caught:
            read_yaml("/nowhere/b.yaml")
        self.assertEqual(str(caught.exception), "b.yaml: cannot be read: No such file or directory")


class References(unittest.TestCase):
    def setUp(self):
        self.document = Document(os.path.join(support.DOCUMENTS, "refs.yaml"))

    def test_places(self):
        self.assertEqual(child("#", "paths", "/a~b/{c}"), "#/paths/~1a~0b~1{c}")
        node, place = self.document.follow("common/schemas.yaml#/components/schemas/Kind", "#")
        self.assertEqual((node["enum"], place),
                         (["soft", "hard"], "common/schemas.yaml#/components/schemas/Kind"))
        self.assertEqual(self.document.follow("whole-file.yaml", place)[1], "common/whole-file.yaml#")
        self.assertEqual(self.document.follow("../refs.yaml#/info", place), (self.document.root["info"], "#/info"))
        self.assertEqual(self.document.follow("#/components", place)[1], "common/schemas.yaml#/components")

    def test_errors(self):
        for reference, line in [
                ("#/none", "#/x/$ref: '#/none' does not exist"),
                ("none.yaml#/a", "#/x/$ref: there is no file 'none.yaml'"),
                ("https://example.org/a.yaml#/b", "#/x/$ref: 'https://example.org/a.yaml#/b' is a URL; only files are followed"),
                ("#anchor", "#/x/$ref: '#anchor' is not a JSON pointer"), (5, "#/x/$ref: is not a text")]:
            with self.subTest(reference), self.assertRaises(Stop) as caught:
                self.document.follow(reference, "#/x")
            self.assertEqual(str(caught.exception), line)


if __name__ == "__main__":
    unittest.main()
