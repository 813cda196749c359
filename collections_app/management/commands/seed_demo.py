"""`manage.py seed_demo --claims N --seed S`: load the demo through the ordinary door."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from collections_app.demo import disputes, messages
from collections_app.demo import seed as demo


class Command(BaseCommand):
    help = (
        "Load a year of three invented practices as X12 files, with payments and work. The same seed, the same books."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--claims", type=int, default=2000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--until", type=dt.date.fromisoformat, help="last day of the year (default: today)")
        parser.add_argument("--once", action="store_true", help="do nothing where a demo is loaded already")
        parser.add_argument("--no-work", action="store_true", help="books only: nobody works the list")

    def handle(self, *args: Any, claims: int, seed: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo has known passwords and is not loaded in production.")
        if demo.is_loaded():
            if options["once"]:
                return
            raise CommandError("A demo is loaded already. Start from an empty database for another one.")
        loaded = demo.load(
            claims=claims,
            seed=seed,
            today=options["until"] or clock.today(),
            now=clock.now(),
            work=not options["no_work"],
            progress=self.stdout.write,
        )
        if found := messages.link_to_try(clock.now(), clock.today()):
            self.stdout.write(f"A patient's own page to try: {found[0]} ({found[1]})")
        if asked := disputes.question_to_try(clock.now(), clock.today()):
            self.stdout.write(f"A question about a bill to answer: {asked[0]} (code {asked[1]})")
        self.stdout.write(
            f"Loaded {loaded.files:,} files, {loaded.receipts:,} patient payments; {loaded.worked:,} items were worked."
        )
