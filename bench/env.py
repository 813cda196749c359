"""The environment of every process of a run: which database, which day it is, and nothing of this machine's own."""

import datetime as dt
import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.cluster import Cluster

#: The day that every world stands on: a Tuesday without holidays around it. Seeded up to the day before.
DAY = dt.date(2026, 11, 17)
_NOON = dt.datetime.combine(DAY, dt.time(12), tzinfo=ZoneInfo("America/New_York"))
_SHIFT = _NOON.timestamp() - time.time()


def environment(cluster: Cluster, database: str, folder: Path, *, redis_url: str, production: bool) -> dict[str, str]:
    """The settings of the product for a database of the bench. The demo is refused in production."""
    wanted = {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": cluster.url(database),
        "REDIS_URL": redis_url,
        "DATA_DIR": str(folder / "files"),
        "SECRET_KEY": "benchmark-" + "0" * 50,
        "MATCH_KEY_SECRET": "benchmark-" + "0" * 50,
        "FIELD_KEYS": "benchmark:" + "B" * 43 + "=",
        "AUDIT_KEY": "benchmark-" + "0" * 50,
        "ARWORK_ENV": "production" if production else "embedded",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
        "SECOND_FACTOR_ROLES": "",  # sessions are made without anybody signing in
        "TIME_ZONE": "America/New_York",
        "LOG_LEVEL": "WARNING",
        "BENCH_SHIFT": f"{_SHIFT:.3f}",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **wanted}
