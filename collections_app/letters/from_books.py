"""What the books and the work know of an account, for the choice of a letter and the facts it begins with."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from arwork.lib.money import ZERO
from claims.ledger.models import Posting, Receivable
from claims.practices.closures import closure_book
from collections_app.contacts.asking import calling_facts
from collections_app.contacts.selectors import holds_binding, holds_in_force
from collections_app.letters.occasions import LastPayment, Occasion
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from claims.parties.models import Account


def occasion_of(account: "Account", *, language: str, today: dt.date, now: dt.datetime) -> Occasion:
    """What is known of an account today."""
    open_now = Receivable.objects.filter(account=account, bucket="PATIENT", amount__gt=0)
    facts = open_now.aggregate(owed=Sum("amount"), last=Max("service_on"))
    owed = Receivable.objects.filter(account=account, bucket="PATIENT").aggregate(owed=Sum("amount"))["owed"]
    limits = limit_book()
    holds: dict[str, dt.date] = {}
    for hold in holds_binding(account.pk).filter(holds_in_force(today)):
        holds[hold.reason] = max(hold.from_on, holds.get(hold.reason, hold.from_on))
    return Occasion(
        today=today,
        language=language,
        practice_name=account.practice.name,
        owed=owed or ZERO,
        paid_on_open=_paid(open_now),
        last_service_on=facts["last"],
        last_payment=_last_payment(account),
        holds=holds,
        profile=calling_facts([account.pk], at=now)[account.pk].profile or "",
        window_days=limits.value("validation_days", on=today, practice_id=account.practice_id),
        mail_days=limits.value("validation_mail_days", on=today, practice_id=account.practice_id),
        closures=closure_book().of(account.practice_id),
    )


def _paid(open_now: QuerySet[Receivable]) -> Decimal:
    """What the patient paid on the visits that are still open, less what went back."""
    paid = Posting.objects.filter(kind="patient_payment", claim__in=open_now.values("claim"))
    came = paid.filter(credit="PATIENT").aggregate(total=Sum("amount"))["total"] or ZERO
    went = paid.filter(debit="PATIENT").aggregate(total=Sum("amount"))["total"] or ZERO
    return came - went


def _last_payment(account: "Account") -> LastPayment | None:
    """The latest day on which the patient's money came, and how much of that day stayed."""
    mine = Q(claim__account=account) | Q(account=account)
    rows = Posting.objects.filter(mine, kind__in=("patient_payment", "unapplied")).filter(
        Q(debit="CASH") | Q(credit="CASH")
    )
    by_day: dict[dt.date, Decimal] = {}
    day = Coalesce("reverses__effective_on", "effective_on")
    for on, debit, amount in rows.annotate(day=day).values_list("day", "debit", "amount"):
        by_day[on] = by_day.get(on, ZERO) + (amount if debit == "CASH" else -amount)
    last = max((on for on, amount in by_day.items() if amount > ZERO), default=None)
    return LastPayment(last, by_day[last]) if last else None
