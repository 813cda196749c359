"""Payer rules: effective-dated figures, and which of them applies to a claim on a day. Pure.

A rule is one number with its validity, its source and how far that source can be trusted (RULES 8, 9). It may
speak for everybody, for a class of payers, for one payer or for one plan, in every practice or in one; which of them
wins is the order of all dated rules (`arwork.lib.dated_rules`).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import Book, DatedRule, read_seed

SEEDS = Path(__file__).parent / "seeds"
_BEGINNING = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class RuleKind:
    """What a kind of rule means. `unit` is `days`, `cents` (hundredths of a dollar) or `bp` (1/100 percent)."""

    code: str
    label: str
    unit: str = "days"


RULE_KINDS: dict[str, RuleKind] = {
    kind.code: kind
    for kind in (
        RuleKind("filing", "timely filing"),
        RuleKind("filing_secondary", "timely filing to a later payer"),
        RuleKind("corrected", "corrected claim"),
        RuleKind("appeal_1", "first-level appeal"),
        RuleKind("appeal_2", "second-level appeal"),
        RuleKind("appeal_3", "third-level appeal"),
        RuleKind("appeal_4", "fourth-level appeal"),
        RuleKind("appeal_5", "fifth-level appeal"),
        RuleKind("recoupment_stop_1", "redetermination that keeps recoupment from starting"),
        RuleKind("recoupment_start", "recoupment of an overpayment begins"),
        RuleKind("recoupment_stop_2", "reconsideration that keeps recoupment stopped"),
        RuleKind("followup_electronic", "first status check, electronic claim"),
        RuleKind("followup_paper", "first status check, paper claim"),
        RuleKind("followup_secondary", "first status check, secondary claim"),
        RuleKind("ack_999", "file acknowledgment missing, business days"),
        RuleKind("ack_277ca", "claim acknowledgment missing, business days"),
        RuleKind("records", "requested records"),
        RuleKind("records_followup", "status check after records were sent"),
        RuleKind("appeal_followup", "status check after an appeal was sent"),
        RuleKind("appeal_decision", "decision on an appeal"),
        RuleKind("promptpay_electronic", "prompt payment, electronic claim"),
        RuleKind("promptpay_paper", "prompt payment, paper claim"),
        RuleKind("promptpay_interest", "interest on late payment, a year", "bp"),
        RuleKind("underpayment_threshold_usd", "smallest underpayment worth disputing", "cents"),
        RuleKind("underpayment_threshold_pct", "smallest underpayment, share of expected", "bp"),
    )
}

#: The event that starts the days running. The `_year` bases count calendar years (`value` 365 is one), so
#: that a leap year neither gives nor takes a day; `year_end` is 31 December of the year after the service.
RULE_BASES: dict[str, str] = {
    "dos": "date of service",
    "through": "last date of service",
    "discharge": "discharge",
    "dos_year": "date of service, in calendar years",
    "through_year": "last date of service, in calendar years",
    "span_year": "From date of each line (institutional: last date of service), in calendar years",
    "year_end": "end of the year after the service",
    "notice": "date on the notice or remittance",
    "notice_receipt": "receipt of the notice, presumed five days after its date",
    "primary_eob": "the primary payer's explanation of benefits",
    "submitted": "date the claim was sent",
    "received": "date the payer received the claim",
    "sent": "date records or appeal were sent",
    "": "",
}


@dataclass(frozen=True, slots=True)
class RuleRow(DatedRule):
    """One figure. `value` is in the unit that `KINDS[kind]` names; an empty scope field matches everything."""

    SCOPE: ClassVar[tuple[str, ...]] = ("plan_id", "payer_id", "payer_class", "practice_id", "state")
    kind: str
    value: int
    basis: str = ""
    payer_class: str | None = None
    payer_id: int | None = None
    plan_id: int | None = None
    practice_id: int | None = None
    state: str | None = None
    valid_from: dt.date = _BEGINNING
    valid_to: dt.date | None = None
    source: str = ""
    confidence: str = "unverified"
    note: str = ""
    rule_id: int | None = None  # an admin's row; None for a shipped one

    @property
    def about(self) -> str:
        return self.kind

    @property
    def tie(self) -> int:
        """Of two shipped rows that nothing tells apart the stricter one."""
        return -self.value

    @property
    def scope_words(self) -> str:
        """For whom the rule speaks, for reasonings: `this plan`, `this payer`, `medicare default`, `default`."""
        here = ", in this practice" if self.practice_id is not None else ""
        if self.plan_id is not None:
            return f"this plan{here}"
        if self.payer_id is not None:
            return f"this payer{here}"
        if here:
            return f"{(self.payer_class or 'every payer').replace('_', ' ')}{here}"
        parts = [self.state or "", (self.payer_class or "").replace("_", " "), "default"]
        return " ".join(part for part in parts if part)

    @property
    def words(self) -> str:
        """The same as the end of a sentence: `rule for this payer`, `medicare default rule`."""
        return f"{self.scope_words} rule" if self.scope_words.endswith("default") else f"rule for {self.scope_words}"


class RuleBook(Book[RuleRow]):
    """Payer rules, and which of them applies: plan before payer before class before practice before state. So what one
    practice agreed on counts there before what is shared, and a figure of a payer before one of its class."""

    def pick(
        self,
        kind: str,
        *,
        on: dt.date,
        payer_class: str | None = None,
        payer_id: int | None = None,
        plan_id: int | None = None,
        practice_id: int | None = None,
        state: str | None = None,
    ) -> RuleRow | None:
        """The rule of `kind` that applies on a day. A row that names a state speaks only for that state. None when
        nothing applies: then there is no figure, and the caller says so instead of inventing one."""
        return self.look_up(kind, on=on, asked=(plan_id, payer_id, payer_class, practice_id, state))

    def value(self, kind: str, *, default: int, on: dt.date, **scope: Any) -> int:
        """The picked rule's value, or `default` where no rule applies."""
        rule = self.pick(kind, on=on, **scope)
        return default if rule is None else rule.value


