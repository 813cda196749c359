"""`manage.py verify_books`: prove every invariant of the books; exit 1 and name the rows where one fails."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.closing.verify import verify
from claims.practices.selectors import all_practice_ids


class Command(BaseCommand):
    help = "Prove that every stored balance equals the postings it stands for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", help="NPI of one practice; all when left out")

    def handle(self, *args: Any, practice: str | None = None, **options: Any) -> None:
        failed = 0
        for check in verify(all_practice_ids(npi=practice)):
            mark = "ok  " if check.holds else "FAIL"
            self.stdout.write(f"{mark} {check.name}: {check.rows:,} rows, {check.total:,.2f}")
            for failure in check.failures:
                self.stdout.write(f"     {failure}")
            failed += not check.holds
        if failed:
            raise CommandError(f"{failed} invariants do not hold; the rows above say where.")
        self.stdout.write("The books are sound.")
