"""What `/metrics` says of several processes and several scrapes: each figure once, as it is now."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SCRAPE = """
import django; django.setup()
from django.test import Client
from arwork.web import health, metrics
class Broker:
    waiting = 3
    def llen(self, _): return self.waiting
    def hlen(self, _): return 1
class Sign: is_fresh = True
metrics.broker = Broker
metrics.heartbeats.last_heartbeat = lambda _: Sign
metrics.is_beating = lambda: True
metrics.events.waiting = lambda now: metrics.events.Waiting(count=2)
def scrape():
    return Client().get("/metrics", HTTP_AUTHORIZATION="Bearer t").content.decode()
scrape()
Broker.waiting = 7
print(scrape())
"""


def test_each_figure_stands_there_once_and_as_it_is_now(tmp_path: Path) -> None:
    env = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "METRICS_TOKEN": "t",
        "DJANGO_SETTINGS_MODULE": "arwork.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
        "REDIS_URL": "",
        "DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRAPE], cwd=ROOT, env=env, text=True, capture_output=True, check=True, timeout=120
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("arwork_") and "{" not in line]
    figures = [line.split()[0] for line in lines if not line.startswith("arwork_request")]
    assert len(figures) == len(set(figures)) == 5, lines
    assert "arwork_tasks_waiting 7.0" in lines
    assert "arwork_announcements_late 2.0" in lines
    assert 'arwork_tasks_waiting{pid="' not in done.stdout
