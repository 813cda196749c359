"""`manage.py run_day [--date D]`: open the business day, after the days that were missed.

`manage.py run_day --take-back`: take back what was done for days that have not come, after a clock ran ahead.

Does what the nightly task does. Running it again for the same day does nothing; a run that was killed is taken up
where it stopped.
"""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from arwork.lib.errors import DomainError
from collections_app.day import services, withdrawal


class Command(BaseCommand):
    """Open the business day and print what each step did."""

    help = "Open the business day: age, detect, refresh, score, snapshot, assign, check, prove."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="the day to open, YYYY-MM-DD (default: today)")
        parser.add_argument("--take-over", action="store_true", help="go on with a run that looks alive")

        parser.add_argument("--take-back", action="store_true", help="take back what days after today did")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["take_back"]:
            self._take_back()
            return
        day = options["date"] or clock.today()
        try:
            runs = services.open_day(
                today=day, now=clock.now(), clock=clock.now, take_over=options["take_over"], tell=self.stdout.write
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{len(runs)} day(s) opened." if runs else f"{day} was opened before: nothing to do.")

    def _take_back(self) -> None:
        today, now = clock.today(), clock.now()
        done = withdrawal.withdraw_days_ahead(actor=None, today=today, now=now)
        self.stdout.write(
            f"{len(done.days)} day(s) after {today} taken back; {done.reopened} promises stand again"
            f", {done.replaced} had been replaced."
        )
        try:
            services.refresh_again(today=today, now=now, clock=clock.now)
        except services.DayNotOpen as error:
            self.stdout.write(error.message)
