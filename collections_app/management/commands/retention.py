"""`manage.py retention [--apply]`: what is kept longer than its rule allows; shown, or deleted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from collections_app.retention import services
from collections_app.retention.kinds import FOR_GOOD


class Command(BaseCommand):
    """A dry run unless told otherwise; the task of the night does what `--apply` does."""

    help = "Say what is past its term and would be deleted: how many, and the oldest day. --apply deletes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="delete it, and leave an event in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        today, now = clock.today(), clock.now()
        if options["apply"]:
            self._apply(services.enforce(today=today, now=now))
            return
        for one in services.plan(today=today, now=now):
            oldest = f", the oldest of {one.due.oldest}" if one.due.oldest else ""
            self.stdout.write(f"{one.kind.code}: {one.due.count:,} past {one.days:,} days{oldest}")
        self.stdout.write(f"Kept for good: {'; '.join(kept.label for kept in FOR_GOOD)}.")
        self.stdout.write(
            f"Held: {services.legal_hold()}. Nothing would be deleted."
            if services.legal_hold()
            else "Nothing was deleted. --apply deletes this."
        )

    def _apply(self, done: services.Enforced) -> None:
        if done.held:
            raise CommandError(f"Held: {done.held}. Nothing was deleted; LEGAL_HOLD ends the hold when it is empty.")
        for code, count in done.dropped.items():
            self.stdout.write(f"{code}: {count:,} deleted")
        if done.failed:
            raise CommandError(f"Not deleted, see the log: {', '.join(done.failed)}.")
