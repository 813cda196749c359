"""What a patient asks for on their page, and how a person answers it.

A dispute becomes a case, which answers it: it stops what is asked for the visit, and assistance stops what is asked of
the account, at once, by the same holds that a collector places, with nobody's name under them. Nothing is decided here
by itself.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.amendments import contact_points
from claims.amendments.history import Turn, Word
from claims.parties.models import Account
from collections_app.assistance import services as assistance
from collections_app.assistance.household import Income, checked
from collections_app.assistance.services import AskedAssistance as Applied
from collections_app.contacts.models import Hold
from collections_app.contacts.services import ensure_held, lift_hold
from collections_app.disputes.models import BillingDispute
from collections_app.disputes.services import Entered, open_dispute
from collections_app.portal.contents import SeenBill
from collections_app.portal.deeds import keep_deed
from collections_app.portal.models import PortalDeed, PortalRequest

if TYPE_CHECKING:
    from arwork.staff.models import User

Kind, Did = PortalRequest.Kind, PortalDeed.Kind
#: What a patient may choose on their page, the last one where they chose nothing.
DISPUTED = ("not_mine", "service", "duplicate", "insurance", "paid", "amount", "other")
MOST_OPEN = 12  # of one account: more is a program, or somebody who had better call
LONGEST = 1000
SHORTEST_DISPUTE = 10


class BadRequest(DomainError):
    """What can't be asked as it is, naming the field. The page says it in the patient's language by its code."""

    code = "bad_request"


def dispute(
    account: Account, bill: SeenBill, *, claim_id: int, words: str, kind: str, now: dt.datetime, today: dt.date
) -> PortalRequest:
    """Say that a visit is billed wrongly: it becomes a case (`disputes`), and nothing is asked for the visit until the
    case is answered. Raises `BadRequest`, `NotFound` for a visit that is not on the page."""
    visit = bill.visit(claim_id)
    if visit is None:
        raise NotFound("There is no such visit.")
    words = _said(words, is_needed=True)
    with transaction.atomic():
        _lock(account)
        rows = PortalRequest.objects.filter(account=account, claim=claim_id, kind=Kind.DISPUTE)
        if found := rows.filter(state=PortalRequest.State.OPEN).first():
            return found
        case = open_dispute(
            account.pk, claim_id, kind=kind if kind in DISPUTED else DISPUTED[-1], words=words, amount=None, actor=None,
            today=today, now=now, entered=Entered(came_by=BillingDispute.CameBy.PAGE),
        )  # fmt: skip
        made = _asked(
            account, Kind.DISPUTE, words=words, claim_id=claim_id, hold=case.hold, dispute=case, now=now, today=today
        )
        keep_deed(account, Did.DISPUTED, words=words, claim_id=claim_id, now=now, request=made.pk)
    return made


def ask_assistance(
    account: Account, *, people: int, income: Decimal | None, words: str, now: dt.datetime, today: dt.date
) -> PortalRequest:
    """Ask for financial assistance: what is asked of the account waits for the decision (26 CFR 1.501(r)-6)."""
    if not 1 <= people <= 20:
        raise BadRequest("Say how many people live in the household, 1 to 20.", field="people")
    if income is not None and not 0 <= income < 1_000_000:
        raise BadRequest("Say what comes in each month, or leave it empty.", field="income")
    words = _said(words)
    facts = {"people": people, "income": str(income) if income is not None else ""}
    with transaction.atomic():
        _lock(account)
        open_ones = PortalRequest.objects.filter(account=account, kind=Kind.ASSISTANCE, state=PortalRequest.State.OPEN)
        if found := open_ones.first():
            return found
        hold = _held(account, Hold.Reason.ASSISTANCE, claim_id=None, now=now, today=today)
        made = _asked(account, Kind.ASSISTANCE, words=words, facts=facts, hold=hold, now=now, today=today)
        income_told = None if income is None else [Income("other", "monthly", income)]
        told = Applied(checked(people, income_told, None), channel="page", words=words)
        assistance.apply(account.pk, told, actor=None, today=today, now=now)
        keep_deed(account, Did.ASKED_ASSISTANCE, now=now, request=made.pk)
    return made


def answer_decided(*, account_id: int, words: str, actor: "User", now: dt.datetime) -> None:
    """Assistance was decided: the patient reads it on their page. In the transaction of the decision."""
    rows = PortalRequest.objects.select_for_update().filter(
        account=account_id, kind=Kind.ASSISTANCE, state=PortalRequest.State.OPEN
    )
    for found in rows.order_by("pk"):
        found.state, found.answer = PortalRequest.State.DONE, " ".join(words.split())[:500]
        found.answered_at, found.answered_by = now, actor
        found.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        audit.record(actor, "portal_request_answered", "portal_request", found.pk, practice_id=found.practice_id,
                     after={"account": found.account_id, "kind": found.kind}, now=now)  # fmt: skip
        announce("portal", accounts=[found.account_id])


def ask_plan(
    account: Account, bill: SeenBill, *, monthly: Decimal, day: int, words: str, now: dt.datetime, today: dt.date
) -> PortalRequest:
    """Ask to pay in parts: so much a month, on that day of it; a person agrees on it with the patient."""
    if not 0 < monthly <= bill.due:
        raise BadRequest("Say how much you can pay a month: above zero, and no more than is due.", field="monthly")
    if not 1 <= day <= 28:
        raise BadRequest("Choose a day of the month from 1 to 28.", field="day")
    words = _said(words)
    facts = {"monthly": str(monthly), "day": day}
    with transaction.atomic():
        _lock(account)
        _replace(account, Kind.PLAN)
        made = _asked(account, Kind.PLAN, words=words, facts=facts, now=now, today=today)
        keep_deed(account, Did.ASKED_PLAN, words=f"${monthly:,.2f} a month", now=now, request=made.pk)
    return made


def ask(account: Account, *, words: str, now: dt.datetime, today: dt.date) -> PortalRequest:
    """Ask anything else."""
    words = _said(words, is_needed=True)
    with transaction.atomic():
        _lock(account)
        made = _asked(account, Kind.QUESTION, words=words, now=now, today=today)
        keep_deed(account, Did.ASKED, words=words, now=now, request=made.pk)
    return made


def suggest_contact(account: Account, *, facts: Mapping[str, str], now: dt.datetime, today: dt.date) -> PortalRequest:
    """Tell a new phone number or e-mail address: a suggestion, which a person takes over or not."""
    with transaction.atomic():
        _lock(account)
        _replace(account, Kind.CONTACT)
        made = _asked(account, Kind.CONTACT, facts=dict(facts), now=now, today=today)
        keep_deed(account, Did.CORRECTED, words=", ".join(sorted(facts)), now=now, request=made.pk)
    return made


def requests_of(account: Account) -> QuerySet[PortalRequest]:
    """What was asked on the page of an account, the newest first."""
    return PortalRequest.objects.filter(account=account).select_related("claim", "dispute").order_by("-pk")[:20]


def open_requests(actor: "User") -> QuerySet[PortalRequest]:
    """What patients asked and nobody has answered, the oldest first: what stops money before the rest of its day."""
    rows = PortalRequest.objects.filter(state=PortalRequest.State.OPEN, practice__in=practice_ids(actor))
    return rows.select_related("account__guarantor", "claim", "hold", "practice").order_by("asked_on", "pk")


def answer(
    *,
    request_id: int,
    words: str,
    actor: "User",
    now: dt.datetime,
    today: dt.date,
    is_hold_lifted: bool = False,
    is_taken: bool = False,
) -> PortalRequest:
    """Answer what a patient asked; the patient reads it on their page. `is_hold_lifted` ends what it had stopped,
    `is_taken` takes a new number or address over. Raises `BadRequest`, `Conflict`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    words = " ".join(words.split())[:500]
    if not words:
        raise BadRequest("Write what you did: the patient reads it on their page.", field="words")
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        rows = PortalRequest.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
        found = rows.select_related("account__guarantor").filter(pk=request_id).first()
        if found is None:
            raise NotFound("There is no such request in your practices.")
        if found.state == PortalRequest.State.DONE:
            raise Conflict("Somebody has answered this already. Look again.")
        if found.dispute_id is not None:
            raise Conflict("This dispute is answered on its own page, and the patient reads the answer here.")
        if is_hold_lifted and found.hold_id is not None:
            lift_hold(actor=actor, hold_id=found.hold_id, now=now, why=words)
        if is_taken and found.kind == Kind.CONTACT:
            _take_over(found, Turn(actor, Word("patient", "the patient's own page"), now, today))
        found.state, found.answer, found.answered_at, found.answered_by = PortalRequest.State.DONE, words, now, actor
        found.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        facts = {"account": found.account_id, "kind": found.kind, "hold lifted": is_hold_lifted, "taken": is_taken}
        audit.record(actor, "portal_request_answered", "portal_request", found.pk, practice_id=found.practice_id,
                     after=facts, now=now)  # fmt: skip
        announce("portal", accounts=[found.account_id])
    return found


