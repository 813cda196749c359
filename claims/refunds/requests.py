"""Asking for a refund, what an approval does to it, and taking it back before it goes out.

The amount is held against the credit when it is typed and again under the lock of the place where the credit lies, at
asking and at approving. More than the asker's role returns alone waits for a second person (`claims.approvals`). Locks:
the place of the credit first, then the refund, then the question.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from arwork.lib import nacha
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.approvals import services as approvals
from claims.approvals.authority import settles_alone
from claims.approvals.models import ApprovalRequest
from claims.approvals.services import Question
from claims.credits.causes import CreditCause
from claims.credits.selectors import Credit, credit_of
from claims.credits.sources import CreditSource
from claims.ledger.models import Receivable
from claims.refunds import postings
from claims.refunds.models import Refund
from claims.refunds.payees import Payee, is_payers
from claims.refunds.states import ACH, AGREED, CHECK, RefundState, may_follow

if TYPE_CHECKING:
    from arwork.staff.models import User


#: The kind of question, the limits that count, and what it is about.
REFUND = "refund"


class RefundImpossible(DomainError):
    """What is asked can't be returned."""

    code = "no_refund"


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """The bank account of a payee, for ACH; nothing for a check."""

    routing: str = ""
    account: str = field(default="", repr=False)
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """A refund as it is asked for. `offset` is what a patient who owes elsewhere said, on `offset_on`."""

    amount: Decimal
    reason: str
    payee: Payee
    method: str = CHECK
    bank: PayeeAccount = PayeeAccount()
    offset: str = ""
    offset_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Refundable:
    """What may be asked of a credit now: at most `most` dollars. `owed_elsewhere` is the patient's on other visits."""

    credit: Credit
    most: Decimal
    owed_elsewhere: Decimal = ZERO
    refusal: str = ""


def refundable(source: CreditSource, *, actor: "User", today: dt.date) -> Refundable:
    """How much of a credit may be asked back, and why nothing may. Raises `NotFound`."""
    credit = credit_of(source, actor=actor, today=today)
    with transaction.atomic():
        stands = postings.lock_source(source)
    return _refundable(credit, stands - postings.spoken_for(source))


