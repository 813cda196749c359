"""`manage.py ready [database] [broker] [beat] [worker]`: what `/readyz` tells, for a shell and a container's health
check. Here a missing worker counts like any other part."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arwork.web.health import PARTS


class Command(BaseCommand):
    help = "Say whether the parts of the house work; exit with 1 when one does not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all of them when none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        failing = [name for name in options["parts"] or PARTS if not PARTS[name]()]
        if failing:
            raise CommandError(f"failing: {', '.join(failing)}")
        self.stdout.write("ok")
