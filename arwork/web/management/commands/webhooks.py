"""`manage.py webhooks`: hold all of them, or let go what a restore held."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from arwork.lib import clock
from arwork.webhooks import services


class Command(BaseCommand):
    help = "Hold every webhook, as a restore does, or let them go: what waits is then sent."

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group(required=True)
        choice.add_argument("--hold", action="store_true", help="send nothing more; what waits is kept for thirty days")
        choice.add_argument("--release", action="store_true", help="switch on what is held, and send what waits")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["hold"]:
            self.stdout.write(f"Held: {services.hold_all(now=clock.now())}.")
        else:
            self.stdout.write(f"Switched on, and sent to: {services.release_held(now=clock.now())}.")
