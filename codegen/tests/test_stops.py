"""Everything that stops the generator: the place and the reason, in one line."""
import os
import tempfile
import unittest

import support
from kfgen.stop import Stop

GET = "paths: {/a: {get: {operationId: a, responses: {}, %s}}}"
PARAMETER = "paths: {/a: {get: {operationId: a, responses: {}, parameters: [%s]}}}"
SCHEMA = "components: {schemas: {S: %s}}"
PAGED = ("paths: {/a: {get: {operationId: a, x-kf-pagination: %s, parameters: [{name: page, in: query, schema: {type: integer}},"
         " {name: q, in: query, schema: {type: string}}], responses: {'200': {content: {application/json: {schema:"
         " {type: object, properties: {items: {type: array, items: {type: object, properties: {a: {type: string}}}},"
         " texts: {type: array, items: {type: string}}, total: {type: integer}}}}}}}}}}")
BODY = ("paths: {/a: {post: {operationId: a, responses: {}, x-kf-idempotency: %s, requestBody: {content:"
        " {application/json: {schema: {type: object, properties: {n: {type: integer}}}}}}}}}")

BUILT = ("components: {schemas: {A: {type: object, properties: {k: %s}, discriminator: {propertyName: k, mapping:"
         " {'%s': '#/components/schemas/B'}}}, B: {allOf: [{$ref: '#/components/schemas/A'}]}}}")

