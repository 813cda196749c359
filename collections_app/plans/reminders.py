"""Reminders before a due day, to who agreed to be written to by e-mail or text (RULES 13.7).

What is due is in a letter that the message leads to; the message itself reveals nothing. Who agreed to neither hears by
the statement. A due day is reminded of once.
"""

import datetime as dt
import logging

from arwork.lib.errors import DomainError
from collections_app.contacts.consents import consented_by_channel
from collections_app.deliveries.services import send
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book
from collections_app.plans.keeping import note_event
from collections_app.plans.models import PaymentPlan
from collections_app.plans.papers import write_reminder

log = logging.getLogger(__name__)
_MOST = 1_000  # in one run; the next one goes on
CHANNELS = ("email", "text")


def remind_due(*, today: dt.date, now: dt.datetime) -> int:
    """Remind of what is due within the days of the practice's limit; how many messages were queued."""
    book = limit_book()
    most = book.largest("plan_reminder_days", on=today)
    rows = PaymentPlan.objects.filter(
        state=PaymentPlan.State.CURRENT, next_due_on__gt=today, next_due_on__lte=today + dt.timedelta(days=most)
    ).select_related("account__guarantor", "schedule", "autopay", "practice")
    plans = [plan for plan in rows.order_by("next_due_on", "pk")[:_MOST] if _is_due(plan, book, today)]
    people = [plan.account.guarantor_id for plan in plans]
    reached = consented_by_channel(people, channels=CHANNELS, on=today)
    sent = 0
    for plan in plans:
        channel = next((one for one in CHANNELS if plan.account.guarantor_id in reached[one]), "")
        sent += bool(channel) and _remind(plan, channel, today=today, now=now)
    PaymentPlan.objects.filter(pk__in=[plan.pk for plan in plans]).update(reminded_on=today)
    return sent


def _is_due(plan: PaymentPlan, book: LimitBook, today: dt.date) -> bool:
    days = book.value("plan_reminder_days", on=today, practice_id=plan.practice_id)
    due_on = plan.next_due_on
    if due_on is None or (due_on - today).days > days:
        return False
    return plan.reminded_on is None or plan.reminded_on < due_on - dt.timedelta(days=days)


def _remind(plan: PaymentPlan, channel: str, *, today: dt.date, now: dt.datetime) -> bool:
    try:
        letter = write_reminder(plan, today=today, now=now)
        sent = send(
            account_id=plan.account_id, channel=channel, purpose="plan", letter=letter, actor=None, now=now, today=today
        )
    except DomainError as error:  # no address, no text in force: told in the log, and the statement shows the plan
        log.warning("a plan was not reminded of", extra={"plan": plan.pk, "code": error.code})
        return False
    words = f"${plan.next_amount:,.2f} due {plan.next_due_on}: {sent.get_channel_display()}, {sent.get_state_display()}"
    note_event(plan, "reminded", words, actor=None, today=today, now=now, schedule=plan.schedule)
    return True
