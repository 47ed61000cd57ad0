"""x-kf-long-poll: which parameter says how long the server may keep its answer back."""
import unittest

import support
from kfgen.stop import Stop

POLL = ("paths: {/a: {get: {operationId: a, responses: {}, x-kf-long-poll: %s, parameters: [{name: timeout, in: query,"
        " schema: {type: integer}}, {name: q, in: query, schema: {type: string}}]}, post: {operationId: b,"
        " responses: {}}}}")
AT = "#/paths/~1a/get/x-kf-long-poll"
STOPS = [("30", ": is not {parameter: …, default: …}"),
         ("{parameter: timeout}", ": is not {parameter: …, default: …}"),
         ("{parameter: timeout, default: 30, unit: s}", ": is not {parameter: …, default: …}"),
         ("{parameter: q, default: 30}", "/parameter: 'q' is not an integer in the query"),
         ("{parameter: none, default: 30}", "/parameter: 'none' is not an integer in the query"),
         ("{parameter: timeout, default: -1}", "/default: is not a number from 0 to 65535"),
         ("{parameter: timeout, default: true}", "/default: is not a number from 0 to 65535"),
         ("{parameter: timeout, default: 65536}", "/default: is not a number from 0 to 65535")]


class LongPoll(unittest.TestCase):
    def test_table(self):
        operations = support.generated(support.document(POLL % "{parameter: timeout, default: 30}"))[2]
        self.assertEqual(operations.count('        .wait = "timeout",\n        .wait_s = 30,\n'), 1)
        self.assertEqual(operations.count(".wait"), 2)  # the other operation has none

    def test_stops(self):
        for value, line in STOPS:
            with self.subTest(value):
                with self.assertRaises(Stop) as caught:
                    support.service(support.document(POLL % value))
                self.assertEqual(str(caught.exception), AT + line)


if __name__ == "__main__":
    unittest.main()
