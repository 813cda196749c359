"""Carrying a decision out: charity posted visit by visit, money asked back, the hold lifted, the letter on its way; and
taking all of that back. Callers hold the transaction, the account and the application, and know who may.

What can't follow (no postal address, money that may be kept back for another visit) never undoes a decision: it is said
in the history, with what somebody does next.
"""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from claims.adjustments.granted import Granted, post_granted
from claims.adjustments.models import WriteOff
from claims.adjustments.services import reverse_posted
from claims.credits.selectors import claim_moves, credit_of
from claims.credits.sources import CLAIM, CreditSource
from claims.ledger.balances import lock_claims
from claims.refunds.models import Refund
from claims.refunds.payees import payee_of
from claims.refunds.requests import RefundDraft, ask_refund, cancel_refund
from collections_app.assistance import papers
from collections_app.assistance.keeping import lift_holds, note_event, placed_hold, record
from collections_app.assistance.listening import tell_decided
from collections_app.assistance.models import WORDS, AssistanceApplication, AssistanceVisit
from collections_app.assistance.policy import AssistancePolicy
from collections_app.assistance.visits import PATIENT, paid_by_line

if TYPE_CHECKING:
    from arwork.staff.models import User

State = AssistanceApplication.State
BOOKS_TO = "WO_CHARITY"
#: States of a refund in which it has not left.
_STILL_HERE, _ENDED = ("asked", "approved"), ("voided", "refused", "withdrawn", "canceled")


def carry_out_decision(
    one: AssistanceApplication, policy: AssistancePolicy, *, asked_by: "User", actor: "User", today: dt.date,
    now: dt.datetime,
) -> AssistanceApplication:  # fmt: skip
    """Approve: post what its visits say, and all that follows."""
    visits = list(AssistanceVisit.objects.filter(application=one, is_later=False).select_related("claim"))
    post_visits(one, visits, asked_by=asked_by, actor=actor, today=today, now=now)
    one.state, one.next_action, one.next_on = State.APPROVED, "", None
    one.decided_on, one.decided_at, one.decided_by = today, now, asked_by
    one.valid_until = today + dt.timedelta(days=policy.valid_days)
    one.save()
    lift_holds(one.account_id, why="assistance was approved", actor=actor, now=now)
    note_event(one, "approved", words=one.reason, actor=actor, today=today, now=now)
    record(one, "assistance_approved", facts={"discount": one.discount, "covered": one.covered}, actor=actor, now=now)
    ask_money_back(one, visits, actor=actor, today=today, now=now)
    papers.tell_decision(one, visits, actor=actor, today=today, now=now)
    words = f"Approved: {one.discount} percent is taken off."
    tell_decided(account_id=one.account_id, words=words, actor=actor, now=now)
    return one


