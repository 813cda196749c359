"""Plays one run of a story: its files in the order named, each run into a fresh database.

The steps are those of the story's EXPECT.md (`Runs:`): a file is imported, `@day` opens the business day, `@state`
looks at the books, `@verify` proves them, `@create` and `@plain` switch `--create-missing-claims` on and off, `@py:`
is somebody at work (`DEEDS`).
"""

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.practices.models import Practice
from claims.remits import exceptions as remits
from claims.remits.models import RemitException
from collections_app.worklist.models import WorkItem
from tests.acceptance.conftest import Report, report_of
from tests.cast import make_practice, make_user
from tests.conftest import SHARED

CASES = SHARED / "edi" / "cases"
TODAY = dt.date(2026, 11, 28)
NOW = dt.datetime(2026, 11, 28, 15, 0, tzinfo=dt.UTC)
NPI, TIN = "1093817465", "742000111"
#: Every (story, run) that a test plays.
PLAYED: set[tuple[str, int]] = set()

Figures = dict[str, str]


@dataclass
class Look:
    """The books as they stand. Amounts are dollars; accounts that hold nothing are left out.

    `waiting` are the open exceptions (reason, CLP01, amount), `details` their words by CLP01, `items` the open work by
    claim number (else reason, or account) as "kind amount: next action on day, deadline by day".
    """

    claims: dict[str, Figures] = field(default_factory=dict)
    lines: dict[str, dict[str, Figures]] = field(default_factory=dict)
    icns: dict[str, str] = field(default_factory=dict)
    waiting: list[tuple[str, str, str]] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    totals: Figures = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    told: Report = field(default_factory=list)

    def owed(self, number: str) -> Figures:
        """What each bucket owes of a claim."""
        return {account: amount for account, amount in self.claims[number].items() if account in BUCKETS}


def play(case: str, *runs: int, wrong: Mapping[int, int] | None = None) -> pytest.MarkDecorator:
    """Parametrize a test with the `looks` of each run: those in `runs` are right, those in `wrong` (run -> kind of
    fault) are not yet."""
    marked = [pytest.param((case, run), id=f"{case}-{run}") for run in runs]
    marked += [
        pytest.param((case, run), id=f"{case}-{run}", marks=pytest.mark.xfail(strict=True, reason=f"kind {kind}"))
        for run, kind in (wrong or {}).items()
    ]
    PLAYED.update((case, run) for run in (*runs, *(wrong or {})))
    return pytest.mark.parametrize("looks", marked, indirect=True)


def runs_of(folder: Path) -> list[list[str]]:
    """The runs that a story names, as steps."""
    (named,) = [line for line in (folder / "EXPECT.md").read_text().splitlines() if line.startswith("Runs: ")]
    return [run.split() for run in named.removeprefix("Runs: ").split("; ")]


def played(case: str, run: int) -> list[Look]:
    """What was seen at each `@state` of a run. The clock stands at `TODAY`."""
    steps = runs_of(CASES / case)[run]
    if "@create" not in steps:
        make_practice(name="Harbor Point Clinic", npi=NPI, tin=TIN)
    looks, told, is_onboarding = [], [], False
    for step in steps:
        match step:
            case "@create" | "@plain":
                is_onboarding = step == "@create"
            case "@day":
                call_command("run_day", date=TODAY, stdout=io.StringIO())
            case "@state":
                looks.append(_look(told))
            case "@verify":
                call_command("verify_books", verbosity=0, stdout=io.StringIO())
            case deed if deed.startswith("@py:"):
                DEEDS[deed.removeprefix("@py:")]()
            case name:
                told += report_of(CASES / case / name, create_missing_claims=is_onboarding)
    return looks


def _look(told: Report) -> Look:
    look = Look(told=list(told))
    claims: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for number, debit, credit, amount in Posting.objects.values_list("claim__number", "debit", "credit", "amount"):
        for account, change in ((debit, amount), (credit, -amount)):
            totals[account] += change
            if number:
                claims[number][account] += change
    look.totals = _figures(totals)
    for claim in Claim.objects.order_by("number").prefetch_related("lines"):
        look.claims[claim.number] = _figures(claims[claim.number])
        look.icns[claim.number] = claim.icn
        look.lines[claim.number] = {
            line.code or line.revenue_code: _figures({one: getattr(line, one.lower()) for one in BUCKETS})
            for line in claim.lines.all()
        }
    exceptions = RemitException.objects.filter(state="open").select_related("remit_claim").order_by("id")
    for one in exceptions:
        number = one.remit_claim.number if one.remit_claim else ""
        look.waiting.append((one.code, number, str(one.amount)))
        look.details[number] = one.detail
    for item in WorkItem.objects.filter(state="open").select_related("claim", "account__guarantor", "exception"):
        exception = item.exception.code if item.exception else ""
        about = item.claim.number if item.claim else exception or f"account of {item.account.guarantor.last}"
        by = f", {item.deadline_kind} by {item.deadline_on}" if item.deadline_on else ""
        look.items[about] = f"{item.kind} {item.amount}: {item.next_action} {item.next_on}{by}"
    return look


def _figures(amounts: Mapping[str, Decimal]) -> Figures:
    """What is not zero, with the sign that people use."""
    signs = {"REVENUE": -1, "UNAPPLIED": -1, "INTEREST": -1}
    return {account: str(signs.get(account, 1) * amount) for account, amount in sorted(amounts.items()) if amount}


def _patient_share(kind: str, debit: str) -> None:
    """30.00 of the patient's share of TBW110 is paid or written off."""
    claim = Claim.objects.get(number="TBW110")
    entry = Entry(
        practice_id=claim.practice_id, kind=kind, debit=debit, credit="PATIENT", amount=Decimal("30.00"),
        posted_on=TODAY, effective_on=TODAY, key=posting_key("story", kind), claim_id=claim.pk,
        line_id=claim.lines.get().pk,
    )  # fmt: skip
    ledger.post([entry], now=NOW, reason="payment")


def _accept_everything() -> None:
    """An administrator accepts whatever waits, as it was sent; what can't be accepted stays."""
    boss = make_user(username="boss", role="admin", practices=list(Practice.objects.all()))
    for one in RemitException.objects.filter(state="open"):
        account = "PROVIDER_ADJUSTMENT" if one.provider_adjustment_id else ""
        remits.accept_exception(one.pk, actor=boss, today=TODAY, now=NOW, account=account)


DEEDS: dict[str, Any] = {
    "wo.py": lambda: _patient_share("write_off", "WO_BAD_DEBT"),
    "pay.py": lambda: _patient_share("patient_payment", "CASH"),
    "acc.py": _accept_everything,
}
