"""`manage.py backup`: database, received bytes and keys, encrypted, read back, in BACKUP_DIR."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from arwork.backups import services
from arwork.backups.sealed import BadBackup
from arwork.lib import clock


class Command(BaseCommand):
    help = "Write a backup of everything that a restore needs into BACKUP_DIR, and read it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="say which backups there are, oldest first")
        parser.add_argument("--check", type=Path, metavar="FOLDER", help="read a backup from end to end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.stdout.write("\n".join(services.backup_names()) or "No backup yet.")
            return
        try:
            if folder := options["check"]:
                made = services.check_backup(folder)
            else:
                made = services.make_backup(now=clock.now(), say=self.stdout.write)
        except BadBackup as error:
            raise CommandError(error.message) from None
        rows = sum(made.figures.rows.values())
        self.stdout.write(
            f"{made.folder}: whole. {rows:,} rows, {made.raw_files:,} received files, {made.size / 1e6:,.1f} MB, "
            f"of {made.made_at:%Y-%m-%d %H:%M} UTC."
        )
        if not options["check"]:
            for name in services.drop_oldest(keep=settings.BACKUP_KEEP):
                self.stdout.write(f"Deleted {name}: {settings.BACKUP_KEEP} are kept.")
