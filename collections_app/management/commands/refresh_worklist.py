"""`manage.py refresh_worklist [--practice NPI]`: bring the worklist to what the books show, now.

Announcements and the opening of the day do this by themselves. For the hour after something went wrong.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from claims.practices.selectors import all_practice_ids
from collections_app.worklist import orphans, refresh


class Command(BaseCommand):
    """Refresh items, all or of one practice, and say how far it is."""

    help = "Open, change and close work items so that they say what the books show. Safe at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="NPI", help="only this practice, every claim and account of it")

    def handle(self, *args: Any, **options: Any) -> None:
        today, now = clock.today(), clock.now()
        if npi := options["practice"]:
            ids = all_practice_ids(npi=npi)
            if not ids:
                raise CommandError(f"No practice has the NPI {npi}. Setup lists them.")
            done = refresh.refresh_practice(practice_id=ids[0], today=today, now=now, progress=self._tell)
        else:
            done = refresh.refresh_all(today=today, now=now, progress=self._tell)
            done.add(orphans.take_up_orphans(today=today, now=now))
        self.stdout.write(f"{done.opened:,} items opened, {done.changed:,} changed, {done.closed:,} closed.")

    def _tell(self, done: int, total: int) -> None:
        self.stdout.write(f"{done:,} of {total:,}")
