"""The clients that bench/run flowable sets side by side."""
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / 'bench/flowable'
PROGRAMS = ROOT / 'build/bench/bench/flowable'
PACKAGES = ROOT / 'build/bench-clients'
PYTHON = 'flowable.external-worker-client==1.0.2'
JAVASCRIPT = '@flowable-oss/external-worker-client@1.0.2'


class Client:
    """A client with its settings: how it is started, and what its runs came to."""

    def __init__(self, label, family, command, share=1.0):
        self.label, self.family, self.command = label, family, command
        self.share = share  # of the jobs of a round: a slow one gets less

    def start(self, url, topic, jobs, handler_ms):
        words = [str(word) for word in self.command(url, topic, jobs, handler_ms)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=HERE,
                                env={**os.environ, 'BENCH_NODE': str(PACKAGES)})

    def result(self, process, seconds):
        """Its line of figures; None when it did not end in time, or not well."""
        try:
            text, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
        return json.loads(text) if process.returncode == 0 and text.startswith('{') else None


def ours(slots=0, **more):
    label = f'libkuflow, {slots} slot{"s" if slots > 1 else ""}' if slots else 'libkuflow, its defaults (8 slots)'
    return Client(label, 'ours', lambda *job: [PROGRAMS / 'worker', *job, slots], **more)


def bare(connections, batch, **more):
    label = f'bare loop, {connections} connection{"s" if connections > 1 else ""}, batch {batch}'
    return Client(label, 'bare', lambda *job: [PROGRAMS / 'bare', 'work', *job, connections, batch], **more)


def python(tasks=0, **more):
    label = 'Python 1.0.2, ' + (f'tasks={tasks}' if tasks else 'its defaults')
    return Client(label, 'Python', lambda *job: [PACKAGES / 'venv/bin/python', 'client.py', *job, tasks], **more)


def javascript(tasks=0, **more):
    label = 'JavaScript 1.0.2, ' + (f'tasks={tasks}' if tasks else 'its defaults')
    return Client(label, 'JavaScript', lambda *job: ['node', 'client.mjs', *job, tasks], **more)


def create(url, key, jobs):
    subprocess.run([str(PROGRAMS / 'bare'), 'create', url, key, str(jobs), '4'], check=True, stdout=subprocess.DEVNULL)


def install(log):
    """Puts the official clients into build/. Returns the families that cannot be had, each with a line that says so."""
    missing = {}
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with open(log, 'w', encoding='utf-8') as out:
        def done(*words):
            try:
                return subprocess.run([str(word) for word in words], stdout=out, stderr=out, cwd=PACKAGES).returncode == 0
            except OSError as error:
                out.write(f'{error}\n')
                return False

        pip = PACKAGES / 'venv/bin/pip'
        if not done(pip, 'show', '-q', PYTHON.split('==')[0]) and not (
                done('/usr/bin/python3', '-m', 'venv', 'venv') and
                done(pip, 'install', '--quiet', '--disable-pip-version-check', PYTHON)):
            missing['Python'] = f'{PYTHON} cannot be had from PyPI, see {log}'
        if not done('npm', 'ls', '--silent', JAVASCRIPT) and not done(
                'npm', 'install', '--silent', '--no-fund', '--no-audit', '--prefix', '.', JAVASCRIPT):
            missing['JavaScript'] = f'{JAVASCRIPT} cannot be had from npm, see {log}'
    return missing
