"""Clients that never finish keep nobody waiting: a real server, more open sockets than it has threads."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from arwork.runner import whole_requests
from arwork.runner.group import ProcessGroup
from tests.infra.processes import free_port, get, until
from tests.schema import lay_kept_schema

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "a body that does not come": HEAD + b"Content-Length: 1000\r\n\r\nusername=a",
    "a head that does not end": HEAD,
    "too much, announced": HEAD + b"Content-Length: 9000000000\r\n\r\nusername=a",
    "a chunk that does not come": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nuser",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server with one process and two threads that work."""
    folder, port = tmp_path_factory.mktemp("slow"), free_port()
    env = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "WEB_THREADS": "2",
    }
    if not lay_kept_schema(folder / "arwork.sqlite3"):
        migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
        subprocess.run(migrate, cwd=ROOT, env=env, check=True, capture_output=True)
    with ProcessGroup() as group:
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:arwork.runner.gunicorn_conf", "arwork.wsgi"]
        group.start("web", gunicorn, env=env, cwd=ROOT)
        until(lambda: get(f"http://127.0.0.1:{port}/healthz")[0] == 200, seconds=60, what="the server answers")
        yield port


def opened(port: int, first: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    client.sendall(first)
    return client


@pytest.mark.parametrize("first", SLOW.values(), ids=SLOW)
def test_a_page_answers_within_seconds_beside_forty_that_never_finish(server: int, first: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(opened(server, first))
        time.sleep(0.5)
        for _ in range(3):
            start = time.monotonic()
            assert get(f"http://127.0.0.1:{server}/login")[0] == 200
            assert time.monotonic() - start < 4


def test_who_reads_no_answer_and_does_not_close_holds_nobody_up(server: int) -> None:
    asked = b"GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(opened(server, asked))
        start = time.monotonic()
        until(lambda: get(f"http://127.0.0.1:{server}/login")[0] == 200, seconds=15, what="a page answers")
        assert time.monotonic() - start < 15


def test_a_slow_body_is_given_up_in_time(server: int) -> None:
    start = time.monotonic()
    with opened(server, SLOW["a body that does not come"]) as client:
        assert client.recv(100).startswith(b"HTTP/1.1 408 ")
        assert client.recv(100) == b"", "and closed"
    assert time.monotonic() - start < whole_requests.BODY_SECONDS + 10


def test_a_body_that_comes_in_pieces_arrives_whole(server: int) -> None:
    body = b"username=nobody&password=" + b"x" * 3_000
    with opened(server, HEAD + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()) as client:
        for start in range(0, len(body), 1_000):
            client.sendall(body[start : start + 1_000])
            time.sleep(0.1)
        assert client.recv(100).startswith(b"HTTP/1.1 403 "), "answered, by the page for a form without its token"


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(server: int) -> None:
    with opened(server, HEAD + b"Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n") as client:
        assert client.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(b"a=b")
        assert client.recv(100).startswith(b"HTTP/1.1 403 ")


def test_a_connection_is_used_again_after_a_body(server: int) -> None:
    with opened(server, b"") as client:
        for _ in range(3):
            client.sendall(HEAD + b"Content-Length: 3\r\n\r\na=b")
            assert _status(client) == 403
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert _status(client) == 200


def _status(client: socket.socket) -> int:
    """The status of an answer, read to its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65536)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(rest) < length:
        rest += client.recv(65536)
    return int(head.split()[1])