def dispute_closed(case: BillingDispute, now: dt.datetime) -> None:
    """A case is answered, and so is what the patient asked (`disputes.services.register_closed`)."""
    rows = PortalRequest.objects.filter(dispute=case, state=PortalRequest.State.OPEN)
    for found in rows.select_for_update(of=("self",)):
        found.state, found.answer, found.answered_at, found.answered_by = (
            PortalRequest.State.DONE, case.answer[:500], now, case.closed_by,
        )  # fmt: skip
        found.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        announce("portal", accounts=[found.account_id])


def _take_over(found: PortalRequest, turn: Turn) -> None:
    person_id = found.account.guarantor_id
    if number := found.facts.get("phone"):
        contact_points.add_phone(person_id, number, turn=turn, kind="mobile")
    if address := found.facts.get("email"):
        contact_points.add_email(person_id, address, turn=turn)


def _said(words: str, *, is_needed: bool = False) -> str:
    words = words.strip()[:LONGEST]
    if is_needed and len(words) < SHORTEST_DISPUTE:
        raise BadRequest("Tell us in a few words what it is about.", field="words")
    ensure_not_sensitive(words=words)
    return words


def _lock(account: Account) -> None:
    Account.objects.select_for_update().get(pk=account.pk)
    count = PortalRequest.objects.filter(account=account, state=PortalRequest.State.OPEN).count()
    if count >= MOST_OPEN:
        raise BadRequest("We still have several requests of yours to answer. Please call us.", field="words")


def _replace(account: Account, kind: str) -> None:
    """A newer wish of the same kind takes the place of one that nobody has answered."""
    PortalRequest.objects.filter(account=account, kind=kind, state=PortalRequest.State.OPEN).delete()


def _held(account: Account, reason: str, *, claim_id: int | None, now: dt.datetime, today: dt.date) -> Hold:
    return ensure_held(
        account,
        reason,
        claim_id=claim_id,
        note="Asked by the patient on their page.",
        actor=None,
        now=now,
        today=today,
    )


def _asked(account: Account, kind: str, *, now: dt.datetime, today: dt.date, **facts: Any) -> PortalRequest:
    made = PortalRequest.objects.create(
        practice_id=account.practice_id, account=account, kind=kind, asked_on=today, asked_at=now, **facts
    )
    announce("portal", accounts=[account.pk])
    return made
