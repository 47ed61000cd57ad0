#!/usr/bin/env python3
"""Flowable workers side by side: this library, the official clients, and bare handles of libcurl as the bound.

Started by bench/run flowable. Clients of one table take turns, round by round; each figure is the median of the rounds,
and a ratio is the median of the ratios of each round. docs/benchmarks.md says what the figures mean."""
import argparse
import random
import signal
import statistics
import sys
import time

import clients
from clients import ROOT, bare, create, javascript, ours, python

sys.path.insert(0, str(ROOT / 'tests/support'))
from flowable import Server  # noqa: E402

LOGS = ROOT / 'build/logs'
failures = []


def fail(text):
    failures.append(text)
    print(f'error: {text}', file=sys.stderr)


def throughput(server, contestants, jobs, handler_ms, rounds):
    """Results of each client, by its label: one for each round, or None for a round that failed."""
    results = {client.label: [] for client in contestants}
    for number in range(rounds):
        for client in contestants[number % len(contestants):] + contestants[:number % len(contestants)]:
            count = max(1, int(jobs * client.share))
            create(server.url, 'single', count)
            result = client.result(client.start(server.url, 'single', count, handler_ms), 60 + count / 10)
            left = server.rest().total('/external-job-api/jobs')
            if result is None or left:
                fail(f'{client.label}: it did not end {count} jobs; {left} are left on the server')
                raise SystemExit(1)
            result['rate'] = result['jobs'] / result['seconds']
            result['cpu'] = result['cpu_ms'] / result['jobs']
            results[client.label].append(result)
    return results


def ratios(results, label, to, what):
    return [one[what] / other[what] for one, other in zip(results[label], results[to])]


def median(values):
    values = list(values)
    return statistics.median(values) if values else float('nan')


def fastest(contestants, results, family):
    return max((c.label for c in contestants if c.family == family),
               key=lambda label: median(r['rate'] for r in results[label]))


def print_throughput(title, contestants, results):
    bound = fastest(contestants, results, 'bare') if any(c.family == 'bare' for c in contestants) else None
    print(f'\n{title}')
    print(f'  {"":36}{"jobs/s":>8}{"of bound":>10}{"CPU ms/job":>12}{"of bound":>10}{"allocations/job":>17}')
    for client in contestants:
        rows = results[client.label]
        line = f'  {client.label:36}{median(r["rate"] for r in rows):8.0f}'
        line += f'{median(ratios(results, client.label, bound, "rate")):10.2f}' if bound else f'{"":10}'
        line += f'{median(r["cpu"] for r in rows):12.3f}'
        line += f'{median(ratios(results, client.label, bound, "cpu")):10.2f}' if bound else f'{"":10}'
        if 'allocations' in rows[0]:
            line += f'{median(r["allocations"] / r["jobs"] for r in rows):17.0f}'
        print(line + ('   <- the bound' if client.label == bound else ''), flush=True)
    return bound


def print_aims(contestants, results, bound):
    """What the figures of the real server come to, against what the project aims at."""
    mine = next(c.label for c in contestants if c.family == 'ours' and 'defaults' in c.label)
    print(f'  libkuflow / bound: {median(ratios(results, mine, bound, "rate")):.2f} of the rate (aim: at least 0.90)')
    for client in contestants:
        if client.family in ('Python', 'JavaScript'):
            print(f'  libkuflow / {client.label}: {median(ratios(results, mine, client.label, "rate")):.1f} times the rate'
                  + (' (aim: 2 to 6)' if 'defaults' in client.label else '')
                  + f', 1/{1 / median(ratios(results, mine, client.label, "cpu")):.1f} of the CPU (aim: 1/10)')


def start_at_random(server, topics, seconds, jobs, seed):
    """Starts `jobs` instances for each topic at moments that nobody can foresee."""
    source = random.Random(seed)
    moments = sorted((source.uniform(0, seconds), topic) for topic in topics for _ in range(jobs))
    rest = server.rest()
    begin = time.monotonic()
    for moment, topic in moments:
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        rest.call('POST', '/process-api/runtime/process-instances', {
            'processDefinitionKey': 'latency', 'variables': [{'name': 'topic', 'type': 'string', 'value': topic}]})


def percentiles(values):
    values = sorted(values)
    return [values[min(len(values) - 1, int(len(values) * part))] for part in (0.5, 0.95)] + [values[-1]]


def print_ages(label, result):
    started, ended = percentiles(result['started_ms']), percentiles(result['ended_ms'])
    print(f'  {label:48}' + ''.join(f'{value:9.0f}' for value in started + ended), flush=True)


def latency(server, title, entries, seconds, jobs, apart):
    """`entries`: clients with their handlers' times. All at once, each with a topic of its own, or one after the other."""
    print(f'\n{title}')
    print(f'  {"milliseconds since the job was made, until":48}{"the handler begins":>27}{"the engine took its end":>27}')
    print(f'  {"":48}' + f'{"median":>9}{"95 %":>9}{"worst":>9}' * 2)
    run = f'{time.time_ns():x}'
    for group in [[entry] for entry in entries] if apart else [entries]:
        topics = [f'latency-{run}-{entries.index(entry)}' for entry in group]
        running = [client.start(server.url, topic, jobs, handler_ms)
                   for (client, handler_ms), topic in zip(group, topics)]
        time.sleep(2)
        start_at_random(server, topics, seconds, jobs, run)
        for (client, handler_ms), process in zip(group, running):
            label = f'{client.label}, handler {"of 10 ms" if handler_ms else "does nothing"}'
            result = client.result(process, 100)
            if result is None:
                fail(f'{label}: it did not end the {jobs} jobs of its topic')
            else:
                print_ages(label, result)


