import unittest

import support
from kfgen.hashing import name_hash, slots_of
from kfgen.stop import Stop


class Hashing(unittest.TestCase):
    def test_function(self):
        # FNV-1a of "a" and "foobar" are published; then the fold.
        self.assertEqual(name_hash(b"a", 0), 0xE40C292C ^ (0xE40C292C >> 15))
        self.assertEqual(name_hash(b"foobar", 0), 0xBF9CF968 ^ (0xBF9CF968 >> 15))
        self.assertEqual(name_hash(b"", 5), (2166136261 ^ 5) ^ ((2166136261 ^ 5) >> 15))

    def test_slots(self):
        for count in (0, 1, 2, 5, 13, 40, 150, 600):
            names = [f"member{index}" for index in range(count)]
            seed, slots = slots_of(names, "#")
            self.assertEqual(len(slots) & (len(slots) - 1), 0)
            for index, name in enumerate(names):
                self.assertEqual(slots[name_hash(name.encode(), seed) & (len(slots) - 1)], index + 1)
            self.assertEqual(sum(slot != 0 for slot in slots), count)
            if count <= 40:
                self.assertLessEqual(len(slots), max(1, 4 * count))

    def test_repeated_and_left_out(self):
        seed, slots = slots_of(["a", None, "a", "é"], "#")
        self.assertEqual(sorted(slot for slot in slots if slot), [1, 4])

    def test_too_many(self):
        with self.assertRaises(Stop):
            slots_of([f"m{index}" for index in range(40000)], "#/x")


if __name__ == "__main__":
    unittest.main()
