#!/usr/bin/env python3
"""The judge of the fault run finds what it must not let pass: each case spoils a run that is well in one way."""
import tempfile
import types
import unittest
from pathlib import Path

import judge

STEPS = ('first', 'second')


class Rest:
    """The server's history of two instances."""

    def __init__(self):
        self.instances = [{'businessKey': str(n), 'endTime': 'then', 'deleteReason': None} for n in range(2)]
        self.activities = {step: [{'processInstanceId': f'i{n}', 'endTime': 'then'} for n in range(2)]
                           for step in (*STEPS, 'end')}
        self.totals = {}

    def pages(self, path):
        return self.instances if 'process-instances' in path else self.activities[path.rsplit('=', 1)[1]]

    def total(self, path):
        return next((count for part, count in self.totals.items() if part in path), 0)


def run_of(lines):
    """A run whose only journal has these lines; each is: moment, what, job, worker id, topic, more."""
    folder = Path(tempfile.mkdtemp())
    (folder / 'worker-1.journal').write_text(''.join(line + '\n' for line in lines), encoding='utf-8')
    locks = judge.Locks()
    locks.saw('j', 'faults/host-7-abc/1', 10.0, 12.0)
    return types.SimpleNamespace(folder=folder, killed={}, locks=locks, arguments=types.SimpleNamespace(seed=1),
                                 counts={'server kills': 1, 'worker kills': 1, 'network faults': 1})


def good_lines():
    lines = []
    for n in range(2):
        for step in STEPS:
            lines += [f'1 run {step}{n} w1 {step} i{n}', f'2 job_done {step}{n} w1 {step} completed 204']
    return lines


class JudgeTest(unittest.TestCase):
    def setUp(self):
        judge.problems.clear()
        self.rest, self.lines = Rest(), good_lines()

    def verdict(self, spoil=lambda run: None):
        run = run_of(self.lines)
        spoil(run)
        return judge.judge(run, self.rest, 2, STEPS, 1000, 1.0)

    def test_good(self):
        self.assertEqual(self.verdict(), 0, judge.problems)

    def test_lock_lost_and_killed_are_explained(self):
        self.lines = ['0 run first0 w0 first i0', '5 job_lock_lost first0 w0 first completed 403'] + self.lines
        self.assertEqual(self.verdict(), 0, judge.problems)
        self.lines[1] = '0 acquired - - - -'
        self.assertEqual(self.verdict(lambda run: run.killed.update({'worker-1.journal': 3.0})), 0, judge.problems)

    def test_nothing_ran(self):
        self.lines = []
        self.assertEqual(self.verdict(), 1)

    def test_an_instance_did_not_end(self):
        self.rest.instances[1]['endTime'] = None
        self.assertEqual(self.verdict(), 1)

    def test_an_instance_is_not_there(self):
        del self.rest.instances[1]
        self.assertEqual(self.verdict(), 1)

    def test_an_instance_was_deleted(self):
        self.rest.instances[1]['deleteReason'] = 'gone'
        self.assertEqual(self.verdict(), 1)

    def test_a_step_was_completed_twice(self):
        self.rest.activities['second'].append({'processInstanceId': 'i1', 'endTime': 'then'})
        self.assertEqual(self.verdict(), 1)

    def test_a_job_was_accepted_twice(self):
        self.lines += ['1 run first0 w2 first i0', '2 job_done first0 w2 first completed 204']
        self.assertEqual(self.verdict(), 1)

    def test_a_job_was_executed_after_it_was_accepted(self):
        self.lines += ['3 run first0 w2 first i0', '4 job_lock_lost first0 w2 first completed 403']
        self.assertEqual(self.verdict(), 1)

    def test_a_job_was_never_executed(self):
        self.lines = self.lines[2:]
        self.assertEqual(self.verdict(), 1)

    def test_an_execution_is_not_accounted_for(self):
        self.lines.append('1 run first0 w2 first i0')
        self.assertEqual(self.verdict(), 1)

    def test_nobody_ended_a_job(self):
        self.lines[1] = '2 job_lock_lost first0 w1 first completed 403'
        self.assertEqual(self.verdict(), 1)

    def test_a_job_was_handled_twice_under_one_lock(self):
        self.lines.insert(1, '1 run first0 w1 first i0')
        self.assertEqual(self.verdict(), 1)

    def test_there_were_no_faults(self):
        for what in ('server kills', 'worker kills', 'network faults'):
            judge.problems.clear()
            self.assertEqual(self.verdict(lambda run, what=what: run.counts.update({what: 0})), 1)

    def test_a_lock_outlived_its_time(self):
        self.assertEqual(self.verdict(lambda run: run.locks.saw('j', 'faults/host-7-abc/1', 30.0, 12.0)), 1)

    def test_jobs_are_left_behind(self):
        for what in ('locked=true', 'deadletter-jobs'):
            judge.problems.clear()
            self.rest.totals = {what: 1}
            self.assertEqual(self.verdict(), 1)

    def test_a_stopped_worker_ended_badly(self):
        judge.problem('a worker that was told to stop ended with exit code 1')
        self.assertEqual(self.verdict(), 1)


if __name__ == '__main__':
    unittest.main(buffer=True)
