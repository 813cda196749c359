"""gunicorn, the same in `make run` and in a container; the environment says where and how many.

Threads that work, behind others that receive (`whole_requests`): a slow or idle connection keeps none of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "arwork.runner.whole_requests.WholeRequests"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000  # a fresh process now and then, at different times
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeat files off the disk
control_socket_disable = True
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
accesslog = None  # requests are logged by the application, without the query

_figures = tempfile.mkdtemp(prefix="arwork-metrics-")  # where the workers' figures meet
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _figures


def on_starting(server: Any) -> None:
    """Serve nothing from a database that does not fit; a process of its own asks, for this one never loads Django."""
    asked = subprocess.run([sys.executable, "-m", "arwork.runner.fits"], check=False)
    if asked.returncode:
        on_exit(server)
        sys.exit(asked.returncode)


def child_exit(server: Any, worker: Any) -> None:
    """Let the figures of a worker that ended count on, but not its gauges."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Leave no figures behind."""
    shutil.rmtree(_figures, ignore_errors=True)
