"""No known complaint and no known oddity without a test of its own."""
import glob
import os
import re
import unittest

import support


def tests_named(word):
    """The numbers of all tests whose names have the word: test functions that are run, not mere mentions."""
    found = set()
    for path in glob.glob(os.path.join(support.TOP, "tests", "integration", "test_*.c")):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for name in re.findall(r"^static void (%s_\d\d_\w+)\(void \*\*state\)" % word, text, re.M):
            if re.search(r"(TEST|cmocka_unit_test)\(%s\)" % name, text):
                found.update(re.findall(r"\d\d", name)[:1])
    for path in glob.glob(os.path.join(support.TESTS, "test_*.py")):
        with open(path, encoding="utf-8") as file:
            for numbers in re.findall(r"^    def test_%s((?:_\d\d)+)_\w+\(self\):" % word, file.read(), re.M):
                found.update(re.findall(r"\d\d", numbers))
    return found


class Completeness(unittest.TestCase):
    def check(self, word, count):
        expected = {f"{number:02}" for number in range(1, count + 1)}
        self.assertEqual(sorted(expected - tests_named(word)), [], f"{word}s without a test")
        self.assertEqual(sorted(tests_named(word) - expected), [], f"tests of {word}s that do not exist")

    def test_every_complaint(self):
        self.check("complaint", 29)

    def test_every_oddity(self):
        self.check("oddity", 53)


if __name__ == "__main__":
    unittest.main()
