"""XML and other forms of JSON: the tables of names, media types, and what of a document decides on them."""
import os
import re
import unittest

import support
from kfgen import load
from kfgen.stop import Stop
from test_complaints import Case

WIRE = os.path.join(support.DOCUMENTS, "wire.yaml")
ANSWER = "responses: {'204': {description: ok}}"


def wired(text):
    return support.document("x-kf-wire: true\n" + text)


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = support.service(load.Document(WIRE), "api")
        cls.header, cls.types, cls.operations = support.generated(load.Document(WIRE))

    def wire(self, type_, member):
        return next(field.wire for field in self.service.types[type_].fields if field.name == member)

    def test_names(self):
        for type_, member, name, item, flags in [
                ("Task", "id", None, None, []),
                ("Task", "processId", "process-id", None, []),
                ("Task", "created", None, None, ["TIME"]),
                ("Task", "seen", "seen-at", None, ["TIME"]),
                ("Task", "state", "task-state", None, ["ATTRIBUTE"]),
                ("Task", "owner", "actual-owner", None, []),
                ("Task", "groups", "potential-owners", "group", ["WRAPPED"]),
                ("Task", "users", None, "user", ["WRAPPED"]),
                ("Task", "others", None, None, []),
                ("Task", "parts", "part", None, []),
                ("Task", "names", None, "name", ["WRAPPED"]),
                ("Task", "parameters", "param-map", "entry", ["WRAPPED", "ENTRIES"]),
                ("Task", "grid", "row", None, []),
                ("TaskGridItem", "items", "cell", None, []),
                ("Task", "inner", "in-ner", None, []),
                ("Task", "additional", None, None, []),
                ("Value", "type", "xsi:type", None, ["ATTRIBUTE"]),
                ("Value", "text", None, None, ["TEXT"]),
                ("Tasks", "tasks", "task", None, []),
                ("Request", "commands", None, None, ["BY_NAME"]),
                ("Response", "history", None, None, ["WRAPPED", "BY_NAME"]),
                ("NodeLog", "index", None, None, ["ATTRIBUTE"]),
                ("NodeLog", "at", None, None, ["TIME"]),
                ("Names", "items", "name", None, [])]:
            with self.subTest(f"{type_}.{member}"):
                wire = self.wire(type_, member)
                self.assertEqual((wire.name, wire.item, wire.flags), (name, item, flags))
        self.assertEqual(self.wire("Task", "processId").aliases, ["pid"])

    def test_types(self):
        for type_, root, aliases, known_by, flatten in [
                ("Task", "task", ["org.acme.Task", "task-summary"], [], ["data", "attributes"]),
                ("TaskInner", None, [], [], []), ("Plain", None, [], [], []), ("Names", "names", [], [], []),
                ("NodeLog", "node-instance-log", ["NodeInstanceLog"], ["node"], []), ("Log", None, [], [], [])]:
            with self.subTest(type_):
                wire = self.service.types[type_].wire
                self.assertEqual((wire.root, wire.aliases, wire.known_by, wire.flatten),
                                 (root, aliases, known_by, flatten))

    def test_text(self):
        """The tables as C: no row of all zeros, and what is alike once."""
        self.assertIn('static const char *const aliases_task[] = {"org.acme.Task", "task-summary", NULL};\n', self.types)
        self.assertIn("static const kf_wire_field wire_fields_task[16] = {\n"
                      '    [1] = {.name = "process-id", .aliases = aliases_task_process_id},\n'
                      "    [2] = {.flags = KF_WIRE_TIME},\n", self.types)
        self.assertIn('    [11] = {.name = "param-map", .item = "entry", .flags = KF_WIRE_WRAPPED | KF_WIRE_ENTRIES},\n',
                      self.types)
        self.assertIn('static const kf_wire wire_user = {\n    .root = "user",\n};\n', self.types)
        self.assertEqual(self.types.count("static const kf_wire wire_of_json = {0};\n"), 1)
        for name in ("plain", "link", "command", "claim", "find_tasks_point", "task_inner"):
            self.assertRegex(self.types, r"api_%s_schema = \{[^}]*\.wire = &wire_of_json," % name)
        self.assertEqual(self.types.count(".wire = &"), len(self.service.types))
        self.assertNotIn(".wire", self.operations)  # parameters never come from a server

    def test_documents_without_it(self):
        root = load.read_yaml(os.path.join(support.DOCUMENTS, "shapes.yaml"))
        for text in support.generated(load.Document(WIRE, root)):
            self.assertEqual(re.findall(r"kf_wire|\.wire", text), [])
        self.assertIn("kf_wire", self.types)
        text = "\n".join(support.generated(support.document(
            "paths: {/a: {get: {operationId: a, responses: {'200': {content: {application/xml:"
            " {schema: {type: object, xml: {name: 5}, properties: {a: {type: string}}}}}}}}}}")))
        self.assertIn("KF_OPERATION_DOWNLOAD", text)  # as ever
        self.assertEqual(re.findall(r"kf_wire|\.wire", text), [])

    def test_media_types(self):
        for name, accept, body, flags in [
                ("getTask", "application/vnd.task+xml", None, "KF_OPERATION_JSON_TOO"),
                ("execute", "application/xml", "application/xml", "KF_OPERATION_BODY_REQUIRED"),
                ("findTasks", "application/json", None, None),
                ("getNames", "text/xml, application/json", None, None),
                ("putNames", "application/json", "application/json", None),
                ("getImage", "application/xml, application/json", None, "KF_OPERATION_DOWNLOAD"),
                ("putImage", "application/json", "application/xml", "KF_OPERATION_UPLOAD")]:
            with self.subTest(name):
                text = re.search(r'\.name = "%s".*?\n    \}' % name, self.operations, re.S).group()
                self.assertIn(f'.accept = "{accept}",', text)
                self.assertEqual(re.findall(r'\.body_media = "(.*)",', text), [body] if body else [])
                self.assertEqual(re.findall(r"\.flags = (.*),", text), [flags] if flags else [])
        self.assertIn("const api_request *body,", self.header)
        self.assertIn("It is read from XML, or from JSON with kf_client_options.prefer_json.",
                      " ".join(self.header.replace("\n *", " ").split()))

    def test_parameters(self):
        for line in ("kf_string_map variables;", "kf_string_map filter;", "kf_string_map fields; /**< Each: Several",
                     "kf_string_map states;", "kf_int64_map limits;", "kf_bool_map x_marks;",
                     "const api_find_tasks_point *point;"):
            self.assertIn("    " + line, self.header)
        self.assertIn('COUNTED(api_find_tasks_params, variables.items, variables.count, "variables", KF_KIND_STRING,'
                      " KF_FIELD_MAP,", " ".join(self.operations.split()))
        self.assertIn('{KF_IN_QUERY, KF_STYLE_FORM, true, false, "map_"}', self.operations)
        self.assertIn('{KF_IN_QUERY, KF_STYLE_FORM, true, false, "at_"}', self.operations)

    def test_pages_servers_errors_and_empty_answers(self):
        for line in ('.next = "links.next",', ".size_sent = 100,", ".server = 1,", ".server_count = 1,",
                     'static const kf_server servers[] = {{"start", "https://start.eu.example/v1"}};',
                     '.error.message = "/message /error",', '.error.fields = "/errors",',
                     "answers_put_image[] = {{&api_plain_schema, 200, true}};"):
            self.assertIn(line, self.operations)
        self.assertEqual(self.operations.count(".server = "), 1)
        self.assertIn(" * Server: start.\n", self.header)
        self.assertIn("NULL too when the answer is empty.", self.header)

    def test_lists_that_are_whole_or_cumulative(self):
        for words, line in (("whole: true", ".whole"), ("size_sent: 5, cumulative: true", ".cumulative")):
            text = support.generated(support.document(
                "paths: {/a: {get: {operationId: a, x-kf-pagination: {style: page, page: p, size: s, " + words + "}, parameters:"
                " [{name: p, in: query, schema: {type: integer}}, {name: s, in: query, schema: {type: integer}}], responses:"
                " {'200': {content: {application/json: {schema: {type: array, items: {type: object, properties: {a: {}}}}}}}}}}}"))
            self.assertIn(f"    {line} = true,\n", text[2])

    def test_one_server_for_several_operations(self):
        servers = "servers: [{url: 'https://%s', x-kf-name: %s}]"
        text = support.generated(support.document(
            "paths: {/a: {%s, get: {operationId: a, %s}, put: {operationId: b, %s}}, /b: {get: {operationId: c, %s, %s},"
            " put: {operationId: d, servers: [{url: 'https://z/v1/'}], %s}}}" % (
                servers % ("x", "x"), ANSWER, ANSWER, servers % ("y", "y"), ANSWER, ANSWER)))[2]
        self.assertIn('servers[] = {{"x", "https://x"}, {"y", "https://y"}, {"https://z/v1", "https://z/v1"}};',
                      " ".join(text.split()))
        self.assertEqual(re.findall(r"\.server = (\d)", text), ["1", "1", "2", "3"])


