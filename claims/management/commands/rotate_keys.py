"""`manage.py rotate_keys`: encrypt everything under the newest of FIELD_KEYS. Safe to stop and to start again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.keyring import BadKeys, new_key
from claims.edi import key_rotation


class Command(BaseCommand):
    help = "Encrypt everything under the newest of FIELD_KEYS (docs/operations.md, Encryption and keys)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", metavar="ID", help="print a new key to put first into FIELD_KEYS; do nothing")
        parser.add_argument("--count", action="store_true", help="say what is under older keys; do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            try:
                self.stdout.write(new_key(options["new_key"]))
            except BadKeys as error:
                raise CommandError(str(error)) from None
            return
        if options["count"]:
            self._count()
            return
        try:
            found = key_rotation.rotate_keys(say=self.stdout.write, now=clock.now())
        except DomainError as error:
            raise CommandError(f"{error.message} What was done stays done.") from None
        self.stdout.write(f"Now under the key {found.key}: {found.rows:,} rows more, {found.files:,} files more.")
        if not found.is_complete:
            raise CommandError(
                f"{found.rows_left:,} rows and {found.files_left:,} files are still under older keys. Keep those keys, "
                "and run this again."
            )
        self.stdout.write("Nothing is under older keys any more. Backups made until now still need them.")

    def _count(self) -> None:
        tables, files = key_rotation.outdated()
        for table, rows in sorted(tables.items()):
            self.stdout.write(f"{table}: {rows:,} rows")
        self.stdout.write(f"received files: {files:,}")
