"""Load: many workers at once, at a pace or as fast as they can.

Workers are threads in a few forked processes, as they are in gunicorn. A paced run has a timetable that doesn't wait
for slow answers: a latency counts from the moment at which the work was due, so a stall shows in every call that it
delayed and not in one alone.
"""

import gc
import multiprocessing
import signal
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

#: One piece of work; it may return the instant (`perf_counter`) at which the measured part was over.
Work = Callable[[], float | None]
#: Makes the work of worker number n, in its own thread.
Maker = Callable[[int], Work]

PROCESSES = 2
_fork = multiprocessing.get_context("fork")


@dataclass
class Load:
    """What a run did: latencies in seconds, errors by their words, and how long it went on."""

    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Pieces of work a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def ms(self, share: float) -> float:
        """The percentile in milliseconds: `ms(0.95)`."""
        return percentile(self.latencies, share) * 1000

    def check(self) -> "Load":
        """Raise when anything failed: a figure over errors is none."""
        if self.errors or not self.latencies:
            raise RuntimeError(f"{len(self.errors)} of {len(self.latencies)} failed: {self.errors[:1] or 'no work'}")
        return self


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def paced(make: Maker, *, rate: float, seconds: float, workers: int = 50) -> Load:
    """Work due `rate` times a second for so many seconds."""
    return _drive(make, workers, seconds, rate=rate, count=None)


class Meanwhile:
    """A paced load beside something else: `with Meanwhile(...) as load: ...`, then `load.result`.

    The workers are forked before the block begins: a process started while they are would leave its pipes with them.
    """

    def __init__(self, make: Maker, *, rate: float, most_seconds: float, workers: int = 50) -> None:
        self.result = Load()
        self._stop, self._begun = _fork.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go, args=(make, workers, most_seconds, rate))

    def __enter__(self) -> "Meanwhile":
        self._thread.start()
        self._begun.wait(90)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _go(self, make: Maker, workers: int, seconds: float, rate: float) -> None:
        try:
            self.result = _drive(make, workers, seconds, rate=rate, count=None, stop=self._stop, begun=self._begun)
        except Exception as error:
            self.result.errors.append(repr(error))
        finally:
            self._begun.set()


def saturated(make: Maker, *, seconds: float, workers: int = 50, count: int | None = None) -> Load:
    """Work without a pause for so many seconds, or until about `count` pieces are done."""
    return _drive(make, workers, seconds, rate=None, count=count)


def _drive(
    make: Maker,
    workers: int,
    seconds: float,
    *,
    rate: float | None,
    count: int | None,
    stop: Any = None,
    begun: threading.Event | None = None,
) -> Load:
    connections.close_all()  # a forked connection would be spoken into by two
    gate = _fork.Barrier(workers + 1)
    parts = []
    for number in range(PROCESSES):
        mine = range(number, workers, PROCESSES)
        receiver, sender = _fork.Pipe(duplex=False)
        args = (make, mine, workers, seconds, rate, count, stop, gate, sender)
        process = _fork.Process(target=_child, args=args, daemon=True)
        process.start()
        sender.close()
        parts.append((process, receiver))
    whole = Load()
    gate.wait(60)
    if begun:
        begun.set()
    started = time.perf_counter()
    for process, receiver in parts:
        latencies, errors = receiver.recv()
        whole.latencies += latencies
        whole.errors += errors
        process.join(30)
    whole.seconds = time.perf_counter() - started
    return whole


def _child(make, mine, workers, seconds, rate, count, stop, gate, sender) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    latencies: list[float] = []
    errors: list[str] = []
    quota = None if count is None else -(-count // workers)
    args = (make, workers, seconds, rate, quota, stop, gate, latencies, errors)
    gc.freeze()
    threads = [threading.Thread(target=_worker, args=(number, *args)) for number in mine]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sender.send((latencies, errors))


def _worker(number, make, workers, seconds, rate, quota, stop, gate, latencies, errors) -> None:
    try:
        work = make(number)
    except Exception:
        errors.append(traceback.format_exc())
        work = None
    gate.wait(60)
    started, turn = time.perf_counter(), 0
    while work and (quota is None or turn < quota):
        due = time.perf_counter() if rate is None else started + (number + turn * workers) / rate
        if due - started >= seconds or (stop is not None and stop.is_set()):
            break
        if (wait := due - time.perf_counter()) > 0:
            time.sleep(wait)
        try:
            ended = work()
            latencies.append((ended or time.perf_counter()) - due)
        except Exception:
            errors.append(traceback.format_exc(limit=4))
            if len(errors) > 100:
                break
        turn += 1
    if done := getattr(work, "done", None):
        done()
    connections.close_all()