class Running(Case):
    """Programs on what is generated."""

    def wire_yaml(self, body):
        with open(WIRE, encoding="utf-8") as file:
            self.runs(file.read().partition("\n")[2], body)  # without the comment at the top

    def test_maps_in_the_query(self):
        self.wire_yaml(r"""
    kf_client *client = new_client(KF_AUTH_NONE);
    answer_text = "{}";
    api_find_tasks_params params = {.variables = KF_MAP({"employee", "krisv"}, {"a b", "1:2"})};
    OK(api_find_tasks(client, &params, NULL, &error));
    CHECK_LINE("GET /tasks?map_employee=krisv&map_a%20b=1%3A2");
    params = (api_find_tasks_params){.filter = KF_MAP({"name", "x"}), .fields = KF_MAP({"tasks", "id,name"}),
                                     .states = KF_MAP({"a", "on"})};
    OK(api_find_tasks(client, &params, NULL, &error));
    CHECK_LINE("GET /tasks?filter%5Bname%5D=x&fields%5Btasks%5D=id%2Cname&states%5Ba%5D=on");
    const kf_int64_entry limit = {"a", 5};
    const kf_bool_entry mark = {"m", true};
    const api_find_tasks_point point = {.x = KF_DOUBLE(0.5)};
    params = (api_find_tasks_params){.limits = {&limit, 1}, .x_marks = {&mark, 1}, .point = &point};
    OK(api_find_tasks(client, &params, NULL, &error));
    CHECK_LINE("GET /tasks?limits%5Ba%5D=5&at_x=0.5");
    CHECK(strstr(seen.headers, "X-Marks: m,true\n") != NULL);
    kf_pager *pager = api_find_tasks_pager(client, &params, &error);
    CHECK(api_find_tasks_next(pager, &error) == NULL);
    CHECK_LINE("GET /tasks?page=1&pageSize=100&limits%5Ba%5D=5&at_x=0.5");
    kf_pager_free(pager);
    kf_client_free(client);""")

    def test_answers_in_xml_and_json(self):
        self.wire_yaml(r"""
    kf_client *client = new_client(KF_AUTH_NONE);
    const char *expected = "{\"id\":5,\"processId\":\"p\",\"created\":\"2024-06-14T00:00:00.000Z\",\"state\":\"b\","
                           "\"owner\":{\"name\":\"u\"},\"groups\":[\"g\",\"h\"],\"parts\":[{\"name\":\"x\"}],"
                           "\"names\":[\"n\"],\"parameters\":[{\"key\":\"k\",\"value\":"
                           "{\"type\":\"xs:string\",\"text\":\"v\"}}]}";
    api_task *task = NULL;
    answer_text = "<task task-state='b'><id>5</id><process-id>p</process-id><created>2024-06-14T00:00:00.000Z</created>"
                  "<actual-owner><name>u</name></actual-owner><potential-owners><group>g</group><group>h</group>"
                  "</potential-owners><part><name>x</name></part><names><name>n</name></names><param-map>"
                  "<entry key='k'><value xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='xs:string'>v"
                  "</value></entry></param-map></task>";
    OK(api_get_task(client, "1:2", &task, &error));
    CHECK_LINE("GET /tasks/1:2");
    CHECK(strstr(seen.headers, "Accept: application/vnd.task+xml\n") != NULL);
    char *json = NULL;
    OK(api_task_encode(task, &json, &error));
    cJSON *one = cJSON_Parse(json), *other = cJSON_Parse(expected); /* attributes may come first */
    if (!cJSON_Compare(one, other, true))
        CHECK_TEXT(json, expected);
    cJSON_Delete(one);
    cJSON_Delete(other);
    kf_free(json);
    api_task_free(task);
    answer_text = "{\"task-summary\":{\"id\":\"5\",\"pid\":\"p\",\"created\":0,\"attributes\":{\"state\":\"a\"},"
                  "\"param-map\":{\"k\":\"v\"}}}";
    OK(api_get_task(client, "1", &task, &error));
    CHECK(task->id.value == 5 && task->state == API_STATE_A && task->parameters_count == 1);
    CHECK_TEXT(task->process_id, "p");
    CHECK_TEXT(task->created, "1970-01-01T00:00:00Z");
    CHECK_TEXT(task->parameters[0].key, "k");
    CHECK_TEXT(task->parameters[0].value->text, "v");
    api_task_free(task);
    kf_client_free(client);""")

    def test_bodies_in_xml(self):
        self.wire_yaml(r"""
    kf_client *client = new_client(KF_AUTH_NONE);
    const api_start start = {.kind = "start", .a = "1 < 2"};
    const api_claim skip = {.kind = "skip", .b = "x"};
    const api_command *const commands[] = {(const void *)&start, (const void *)&skip};
    const api_request request = {.commands = commands, .commands_count = 2};
    api_response *response = NULL;
    answer_text = "<command-response><node-instance-log index='3'><node-id>n</node-id></node-instance-log>"
                  "<log index='4'><at>5</at></log></command-response>";
    OK(api_execute(client, "1", &request, &response, &error));
    CHECK(strstr(seen.headers, "Content-Type: application/xml") != NULL);
    CHECK(strstr(seen.headers, "Accept: application/xml\n") != NULL);
    const char *root = strstr(seen.body, "<command-request");
    CHECK(strncmp(seen.body, "<?xml ", 6) == 0 && root != NULL);
    CHECK(strstr(root, "><start><a-a>1 &lt; 2</a-a></start><skip><b>x</b></skip></command-request>") != NULL);
    CHECK(response->results_count == 2 && response->history_count == 0);
    const api_node_log *log = api_result_as_node_log(response->results[0]);
    CHECK(log != NULL && log->index.value == 3);
    CHECK_TEXT(log->node, "n");
    CHECK_TEXT(response->results[1]->kind, "log");
    api_response_free(response);
    kf_client_free(client);""")


