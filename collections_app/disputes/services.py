"""Opening a dispute, taking it over, planning its next step, closing it, and opening a closed one again."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.ledger.visits import visit_bills
from claims.parties.models import Account
from claims.parties.selectors import own_account
from collections_app.disputes import clocks, holding
from collections_app.disputes.history import keep
from collections_app.disputes.models import BillingDispute, DisputeEvent, GuestQuestion
from collections_app.disputes.states import CLOSED, may_close, standing_state
from collections_app.disputes.terms import estimate_rule, terms_of

if TYPE_CHECKING:
    from arwork.staff.models import User

Kind, Did = BillingDispute.Kind, DisputeEvent.Kind
FIRST_STEP = "Look at the bill and decide whom to ask"
LONGEST = 2_000
SHORTEST = 3
#: Told when a case is closed, in its transaction: what the patient asked on their page is answered with it.
Listener = Callable[[BillingDispute, dt.datetime], None]
_listeners: list[Listener] = []


class BadDispute(DomainError):
    """A dispute that can't be kept or closed as entered, naming the field."""

    code = "bad_dispute"


@dataclass(frozen=True, slots=True)
class Entered:
    """What is entered of a dispute beside its kind, words and amount."""

    came_by: str = BillingDispute.CameBy.PHONE
    received_on: dt.date | None = None
    line_numbers: Sequence[int] = ()
    estimate: Decimal | None = None


def register_closed(listener: Listener) -> None:
    """Tell `listener` of every case that is closed; the app does when it is ready."""
    if listener not in _listeners:
        _listeners.append(listener)


def open_dispute(
    account_id: int,
    claim_id: int | None,
    *,
    kind: str,
    words: str,
    amount: Decimal | None,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    entered: Entered | None = None,
) -> BillingDispute:
    """Open a case about a visit, or a whole account: from now on nothing is asked for it (12 CFR 1006.38; one above its
    good-faith estimate: 45 CFR 149.620). `amount` None is all that is owed, `actor` None the patient, on
    their own page.

    Raises `BadDispute` naming the field, `Forbidden`, `NotFound`, `SensitiveText`.
    """
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
        own_account(account_id, actor=actor)
    given = entered or Entered()
    said = _said(kind, words)
    received_on = given.received_on or today
    if received_on > today:
        raise BadDispute("This day is still to come.", field="received_on")
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).filter(pk=account_id, merged_into=None).first()
        if account is None:
            raise NotFound("There is no such account.")
        claim = _claim_of(account, claim_id)
        owed = owed_on(account.pk, claim.pk if claim else None)
        above = _above_estimate(claim, kind, given, received_on=received_on, today=today)
        found = BillingDispute.objects.create(
            practice_id=account.practice_id,
            account=account,
            claim=claim,
            kind=kind,
            words=said,
            amount=_amount(amount, owed),
            line_numbers=_numbers_of(claim, given.line_numbers),
            came_by=given.came_by,
            received_on=received_on,
            answer_by=answer_clocks(account, received_on)[0].due_on,
            hold=holding.held(account, claim.pk if claim else None, kind, actor=actor, today=today, now=now),
            owner=actor,
            next_action=FIRST_STEP,
            next_on=today,
            opened_at=now,
            opened_by=actor,
            owed_before=owed,
            **above,
        )
        keep(found, Did.OPENED, actor=actor, words=said[:1000], who="" if actor else "the patient", now=now)
        _trail(actor, "dispute_opened", found, now=now, kind=kind, amount=str(found.amount))
    return found


