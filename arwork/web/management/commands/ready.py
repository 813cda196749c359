"""`manage.py ready [PART...]`: what `/readyz` tells, for a shell and a container's health check.

Here a missing worker counts like any other part, and what is wrong with the schema is told in full.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arwork.lib import schema
from arwork.web.health import OK, PARTS


class Command(BaseCommand):
    help = "Say whether the parts of the house work; exit with 1 when one does not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all of them when none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        failing = [name for name in options["parts"] or PARTS if PARTS[name]() != OK]
        if "schema" in failing and (found := schema.misfit()):
            self.stderr.write(found.sentence)
        if failing:
            raise CommandError(f"failing: {', '.join(failing)}")
        self.stdout.write("ok")
