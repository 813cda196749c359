"""`manage.py restore FOLDER`: a backup put in place, and proven."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from arwork.backups import databases, services
from arwork.backups.sealed import BadBackup
from arwork.lib import clock, database_roles
from arwork.lib.own_keys import own_key
from arwork.staff import audit_keys
from arwork.webhooks import services as webhooks


class Command(BaseCommand):
    help = "Put a backup in place: database, received bytes; then prove books and audit trail. Stop everything first."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--replace", action="store_true", help="over data that stand there; asks once more")
        parser.add_argument("--yes", action="store_true", help="don't ask")
        parser.add_argument("--keys", type=Path, metavar="FILE", help="only write the backup's keys into FILE (0600)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["keys"]:
                self._write_keys(options["folder"], options["keys"])
                return
            if options["replace"] and not options["yes"]:
                self._ask(options["folder"])
            with _nothing_runs(), database_roles.as_owner():
                _take_keys_for_an_empty_database(options["folder"])
                found = services.restore_backup(options["folder"], replace=options["replace"], say=self.stdout.write)
                if settings.DATABASE_OWNER:
                    database_roles.grant(settings.DATABASE_ROLE, settings.DATABASE_ROLE_PASSWORD)
        except BadBackup as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"Restored what stood on {found.made_at:%Y-%m-%d %H:%M} UTC. Bringing it up to date, then proving:"
        )
        call_command("migrate", verbosity=0, interactive=False)  # a backup of an older version is none of this one yet
        with ExitStack() as afterwards:  # the last first, whatever fails
            # Behind the seal of the restore, for it is an event: seals of what came after the backup bind until then.
            afterwards.callback(self._hold_webhooks)
            # That it was put back stays in the trail and the seals.
            afterwards.callback(
                call_command, "verify_audit", restored=f"backup {options['folder'].name}", stdout=self.stdout
            )
            call_command("verify_books", stdout=self.stdout)
        self.stdout.write(
            "Now start everything, and import the files received since: those that are in the backup post nothing."
        )

    def _hold_webhooks(self) -> None:
        if held := webhooks.hold_all(now=clock.now()):
            self.stdout.write(
                f"{held} webhooks are held: this copy sends nothing of what waited. Where it is the one in use from "
                "now on, let them go before you start it: manage.py webhooks --release"
            )

    def _write_keys(self, folder: Path, target: Path) -> None:
        secrets = services.secrets_of(folder)
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise CommandError(f"{target} is there already; name a file that is not.") from None
        with os.fdopen(handle, "w") as out:
            out.writelines(f"{name}={value}\n" for name, value in secrets.items())
        self.stdout.write(f"{', '.join(secrets)} are in {target}. Set them, and delete the file.")

    def _ask(self, folder: Path) -> None:
        said = input(f"Everything in this database is replaced by {folder.name}. Type the word replace to go on: ")
        if said.strip() != "replace":
            raise CommandError("Nothing was changed.")


def _take_keys_for_an_empty_database(folder: Path) -> None:
    """Go on under the backup's keys, where nothing was written yet under those that this installation made itself.

    Those stay beside as `NAME.before-restore`. Settings are read again by starting again.
    """
    if settings.PRODUCTION or not databases.is_empty():
        return
    own = {"SECRET_KEY": "secret_key", "FIELD_KEYS": "field_keys", "AUDIT_KEY": audit_keys.FILE}
    others = {
        Path(settings.DATA_DIR) / own[name]: secret.replace(",", "\n") if name == "AUDIT_KEY" else secret
        for name, secret in services.unknown_secrets(folder).items()
        if name in own and name not in os.environ
    }
    for file, text in others.items():
        if file.exists():
            file.replace(file.with_name(f"{file.name}.before-restore"))
        own_key(file, lambda text=text: text)  # type: ignore[misc]
    if others:
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this very command


@contextmanager
def _nothing_runs() -> Iterator[None]:
    """Hold the lock by which `make run` knows its folder. Raises `BadBackup` while it runs."""
    Path(settings.DATA_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    with (Path(settings.DATA_DIR) / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadBackup("arwork runs on this data. Stop it, then restore.") from None
        yield
