"""A demand for interest as one PDF: what the law says, each payment with its clock and its sum, the total.

The least that names each claim to the payer stands in it (45 CFR 164.502(b)): claim numbers, the payer's own number,
days and dollars; of the patient the name.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from arwork.lib.dates import long_day
from collections_app.late_payments.models import InterestDemand, LatePayment
from collections_app.letters.dossiers import Element, fact_box, rows_table
from collections_app.letters.rendering import render

_COLUMNS = ("Claim", "Patient+", "You had it", "Due", "Paid", "Late", "Paid>", "Interest>", "Owed>")


def demand_pdf(demand: InterestDemand, payments: Iterable[LatePayment], *, today: dt.date) -> bytes:
    """The letter as PDF."""
    return render("dossier", demand_data(demand, list(payments), today=today), language="en", on=today)


def demand_data(demand: InterestDemand, payments: Sequence[LatePayment], *, today: dt.date) -> dict[str, Any]:
    """What the template shows."""
    practice = demand.practice
    laws = sorted({(one.rate, one.source) for one in payments})
    place = f"{practice.city}, {practice.state} {practice.zip}".strip(", ")
    box = [
        ("To", demand.payer.name),
        ("From", practice.name),
        ("Address", ", ".join(filter(None, (practice.address, place)))),
        ("NPI, tax number", f"{practice.npi}, {practice.tin}"),
        ("Day", long_day(today)),
        ("Payments", str(len(payments))),
        ("Interest owed", _usd(demand.amount)),
        ("Please pay by", long_day(today + dt.timedelta(days=30))),
    ]
    words = (
        "The payments below came after the day by which the law asks for clean claims to be paid. Each was counted "
        "from the day you had the claim. Please pay the interest owed with a remittance that names the claims, or tell "
        "us for each claim why none is owed."
    )
    law = [("Rate", f"{rate / 100:g} % a year, {source}") for rate, source in laws]
    elements = [
        fact_box(*box),
        {"kind": "paragraph", "lines": [[{"text": words, "bold": False}]]},
        {"kind": "heading", "text": "By which law"},
        fact_box(*law),
        {"kind": "heading", "text": "Payments"},
        _payments(payments, demand),
        {"kind": "heading", "text": "How each was counted"},
        _counted(payments),
    ]
    return {
        "title": "Demand for interest on late payments",
        "author": practice.name,
        "footer": "Confidential: protected health information, for the payment of these claims only",
        "words": {"page": "Page", "of": "of"},
        "elements": elements,
    }


def _payments(payments: Sequence[LatePayment], demand: InterestDemand) -> Element:
    rows = [
        [
            one.claim.number, str(one.claim.patient.person), _day(one.received_on), _day(one.due_on), _day(one.paid_on),
            f"{one.days_late} d", _figure(one.paid), _figure(one.interest), _figure(one.owed),
        ]
        for one in payments
    ]  # fmt: skip
    return rows_table(_COLUMNS, rows) | {"total": ["Total", *[""] * (len(_COLUMNS) - 2), _usd(demand.amount)]}


def _counted(payments: Sequence[LatePayment]) -> Element:
    rows = [[one.claim.number, one.remit_claim.icn, _how(one)] for one in payments]
    return rows_table(("Claim", "Your number", "Counted+"), rows)


def _how(one: LatePayment) -> str:
    came = f"; {_usd(one.interest_paid)} came with it" if one.interest_paid else ""
    return f"{one.counted}{came}; the clock began {long_day(one.received_on)}, {_proof(one)}"


def _proof(one: LatePayment) -> str:
    return "when you accepted it (277CA)" if one.is_proven else "when it was sent"


def _usd(amount: Any) -> str:
    return f"${amount:,.2f}"


def _figure(amount: Any) -> str:
    return f"{amount:,.2f}" if amount else ""


def _day(on: dt.date) -> str:
    return f"{on:%m/%d/%y}"
