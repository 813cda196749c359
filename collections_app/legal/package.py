"""The package of a referral: one PDF with everything a law firm needs, frozen in the store of documents.

What is in it is the minimum for its purpose (45 CFR 164.502(b)): the bill with its lines and its ledger, what was
agreed and promised, when somebody was contacted and what was sent, the look-up of military service, and the last day to
sue. No notes, no diagnoses, no birth date. The manifest on its last page counts each part.
"""

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from arwork.lib.dates import long_day
from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.documents.models import Document
from claims.documents.selectors import documents_of_account
from claims.documents.services import MadeFile, keep_made
from claims.ledger.models import Posting
from claims.ledger.posting_words import posting_words
from claims.parties.selectors import same_accounts
from collections_app.contacts.models import Channel, Contact, ContactOutcome
from collections_app.deliveries.models import Delivery
from collections_app.legal.models import LegalReferral
from collections_app.legal.suit_facts import SuitAccount
from collections_app.letters.dossiers import Element, fact_box, rows_table
from collections_app.letters.models import Letter
from collections_app.letters.rendering import render
from collections_app.plans.models import PaymentPlan, PlanEvent
from collections_app.promises.models import Promise
from collections_app.statements.itemized import items_of

if TYPE_CHECKING:
    from arwork.staff.models import User

MOST_ROWS = 500


def make_package(
    referral: LegalReferral, seen: SuitAccount, *, actor: "User", today: dt.date, now: dt.datetime
) -> Document:
    """Make the PDF and keep it about the account and its visits. The caller holds the transaction and has asked who
    may."""
    claims = [one.claim_id for one in seen.debts]
    pdf = render("dossier", dossier(referral, seen, today=today), language="en", on=today)
    name = f"referral-{referral.pk}-{today:%Y-%m-%d}.pdf"
    made = MadeFile(BytesIO(pdf), name, "Package for the law firm")
    return keep_made(referral.practice_id, made, account_id=referral.account_id, claim_ids=claims, actor=actor, now=now)


def dossier(referral: LegalReferral, seen: SuitAccount, *, today: dt.date) -> dict[str, Any]:
    """What the template shows."""
    claims = list(Claim.objects.filter(pk__in=[one.claim_id for one in seen.debts]).order_by("service_from", "pk"))
    parts: list[tuple[str, list[Element], int]] = [
        _visits(claims, seen),
        _items(claims),
        _ledger(claims),
        _agreed(referral.account_id),
        _contacted(referral.account_id),
        _sent(referral.account_id),
        _papers(referral.account_id),
        _dates(referral, claims, seen),
    ]
    elements = [_cover(referral, seen, today)]
    for title, inside, _ in parts:
        elements += [{"kind": "heading", "text": title}, *inside]
    manifest = rows_table(("Part", "Entries"), [(title, str(count)) for title, _, count in parts])
    elements += [{"kind": "heading", "text": "Manifest"}, manifest]
    return {
        "title": f"Referral of account {referral.account.number}",
        "author": referral.practice.name,
        "footer": "Confidential: protected health information, for the collection of this account only",
        "words": {"page": "Page", "of": "of"},
        "elements": elements,
    }


def _cover(referral: LegalReferral, seen: SuitAccount, today: dt.date) -> Element:
    person = referral.account.guarantor
    homes = person.addresses.filter(is_current=True)
    return fact_box(
        ("To", referral.firm.name),
        ("From", referral.practice.name),
        ("Day", long_day(today)),
        ("Who owes it", f"{person.first} {person.last}".strip()),
        *(("Address", ", ".join(filter(None, (one.line1, one.line2, one.city, one.state, one.zip)))) for one in homes),
        ("Account", referral.account.number),
        ("Owed", _usd(seen.facts.owed)),
        ("Fee", f"{referral.firm.fee_percent} percent of what is recovered"),
        ("Work or property known", referral.known_means or "none"),
    )


def _visits(claims: Sequence[Claim], seen: SuitAccount) -> tuple[str, list[Element], int]:
    owed = {one.claim_id: one.amount for one in seen.debts}
    billed = {one.claim_id: one.first_statement_on for one in seen.debts}
    rows = [
        (f"{one.service_from:%m/%d/%Y}", one.number, _day(billed[one.pk]), _usd(one.charge), _usd(owed[one.pk]))
        for one in claims
    ]
    table = rows_table(("Service", "Claim", "First statement", "Charged>", "Owed>"), rows)
    table["total"] = ["Total", "", "", "", _usd(sum(owed.values(), ZERO))]
    return "Visits", [table], len(rows)


def _items(claims: Sequence[Claim]) -> tuple[str, list[Element], int]:
    items = items_of([one.pk for one in claims])
    rows = [
        (line["on"], line["code"], line["what"], line["charge"], line["owes"])
        for one in claims
        for line in items.get(one.pk, ())
    ]
    return "Itemized statement", [rows_table(("Day", "Code", "Service+", "Charged>", "Owed>"), rows)], len(rows)


