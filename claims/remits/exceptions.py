"""What people decide about remittances: whose payment it is, which line, post as sent, dismiss, leave the deposit out.

Every decision is one transaction with its audit row. Money of an exception stands in UNAPPLIED and is applied from
there; nothing posted is ever changed, a wrong decision is undone by reversing what it posted. A deposit that is not
the practice's, or only a test, is left out as a whole with a reason, and can be taken up again.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, may, require
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.remits import after_posting, manual_allocation, second_person, undo
from claims.remits.adjustment_rules import treat_of
from claims.remits.after_posting import tell_followers
from claims.remits.balancing import credit_made, overcharge
from claims.remits.cases import PaymentCase, load_cases
from claims.remits.decisions import exception_decision, locked_exception, record_decision
from claims.remits.duplicate_remits import has_posted
from claims.remits.entered_by_hand import ensure_no_entry_stands, is_booked_by_hand
from claims.remits.entries import posting_entries
from claims.remits.era import ExceptionReason, Trouble
from claims.remits.manual_allocation import LineAllocation
from claims.remits.match_rules import ClaimMatch
from claims.remits.matching import point_kept, practices_within_reach
from claims.remits.models import SET_ASIDE, RemitClaim, RemitException, Remittance
from claims.remits.onboarding import can_open_claim, open_missing_claims, service_day
from claims.remits.posting import (
    entry_source,
    judge_payment,
    post_payments,
    posted_payment_of,
    rematch_payment,
    retry_cured,
)
from claims.remits.provider_adjustments import PLB_ACCOUNT_CHOICES
from claims.remits.release import release_remittance
from claims.remits.selectors import cash_of_nobody

if TYPE_CHECKING:
    from arwork.staff.models import User


_NOT_POSTED_HERE = "The payment that it reverses was never posted here: dismiss it, and the cash stays unapplied."


def match_exception(
    exception_id: int, *, claim_id: int, actor: "User", today: dt.date, now: dt.datetime
) -> RemitException:
    """Say which claim a payment means and post it there. Keeps the match even where posting finds something else.

    It may be a claim of a sister practice, for whoever works in both: its cash is due from one to the other then.
    """
    with exception_decision(exception_id, actor) as (exception, row):
        within = practices_within_reach(exception.practice_id, actor=actor)
        claim = Claim.objects.filter(pk=claim_id, practice__in=within).first()
        if claim is None:
            raise NotFound("There is no such claim in this practice.")
        before = {"claim": row.claim_id}
        point_kept({row: ClaimMatch(claim.pk, "person")})
        _settle(exception, row, actor=actor, today=today, now=now, how="match")
        record_decision(exception, "match", actor=actor, now=now, before=before, after={"claim": claim.pk})
    return exception


def create_claim(
    exception_id: int, *, actor: "User", today: dt.date, now: dt.datetime, service_on: dt.date | None = None
) -> RemitException:
    """Open a claim from the payment that found none, and post it there; `service_on` where it names no day."""
    with exception_decision(exception_id, actor) as (exception, row):
        if row.claim_id or not can_open_claim(row):
            raise Conflict("A claim can be opened only from a payment with a number and a charge that matched none.")
        if not service_day(row, exception.remittance, service_on):
            raise DomainError("The payment names no day of service that is possible: enter it.", field="service_on")
        if Claim.objects.filter(practice_id=exception.practice_id, number=row.number[:38]).exists():
            raise Conflict("A claim with this number exists. Match it, or bill the right number.")
        if (found := rematch_payment(row, practice_id=exception.practice_id)).is_elsewhere and found.trouble:
            raise Conflict(found.trouble.detail)
        missing = ClaimMatch(trouble=Trouble(ExceptionReason.UNMATCHED, ""))
        lines = list(row.lines.order_by("position"))
        open_missing_claims(exception.remittance, [(row, lines, missing)], today=today, now=now, service_on=service_on)
        claim = Claim.objects.get(practice_id=exception.practice_id, number=row.number[:38])
        point_kept({row: ClaimMatch(claim.pk, "created")})
        _settle(exception, row, actor=actor, today=today, now=now, how="create")
        record_decision(exception, "create", actor=actor, now=now, after={"claim": claim.pk})
    return exception


def allocate_exception(
    exception_id: int, *, lines: Sequence[LineAllocation], actor: "User", today: dt.date, now: dt.datetime
) -> RemitException:
    """Post a payment as a person allocated it to the lines; what is left stays with the payer.

    Raises `DomainError` unless the payments add up to what came and no line gets more than it owes. To write off or
    to transfer more than the payer said takes somebody who may post money.
    """
    with exception_decision(exception_id, actor) as (exception, row):
        case, treat = _case(exception, row), _treat(exception.remittance)
        proposed = manual_allocation.proposed_allocations(case, treat)
        moves = manual_allocation.allocation_moves(case.paid, case.owed, lines, proposed=proposed)
        beyond = manual_allocation.beyond_the_payer(case.paid, lines, proposed, treat=treat)
        if beyond and not may(actor, Capability.POST_MONEY):
            raise manual_allocation.Misallocated(f"{beyond} Ask a supervisor to post it.")
        undo.remember_claim_state(exception, row)
        source = entry_source(case, exception.remittance, today=today)
        made = manual_allocation.allocation_plan(case, moves, lines, treat=treat)
        posted = [(case, made)]
        entries = posting_entries(source, moves, waited=row.paid)
        ledger.post(
            entries,
            now=now,
            actor=actor,
            reason="remit",
            icns=after_posting.claim_control_numbers(posted, paid_on=exception.remittance.paid_on),
        )
        after_posting.mark_posted(posted, remittance=exception.remittance, now=now, today=today)
        tell_followers([posted_payment_of(case, made, remittance=exception.remittance)], today=today)
        _close(exception, actor=actor, today=today, now=now, how="allocate")
        retry_cured([case.row], today=today, now=now, actor=actor)
        record_decision(exception, "allocate", actor=actor, now=now, after={"lines": len(lines), "paid": row.paid})
    return exception


def accept_exception(
    exception_id: int,
    *,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
    account: str = "",
    agreed: Decimal | None = None,
) -> RemitException:
    """Take it as the payer sent it.

    A claim payment posts as proposed, a deposit that does not tie out posts with the difference kept unapplied, one
    of a day that has not come is booked as paid today, and a provider adjustment is booked to `account`, one of
    `PLB_ACCOUNT_CHOICES`; one that is booked and not settled stays where it stands, and is nobody's question any more.
    A credit above what the actor settles alone raises `NeedsSecondPerson`, unless a second person agreed to that many
    dollars (`agreed`).
    """
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        exception = locked_exception(exception_id, actor)
        row, before = exception.remit_claim, None
        if row is not None:
            if row.claim_id is None:
                raise Conflict("Match a claim first, or open one: a payment can't be posted without a claim.")
            case = _case(exception, row)
            if case.owed and (wrong := overcharge(judge_payment(case, _treat(exception.remittance)).moves, case.owed)):
                raise Conflict(f"{wrong} {_NOT_POSTED_HERE}")
            cost = cost_of(exception, second_person.ACCEPT)
            second_person.ensure_settled_by_enough(exception, cost=cost, actor=actor, today=today, agreed=agreed)
            _settle(exception, row, actor=actor, today=today, now=now, how="accept", is_accepted=True)
        else:
            if exception.provider_adjustment and exception.code == ExceptionReason.UNMAPPED_PLB:
                if account not in PLB_ACCOUNT_CHOICES:
                    raise DomainError("Choose the account that this provider adjustment belongs to.")
                exception.provider_adjustment.account = account
                exception.provider_adjustment.save(update_fields=["account"])
            if exception.code == ExceptionReason.ENTERED_BY_HAND:
                ensure_no_entry_stands(exception.remittance)
            if exception.code == ExceptionReason.FUTURE_DATE:
                before = {"paid_on": exception.remittance.paid_on}
                exception.remittance.paid_on = min(exception.remittance.paid_on, today)
                exception.remittance.save(update_fields=["paid_on"])
            after_posting.close_exceptions([exception], how="accept", reason=account, now=now, actor=actor)
        after = {"code": exception.code, "account": account}
        record_decision(exception, "accept", actor=actor, now=now, before=before, after=after)
    if row is None:
        release_remittance(exception.remittance, today=today, now=now, actor=actor)
    return exception


def dismiss_exception(
    exception_id: int, *, reason: str, actor: "User", today: dt.date, now: dt.datetime, agreed: Decimal | None = None
) -> RemitException:
    """Leave a claim payment unposted, with a reason; its cash stays unapplied and is shown as such. A question about
    the whole deposit leaves all of it out. More cash than the actor settles alone raises `NeedsSecondPerson`, unless
    a second person agreed to that many dollars (`agreed`)."""
    if not reason.strip():
        raise DomainError("Say why: whoever looks at the unapplied cash later needs to know.")
    ensure_not_sensitive(reason=reason)
    if RemitException.objects.filter(pk=exception_id, remit_claim=None).exists():
        require(actor, Capability.RESOLVE_EXCEPTIONS)
        with transaction.atomic():
            exception = locked_exception(exception_id, actor)
            leave_out_deposit(exception, reason=reason, actor=actor, today=today, now=now, agreed=agreed)
        return exception
    with exception_decision(exception_id, actor) as (exception, row):
        cost = cost_of(exception, second_person.DISMISS)
        second_person.ensure_settled_by_enough(exception, cost=cost, actor=actor, today=today, agreed=agreed)
        row.state = RemitClaim.State.DISMISSED
        row.save(update_fields=["state"])
        state = RemitException.State.DISMISSED
        after_posting.close_exceptions([exception], how="dismiss", reason=reason, now=now, actor=actor, state=state)
        after_posting.refresh_remittance_state(exception.remittance, today=today)
        record_decision(
            exception, "dismiss", actor=actor, now=now, after={"code": exception.code, "amount": exception.amount}
        )
    return exception


def cost_of(exception: RemitException, action: str) -> tuple[str, Decimal]:
    """What accepting or dismissing costs, as the limits count it: the kind, and dollars. Call under its lock.

    Accepting costs the credit that it leaves; dismissing, the cash that no claim gets.
    """
    row = exception.remit_claim
    if action == second_person.DISMISS:
        cash = exception.remittance.amount if row is None else exception.amount
        if row is None and is_booked_by_hand(exception.remittance):
            return second_person.CASH_LEFT_OUT, ZERO
        return second_person.CASH_LEFT_OUT, abs(cash)
    if row is None or row.claim_id is None:
        return second_person.OVER_CREDIT, ZERO
    case = _case(exception, row)
    left = credit_made(judge_payment(case, _treat(exception.remittance)).moves, case.owed) if case.owed else ZERO
    return second_person.OVER_CREDIT, max(left, ZERO)


def reopen_exception(exception_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RemitException:
    """Take a dismissal back: the payment waits again, its cash where it always stood. Raises `Conflict`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        exception = locked_exception(exception_id, actor, state=RemitException.State.DISMISSED)
        row, remittance = exception.remit_claim, exception.remittance
        if row is None and exception.resolution == LEFT_OUT:
            take_up_deposit(exception, actor=actor, now=now)
            return exception
        if row is None or row.state != RemitClaim.State.DISMISSED or remittance.state in SET_ASIDE:
            raise Conflict("A whole copy of this remittance took its place. Work the payment there.")
        if row.paid > 0 and cash_of_nobody(remittance.pk) < row.paid:
            raise Conflict("Its cash was returned to the payer: nothing of it is here to be applied.")
        before = {"reason": exception.reason}
        RemitClaim.objects.filter(pk=row.pk).update(state=RemitClaim.State.EXCEPTION)
        state = RemitException.State.OPEN
        after_posting.close_exceptions([exception], how="", reason="", now=None, actor=None, state=state)
        after_posting.refresh_remittance_state(remittance, today=today)
        record_decision(exception, "reopen", actor=actor, now=now, before=before)
    return exception


