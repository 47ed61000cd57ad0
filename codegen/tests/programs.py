"""Small C programs on generated code: the library built once, a document generated, a program compiled and run."""
import atexit
import glob
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import support

INCLUDE = ["-I" + os.path.join(support.TOP, "include"), "-I" + support.TESTS]
CHECKED = ["-g", "-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
_library = None


def packages(option):
    """What pkg-config says of the libraries that the library needs."""
    return subprocess.run(["pkg-config", option, "libcurl", "libcjson", "uuid", "libxml-2.0"], capture_output=True, text=True,
                          check=True).stdout.split()


def library():
    """The library as an archive, with the sanitizers: the one that KUFLOW_ARCHIVE names, or built at the first use."""
    global _library
    _library = _library or os.environ.get("KUFLOW_ARCHIVE")
    if _library:
        return _library
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, True)
    sources = sorted(glob.glob(os.path.join(support.TOP, "src", "**", "*.c"), recursive=True))
    objects = [os.path.join(folder, f"{index}.o") for index in range(len(sources))]

    def compile_one(pair):
        return support.run("gcc", "-std=c11", *CHECKED, "-D_POSIX_C_SOURCE=200809L", *INCLUDE[:1],
                           "-I" + os.path.join(support.TOP, "src"), *packages("--cflags"), "-c", pair[0],
                           "-o", pair[1])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(compile_one, zip(sources, objects)):
            if result.returncode:
                raise AssertionError(result.stderr)
    archive = os.path.join(folder, "libkuflow.a")
    subprocess.run(["ar", "rcs", archive, *objects], check=True)
    _library = archive
    return archive


def write(folder, files):
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def generate(folder, text, name="api"):
    """Writes the C of a document into a folder. @return The paths: header, types, operations."""
    spec = os.path.join(folder, name + ".yaml")
    head = 'openapi: 3.0.3\ninfo: {title: Test, version: "1"}\n'
    head += "" if "paths:" in text else "paths: {}\n"
    write(folder, {name + ".yaml": text if text.lstrip().startswith("openapi:") else head + text})
    result = support.run(support.GENERATE, "--spec", spec, "--name", name, "--out", folder)
    if result.returncode:
        raise AssertionError(result.stderr)
    return [os.path.join(folder, name + suffix) for suffix in (".h", "_types.c", "_operations.c")]


def complaints_of_compilers(folder, paths):
    """What any compiler says of generated code, as one text; empty when it is flawless."""
    header, *sources = paths
    commands = [[compiler, standard, *support.WARNINGS, *INCLUDE, "-fsyntax-only", source]
                for compiler in support.C_COMPILERS for standard in ("-std=c99", "-std=c11") for source in sources]
    commands += [[compiler, "-x", "c++", standard, *support.WARNINGS, *INCLUDE, "-fsyntax-only", header]
                 for compiler in support.CXX_COMPILERS for standard in ("-std=c++11", "-std=c++20")]
    said = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda command: support.run(*command, cwd=folder), commands):
            if result.returncode:
                said.append(result.stderr or f"{result.args}: {result.returncode}")
    return "\n".join(said)


def run_program(folder, paths, body, name="api"):
    """Compiles `body`, the statements of a main(), with generated code and the library, and runs it.
    @return None when it went well, else what it or the compiler said."""
    text = (f'#include "harness.h"\n#include "{name}.h"\n\nint main(void)\n{{\n    harness_used();\n'
            f'#line 1 "{name}"\n{body}\n    return 0;\n}}\n')
    write(folder, {"main.c": text})
    program = os.path.join(folder, "program")
    result = support.run("gcc", "-std=c11", *support.WARNINGS, *CHECKED, *INCLUDE, os.path.join(folder, "main.c"),
                         *paths[1:], library(), *packages("--libs"), "-lpthread", "-lm", "-o", program)
    if result.returncode:
        return result.stderr
    result = support.run(program, timeout=60)
    return None if result.returncode == 0 else f"exit {result.returncode}\n{result.stdout}{result.stderr}"