def rows_from(entries: Iterable[dict[str, Any]], **scope: Any) -> tuple[RuleRow, ...]:
    """Seed entries as rules. Raises `ValueError` for a kind or basis that nobody would ever read."""
    rows = tuple(RuleRow(**{**scope, **entry}) for entry in entries)
    for row in rows:
        if row.kind not in RULE_KINDS or row.basis not in RULE_BASES:
            raise ValueError(f"unknown kind or basis: {row.kind!r} {row.basis!r}")
    return rows


@cache
def default_rules() -> tuple[RuleRow, ...]:
    """The shipped rules that speak for classes of payers, and prompt payment by state (`seeds/`)."""
    classes = read_seed(SEEDS / "class_rules.yaml")["rules"]
    states = read_seed(SEEDS / "state_rules.yaml")["rules"]
    return rows_from([*classes, *states])


@dataclass(frozen=True, slots=True)
class KnownPayer:
    """A payer of the shipped directory; its rules carry no payer id until somebody gives it one."""

    name: str
    payer_class: str
    filing_indicator: str = ""
    state: str = ""
    identifiers: tuple[str, ...] = ()
    rules: tuple[RuleRow, ...] = ()


@cache
def known_payers() -> tuple[KnownPayer, ...]:
    """The shipped payers with their own limits (`seeds/payers.yaml`)."""
    return tuple(
        KnownPayer(
            name=entry["name"],
            payer_class=entry["payer_class"],
            filing_indicator=entry.get("filing_indicator", ""),
            state=entry.get("state", ""),
            identifiers=tuple(entry.get("identifiers", ())),
            rules=rows_from(entry["rules"]),
        )
        for entry in read_seed(SEEDS / "payers.yaml")["payers"]
    )
