"""`manage.py follow_crossovers`: send on what payers had sent on before arwork understood them. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from arwork.lib.errors import DomainError
from claims.edi import crossovers


class Command(BaseCommand):
    help = "Find payments posted before crossovers were understood, and bill their rest to the next payer."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = crossovers.follow_crossovers(say=self.stdout.write, today=clock.today(), now=clock.now())
        except DomainError as error:
            raise CommandError(f"{error.message} What was done stays done.") from None
        if found.unread:
            self.stdout.write(f"{found.unread:,} files are past their term; who they name is not known.")
