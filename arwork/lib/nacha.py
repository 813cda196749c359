"""The ACH file, line by line, as Nacha's Operating Rules lay it out; credits and debits alike. Pure.

A file is lines of 94 characters: file header (1); of each batch its header (5), its entries (6, with an addendum 7
where one says what it is for) and its control (8); file control (9); filled with lines of nines to a multiple of ten.
The hash is the sum of the first eight digits of the receiving routing numbers, of which the last ten digits count.
A batch holds credits only or debits only and is not balanced by an offset: the bank moves the other side by the
agreement with the company.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.money import to_cents

WIDTH, BLOCK = 94, 10
CREDITS_ONLY, DEBITS_ONLY = "220", "225"
#: What the bank does with the money, to or from a checking or a savings account.
CHECKING, SAVINGS = "checking", "savings"
LARGEST = Decimal("99999999.99")
#: Transaction codes: live, and of a prenote of $0.00.
CREDIT_CODES = {CHECKING: "22", SAVINGS: "32"}
DEBIT_CODES = {CHECKING: "27", SAVINGS: "37"}
DEBIT_PRENOTE_CODES = {CHECKING: "28", SAVINGS: "38"}
_PRENOTES = frozenset({"23", "33", *DEBIT_PRENOTE_CODES.values()})
_WEIGHTS = (3, 7, 1) * 3


class BadAccount(DomainError):
    """A routing or account number that no bank has."""

    code = "bad_account"


@dataclass(frozen=True, slots=True)
class Originator:
    """Whose money moves, through which bank."""

    company: str
    company_id: str
    bank: str
    routing: str


@dataclass(frozen=True, slots=True)
class NachaEntry:
    """One payment. `transaction` is its code, `number` that of its trace, `reference` ours; `discretionary` is the
    payment type of WEB and TEL (S single, R recurring); `addendum` says more in 80 characters."""

    transaction: str
    routing: str
    account: str
    amount: Decimal
    name: str
    reference: str
    number: int
    discretionary: str = ""
    addendum: str = ""


@dataclass(frozen=True, slots=True)
class NachaBatch:
    """Payments of one class that settle on one day; `about` is what people read on their statement."""

    sec_code: str
    service_class: str
    about: str
    effective_on: dt.date
    entries: Sequence[NachaEntry]


def checks(routing: str) -> bool:
    """Whether it is a routing number: nine digits whose last one checks the others (3-7-1)."""
    is_number = re.fullmatch(r"[0-9]{9}", routing) is not None and routing != "0" * 9
    return is_number and sum(int(a) * b for a, b in zip(routing, _WEIGHTS, strict=True)) % 10 == 0


def ensure_routing(routing: str, *, field: str = "routing") -> None:
    """Raise `BadAccount` unless it is a routing number."""
    if not checks(routing):
        raise BadAccount(
            "A routing number has nine digits, and these don't check. Compare it with a check.", field=field
        )


def ensure_account(account: str, *, field: str = "account") -> None:
    """Raise `BadAccount` unless it can be an account number: up to 17 letters, digits and dashes."""
    if not re.fullmatch(r"[A-Za-z0-9-]{3,17}", account):
        raise BadAccount("An account number has 3 to 17 letters, digits or dashes.", field=field)


def trace_number(routing: str, number: int) -> str:
    """The trace of the entry with that number in a file: the bank's first eight digits, and its place."""
    return f"{routing[:8]}{number:07d}"


def nacha_file(originator: Originator, batches: Sequence[NachaBatch], *, made_at: dt.datetime, modifier: str) -> str:
    """The file, each line ended by a line feed. `modifier` (A-Z, 0-9) tells files of one day apart.

    Raises `BadAccount` for a number that no bank has, `ValueError` for no entries or an amount that does not fit.
    """
    if not batches or not all(batch.entries for batch in batches):
        raise ValueError("an ACH file without a payment")
    ensure_routing(originator.routing)
    lines = [_file_header(originator, made_at, modifier)]
    entries_sum, hash_sum, debits, credits = 0, 0, 0, 0
    for number, batch in enumerate(batches, 1):
        lines.append(_batch_header(originator, batch, made_at, number))
        count, hashed, cents = 0, 0, 0
        for one in batch.entries:
            entry = _entry(originator, one)
            lines += entry
            count += len(entry)
            hashed += int(one.routing[:8])
            cents += to_cents(one.amount)
        out, back = (cents, 0) if batch.service_class == DEBITS_ONLY else (0, cents)
        lines.append(_batch_control(originator, batch, count, hashed, out, back, number))
        entries_sum, hash_sum, debits, credits = entries_sum + count, hash_sum + hashed, debits + out, credits + back
    blocks = -(-(len(lines) + 1) // BLOCK)
    lines.append(
        f"9{len(batches):06d}{blocks:06d}{entries_sum:08d}{hash_sum % 10**10:010d}{debits:012d}{credits:012d}{'':39}"
    )
    lines += ["9" * WIDTH] * (blocks * BLOCK - len(lines))
    return "".join(f"{line}\n" for line in _checked(lines))


def plain(text: str, width: int, *, right: bool = False) -> str:
    """Capitals, digits and what banks take besides; cut and filled to `width`."""
    kept = re.sub(r"[^A-Z0-9 .,&/#*:+-]", " ", text.upper())[:width]
    return kept.rjust(width) if right else kept.ljust(width)


def _file_header(originator: Originator, made_at: dt.datetime, modifier: str) -> str:
    return (
        f"101 {originator.routing}{plain(originator.company_id, 10, right=True)}{made_at:%y%m%d%H%M}{modifier:1}"
        f"094101{plain(originator.bank, 23)}{plain(originator.company, 23)}{'':8}"
    )


def _batch_header(originator: Originator, batch: NachaBatch, made_at: dt.datetime, number: int) -> str:
    return (
        f"5{batch.service_class}{plain(originator.company, 16)}{'':20}{plain(originator.company_id, 10)}"
        f"{batch.sec_code}{plain(batch.about, 10)}{made_at:%y%m%d}{batch.effective_on:%y%m%d}{'':3}1"
        f"{originator.routing[:8]}{number:07d}"
    )


def _entry(originator: Originator, one: NachaEntry) -> list[str]:
    ensure_routing(one.routing)
    ensure_account(one.account)
    least_is_nothing = one.transaction in _PRENOTES
    if not (one.amount == 0 if least_is_nothing else Decimal(0) < one.amount <= LARGEST):
        raise ValueError("an amount that no entry holds")
    addenda = 1 if one.addendum else 0
    line = (
        f"6{one.transaction}{one.routing}{plain(one.account, 17)}{to_cents(one.amount):010d}"
        f"{plain(one.reference, 15)}{plain(one.name, 22)}{plain(one.discretionary, 2)}{addenda}"
        f"{trace_number(originator.routing, one.number)}"
    )
    return [line, f"705{plain(one.addendum, 80)}0001{one.number:07d}"] if addenda else [line]


def _batch_control(
    originator: Originator, batch: NachaBatch, count: int, hashed: int, debits: int, credits: int, number: int
) -> str:
    return (
        f"8{batch.service_class}{count:06d}{hashed % 10**10:010d}{debits:012d}{credits:012d}"
        f"{plain(originator.company_id, 10)}{'':19}{'':6}{originator.routing[:8]}{number:07d}"
    )


def _checked(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    if wrong := [line for line in found if len(line) != WIDTH]:
        raise ValueError(f"a line of {len(wrong[0])} characters")
    return found
