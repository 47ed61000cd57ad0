#!/usr/bin/env python3
"""Jobs on a real Flowable while its process, the network and the workers fail at random; judge.py then says what came
of it. The seed, which is printed, gives the same schedule of faults again.

Worker processes reach the server through a proxy that spoils connections. Each writes a journal of what it did."""
import argparse
import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/support'))
from flowable import Rest, Server  # noqa: E402

import judge  # noqa: E402

SWEEP_MS = 1000  # tests/servers/flowable/start
PATIENCE_S = 300  # without faults, until what has not ended counts as lost
MODEL = 'sequence'
STEPS = ('first', 'second')


class Run:
    """All that is shared: the server, the proxy, the worker processes, and what was observed."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = ROOT / 'build/faults' / f'{arguments.seed}-{os.getpid()}'
        self.folder.mkdir(parents=True)
        self.server = Server([ROOT / 'tests/servers/flowable/start', arguments.version,
                              '--database', self.folder / 'database',
                              # What the server's own threads had begun when it was killed.
                              '--flowable.process.async.executor.async-job-lock-time=5s'], self.folder / 'server.log')
        self.lock = threading.Lock()
        self.calm = threading.Event()  # nothing fails any more
        self.ended = threading.Event()  # all instances have, or no patience is left
        self.up_since = 0.0  # seconds since 1970; 0 while the server is down
        self.proxy = self.proxy_url = None
        self.workers = {}  # by slot: the process and its journal
        self.killed = {}  # journal: when its process was killed
        self.counts = {'server kills': 0, 'worker kills': 0, 'worker stops': 0, 'network faults': 0}
        self.locks = judge.Locks()
        self.log = open(self.folder / 'faults.log', 'w', encoding='utf-8')
        self.begin = time.monotonic()
        self.number = 0

    def note(self, text):
        print(f'{time.monotonic() - self.begin:8.3f} {text}', file=self.log, flush=True)

    def source(self, name):
        """Numbers that the seed alone decides, for one of the threads that make faults."""
        return random.Random(f'{self.arguments.seed}/{name}')

    def pause(self, seconds):
        """Between two faults. False when there shall be no more."""
        return not self.calm.wait(seconds)

    # The parts

    def start_server(self):
        self.server.start()
        self.up_since = time.time()

    def start_proxy(self):
        program = self.arguments.build / 'support/kuflow-proxy'
        self.proxy = subprocess.Popen([str(program), self.port()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.proxy_url = self.proxy.stdout.readline().strip()

    def port(self):
        return self.server.url.rsplit(':', 1)[1]

    def tell_proxy(self, line):
        with self.lock:
            self.proxy.stdin.write(line + '\n')
            self.proxy.stdin.flush()

    def start_worker(self, slot):
        with self.lock:
            self.number += 1
            journal = self.folder / f'worker-{self.number}.journal'
        journal.touch()
        # A child inherits the mask: it may be told to stop before it listens, and lets the signal in when it does.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            with open(self.folder / f'worker-{self.number}.log', 'wb') as log:
                process = subprocess.Popen([str(self.arguments.build / 'faults/worker'), self.proxy_url, str(journal),
                                            str(self.arguments.lock * 1000), str(self.arguments.handler)],
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self.workers[slot] = (process, journal)
        self.note(f'worker {slot} started, process {process.pid}, {journal.name}')

    def end_worker(self, slot, number, seconds=60):
        """Returns its exit code."""
        process, journal = self.workers[slot]
        process.send_signal(number)
        if number == signal.SIGKILL:
            self.killed[journal.name] = time.time()
            self.locks.dead(process.pid, time.time())
        self.note(f'worker {slot}, process {process.pid}: {number.name}')
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None

    # The threads that make faults

    def fail_server(self):
        source = self.source('server')
        while self.pause(source.uniform(6, 20)):
            self.note('server: SIGKILL')
            self.up_since = 0.0
            self.server.kill()
            self.counts['server kills'] += 1
            time.sleep(source.uniform(0, 2))
            try:
                self.start_server()
            except RuntimeError as error:
                judge.problem(str(error))
                self.calm.set()
                return self.ended.set()
            self.tell_proxy(f'target={self.port()}')
            self.note(f'server: up again at port {self.port()}')

    def fail_workers(self):
        source = self.source('workers')
        while self.pause(source.uniform(1, 6)):
            slot = source.randrange(self.arguments.workers)
            kill = source.random() < 0.75
            pause = source.uniform(0, 1)
            code = self.end_worker(slot, signal.SIGKILL if kill else signal.SIGTERM)
            self.counts['worker kills' if kill else 'worker stops'] += 1
            if not kill and code != 0:
                judge.problem(f'a worker that was told to stop ended with exit code {code}')
            time.sleep(pause)
            self.start_worker(slot)

    def fail_network(self):
        source = self.source('network')
        while self.pause(source.uniform(0.2, 1.5)):
            line = self.choose_fault(source)
            self.note(f'network: {line or "nothing"}')
            self.tell_proxy(line)
            if line:
                self.counts['network faults'] += 1
            if source.random() < 0.3:
                self.tell_proxy('reset')
        self.tell_proxy('')

    @staticmethod
    def choose_fault(source):
        """A line for the proxy. Bytes are counted over a connection's life, and so reach from its first request on."""
        at = int(10 ** source.uniform(0, 4.5))
        every = source.randint(1, 3)
        direction = source.choice(('answer', 'request'))
        return source.choice((
            '', '', '', '', '',
            f'fault=cut direction={direction} at={at} every={every}',
            f'fault=reset direction={direction} at={at} every={every}',
            f'fault=drop every={every}',
            f'fault=stall direction={direction} at={at} every={every} times=3',
            f'delay_ms={source.randint(1, 300)} direction={direction}',
            f'drip_bytes={source.randint(20, 200)} drip_ms=1 direction={direction}',
            'fault=refuse'))

    # The observer

    def pause_observing(self):
        """Half a second. Where the machine stood still, so did the server: then it gets time for its sweeps before it
        is looked at. True when all has ended."""
        seconds = 0.5
        while True:
            begin = time.monotonic()
            ended = self.ended.wait(seconds)
            if ended or time.monotonic() - begin < seconds + 1:
                return ended
            seconds = 3 * SWEEP_MS / 1000

    def observe(self):
        """Sees which jobs are locked, and notices when all instances have ended."""
        rest = up_since = None
        while not self.pause_observing():
            if not self.up_since:
                continue
            if up_since != self.up_since:
                rest, up_since = self.server.rest(), self.up_since
            try:
                before = time.time()
                for job in rest.pages('/external-job-api/jobs?locked=true'):
                    if job['lockOwner']:
                        until = datetime.fromisoformat(job['lockExpirationTime'].replace('Z', '+00:00')).timestamp()
                        self.locks.saw(job['id'], job['lockOwner'], before, max(until, up_since))
                if rest.total('/process-api/runtime/process-instances') == 0:
                    self.note('all instances have ended')
                    self.calm.set()
                    self.ended.set()
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                self.note(f'the observer was not answered: {error!r}')
                rest.close()