def memory(server, jobs):
    """The worker's memory while it works so many jobs, made while it works."""
    client = ours()
    process = client.start(server.url, 'single', jobs, 0)
    create(server.url, 'single', jobs)
    result = client.result(process, 600)
    if result is None:
        return fail(f'{client.label}: it did not end {jobs} jobs')
    marks = result['rss_kb']
    print(f'\nMemory of libkuflow\'s worker over {jobs} jobs on the sandbox')
    print('  KiB after each tenth: ' + ' '.join(str(mark) for mark in marks))
    print(f'  last / first tenth: {marks[-1] / marks[0]:.3f} (aim: flat); {result["cpu_ms"] / jobs:.3f} ms of CPU and '
          f'{result["allocations"] / jobs:.0f} allocations a job, {jobs / result["seconds"]:.0f} jobs/s')


def on_real_server(server, arguments, available):
    jobs, rounds = (300, 1) if arguments.quick else (1000, 5)
    create(server.url, 'single', arguments.warm)
    warm = bare(4, 100)
    if warm.result(warm.start(server.url, 'single', arguments.warm, 0), 300) is None:
        raise SystemExit('error: the server could not be warmed')
    server.rest().deploy('latency.bpmn20.xml', (clients.HERE / 'latency.bpmn20.xml').read_bytes())

    table = [ours(), ours(1), ours(64), bare(1, 1), bare(1, 100), bare(4, 1), bare(4, 100)]
    table += [make(tasks, share=0.4) for make in available for tasks in (0, 100)]
    results = throughput(server, table, jobs, 0, rounds)
    bound = print_throughput(f'Flowable {arguments.version}, {jobs} jobs each, handlers that do nothing', table, results)
    print_aims(table, results, bound)

    table = [ours(1, share=0.3), ours(8), ours(64), bare(1, 100, share=0.3), bare(8, 10), bare(64, 10)]
    table += [make(0, share=0.3) for make in available]
    results = throughput(server, table, jobs, 10, 1 if arguments.quick else 2)
    print_throughput(f'Flowable {arguments.version}, {jobs} jobs each, handlers that take 10 ms', table, results)

    entries = [(ours(slots), handler_ms) for slots in (1, 8, 64) for handler_ms in (0, 10)]
    idle = entries + [(make(), 0) for make in available]
    latency(server, f'Flowable {arguments.version}, latency of idle workers: a job now and then', idle,
            30 if arguments.quick else 60, 30, False)
    latency(server, f'Flowable {arguments.version}, latency of busy workers: 40 jobs a second', entries[1::2],
            3 if arguments.quick else 8, 120 if arguments.quick else 320, True)


def on_sandbox(server, arguments, available):
    jobs, rounds = (2000, 1) if arguments.quick else (10000, 3)
    table = [ours(), ours(1), ours(64), bare(1, 1), bare(1, 100), bare(4, 100)]
    table += [make(tasks, share=0.1) for make in available for tasks in (0, 100)]
    results = throughput(server, table, jobs, 0, rounds)
    print_throughput(f'The sandbox, {jobs} jobs each, handlers that do nothing', table, results)
    table = [ours(1, share=0.03), ours(8, share=0.2), ours(64)]
    results = throughput(server, table, jobs, 10, 1)
    print_throughput(f'The sandbox, {jobs} jobs each, handlers that take 10 ms', table, results)
    memory(server, arguments.memory)


def main():
    parser = argparse.ArgumentParser(prog='bench/run flowable', description=__doc__.split('\n', 1)[0])
    parser.add_argument('--version', default='7.2.0', help='of the real server')
    parser.add_argument('--quick', action='store_true', help='fewer jobs and rounds: to see that it works')
    parser.add_argument('--only', choices=('server', 'sandbox'))
    parser.add_argument('--warm', type=int, default=5000, help='jobs that warm the real server first')
    parser.add_argument('--memory', type=int, help='jobs of the memory run')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    arguments.memory = arguments.memory or (50_000 if arguments.quick else 1_000_000)

    LOGS.mkdir(parents=True, exist_ok=True)
    missing = clients.install(LOGS / 'bench-clients.log')
    for line in missing.values():
        fail(line)
    available = [make for name, make in (('Python', python), ('JavaScript', javascript)) if name not in missing]
    real = Server([ROOT / 'tests/servers/flowable/start', arguments.version], LOGS / 'bench-flowable.log')
    sandbox = Server([ROOT / 'build/bench/sandbox/kuflow-sandbox', '--quiet'], LOGS / 'bench-sandbox.log')
    runs = [('server', real, on_real_server), ('sandbox', sandbox, on_sandbox)]
    for name, server, run in runs:
        if arguments.only not in (None, name):
            continue
        try:
            server.start()
            run(server, arguments, available)
        finally:
            server.stop()
    for text in failures:
        print(f'error: {text}')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
