"""What stands on a patient's own page: the bill as far as its guarantor may see it, letters and statements, receipts.

A guarantor sees their own visits and those of minors they answer for. Of another adult they see what is asked, not why:
the bill is theirs, the care is not. Who asked for confidential communications, or is at risk at home, is not on anybody
else's page at all, amounts included (45 CFR 164.522(b); RULES 12.7).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from claims.documents.models import Document
from claims.documents.selectors import bytes_of
from claims.parties.models import Account
from claims.receipts.models import Receipt
from collections_app.contacts.person_facts import ToldFacts, facts_of
from collections_app.letters.models import Letter
from collections_app.portal.deeds import keep_deed
from collections_app.portal.models import PortalDeed
from collections_app.statements import words
from collections_app.statements.explained import BilledVisit, ExplainedBill, explained_bill
from collections_app.statements.models import Statement

_SAFETY = "safety"
_PAPERS = 24  # as many letters and statements, and receipts, are shown


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """A visit as its guarantor sees it: lines of words and amounts, and what is asked or why not."""

    claim_id: int
    day: str
    patient: str
    doctor: str
    rows: tuple[tuple[str, str], ...]
    why: tuple[tuple[str, str], ...]
    asked: Decimal
    apart: str  # in words; empty where it is asked for

    @property
    def may_be_disputed(self) -> bool:
        """Whether something is asked for it."""
        return not self.apart and self.asked > 0


@dataclass(frozen=True, slots=True)
class SeenBill:
    """What stands on the page. `others` is asked for visits of other adults, which are not explained here."""

    visits: tuple[SeenVisit, ...]
    others: Decimal
    on_account: Decimal
    due: Decimal

    def visit(self, claim_id: int) -> SeenVisit | None:
        """A visit of the page."""
        return next((one for one in self.visits if one.claim_id == claim_id), None)


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter or a statement that was made for the guarantor."""

    document_id: int
    title: str
    on: dt.date


def seen_bill(account: Account, *, language: str, today: dt.date) -> SeenBill:
    """The bill of an account as its guarantor may see it."""
    bill = explained_bill(account.pk, today=today)
    people = {one.bill.claim.patient.person_id for one in bill.visits}
    facts = facts_of(people, today)
    own, others = [], ZERO
    for visit in bill.visits:
        person = visit.bill.claim.patient.person_id
        if person == account.guarantor_id or _answers_for(facts[person]):
            own.append(_seen(visit, language))
        elif not _is_hidden(facts[person]):
            others += visit.asked
    asked = sum((one.asked for one in own), others)
    return SeenBill(tuple(own), others, _on_account(bill), max(asked - _on_account(bill), ZERO))


def papers_of(account: Account) -> list[Paper]:
    """Letters and statements to the guarantor that count, the newest first."""
    letters = Letter.objects.filter(account=account, void=None).exclude(document__bytes_dropped_at__isnull=False)
    released = Statement.objects.filter(account=account, state=Statement.State.RELEASED, document__isnull=False)
    found = [Paper(one.document_id, one.title, one.made_on) for one in letters.order_by("-pk")[:_PAPERS]]
    found += [
        Paper(one.document_id, "", one.made_on)
        for one in released.order_by("-pk")[:_PAPERS]
        if one.document_id is not None
    ]
    return sorted(found, key=lambda one: (one.on, one.document_id), reverse=True)[:_PAPERS]


def read_paper(account: Account, *, document_id: int, now: dt.datetime) -> Iterator[bytes]:
    """A paper of the page, and that it was read. Raises `NotFound` for every other document, of whomever."""
    if document_id not in {one.document_id for one in papers_of(account)}:
        raise NotFound("There is no such paper.")
    keep_deed(account, PortalDeed.Kind.READ, now=now, document=document_id)
    return bytes_of(Document.objects.get(pk=document_id))


def receipts_seen(account: Account) -> QuerySet[Receipt]:
    """What the guarantor paid and what stands, the newest first."""
    rows = Receipt.objects.filter(account=account).exclude(Q(state="voided") | Q(state="moved"))
    return rows.order_by("-received_on", "-pk")[:_PAPERS]


def receipt_of(account: Account, receipt_id: int) -> Receipt:
    """One of them. Raises `NotFound`."""
    rows = Receipt.objects.filter(account=account, pk=receipt_id).exclude(Q(state="voided") | Q(state="moved"))
    found = rows.first()
    if found is None:
        raise NotFound("There is no such receipt.")
    return found


def _answers_for(facts: ToldFacts) -> bool:
    return facts.is_minor and not _is_hidden(facts)


def _is_hidden(facts: ToldFacts) -> bool:
    return facts.is_confidential or _SAFETY in facts.flags


def _on_account(bill: ExplainedBill) -> Decimal:
    return bill.on_account


def _seen(visit: BilledVisit, language: str) -> SeenVisit:
    label, bill = words.LABELS[language], visit.bill
    amounts = (
        ("brought", bill.brought_forward), ("charged", bill.charge), ("off", -bill.contractual),
        ("sequestered", -bill.sequestered), ("not_billable", -bill.not_billable), ("plan_paid", -bill.plan_paid),
        ("you_paid", -bill.patient_paid), ("forgiven", -bill.forgiven), ("refunded", bill.refunded),
        ("with_plan", -bill.with_plan),
    )  # fmt: skip
    why = ((words.share_words(share.kind, share.words, language), words.usd(amount)) for share, amount in bill.why)
    return SeenVisit(
        claim_id=visit.claim_id,
        day=words.day_words(visit.on, language),
        patient=visit.patient,
        doctor=visit.doctor,
        rows=tuple((label[name], words.usd(amount)) for name, amount in amounts if amount),
        why=tuple(why),
        asked=visit.asked,
        apart=words.APART[language].get(str(visit.reason), "") if visit.reason else "",
    )