def ask_refund(source: CreditSource, *, draft: RefundDraft, actor: "User", today: dt.date, now: dt.datetime) -> Refund:
    """Ask for a refund: it waits for a second person, unless the actor's role returns so much alone. Raises
    `RefundImpossible` naming the field."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    _ensure_complete(draft, today)
    with transaction.atomic():
        stands = postings.lock_source(source)
        credit = credit_of(source, actor=actor, today=today)
        found = _refundable(credit, stands - postings.spoken_for(source))
        _ensure_bears(found, draft)
        refund = Refund.objects.create(
            practice_id=credit.practice_id,
            claim_id=source.claim_id,
            bucket=source.bucket,
            account_id=source.account_id,
            remittance_id=source.remittance_id,
            payer_id=draft.payee.payer_id,
            amount=draft.amount,
            cause=credit.cause,
            reason=draft.reason.strip()[:300],
            due_on=credit.due_on,
            offset=draft.offset,
            offset_on=draft.offset_on if draft.offset else None,
            payee=draft.payee.name,
            line1=draft.payee.line1,
            line2=draft.payee.line2,
            city=draft.payee.city,
            state_code=draft.payee.state_code,
            zip=draft.payee.zip,
            method=draft.method,
            payee_routing=draft.bank.routing,
            payee_account=draft.bank.account,
            payee_account_kind=draft.bank.kind,
            asked_by=actor,
            asked_at=now,
        )
        note(refund, "refund_asked", actor=actor, now=now)
        if settles_alone(REFUND, draft.amount, actor=actor, practice_id=credit.practice_id, today=today):
            return approve_refund(refund.pk, actor=actor, today=today, now=now)
        question = Question(
            REFUND, REFUND, credit.practice_id, REFUND, refund.pk, draft.amount,
            claim_id=source.claim_id, account_id=source.account_id,
        )  # fmt: skip
        approvals.ask(question, reason=draft.reason, actor=actor, today=today, now=now)
    return refund


def approve_refund(refund_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Refund:
    """The refund is approved by the actor: the credit becomes a debt of ours. Raises `Conflict` where the credit is
    smaller by now, is taken back by the payer, or the refund was decided already."""
    with transaction.atomic():
        refund, stands = locked_refund(refund_id, actor, to=RefundState.APPROVED)
        if refund.amount > stands:
            raise Conflict(f"Only {max(stands, ZERO):,.2f} of the credit is left. Refuse it, and ask for less.")
        credit = credit_of(postings.source_of_refund(refund), actor=actor, today=today)
        if credit.ruled == CreditCause.RECOUPMENT and is_payers(credit):
            raise Conflict("The payer takes this back itself by now: it would be returned twice. Refuse it.")
        refund.approved_by, refund.approved_at = actor, now
        postings.book_debt(refund, posted_on=today, actor=actor, now=now)
        settle(refund, RefundState.APPROVED, actor=actor, now=now)
    return refund


def cancel_refund(refund_id: int, *, why: str, actor: "User", today: dt.date, now: dt.datetime) -> Refund:
    """Take back an approved refund that has not gone out: the credit stands again. Raises `Conflict`."""
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(why=why)
    if not why.strip():
        raise DomainError("Say why: whoever asked needs to know.", field="why")
    with transaction.atomic():
        refund, _ = locked_refund(refund_id, actor, to=RefundState.CANCELED)
        if refund.state != RefundState.APPROVED:
            raise Conflict("It waits for approval: refuse it instead.")
        postings.take_back(refund, posted_on=today, actor=actor, now=now)
        refund.ended_on, refund.ended_because = today, why.strip()[:300]
        settle(refund, RefundState.CANCELED, actor=actor, now=now)
    return refund


def locked_refund(refund_id: int, actor: "User", *, to: str) -> tuple[Refund, Decimal]:
    """A refund of the actor's practices that may come to `to`, locked with the place of its credit; dollars there.

    Raises `NotFound`, `Conflict`.
    """
    known = Refund.objects.filter(pk=refund_id, practice__in=practice_ids(actor)).first()
    if known is None:
        raise NotFound("There is no such refund in your practices.")
    stands = postings.lock_source(postings.source_of_refund(known))
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if not may_follow(refund.state, to):
        word = RefundState(refund.state).label.lower()
        raise Conflict(f"This refund stands elsewhere by now ({word}). Look at it again.")
    return refund, stands


def settle(refund: Refund, state: str, *, actor: "User | None", now: dt.datetime) -> None:
    """Bring a locked refund to a state, and keep it in the trail."""
    before = refund.state
    refund.state = state
    refund.save()
    note(refund, f"refund_{state}", actor=actor, now=now, before=before)


def note(refund: Refund, action: str, *, actor: "User | None", now: dt.datetime, before: str = "") -> None:
    """The trail: ids, amounts and states, never a name."""
    after = {
        "state": refund.state, "amount": refund.amount, "claim": refund.claim_id, "bucket": refund.bucket,
        "account": refund.account_id, "remittance": refund.remittance_id, "number": refund.number,
    }  # fmt: skip
    audit.record(
        actor, action, "refund", refund.pk, practice_id=refund.practice_id,
        before={"state": before} if before else None, after=after, now=now,
    )  # fmt: skip


def _refundable(credit: Credit, left: Decimal) -> Refundable:
    most = max(min(left, credit.amount), ZERO)
    if is_payers(credit) and credit.ruled == CreditCause.RECOUPMENT:
        return Refundable(credit, most, refusal="The payer takes this back itself: a refund would return it twice.")
    if not most:
        waits = "It waits in payments that are not settled." if credit.source.remittance_id else ""
        return Refundable(credit, most, refusal=waits or "All of it is asked for already.")
    owed = ZERO if is_payers(credit) else _owed_elsewhere(credit)
    return Refundable(credit, most, owed)


def _owed_elsewhere(credit: Credit) -> Decimal:
    rows = Receivable.objects.filter(account=credit.account_id, bucket="PATIENT", amount__gt=0)
    total: Decimal = rows.aggregate(total=Sum("amount", default=ZERO))["total"]
    return total


def _ensure_bears(found: Refundable, draft: RefundDraft) -> None:
    if found.refusal:
        raise RefundImpossible(found.refusal)
    if draft.amount > found.most:
        raise RefundImpossible(f"At most {found.most:,.2f} of this credit can be returned now.", field="amount")
    if not found.owed_elsewhere:
        return
    if not draft.offset:
        raise RefundImpossible(
            f"The patient owes {found.owed_elsewhere:,.2f} elsewhere. Ask whether it may be kept back for that, "
            "and say what they answered.",
            field="offset",
        )
    free = max(found.most - found.owed_elsewhere, ZERO)
    if draft.offset == AGREED and draft.amount > free:
        raise RefundImpossible(
            f"The patient agreed to keep {found.owed_elsewhere:,.2f} back: at most {free:,.2f} goes out.",
            field="amount",
        )


def _ensure_complete(draft: RefundDraft, today: dt.date) -> None:
    ensure_not_sensitive(reason=draft.reason)
    for name, text, sentence in (
        ("reason", draft.reason, "Say why it is returned: the letter says so too."),
        ("payee", draft.payee.name, "Say who gets it."),
    ):
        if not text.strip():
            raise RefundImpossible(sentence, field=name)
    if draft.amount <= ZERO:
        raise RefundImpossible("Enter what is to be returned, more than zero.", field="amount")
    if draft.method == CHECK and not (draft.payee.line1.strip() and draft.payee.zip.strip()):
        raise RefundImpossible("A check needs an address to go to: street and ZIP.", field="line1")
    if draft.method == ACH:
        nacha.ensure_routing(draft.bank.routing, field="payee_routing")
        nacha.ensure_account(draft.bank.account, field="payee_account")
    if draft.offset and (draft.offset_on is None or draft.offset_on > today):
        raise RefundImpossible("Say on which day the patient said so.", field="offset_on")


def overtake_question(refund: Refund, *, now: dt.datetime) -> None:
    """The question whether to return it was settled otherwise: nobody answers it any more."""
    approvals.supersede(ApprovalRequest.objects.filter(subject=REFUND, subject_id=refund.pk), actor=None, now=now)