STOPS = [
    ("openapi: 2.0.0", "#/openapi: '2.0.0' is neither 3.0 nor 3.1"),
    ("openapi: ''", "#/openapi: is missing"),
    ("swagger: '2.0'", "#/swagger: OpenAPI 2.0 is not supported; convert the document to 3.0"),
    ("info: 1", "#/info: is not an object"),
    ("paths: []", "#/paths: is not an object"),
    ("paths: {a: {}}", "#/paths/a: does not begin with a slash"),
    ("paths: {'/{a}/{b': {get: {responses: {}}}}", "#/paths/~1{a}~1{b: has a brace without the other one"),
    ("paths: {/a: 1}", "#/paths/~1a: is not an object"),
    ("paths: {/a: {get: 1}}", "#/paths/~1a/get: is not an object"),
    ("paths: {/a: {$ref: '#/none'}}", "#/paths/~1a/$ref: '#/none' does not exist"),
    (GET % "servers: [{url: /other}]",
     "#/paths/~1a/get/servers/0/url: is not a complete address (an overlay can mend or remove it)"),
    (GET % "parameters: {}", "#/paths/~1a/get/parameters: is not a list"),
    (GET % "requestBody: 1", "#/paths/~1a/get/requestBody: is not an object"),
    ("paths: {/a: {get: {responses: {'600': {}}}}}", "#/paths/~1a/get/responses/600: '600' is not an HTTP status"),
    ("paths: {/a: {get: {responses: {'200': 1}}}}", "#/paths/~1a/get/responses/200: is not an object"),
    ("paths: {/a: {get: {responses: {'200': {content: {application/json: 1}}}}}}",
     "#/paths/~1a/get/responses/200/content/application~1json: is not an object"),
    ("paths: {'/a/{id}': {get: {responses: {}}}}", "#/paths/~1a~1{id}/get: '{id}' of the path is not among the parameters"),
    (PARAMETER % "{name: id, in: path, schema: {type: string}}",
     "#/paths/~1a/get/parameters/0: '{id}' is not in the path"),
    (PARAMETER % "1", "#/paths/~1a/get/parameters/0: is not an object"),
    (PARAMETER % "{in: query}", "#/paths/~1a/get/parameters/0: has no name"),
    (PARAMETER % "{name: a}", "#/paths/~1a/get/parameters/0: has no in"),
    (PARAMETER % "{name: a, in: body}", "#/paths/~1a/get/parameters/0: in 'body' cannot be expressed"),
    (PARAMETER % "{name: a, in: query}", "#/paths/~1a/get/parameters/0: has neither schema nor content"),
    (PARAMETER % "{name: a, in: query, style: matrix, schema: {}}",
     "#/paths/~1a/get/parameters/0/style: 'matrix' is not a style of a parameter in the query"),
    (PARAMETER % "{name: a, in: query, schema: {}}, {name: a, in: query, schema: {}}",
     "#/paths/~1a/get/parameters/1: the query parameter 'a' is repeated"),
    (SCHEMA % "1", "#/components/schemas/S: is not a schema"),
    (SCHEMA % "{$ref: '#/components/schemas/S'}", "#/components/schemas/S: refers to itself"),
    (SCHEMA % "{$ref: 'http://x.org/a.yaml'}",
     "#/components/schemas/S/$ref: 'http://x.org/a.yaml' is a URL; only files are followed"),
    (SCHEMA % "{type: file}", "#/components/schemas/S/type: 'file' is not a type"),
    (SCHEMA % "{type: object, properties: [a]}", "#/components/schemas/S/properties: is not an object"),
    (SCHEMA % "{type: object, properties: {a: 1}}", "#/components/schemas/S/properties/a: is not a schema"),
    (SCHEMA % "{allOf: {}}", "#/components/schemas/S/allOf: is not a list"),
    (SCHEMA % "{allOf: [{$ref: '#/components/schemas/S'}]}", "#/components/schemas/S: is built on itself by allOf"),
    (SCHEMA % "{oneOf: [{$ref: '#/components/schemas/S'}, {type: string}]}",
     "#/components/schemas/S: is an alternative of itself"),
    (SCHEMA % "{type: string, enum: a}", "#/components/schemas/S/enum: is not a list"),
    (SCHEMA % "{type: string, enum: [a, b], x-enum-varnames: [A]}",
     "#/components/schemas/S/x-enum-varnames: has 1 texts for 2 values"),
    (SCHEMA % r'{type: string, enum: ["a\0"]}', "#/components/schemas/S/enum/0: has the character U+0000"),
    (SCHEMA % "{type: number, enum: [1, null, 1e400]}",
     "#/components/schemas/S/enum/2: is not a number that JSON or C can hold"),
    (SCHEMA % r'{type: object, properties: {"a\0": {type: string}}}',
     "#/components/schemas/S/properties/a\0: has a name with the character U+0000"),
    (SCHEMA % ("{type: object, properties: {" + "n" * 256 + ": {type: string}}}"),
     "#/components/schemas/S/properties/" + "n" * 256 + ": has a name of more than 255 bytes"),
    (SCHEMA % "{properties: {a: {}}, x-kf-name: [a]}", "#/components/schemas/S/x-kf-name: is not a text"),
    (SCHEMA % "{type: object, properties: {a: {type: string, x-kf-name: {}}}}",
     "#/components/schemas/S/properties/a/x-kf-name: is not a text"),
    ("tags: [{name: [a]}]\n" + GET % "tags: [a]", "#/tags/0/name: is not a text"),
    (PARAMETER % "{name: a, in: {b: c}}", "#/paths/~1a/get/parameters/0: in '{'b': 'c'}' cannot be expressed"),
    (SCHEMA % "{type: object, description: [a]}", "#/components/schemas/S/description: is not a text"),
    ("components: {schemas: {B: {properties: {t: {type: string}}, discriminator: {propertyName: x}},"
     " C: {allOf: [{$ref: '#/components/schemas/B'}]}}}",
     "#/components/schemas/B/discriminator/propertyName: 'x' is not a member"),
    ("components: {schemas: {B: {properties: {t: {type: string}}, discriminator: {propertyName: t, mapping: {c: D}}},"
     " D: {properties: {t: {type: string}}}}}",
     "#/components/schemas/B/discriminator/mapping/c: 'D' is not built on this schema by allOf"),
    ("components: {schemas: {B: {properties: {t: {type: string}}, discriminator: {propertyName: t, mapping: {c: '#/x'}}}}}",
     "#/components/schemas/B/discriminator/mapping/c/$ref: '#/x' does not exist"),
    ("components: {schemas: {U: {oneOf: [{$ref: '#/components/schemas/D'}, {type: string}], discriminator: {propertyName: t,"
     " mapping: {e: E}}}, D: {properties: {t: {type: string}}}, E: {properties: {t: {type: string}}}}}",
     "#/components/schemas/U/discriminator/mapping/e: 'E' is not among the alternatives"),
    ("components: {schemas: {U: {oneOf: [{properties: {t: {type: string}}}, {type: string}], discriminator: {}}}}",
     "#/components/schemas/U/discriminator: has no propertyName"),
    ("x-kf-error: []", "#/x-kf-error: is not an object"),
    ("x-kf-error: {text: /a}", "#/x-kf-error/text: is not understood"),
    ("x-kf-error: {code: a}", "#/x-kf-error/code: is not a JSON pointer"),
    (BODY % "always", "#/paths/~1a/post/x-kf-idempotency: is neither idempotent, none nor {key: …}"),
    (BODY % "{key: id}", "#/paths/~1a/post/x-kf-idempotency/key: 'id' is not a text in the body"),
    (BODY % "{key: n}", "#/paths/~1a/post/x-kf-idempotency/key: 'n' is not a text in the body"),
    (PAGED % "{style: cursor}", "#/paths/~1a/get/x-kf-pagination: has no style page or offset"),
    (PAGED % "{style: page, page: page, items: items, cursor: a}",
     "#/paths/~1a/get/x-kf-pagination/cursor: is not understood"),
    (PAGED % "{style: page, page: page, items: none}", "#/paths/~1a/get/x-kf-pagination/items: 'none' is not in the answer"),
    (PAGED % "{style: page, page: page, items: 5}", "#/paths/~1a/get/x-kf-pagination/items: is not a text"),
    (PAGED % "{style: page, page: page, items: texts}",
     "#/paths/~1a/get/x-kf-pagination/items: 'texts' is not an array of objects"),
    (PAGED % "{style: page, page: page}",
     "#/paths/~1a/get/x-kf-pagination/items: is missing, and the answer is not an array of objects"),
    (PAGED % "{style: page, page: q, items: items}", "#/paths/~1a/get/x-kf-pagination/page: 'q' is not an integer in the query"),
    (PAGED % "{style: page, items: items}", "#/paths/~1a/get/x-kf-pagination/page: 'None' is not an integer in the query"),
    (PAGED % "{style: page, page: page, size: p, items: items}",
     "#/paths/~1a/get/x-kf-pagination/size: 'p' is not an integer in the query"),
    (PAGED % "{style: page, page: page, items: items, total: items}",
     "#/paths/~1a/get/x-kf-pagination/total: 'items' is not an integer"),
    (PAGED % "{style: page, page: page, items: items, first: 2}", "#/paths/~1a/get/x-kf-pagination/first: is neither 0 nor 1"),
    (PAGED % "{style: page, page: page, items: items, next: total}",
     "#/paths/~1a/get/x-kf-pagination/next: 'total' is not a text"),
    (PAGED % "{style: page, page: page, items: items, size_sent: 100}",
     "#/paths/~1a/get/x-kf-pagination/size_sent: needs the name of the parameter in size"),
    (PAGED % "{style: page, page: page, size: page, items: items, size_sent: 65536}",
     "#/paths/~1a/get/x-kf-pagination/size_sent: is not a number from 0 to 65535"),
    (PAGED % "{style: page, page: page, items: items, whole: true}",
     "#/paths/~1a/get/x-kf-pagination/whole: is for a list with a size that need not be sent"),
    (PAGED % "{style: page, page: page, items: items, whole: 1}",
     "#/paths/~1a/get/x-kf-pagination/whole: is neither true nor false"),
    (PAGED % "{style: page, page: page, size: page, items: items, cumulative: true}",
     "#/paths/~1a/get/x-kf-pagination/cumulative: is for pages whose size is sent"),
    (PAGED % "{style: offset, page: page, size: page, items: items, size_sent: 5, cumulative: true}",
     "#/paths/~1a/get/x-kf-pagination/cumulative: is for pages whose size is sent"),
    (PAGED % "{style: page, page: page, size: page, items: items, size_sent: 5, cumulative: 1}",
     "#/paths/~1a/get/x-kf-pagination/cumulative: is neither true nor false"),
    (BUILT % ("{type: string, enum: [B]}", "C"),
     "#/components/schemas/A/discriminator/mapping/C: is not among the values of 'k'"),
    (BUILT % ("{type: integer}", "1"),
     "#/components/schemas/A/discriminator/propertyName: the member is neither a text nor an enum of texts"),
    (SCHEMA % "{type: object, required: a, properties: {a: {type: string}}}",
     "#/components/schemas/S/required: is not a list"),
    (SCHEMA % "{type: object, additionalProperties: 5, properties: {a: {type: string}}}",
     "#/components/schemas/S/additionalProperties: is not a schema"),
    (GET % "x-kf-pagination: {style: page}", "#/paths/~1a/get/x-kf-pagination: the operation has no answer with a type"),
]


