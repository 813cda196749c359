"""Money: one page that leads to everything by which people move it, with what waits at each place."""

from django.http import HttpResponseBase

from arwork.staff.access import Capability
from arwork.web.hub import HubPlace, PlaceCount, hub
from arwork.web.pages import StaffRequest, page
from claims.web import takebacks

#: Group by group: what comes in, what somebody has to decide, what goes back, what is counted, what is closed.
GROUPS: tuple[tuple[str, tuple[HubPlace, ...]], ...] = (
    (
        "Money in",
        (
            HubPlace("remittances", "Remittances", "What payers sent and what became of it"),
            HubPlace("eobs", "Payments by hand", "Payer checks and EOBs on paper or as PDF, entered line by line"),
            HubPlace("remit_exceptions", "Payments that wait", "What did not post by itself, with the reason"),
            HubPlace("ach", "Bank debits", "What is debited from patients' bank accounts, and why one is held"),
            HubPlace("ach_files", "Debit files", "The files of debits that go to the bank"),
            HubPlace("ach_answers", "Bank returns", "What banks sent back or want changed, and what came of it"),
            HubPlace("receipts", "Receipts", "Checks, cash and money orders of patients, and what became of them"),
            HubPlace("payments", "Card and bank payments", "What was paid by card or bank, and what became of it"),
            HubPlace("unapplied", "Unapplied cash", "What patients and payers paid and no visit has got yet"),
        ),
    ),
    (
        "To decide",
        (
            HubPlace("approvals", "Approvals", "What a second person agrees to: write-offs, refunds, cash left out"),
            HubPlace("ach_rates", "Return limits", "Return rates of bank debits beside what Nacha allows"),
            HubPlace("payment_disputes", "Card disputes", "What holders of cards dispute, and until when to answer"),
            HubPlace("payment_cards", "Cards that run out", "Saved cards that can't be charged much longer"),
            takebacks.PLACE,
            HubPlace("claim_duplicates", "Possible duplicates", "Claims that may be one bill under two numbers"),
            HubPlace("same_people", "People twice", "Accounts that may be one person's"),
        ),
    ),
    (
        "Owed back",
        (
            HubPlace("credits", "Credit balances", "What is owed back: to whom, why, and until when"),
            HubPlace("refunds", "Refunds", "What is to be returned, what went out, and what was cashed"),
            HubPlace(
                "refunds_unclaimed",
                "Unclaimed refunds",
                "Checks that nobody cashed, and when a state gets them",
            ),
        ),
    ),
    (
        "Cash and bank",
        (
            HubPlace("cash_days", "Days and batches", "Cash and checks to count, deposit slips, closing the day"),
            HubPlace("payouts", "Card payouts", "What the card processor paid to the bank, and what it has not yet"),
            HubPlace("bank", "Bank", "Bank files beside our deposits, and what only one of them has"),
        ),
    ),
    (
        "Month end",
        (
            HubPlace("reconciliation", "Reconciliation", "What is owed, unapplied cash and cash tie, to the cent"),
            HubPlace("closing", "Close a month", "The checklist, the reports that are kept, the general ledger"),
        ),
    ),
)

_counts: dict[str, PlaceCount] = {}


def register_count(name: str, count: PlaceCount) -> None:
    """Let `count` say how much waits at the place `name`; apps say so when they are ready."""
    _counts[name] = count


@page(Capability.SEE_CLAIMS)
def money(request: StaffRequest) -> HttpResponseBase:
    """The places that this role may open, with what waits there."""
    counted = [(title, [one._replace(counted=_counts.get(one.name)) for one in places]) for title, places in GROUPS]
    return hub(request, "Money", counted)
