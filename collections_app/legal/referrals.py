"""Referring an account to a law firm: asked by a supervisor, approved by a second person, sent with its package, and
followed to its end.

Kept true: an account is referred only while nothing speaks against it, asked again when it is approved and when it is
sent; what is sent is one PDF, frozen; money that comes is recorded as any other receipt, and costs are never added to
the bill. Locks: the account, then its referral.
"""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.approvals import services as approvals
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.parties.selectors import own_account
from claims.plausible.places import STATES
from claims.receipts.recording import lock_accounts
from collections_app.legal.gates import ServiceCheck, reasons_against_check, reasons_against_firm
from collections_app.legal.history import note
from collections_app.legal.models import OPEN_REFERRALS, LawFirm, LegalReferral, ReferredVisit
from collections_app.legal.package import make_package
from collections_app.legal.selectors import owner_choices, referral_seen_by
from collections_app.legal.suit_facts import SuitAccount, weighed

if TYPE_CHECKING:
    from arwork.staff.models import User

State = LegalReferral.State
REFERRAL = "legal_referral"
#: What a look-up of military service may say.
SERVICE_CHECKS = LegalReferral.Scra.choices
#: What may follow on what, once the firm has it.
AFTER = {
    State.SENT: (State.ACCEPTED, State.RETURNED, State.SETTLED, State.RECALLED),
    State.ACCEPTED: (State.SUIT, State.SETTLED, State.RETURNED, State.RECALLED),
    State.SUIT: (State.JUDGMENT, State.SETTLED, State.RETURNED, State.RECALLED),
    State.JUDGMENT: (State.SETTLED, State.RETURNED, State.RECALLED),
    State.READY: (State.RECALLED,),
}
#: What is awaited next, and for how many days, once a step was taken.
_NEXT = {
    State.ASKED: ("Answer of a second person", 7),
    State.READY: ("Send the package to the law firm", 3),
    State.SENT: ("The firm accepts it or sends it back", 14),
    State.ACCEPTED: ("Demand letter, or suit", 30),
    State.SUIT: ("Judgment, or an answer", 60),
    State.JUDGMENT: ("Payment of the judgment", 30),
}


class BadReferral(DomainError):
    """A referral that can't be so, naming the field."""

    code = "bad_legal_referral"


class NotToBeSued(Conflict):
    """Something speaks against a suit. Facts: the `reasons`, as sentences."""

    code = "not_to_be_sued"


