"""What is odd about the KuFlow document, a test each, by number: its structure, and what the generator makes of it.
What concerns models and calls is in tests/integration/test_oddities*.c."""
import copy
import os
import re
import tempfile
import unittest

import programs
import support
from kfgen import cli, load, output, overlay
from kfgen.resolve import resolve
from kfgen.stop import Stop

SPECS = os.path.join(support.TOP, "codegen", "specs")
SPEC = os.path.join(SPECS, "kuflow.yaml")
OVERLAY = os.path.join(SPECS, "kuflow.overlay.yaml")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def nodes(value):
    """Every object in a tree."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from nodes(child)


class Oddities(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.root = load.read_yaml(SPEC)
        cls.service = cli.load_service(SPEC, OVERLAY, "kuflow")
        cls.files = output.service_files(cls.service, "codegen/specs/kuflow.yaml")
        cls.header = cls.files["include/kuflow/services/kuflow.h"]
        cls.schemas = cls.root["components"]["schemas"]
        cls.operations = [(path, method, item[method]) for path, item in cls.root["paths"].items()
                          for method in METHODS if method in item]

    def generated_from(self, change):
        """The files after a change of the document."""
        root = copy.deepcopy(self.root)
        change(root)
        document = load.Document(SPEC, root)
        overlay.apply(document.root, load.read_yaml(OVERLAY))
        return output.service_files(resolve(document, "kuflow"), "codegen/specs/kuflow.yaml")

    def test_oddity_01_block_scalars_and_a_flattened_document(self):
        """Descriptions hold fences, braces, colons and comments; one copy of the document had lost its line breaks."""
        description = self.root["info"]["description"]
        self.assertIn("```\nhttps://HOST/vVERSION/PATH\n```", description)
        odd = "See: https://x/y#z `{,asc|desc}` {} # no comment\n\n```\n*/ int broken; /*\n```\n??/ \\\n"

        def change(root):
            for node in nodes(root["components"]["schemas"]):
                if isinstance(node.get("type"), str):
                    node["description"] = odd
            for _, _, operation in [(p, m, i[m]) for p, i in root["paths"].items() for m in METHODS if m in i]:
                operation["description"] = operation["summary"] = odd
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for path, text in self.generated_from(change).items():
                name = os.path.basename(path)
                text = text.replace('"kuflow/services/kuflow.h"', '"kuflow.h"')
                programs.write(folder, {name: text})
                names.append(os.path.join(folder, name))
            self.assertEqual(programs.complaints_of_compilers(folder, names), "")
        # Flattened, it is no YAML any more: one line says so, and where.
        with open(SPEC, encoding="utf-8") as file:
            flat = " ".join(file.read().split())
        for text in (flat, flat[flat.index("openapi:"):]):
            with tempfile.TemporaryDirectory() as folder:
                programs.write(folder, {"flat.yaml": text})
                result = support.run(support.GENERATE, "--spec", os.path.join(folder, "flat.yaml"), "--dump")
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, r"\Acodegen/generate: flat\.yaml.*\n\Z")

    def test_oddity_02_version_is_a_text(self):
        """A version that looks like a date."""
        self.assertEqual(self.root["info"]["version"], "2024-06-14")
        self.assertEqual(self.service.version, "2024-06-14")
        unquoted = support.document("info: {title: T, version: 2024-06-14}")
        self.assertEqual(support.service(unquoted).version, "2024-06-14")
        self.assertEqual(self.service.server_url, "https://api.kuflow.com/v2024-06-14")
        self.assertFalse(self.service.server_url.endswith("/"))

    def test_oddity_03_web_hook_is_no_call(self):
        """The operation that the service calls, not its users."""
        hook = self.root["x-webhooks"]["events"]["post"]
        self.assertEqual(hook["operationId"], "webhook_handleWebhookEvent")
        self.assertNotIn("required", hook["requestBody"])
        self.assertNotIn("default", hook["responses"])
        for text in self.files.values():
            self.assertNotIn("handle_webhook_event", text)
            self.assertNotIn("handleWebhookEvent", text)
        self.assertNotIn("webhook_handleWebhookEvent", [operation.name for operation in self.service.operations])
        self.assertIn("} kuflow_webhook_event;", self.header)  # while what it carries is there
        self.assertIn("kuflow_webhook_event_decode(", self.header)

    def test_oddity_04_tag_groups_without_group(self):
        """x-tagGroups forgets a tag; extras on tags mean nothing."""
        grouped = [tag for group in self.root["x-tagGroups"] for tag in group["tags"]]
        self.assertNotIn("group", grouped)
        self.assertEqual({tag["name"] for tag in self.root["tags"]} - set(grouped), {"group"})
        self.assertIn("kuflow_find_groups(kf_client", self.header)
        self.assertIn("/* group: ", self.header)

        def change(root):
            del root["x-tagGroups"]
            for tag in root["tags"]:
                del tag["x-displayName"], tag["externalDocs"]
        self.assertEqual(self.generated_from(change), self.files)

    def test_oddity_05_two_tags_give_one_function(self):
        """Each operation has two tags, of which only the second is declared."""
        declared = [tag["name"] for tag in self.root["tags"]]
        self.assertEqual(len(self.operations), 37)
        for _, _, operation in self.operations:
            self.assertEqual(len(operation["tags"]), 2)
            self.assertTrue(operation["tags"][0].startswith("apiRestExternalV20240614"))
            self.assertIn(operation["tags"][1], declared)
        self.assertEqual(len(self.service.operations), 37)
        for operation in self.service.operations:
            self.assertEqual(len(re.findall(r"\b%s\(\s*kf_client" % operation.c, self.header)), 1, operation.c)
            self.assertIn(operation.tag, declared)
        self.assertNotIn("apiRestExternal", self.header)

    def test_oddity_06_three_ways_to_authenticate(self):
        """Alternatives for the whole document, none for a single operation."""
        self.assertEqual([list(way) for way in self.root["security"]], [["BasicAuth"], ["BearerAuth"], ["OAuth2Auth"]])
        for _, _, operation in self.operations:
            self.assertNotIn("security", operation)
        self.assertFalse(any(operation.no_auth for operation in self.service.operations))

    def test_oddity_07_all_schemas_are_there(self):
        """81 schemas, all of them used, one only as a body."""
        self.assertEqual(len(self.schemas), 81)
        self.assertEqual(set(self.schemas) - set(self.service.types) - set(self.service.enums), set())
        used = {node["$ref"].rsplit("/", 1)[1] for node in nodes(self.root) if isinstance(node.get("$ref"), str)}
        used |= {place.rsplit("/", 1)[1] for node in nodes(self.schemas) if "mapping" in node
                 for place in node["mapping"].values()}
        self.assertEqual(set(self.schemas) - used, set())
        bodies = [operation.name for operation in self.service.operations if operation.body == "JsonPatch"]
        self.assertEqual(len(bodies), 3)
        references = {field.ref for type_ in self.service.types.values() for field in type_.fields}
        self.assertNotIn("JsonPatch", references)

    def test_oddity_08_09_10_required_names_without_property(self):
        """oddity_08 ProcessPageItem, oddity_09 Process, oddity_10 ProcessItemTask: the document requires what it does
        not have. The overlay takes the names out; without it, the generator leaves them aside."""
        raw = cli.load_service(SPEC, None, "kuflow")
        for name, phantoms in {"ProcessPageItem": {"initiator"}, "Process": {"processDefinition", "initiator"},
                               "ProcessItemTask": {"taskDefinition"}}.items():
            schema = self.schemas[name]
            part = schema["allOf"][1] if "allOf" in schema else schema
            self.assertEqual(set(part["required"]) - set(part["properties"]), phantoms)
            for service in (raw, self.service):
                fields = {field.name: field.required for field in service.types[name].fields}
                self.assertEqual(phantoms & set(fields), set())
                self.assertTrue(fields["state"])

    def test_oddity_14_twenty_two_all_of(self):
        """Inheritance by allOf becomes members at the beginning."""
        built = {name: schema["allOf"] for name, schema in self.schemas.items() if "allOf" in schema}
        self.assertEqual(len(built), 22)
        for name, (base, own) in built.items():
            inherited = [field.name for field in self.service.types[base["$ref"].rsplit("/", 1)[1]].fields]
            self.assertEqual([field.name for field in self.service.types[name].fields],
                             inherited + list(own["properties"]))

    def test_oddity_16_equal_descriptions(self):
        """Four schemas with one description stay four types."""
        names = ["WebhookEventProcessCreated", "WebhookEventProcessStateChanged", "WebhookEventProcessItemCreated",
                 "WebhookEventProcessItemTaskStateChanged"]

        def change(root):
            for name in names:
                root["components"]["schemas"][name]["description"] = "Process Events"
        header = self.generated_from(change)["include/kuflow/services/kuflow.h"]
        for name in names:
            self.assertEqual(len(re.findall(r"^\} %s;$" % self.service.types[name].c, header, re.M)), 1)
        self.assertEqual(header.count("/** Process Events. Begins like kuflow_webhook_event."), 4)

    def test_oddity_21_patches_have_their_media_type(self):
        """A top-level array with a media type of its own."""
        patches = [operation for operation in self.service.operations if operation.method == "PATCH"]
        self.assertEqual(sorted(operation.name for operation in patches),
                         ["patchProcessEntity", "patchProcessItemTaskData", "patchProcessMetadata"])
        for operation in patches:
            self.assertEqual(operation.body_media, "application/json-patch+json")
            self.assertIn("VALUE", self.service.types[operation.body].flags)
        self.assertEqual(self.schemas["JsonPatch"]["minItems"], 1)

    def test_oddity_30_no_siblings_of_references(self):
        """Nothing stands beside a $ref, so a member's comment is that of its type."""
        references = [node for node in nodes(self.root) if "$ref" in node]
        self.assertGreater(len(references), 200)
        self.assertEqual([node for node in references if len(node) > 1], [])
        self.assertRegex(self.header, r"kuflow_json_patch_operation_type op; /\*\*< What a patch operation does\.")
        self.assertRegex(self.header, r"kuflow_process_state state; /\*\*< Where a process is in its life\.")

    def test_oddity_31_lengths_are_in_the_comments(self):
        """Lengths of texts: for people, not for the compiler."""
        self.assertRegex(self.header, r"const char \*ip; /\*\*<[^\n]*7 to 40 characters")
        self.assertRegex(self.header, r"const char \*code; /\*\*<[^\n]*1 to 50 characters")
        self.assertRegex(self.header, r"workflow_types; /\*\*<[^\n]*Each: 1 to 255 characters")

    def test_oddity_32_names_that_bite(self):
        """ERROR, DEFAULT, `namespace` and very long names."""
        macros = ["ERROR", "INFO", "WARN", "READY", "UNKNOWN", "DEFAULT", "DELETE", "TASK", "MESSAGE", "USER", "SYSTEM",
                  "FREE", "LINUX", "WINDOWS", "NODEJS", "TEST", "type", "from", "value"]
        defines = [f"-D{name}=!" for name in macros[:-3]]
        path = os.path.join(support.TOP, "include", "kuflow", "services", "kuflow.h")
        for compiler in support.C_COMPILERS:
            result = support.run(compiler, "-x", "c", "-std=c99", *support.WARNINGS, *programs.INCLUDE, *defines,
                                 "-fsyntax-only", path)
            self.assertEqual(result.returncode, 0, result.stderr)
        for compiler in support.CXX_COMPILERS:
            result = support.run(compiler, "-x", "c++", "-std=c++11", *support.WARNINGS, *programs.INCLUDE, *defines,
                                 "-fsyntax-only", path)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("const char *namespace_;", self.header)
        self.assertIn("kuflow_download_process_item_task_data_webforms_as_document(", self.header)
        self.assertIn("KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_ERROR", self.header)

    def test_oddity_33_names_for_enum_values(self):
        """Two of 14 enums bring names for their values."""
        self.assertEqual(len(self.service.enums), 14)
        named = [name for name, schema in self.schemas.items() if "x-enum-varnames" in schema]
        self.assertEqual(sorted(named), ["RobotAssetArchitecture", "WebhookType"])
        self.assertEqual(self.service.enums["WebhookType"].texts[3], "PROCESS_ITEM.TASK_STATE_CHANGED")
        self.assertEqual(self.service.enums["WebhookType"].c_constants[3],
                         "KUFLOW_WEBHOOK_TYPE_PROCESS_ITEM_TASK_STATE_CHANGED")
        self.assertEqual(self.service.enums["RobotAssetArchitecture"].c_constants[0],
                         "KUFLOW_ROBOT_ASSET_ARCHITECTURE_X86_32")

    def test_oddity_39_parameters_are_optional_unless_required(self):
        """Some parameters do not say whether they are required."""
        silent = [(operation["operationId"], parameter["name"]) for _, _, operation in self.operations
                  for parameter in operation.get("parameters", [])
                  if "name" in parameter and "required" not in parameter]
        self.assertEqual(silent, [("findPrincipals", "type"), ("findProcessItems", "processId"),
                                  ("findProcessItems", "type"), ("findProcessItems", "taskState"),
                                  ("findProcessItems", "processItemDefinitionCode")])
        by_name = {operation.name: operation for operation in self.service.operations}
        for operation, parameter in silent:
            field = next(field for field in by_name[operation].parameters.fields if field.name == parameter)
            self.assertFalse(field.required)

    def test_oddity_42_foreign_extensions_change_nothing(self):
        """x-ms-parameter-location is for another generator."""
        marked = [node for node in nodes(self.root) if "x-ms-parameter-location" in node]
        self.assertGreater(len(marked), 8)

        def change(root):
            for node in nodes(root):
                node.pop("x-ms-parameter-location", None)
        self.assertEqual(self.generated_from(change), self.files)

    def test_oddity_49_one_error_for_all(self):
        """The default answer of all operations is one and the same."""
        for _, _, operation in self.operations:
            self.assertEqual(operation["responses"]["default"], {"$ref": "#/components/responses/DefaultError"})
        for operation in self.service.operations:  # an error is no answer that a function could return
            self.assertNotIn("DefaultError", [answer.type for answer in operation.answers])
        self.assertEqual(self.service.error["message"], "/message")

    def test_oddity_51_name_of_the_body(self):
        """x-ms-requestBody-name gives an upload its name; a model is always `body`."""
        names = {operation["operationId"]: operation["requestBody"].get("x-ms-requestBody-name")
                 for _, _, operation in self.operations if "requestBody" in operation}
        self.assertNotIn(None, names.values())
        for operation in self.service.operations:
            if operation.upload:
                self.assertEqual(names[operation.name], "file")
                self.assertRegex(self.header, r"%s\([^;]*const kf_source \*file," % operation.c)
            elif operation.body:
                self.assertRegex(self.header, r"%s\([^;]*const kuflow_\w+ \*body," % operation.c)

    def test_oddity_53_spelling_of_the_wire(self):
        """Misspelt and misdescribed: the wire's names stay."""
        self.assertIn("outcoming", [field.name for field in self.service.types["ProcessRelated"].fields])
        self.assertIn("const char *const *outcoming;", self.header)
        self.assertNotIn("outgoing", self.header)


class Flattened(unittest.TestCase):
    def test_oddity_01_text_without_structure(self):
        with tempfile.TemporaryDirectory() as folder:
            programs.write(folder, {"one.yaml": "openapi: 3.0.3 info: title: T version: 1"})
            with self.assertRaises(Stop):
                cli.load_service(os.path.join(folder, "one.yaml"), None, "one")


if __name__ == "__main__":
    unittest.main()
