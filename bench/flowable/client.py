"""The official Python client at work, as its documentation shows: URL TOPIC JOBS HANDLER_MS TASKS (0: its default)."""
import json
import os
import sys
import time
from datetime import datetime, timezone

from requests.auth import HTTPBasicAuth

from flowable.external_worker_client import ExternalWorkerClient

url, topic, jobs, handler_ms, tasks = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
created, started, ended = {}, [], []


def now_ms():
    return datetime.now(timezone.utc).timestamp() * 1000


def handle(job, worker_result_builder):
    created[job.id] = job.create_time.replace(tzinfo=job.create_time.tzinfo or timezone.utc).timestamp() * 1000
    started.append(round(now_ms() - created[job.id], 2))
    if handler_ms:
        time.sleep(handler_ms / 1000)
    return worker_result_builder.success()


def count(response, **_):
    """An answer of the server: the clock stops with the last completion."""
    if response.status_code == 204:
        ended.append(round(now_ms() - created[response.url.split('/')[-2]], 2))
        if len(ended) == jobs:
            cpu = time.process_time() - cpu_begin
            print(json.dumps({'jobs': jobs, 'seconds': time.monotonic() - begin, 'cpu_ms': cpu * 1000,
                              'started_ms': started, 'ended_ms': ended}), flush=True)
            os._exit(0)  # It would sleep for half a minute before it looked whether to stop.


client = ExternalWorkerClient(url, auth=HTTPBasicAuth('admin', 'test'),
                              customize_session=lambda session: session.hooks['response'].append(count))
begin, cpu_begin = time.monotonic(), time.process_time()
client.subscribe(topic, handle, **({'number_of_tasks': tasks} if tasks else {}))
