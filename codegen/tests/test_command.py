import json
import os
import pathlib
import shutil
import tempfile
import unittest

import support

KUFLOW = os.path.join(support.TOP, "codegen", "specs", "kuflow.yaml")
OVERLAY = os.path.join(support.TOP, "codegen", "specs", "kuflow.overlay.yaml")


class Command(unittest.TestCase):
    def test_check(self):
        result = support.run(support.GENERATE, "--check")
        self.assertEqual((result.returncode, result.stdout), (0, ""), "run codegen/generate")

    def test_readme_lists_every_operation(self):
        readme = pathlib.Path(support.TOP, "README.md").read_text(encoding="utf-8")
        for service in json.loads(support.run(support.GENERATE, "--dump").stdout):
            for operation in service["operations"]:
                with self.subTest(operation["name"]):
                    self.assertIn("| `{c}()` | `{method} {path}` |".format(**operation), readme)

    def test_merged(self):
        merged = json.loads(support.run(support.GENERATE, "--merged", "--spec", KUFLOW, "--overlay", OVERLAY).stdout)
        self.assertEqual(merged["openapi"][:2], "3.")
        self.assertIn("x-kf-error", merged)
        result = support.run(support.GENERATE, "--merged")
        self.assertEqual((result.returncode, "--merged needs --spec" in result.stderr), (2, True))

    def test_check_lists_what_differs(self):
        with tempfile.TemporaryDirectory() as folder:
            options = ["--spec", os.path.join(support.DOCUMENTS, "enums.yaml"), "--name", "e", "--out", folder]
            self.assertEqual(support.run(support.GENERATE, *options, "--check").stdout.split(),
                             ["e.h", "e_types.c", "e_operations.c"])
            self.assertEqual(support.run(support.GENERATE, *options).returncode, 0)
            self.assertEqual(support.run(support.GENERATE, *options, "--check").returncode, 0)
            with open(os.path.join(folder, "e_types.c"), "a", encoding="utf-8") as file:
                file.write("\n")
            result = support.run(support.GENERATE, *options, "--check")
            self.assertEqual((result.returncode, result.stdout), (1, "e_types.c\n"))

    def test_deterministic(self):
        texts = set()
        for seed in ("0", "1", "2"):
            with tempfile.TemporaryDirectory() as folder:
                support.run(support.GENERATE, "--spec", KUFLOW, "--overlay", OVERLAY, "--name", "k", "--out", folder,
                            env={**os.environ, "PYTHONHASHSEED": seed})
                texts.add(tuple(pathlib.Path(folder, name).read_text(encoding="utf-8")
                                for name in sorted(os.listdir(folder))))
        self.assertEqual(len(texts), 1)

    def test_dump(self):
        result = support.run(support.GENERATE, "--spec", KUFLOW, "--overlay", OVERLAY, "--dump")
        service = json.loads(result.stdout)[0]
        self.assertEqual((service["name"], len(service["operations"]), service["version"]), ("kuflow", 37, "2024-06-14"))
        self.assertEqual(service["types"]["KmsKey"]["flags"], ["SECRET"])

    def test_json_documents(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "doc.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"openapi": "3.0.0", "info": {"title": "\t", "version": "1"}, "paths": {}}, file)
            self.assertEqual(support.run(support.GENERATE, "--spec", path, "--out", folder).returncode, 0)

    def test_usage(self):
        self.assertEqual(support.run(support.GENERATE, "--name", "x").returncode, 2)
        self.assertEqual(support.run(support.GENERATE, "--spec", KUFLOW).returncode, 2)

    @unittest.skipUnless(os.access("/usr/bin/python3", os.X_OK), "no system Python")
    def test_system_python(self):
        self.assertEqual(support.run("/usr/bin/python3", support.GENERATE, "--check").returncode, 0)


class Kuflow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(support.TOP, "include", "kuflow", "services", "kuflow.h"), encoding="utf-8") as file:
            cls.header = " ".join(file.read().split())

    def test_shapes(self):
        for piece in [
                "KF_API kf_status kuflow_retrieve_process(kf_client *client, const char *id, kuflow_process **process,"
                " kf_error *error);",
                "KF_API kf_pager *kuflow_find_processes_pager(kf_client *client, const kuflow_find_processes_params *params,"
                " kf_error *error);",
                "KF_API const kuflow_process_page_item *kuflow_find_processes_next(kf_pager *pager, kf_error *error);",
                "typedef struct kuflow_json_patch { const kuflow_json_patch_operation *items;",
                "const kuflow_authentication_engine_certificate_tls *tls;", "kf_string_list sort;",
                "KUFLOW_WEBHOOK_TYPE_PROCESS_STATE_CHANGED = 2,",
                "kuflow_webhook_event_as_process_item_task_state_changed( const kuflow_webhook_event *model);"]:
            self.assertIn(piece, self.header)
        self.assertNotIn("handle_webhook_event", self.header)

    @unittest.skipUnless(shutil.which("gcc") and shutil.which("size"), "no gcc or size")
    def test_size(self):
        budget = {"types": 650 * 81, "operations": 450 * 37}
        for name, most in budget.items():
            with tempfile.TemporaryDirectory() as folder:
                target = os.path.join(folder, "a.o")
                support.run("gcc", "-std=c11", "-O2", "-fPIC", "-fvisibility=hidden", "-c", "-o", target,
                            "-I" + os.path.join(support.TOP, "include"),
                            os.path.join(support.TOP, "src", "services", "kuflow", name + ".c"))
                lines = [line.split() for line in support.run("size", "-A", target).stdout.splitlines()]
            used = sum(int(line[1]) for line in lines
                       if line and line[0].startswith((".text", ".rodata", ".data")))
            self.assertLessEqual(used, most)


if __name__ == "__main__":
    unittest.main()
