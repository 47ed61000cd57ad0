"""Every document in documents/ becomes C that compiles without a warning, and tables that fit together."""
import glob
import os
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import support

NAMES = sorted(os.path.basename(path)[:-5] for path in glob.glob(os.path.join(support.DOCUMENTS, "*.yaml")))
INCLUDE = "-I" + os.path.join(support.TOP, "include")


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        for name in NAMES:
            result = support.run(support.GENERATE, "--spec", os.path.join(support.DOCUMENTS, name + ".yaml"),
                                 "--out", os.path.join(cls.folder.name, name))
            if result.returncode:
                raise AssertionError(result.stderr)

    def path(self, name, suffix):
        return os.path.join(self.folder.name, name, name + suffix)

    def all_pass(self, commands):
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for command, result in zip(commands, pool.map(lambda command: support.run(*command), commands)):
                with self.subTest(" ".join(command[:2] + command[-1:])):
                    self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_headers(self):
        commands = [[compiler, "-x", "c", "-std=c99", *support.WARNINGS, INCLUDE, "-fsyntax-only", self.path(name, ".h")]
                    for compiler in support.C_COMPILERS for name in NAMES]
        commands += [[compiler, "-x", "c++", standard, *support.WARNINGS, INCLUDE, "-fsyntax-only",
                      self.path(name, ".h")] for compiler in support.CXX_COMPILERS for name in NAMES
                     for standard in ("-std=c++11", "-std=c++20")]
        self.all_pass(commands)

    def test_sources(self):
        self.all_pass([[compiler, standard, *support.WARNINGS, INCLUDE, "-fsyntax-only", self.path(name, suffix)]
                       for compiler in support.C_COMPILERS for standard in ("-std=c99", "-std=c11") for name in NAMES
                       for suffix in ("_types.c", "_operations.c")])

    def test_tables(self):
        checker = os.path.join(support.TESTS, "check_tables.c")
        programs = [self.path(name, ".check") for name in NAMES]
        self.all_pass([[support.C_COMPILERS[0], "-std=c11", *support.WARNINGS, INCLUDE, f"-DSERVICE={name}_service",
                        checker, self.path(name, "_types.c"), self.path(name, "_operations.c"), "-o", program]
                       for name, program in zip(NAMES, programs)])
        self.all_pass([[program, "", ""] for program in programs])


if __name__ == "__main__":
    unittest.main()
