import unittest

import support
from kfgen.comments import comment, parameter_lines, sentence, with_sentences, wrapped
from kfgen.ctext import array, broken, quoted


class Comments(unittest.TestCase):
    def test_short_and_long(self):
        self.assertEqual(comment("One line."), ["/** One line. */"])
        lines = comment("word " * 60, "    ")
        self.assertEqual((lines[0], lines[-1]), ("    /**", "     */"))
        self.assertTrue(all(len(line) <= 120 for line in lines))

    def test_safe(self):
        for text in ("*/ int x; /*", "a *//* b", "??/", "\u202e \u200b \0 \x07 \r\n", "*" * 5 + "/"):
            with self.subTest(text):
                body = "\n".join(comment(text))[3:-2]
                self.assertNotIn("*/", body)
                self.assertNotIn("/*", body)
                self.assertNotIn("??/", body)
                self.assertFalse(any(ord(c) < 32 and c != "\n" or c in "\u202e\u200b" for c in body))

    def test_doxygen(self):
        self.assertEqual(wrapped("an @command, a \\path, <tag> and `@code \\x <y>`", 200),
                         ["an \\@command, a \\\\path, \\<tag> and `@code \\x <y>`"])
        self.assertEqual(wrapped("me@example.org, 1 < 2", 200), ["me@example.org, 1 < 2"])

    def test_blocks(self):
        self.assertEqual(wrapped("one\ntwo\n\n\n* a\n* b\nmore\n\n```c\n  x\n```\nend", 80),
                         ["one two", "", "* a", "* b more", "", "    x", "end"])

    def test_sentences(self):
        self.assertEqual([sentence(text) for text in ("a", "a.", "a?", "", "see https://x.org/a")],
                         ["a.", "a.", "a?", "", "see https://x.org/a"])
        self.assertEqual(with_sentences("a", ["B.", "C."]), "a. B. C.")
        self.assertEqual(with_sentences("", ["B."]), "B.")
        self.assertEqual(with_sentences("* item", ["B."]), "* item.\n\nB.")

    def test_parameters(self):
        self.assertEqual(parameter_lines([("id", "The id."), ("params", "NULL for none.")]),
                         ["@param id      The id.", "@param params  NULL for none."])


class Text(unittest.TestCase):
    def test_literals(self):
        for text, expected in {'a"b': r'"a\"b"', "a\\b": r'"a\\b"', "a\nb": r'"a\nb"', "a\0b1": r'"a\000b1"',
                               "??/": r'"?\?/"', "é": '"é"', "\u202e": r'"\342\200\256"'}.items():
            self.assertEqual(quoted(text), expected)
        self.assertEqual(quoted(None), "NULL")

    def test_breaking(self):
        self.assertEqual(broken("f(", ["a", "b"], ");"), ["f(a, b);"])
        lines = broken("kf_status f(", ["const char *argument"] * 8, ");")
        self.assertEqual(lines[1][:12], " " * 12)
        self.assertTrue(all(len(line) <= 120 for line in lines))
        lines = broken("x" * 100 + "(", ["const char *argument"] * 2, ");")
        self.assertEqual(lines, ["x" * 100 + "(", "    const char *argument, const char *argument);"])
        self.assertEqual(broken("f(", [], ")"), ["f()"])
        self.assertEqual(array("x[]", ["1", "2"]), ["x[] = {1, 2};"])
        self.assertEqual(array("x[]", ["1"] * 100)[0], "x[] = {")


if __name__ == "__main__":
    unittest.main()
