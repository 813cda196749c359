"""The product's settings as the benchmark runs them: production shape, one page of the bench beside it, its own day.

Offices are open at noon only, and a benchmark runs when somebody has time. So the clock of the product is moved by
`BENCH_SHIFT` seconds, in every process alike: it goes on ticking, from noon of the day that the world stands on.
"""

import datetime as dt
import os
from pathlib import Path

from django.utils import timezone

from arwork.lib import clock
from arwork.settings import *  # noqa: F403
from arwork.settings import TEMPLATES

ROOT_URLCONF = "bench.urls"
WSGI_APPLICATION = "bench.wsgi.application"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]

_SHIFT = dt.timedelta(seconds=float(os.environ.get("BENCH_SHIFT", "0")))


def _now() -> dt.datetime:
    return timezone.now() + _SHIFT


def _today() -> dt.date:
    return timezone.localdate(_now())


clock.now, clock.today = _now, _today
