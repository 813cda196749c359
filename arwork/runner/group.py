"""Processes that live and die together.

Each process leads a group of its own, so that ending it also ends what it forked (gunicorn's and Celery's
children) and a Ctrl-C in the terminal reaches only the supervisor. A watchdog holds the list of groups: if the
supervisor itself is killed, the pipe between them closes and the watchdog ends them all.
"""

import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

from arwork.runner import watchdog

_POLL_SECONDS = 0.1


class Ended(Exception):
    """A member ended, or somebody asked us to stop; `code` is the exit code to leave with."""

    def __init__(self, why: str, code: int) -> None:
        super().__init__(why)
        self.code = code


class ProcessGroup:
    """A context: processes started in it are gone when it is left, whatever happens."""

    def __init__(self, *, prefixed: bool = True, held: IO[str] | None = None) -> None:
        """`held` is a locked file that must stay locked until the last member is gone."""
        self._members: list[tuple[str, int, subprocess.Popen[str]]] = []
        self._prefixed = prefixed
        self._held = (held.fileno(),) if held else ()
        self._asked: int | None = None
        self._asked_at = 0.0
        self._pumps: dict[int, threading.Thread] = {}

    def __enter__(self) -> Self:
        self._handlers = {
            number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", str(Path(watchdog.__file__))],
            stdin=subprocess.PIPE,
            text=True,
            pass_fds=self._held,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        groups = [(process.pid, rank) for _, rank, process in self._members]
        watchdog.end(groups, reap=self._reap)
        if self._watchdog.stdin:
            self._watchdog.stdin.close()
        self._watchdog.wait()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        rank: int = 0,
    ) -> subprocess.Popen[str]:
        """Start `command`; its lines appear prefixed with `name`. Rank 1 is ended after rank 0."""
        process = subprocess.Popen(
            list(command),
            env=env,
            cwd=cwd,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._members.append((name, rank, process))
        if self._watchdog.stdin:
            self._watchdog.stdin.write(f"{process.pid} {rank}\n")
            self._watchdog.stdin.flush()
        self._pumps[process.pid] = threading.Thread(target=self._pump, args=(name, process), daemon=True)
        self._pumps[process.pid].start()
        return process

    def run(self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Run `command` to its end beside the others and return its exit code.

        Raises `Ended` when another member ends meanwhile or we are asked to stop.
        """
        process = self.start(name, command, env=env)
        while process.poll() is None:
            self.check(unless=process)
            time.sleep(_POLL_SECONDS)
        self.check(unless=process)
        self._pumps.pop(process.pid).join(timeout=2)  # its last lines
        self._members = [member for member in self._members if member[2] is not process]
        return process.returncode

    def check(self, *, unless: subprocess.Popen[str] | None = None) -> None:
        """Raise `Ended` if somebody asked us to stop or a member other than `unless` is gone."""
        if self._asked is not None:
            raise Ended("stopping", 0 if self._asked == signal.SIGINT else 128 + self._asked)
        for name, _, process in self._members:
            if process is not unless and process.poll() is not None:
                raise Ended(f"{name} ended with exit code {process.returncode}; stopping the others", 1)
        if self._watchdog.poll() is not None:
            raise Ended("the watchdog ended; stopping", 1)

    def wait(self) -> None:
        """Return never: raises `Ended` for the first reason to stop."""
        while True:
            self.check()
            time.sleep(_POLL_SECONDS)

    def _ask(self, number: int, _: FrameType | None) -> None:
        # A second Ctrl-C means: no more patience. A second SIGTERM does not: make and a group's signal bring it twice.
        if self._asked is not None and number == signal.SIGINT and time.monotonic() - self._asked_at > 1:
            for _name, _rank, process in self._members:
                watchdog.tell(process.pid, signal.SIGKILL)
        if self._asked is None:
            self._asked, self._asked_at = number, time.monotonic()

    def _reap(self) -> None:
        for _, _, process in self._members:
            process.poll()

    def _pump(self, name: str, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            sys.stdout.write(f"{name:<7}| {line}" if self._prefixed else line)
            sys.stdout.flush()
