"""`manage.py import_edi PATH...`: take X12 files into the books.

Prints a line for each file, or with `--json` one object for each file and transaction. Exits with 0 if every file
was taken in (exceptions included), with 1 if any was rejected.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arwork.lib import clock
from arwork.lib.errors import DomainError
from claims.edi import files, services
from claims.edi.files import FileResult


class Command(BaseCommand):
    """See the module."""

    help = "Take X12 files (837, 835, 277CA, 277, 999, 997, TA1) into the books; folders are searched through."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--practice", default="", metavar="NPI", help="the practice all of it belongs to")
        parser.add_argument(
            "--create-missing-claims",
            action="store_true",
            help="onboarding: open claims (and practices) that only their remittances name",
        )
        parser.add_argument("--json", action="store_true", help="one object a line for each file and transaction")

    def handle(self, *_: Any, **options: Any) -> None:
        is_rejected = False
        for path in files_below(options["paths"]):
            result = self._take_in(path, options)
            is_rejected |= result is None or result.is_rejected
            if result:
                self._show(path, result, as_json=options["json"])
        if is_rejected:
            sys.exit(1)

    def _take_in(self, path: Path, options: dict[str, Any]) -> FileResult | None:
        try:
            return services.take_in(
                path,
                name=str(path),
                via="command",
                practice_npi=options["practice"],
                create_missing=options["create_missing_claims"],
                today=clock.today(),
                now=clock.now(),
            )
        except services.UnknownPractice as error:
            raise CommandError(error.message) from error
        except (DomainError, OSError) as error:
            message = error.message if isinstance(error, DomainError) else (error.strerror or str(error))
            self._fail(path, message, as_json=options["json"])
            return None
        except Exception as error:  # one file never keeps those behind it from being read
            if options["traceback"]:
                raise
            message = f"Reading stopped unexpectedly ({type(error).__name__}). What was read is kept; import it again."
            self._fail(path, message, as_json=options["json"])
            return None

    def _fail(self, path: Path, message: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(files.unreadable_result(files.storable_name(str(path)), message)))
        else:
            self.stderr.write(f"{files.storable_name(str(path))}: {message}")

    def _show(self, path: Path, result: FileResult, *, as_json: bool) -> None:
        for one in result.results:
            self.stdout.write(json.dumps(one) if as_json else _line(path, one))


def files_below(paths: list[Path]) -> Iterator[Path]:
    """The files named, and every visible file below the folders named, in order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found
                for found in path.rglob("*")
                if found.is_file() and not any(part.startswith(".") for part in found.relative_to(path).parts)
            )
        else:
            yield path


def _line(path: Path, one: dict[str, Any]) -> str:
    figures = f"{one['claims']} claims, {one['charge']} charged"
    if one["bpr"] is not None:
        figures += f", {one['paid']} paid"
    extra = f", {one['exceptions']} exceptions" if one["exceptions"] else ""
    problems = "".join(f"\n    {p['where']}: {p['message']}" for p in one["problems"][:10])
    return f"{files.storable_name(str(path))}: {one['type']} {one['status']}: {figures}{extra}{problems}"
