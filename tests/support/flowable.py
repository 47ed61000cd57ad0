"""Servers with Flowable's API for scripts: started, stopped or killed, and asked over REST."""
import base64
import http.client
import json
import re
import signal
import subprocess
import time


class Rest:
    """Flowable's REST APIs, over a connection of its own that is opened again when it was closed. For one thread."""

    def __init__(self, url, user='admin', password='test'):
        self.address = url.split('/')[2]
        self.headers = {'Content-Type': 'application/json',
                        'Authorization': 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()}
        self.connection = None

    def send(self, method, path, body=None, headers=None):
        """Returns the status and the body. A closed connection is noticed before a request is sent over it."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            self.connection.request(method, path, body, {**self.headers, **(headers or {})})
            response = self.connection.getresponse()
            text = response.read()
        except Exception:
            self.close()
            raise
        if response.will_close:
            self.close()
        return response.status, text

    def call(self, method, path, value=None, expect=None):
        """Sends and receives JSON; an answer of another status than 2xx (or than `expect`) is an exception."""
        status, text = self.send(method, path, None if value is None else json.dumps(value))
        if status != expect if expect else not 200 <= status < 300:
            raise RuntimeError(f'{method} {path}: {status} {text[:300].decode(errors="replace")}')
        return json.loads(text) if text else None

    def deploy(self, name, model):
        """Deploys a model, given as the bytes of its file."""
        border = '----------model'
        body = (f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                f'Content-Type: application/xml\r\n\r\n').encode() + model + f'\r\n--{border}--\r\n'.encode()
        status, text = self.send('POST', '/process-api/repository/deployments', body,
                                 {'Content-Type': f'multipart/form-data; boundary={border}'})
        if status != 201:
            raise RuntimeError(f'{name} was not deployed: {status} {text[:300]!r}')

    def total(self, path):
        """How many there are of what a list shows."""
        return self.call('GET', path + ('&' if '?' in path else '?') + 'size=1')['total']

    def pages(self, path, size=1000):
        """All that a list has to show; it should not change meanwhile."""
        start = 0
        while True:
            page = self.call('GET', f'{path}{"&" if "?" in path else "?"}start={start}&size={size}')
            yield from page['data']
            start += len(page['data'])
            if start >= page['total'] or not page['data']:
                return

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Server:
    """A server that prints its address. `command` starts it in the foreground."""

    def __init__(self, command, log):
        self.command = [str(word) for word in command]
        self.log = str(log)
        self.process = None
        self.url = None

    def start(self, seconds=240):
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with open(self.log, encoding='utf-8', errors='replace') as log:
                found = re.search(r'^(?:.* )?(http://127\.0\.0\.1:\d+)\b', log.read(), re.M)
            if found:
                self.url = found[1]
                return self
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f'{self.command[0]} did not start, see {self.log}')

    def rest(self):
        return Rest(self.url)

    def kill(self):
        """As a crash."""
        self.end(signal.SIGKILL)

    def stop(self):
        self.end(signal.SIGTERM)

    def end(self, number):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
