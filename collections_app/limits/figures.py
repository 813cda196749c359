"""Limits: what there is a figure for, the shipped ones, and which of them holds on a day. Pure.

A figure of law (by when an overpayment is returned) or of practice (what counts as a small balance) is a dated row with
its source (`arwork.lib.dated_rules`): shipped in `seeds/limits.yaml`, overridden by an admin for one practice or for
all. A row that names a scope (a place, a class of payers) comes before one that names none, one of a practice before
one of all.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import Book, DatedRule, in_force, read_seed
from arwork.lib.money import from_cents
from collections_app.limits.limit_kinds import (
    LONGEST,
    MILLION,
    NO_LIMIT,
    PAYER_CLASS,
    PLACE,
    ROLE,
    SIX_YEARS,
    TWO_YEARS,
    LimitKind,
)
from collections_app.limits.patient_limits import PATIENT_LIMITS

SEED = Path(__file__).parent / "seeds" / "limits.yaml"
_MONEY, _WORK = "Overpayments and refunds", "The work"
_KEPT = "What is kept, and how long"
_ALONE, _APPROVED = "What one person settles alone, at most", "What one person approves for another, at most"
#: What costs money and is decided by a person: the limit's name, and its words. Each has a limit to do it alone and one
#: to approve it for another.
DECISIONS = {
    "over_credit": "a credit that an accepted payment leaves",
    "cash_left_out": "cash dismissed or left out",
    "contractual": "contractual adjustment by hand",
    "sequestration": "sequestration by hand",
    "wo_denial": "write-off of a denial",
    "wo_timely": "write-off for timely filing",
    "wo_admin": "administrative or courtesy write-off",
    "wo_small": "small balance write-off",
    "wo_charity": "charity (financial assistance)",
    "wo_discount": "discount (uninsured, prompt pay)",
    "wo_settlement": "settlement",
    "wo_bad_debt": "bad debt",
    "wo_bankruptcy": "bankruptcy",
    "wo_statutory": "statutory (Medicaid, QMB)",
    "period_reopen": "opening a closed month again: costs $0.00, and always needs a second person",
    "refund": "refund to a patient or a payer",
    "payment_plan": "payment plan that leaves the policy, by its total",
    "ach_debit": "bank debit that a risk check holds",
    "legal_referral": "referral to a law firm, by what is owed",
}
LIMITS: dict[str, LimitKind] = {
    kind.code: kind
    for kind in (
        *PATIENT_LIMITS,
        LimitKind("overpayment_days", "overpayment to be returned within", "days", _MONEY, PAYER_CLASS),
        LimitKind("refund_stale_days", "a refund check that nobody cashed is stale after", "days", _MONEY, least=1),
        LimitKind(
            "refund_dormant_days",
            "a refund that nobody cashed goes to the state after",
            "days",
            _MONEY,
            PLACE,
            least=1,
            most=LONGEST,
        ),
        LimitKind("correction_days", "a payer's correction follows its reversal within", "days", _WORK, least=1),
        LimitKind(
            "quiet_touches", "touches without change until a supervisor decides", "touches", _WORK, least=1, most=100
        ),
        LimitKind("minute_worth", "a minute of work brings at least", "cents", _WORK, most=100_000),
        LimitKind(
            "workday_minutes",
            "somebody works in a day, where nothing else is said of them",
            "minutes of work",
            _WORK,
            least=1,
            most=1440,
            is_shared=True,
        ),
        LimitKind("look_after_days", "what waits untouched is looked after within", "days", _WORK, least=1),
        LimitKind("look_after_above", "looked after when it is above", "cents", _WORK, most=MILLION),
        *(
            LimitKind(code, label, "days", _KEPT, least=least, most=LONGEST, is_shared=True)
            for code, label, least in (
                ("keep_drafts", "what was typed at the desk and not logged", 1),
                ("keep_attempts", "wrong passwords and sign-ins, with address and browser", 1),
                ("keep_refused_files", "received files of which nothing was taken in, once settled", 1),
                ("keep_accepted_files", "received files that were taken in", SIX_YEARS),
                ("keep_documents", "documents that people brought", SIX_YEARS),
                ("keep_watched_copies", "what the watched folder put aside", 1),
                ("keep_aging_days", "remembered days of the aging", 366),
                ("keep_authorizations", "bank numbers and words of authorizations that ended", TWO_YEARS),
            )
        ),
        LimitKind(
            "approval_days", "business days until an unanswered question escalates", "days", _APPROVED, least=1, most=60
        ),
        *(
            LimitKind(f"{prefix}_{code}", label, "cents", group, ROLE, most=NO_LIMIT)
            for prefix, group in (("alone", _ALONE), ("approve", _APPROVED))
            for code, label in DECISIONS.items()
        ),
    )
}


@dataclass(frozen=True, slots=True)
class LimitRow(DatedRule):
    """One figure, in the unit of its kind. An empty scope or practice speaks for all."""

    SCOPE: ClassVar[tuple[str, ...]] = ("scope", "practice_id")
    name: str
    value: int
    scope: str = ""
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    is_verified: bool = False
    rule_id: int | None = None  # an admin's row; None for a shipped one

    @property
    def about(self) -> str:
        return self.name


class LimitBook(Book[LimitRow]):
    """Limits, and which of them holds."""

    def pick(self, name: str, *, on: dt.date, practice_id: int | None = None, scope: str = "") -> LimitRow | None:
        """The row that holds on a day for a practice (None: where no practice has its own); None when none does."""
        return self.look_up(name, on=on, asked=(scope, practice_id))

    def value(self, name: str, *, on: dt.date, practice_id: int | None = None, scope: str = "") -> int:
        """The figure that holds. Raises `LookupError` when none does: a figure is never invented."""
        row = self.pick(name, on=on, practice_id=practice_id, scope=scope)
        if row is None:
            raise LookupError(f"no limit {name!r} holds on {on}")
        return row.value

    def dollars(self, name: str, *, on: dt.date, practice_id: int | None = None, scope: str = "") -> Decimal:
        """The same in dollars, of a figure that is kept in cents."""
        return from_cents(self.value(name, on=on, practice_id=practice_id, scope=scope))

    def scopes(self, name: str, *, on: dt.date) -> list[str]:
        """The scopes for which some practice has a figure above zero on a day, in order."""
        rows = (row for row in self.about(name) if row.value and in_force(row.valid_from, row.valid_to, on))
        return sorted({row.scope for row in rows if row.scope})

    def largest(self, name: str, *, on: dt.date) -> int:
        """The largest figure that holds for anybody on a day; 0 when none does."""
        rows = (row for row in self.about(name) if in_force(row.valid_from, row.valid_to, on))
        return max((row.value for row in rows), default=0)

    def changing_on(self, day: dt.date) -> list[str]:
        """The names of limits of which a row begins on `day`, or ended on the day before."""
        before = day - dt.timedelta(days=1)
        return sorted({row.name for row in self.rules if row.valid_from == day or row.valid_to == before})


def limit_rows(entries: Iterable[dict[str, Any]]) -> tuple[LimitRow, ...]:
    """Seed entries as rows, one for each role of `by_role` beside the entry's own. Raises `ValueError` for one that
    nobody would ever read."""
    rows = tuple(
        LimitRow(is_verified=entry.get("verified", False), **{**_row_facts(entry), **one})
        for entry in entries
        for one in ({}, *({"scope": role, "value": value} for role, value in entry.get("by_role", {}).items()))
    )
    for row in rows:
        kind = LIMITS.get(row.name)
        if kind is None or bool(row.scope) > bool(kind.scope) or not kind.least <= row.value <= kind.most:
            raise ValueError(f"a limit that nothing reads: {row.name!r} {row.scope!r} {row.value}")
    return rows


def _row_facts(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in ("verified", "by_role")}


@cache
def shipped_limits() -> tuple[LimitRow, ...]:
    """The figures that hold until an admin enters another (`seeds/limits.yaml`)."""
    return limit_rows(read_seed(SEED)["limits"])
