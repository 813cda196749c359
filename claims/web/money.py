"""Money: one page that leads to everything by which people move it, with what waits at each place."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.staff.access import Capability
from arwork.web.page_frame import NavEntry, offered
from arwork.web.pages import StaffRequest, page

if TYPE_CHECKING:
    from arwork.staff.models import User


class MoneyPlace(NamedTuple):
    """A page by the name of its address, its word, and what is done there."""

    name: str
    label: str
    does: str


#: Group by group: what comes in, what somebody has to decide, what goes back, what is counted, what is closed.
GROUPS: tuple[tuple[str, tuple[MoneyPlace, ...]], ...] = (
    (
        "Money in",
        (
            MoneyPlace("remittances", "Remittances", "What payers sent and what became of it"),
            MoneyPlace("eobs", "Payments by hand", "Payer checks and EOBs on paper or as PDF, entered line by line"),
            MoneyPlace("remit_exceptions", "Payments that wait", "What did not post by itself, with the reason"),
            MoneyPlace("receipts", "Receipts", "Checks, cash and money orders of patients, and what became of them"),
            MoneyPlace("payments", "Card and bank payments", "What was paid by card or bank, and what became of it"),
            MoneyPlace("unapplied", "Unapplied cash", "What patients and payers paid and no visit has got yet"),
        ),
    ),
    (
        "To decide",
        (
            MoneyPlace("approvals", "Approvals", "What a second person agrees to: write-offs, refunds, cash left out"),
            MoneyPlace("payment_disputes", "Card disputes", "What holders of cards dispute, and until when to answer"),
            MoneyPlace("payment_cards", "Cards that run out", "Saved cards that can't be charged much longer"),
            MoneyPlace("takebacks", "Takebacks", "What payers take back, and until when it can be disputed"),
            MoneyPlace("claim_duplicates", "Possible duplicates", "Claims that may be one bill under two numbers"),
            MoneyPlace("same_people", "People twice", "Accounts that may be one person's"),
        ),
    ),
    (
        "Owed back",
        (
            MoneyPlace("credits", "Credit balances", "What is owed back: to whom, why, and until when"),
            MoneyPlace("refunds", "Refunds", "What is to be returned, what went out, and what was cashed"),
            MoneyPlace(
                "refunds_unclaimed",
                "Unclaimed refunds",
                "Checks that nobody cashed, and when a state gets them",
            ),
        ),
    ),
    (
        "Cash and bank",
        (
            MoneyPlace("cash_days", "Days and batches", "Cash and checks to count, deposit slips, closing the day"),
            MoneyPlace("payouts", "Card payouts", "What the card processor paid to the bank, and what it has not yet"),
            MoneyPlace("bank", "Bank", "Bank files beside our deposits, and what only one of them has"),
        ),
    ),
    (
        "Month end",
        (
            MoneyPlace("reconciliation", "Reconciliation", "What is owed, unapplied cash and cash tie, to the cent"),
            MoneyPlace("closing", "Close a month", "The checklist, the reports that are kept, the general ledger"),
        ),
    ),
)

#: How much waits at a place for somebody on a day; None says nothing.
Count = Callable[["User", dt.date], int | None]
_counts: dict[str, Count] = {}


def register_count(name: str, count: Count) -> None:
    """Let `count` say how much waits at the place `name`; apps say so when they are ready."""
    _counts[name] = count


@page(Capability.SEE_CLAIMS)
def money(request: StaffRequest) -> HttpResponseBase:
    """The places that this role may open, with what waits there."""
    today = clock.today()
    groups = []
    for title, places in GROUPS:
        open_to = {entry["name"]: entry["url"] for entry in offered(request, tuple(map(_entry, places)))}
        rows = [
            (place, open_to[place.name], _counts[place.name](request.user, today) if place.name in _counts else None)
            for place in places
            if place.name in open_to
        ]
        if rows:
            groups.append((title, rows))
    return TemplateResponse(request, "claims/money.html", {"groups": groups})


def _entry(place: MoneyPlace) -> NavEntry:
    return NavEntry(place.name, place.label, "")
