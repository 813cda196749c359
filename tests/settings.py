"""The product's settings, as tests run them: quick hashes, no broker, a data folder of their own."""

import atexit
import os
import shutil
import tempfile

_data_dir = tempfile.mkdtemp(prefix="arwork-test-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["DATA_DIR"] = _data_dir
os.environ.pop("ARWORK_ENV", None)
os.environ.setdefault("LOG_LEVEL", "WARNING")

from arwork.settings import *  # noqa: E402, F403
from arwork.settings import DATABASES  # noqa: E402

os.makedirs(os.path.join(_data_dir, "static"))

# A task that a test rings for is kept in memory and runs only when the test asks (fixture `eager_tasks`).
CELERY_BROKER_URL = "memory://"
REDIS_URL = ""
# Sessions are copied as in production, where Redis holds the copies: queries are counted as they are there.
_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {"default": _memory, "sessions": _memory}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Threads (a live server, a race) need a file on SQLite: an in-memory database is one shared connection.
if "sqlite3" in DATABASES["default"]["ENGINE"] and os.environ.get("TEST_DATABASE_FILE"):
    DATABASES["default"]["TEST"] = {"NAME": os.environ["TEST_DATABASE_FILE"]}
if "postgresql" in DATABASES["default"]["ENGINE"] and os.environ.get("TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["TEST_TEMPLATE"]}
