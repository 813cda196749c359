"""Prove the audit trail: every hash recomputed, every strand whole."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arwork.lib import clock
from arwork.staff import audit


class Command(BaseCommand):
    """Exits non-zero and names the events when the trail was touched below the application."""

    help = "Recompute the chain of the audit trail; --checkpoint leaves its length and seal in the trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoint", action="store_true", help="record the result in the trail itself")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify()
        for fault in verdict.broken:
            self.stderr.write(fault)
        if verdict.broken:
            raise CommandError(f"The audit trail is broken: {len(verdict.broken)} fault(s) listed above.")
        if options["checkpoint"]:
            audit.checkpoint(verdict, now=clock.now())
        self.stdout.write(
            f"The audit trail is whole: {verdict.events:,} events in {len(verdict.ends)} strands, seal {verdict.seal}"
        )
