"""gunicorn's threads behind a door that waits for whole requests, so that slow clients keep only themselves waiting.

gunicorn gives a connection one of its threads as soon as its first byte is there, and head, body and answer are all
passed in it: as many unfinished uploads as there are threads, and no page answers any more. Here many cheap threads
receive, each against a clock; only what has come whole goes on to the few that work and that hold connections to the
database. A proxy that buffers does this better, and production has one (docs/operations.md); the server survives
without.
"""

import errno
import io
import os
import tempfile
import time
from concurrent import futures
from contextlib import suppress
from typing import Any

from gunicorn import util
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import _DEFER, DEFAULT_WORKER_DATA_TIMEOUT, ThreadWorker

RECEIVERS = 128  # connections of a process that are being listened to at once; a thread that waits costs little
HEAD_SECONDS = 10.0
BODY_SECONDS = 15.0  # of grace; then as long as the bytes that came would take at the slowest pace borne
SLOWEST = 16 * 1024  # bytes a second
SEND_SECONDS = 30.0  # for one block of an answer
_LINGER_SECONDS, _LINGER_MOST = 0.5, 64 * 1024
_READ_OUT_SECONDS, _READ_OUT_MOST = 30.0, 1 << 30  # of what is refused by its length: or a browser shows no answer
_IN_MEMORY = 1024 * 1024
_BLOCK = 64 * 1024
_KEPT_OF_TOO_MUCH = 256 * 1024  # enough to read the form's token and the name of the first file
_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class TooSlow(ConnectionResetError):
    """A client that did not send in time; gunicorn drops its connection without a word."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the client was too slow")


class ClockedSocket:
    """What gunicorn's parser reads from: a socket whose every read ends by a deadline for all of them together."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._deadline, self._pace = 0.0, 0.0

    def start(self, seconds: float, *, slowest: int = 0) -> None:
        """Wait `seconds` from now on, and longer by what comes, at `slowest` bytes a second."""
        self._deadline = time.monotonic() + seconds
        self._pace = 1 / slowest if slowest else 0.0

    def recv(self, size: int) -> bytes:
        """At most `size` bytes. Raises `TooSlow` at the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TooSlow
        self._sock.settimeout(left)
        try:
            data: bytes = self._sock.recv(size)
        except TimeoutError:
            raise TooSlow from None
        self._deadline += len(data) * self._pace
        return data


class WholeRequests(ThreadWorker):
    """The worker class: receives in many threads, works in `threads` of them."""

    def init_process(self) -> None:
        self._workers = futures.ThreadPoolExecutor(max_workers=self.cfg.threads, thread_name_prefix="work")
        super().init_process()

    def get_thread_pool(self) -> futures.ThreadPoolExecutor:
        """The threads that receive; they are started as they are needed."""
        return futures.ThreadPoolExecutor(max_workers=RECEIVERS, thread_name_prefix="receive")

    def handle(self, conn: Any) -> Any:
        """One request of a connection, from its first byte to its answer. Runs in a thread that receives."""
        if not conn.initialized:
            if not conn.wait_for_data(DEFAULT_WORKER_DATA_TIMEOUT):
                return _DEFER
            try:
                conn.init()
            except OSError:
                return False
            if hasattr(conn.parser, "unreader"):
                conn.parser.unreader.sock = ClockedSocket(conn.sock)
        self._clock(conn, HEAD_SECONDS)
        conn.was_cut = False
        kept = super().handle(conn)
        if not kept:  # here: where gunicorn does it, everybody waits for a client that does not close
            seconds, most = (_READ_OUT_SECONDS, _READ_OUT_MOST) if conn.was_cut else (_LINGER_SECONDS, _LINGER_MOST)
            util.close_graceful(conn.sock, seconds, most)
        return kept

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Receive the body, then have the request worked on."""
        length = int(next((value for name, value in req.headers if name == "CONTENT-LENGTH"), 0) or 0)
        if length:
            self._receive(req, conn, length)
        conn.sock.settimeout(SEND_SECONDS)
        try:
            return self._workers.submit(super().handle_request, req, conn).result()
        except TimeoutError:
            raise TooSlow from None
        finally:
            if length:
                req.body.close()
                req.body = _Spent(failed=conn.was_cut)

    def _receive(self, req: Any, conn: Any, length: int) -> None:
        """Put the body, or the beginning of one that is refused anyway, where it can be read without waiting."""
        if req._expected_100_continue:
            req._expected_100_continue = False
            conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        conn.was_cut = length > _largest()
        wanted = _KEPT_OF_TOO_MUCH if conn.was_cut else length
        self._clock(conn, BODY_SECONDS, slowest=SLOWEST)
        kept = _spool()
        try:
            while (missing := wanted - kept.tell()) > 0:
                if not (data := req.body.read(min(missing, _BLOCK))):
                    raise NoMoreData
                kept.write(data)
        except TooSlow:
            kept.close()
            with suppress(OSError):
                conn.sock.sendall(_LATE)
            raise
        except BaseException:
            kept.close()
            raise
        kept.seek(0)
        req.body = kept

    @staticmethod
    def _clock(conn: Any, seconds: float, *, slowest: int = 0) -> None:
        if isinstance(clocked := getattr(getattr(conn.parser, "unreader", None), "sock", None), ClockedSocket):
            clocked.start(seconds, slowest=slowest)


class _Spent(io.BytesIO):
    """The body of a request that is over, as the parser asks for it before the next one."""

    def __init__(self, *, failed: bool) -> None:
        super().__init__()
        self.failed = failed


def _largest() -> int:
    """Bytes of the largest body that is read to its end: an upload, and what stands around it."""
    from django.conf import settings

    return (settings.MAX_UPLOAD_MB + 2) * 1024 * 1024


def _spool() -> Any:
    """A place for a body, in memory or, where it is large, on the disk of the data."""
    from django.conf import settings

    os.makedirs(settings.UPLOAD_DIR, mode=0o700, exist_ok=True)
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(settings.UPLOAD_DIR))