def carry_out_denial(
    one: AssistanceApplication,
    policy: AssistancePolicy,
    *,
    reason: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> AssistanceApplication:
    """Deny, for a reason that the letter says, with the day until which it can be asked again."""
    if not reason.strip():
        raise DomainError("Say why: the letter says it to the patient.", field="reason")
    one.state, one.reason, one.discount, one.covered = State.DENIED, reason.strip()[:WORDS], 0, ZERO
    one.decided_on, one.decided_at, one.decided_by = today, now, actor
    one.appeal_by = today + dt.timedelta(days=policy.appeal_days)
    one.next_action, one.next_on = "", None
    one.save()
    lift_holds(one.account_id, why="assistance was not approved", actor=actor, now=now)
    note_event(one, "denied", words=reason, actor=actor, today=today, now=now)
    record(one, "assistance_denied", facts={}, actor=actor, now=now)
    papers.tell_decision(one, (), actor=actor, today=today, now=now)
    tell_decided(account_id=one.account_id, words=f"Not approved: {one.reason}", actor=actor, now=now)
    return one


def post_visits(
    one: AssistanceApplication, visits: list[AssistanceVisit], *, asked_by: "User", actor: "User", today: dt.date,
    now: dt.datetime,
) -> None:  # fmt: skip
    """Take off what visits say: one write-off each of what is owed, another of what was paid and goes back."""
    paid = claim_moves([visit.claim_id for visit in visits if visit.back])
    granted = [
        Granted(visit.claim_id, visit.written_off, _over_lines(visit.back, paid_by_line(paid.get(visit.claim_id, ()))))
        for visit in visits
        if visit.written_off or visit.back
    ]
    if not granted:
        return
    rows = post_granted(
        granted, books_to=BOOKS_TO, reason=f"Financial assistance, {one.discount} %", asked_by=asked_by, actor=actor,
        today=today, now=now,
    )  # fmt: skip
    for visit in visits:
        visit.adjustment = next(iter(rows.get(visit.claim_id, ())), None)
        visit.paid_off = next(iter(rows.get(visit.claim_id, ())[1 if visit.written_off else 0 :]), None)
        if visit.back and not visit.written_off:
            visit.adjustment = None
    AssistanceVisit.objects.bulk_update(visits, ["adjustment", "paid_off"], batch_size=200)


def _over_lines(amount: Decimal, paid: dict[int, Decimal]) -> dict[int, Decimal]:
    """What goes back, over the lines that were paid, in their order."""
    found, left = {}, amount
    for line, most in sorted(paid.items()):
        part = min(left, most)
        if part > ZERO:
            found[line], left = part, left - part
    if left > ZERO:
        raise Conflict("What the patient paid is not on the lines of the visit any more. Look at its payments first.")
    return found


def ask_money_back(
    one: AssistanceApplication, visits: list[AssistanceVisit], *, actor: "User", today: dt.date, now: dt.datetime
) -> None:
    """A refund for each visit that was paid beyond what is left of it (26 CFR 1.501(r)-6(c)(6)(i)(C))."""
    for visit in visits:
        if not visit.back:
            continue
        source = CreditSource(CLAIM, visit.claim_id, PATIENT)
        try:
            with transaction.atomic():
                credit = credit_of(source, actor=actor, today=today)
                draft = RefundDraft(visit.back, "Financial assistance was approved", payee_of(credit))
                visit.refund = ask_refund(source, draft=draft, actor=actor, today=today, now=now)
        except DomainError as error:
            one.next_action, one.next_on = f"Return ${visit.back:,.2f} to the patient", today
            one.save(update_fields=["next_action", "next_on"])
            note_event(
                one, "money_back", words=f"${visit.back:,.2f} waits: {error.message}", actor=actor, today=today, now=now
            )
            continue
        visit.save(update_fields=["refund"])
        note_event(one, "money_back", words=f"${visit.back:,.2f}", actor=actor, today=today, now=now)


def take_back(
    one: AssistanceApplication, *, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """Undo a decision: refunds that have not left end, what was taken off is owed again, the hold stands, the letter
    counts no more. Raises `Conflict` where money went back already, or another application is open."""
    if AssistanceApplication.objects.filter(
        account=one.account_id, state__in=("incomplete", "ready", "waiting")
    ).exists():
        raise Conflict("Another application of this account is open. Decide that one, or withdraw it first.")
    visits = list(AssistanceVisit.objects.filter(application=one).select_related("refund"))
    _end_refunds(visits, actor=actor, today=today, now=now)
    ids = [pk for visit in visits for pk in (visit.adjustment_id, visit.paid_off_id) if pk]
    rows = WriteOff.objects.filter(pk__in=ids, state=WriteOff.State.POSTED)
    lock_claims({visit.claim_id for visit in visits})
    if found := list(rows.order_by("pk").select_for_update(of=("self",))):
        reverse_posted(found, reason=reason, actor=actor, today=today, now=now)
    AssistanceVisit.objects.filter(application=one).delete()
    one.hold = placed_hold(
        one.account, note="A decision about assistance was taken back.", actor=actor, today=today, now=now
    )
    before = one.outcome
    papers.void_letter_of(one, reason=reason, actor=actor, now=now)
    one.state, one.next_action, one.next_on = State.READY, "Decide", today
    one.decided_on = one.decided_at = one.decided_by = one.discount = one.valid_until = one.appeal_by = one.letter = (
        None
    )
    one.covered, one.reason = ZERO, ""
    one.save()
    note_event(one, "reversed", words=f"{before}. {reason}", actor=actor, today=today, now=now)
    record(one, "assistance_reversed", facts={"before": before}, actor=actor, now=now)
    return one


def _end_refunds(visits: list[AssistanceVisit], *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    for visit in visits:
        refund: Refund | None = visit.refund
        if refund is None or refund.state in _ENDED:
            continue
        if refund.state not in _STILL_HERE:
            raise Conflict(f"${refund.amount:,.2f} went back to the patient already. Ask for it before you go on.")
        cancel_refund(refund.pk, why="The decision about assistance was taken back", actor=actor, today=today, now=now)