SCHEMA = "components: {schemas: {S: {type: object, properties: {%s}}}}"
SERVERS = "paths: {%s}"
PARAMETER = "paths: {/a: {get: {operationId: a, parameters: [%s], " + ANSWER + "}}}"
STOPS = [
    (SCHEMA % "a: {type: array, items: {type: string}, xml: {attribute: true}}",
     "S/properties/a/xml/attribute: is for a text, a number or a truth value"),
    (SCHEMA % "a: {type: object, x-kf-text: true}", "S/properties/a/x-kf-text: is for a text, a number or a truth value"),
    (SCHEMA % "a: {type: string, x-kf-text: true}, b: {type: string, x-kf-text: true}",
     "S/properties/b/x-kf-text: is a second text of one element"),
    (SCHEMA % "a: {type: string, x-kf-text: 1}", "S/properties/a/x-kf-text: is neither true nor false"),
    (SCHEMA % "a: {type: string, xml: {wrapped: true}}", "S/properties/a/xml/wrapped: is for an array"),
    (SCHEMA % "a: {type: string, xml: {wrapped: x}}", "S/properties/a/xml/wrapped: is neither true nor false"),
    (SCHEMA % "a: {type: string, xml: a}", "S/properties/a/xml: is not an object"),
    (SCHEMA % "a: {type: string, xml: {name: 1}}", "S/properties/a/xml/name: is not a text"),
    (SCHEMA % "a: {type: string, xml: {name: b}}, b: {type: string}", "S/properties/a/xml: 'b' means 'b' already"),
    (SCHEMA % "a: {type: string, xml: {name: x}}, b: {type: string, xml: {name: x}}",
     "S/properties/b/xml: 'x' means 'a' already"),
    (SCHEMA % "a: {type: string, x-kf-aliases: [b]}, b: {type: string}",
     "S/properties/a/x-kf-aliases: 'b' means 'b' already"),
    (SCHEMA % "a: {type: string, x-kf-aliases: [x]}, b: {type: string, x-kf-aliases: [x]}",
     "S/properties/b/x-kf-aliases: 'x' means 'a' already"),
    (SCHEMA % "a: {type: string, x-kf-aliases: b}", "S/properties/a/x-kf-aliases: is not a list of different texts"),
    (SCHEMA % "a: {type: string, x-kf-aliases: [b, b]}",
     "S/properties/a/x-kf-aliases: is not a list of different texts"),
    (SCHEMA % "a: {type: string, x-kf-expect: filled}", "S/properties/a/x-kf-expect: is for an array"),
    (SCHEMA % "a: {type: array, items: {type: string}, x-kf-expect: full}",
     "S/properties/a/x-kf-expect: is neither in-json nor filled"),
    (SCHEMA % "a: {type: string, x-kf-by-name: true}", "S/properties/a/x-kf-by-name: is for an array of objects"),
    (SCHEMA % "a: {type: array, x-kf-by-name: true, items: {$ref: '#/components/schemas/S'}}",
     "S/properties/a/x-kf-by-name: is for elements with a discriminator"),
    ("components: {schemas: {A: {type: object, properties: {k: {type: string}}, discriminator: {propertyName: k}}, B: {allOf:"
     " [{$ref: '#/components/schemas/A'}]}, S: {type: object, properties: {a: {$ref: '#/components/schemas/L'}, b: {$ref:"
     " '#/components/schemas/L'}}}, L: {type: array, x-kf-by-name: true, items: {$ref: '#/components/schemas/A'}}}}",
     "S/properties/b/x-kf-by-name: the element 'B' means 'a' already"),
    ("components: {schemas: {A: {type: object, properties: {k: {type: string}}, discriminator: {propertyName: k}}, B: {allOf:"
     " [{$ref: '#/components/schemas/A'}], xml: {name: b}}, S: {type: object, properties: {a: {type: array, x-kf-by-name: true,"
     " items: {$ref: '#/components/schemas/A'}}, b: {type: string}}}}}",
     "S/properties/a/x-kf-by-name: the element 'b' means 'b' already"),
    (SCHEMA % "a: {type: array, x-kf-entries: true, items: {type: object, properties: {key: {type: string}}}}",
     "S/properties/a/x-kf-entries: is for elements with the members key and value"),
    (SCHEMA % "a: {type: string, x-kf-flatten: [b]}", "S/properties/a/x-kf-flatten: has no meaning here"),
    (SCHEMA % "a: {type: string, x-kf-wire: true}", "S/properties/a/x-kf-wire: has no meaning here"),
    (SCHEMA % "a: {type: string, x-kf-alias: [b]}", "S/properties/a/x-kf-alias: is not understood"),
    ("components: {schemas: {S: {type: object, x-kf-flatten: [a], properties: {a: {type: string}}}}}",
     "S/x-kf-flatten: 'a' is a member of its own"),
    ("components: {schemas: {S: {type: object, x-kf-known-by: [a], properties: {a: {type: string}}}}}",
     "S/x-kf-known-by: is for a schema that a discriminator or oneOf selects"),
    ("components: {schemas: {U: {oneOf: [{type: string}, {$ref: '#/components/schemas/S'}]}, S: {type: object,"
     " x-kf-known-by: [b], properties: {a: {type: string}}}}}", "S/x-kf-known-by: 'b' is not a member"),
    ("paths: {/a: {put: {operationId: a, requestBody: {content: {text/xml: {schema: {type: object, properties:"
     " {b: {type: string}}}}}}, " + ANSWER + "}}}",
     "#/paths/~1a/put/requestBody: 'ABody' has no xml.name, as a document in XML needs"),
    ("paths: {/a: {get: {operationId: a, responses: {'200': {content: {text/xml: {schema: {type: object, properties: {b:"
     " {type: string}}}}, application/json: {schema: {type: object, properties: {c: {type: string}}}}}}}}}}",
     "#/paths/~1a/get/responses/200/content/application~1json/schema: is another schema than that of text/xml"),
    (PARAMETER % "{name: p, in: query, x-kf-prefix: m_, schema: {type: string}}",
     "#/paths/~1a/get/parameters/0/x-kf-prefix: is for an exploded object of style form"),
    (PARAMETER % "{name: p, in: query, style: deepObject, x-kf-prefix: m_, schema: {additionalProperties: {type: string}}}",
     "#/paths/~1a/get/parameters/0/x-kf-prefix: is for an exploded object of style form"),
    (PARAMETER % "{name: p, in: query, x-kf-prefix: '', schema: {additionalProperties: {type: string}}}",
     "#/paths/~1a/get/parameters/0/x-kf-prefix: is not a text"),
    ("paths: {/a: {get: {operationId: a, responses: {'204': {x-kf-optional: true}}}}}",
     "#/paths/~1a/get/responses/204/x-kf-optional: has no meaning here"),
    (SERVERS % ("/a: {get: {operationId: a, servers: [{url: /b, x-kf-name: s}], " + ANSWER + "}}"),
     "#/paths/~1a/get/servers/0/url: is not a complete address (an overlay can mend or remove it)"),
    (SERVERS % ("/a: {get: {operationId: a, servers: [{url: 'http://b', x-kf-name: s}], " + ANSWER + "}, put: {operationId:"
                " b, servers: [{url: 'http://c', x-kf-name: s}], " + ANSWER + "}}"),
     "#/paths/~1a/put/servers/0/x-kf-name: 's' is the name of http://b"),
    (SERVERS % ", ".join("/%s: {servers: [{url: 'http://%s', x-kf-name: %s}], get: {operationId: %s, %s}}" % (
        name, name, name, name, ANSWER) for name in "abcde"),
     "#/paths/~1e/servers/0: there are more than 4 servers of single operations"),
]


class Stops(unittest.TestCase):
    def test_lines(self):
        for text, line in STOPS:
            with self.subTest(text):
                with self.assertRaises(Stop) as caught:
                    support.service(wired(text))
                self.assertEqual(str(caught.exception), line if line[0] == "#" else "#/components/schemas/" + line)

    def test_keywords_without_the_mark(self):
        with self.assertRaises(Stop) as caught:
            support.service(support.document(SCHEMA % "a: {type: string, x-kf-aliases: [b]}"))
        self.assertEqual(str(caught.exception), "#/components/schemas/S/properties/a/x-kf-aliases: needs x-kf-wire: true at"
                         " the top of the document")
        for value in ("yes", "[]"):
            with self.assertRaises(Stop) as caught:
                support.service(support.document(f"x-kf-wire: {value}"))
            self.assertEqual(str(caught.exception), "#/x-kf-wire: is neither true nor false")

    def test_what_is_no_keyword(self):
        """Names of members and values may look like one."""
        self.assertIn("x-kf-a", str(support.service(wired(
            SCHEMA % "x-kf-a: {type: string}, b: {type: object, default: {x-kf-b: 1}, example: {x-kf-c: 1}}"))))


if __name__ == "__main__":
    unittest.main()
