import copy
import unittest

import support
from kfgen import overlay
from kfgen.load import Decimal
from kfgen.stop import Stop

ROOT = {"a": {"b": {"x": 1}, "list": [1, 2]}, "paths": {"/p/{id}": {"get": {"id": "one"}, "put": {"id": "two"}}},
        "items": [{"name": "x", "v": 1}, {"name": "y", "v": 2}, {"name": "x", "v": 3}], "words": ["p", "q", "p"],
        "flags": [True, 1, None]}


class Overlay(unittest.TestCase):
    def apply(self, *actions):
        root = copy.deepcopy(ROOT)
        return overlay.apply(root, {"overlay": "1.0.0", "actions": list(actions)})

    def test_merges(self):
        self.assertEqual(self.apply({"target": "$.a", "update": {"b": {"y": 2}, "c": 3}})["a"],
                         {"b": {"x": 1, "y": 2}, "list": [1, 2], "c": 3})

    def test_replaces_scalars(self):
        self.assertEqual(self.apply({"target": "$.a.b", "update": {"x": {"deep": 1}}})["a"]["b"], {"x": {"deep": 1}})
        self.assertEqual(self.apply({"target": "$.a.b.x", "update": 5})["a"]["b"], {"x": 5})

    def test_appends(self):
        self.assertEqual(self.apply({"target": "$.a.list", "update": [3]})["a"]["list"], [1, 2, 3])
        self.assertEqual(self.apply({"target": "$.a.list", "update": 3})["a"]["list"], [1, 2, 3])
        self.assertEqual(self.apply({"target": "$.a", "update": {"list": [4]}})["a"]["list"], [1, 2, 4])

    def test_root(self):
        self.assertEqual(self.apply({"target": "$", "update": {"new": 1}})["new"], 1)

    def test_quoted_names_and_indices(self):
        self.assertEqual(self.apply({"target": "$.paths['/p/{id}'].get.id", "update": "z"})["paths"]["/p/{id}"]["get"],
                         {"id": "z"})
        self.assertEqual(self.apply({"target": "$[\"a\"]['list'][0]", "remove": True})["a"]["list"], [2])
        self.assertEqual(self.apply({"target": "$.a.list[-1]", "remove": True})["a"]["list"], [1])

    def test_wildcards(self):
        result = self.apply({"target": "$.paths.*.*", "update": {"n": 1}})
        self.assertEqual([node["n"] for node in result["paths"]["/p/{id}"].values()], [1, 1])
        self.assertEqual(self.apply({"target": "$.words[*]", "remove": True})["words"], [])

    def test_filters(self):
        for path in ("$.items[?(@.name=='x')]", "$.items[?@.name == 'x']", "$.items[?(@['name']==\"x\")]"):
            with self.subTest(path):
                self.assertEqual([item["v"] for item in self.apply({"target": path, "remove": True})["items"]], [2])
        self.assertEqual(self.apply({"target": "$.words[?(@=='p')]", "remove": True})["words"], ["q"])
        self.assertEqual(self.apply({"target": "$.items[?@.v==2].name", "update": "z"})["items"][1]["name"], "z")
        self.assertEqual(self.apply({"target": "$.flags[?@==true]", "remove": True})["flags"], [1, None])

    def test_order_of_actions(self):
        result = self.apply({"target": "$.a", "update": {"n": {}}}, {"target": "$.a.n", "update": {"m": 1}},
                            {"target": "$.a.b", "remove": True})
        self.assertEqual(result["a"], {"list": [1, 2], "n": {"m": 1}})

    def test_updates_are_copied(self):
        result = self.apply({"target": "$.paths.*.*", "update": {"n": {}}}, {"target": "$.paths.*.get.n", "update": {"m": 1}})
        self.assertEqual(result["paths"]["/p/{id}"]["put"]["n"], {})

    def test_fractions(self):
        """A number remembers how it was written, also as it is copied."""
        result = self.apply({"target": "$.paths.*.*", "update": {"n": [Decimal("1.50")]}})
        self.assertEqual(result["paths"]["/p/{id}"]["put"]["n"][0].text, "1.50")

    def test_errors(self):
        for action, line in [
                ({"target": "$.none", "update": {}}, "overlay#/actions/0/target: '$.none' selects nothing"),
                ({"target": "$.items[?@.name=='z']", "remove": True},
                 "overlay#/actions/0/target: '$.items[?@.name=='z']' selects nothing"),
                ({"target": "a.b", "update": {}}, "overlay#/actions/0/target: 'a.b' is not a JSONPath"),
                ({"target": "$..a", "update": {}}, "overlay#/actions/0/target: '..a' of '$..a' is not understood"),
                ({"target": "$.a"}, "overlay#/actions/0: has neither update nor remove"),
                ({"update": {}}, "overlay#/actions/0: has no target"),
                ({"target": "$", "remove": True}, "overlay#/actions/0/target: the whole document cannot be removed")]:
            with self.subTest(line), self.assertRaises(Stop) as caught:
                self.apply(action)
            self.assertEqual(str(caught.exception), line)
        with self.assertRaises(Stop):
            overlay.apply({}, {"overlay": "2.0.0", "actions": []})


if __name__ == "__main__":
    unittest.main()