class Stops(unittest.TestCase):
    def test_lines(self):
        for text, line in STOPS:
            with self.subTest(text):
                with self.assertRaises(Stop) as caught:
                    support.service(support.document(text))
                self.assertEqual(str(caught.exception), line)

    def test_command(self):
        for name, line in [("missing.yaml", "missing.yaml: cannot be read: No such file or directory")]:
            result = support.run(support.GENERATE, "--spec", name, "--out", "/nowhere")
            self.assertEqual((result.returncode, result.stdout, result.stderr), (1, "", f"codegen/generate: {line}\n"))
        result = support.run(support.GENERATE, "--spec", "a.yaml", "--name", "1x", "--out", "/nowhere")
        self.assertEqual(result.returncode, 1)
        self.assertIn("1x: cannot be a prefix of names in C", result.stderr)
        result = support.run(support.GENERATE, "--spec", "a.yaml", "--name", "kuflow", "--out", "/nowhere")
        self.assertEqual((result.returncode, result.stderr), (
            1, "codegen/generate: kuflow: is the prefix of a service of the library; give another --name\n"))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "deep.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write('{"openapi": "3.0.0", "info": ' + '{"x": ' * 30000 + "1" + "}" * 30001)
            result = support.run(support.GENERATE, "--spec", path, "--out", folder)
            self.assertEqual((result.returncode, result.stderr.count("\n")), (1, 1), result.stderr[-200:])


if __name__ == "__main__":
    unittest.main()
