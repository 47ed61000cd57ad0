"""What users of other C generators complain about, a test each: what the generator decides. Each document becomes C
that gcc and clang take without a warning and, where its behaviour matters, a program that runs under the sanitizers.
The complaints about models and calls are in tests/integration/test_complaints*.c."""
import glob
import os
import platform
import re
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import programs
import support

ANSWER = "responses: {'204': {description: ok}}"


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def compiles(self, text, name="api"):
        paths = programs.generate(self.folder.name, text, name)
        self.assertEqual(programs.complaints_of_compilers(self.folder.name, paths), "")
        with open(paths[0], encoding="utf-8") as file:
            return paths, file.read()

    def runs(self, text, body):
        paths, header = self.compiles(text)
        self.assertIsNone(programs.run_program(self.folder.name, paths, body))
        return header


class Complaints(Case):
    def test_complaint_03_optional_zero_is_sent(self):
        """An optional number that is 0 was left out of the body."""
        self.runs("""components: {schemas: {T: {type: object, properties: {i: {type: integer, format: int32},
            l: {type: integer, format: int64}, d: {type: number}, b: {type: boolean}, s: {type: string}}}}}""", r"""
    api_t t = {0};
    CHECK_ENCODES(api_t_schema, &t, "{}");
    t = (api_t){.i = KF_INT32(0), .l = KF_INT64(0), .d = KF_DOUBLE(0), .b = KF_BOOL(false), .s = ""};
    CHECK_ENCODES(api_t_schema, &t, "{\"i\":0,\"l\":0,\"d\":0,\"b\":false,\"s\":\"\"}");
    t.i.presence = KF_NULL;
    CHECK_ENCODES(api_t_schema, &t, "{\"i\":null,\"l\":0,\"d\":0,\"b\":false,\"s\":\"\"}");
    t = (api_t){0}; /* and unset again */
    CHECK_ENCODES(api_t_schema, &t, "{}");""")

    def test_complaint_04_query_absent_zero_and_set(self):
        """Query numbers and booleans of 0 and false were left out, later always sent."""
        self.runs("""paths: {/q: {get: {operationId: q, parameters: [
            {name: i, in: query, schema: {type: integer, format: int32}},
            {name: b, in: query, schema: {type: boolean}}, {name: d, in: query, schema: {type: number}},
            {name: l, in: query, schema: {type: integer}}, {name: s, in: query, schema: {type: string}}], %s}}}"""
                  % ANSWER, r"""
    kf_client *client = new_client(KF_AUTH_NONE);
    api_q_params params = {0};
    answer_status = 204;
    OK(api_q(client, &params, &error));
    CHECK_LINE("GET /q");
    params = (api_q_params){.i = KF_INT32(0), .b = KF_BOOL(false), .d = KF_DOUBLE(0), .l = KF_INT64(0), .s = ""};
    OK(api_q(client, &params, &error));
    CHECK_LINE("GET /q?i=0&b=false&d=0&l=0&s=");
    params = (api_q_params){.i = KF_INT32(-7), .b = KF_BOOL(true), .d = KF_DOUBLE(0.5), .l = KF_INT64(INT64_MIN), .s = "x"};
    OK(api_q(client, &params, &error));
    CHECK_LINE("GET /q?i=-7&b=true&d=0.5&l=-9223372036854775808&s=x");
    params = (api_q_params){.b = KF_BOOL(false)};
    OK(api_q(client, &params, &error));
    CHECK_LINE("GET /q?b=false");
    params.b.presence = KF_NULL;
    CHECK(api_q(client, &params, &error) == KF_ERROR_ARGUMENT);
    kf_client_free(client);""")

    def test_complaint_06_enums_in_every_position(self):
        """Constants of enums clashed, and enums in parameters, items and nested objects were not declared."""
        self.runs("""
paths:
  /e/{state}:
    get:
      operationId: e
      parameters: [{name: state, in: path, required: true, schema: {$ref: '#/components/schemas/State'}},
        {name: mode, in: query, schema: {type: string, enum: [on, off]}},
        {name: states, in: query, schema: {type: array, items: {$ref: '#/components/schemas/State'}}},
        {name: X-State, in: header, schema: {$ref: '#/components/schemas/State'}}]
      responses: {'204': {description: ok}}
components:
  schemas:
    State: {type: string, enum: [on, off, 'a.b']}
    Other: {type: string, enum: [on, off]}
    T:
      type: object
      properties:
        state: {$ref: '#/components/schemas/State'}
        other: {$ref: '#/components/schemas/Other'}
        inline: {type: string, enum: [on, x]}
        items: {type: array, items: {type: string, enum: [on, y]}}
        refs: {type: array, items: {$ref: '#/components/schemas/Other'}}
        byName: {type: object, additionalProperties: {type: string, enum: [on, z]}}
        nested: {type: object, properties: {inline: {type: string, enum: [on, w]}}}""", r"""
    const char *text = "{\"state\":\"a.b\",\"other\":\"off\",\"inline\":\"x\",\"items\":[\"on\",\"y\"],"
                       "\"refs\":[\"off\"],\"byName\":{\"k\":\"z\"},\"nested\":{\"inline\":\"w\"}}";
    api_t *t = DECODE(api_t_schema, text);
    CHECK(t->state == API_STATE_A_B && t->other == API_OTHER_OFF && t->refs[0] == API_OTHER_OFF);
    CHECK(t->state != API_STATE_ON && API_STATE_ON == 1 && API_OTHER_ON == 1);
    CHECK(t->items_count == 2 && t->by_name_count == 1 && t->nested != NULL);
    CHECK_TEXT(kf_enum_text(&api_state_enum, t->state), "a.b");
    CHECK_ENCODES(api_t_schema, t, text);
    api_t_free(t);
    CHECK_KEPT(api_t_schema, "{\"state\":\"new\",\"items\":[\"on\",\"new\"],\"byName\":{\"k\":\"new\"}}");
    kf_client *client = new_client(KF_AUTH_NONE);
    api_e_params params = {.states = KF_LIST_OF(api_state, API_STATE_OFF, API_STATE_A_B), .x_state = API_STATE_ON};
    params.mode = api_e_mode_from_text("off");
    answer_status = 204;
    OK(api_e(client, API_STATE_A_B, &params, &error));
    CHECK_LINE("GET /e/a.b?mode=off&states=off&states=a.b");
    CHECK(strstr(seen.headers, "X-State: on\n") != NULL);
    kf_client_free(client);""")

    def test_complaint_13_maps_of_every_type(self):
        """Maps did not compile, crashed, or wrote booleans as 0 and 1."""
        kinds = {"S": "{type: string}", "B": "{type: boolean}", "I": "{type: integer, format: int32}",
                 "L": "{type: integer}", "D": "{type: number}", "Y": "{type: string, format: byte}", "J": "{}",
                 "F": "{type: object}", "O": "{$ref: '#/components/schemas/O'}",
                 "A": "{type: array, items: {type: boolean}}",
                 "M": "{type: object, additionalProperties: {type: boolean}}",
                 "N": "{type: string, nullable: true}"}
        fields = ", ".join(f"map{key}: {{type: object, additionalProperties: {value}}}" for key, value in kinds.items())
        texts = {"S": '{"a":"","b":"x"}', "B": '{"a":true,"b":false}', "I": '{"a":0,"b":-1}',
                 "L": '{"a":9007199254740993}', "D": '{"a":0.5,"b":0}', "Y": '{"a":"AAE="}', "J": '{"a":[null,1]}',
                 "F": '{"a":{"x":{}}}', "O": '{"a":{"x":"1"},"b":{}}', "A": '{"a":[true,false],"b":[]}',
                 "M": '{"a":{"b":true},"c":{}}', "N": '{"a":null}'}
        checks = ['    CHECK_KEPT(api_t_schema, "%s");' % ('{"map%s":%s}' % (key, text)).replace('"', '\\"')
                  for key, text in texts.items()]
        checks += ['    CHECK_KEPT(api_t_schema, "%s");' % ('{"map%s":{}}' % key).replace('"', '\\"') for key in texts]
        checks += ['    CHECK_REFUSED(api_t_schema, "%s", "map%s");' % (('{"map%s":[]}' % key).replace('"', '\\"'), key)
                   for key in texts if key != "J"]  # a map of anything is anything
        self.runs("components: {schemas: {O: {type: object, properties: {x: {type: string}}}, T: {type: object, "
                  "properties: {%s}}}}" % fields, "\n".join(checks) + r"""
    kf_bool_entry flags[] = {{"on", true}, {"off", false}};
    kf_int64_entry numbers[] = {{"n", INT64_C(9007199254740993)}};
    api_t t = {.map_b = flags, .map_b_count = 2, .map_l = numbers, .map_l_count = 1};
    CHECK_ENCODES(api_t_schema, &t, "{\"mapB\":{\"on\":true,\"off\":false},\"mapL\":{\"n\":9007199254740993}}");
    api_t *back = DECODE(api_t_schema, "{\"mapB\":{\"on\":true,\"off\":false}}");
    CHECK(back->map_b_count == 2 && back->map_b[0].value && !back->map_b[1].value);
    api_t_free(back);
    CHECK_REFUSED(api_t_schema, "{\"mapB\":{\"a\":1}}", "mapB");""")

    def test_complaint_14_free_form_object(self):
        """A free-form object was no type at all."""
        header = self.runs("""components: {schemas: {Free: {type: object}, T: {type: object, required: [a], properties: {
            a: {type: object}, b: {type: object, additionalProperties: true}, c: {}, d: {$ref: '#/components/schemas/Free'},
            e: {type: array, items: {type: object}}, f: {description: untyped}}}}}""", r"""
    const char *text = "{\"a\":{\"x\":[1,{\"y\":null}]},\"b\":{},\"c\":\"text\",\"d\":{\"n\":1.50},\"e\":[{},{\"z\":0}],\"f\":null}";
    api_t *t = DECODE(api_t_schema, text);
    CHECK(cJSON_GetObjectItem(t->a, "x") != NULL && cJSON_IsString(t->c) && t->e_count == 2 && cJSON_IsNull(t->f));
    CHECK_ENCODES(api_t_schema, t, text);
    api_t_free(t);
    cJSON *value = cJSON_Parse("{\"k\":[true]}");
    api_t mine = {.a = value, .c = value};
    CHECK_ENCODES(api_t_schema, &mine, "{\"a\":{\"k\":[true]},\"c\":{\"k\":[true]}}");
    cJSON_Delete(value);""")
        self.assertIn("const cJSON *a;", header)

    def test_complaint_17_answer_that_is_an_array(self):
        """An answer that is an array of objects came back as texts."""
        self.runs("""
paths: {/l: {get: {operationId: list, responses: {'200': {description: ok, content: {application/json: {schema:
    {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}}}}}
components: {schemas: {Pet: {type: object, required: [id], properties: {id: {type: integer}, name: {type: string}}}}}""", r"""
    kf_client *client = new_client(KF_AUTH_NONE);
    api_list_answer *answer = NULL;
    answer_text = "[{\"id\":1,\"name\":\"a\"},{\"id\":2}]";
    OK(api_list(client, &answer, &error));
    CHECK(answer->items_count == 2 && answer->items[0].id == 1 && answer->items[1].id == 2);
    CHECK_TEXT(answer->items[0].name, "a");
    CHECK(answer->items[1].name == NULL);
    kf_model_free(answer);
    answer_text = "[]";
    OK(api_list(client, &answer, &error));
    CHECK(answer->items_count == 0);
    kf_model_free(answer);
    kf_client_free(client);""")

    def test_complaint_18_every_type_and_style_of_parameters(self):
        """Numbers and booleans in the query came out as garbage."""
        int64 = "{type: array, items: {type: integer}}"
        query = [("a", "style: form, explode: true", int64), ("b", "style: form, explode: false", int64),
                 ("c", "style: spaceDelimited, explode: false", int64),
                 ("d", "style: pipeDelimited, explode: false", int64),
                 ("e", "style: deepObject, explode: true", "{$ref: '#/components/schemas/Flat'}"),
                 ("f", "style: form, explode: true", "{$ref: '#/components/schemas/Flat'}"),
                 ("g", "style: form, explode: false", "{$ref: '#/components/schemas/Flat'}"),
                 ("h", "", "{type: array, items: {type: boolean}}"), ("i", "", "{type: array, items: {type: number}}"),
                 ("j", "", "{type: array, items: {type: integer, format: int32}}"),
                 ("k", "", "{type: string, format: byte}"), ("m", "allowReserved: true", "{type: string}")]
        text = "".join(f"{{name: {name}, in: query, {how}{',' if how else ''} schema: {schema}}}, "
                       for name, how, schema in query)
        text += "{name: n, in: query, content: {application/json: {schema: {$ref: '#/components/schemas/Flat'}}}}, "
        text += "{name: X-Numbers, in: header, schema: %s}, " % int64
        text += "".join(f"{{name: {name}, in: path, required: true, {how} schema: {schema}}}, " for name, how, schema in
                        [("p", "style: simple,", int64), ("q", "style: label, explode: true,", int64),
                         ("r", "style: matrix, explode: true,", int64), ("s", "style: matrix,", int64),
                         ("t", "", "{type: boolean}"), ("u", "", "{type: integer, format: int32}"),
                         ("v", "", "{type: number}")])
        self.runs("""paths: {'/x/{p}/{q}/{r}/{s}/{t}/{u}/{v}': {get: {operationId: all, parameters: [%s], %s}}}
components: {schemas: {Flat: {type: object, properties: {x: {type: string}, y: {type: integer}}}}}""" % (text, ANSWER), r"""
    kf_client *client = new_client(KF_AUTH_NONE);
    const int64_t numbers[] = {1, -2};
    const kf_int64_list list = {numbers, 2};
    const int32_t small[] = {0};
    const bool flags[] = {true, false};
    const double ratios[] = {0.1, 1e21};
    const api_flat flat = {.x = "a b&c", .y = KF_INT64(0)};
    api_all_params params = {0};
    answer_status = 204;
    #define CALL() api_all(client, &list, &list, &list, &list, false, 0, 2.5, &params, &error)
    #define PATH "GET /x/1,-2/.1.-2/;r=1;r=-2/;s=1,-2/false/0/2.5"
    OK(CALL());
    CHECK_LINE(PATH);
    params.a = params.b = params.c = params.d = list;
    OK(CALL());
    CHECK_LINE(PATH "?a=1&a=-2&b=1,-2&c=1%20-2&d=1%7C-2");
    params = (api_all_params){.e = &flat, .f = &flat, .g = &flat, .n = &flat};
    OK(CALL());
    CHECK_LINE(PATH "?e%5Bx%5D=a%20b%26c&e%5By%5D=0&x=a%20b%26c&y=0&g=x,a%20b%26c,y,0"
               "&n=%7B%22x%22%3A%22a%20b%26c%22%2C%22y%22%3A0%7D");
    params = (api_all_params){.h = {flags, 2}, .i = {ratios, 2}, .j = {small, 1}, .k = {(const uint8_t *)"\xfb\xff", 2}};
    OK(CALL());
    CHECK_LINE(PATH "?h=true&h=false&i=0.1&i=1e21&j=0&k=%2B%2F8%3D");
    params = (api_all_params){.m = "a/b?c=d&e#f", .x_numbers = list};
    OK(CALL());
    CHECK(strstr(seen.headers, "X-Numbers: 1,-2\n") != NULL);
    CHECK(strncmp(seen.line, PATH "?m=a/b?c", strlen(PATH "?m=a/b?c")) == 0); /* reserved ones as they are ... */
    CHECK(strchr(seen.line, '#') == NULL); /* ... but never the end of the URL */
    kf_client_free(client);""")

    def test_complaint_21_keywords(self):
        """Names that are keywords of C or C++ did not compile."""
        words = """alignas and asm auto bool break case catch char char8_t class co_await concept const
            constexpr continue decltype default delete do double else enum explicit export extern false
            final float for friend goto if import inline int long module mutable namespace new noexcept
            not nullptr operator or override private protected public register requires restrict return
            short signed sizeof static struct switch template this thread_local throw true try typedef
            typeid typename typeof union unsigned using virtual void volatile wchar_t while xor _Bool
            _Generic errno stdin stdout NULL EOF assert main INT_MAX true_ linux unix i386""".split()
        properties = ", ".join(f'"{word}": {{type: string}}' for word in words)
        schemas = ", ".join(f'"{word}": {{type: object, properties: {{"{word}": {{type: string}}}}}}' for word in words)
        parameters = ", ".join(f'{{name: "{word}", in: query, schema: {{type: string}}}}' for word in words)
        values = ", ".join(f'"{word}"' for word in words)
        operations = ", ".join(
            f'"/o/{word}/{{{word}}}": {{get: {{operationId: "{word}_", parameters: [{{name: "{word}", in: path, '
            f'required: true, schema: {{type: string}}}}], {ANSWER}}}}}' for word in words)
        text = "{" + ",".join(f'"{word}":"{word}"' for word in words) + "}"
        header = self.runs(
            f"paths: {{/all: {{get: {{operationId: all, parameters: [{parameters}], {ANSWER}}}}}, {operations}}}\n"
            f"components: {{schemas: {{Everything: {{type: object, properties: {{{properties}}}}}, "
            f"Words: {{type: string, enum: [{values}]}}, {schemas}}}}}",
            '    CHECK_KEPT(api_everything_schema, "%s");' % text.replace('"', '\\"'))
        for word in ("class", "default", "int", "new"):
            self.assertRegex(header, r"\*%s_+\d?;" % word)

    @unittest.skipUnless(platform.machine() == "x86_64", "gcc -m32 is a matter of x86")
    def test_complaint_22_types_of_curl_options(self):
        """An option of libcurl got a number of the wrong width, which shows where a long has 32 bits. So this compiles
        the library for such a machine, with the checks of libcurl's header, after it made sure that they are on."""
        os.mkdir(os.path.join(self.folder.name, "gnu"))
        programs.write(self.folder.name, {
            "gnu/stubs-32.h": "",  # all that the system's headers need beside their 64-bit form
            "wrong.c": "#include <curl/curl.h>\nvoid f(CURL *h);\n"
                       "void f(CURL *h)\n{\n    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, 1L);\n}\n"})
        multiarch = support.run("gcc", "-print-multiarch").stdout.strip()
        options = ["gcc", "-m32", "-O2", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra",
                   "-Wsystem-headers", "-Werror", "-S", "-o", os.devnull, "-isystem", self.folder.name,
                   "-isystem", "/usr/include/" + multiarch,
                   "-I" + os.path.join(support.TOP, "include"), "-I" + os.path.join(support.TOP, "src"),
                   *programs.packages("--cflags")]
        wrong = support.run(*options, os.path.join(self.folder.name, "wrong.c"))
        self.assertIn("curl_easy_setopt expects a curl_off_t", wrong.stderr)
        sources = sorted(glob.glob(os.path.join(support.TOP, "src", "**", "*.c"), recursive=True))
        self.assertGreater(len(sources), 40)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for result in pool.map(lambda path: support.run(*options, path), sources):
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_complaint_24_a_pet_store_compiles(self):
        """The usual example did not compile."""
        self.runs("""
openapi: 3.0.3
info: {title: Pet shop, version: 1.0.0}
servers: [{url: 'https://pets.example.com/v1'}]
tags: [{name: pet}, {name: store}]
paths:
  /pet:
    post: {tags: [pet], operationId: addPet, requestBody: {$ref: '#/components/requestBodies/Pet'}, security: [{key: []}],
           responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}
  /pet/findByStatus:
    get: {tags: [pet], operationId: findPetsByStatus, parameters: [{name: status, in: query, explode: true, schema:
          {type: string, default: available, enum: [available, pending, sold]}}], responses: {'200': {description: ok,
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}}}
  /pet/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer, format: int64}}]
    get: {tags: [pet], operationId: getPetById, responses: {'200': {description: ok, content: {application/json: {schema:
          {$ref: '#/components/schemas/Pet'}}}}, '404': {description: none}}}
    delete: {tags: [pet], operationId: deletePet, parameters: [{name: api_key, in: header, schema: {type: string}}],
             responses: {'204': {description: ok}}}
  /pet/{petId}/image:
    post: {tags: [pet], operationId: uploadFile, parameters: [{name: petId, in: path, required: true, schema:
           {type: integer, format: int64}}], requestBody: {content: {application/octet-stream: {schema: {type: string,
           format: binary}}}}, responses: {'204': {description: ok}}}
  /store/inventory:
    get: {tags: [store], operationId: getInventory, responses: {'200': {description: ok, content: {application/json:
          {schema: {type: object, additionalProperties: {type: integer, format: int32}}}}}}}
components:
  requestBodies: {Pet: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
  securitySchemes: {key: {type: apiKey, name: api_key, in: header}, oauth: {type: oauth2, flows: {implicit:
                    {authorizationUrl: 'https://x.example.com', scopes: {'write:pets': w}}}}}
  schemas:
    Category: {type: object, properties: {id: {type: integer, format: int64}, name: {type: string}}}
    Tag: {type: object, properties: {id: {type: integer, format: int64}, name: {type: string}}}
    Pet: {type: object, required: [name, photoUrls], properties: {id: {type: integer, format: int64}, category:
          {$ref: '#/components/schemas/Category'}, name: {type: string}, photoUrls: {type: array, items: {type: string}},
          tags: {type: array, items: {$ref: '#/components/schemas/Tag'}}, status: {type: string, enum:
          [available, pending, sold]}}}
""", r"""
    kf_client *client = new_client(KF_AUTH_NONE);
    const char *urls[] = {"u"};
    api_tag tags[] = {{.name = "t"}};
    api_pet pet = {.name = "Rex", .photo_urls = urls, .photo_urls_count = 1, .tags = tags, .tags_count = 1}, *back = NULL;
    answer_text = "{\"id\":7,\"name\":\"Rex\",\"photoUrls\":[],\"status\":\"sold\"}";
    OK(api_add_pet(client, &pet, &back, &error));
    CHECK_LINE("POST /pet");
    CHECK_TEXT(seen.body, "{\"name\":\"Rex\",\"photoUrls\":[\"u\"],\"tags\":[{\"name\":\"t\"}]}");
    CHECK(back->id.value == 7 && back->status == API_PET_STATUS_SOLD);
    api_pet_free(back);
    OK(api_get_pet_by_id(client, INT64_MAX, &back, &error));
    CHECK_LINE("GET /pet/9223372036854775807");
    api_pet_free(back);
    kf_client_free(client);""")

    def test_complaint_27_unions(self):
        """oneOf, anyOf and allOf became types that did not exist."""
        self.runs("""
components:
  schemas:
    Base: {type: object, required: [kind], properties: {kind: {type: string}}}
    Circle: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, properties: {radius: {type: number}}}]}
    Square: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, properties: {side: {type: number}}}]}
    Shape: {oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}], discriminator:
            {propertyName: kind, mapping: {circle: '#/components/schemas/Circle', square: '#/components/schemas/Square'}}}
    Id: {anyOf: [{type: string}, {type: integer, format: int32}, {type: array, items: {type: string}}]}
    T: {type: object, properties: {shape: {$ref: '#/components/schemas/Shape'}, id: {$ref: '#/components/schemas/Id'},
        shapes: {type: array, items: {$ref: '#/components/schemas/Shape'}}}}""", r"""
    const char *text = "{\"shape\":{\"kind\":\"square\",\"side\":2},\"id\":7,\"shapes\":[{\"kind\":\"circle\",\"radius\":0.5}]}";
    api_t *t = DECODE(api_t_schema, text);
    CHECK(t->shape->circle == NULL && t->shape->square->side.value == 2);
    CHECK_TEXT(t->shape->square->kind, "square");
    CHECK(t->id->integer.presence == KF_SET && t->id->integer.value == 7 && t->id->string == NULL);
    CHECK(t->shapes_count == 1 && t->shapes[0].circle->radius.value == 0.5);
    CHECK_ENCODES(api_t_schema, t, text);
    api_t_free(t);
    CHECK_KEPT(api_t_schema, "{\"shape\":{\"kind\":\"hexagon\",\"n\":6},\"id\":\"x\"}"); /* none of them: kept as it is */
    CHECK_KEPT(api_t_schema, "{\"id\":[\"a\",\"b\"]}");
    CHECK_KEPT(api_t_schema, "{\"id\":{\"what\":1}}");
    api_circle circle = {.kind = "circle", .radius = KF_DOUBLE(0)};
    api_shape shape = {.circle = &circle};
    CHECK_ENCODES(api_shape_schema, &shape, "{\"kind\":\"circle\",\"radius\":0}");
    api_square square = {.kind = "square"};
    shape.square = &square;
    char *both = NULL;
    CHECK(api_shape_encode(&shape, &both, &error) == KF_ERROR_ENCODE); /* exactly one */
    shape = (api_shape){0};
    CHECK(api_shape_encode(&shape, &both, &error) == KF_ERROR_ENCODE);""")

    def test_paths_as_documents_write_them(self):
        """What must be percent-encoded is; a fragment tells operations apart, and is not sent; a query goes on."""
        get = "get: {operationId: %s, parameters: [{name: y, in: query, schema: {type: string}}%s], responses: {'204': {}}}"
        name = ", {name: %s, in: path, required: true, schema: {type: string}}"
        self.runs("paths:\n" + "".join(f"  {path}: {{{get % (word, more)}}}\n" for path, word, more in (
            ('"/a b/ü%20%/{n m}\\n"', "space", name % "n m"), ('"/f#one?"', "one", ""), ('"/f#two"', "two", ""),
            ('"/q?m=1&n={n}"', "query", name % "n"))), r"""
    kf_client *client = new_client((kf_auth){0});
    answer_status = 204;
    OK(api_space(client, "a/%", NULL, &error));
    CHECK_LINE("GET /a%20b/%C3%BC%20%25/a%2F%25%0A");
    api_two_params params = {.y = "z"};
    OK(api_two(client, &params, &error));
    CHECK_LINE("GET /f?y=z");
    api_query_params more = {.y = "z"};
    OK(api_query(client, "&", &more, &error));
    CHECK_LINE("GET /q?m=1&n=%26&y=z");
    kf_client_free(client);""")

    def test_alternatives_with_the_same_members(self):
        """What tells them apart is the only word of an enum, or the kind of a member's value; and where they are parts of
        a struct, members that differ among them take all that may come."""
        self.runs("""
components:
  schemas:
    Dog: {type: object, required: [type], properties: {type: {type: string, enum: [dog]}, name: {type: string}, bark: {}}}
    Cat: {type: object, required: [type], properties: {type: {type: string, enum: [cat]}, name: {type: string}}}
    Line: {type: object, properties: {content: {type: string}, live: {enum: [true]}}}
    Lines: {type: object, properties: {content: {type: array, items: {type: string}}, live: {enum: [false]}}}
    Pet: {oneOf: [{$ref: '#/components/schemas/Dog'}, {$ref: '#/components/schemas/Cat'}]}
    Text: {anyOf: [{$ref: '#/components/schemas/Line'}, {$ref: '#/components/schemas/Lines'}]}
    Mixed: {type: object, properties: {t: {type: string}}, oneOf: [
        {properties: {v: {type: string}, k: {type: string, enum: [a]}, n: {type: integer, format: int32}, s: {type: string}}},
        {properties: {v: {type: array, items: {}}, k: {type: string, enum: [b]}, n: {type: number}, t: {enum: [x]},
        s: {type: string, description: The same.}}}],
        discriminator: {propertyName: t, mapping: {line: '#/components/schemas/Line'}}}""", r"""
    api_pet *pet = DECODE(api_pet_schema, "{\"name\":\"Tom\",\"bark\":null,\"type\":\"cat\"}");
    CHECK(pet->dog == NULL && pet->cat != NULL && pet->cat->type == API_CAT_TYPE_CAT);
    api_pet_free(pet);
    pet = DECODE(api_pet_schema, "{\"type\":\"\\u0064og\"}");
    CHECK(pet->dog != NULL && pet->dog->type == API_DOG_TYPE_DOG);
    api_pet_free(pet);
    CHECK_KEPT(api_pet_schema, "{\"type\":\"fox\",\"name\":1}");
    CHECK_KEPT(api_text_schema, "{\"content\":[1]}");
    api_text *text = DECODE(api_text_schema, "{\"content\":[\"a\",\"b\"],\"live\":false}");
    CHECK(text->line == NULL && text->lines != NULL && text->lines->content_count == 2);
    api_text_free(text);
    text = DECODE(api_text_schema, "{\"content\":null,\"live\":true}");
    CHECK(text->line != NULL);
    api_text_free(text);
    CHECK_KEPT(api_mixed_schema, "{\"t\":\"x\",\"v\":\"a\",\"k\":\"b\",\"n\":1.5}");
    CHECK_KEPT(api_mixed_schema, "{\"v\":[1,{}],\"k\":\"a\"}");
    api_mixed *mixed = DECODE(api_mixed_schema, "{\"t\":\"line\",\"k\":\"b\",\"n\":2,\"s\":\"c\"}");
    CHECK_TEXT(mixed->t, "line");
    CHECK_TEXT(mixed->k, "b");
    CHECK_TEXT(mixed->s, "c");
    CHECK(mixed->n.value == 2.0);
    api_mixed_free(mixed);""")

    def test_complaint_29_security_schemes_are_no_templates(self):
        """The code for one security scheme was guarded by another's: some combinations did not compile."""
        schemes = {"basic": "{type: http, scheme: basic}", "bearer": "{type: http, scheme: bearer}",
                   "header": "{type: apiKey, in: header, name: X-Key}", "query": "{type: apiKey, in: query, name: key}",
                   "cookie": "{type: apiKey, in: cookie, name: c}",
                   "oauth": "{type: oauth2, flows: {authorizationCode: {authorizationUrl: 'https://a.b', "
                            "tokenUrl: 'https://a.b', scopes: {}}}}",
                   "oidc": "{type: openIdConnect, openIdConnectUrl: 'https://a.b'}"}
        texts = set()
        for names in [[], *([name] for name in schemes), ["bearer", "oauth"], ["header", "basic"], list(schemes)]:
            security = "".join(f"{{{name}: []}}, " for name in names)
            body = ("paths: {/a: {get: {operationId: a, %s}}}\nsecurity: [%s]\ncomponents: {securitySchemes: {%s}}" %
                    (ANSWER, security, ", ".join(f"{name}: {schemes[name]}" for name in names)))
            texts.add("\n".join(support.generated(support.document(body))))
        self.assertEqual(len(texts), 1)
        self.runs(body, r"""
    static const kf_auth kinds[] = {KF_AUTH_API_KEY, KF_AUTH_NONE, KF_AUTH_BASIC, KF_AUTH_BEARER};
    static const char *const headers[] = {"X-API-Key: t\n", "", "Authorization: Basic dTpw\n", "Authorization: Bearer t\n"};
    answer_status = 204;
    for (int i = 0; i < 4; i++) {
        kf_client *client = new_client(kinds[i]);
        OK(api_a(client, &error));
        CHECK(strstr(seen.headers, headers[i]) != NULL);
        CHECK((strstr(seen.headers, "Authorization") != NULL) == (i > 1));
        kf_client_free(client);
    }""")


