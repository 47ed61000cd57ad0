"""What schemas, parameters, bodies and answers become in C."""
import unittest

import support


def squeezed(text):
    return " ".join(text.split())


class Mapping(unittest.TestCase):
    def expect(self, text, *pieces, without=()):
        """Pieces of the generated text, whatever the line breaks."""
        source = support.schemas(text) if not text.lstrip().startswith(("paths:", "components:", "x-")) else \
            support.document(text)
        self.text = squeezed("\n".join(support.generated(source)))
        for piece in pieces:
            self.assertIn(squeezed(piece), self.text)
        for piece in without:
            self.assertNotIn(squeezed(piece), self.text)

    def members(self, properties, required, *declarations):
        self.expect(f"T: {{type: object, required: [{required}], properties: {{{properties}}}}}", *declarations)

    def test_scalars(self):
        self.members("s: {type: string}, b: {type: boolean}, i: {type: integer, format: int32}, l: {type: integer},"
                     " d: {type: number}, y: {type: string, format: byte}, j: {}, o: {type: object}", "",
                     "const char *s;", "kf_bool b;", "kf_int32 i;", "kf_int64 l;", "kf_double d;", "kf_bytes y;",
                     "const cJSON *j;", "const cJSON *o;")
        self.members("b: {type: boolean}, i: {type: integer, format: int32}, l: {type: integer, format: int64},"
                     " d: {type: number}, n: {type: integer, nullable: true}", "b, i, l, d, n",
                     "bool b;", "int32_t i;", "int64_t l;", "double d;", "kf_int64 n;",
                     'FIELD(api_t, n, "n", KF_KIND_INT64, KF_FIELD_REQUIRED | KF_FIELD_NULLABLE, NULL)',
                     'FIELD(api_t, b, "b", KF_KIND_BOOL, KF_FIELD_REQUIRED | KF_FIELD_PLAIN, NULL)')

    def test_marks(self):
        self.members("r: {type: string, readOnly: true}, w: {type: string, writeOnly: true, format: password},"
                     " d: {type: string, deprecated: true}", "",
                     'r, "r", KF_KIND_STRING, KF_FIELD_READ_ONLY, NULL',
                     'w, "w", KF_KIND_STRING, KF_FIELD_WRITE_ONLY | KF_FIELD_SECRET, NULL',
                     'd, "d", KF_KIND_STRING, KF_FIELD_DEPRECATED, NULL', ".flags = KF_TYPE_SECRET")

    def test_facts(self):
        self.members("a: {type: string, format: uuid, description: The id}, b: {type: string, format: date-time},"
                     " c: {type: string, minLength: 1, maxLength: 9}, d: {type: integer, minimum: 0, maximum: 10, default: 5},"
                     " e: {type: array, items: {type: string, format: email}, minItems: 1}", "a",
                     "/**< The id. UUID. Required. */", "/**< RFC 3339 date-time, see time.h. */", "/**< 1 to 9 characters. */",
                     "/**< 0 to 10. Default: 5. */", "/**< At least 1 element. Each: E-mail address. */")

    def test_arrays(self):
        self.members("s: {type: array, items: {type: string}}, b: {type: array, items: {type: boolean}},"
                     " y: {type: array, items: {type: string, format: byte}}, j: {type: array, items: {}},"
                     " t: {type: array, items: {$ref: '#/components/schemas/T'}}", "",
                     "const char *const *s; size_t s_count;", "const bool *b;", "const kf_bytes *y;",
                     "const cJSON *const *j;", "const api_t *t; size_t t_count;",
                     'COUNTED(api_t, s, s_count, "s", KF_KIND_STRING, KF_FIELD_ARRAY, NULL)')

    def test_maps(self):
        self.members("s: {additionalProperties: {type: string}}, b: {additionalProperties: {type: boolean}},"
                     " j: {type: object, additionalProperties: {type: object}}, f: {type: object, additionalProperties: true},"
                     " t: {type: object, additionalProperties: {$ref: '#/components/schemas/T'}},"
                     " e: {type: object, additionalProperties: {type: string, enum: [a]}}", "",
                     "const kf_string_entry *s; size_t s_count;", "const kf_bool_entry *b;", "const kf_json_entry *j;",
                     "const cJSON *f;", "typedef struct api_t_entry { const char *key; const api_t *value; } api_t_entry;",
                     "const api_t_entry *t;", "typedef struct api_t_e_value_entry { const char *key; api_t_e_value value; }")

    def test_nested_containers(self):
        self.members("rows: {type: array, items: {type: array, items: {type: integer}}},"
                     " sets: {additionalProperties: {type: array, items: {type: string}}}", "",
                     "const api_t_rows_item *rows;", "typedef struct api_t_rows_item { const int64_t *items;",
                     "const api_t_sets_value_entry *sets;", ".flags = KF_TYPE_VALUE")

    def test_additional(self):
        self.expect("T: {properties: {id: {type: string}}, additionalProperties: {type: integer}}",
                    "const kf_int64_entry *additional;", "KF_FIELD_PLAIN | KF_FIELD_MAP | KF_FIELD_ADDITIONAL")
        self.expect("T: {properties: {id: {type: string}}, additionalProperties: true}", without=["additional;"])

    def test_aliases(self):
        self.expect("L: {type: array, items: {type: string}}, S: {type: string}, T: {properties: {l: {$ref: '#/components/schemas/L'},"
                    " s: {$ref: '#/components/schemas/S'}}}", "const char *const *l;", "const char *s;", without=["api_l "])
        self.expect("paths: {/a: {post: {operationId: a, responses: {}, requestBody: {content: {application/json: {schema:"
                    " {$ref: '#/components/schemas/L'}}}}}}}\ncomponents: {schemas: {L: {type: array, items: {type: string}}}}",
                    "typedef struct api_l { const char *const *items;", "kf_status api_a(kf_client *client, const api_l *body,")

    def test_inheritance(self):
        self.expect("C: {allOf: [{$ref: '#/components/schemas/B'}, {properties: {data: {type: string}}}]},"
                    "B: {properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {c: C}}},"
                    "H: {properties: {all: {type: array, items: {$ref: '#/components/schemas/B'}}}}",
                    "typedef struct api_c { const char *kind; kf_extra extra; /**< See kf_extra. */ const char *data; } api_c;",
                    "const api_b *const *all;", "KF_FIELD_ARRAY | KF_FIELD_INDIRECT", '{"c", &api_c_schema},',
                    "const api_c *api_b_as_c(const api_b *model)", '.discriminator = "kind",')

    def test_unions(self):
        self.expect("U: {oneOf: [{type: string}, {type: array, items: {type: string}}, {$ref: '#/components/schemas/T'}]},"
                    "T: {properties: {a: {type: string}}}",
                    "typedef struct api_u { const char *string; const char *const *array; size_t array_count; const api_t *t;",
                    ".flags = KF_TYPE_UNION,")

    def test_enums(self):
        self.expect("E: {type: string, enum: [a.b, c], x-enum-varnames: [A__B, see]}, N: {type: integer, enum: [1, -1]},"
                    "T: {required: [e], properties: {e: {$ref: '#/components/schemas/E'}, i: {type: string, enum: [x]}}}",
                    "API_E_UNRECOGNIZED = -1,", "API_E_UNSPECIFIED = 0,", "API_E_A_B = 1,", "API_E_SEE = 2",
                    'texts_e[] = {"a.b", "c"};', 'texts_n[] = {"1", "-1"};', ".is_number = true,", "api_e e;", "api_t_i i;",
                    "const char *api_e_text(api_e value)", "api_e api_e_from_text(const char *text)", without=["api_e_list"])

    def test_parameters(self):
        self.expect("""paths:
              /a/{id}/{n}:
                get:
                  operationId: a
                  parameters:
                    - {name: n, in: path, required: true, schema: {type: integer, format: int32}}
                    - {name: id, in: path, required: true, schema: {type: string}}
                    - {name: size, in: query, required: true, schema: {type: integer, format: int32, default: 0}}
                    - {name: sort, in: query, style: form, explode: false, schema: {type: array, items: {type: string}}}
                    - {name: X-Id, in: header, schema: {type: integer}}
                    - {name: f, in: query, style: deepObject, explode: true, schema: {properties: {a: {type: string}}}}
                    - {name: j, in: query, content: {application/json: {schema: {properties: {a: {type: string}}}}}}
                  responses: {'204': {}}""",
                    "kf_status api_a(kf_client *client, const char *id, int32_t n, const api_a_params *params, kf_error *error)",
                    "kf_int32 size;", "kf_string_list sort;", "kf_int64 x_id;", "const api_a_f *f;", "const api_a_j *j;",
                    'COUNTED(api_a_params, sort.items, sort.count, "sort", KF_KIND_STRING, KF_FIELD_ARRAY, NULL)',
                    'FIELD(api_a_params, size, "size", KF_KIND_INT32, KF_FIELD_REQUIRED, NULL)',
                    "{KF_IN_QUERY, KF_STYLE_FORM, false, false, NULL}", "{KF_IN_HEADER, KF_STYLE_SIMPLE, false, false, NULL}",
                    "{KF_IN_QUERY, KF_STYLE_DEEP_OBJECT, true, false, NULL}",
                    "{KF_IN_QUERY, KF_STYLE_JSON, false, false, NULL}",
                    ".flags = KF_TYPE_REQUEST,", "const struct path_id_n arguments = {.id = id, .n = n};")

    def test_bodies_and_answers(self):
        answer = "{content: {application/json: {schema: {$ref: '#/components/schemas/%s'}}}}"
        schemas = "\ncomponents: {schemas: {O: {properties: {a: {type: string}}}, P: {properties: {b: {type: string}}}}}"
        self.expect("paths: {/a: {post: {operationId: a, responses: {'200': " + answer % "O" + ", '202': " + answer % "P" +
                    ", '204': {}}}}}" + schemas,
                    "typedef struct api_a_answer { const api_o *status_200; const api_p *status_202;",
                    ".flags = KF_TYPE_UNION | KF_TYPE_BY_STATUS,", '{"200", &api_o_schema},',
                    "{&api_a_answer_schema, 200, false}, {&api_a_answer_schema, 202, false}, {NULL, 204, false}",
                    "kf_status api_a(kf_client *client, api_a_answer **answer, kf_error *error)")
        self.expect("paths: {/a: {get: {operationId: a, responses: {'200': " + answer % "O" + ", '304': {}, default: " +
                    answer % "P" + "}}}}" + schemas, "{{&api_o_schema, 200, false}, {NULL, 304, false}};")
        self.expect("paths: {/a: {get: {operationId: a, responses: {default: " + answer % "O" + "}}}}" + schemas,
                    "{{&api_o_schema, 2, false}};")
        binary = "{schema: {type: string, format: binary}}"
        self.expect("paths: {/a: {put: {operationId: a, requestBody: {required: true, x-ms-requestBody-name: file, content:"
                    " {application/octet-stream: " + binary + "}}, responses: {'200': {content: {application/pdf: " + binary +
                    ", application/zip: " + binary + "}}}}}}",
                    "kf_status api_a(kf_client *client, const kf_source *file, kf_sink *sink, kf_error *error)",
                    '.accept = "application/pdf, application/zip, application/json",',
                    "KF_OPERATION_UPLOAD | KF_OPERATION_DOWNLOAD | KF_OPERATION_BODY_REQUIRED")

    def test_operations(self):
        self.expect("paths: {/a: {post: {operationId: a, deprecated: true, security: [], responses: {}},"
                    " get: {operationId: b, parameters: [{name: Accept, in: header, schema: {type: string}}], responses: {}}}}",
                    "KF_DEPRECATED KF_API kf_status api_a(kf_client *client, kf_error *error);",
                    "KF_OPERATION_DEPRECATED | KF_OPERATION_NO_AUTH", "kf_status api_b(kf_client *client, kf_error *error)",
                    ".idempotency = KF_IDEMPOTENCY_NONE,", ".idempotency = KF_IDEMPOTENCY_SAFE,")

    def test_security_does_not_multiply_members(self):
        self.expect("components: {securitySchemes: {b: {type: http, scheme: bearer}, o: {type: oauth2, flows: {}}}}")

    def test_two_tags_give_one_function(self):
        self.expect("paths: {/a: {get: {operationId: a, tags: [x, y], responses: {}}}}")
        self.assertEqual(self.text.count("KF_API kf_status api_a("), 1)

    def test_webhooks(self):
        self.expect("x-webhooks: {made: {post: {requestBody: {content: {application/json: {schema: {$ref:"
                    " '#/components/schemas/E'}}}}}}}\ncomponents: {schemas: {E: {properties: {a: {type: string}}}}}",
                    "The service sends it to your web hook 'made'; no function of this library calls that. Schema E.",
                    without=["kf_call("])


if __name__ == "__main__":
    unittest.main()
