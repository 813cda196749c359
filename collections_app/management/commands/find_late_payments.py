"""`manage.py find_late_payments --since 2026-01-01`: find payments that payers made too late, among older postings.

The opening of each day looks at what was posted of late. For the first time, and after rules or plans were entered.
"""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from arwork.lib import clock
from collections_app.late_payments.finding import find_late_payments


class Command(BaseCommand):
    """Find late payments, and say how many."""

    help = "Hold what was posted since a day against the prompt-payment rules of its payers. Safe at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, type=dt.date.fromisoformat, metavar="DAY", help="posted since")

    def handle(self, *args: Any, **options: Any) -> None:
        found = find_late_payments(since=options["since"], today=clock.today())
        self.stdout.write(f"{found:,} late payments found.")