# What keeps the C of another generator from being compiled.
BREAKERS = {
    "two_ways_to_authenticate": "security: [{a: []}, {b: []}]\ncomponents: {securitySchemes: {a: {type: http, scheme: bearer}, "
                                "b: {type: oauth2, flows: {}}}}",
    "property_without_type": "components: {schemas: {T: {type: object, properties: {value: {nullable: true}, other: {}}}}}",
    "odd_enum_values": r"""components: {schemas: {E: {type: string, enum: [a.b, 'a:b', a/b, a b, 1st, class, 'back\slash', "",
                           "\"", "\n"], x-enum-varnames: [A__B, AC, AS, A_B, FIRST, CLASS, BACK, NONE, QUOTE, BREAK]},
                           F: {type: string, enum: [a.b, 'a:b', a/b, a b, 1st, class, 'back\slash', "", "\"", "\n"]}}}""",
    "enum_by_reference_as_parameter":
        "paths: {'/a/{e}': {get: {operationId: a, parameters: [%s], %s}}}\n"
        "components: {schemas: {E: {type: string, enum: [x, y]}}}" % (", ".join(
            f"{{name: {name}, in: {place}, required: {required}, schema: {{$ref: '#/components/schemas/E'}}}}"
            for name, place, required in
            [("e", "path", "true"), ("q", "query", "false"), ("X-E", "header", "false"), ("c", "cookie", "true")]), ANSWER),
    "two_tags": "tags: [{name: t2}]\npaths: {/a: {get: {operationId: a, tags: [t1, t2], %s}}}" % ANSWER,
    "untyped_schemas": "components: {schemas: {A: {}, B: {description: b}, C: {type: array}, D: {type: array, items: {}}, "
                       "E: {type: object, properties: {a: {$ref: '#/components/schemas/A'}, "
                       "c: {$ref: '#/components/schemas/C'}}}}}",
    "enums_of_numbers": "components: {schemas: {I: {type: integer, enum: [-1, 0, 1]}, B: {type: boolean, enum: [true]}, "
                        "N: {type: number, enum: [0.5]}, T: {type: object, properties: {i: {type: integer, enum: [2]}}}}}",
    "one_value_in_two_enums": "components: {schemas: {A: {type: string, enum: [x]}, B: {type: string, enum: [x]}}}",
    "schemas_that_are_no_objects":
        "components: {schemas: {S: {type: string}, L: {type: array, items: {type: string}}, U: {oneOf: [{type: string}, "
        "{type: integer}]}, R: {$ref: '#/components/schemas/S'}, T: {type: object, properties: "
        "{s: {$ref: '#/components/schemas/S'}, l: {$ref: '#/components/schemas/L'}, u: {$ref: '#/components/schemas/U'}, "
        "r: {$ref: '#/components/schemas/R'}}}}}",
    "headers_of_other_types": "paths: {/a: {get: {operationId: a, parameters: [{name: X-I, in: header, schema: {type: integer}},"
                              " {name: X-B, in: header, schema: {type: boolean}}, {name: X-N, in: header, schema: "
                              "{type: number}}, {name: X-L, in: header, schema: {type: array, items: {type: integer}}}], "
                              "%s}}}" % ANSWER,
    "odd_property_names": "components: {schemas: {T: {type: object, properties: {a.b: {type: string}, a-b: {type: string}, "
                          "'@id': {type: string}, $x: {type: string}, <y>: {type: string}, 1st: {type: string}}}}}",
    "version_31": "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\nwebhooks: {w: {post: {requestBody: {content: "
                  "{application/json: {schema: {type: object, properties: {a: {type: string}}}}}}, responses: {}}}}\n"
                  "components: {schemas: {T: {type: object, properties: {a: {type: [string, 'null']}, b: {const: x}, "
                  "c: {anyOf: [{type: integer}, {type: 'null'}]}, d: {type: [string, integer]}}}}}",
    "odd_descriptions": r"""components: {schemas: {T: {title: "A \"T\" */", description: "x */ y /* z \\ ??/\r\nnext\u2028",
                            type: object, properties: {a: {type: string, description: "*/ int x; /*"}}}}}""",
    "properties_of_the_runtime": "components: {schemas: {%s}}" % ", ".join(
        f"{name}: {{type: object, properties: {{list: {{type: string}}, item: {{type: array, items: {{type: string}}}}, "
        f"end: {{type: string}}, free: {{type: string}}, node: {{type: string}}, extra: {{type: string}}, error: "
        f"{{type: string}}, model: {{type: string}}, text: {{type: string}}}}}}" for name in ("List", "Item", "Error")),
    "repeated_operation_ids": "paths: {/a: {get: {operationId: x, %s}, post: {operationId: x, %s}}}" % (ANSWER, ANSWER),
}


class Peer(Case):
    def test_peer_what_breaks_another_generator(self):
        """On most public documents the C of another generator does not compile; these are the causes."""
        for name, text in BREAKERS.items():
            with self.subTest(name):
                self.compiles(text)

    def test_peer_each_operation_once(self):
        """Two tags gave every operation twice."""
        header = support.header(support.document(BREAKERS["two_tags"]))
        self.assertEqual(len(re.findall(r"\bapi_a\(kf_client", header)), 1)

    def test_peer_external_references(self):
        """Schemas in other files were not found."""
        programs.write(self.folder.name, {"other.yaml": "S: {type: object, properties: {a: {$ref: '#/E'}}}\n"
                                                        "E: {type: string, enum: [x]}\n"})
        _, header = self.compiles(
            "components: {schemas: {T: {type: object, properties: {s: {$ref: 'other.yaml#/S'}}}}}")
        self.assertRegex(header, r"const api_s \*s;")


if __name__ == "__main__":
    unittest.main()
