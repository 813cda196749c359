"""The product behind gunicorn as in production, and people signed in to it."""

import http.client
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from arwork.runner.group import ProcessGroup

WORKERS, THREADS = 2, 8
_READY_SECONDS = 60
_CSRF = "b" * 32


@dataclass(frozen=True)
class Site:
    """Where a web server listens."""

    port: int


def start(group: ProcessGroup, name: str, *, env: Mapping[str, str]) -> Site:
    """Start gunicorn with the product's own configuration; return when it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    wanted = {"BIND": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": str(WORKERS), "WEB_THREADS": str(THREADS)}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:arwork.runner.gunicorn_conf", "bench.wsgi"]
    group.start(name, command, env={**env, **wanted})
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        group.check()
        try:
            if Person(Site(port), "").get("/healthz").status == 200:
                return Site(port)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{name} did not answer within {_READY_SECONDS} s")


@dataclass(frozen=True)
class Answer:
    """Status, where it leads, and the page."""

    status: int
    location: str
    body: bytes


class Person:
    """Somebody at a browser: one connection that is kept, one session."""

    def __init__(self, site: Site, session_key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        self._headers = {"Cookie": f"sessionid={session_key}; csrftoken={_CSRF}", "X-CSRFToken": _CSRF}

    def get(self, path: str) -> Answer:
        """Ask for a page; the whole of it is read."""
        return self._ask("GET", path, {}, None)

    def post(self, path: str, body: str = "") -> Answer:
        """Send a form."""
        return self._ask("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, body)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str | None) -> Answer:
        try:
            self._connection.request(method, path, body, {**self._headers, **headers})
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server ends a connection that was idle for some seconds; a browser asks again, so do we.
            self._connection.close()
            self._connection.request(method, path, body, {**self._headers, **headers})
            answer = self._connection.getresponse()
        return Answer(answer.status, answer.headers.get("Location", ""), answer.read())
