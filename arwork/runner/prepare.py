"""Bring the database up to date before anything else starts: migrations, the demo, lost tasks.

python -m arwork.runner.prepare
"""

import os
import sys
from contextlib import suppress
from io import StringIO
from typing import Any

import django
from django.conf import settings


def main() -> None:
    """Migrate, load the demo once, give abandoned tasks back. Each step is quick when there is nothing to do.

    Exits with 1 and a sentence when the database does not fit what it is now migrated to.
    """
    django.setup()
    from django.core.management import CommandError, call_command

    from arwork.lib import schema
    from arwork.lib.safe_settings import keep_private
    from arwork.staff import audit_seals

    for folder in (settings.STATIC_ROOT, settings.RAW_FILES_DIR, settings.WATCH_DIR):
        os.makedirs(folder, exist_ok=True)
    keep_private(settings.DATA_DIR, settings.DATABASES["default"])
    print("Bringing the database up to date", flush=True)
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except CommandError as refused:
        sys.exit(str(refused))
    if reason := schema.refusal():
        sys.exit(reason)
    if not (settings.DATA_DIR / audit_seals.FILE).exists():
        with suppress(CommandError):  # it named what is broken; the night's proof tells again
            call_command("verify_audit", checkpoint=True, stdout=StringIO())  # all that follows is signed
    if os.environ.get("DEMO", "1") != "0":
        call_command("seed_demo", claims=int(os.environ.get("DEMO_CLAIMS", "2000")), seed=1, once=True)
    _give_back_tasks()


def _give_back_tasks() -> None:
    """Put tasks that a killed worker had taken back into the queue. Safe here: no worker runs yet."""
    from arwork.celery import app

    with app.connection_for_write() as connection:
        qos: Any = connection.default_channel.qos  # type: ignore[attr-defined]  # kombu's stubs lack it
        qos.visibility_timeout = 0
        qos.restore_visible(num=None, interval=1)


if __name__ == "__main__":
    main()
