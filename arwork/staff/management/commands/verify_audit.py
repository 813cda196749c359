"""Prove the audit trail: every signature recomputed, every strand whole, every seal met."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arwork.lib import clock
from arwork.staff import audit_proof


class Command(BaseCommand):
    """Exits non-zero and names the events when the trail was touched below the application."""

    help = "Prove the audit trail against its keys, its chain, the seals file and the checkpoints in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoint", action="store_true", help="seal it: in the seals file and in the trail")
        parser.add_argument(
            "--restored", metavar="REASON", help="the database was set back to a backup: later seals bind no longer"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if reason := options["restored"]:
            verdict = audit_proof.accept_restored(reason=reason, now=clock.now())
        else:
            verdict = audit_proof.verify()
        for fault in verdict.broken:
            self.stderr.write(fault)
        if verdict.broken:
            raise CommandError(f"The audit trail is broken: {len(verdict.broken)} fault(s) listed above.")
        if options["checkpoint"]:
            audit_proof.checkpoint(verdict, now=clock.now())
        self.stdout.write(
            f"The audit trail is whole: {verdict.events:,} events in {len(verdict.ends)} strands, seal {verdict.seal}"
        )
