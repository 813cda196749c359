"""`manage.py verify_aging`: prove that what the aging page shows is what the books say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from collections_app.aging import verification


class Command(BaseCommand):
    help = (
        "Compare every current aging summary, of today or of the newest day that was opened, with the live figure and "
        "the control total; exit 1 if one differs, or if nothing could be compared."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        today = clock.today()
        checked = verification.verify_aging(today=today)
        for difference in checked.differences:
            self.stderr.write(difference)
        days = ", ".join(str(day) for day in checked.days)
        self.stdout.write(
            f"aging: {checked.compared} summaries{f' of {days}' if days else ''} compared on every basis,"
            f" {checked.behind} behind the books and not compared, {checked.missing} practices without one,"
            f" {len(checked.differences)} differences"
        )
        if checked.days and today not in checked.days:
            self.stdout.write(f"aging: {today} is not opened; the newest day was compared instead")
        if checked.differences:
            raise CommandError("The aging summary differs from the books. Recompute it, then run verify_books.")
        if checked.is_vacuous:
            raise CommandError(
                "Nothing was compared, so nothing is proven: no practice has a summary that keeps up with the books. "
                "Open the day (run_day), then verify again."
            )