def add_firm(
    *,
    practice_id: int,
    name: str,
    states: str,
    fee_percent: int,
    reached_at: str,
    agreement_on: dt.date | None,
    actor: "User",
    now: dt.datetime,
) -> LawFirm:
    """Enter a law firm of a practice, with the states in which it may sue. Raises `BadReferral` naming the field."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    named, where = " ".join(name.split()), sorted(set(states.upper().replace(",", " ").split()))
    if not named:
        raise BadReferral("Enter the name of the law firm.", field="name")
    if not where or set(where) - set(STATES):
        raise BadReferral("Name the states in which it may sue, by their two letters: NY NJ.", field="states")
    if not 0 <= fee_percent <= 100:  # noqa: PLR2004
        raise BadReferral("A fee is between 0 and 100 percent.", field="fee_percent")
    ensure_not_sensitive(reached_at=reached_at)
    if LawFirm.objects.filter(practice=practice_id, name=named).exists():
        raise BadReferral("This practice has a law firm of this name already.", field="name")
    with transaction.atomic():
        firm = LawFirm.objects.create(
            practice_id=practice_id, name=named[:120], states=" ".join(where), fee_percent=fee_percent,
            reached_at=" ".join(reached_at.split())[:200], agreement_on=agreement_on, entered_by=actor, entered_at=now,
        )  # fmt: skip
        _told_of_firm("law_firm_entered", firm, actor=actor, now=now)
    return firm


def end_firm(firm_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> LawFirm:
    """No new accounts for this firm; what it has it keeps. Done twice it is done once. Raises `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    with transaction.atomic():
        firm = LawFirm.objects.select_for_update().filter(pk=firm_id, practice__in=practice_ids(actor)).first()
        if firm is None:
            raise NotFound("There is no such law firm in your practices.")
        if firm.ended_on is None:
            firm.ended_on = today
            firm.save(update_fields=["ended_on"])
            _told_of_firm("law_firm_ended", firm, actor=actor, now=now)
    return firm


def ask(
    account_id: int,
    *,
    firm_id: int,
    check: ServiceCheck,
    reason: str,
    known_means: str = "",
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> LegalReferral:
    """Ask a second person to refer an account. Takes somebody who assigns work. Raises `NotToBeSued` with every reason,
    `BadReferral` naming the field, `NotFound`."""
    require(actor, Capability.ASSIGN_WORK)
    ensure_not_sensitive(known_means=known_means)
    own_account(account_id, actor=actor)
    with transaction.atomic():
        account = lock_accounts([account_id])[account_id]
        firm = LawFirm.objects.filter(pk=firm_id, practice=account.practice_id, ended_on=None).first()
        if firm is None:
            raise BadReferral("Choose a law firm of this practice.", field="firm")
        seen = _ensure_may_sue(account_id, firm, check, today)
        text, days = _NEXT[State.ASKED]
        referral = LegalReferral.objects.create(
            practice_id=account.practice_id, account=account, firm=firm, owner=actor, next_action=text,
            next_on=today + dt.timedelta(days=days), amount=seen.facts.owed, reason=reason.strip()[:300],
            scra=check.said, scra_checked_on=check.checked_on, known_means=known_means.strip()[:300], asked_by=actor,
            asked_on=today, asked_at=now,
        )  # fmt: skip
        ReferredVisit.objects.bulk_create(
            [ReferredVisit(referral=referral, claim_id=one.claim_id, amount=one.amount) for one in seen.debts]
        )
        question = approvals.Question(
            REFERRAL, REFERRAL, referral.practice_id, REFERRAL, referral.pk, amount=referral.amount,
            account_id=account_id,
        )  # fmt: skip
        approvals.ask(question, reason=reason, actor=actor, today=today, now=now)
        note(referral, "asked", actor=actor, today=today, now=now, facts={"amount": referral.amount})
    return referral


def send(referral_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> LegalReferral:
    """Make the package and give the account to the firm: from now on it is the firm's, and nobody of ours asks for it.
    Asked again whether anything speaks against it. Raises `NotToBeSued`, `Conflict`."""
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        referral = _locked(referral_id, actor)
        if referral.state != State.READY:
            raise Conflict("It waits for a second person, or was sent already. Look at it again.")
        check = ServiceCheck(referral.scra, referral.scra_checked_on)
        seen = _ensure_may_sue(referral.account_id, referral.firm, check, today, besides=referral)
        document = make_package(referral, seen, actor=actor, today=today, now=now)
        referral.package, referral.package_sha256, referral.sent_on = document, document.sha256, today
        _step(referral, State.SENT, today)
        referral.save()
        facts = {"firm": referral.firm_id, "sha256": document.sha256}
        note(referral, "sent", words=referral.firm.name, actor=actor, today=today, now=now, facts=facts)
    return referral


def advance(
    referral_id: int,
    *,
    state: str,
    on: dt.date,
    words: str = "",
    amount: Decimal | None = None,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> LegalReferral:
    """Enter what the firm or the court did: accepted, suit filed, judgment (with its amount), settled, returned; or
    recall it. Raises `BadReferral` naming the field, `Conflict` for what can't follow."""
    require(actor, Capability.ASSIGN_WORK)
    if on > today:
        raise BadReferral("This day is still to come.", field="on")
    with transaction.atomic():
        referral = _locked(referral_id, actor)
        allowed = AFTER.get(State(referral.state), ())
        if state not in [one.value for one in allowed]:
            raise Conflict(f"That does not follow on “{referral.get_state_display().lower()}”.")
        if on < (referral.sent_on or referral.asked_on):
            raise BadReferral("That is before it was sent.", field="on")
        if state == State.JUDGMENT:
            if not amount or amount <= ZERO:
                raise BadReferral("Enter the amount of the judgment.", field="amount")
            referral.judged_amount = amount
        days = {State.ACCEPTED: "accepted_on", State.SUIT: "suit_on", State.JUDGMENT: "judged_on"}
        if (name := days.get(State(state))) is not None:
            setattr(referral, name, on)
        _step(referral, State(state), on, today=today)
        referral.save()
        facts = {"amount": amount} if amount else {}
        note(referral, state, words=words, actor=actor, today=on, now=now, facts=facts)
    return referral


def what_follows(referral: LegalReferral) -> list[tuple[str, str]]:
    """What may be entered next: code and words of each state."""
    return [(one.value, str(one.label)) for one in AFTER.get(State(referral.state), ())]


def add_costs(
    referral_id: int, *, amount: Decimal, words: str, actor: "User", today: dt.date, now: dt.datetime
) -> LegalReferral:
    """Costs that the court or the firm billed to the practice. Never added to what the patient owes."""
    require(actor, Capability.ASSIGN_WORK)
    if amount <= ZERO:
        raise BadReferral("Enter the costs, more than zero.", field="amount")
    with transaction.atomic():
        referral = _locked(referral_id, actor)
        referral.cost_amount += amount
        referral.save(update_fields=["cost_amount"])
        text = f"${amount:,.2f} {words.strip()}".strip()
        note(referral, "costs", words=text, actor=actor, today=today, now=now, facts={"amount": amount})
    return referral


def plan_step(
    referral_id: int,
    *,
    next_action: str,
    next_on: dt.date,
    owner_id: int,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> LegalReferral:
    """Say who does what next, and when. Raises `BadReferral` naming the field, `Conflict` where it is over."""
    require(actor, Capability.WORK_ITEMS)
    words = " ".join(next_action.split())
    if not words:
        raise BadReferral("Say what is to be done next.", field="next_action")
    if next_on < today:
        raise BadReferral("Choose today or a later day.", field="next_on")
    ensure_not_sensitive(next_action=words)
    with transaction.atomic():
        referral = _locked(referral_id, actor)
        if not referral.is_open:
            raise Conflict(f"This referral is over: {referral.get_state_display().lower()}.")
        if owner_id not in dict(owner_choices(actor, referral.practice_id)):
            raise BadReferral("Choose somebody of this practice.", field="owner")
        referral.next_action, referral.next_on, referral.owner_id = words[:200], next_on, owner_id
        referral.save(update_fields=["next_action", "next_on", "owner"])
        text = f"{words} by {next_on:%b} {next_on.day}"
        note(referral, "planned", words=text, actor=actor, today=today, now=now)
    return referral


def allow(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The second person agreed. Raises `NotToBeSued` where something speaks against it by now."""
    referral = LegalReferral.objects.select_related("firm").get(pk=request.subject_id)
    if referral.state != State.ASKED:
        raise Conflict("It was settled otherwise. Refuse this.")
    check = ServiceCheck(referral.scra, referral.scra_checked_on)
    _ensure_may_sue(referral.account_id, referral.firm, check, today, besides=referral)
    _step(referral, State.READY, today)
    referral.save()
    note(referral, "approved", actor=actor, today=today, now=now)


def note_ended(requests: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """The second person did not agree, or the question was withdrawn: the referral is over."""
    today = timezone.localdate(now)
    for request in requests:
        referral = LegalReferral.objects.get(pk=request.subject_id)
        if referral.state == State.ASKED:
            _step(referral, State.REFUSED, today)
            referral.save()
            code = "refused" if request.state == ApprovalRequest.State.REFUSED else "withdrawn"
            note(referral, code, words=request.note, actor=actor, today=today, now=now)


def lock_referrals(requests: Requests) -> None:
    """Lock the accounts of the referrals that are asked about, then the referrals, each in id order."""
    rows = LegalReferral.objects.filter(pk__in=[one.subject_id for one in requests])
    lock_accounts(rows.values_list("account_id", flat=True))
    list(rows.order_by("pk").select_for_update().values_list("pk"))


KIND = ApprovalKind(
    REFERRAL, "Referral to a law firm", carry_out=one_by_one(allow), lock=lock_referrals, ended=note_ended,
    address="legal_referral",
)  # fmt: skip


def _ensure_may_sue(
    account_id: int, firm: LawFirm, check: ServiceCheck, today: dt.date, *, besides: LegalReferral | None = None
) -> SuitAccount:
    seen = weighed([account_id], today, besides=besides)[account_id]
    reasons = [
        *seen.reasons,
        *reasons_against_check(check, seen.figures, today),
        *reasons_against_firm(firm.name, firm.states.split(), seen.facts.states),
    ]
    if reasons:
        raise NotToBeSued(" ".join(reasons), reasons=reasons)
    return seen


def _step(referral: LegalReferral, state: State, on: dt.date, *, today: dt.date | None = None) -> None:
    """The state, and what is awaited next."""
    referral.state = state
    if state in OPEN_REFERRALS:
        text, days = _NEXT[state]
        referral.next_action, referral.next_on = text, (today or on) + dt.timedelta(days=days)
    else:
        referral.next_action, referral.next_on, referral.ended_on = "", None, on


def _locked(referral_id: int, actor: "User") -> LegalReferral:
    seen = referral_seen_by(actor, referral_id)
    lock_accounts([seen.account_id])
    rows = LegalReferral.objects.select_for_update(of=("self",)).select_related("firm", "account__guarantor")
    return rows.get(pk=referral_id)


def _told_of_firm(action: str, firm: LawFirm, *, actor: "User", now: dt.datetime) -> None:
    after = {"name": firm.name, "states": firm.states, "fee_percent": firm.fee_percent}
    audit.record(actor, action, "law_firm", firm.pk, practice_id=firm.practice_id, after=after, now=now)
