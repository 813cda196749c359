"""Refunds as an ACH file: credits by PPD (people) and CCD (payers), laid out as Nacha's Operating Rules say. Pure.

A file is lines of 94 characters: file header (1); of each batch its header (5), its entries (6, a CCD with an addendum
7 that says what it is for) and its control (8); file control (9); filled with lines of nines to a multiple of ten. The
hash is the sum of the first eight digits of the receiving routing numbers, of which the last ten digits count. Credits
only: the bank takes the money from the account behind the company's agreement, so the file is not balanced by a debit.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.money import to_cents

WIDTH, BLOCK = 94, 10
CREDITS_ONLY = "220"
#: What the bank does with the money: a credit to a checking or a savings account.
CHECKING, SAVINGS = "checking", "savings"
_CODES = {CHECKING: "22", SAVINGS: "32"}
_WEIGHTS = (3, 7, 1) * 3
LARGEST = Decimal("99999999.99")


class BadAccount(DomainError):
    """A routing or account number that no bank has."""

    code = "bad_account"


@dataclass(frozen=True, slots=True)
class Originator:
    """Whose money is paid out, from where: the paying account of a practice."""

    company: str
    company_id: str
    bank: str
    routing: str


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


def ensure_routing(routing: str, *, field: str = "routing") -> None:
    """Raise `BadAccount` unless it is a routing number: nine digits whose last one checks the others (3-7-1)."""
    if not re.fullmatch(r"\d{9}", routing) or sum(int(a) * b for a, b in zip(routing, _WEIGHTS, strict=True)) % 10:
        raise BadAccount(
            "A routing number has nine digits, and these don't check. Compare it with a check.", field=field
        )


def ensure_account(account: str, *, field: str = "account") -> None:
    """Raise `BadAccount` unless it can be an account number: up to 17 letters, digits and dashes."""
    if not re.fullmatch(r"[A-Za-z0-9-]{3,17}", account):
        raise BadAccount("An account number has 3 to 17 letters, digits or dashes.", field=field)


def ach_file(
    originator: Originator,
    credits: Sequence[AchCredit],
    *,
    made_at: dt.datetime,
    effective_on: dt.date,
    modifier: str,
    first: int = 1,
) -> str:
    """The file, each line ended by a line feed. `modifier` (A-Z, 0-9) tells files of one day apart; `first` is the
    number that the first trace bears, so that no two payments ever share one.

    Raises `BadAccount` for a number that no bank has, `ValueError` for no credits or an amount that does not fit.
    """
    if not credits:
        raise ValueError("an ACH file without a payment")
    ensure_routing(originator.routing)
    lines = [_file_header(originator, made_at, modifier)]
    batches, entries_sum, hash_sum, total = 0, 0, 0, 0
    trace = first - 1
    for code, some in (
        ("PPD", [one for one in credits if not one.is_company]),
        ("CCD", [one for one in credits if one.is_company]),
    ):
        if not some:
            continue
        batches += 1
        lines.append(_batch_header(originator, code, made_at, effective_on, batches))
        count, hashed, cents = 0, 0, 0
        for one in some:
            trace += 1
            entry = _entry(originator, one, trace)
            lines += entry
            count += len(entry)
            hashed += int(one.routing[:8])
            cents += to_cents(one.amount)
        lines.append(_batch_control(originator, count, hashed, cents, batches))
        entries_sum, hash_sum, total = entries_sum + count, hash_sum + hashed, total + cents
    blocks = -(-(len(lines) + 1) // BLOCK)
    lines.append(f"9{batches:06d}{blocks:06d}{entries_sum:08d}{hash_sum % 10**10:010d}{0:012d}{total:012d}{'':39}")
    lines += ["9" * WIDTH] * (blocks * BLOCK - len(lines))
    return "".join(f"{line}\n" for line in _checked(lines))


def trace_number(routing: str, number: int) -> str:
    """The trace of the entry with that number in a file: the bank's first eight digits, and its place."""
    return f"{routing[:8]}{number:07d}"


def traces(originator: Originator, credits: Sequence[AchCredit], *, first: int = 1) -> list[str]:
    """The trace of each payment as `ach_file` numbers them, in the order of `credits`."""
    order = sorted(range(len(credits)), key=lambda place: (credits[place].is_company, place))
    numbers = {place: number for number, place in enumerate(order, first)}
    return [trace_number(originator.routing, numbers[place]) for place in range(len(credits))]


def _file_header(originator: Originator, made_at: dt.datetime, modifier: str) -> str:
    return (
        f"101 {originator.routing}{_text(originator.company_id, 10, right=True)}{made_at:%y%m%d%H%M}{modifier:1}"
        f"094101{_text(originator.bank, 23)}{_text(originator.company, 23)}{'':8}"
    )


def _batch_header(originator: Originator, code: str, made_at: dt.datetime, effective_on: dt.date, number: int) -> str:
    return (
        f"5{CREDITS_ONLY}{_text(originator.company, 16)}{'':20}{_text(originator.company_id, 10)}{code}"
        f"{'REFUND':10}{made_at:%y%m%d}{effective_on:%y%m%d}{'':3}1{originator.routing[:8]}{number:07d}"
    )


def _entry(originator: Originator, one: AchCredit, trace: int) -> list[str]:
    ensure_routing(one.routing)
    ensure_account(one.account)
    if not Decimal(0) < one.amount <= LARGEST:
        raise ValueError("an amount that no entry holds")
    addenda = 1 if one.is_company and one.about else 0
    line = (
        f"6{_CODES[one.account_kind]}{one.routing}{_text(one.account, 17)}{to_cents(one.amount):010d}"
        f"{_text(one.reference, 15)}{_text(one.payee, 22)}{'':2}{addenda}{trace_number(originator.routing, trace)}"
    )
    return [line, f"705{_text(one.about, 80)}0001{trace:07d}"] if addenda else [line]


def _batch_control(originator: Originator, count: int, hashed: int, cents: int, number: int) -> str:
    return (
        f"8{CREDITS_ONLY}{count:06d}{hashed % 10**10:010d}{0:012d}{cents:012d}{_text(originator.company_id, 10)}"
        f"{'':19}{'':6}{originator.routing[:8]}{number:07d}"
    )


def _text(text: str, width: int, *, right: bool = False) -> str:
    """Capitals, digits and what banks take besides; cut and filled to `width`."""
    plain = re.sub(r"[^A-Z0-9 .,&/#*:+-]", " ", text.upper())[:width]
    return plain.rjust(width) if right else plain.ljust(width)


def _checked(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    if wrong := [line for line in found if len(line) != WIDTH]:
        raise ValueError(f"a line of {len(wrong[0])} characters")
    return found
