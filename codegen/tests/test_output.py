"""What the generated text looks like, and the flags that only it can know."""
import unittest

import support

BUILT = """components: {schemas: {A: {type: object, properties: {k: {type: string}}, discriminator: {propertyName: k}},
    B: {allOf: [{$ref: '#/components/schemas/A'}, {type: object, properties: {p: {type: string, format: password}}}]}}}"""
UPLOAD = """paths: {/a: {post: {operationId: a, parameters: [{name: q, in: query, required: true, schema: {type: string}}],
    requestBody: {content: {%s: {schema: {type: object}}}}, responses: {'204': {description: x}}}}}"""


def flat(text):
    """A comment's text without its line ends."""
    return " ".join(text.replace("\n *", " ").split())


class Output(unittest.TestCase):
    def test_no_blank_line_at_an_end(self):
        for source in (support.document(BUILT), support.document(UPLOAD % "text/plain")):
            for text in support.generated(source):
                self.assertNotIn("\n\n}", text)
                self.assertNotIn("{\n\n", text)
                self.assertNotIn("\n\n\n", text)
                self.assertFalse(any(line != line.rstrip() for line in text.split("\n")))

    def test_a_base_tells_how_to_send_a_variant(self):
        self.assertIn("Set `k` to the word of one of them only in that one's own struct",
                      flat(support.header(support.document(BUILT))))

    def test_names_that_json_escapes(self):
        tables = support.generated(support.schemas("""S: {type: object, properties: {'a"b': {type: string},
            'a\\b': {type: string}, "a\\nb": {type: string}, a/b: {type: string}}}"""))[1]
        self.assertEqual(tables.count("KF_FIELD_ESCAPED"), 3)

    def test_null_among_elements(self):
        header, tables, _ = support.generated(support.schemas("""S: {type: object, properties: {
            a: {type: array, items: {type: string, nullable: true}}, b: {type: array, items: {type: string}},
            m: {type: object, additionalProperties: {type: integer, nullable: true}}}}"""))
        self.assertEqual(tables.count("KF_FIELD_NULLABLE_ITEMS"), 2)
        self.assertIn("Elements may be null.", header)
        self.assertIn("Values may be null.", header)

    def test_parameters_that_are_needed(self):
        self.assertIn("@param params  Not NULL: some of its members are required.",
                      support.header(support.document(UPLOAD % "text/plain")))

    def test_bodies_of_parts_and_forms(self):
        text = flat(support.header(support.document(UPLOAD % "multipart/form-data")))
        self.assertIn("the boundary must be told in a header of your own, `Content-Type`", text)
        text = flat(support.header(support.document(UPLOAD % "application/x-www-form-urlencoded")))
        self.assertIn("They are the form, already encoded.", text)


if __name__ == "__main__":
    unittest.main()
