"""What is odd about the Flowable document, a test each, by number: its structure, and what the generator makes of it.
What concerns models and calls is in tests/unit/test_flowable_oddities.c."""
import copy
import os
import tempfile
import unittest

import programs
import support
from kfgen import cli, load, output, overlay
from kfgen.resolve import resolve

SPEC = os.path.join(support.TOP, "codegen", "specs", "flowable.yaml")
OVERLAY = os.path.join(support.TOP, "codegen", "specs", "flowable.overlay.yaml")
JOBS = ("AcquiredExternalWorkerJobResponse", "ExternalWorkerJobResponse")


def flattened(path):
    """A document as the published copy looks: the indentation of all lines gone, and a title before them."""
    with open(path, encoding="utf-8") as file:
        return "Flowable External Worker API\n" + "".join(line.lstrip() for line in file)


class Oddities(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.root = load.read_yaml(SPEC)
        cls.schemas = cls.root["components"]["schemas"]
        cls.raw = cli.load_service(SPEC, None, "flowable")
        cls.service = cli.load_service(SPEC, OVERLAY, "flowable")
        cls.files = cls.files_of(cls.service)
        cls.header = cls.files["include/kuflow/services/flowable.h"]

    @staticmethod
    def files_of(service):
        return output.service_files(service, "codegen/specs/flowable.yaml")

    def generated_from(self, change):
        """The files after a change of the document."""
        root = copy.deepcopy(self.root)
        root = change(root) or root
        document = load.Document(SPEC, root)
        overlay.apply(document.root, load.read_yaml(OVERLAY))
        return self.files_of(resolve(document, "flowable"))

    def operation(self, name, service=None):
        return next(operation for operation in (service or self.service).operations if operation.name == name)

    def field(self, type_, name):
        return next(field for field in self.service.types[type_].fields if field.name == name)

    def complaints(self, files):
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for path, text in files.items():
                names.append(os.path.join(folder, os.path.basename(path)))
                programs.write(folder, {names[-1]: text.replace('"kuflow/services/flowable.h"', '"flowable.h"')})
            return programs.complaints_of_compilers(folder, names)

    # Text

    def test_oddity_01_lines_without_indentation(self):
        """No YAML any more: one line says so, and where. The rebuilt document has all that was there."""
        text = flattened(SPEC)
        for part in (text, text[text.index("openapi:"):]):
            with tempfile.TemporaryDirectory() as folder:
                programs.write(folder, {"flat.yaml": part})
                result = support.run(support.GENERATE, "--spec", os.path.join(folder, "flat.yaml"), "--dump")
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, r"\Acodegen/generate: [^\n]*flat\.yaml[^\n]*\n\Z")
        self.assertEqual(len(self.root["paths"]), 9)
        self.assertEqual(sum(len(item) for item in self.root["paths"].values()), 9)
        self.assertEqual(len(self.schemas), 12)
        self.assertEqual(list(self.root["components"]["requestBodies"]), ["UnacquireExternalWorkerJobsRequest"])

    def test_oddity_02_members_named_like_keywords(self):
        """`type`, `name` and `value` are members of a variable, `size` and `start` of a page."""
        self.assertEqual([field.name for field in self.service.types["EngineRestVariable"].fields],
                         ["name", "type", "value", "valueUrl"])
        self.assertEqual([field.name for field in self.service.types["DataResponseExternalWorkerJobResponse"].fields],
                         ["data", "total", "start", "sort", "order", "size"])

    def test_oddity_03_04_descriptions_in_every_style(self):
        """oddity_03 quoted with escapes, broken lines, markup and letters of other alphabets; oddity_04 plain, folded,
        with apostrophes. None of it can end a comment or begin something else."""
        odd = support.yaml.load('"# flowable / flow\\u0259b(\\u0259)l /\\r\\n\\r\\n- a compact\\\n  \\ engine */ for'
                                '\\r\\n- ??/"', load.Loader)
        self.assertIn("\r\n- a compact engine */", odd)
        folded = support.yaml.load("text: From the request. The order, either 'asc'\n  or 'desc'. Defaults to 'asc'.",
                                   load.Loader)["text"]
        self.assertEqual(folded, "From the request. The order, either 'asc' or 'desc'. Defaults to 'asc'.")

        def change(root):
            root["info"]["description"] = odd
            for text, item in zip([odd, folded] * 5, root["paths"].values()):
                for operation in item.values():
                    operation["summary"] = text
            for schema in root["components"]["schemas"].values():
                schema["description"] = odd
                for member in schema.get("properties", {}).values():
                    member["description"] = folded
        files = self.generated_from(change)
        self.assertIn("either 'asc' or 'desc'", files["include/kuflow/services/flowable.h"])
        self.assertEqual(self.complaints(files), "")

    def test_oddity_05_empty_descriptions_and_examples_like_null(self):
        """Every operation has an empty description; an example of the four letters null is a text."""
        operations = [operation for item in self.root["paths"].values() for operation in item.values()]
        self.assertEqual([operation["description"] for operation in operations], [""] * 9)
        for name in JOBS:
            self.assertEqual(self.schemas[name]["properties"]["exceptionMessage"]["example"], "null")
            self.assertEqual(self.schemas[name]["properties"]["id"]["example"], "8")
            self.assertEqual(self.field(name, "exceptionMessage").kind, "string")
        self.assertNotIn(" * \n * POST", self.files_of(self.raw)["include/kuflow/services/flowable.h"])

    def test_oddity_06_relative_server(self):
        """No client can use it alone; the overlay names a whole one."""
        self.assertEqual(self.root["servers"], [{"url": "/flowable-rest/external-job-api"}])
        self.assertIsNone(self.raw.server_url)
        self.assertEqual(self.service.server_url, "http://localhost:8080/flowable-rest/external-job-api")

    def test_oddity_07_order_of_keys(self):
        """`required` before `properties`, `servers` behind `paths`: the order of keywords means nothing."""
        self.assertEqual(list(self.root)[-2:], ["servers", "components"])
        self.assertEqual(list(self.schemas[JOBS[0]]), ["type", "required", "properties"])

        def turned(node, names=False):
            """With all keywords in the other order, but names of things in theirs."""
            if isinstance(node, list):
                return [turned(item) for item in node]
            if not isinstance(node, dict):
                return node
            order = node.items() if names else reversed(list(node.items()))
            named = ("paths", "properties", "schemas", "responses")
            return {key: turned(value, key in named and isinstance(value, dict) and not names) for key, value in order}
        self.assertEqual(list(turned(self.root))[0], "components")
        self.assertEqual(self.generated_from(turned), self.files)

    # Structure

    def test_oddity_08_get_with_a_body(self):
        """A GET whose body is described as something else; the function has none."""
        self.assertIn("ExternalWorkerJobCollectionResource", str(self.root["paths"]["/jobs"]["get"]["requestBody"]))
        self.assertIsNone(self.operation("listExternalWorkerJobs").body)
        self.assertRegex(self.header, r"flowable_list_external_worker_jobs\(\s*kf_client \*client, "
                                      r"const flowable_list_external_worker_jobs_params \*params,\s*flowable_data_")

    def test_oddity_09_10_parameters_of_the_list(self):
        """oddity_09 sort and order are free texts; oddity_10 scopeType is missing."""
        names = [parameter["name"] for parameter in self.root["paths"]["/jobs"]["get"]["parameters"]]
        self.assertEqual(len(names), 23)
        self.assertNotIn("scopeType", names)
        fields = {field.name: field for field in self.operation("listExternalWorkerJobs").parameters.fields}
        self.assertEqual(list(fields), [*names, "scopeType"])
        self.assertEqual(self.service.enums[fields["sort"].ref].texts,
                         ["id", "dueDate", "createTime", "executionId", "processInstanceId", "retries", "tenantId"])
        self.assertEqual(self.service.enums[fields["order"].ref].texts, ["asc", "desc"])
        self.assertIn("    FLOWABLE_JOB_SORT_DUE_DATE = 2,", self.header)
        self.assertIn("    flowable_job_order order; /**< Direction of the sorting. Default: \"asc\". */", self.header)

    def test_oddity_11_12_answers_without_content(self):
        """oddity_11 a 204 with content; oddity_12 a 200 that is never sent. The functions return nothing."""
        documented = [(path, status) for path, item in self.root["paths"].items() for operation in item.values()
                      for status, answer in operation["responses"].items()
                      if status.startswith("2") and answer.get("content", {}).get("application/json", {}).get("schema")
                      == {"type": "object"}]
        self.assertEqual(len([path for path, status in documented if status == "204"]), 5)
        self.assertEqual([path for path, status in documented if status == "200"], ["/unacquire/jobs"])
        for name in ("completeJob", "bpmnErrorJob", "terminateCmmnJob", "failJob", "unacquireJobs", "unaquireJob"):
            operation = self.operation(name)
            self.assertIsNone(operation.out)
            self.assertEqual([(answer.status, answer.type) for answer in operation.answers], [(204, None)])

    def test_oddity_13_errors_without_schema(self):
        """The body of errors is told once, for all operations."""
        answers = [answer for item in self.root["paths"].values() for operation in item.values()
                   for status, answer in operation["responses"].items() if status[0] in "45"]
        self.assertEqual([answer for answer in answers if "content" in answer], [])
        self.assertEqual((self.service.error["message"], self.service.error["detail"]), ("/message", "/exception"))
        self.assertEqual([field.name for field in self.service.types["ErrorInfo"].fields], ["message", "exception"])
        document = load.Document(SPEC)
        overlay.apply(document.root, load.read_yaml(OVERLAY))
        for item in document.root["paths"].values():
            for operation in item.values():
                self.assertEqual(operation["responses"]["default"], {"$ref": "#/components/responses/Error"})

    def test_oddity_14_security_that_nothing_requires(self):
        """Basic is defined, and Bearer missing; no operation goes without credentials."""
        self.assertNotIn("security", self.root)
        self.assertEqual(list(self.root["components"]["securitySchemes"]), ["basicAuth"])
        self.assertFalse(any(operation.no_auth for operation in self.service.operations))

    def test_oddity_15_27_bodies(self):
        """oddity_15 none is required, and they stand inline and as a component; oddity_27 two operations share one."""
        self.assertEqual([operation.name for operation in self.raw.operations if operation.body_required], [])
        posts = [operation for operation in self.service.operations if operation.method == "POST"]
        self.assertEqual([operation.name for operation in posts if not operation.body_required], [])
        self.assertEqual(len(posts), 7)
        self.assertEqual([operation.name for operation in posts
                          if operation.body == "UnacquireExternalWorkerJobsRequest"], ["unacquireJobs", "unaquireJob"])

    def test_oddity_16_value_is_any_json(self):
        """Called an object, but a text, a number or null as well."""
        self.assertEqual(self.schemas["EngineRestVariable"]["properties"]["value"]["type"], "object")
        self.assertEqual(self.field("EngineRestVariable", "value").kind, "json")
        self.assertFalse(any(field.required for field in self.service.types["EngineRestVariable"].fields))

    def test_oddity_17_18_schemas_without_use(self):
        """oddity_17 the pattern of a page beside the page; oddity_18 an object without members, which would be an empty
        struct. Neither is in the API; where they are, the code compiles all the same."""
        self.assertIn("DataResponse", self.schemas)
        self.assertEqual(self.schemas["ExternalWorkerJobCollectionResource"], {"type": "object"})
        for name in ("DataResponse", "ExternalWorkerJobCollectionResource"):
            self.assertNotIn(name, self.service.types)
        for text in self.files.values():
            self.assertNotIn("external_worker_job_collection_resource", text)
            self.assertNotRegex(text, r"data_response\b")
        raw = self.files_of(self.raw)
        self.assertNotRegex(raw["include/kuflow/services/flowable.h"], r"struct \w+ \{\s*\}")
        self.assertEqual(self.complaints(raw), "")

    def test_oddity_19_20_null_and_required(self):
        """oddity_19 nothing may be null by the document, most is in practice; oddity_20 what is required."""
        required = {name: [field.name for field in type_.fields if field.required]
                    for name, type_ in self.service.types.items()}
        for name in JOBS:
            self.assertEqual(required[name], ["id", "url"])
            self.assertNotIn("nullable", str(self.schemas[name]))
            never = [field.name for field in self.service.types[name].fields if not field.notes.nullable]
            self.assertEqual(set(never) - {"variables"}, {"id", "url", "retries", "createTime"})
        self.assertEqual(required["AcquireExternalWorkerJobRequest"], ["topic", "lockDuration", "workerId"])
        self.assertEqual([name for name in required
                          if name.endswith("Request") and "workerId" not in required[name]], [])

    def test_oddity_21_22_durations_and_times_are_texts(self):
        """oddity_21 durations have no format; oddity_22 times have one, and lose no digit."""
        for name, member in (("AcquireExternalWorkerJobRequest", "lockDuration"),
                             ("ExternalWorkerJobFailureRequest", "retryTimeout"), (JOBS[0], "dueDate"),
                             (JOBS[1], "lockExpirationTime")):
            self.assertEqual(self.field(name, member).kind, "string")
        self.assertRegex(self.header, r"const char \*due_date; /\*\*<[^\n]*RFC 3339 date-time")

    def test_oddity_23_24_defaults_and_a_trap(self):
        """oddity_23 defaults stand in the prose only; oddity_24 a number that is not the retries of the job."""
        self.assertNotIn("'default'", str(self.root))
        self.assertIn("kf_int32 number_of_tasks; /**< How many jobs at most. Default: 1. */", self.header)
        self.assertRegex(self.header, r"nothing to\s+\* do with the tries of the jobs\. Default: 5\.")
        self.assertRegex(self.header, r"kf_int32 size; /\*\*<[^\n]*Default: 10\.")
        self.assertRegex(self.header, r"kf_int32 start; /\*\*<[^\n]*Default: 0\.")

    def test_oddity_25_wide_integers(self):
        self.assertEqual(self.field("DataResponseExternalWorkerJobResponse", "total").kind, "int64")
        self.assertEqual(self.field("DataResponseExternalWorkerJobResponse", "size").kind, "int32")

    def test_oddity_26_typos_stay_out_of_the_api(self):
        """A misspelt operationId is known by its name in the document, but not called so in C."""
        self.assertEqual(self.root["paths"]["/unacquire/jobs/{jobId}"]["post"]["operationId"], "unaquireJob")
        self.assertIn("kf_status flowable_unacquire_job(kf_client", self.header)
        self.assertNotIn("unaquire", self.header)
        self.assertNotRegex(self.header, r"tenant if|moved ot|rights acquire|an External Worker Jobs")

    def test_oddity_28_flat_duplicates(self):
        """Two shapes of a job: what both have is the same, in the same order."""
        acquired, listed = ([(field.name, field.kind, field.notes.description, field.notes.nullable)
                             for field in self.service.types[name].fields] for name in JOBS)
        self.assertEqual(len(listed), 19)
        self.assertEqual(acquired[:-1], listed)
        self.assertEqual(acquired[-1][0], "variables")

    def test_oddity_29_30_31_parameters_without_rules(self):
        """oddity_29 a path parameter without pattern; oddity_30 flags of which only `true` acts; oddity_31 numbers
        whose errors are documented as 400: types say what can be sent."""
        flags = [field.name for field in self.operation("listExternalWorkerJobs").parameters.fields
                 if field.kind == "bool"]
        self.assertEqual(flags, ["locked", "unlocked", "withException", "withoutProcessInstanceId", "withoutScopeId",
                                 "withoutScopeType", "withoutTenantId"])
        for name in ("size", "start"):
            field = next(field for field in self.operation("listExternalWorkerJobs").parameters.fields
                         if field.name == name)
            self.assertEqual(field.kind, "int32")
        for operation in self.service.operations:
            if "{jobId}" in operation.path:
                self.assertEqual([field.kind for field in operation.path_type.fields], ["string"])

    def test_oddity_32_names_and_tags(self):
        """Names of methods in Java, which other services have as well, get the service's name before them."""
        names = [operation.c for operation in self.service.operations]
        self.assertEqual(names, ["flowable_acquire_and_lock_jobs", "flowable_bpmn_error_job",
                                 "flowable_terminate_cmmn_job", "flowable_complete_job", "flowable_fail_job",
                                 "flowable_list_external_worker_jobs", "flowable_get_external_worker_job",
                                 "flowable_unacquire_jobs", "flowable_unacquire_job"])
        for tag in ("Acquire and Execute", "Info and Query", "Unacquire"):
            self.assertEqual(self.header.count(f"/* {tag} */"), 1)

    def test_what_a_repeat_does(self):
        """Only what may be sent twice is."""
        self.assertEqual([operation.name for operation in self.service.operations if operation.idempotency == "SAFE"],
                         ["listExternalWorkerJobs", "getExternalWorkerJob", "unacquireJobs"])
        page = self.operation("listExternalWorkerJobs").pagination
        self.assertEqual((page.style, page.position, page.size, page.items, page.total, page.first),
                         ("OFFSET", "start", "size", "data", "total", 0))


if __name__ == "__main__":
    unittest.main()
