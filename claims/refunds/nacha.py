"""Refunds as an ACH file: credits by PPD (people) and CCD (payers, with an addendum that says what it is for). Pure.

The layout is `arwork.lib.nacha`'s. Credits only: the bank takes the money from the account behind the company's
agreement, so the file is not balanced by a debit.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.nacha import CREDIT_CODES, CREDITS_ONLY, NachaBatch, NachaEntry, Originator, nacha_file, trace_number


@dataclass(frozen=True, slots=True)
class AchCredit:
    """One payment. `is_company` makes it a CCD; `reference` is ours, `about` what a company is told."""

    routing: str
    account: str
    account_kind: str
    amount: Decimal
    payee: str
    reference: str
    is_company: bool = False
    about: str = ""


def ach_file(
    originator: Originator,
    credits: Sequence[AchCredit],
    *,
    made_at: dt.datetime,
    effective_on: dt.date,
    modifier: str,
    first: int = 1,
) -> str:
    """The file. `first` is the number that the first trace bears, so that no two payments ever share one.

    Raises as `arwork.lib.nacha.nacha_file`.
    """
    numbers = _numbers(credits, first)
    batches = []
    for code, is_company in (("PPD", False), ("CCD", True)):
        entries = [
            _entry(one, number) for one, number in zip(credits, numbers, strict=True) if one.is_company == is_company
        ]
        if entries:
            batches.append(NachaBatch(code, CREDITS_ONLY, "REFUND", effective_on, entries))
    return nacha_file(originator, batches, made_at=made_at, modifier=modifier)


def traces(originator: Originator, credits: Sequence[AchCredit], *, first: int = 1) -> list[str]:
    """The trace of each payment as `ach_file` numbers them, in the order of `credits`."""
    return [trace_number(originator.routing, number) for number in _numbers(credits, first)]


def _numbers(credits: Sequence[AchCredit], first: int) -> list[int]:
    """People before companies, each in their order."""
    order = sorted(range(len(credits)), key=lambda place: (credits[place].is_company, place))
    numbers = {place: number for number, place in enumerate(order, first)}
    return [numbers[place] for place in range(len(credits))]


def _entry(one: AchCredit, number: int) -> NachaEntry:
    return NachaEntry(
        transaction=CREDIT_CODES[one.account_kind],
        routing=one.routing,
        account=one.account,
        amount=one.amount,
        name=one.payee,
        reference=one.reference,
        number=number,
        addendum=one.about if one.is_company else "",
    )
