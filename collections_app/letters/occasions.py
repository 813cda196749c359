"""When a kind of letter fits what is known of an account, and which of its facts are known already. Pure.

A kind that does not fit says why: whoever wants to write it sees what is missing rather than a list of what is left.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arwork.lib.dates import Closures, add_business_days
from arwork.lib.money import ZERO

THIRD_PARTY = "third_party"


@dataclass(frozen=True, slots=True)
class LastPayment:
    """The latest money that came from the patient."""

    paid_on: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is known of an account on a day. `owed` is what the patient owes now, `paid_on_open` what they paid on
    visits that are still open, `first_service_on` and `last_service_on` of those; `holds` the first day of each hold
    in force by its reason; `profile` in whose name the account is worked; `language` that of the letter."""

    today: dt.date
    language: str
    practice_name: str
    owed: Decimal = ZERO
    paid_on_open: Decimal = ZERO
    last_service_on: dt.date | None = None
    last_payment: LastPayment | None = None
    holds: Mapping[str, dt.date] = field(default_factory=dict)
    profile: str = ""
    window_days: int = 0
    mail_days: int = 0
    closures: Closures = ()


#: Why a letter does not fit; empty where it does.
WhyNot = Callable[[Occasion], str]
#: The facts that are known already.
Known = Callable[[Occasion], dict[str, Any]]


def window_ends_on(sent_on: dt.date, *, mail_days: int, window_days: int, closures: Closures = ()) -> dt.date:
    """The last day to dispute: the window begins when the notice is assumed to be received, so many business days
    after it is sent (12 CFR 1006.34(b)(5), (c)(3))."""
    return add_business_days(sent_on, mail_days, closures=closures) + dt.timedelta(days=window_days)


def validation_fits(seen: Occasion) -> str:
    """A collector sends it, not the practice in its own name (12 CFR 1006.2(i), 1006.34)."""
    if seen.profile != THIRD_PARTY:
        return "Only for accounts that a collection agency works in its own name. This one is not placed so."
    return "" if seen.owed > ZERO else "Nothing is owed by the patient."


def validation_facts(seen: Occasion) -> dict[str, Any]:
    """The itemization from the last service on: what was owed for open visits, what was paid, what is owed."""
    basis = {"en": "date of service", "es": "fecha del servicio"}
    return {
        "creditor": seen.practice_name,
        "itemization_on": seen.last_service_on,
        "itemization_basis": basis[seen.language],
        "amount_then": seen.owed + seen.paid_on_open,
        "interest": ZERO,
        "fees": ZERO,
        "paid": seen.paid_on_open,
        "amount_now": seen.owed,
        "window_ends_on": window_ends_on(
            seen.today, mail_days=seen.mail_days, window_days=seen.window_days, closures=seen.closures
        ),
    }


def owing_fits(seen: Occasion) -> str:
    """Something is owed."""
    return "" if seen.owed > ZERO else "Nothing is owed by the patient."


def owed_fact(seen: Occasion) -> dict[str, Any]:
    """What is owed."""
    return {"owed": seen.owed}


def paid_fits(seen: Occasion) -> str:
    """Nothing is owed any more, and something was paid."""
    if seen.owed != ZERO:
        return "The account is not paid: something is still owed, or owed back."
    return "" if seen.last_payment else "No payment of the patient is known."


def last_payment_facts(seen: Occasion) -> dict[str, Any]:
    """The latest payment."""
    last = seen.last_payment
    return {"paid_on": last.paid_on, "amount": last.amount} if last else {}


def payment_fits(seen: Occasion) -> str:
    """The patient paid something."""
    return "" if seen.last_payment else "No payment of the patient is known."


def held_for(reason: str, lacking: str) -> WhyNot:
    """A hold of that reason is in force."""
    return lambda seen: "" if reason in seen.holds else lacking


def held_for_any(reasons: Collection[str], lacking: str) -> WhyNot:
    """A hold of one of these reasons is in force."""
    return lambda seen: "" if any(one in seen.holds for one in reasons) else lacking


def held_since(reason: str) -> Known:
    """Since when."""
    return lambda seen: {"received_on": seen.holds[reason]} if reason in seen.holds else {}


def amounts_facts(seen: Occasion) -> dict[str, Any]:
    """What is owed now, before and after alike until somebody says otherwise."""
    return {"amount_before": seen.owed, "amount_after": seen.owed} | held_since("dispute")(seen)


def assistance_facts(seen: Occasion) -> dict[str, Any]:
    """What is owed before assistance."""
    return {"amount_before": seen.owed}
