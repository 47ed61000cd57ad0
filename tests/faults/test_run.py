#!/usr/bin/env python3
"""The worker processes of the fault run obey from their first moment."""
import argparse
import signal
import sys
import unittest
from pathlib import Path

import run


class Workers(unittest.TestCase):
    def test_told_to_stop_before_it_listens(self):
        """As when the last instance ends just after a worker was started again."""
        faults = run.Run(arguments)
        faults.proxy_url = 'http://127.0.0.1:1'  # where nobody answers
        for _ in range(20):
            faults.start_worker(0)
            self.assertEqual(faults.end_worker(0, signal.SIGTERM), 0)


if __name__ == '__main__':
    arguments = argparse.Namespace(seed=0, version='7.2.0', lock=15, handler=50, build=Path(sys.argv.pop(1)))
    unittest.main(buffer=True)
