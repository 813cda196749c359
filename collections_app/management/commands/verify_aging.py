"""`manage.py verify_aging`: prove that what the aging page shows is what the books say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from collections_app.aging import verification


class Command(BaseCommand):
    help = "Compare every current aging summary with the live figure and the control total; exit 1 if one differs."

    def handle(self, *args: Any, **options: Any) -> None:
        checked = verification.verify_aging(today=clock.today())
        for difference in checked.differences:
            self.stderr.write(difference)
        self.stdout.write(
            f"aging: {checked.compared} summaries compared on every basis, {checked.behind} behind the books and not"
            f" compared, {len(checked.differences)} differences"
        )
        if checked.differences:
            raise CommandError("The aging summary differs from the books. Recompute it, then run verify_books.")
