import unittest

import support
from kfgen.words import Scope, capital, identifier, pascal, snake


class Words(unittest.TestCase):
    def test_snake(self):
        for text, expected in {
                "ProcessPageItem": "process_page_item", "KmsKey": "kms_key", "totalElements": "total_elements",
                "retrieveProcess": "retrieve_process", "X86_32": "x86_32", "clientID": "client_id",
                "HTTPServer": "http_server", "userIDs": "user_ids", "OAuth2Token": "oauth2_token",
                "IPv4Address": "ipv4_address", "getHTTPSUrl": "get_https_url", "MAC_OS": "mac_os",
                "PROCESS__CREATED": "process_created", "V20240614Foo": "v20240614_foo", "v2beta1": "v2beta1",
                "sha256Hash": "sha256_hash", "a.b": "a_b", "users/list-for_org": "users_list_for_org",
                "@type": "type", "$filter": "filter", "X-Request-ID": "x_request_id", "__proto__": "proto",
                "größe": "grosse", "Ünïcode": "unicode", "List<Pet>": "list_pet", "aB": "a_b", "A": "a",
                "metadata.totalPages": "metadata_total_pages", "2nd": "2nd", "back\\slash": "back_slash"}.items():
            with self.subTest(text):
                self.assertEqual(snake(text), expected)

    def test_without_letters(self):
        for text, expected in {"": "empty", "+": "plus_sign", ">=": "greater_than_sign_equals_sign", "-1": "minus_1",
                               "+1": "1", "日本": "u65e5_u672c", " ": "space", "\n": "u000a"}.items():
            with self.subTest(text):
                self.assertEqual(snake(text), expected)

    def test_capital_and_pascal(self):
        self.assertEqual(capital("runningState"), "RUNNING_STATE")
        self.assertEqual(pascal("tls"), "Tls")
        self.assertEqual(pascal(""), "")

    def test_reserved(self):
        for word in ("class", "int", "default", "and", "xor_eq", "co_await", "nullptr", "errno", "assert", "NULL",
                     "stdin", "linux", "unix", "bool", "true", "size_t", "int32_t", "kf_extra", "typeof", "inline"):
            with self.subTest(word):
                self.assertEqual(identifier(word), snake(word) + ("_" if word != "NULL" else ""))
        self.assertEqual(identifier("1st"), "n1st")
        self.assertEqual(identifier("type"), "type")

    def test_scope(self):
        scope = Scope(["taken"])
        self.assertEqual([scope.claim("a"), scope.claim("a"), scope.claim("a"), scope.claim("taken")],
                         ["a", "a_2", "a_3", "taken_2"])
        self.assertEqual(scope.claim_all("b", lambda text: [text, text + "_count"]), ["b", "b_count"])
        self.assertEqual(scope.claim_all("b_count", lambda text: [text]), ["b_count_2"])
        self.assertEqual([scope.claim("class_"), scope.claim("class_")], ["class_", "class_2"])


class NamesInC(unittest.TestCase):
    def members(self, text):
        service = support.service(support.schemas(f"T: {{type: object, properties: {{{text}}}}}"))
        return [name for field in service.types["T"].fields for name in (field.c, field.c_count) if name]

    def test_members(self):
        self.assertEqual(self.members("class: {type: string}, extra: {type: string}, extra_: {type: string}"),
                         ["class_", "extra_", "extra_2"])
        self.assertEqual(self.members("ID: {type: string}, Id: {type: string}, id: {type: string}"),
                         ["id", "id_2", "id_3"])
        self.assertEqual(self.members("a: {type: array, items: {type: string}}, a_count: {type: integer}"),
                         ["a", "a_count", "a_count_2"])
        self.assertEqual(self.members("default: {type: array, items: {type: string}}"), ["default_", "default_count"])
        self.assertEqual(self.members("apiT: {type: string}"), ["api_t_"])  # a type is called api_t

    def test_types_and_functions(self):
        service = support.service(support.document("""
            paths:
              /a: {get: {operationId: process, responses: {}}}
              /b: {get: {operationId: processDecode, responses: {}}}
            components:
              schemas:
                Process: {type: object, properties: {a: {type: string}}}
                process: {type: string, enum: [x]}
                ProcessSchema: {type: object, properties: {a: {type: string}}}
                Service: {type: object, properties: {a: {type: string}}}
            """))
        self.assertEqual(service.types["Process"].c, "api_process")
        self.assertEqual(service.enums["process"].c, "api_process_2")
        self.assertEqual([operation.c for operation in service.operations], ["api_process_3", "api_process_decode"])
        self.assertEqual(service.types["Process"].c_names["decode"], "api_process_decode_2")
        self.assertEqual(service.types["Process"].c_names["type"], "api_process_schema_2")
        self.assertEqual(service.types["ProcessSchema"].c, "api_process_schema")
        self.assertEqual(service.types["Service"].c, "api_service_2")

    def test_constants(self):
        service = support.service(support.schemas("""
            Process: {type: string, enum: [state_running, unspecified]},
            ProcessState: {type: string, enum: [running, RUNNING, a.b, a-b, '', '1']}"""))
        self.assertEqual(service.enums["Process"].c_constants, ["API_PROCESS_STATE_RUNNING", "API_PROCESS_UNSPECIFIED_2"])
        self.assertEqual(service.enums["ProcessState"].c_constants, [
            "API_PROCESS_STATE_RUNNING_2", "API_PROCESS_STATE_RUNNING_3", "API_PROCESS_STATE_A_B",
            "API_PROCESS_STATE_A_B_2", "API_PROCESS_STATE_EMPTY", "API_PROCESS_STATE_1"])

    def test_operations(self):
        service = support.service(support.document("""
            paths:
              /a/{id}/b-c/~d:
                get: {parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {}}
              /b:
                get: {operationId: same, responses: {}}
                post: {operationId: same, responses: {}}
                put: {operationId: Same, responses: {}}
            """))
        self.assertEqual([(operation.name, operation.c) for operation in service.operations],
                         [("getAIdBCD", "api_get_a_id_bcd"), ("same", "api_same"), ("postB", "api_post_b"),
                          ("Same", "api_same_2")])

    def test_operations_without_a_name_of_their_own(self):
        source = support.document("paths: {/a/b: {get: {responses: {}}}, /a/~b: {get: {responses: {}}}, /a/b/: {get:"
                                  " {operationId: x, responses: {}}}, /x: {get: {operationId: x, responses: {}}}}")
        self.assertEqual([operation.name for operation in support.service(source).operations],
                         ["getAB", "getAB_2", "x", "getX"])

    def test_override(self):
        service = support.service(support.document("""
            paths:
              /a: {get: {operationId: unaquire, x-kf-name: unacquire, responses: {},
                         parameters: [{name: q, x-kf-name: query, in: query, schema: {type: string}}]}}
            components:
              schemas:
                Tihng:
                  x-kf-name: Thing
                  type: object
                  properties:
                    nmae: {type: string, x-kf-name: name}
                    inner: {type: object, x-kf-name: Core, properties: {a: {type: string}}}
            """))
        self.assertEqual(service.operations[0].c, "api_unacquire")
        self.assertEqual(service.operations[0].name, "unaquire")
        self.assertEqual(service.operations[0].parameters.fields[0].c, "query")
        thing = service.types["Tihng"]
        self.assertEqual((thing.c, thing.fields[0].c, thing.fields[0].name), ("api_thing", "name", "nmae"))
        self.assertEqual((thing.fields[1].c, service.types["Core"].c), ("inner", "api_core"))


if __name__ == "__main__":
    unittest.main()