def retry_exception(exception_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RemitException:
    """Judge a payment again after something was put right elsewhere: a replaced claim, a new coverage, a claim that was
    read since."""
    with exception_decision(exception_id, actor) as (exception, row):
        if row.claim_id:
            point_kept({row: ClaimMatch(row.claim_id, row.matched_by)})
        elif (match := rematch_payment(row, practice_id=exception.practice_id)).claim_id:
            point_kept({row: match})
        _settle(exception, row, actor=actor, today=today, now=now, how="retry")
        record_decision(exception, "retry", actor=actor, now=now, after={"claim": row.claim_id})
    return exception


def _settle(
    exception: RemitException,
    row: RemitClaim,
    *,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
    how: str,
    is_accepted: bool = False,
) -> None:
    treat = _treat(exception.remittance)
    undo.remember_claim_state(exception, row)
    done = post_payments(
        [row], remittance=exception.remittance, treat=treat, today=today, now=now, actor=actor, is_accepted=is_accepted
    )
    if done:
        _close(exception, actor=actor, today=today, now=now, how=how)
        retry_cured(done, today=today, now=now, actor=actor)
    else:
        exception.refresh_from_db()


def _close(exception: RemitException, *, actor: "User", today: dt.date, now: dt.datetime, how: str) -> None:
    after_posting.close_exceptions([exception], how=how, reason="", now=now, actor=actor)
    after_posting.refresh_remittance_state(exception.remittance, today=today)
    exception.state = RemitException.State.RESOLVED
    undo.save_undo_state(exception)


def _case(exception: RemitException, row: RemitClaim) -> PaymentCase:
    case = load_cases([row], remittance=exception.remittance, lock=True)[0]
    if case.owed is None:
        raise Conflict("Match a claim first, or open one.")
    return case


def _treat(remittance: Remittance) -> Any:
    return treat_of(remittance)


LEFT_OUT = "left out"


def may_leave_out_deposit(remittance: Remittance) -> bool:
    """Whether the deposit is held and nothing of it was booked."""
    return remittance.state == Remittance.State.STAGED and not has_posted(remittance)


def leave_out_deposit(
    exception: RemitException,
    *,
    reason: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
    agreed: Decimal | None = None,
) -> None:
    """Set the deposit of a hold aside, with every question about it. Call under its lock.

    Raises `Conflict`, and `NeedsSecondPerson` unless somebody agreed to that many dollars.
    """
    remittance = exception.remittance
    if not may_leave_out_deposit(remittance):
        raise Conflict("Part of this deposit is booked already, so it can't be left out. Work what waits of it.")
    cost = cost_of(exception, second_person.DISMISS)
    second_person.ensure_settled_by_enough(exception, cost=cost, actor=actor, today=today, agreed=agreed)
    waiting = list(remittance.exceptions.filter(state=RemitException.State.OPEN))
    state = RemitException.State.DISMISSED
    after_posting.close_exceptions(waiting, how=LEFT_OUT, reason=reason, now=now, actor=actor, state=state)
    _put(remittance, Remittance.State.LEFT_OUT, RemitClaim.State.STAGED, RemitClaim.State.DISMISSED)
    record_decision(
        exception, "leave_out", actor=actor, now=now, after={"code": exception.code, "amount": remittance.amount}
    )


def take_up_deposit(exception: RemitException, *, actor: "User", now: dt.datetime) -> None:
    """Hold the deposit again, as it was before it was left out. Call under its lock; raises `Conflict`."""
    remittance = exception.remittance
    if remittance.state != Remittance.State.LEFT_OUT:
        raise Conflict("This deposit is not left out any more. Look at the remittance.")
    left = list(remittance.exceptions.filter(state=RemitException.State.DISMISSED, resolution=LEFT_OUT))
    state = RemitException.State.OPEN
    after_posting.close_exceptions(left, how="", reason="", now=None, actor=None, state=state)
    _put(remittance, Remittance.State.STAGED, RemitClaim.State.DISMISSED, RemitClaim.State.STAGED)
    record_decision(exception, "take_up", actor=actor, now=now, before={"reason": exception.reason})


def _put(remittance: Remittance, state: str, before: str, after: str) -> None:
    Remittance.objects.filter(pk=remittance.pk).update(state=state)
    RemitClaim.objects.filter(remittance=remittance, state=before).update(state=after)
