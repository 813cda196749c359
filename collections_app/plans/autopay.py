"""Installments taken from a saved card or bank account on their due day, and what follows where that fails.

Each installment of a schedule is charged once, under a key that names it; a declined charge is tried again by the rules
of payments, and never once the plan is broken or over. What a bank takes back breaks the plan that day (RULES 13.3).
"""

import datetime as dt
import logging
from collections.abc import Sequence
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from claims.receipts.recording import patient_lines
from collections_app.payments.models import Payment
from collections_app.payments.processors import ProcessorAway
from collections_app.payments.services import charge
from collections_app.payments.words import decline_words
from collections_app.plans.keeping import note_event
from collections_app.plans.models import PaymentPlan, PlanVisit
from collections_app.plans.settling import settle_plans

log = logging.getLogger(__name__)
_MOST = 2_000  # in one run; the next one takes up the rest
State = PaymentPlan.State


def charge_due(*, today: dt.date, now: dt.datetime) -> dict[str, int]:
    """Charge what is due by today and was not charged yet; call outside of transactions. What was done, counted.

    An installment that was charged under its key is not charged again, whatever became of it: declined ones are tried
    again by payments alone. A processor that is away ends the run; the next one goes on.
    """
    done = {"charged": 0, "declined": 0}
    rows = PaymentPlan.objects.filter(state=State.CURRENT, autopay__isnull=False, next_due_on__lte=today)
    for plan in rows.select_related("schedule", "autopay").order_by("next_due_on", "pk")[:_MOST]:
        key = installment_key(plan)
        if plan.autopay is None or plan.schedule is None or Payment.objects.filter(key=key).exists():
            continue
        if not plan.autopay.is_good_on(today):
            _note(plan, "declined", f"{plan.autopay} can't be charged any more", today=today, now=now)
            done["declined"] += 1
            continue
        try:
            payment = charge(
                method_id=plan.autopay.pk, amount=plan.next_amount, on=today, key=key, actor=None, today=today, now=now,
                chosen=_shares(plan, today=today), source=Payment.Source.AUTOPAY,
            )  # fmt: skip
        except ProcessorAway:
            break
        except DomainError as error:
            log.warning("an installment was not charged", extra={"plan": plan.pk, "code": error.code})
            _note(plan, "declined", error.message, today=today, now=now)
            done["declined"] += 1
            continue
        is_declined = payment.state == Payment.State.DECLINED
        done["declined" if is_declined else "charged"] += 1
        if not is_declined:
            _note(plan, "charged", f"${payment.amount:,.2f}, {plan.autopay}", today=today, now=now)
    return done


def installment_key(plan: PaymentPlan) -> str:
    """What names the next installment of the schedule in force: charged once."""
    return f"plan/{plan.schedule_id}/{plan.next_due_on}"


def hear_failure(payment_ids: Sequence[int], today: dt.date, now: dt.datetime) -> None:
    """A payment was declined, charged back or returned: the plans of its account as the ledger has them now."""
    payments = list(Payment.objects.filter(pk__in=payment_ids))
    plans = PaymentPlan.objects.filter(
        account__in={one.account_id for one in payments}, state__in=(State.CURRENT, State.PAID)
    )
    told = {one.account_id: one for one in payments}
    accounts = set()
    for plan in plans:
        payment = told[plan.account_id]
        accounts.add(plan.account_id)
        why = decline_words(payment.decline_code) if payment.decline_code else payment.get_state_display()
        words = f"${payment.amount:,.2f}, {payment.paid_with}: {why[0].lower()}{why[1:]}"
        _note(plan, "declined", words, today=today, now=now)
    if accounts:
        settle_plans(today=today, now=now, accounts=accounts)
        announce("plan", accounts=accounts)


def _shares(plan: PaymentPlan, *, today: dt.date) -> dict[int, Decimal] | None:
    """The installment on the visits of the plan, the oldest service first; None where they do not take all of it."""
    rows = PlanVisit.objects.filter(schedule=plan.schedule_id, left_out="")
    planned = {merged or claim for claim, merged in rows.values_list("claim_id", "claim__merged_into_id")}
    left, shares = plan.next_amount, dict[int, Decimal]()
    for line in patient_lines([plan.account_id], today=today).get(plan.account_id, ()):
        if line.claim_id not in planned or line.kept_out or left <= ZERO:
            continue
        part = min(left, line.amount)
        shares[line.claim_id] = shares.get(line.claim_id, ZERO) + part
        left -= part
    return shares if left <= ZERO else None


def _note(plan: PaymentPlan, code: str, words: str, *, today: dt.date, now: dt.datetime) -> None:
    note_event(plan, code, words, actor=None, today=today, now=now, schedule=plan.schedule)