def own_dispute(dispute_id: int, *, actor: "User", locked: bool = False) -> BillingDispute:
    """A case of the actor's practices. Raises `NotFound`."""
    rows = BillingDispute.objects.select_for_update(of=("self",)) if locked else BillingDispute.objects.all()
    rows = rows.select_related(
        "account__guarantor", "account__practice", "claim", "practice", "hold", "owner", "letter"
    )
    found = rows.filter(pk=dispute_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such dispute in your practices.")
    return found


def take(dispute_id: int, *, actor: "User", now: dt.datetime) -> BillingDispute:
    """Answer for a case from now on. Raises `Conflict` where it is closed."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = standing_dispute(dispute_id, actor)
        found.owner = actor
        found.save(update_fields=["owner"])
        keep(found, Did.TAKEN, actor=actor, now=now)
        _trail(actor, "dispute_taken", found, now=now)
    return found


def plan_next(
    dispute_id: int, *, action: str, on: dt.date, actor: "User", today: dt.date, now: dt.datetime
) -> BillingDispute:
    """Say what comes next and when. Raises `BadDispute`, `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    action = " ".join(action.split())[:120]
    if not action:
        raise BadDispute("Say what comes next.", field="action")
    if on < today:
        raise BadDispute("Choose today or a later day.", field="on")
    ensure_not_sensitive(action=action)
    with transaction.atomic():
        found = standing_dispute(dispute_id, actor)
        found.next_action, found.next_on, found.owner = action, on, found.owner or actor
        found.save(update_fields=["next_action", "next_on", "owner"])
        keep(found, Did.PLANNED, actor=actor, words=action, now=now)
        _trail(actor, "dispute_planned", found, now=now, on=on)
    return found


def close(dispute_id: int, *, to: str, answer: str, actor: "User", today: dt.date, now: dt.datetime) -> BillingDispute:
    """Answer a dispute: the bill was corrected, it is right, or the patient gave it up. The hold ends unless another
    dispute stands on it; questions that nobody answered end too. The patient reads `answer` on their page.

    Raises `BadDispute` naming the field, `Conflict` where it is closed, `Forbidden`, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    answer = " ".join(answer.split())[:1000]
    if to not in CLOSED:
        raise BadDispute("Say what came of it.", field="to")
    if not answer:
        raise BadDispute("Write what you found: the patient reads it.", field="answer")
    ensure_not_sensitive(answer=answer)
    with transaction.atomic():
        found = standing_dispute(dispute_id, actor)
        if not may_close(found.state, to):
            raise Conflict("This dispute can't be closed so.")
        GuestQuestion.objects.filter(dispute=found, answered_at=None, revoked_at=None).update(revoked_at=now)
        found.owed_after = owed_on(found.account_id, found.claim_id)
        found.state, found.answer, found.next_on, found.next_action = to, answer, None, ""
        found.closed_on, found.closed_at, found.closed_by = today, now, actor
        found.owner = found.owner or actor
        found.save()
        holding.release(found, actor=actor, why=str(found.get_state_display()), now=now)
        keep(found, to, actor=actor, words=answer, now=now)
        for listener in _listeners:
            listener(found, now)
        _trail(actor, "dispute_closed", found, now=now, state=to)
    return found


def reopen(dispute_id: int, *, why: str, actor: "User", today: dt.date, now: dt.datetime) -> BillingDispute:
    """Open a closed case again: its answer was a mistake, or the patient has more to say. The hold stands again at
    once. Raises `BadDispute`, `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    why = " ".join(why.split())[:1000]
    if not why:
        raise BadDispute("Say why it is opened again.", field="why")
    ensure_not_sensitive(why=why)
    with transaction.atomic():
        found = _locked(dispute_id, actor)
        if found.is_open:
            raise Conflict("This dispute is open already. Look at it again.")
        found.hold = holding.held(found.account, found.claim_id, found.kind, actor=actor, today=today, now=now)
        found.state = BillingDispute.State.OPEN
        found.closed_on = found.closed_at = found.closed_by = None
        found.next_action, found.next_on, found.owner = FIRST_STEP, today, actor
        found.save()
        follow_questions(found)  # an answer that came before it was closed is still an answer
        keep(found, Did.REOPENED, actor=actor, words=why, now=now)
        _trail(actor, "dispute_reopened", found, now=now)
    return found


def follow_questions(found: BillingDispute) -> None:
    """Bring the state of a case that is open in line with its questions, in the caller's transaction."""
    asked = GuestQuestion.objects.filter(dispute=found)
    found.state = standing_state(
        is_awaited=asked.filter(answered_at=None, revoked_at=None).exists(),
        has_answer=asked.filter(answered_at__isnull=False).exists(),
    )
    found.save(update_fields=["state", "next_action", "next_on"])


def owed_on(account_id: int, claim_id: int | None) -> Decimal:
    """What the patient owes on a visit, or on the account. One query."""
    rows = Receivable.objects.filter(account=account_id, bucket="PATIENT", amount__gt=0)
    rows = rows.filter(claim=claim_id) if claim_id else rows
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO


def answer_clocks(account: Account, received_on: dt.date) -> list[clocks.Clock]:
    """By when a dispute of an account is answered, the first to run out first. Two queries."""
    return clocks.clocks(received_on, terms_of(account, on=received_on))


def estimate_of(claim: Claim, estimate: Decimal, *, received_on: dt.date) -> tuple[Decimal, clocks.EstimateStanding]:
    """What a visit is billed at, and how that stands beside its estimate. Four queries.

    Billed is what was charged less what was taken off it: what was paid, by whomever, lowers no bill.
    """
    [bill] = visit_bills([claim])
    billed = bill.brought_forward + bill.charge - bill.agreed_off - bill.forgiven
    standing = clocks.estimate_standing(
        estimate=estimate,
        billed=billed,
        first_billed_on=claim.first_statement_on,
        received_on=received_on,
        is_self_pay=claim.coverage1_id is None,
        rule=estimate_rule(claim.practice_id, on=received_on),
    )
    return billed, standing


def estimate_facts(found: BillingDispute) -> tuple[clocks.EstimateStanding, clocks.EstimateRule]:
    """How a bill above its estimate stood when it was disputed, and the rule that held. One query."""
    rule = estimate_rule(found.practice_id, on=found.received_on)
    standing = clocks.estimate_standing(
        estimate=found.estimate or ZERO,
        billed=found.billed or ZERO,
        first_billed_on=found.claim.first_statement_on if found.claim else None,
        received_on=found.received_on,
        is_self_pay=True,
        rule=rule,
    )
    return standing, rule


def _above_estimate(
    claim: Claim | None, kind: str, given: Entered, *, received_on: dt.date, today: dt.date
) -> dict[str, Any]:
    if kind != Kind.ESTIMATE:
        return {}
    if claim is None:
        raise BadDispute("Choose the visit that the estimate was for.", field="claim")
    if given.estimate is None or given.estimate < 0:
        raise BadDispute("Enter the total of the good-faith estimate.", field="estimate")
    billed, standing = estimate_of(claim, given.estimate, received_on=received_on)
    if standing.why_not:
        raise BadDispute(f"{standing.why_not} Keep it as a dispute about the amount.", field="estimate")
    return {"estimate": given.estimate, "billed": billed}


def _said(kind: str, words: str) -> str:
    if kind not in Kind.values:
        raise BadDispute("Choose what is disputed.", field="kind")
    said = words.strip()[:LONGEST]
    if len(said) < SHORTEST:
        raise BadDispute("Write what the patient says is wrong.", field="words")
    ensure_not_sensitive(words=said)
    return said


def _claim_of(account: Account, claim_id: int | None) -> Claim | None:
    if claim_id is None:
        return None
    found = Claim.objects.filter(pk=claim_id, account=account, merged_into=None).first()
    if found is None:
        raise NotFound("There is no such visit on this account.")
    return found


def _amount(asked: Decimal | None, owed: Decimal) -> Decimal:
    if asked is None:
        return owed
    if asked < 0:
        raise BadDispute("An amount is zero or above.", field="amount")
    return asked


def _numbers_of(claim: Claim | None, numbers: Sequence[int]) -> str:
    if not numbers or claim is None:
        return ""
    known = set(claim.lines.exclude(number=0).values_list("number", flat=True))
    if not set(numbers) <= known:
        raise BadDispute("Choose services of this visit.", field="lines")
    chosen = sorted(set(numbers))
    return "" if set(chosen) == known else " ".join(str(one) for one in chosen)


def _locked(dispute_id: int, actor: "User") -> BillingDispute:
    """The case with its account, the account first: who opens another dispute of the visit waits, and finds its hold
    either lifted or standing."""
    account_id = own_dispute(dispute_id, actor=actor).account_id
    Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    return own_dispute(dispute_id, actor=actor, locked=True)


def standing_dispute(dispute_id: int, actor: "User") -> BillingDispute:
    """A case that is not closed, locked after its account, in the caller's transaction. Raises `Conflict`."""
    found = _locked(dispute_id, actor)
    if not found.is_open:
        raise Conflict("This dispute is closed. Open it again if there is more to say.")
    return found


def _trail(actor: "User | None", action: str, found: BillingDispute, *, now: dt.datetime, **facts: object) -> None:
    told = {"account": found.account_id, "claim": found.claim_id, **facts}
    audit.record(actor, action, "billing_dispute", found.pk, practice_id=found.practice_id, after=told, now=now)
    announce("dispute", accounts=[found.account_id], claims=[found.claim_id] if found.claim_id else [])