def _ledger(claims: Sequence[Claim]) -> tuple[str, list[Element], int]:
    numbers = {one.pk: one.number for one in claims}
    postings = Posting.objects.filter(claim__in=numbers).order_by("posted_on", "pk")[:MOST_ROWS]
    rows = [
        (f"{one.posted_on:%m/%d/%Y}", numbers[one.claim_id or 0],
         posting_words(one.kind, debit=one.debit, credit=one.credit), _usd(one.amount),
         "reversal" if one.reverses_id else "")
        for one in postings
    ]  # fmt: skip
    return "Ledger", [rows_table(("Posted", "Claim", "What+", "Amount>", ""), rows)], len(rows)


def _agreed(account_id: int) -> tuple[str, list[Element], int]:
    accounts = same_accounts(account_id)
    rows = [
        (f"{one.made_on:%m/%d/%Y}", "Promise", f"{_usd(one.amount)} by {one.due_on:%m/%d/%Y}", one.get_state_display())
        for one in Promise.objects.filter(account__in=accounts).order_by("made_on", "pk")[:MOST_ROWS]
    ]
    for plan in PaymentPlan.objects.filter(account__in=accounts).select_related("schedule").order_by("pk"):
        terms = f"{_usd(plan.schedule.total)} in {plan.schedule.count}" if plan.schedule else "never agreed"
        rows.append((_day(plan.agreed_on), "Payment plan", terms, plan.words))
        rows += [
            (f"{one.on:%m/%d/%Y}", "Payment plan", one.code.replace("_", " "), "")
            for one in PlanEvent.objects.filter(plan=plan).order_by("pk")[:MOST_ROWS]
        ]
    return "Promises and payment plans", [rows_table(("Day", "What", "Terms+", "What became of it"), rows)], len(rows)


def _contacted(account_id: int) -> tuple[str, list[Element], int]:
    """When and how, and whether somebody was reached; what was said stays with us."""
    log = Contact.objects.filter(account__in=same_accounts(account_id), retold_by=None).exclude(channel=Channel.NOTE)
    rows = [
        (f"{timezone.localtime(at):%m/%d/%Y %H:%M}", Channel(channel).label, "in" if direction == "in" else "out",
         ContactOutcome(outcome).label)
        for at, channel, direction, outcome in log.exclude(outcome=ContactOutcome.WITHDRAWN)
        .order_by("at")
        .values_list("at", "channel", "direction", "outcome")[:MOST_ROWS]
    ]  # fmt: skip
    return "Contacts", [rows_table(("When", "How", "", "What came of it+"), rows)], len(rows)


def _sent(account_id: int) -> tuple[str, list[Element], int]:
    accounts = same_accounts(account_id)
    letters = Letter.objects.filter(account__in=accounts, void=None).order_by("made_at", "pk")[:MOST_ROWS]
    left: dict[int, str] = {}
    for one in Delivery.objects.filter(letter__in=[row.pk for row in letters]).order_by("pk"):
        left[one.letter_id or 0] = f"{one.get_channel_display()}: {one.get_state_display().lower()}"
    rows = [(f"{one.made_on:%m/%d/%Y}", one.title, left.get(one.pk, "not sent"), one.sha256[:16]) for one in letters]
    return "Notices and letters", [rows_table(("Day", "Letter+", "Sent", "SHA-256 begins"), rows)], len(rows)


def _papers(account_id: int) -> tuple[str, list[Element], int]:
    """Documents of the patient, as the signed agreement to pay: by name and hash; each is handed over by itself."""
    kept = documents_of_account(account_id).filter(kind=Document.Kind.PATIENT, withdrawn_at=None)
    rows = [(f"{one.added_at:%m/%d/%Y}", one.name, one.sha256[:16]) for one in kept[:MOST_ROWS]]
    return "Documents from the patient", [rows_table(("Added", "Name+", "SHA-256 begins"), rows)], len(rows)


def _dates(referral: LegalReferral, claims: Sequence[Claim], seen: SuitAccount) -> tuple[str, list[Element], int]:
    rows = [(one.number, f"{seen.limits[one.pk].on:%m/%d/%Y}", seen.limits[one.pk].why) for one in claims]
    box = fact_box(
        ("Military service", f"{referral.get_scra_display()}, looked up {long_day(referral.scra_checked_on)}"),
        ("Law", "50 USC 3931: an affidavit is due with a motion for a default judgment"),
    )
    return (
        "Military service, and the last day to sue",
        [box, rows_table(("Claim", "Sue by", "Counted+"), rows)],
        len(rows),
    )


def _usd(amount: Any) -> str:
    return f"${amount:,.2f}"


def _day(on: dt.date | None) -> str:
    return f"{on:%m/%d/%Y}" if on else ""
