"""What the tests share: the generator as a module, small documents, compilers."""
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
TESTS = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(TESTS))
DOCUMENTS = os.path.join(TESTS, "documents")
GENERATE = os.path.join(TOP, "codegen", "generate")
sys.path.insert(0, os.path.join(TOP, "codegen"))

import yaml  # noqa: E402

from kfgen import load, output  # noqa: E402
from kfgen.resolve import resolve  # noqa: E402

C_COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
CXX_COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]


def document(text):
    """A Document from YAML text without a file; what every document needs is added."""
    root = yaml.load(text, load.Loader) or {}
    root = {"openapi": "3.0.3", "info": {"title": "Test", "version": "1"}, "paths": {}, **root}
    return load.Document(os.path.join(DOCUMENTS, "inline.yaml"), root)


def schemas(text):
    """A Document that has just these schemas."""
    return document("components: {schemas: {" + text + "}}")


def service(source, name="api"):
    return resolve(source, name)


def generated(source, name="api"):
    """All generated text of a document: header, types, operations."""
    return list(output.single_files(service(source, name), "test.yaml").values())


def header(source, name="api"):
    return generated(source, name)[0]


def run(*arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, check=False, **options)