def start_instances(url, count):
    """Before anything fails, so that all that is lost later is the worker's or the server's doing."""
    def part(first):
        rest = Rest(url)
        for number in range(first, count, 4):
            rest.call('POST', '/process-api/runtime/process-instances',
                      {'processDefinitionKey': MODEL, 'businessKey': str(number)})
    threads = [threading.Thread(target=part, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = Rest(url).total('/process-api/runtime/process-instances')
    if total != count:
        raise SystemExit(f'error: {total} instances were made instead of {count}')


def work(run):
    """Everything until all instances have ended and all parts but the server have stopped."""
    arguments = run.arguments
    run.start_server()
    instances = arguments.jobs // len(STEPS)
    start_instances(run.server.url, instances)
    run.start_proxy()
    print(f'  {instances} instances with {len(STEPS)} jobs each, seed {arguments.seed}, traces in '
          f'{run.folder.relative_to(ROOT)}', flush=True)
    run.begin = time.monotonic()
    for slot in range(arguments.workers):
        run.start_worker(slot)
    threads = [threading.Thread(target=target, daemon=True)
               for target in (run.fail_server, run.fail_workers, run.fail_network, run.observe)]
    for thread in threads:
        thread.start()
    if not run.calm.wait(arguments.seconds):
        run.note('nothing fails any more')
        run.calm.set()
    run.ended.wait(PATIENCE_S)
    run.ended.set()
    for thread in threads:
        thread.join(300)
        if thread.is_alive():
            judge.problem('a thread that makes faults did not end')
    for slot in range(arguments.workers):
        code = run.end_worker(slot, signal.SIGTERM)
        if code != 0:
            judge.problem(f'a worker that was told to stop ended with exit code {code}')
    return instances


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('--jobs', type=int, default=10000)
    parser.add_argument('--seed', type=int, default=None, help='default: another one each time')
    parser.add_argument('--version', default='7.2.0', help='of Flowable')
    parser.add_argument('--workers', type=int, default=2, help='processes')
    parser.add_argument('--lock', type=int, default=15, help='seconds that a job is locked')
    parser.add_argument('--handler', type=int, default=50, help='milliseconds that a handler takes on average')
    parser.add_argument('--seconds', type=int, default=600, help='after which nothing fails any more')
    parser.add_argument('--build', type=Path, required=True, help='where the programs are')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1_000_000)
    run = Run(arguments)
    begin = time.monotonic()
    try:
        instances = work(run)
        if not run.up_since:
            return judge.print_problems(arguments.seed)
        rest = run.server.rest()
        return judge.judge(run, rest, instances, STEPS, SWEEP_MS, time.monotonic() - begin)
    finally:
        run.calm.set()
        run.ended.set()
        for process, _ in run.workers.values():
            process.kill()
        if run.proxy is not None:
            run.proxy.stdin.close()
            run.proxy.wait(20)
        run.server.stop()


if __name__ == '__main__':
    sys.exit(main())
