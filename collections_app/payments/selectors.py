"""Payments, disputes, saved methods and payouts, as pages ask for them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, QuerySet, Sum

from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import practice_ids
from claims.cash.models import CardPayout
from collections_app.payments.models import (
    Dispute,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentRefund,
    PaymentStep,
)
from collections_app.payments.refunds import refundable
from collections_app.payments.services import why_not_void

if TYPE_CHECKING:
    from arwork.staff.models import User

STATES, SOURCES, KINDS = (dict(one.choices) for one in (Payment.State, Payment.Source, PaymentKind))
_WITH = ("account__guarantor", "practice", "asked_by", "receipt")
_HERE = Q(state__in=[Payment.State.SUCCEEDED])
#: Payments shown beside an account.
_LATEST = 6


@dataclass(frozen=True)
class PaymentFilter:
    """Which payments: asked for from one day to another, their state, kind and where they come from."""

    since: dt.date | None = None
    until: dt.date | None = None
    state: str = ""
    kind: str = ""
    source: str = ""
    unsettled: bool = False


@dataclass(frozen=True)
class PaymentTotals:
    """What payments come to. Dollars."""

    count: int
    taken: Decimal
    given_back: Decimal
    waiting: Decimal
    fees: Decimal

    @property
    def stands(self) -> Decimal:
        return self.taken - self.given_back


@dataclass(frozen=True)
class ToldPayment:
    """A payment with its story, its refunds and disputes, and what may be done with it."""

    payment: Payment
    steps: Sequence[PaymentStep]
    refunds: Sequence[PaymentRefund]
    disputes: Sequence[Dispute]
    refundable: Decimal
    may_void: bool

    @property
    def refund_under_way(self) -> PaymentRefund | None:
        """The refund that waits, if one does."""
        waits = (PaymentRefund.State.ASKED, PaymentRefund.State.AGREED)
        return next((one for one in self.refunds if one.state in waits), None)


def payments(*, actor: "User", asked: PaymentFilter) -> QuerySet[Payment]:
    """Payments of the actor's practices, the newest first."""
    rows = Payment.objects.filter(practice__in=practice_ids(actor)).select_related(*_WITH)
    exact = {"state": asked.state, "kind": asked.kind, "source": asked.source}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if asked.since:
        rows = rows.filter(asked_on__gte=asked.since)
    if asked.until:
        rows = rows.filter(asked_on__lte=asked.until)
    if asked.unsettled:
        rows = rows.filter(_HERE, kind=PaymentKind.CARD, payout=None)
    return rows.order_by("-asked_on", "-pk")


def payment_totals(rows: QuerySet[Payment]) -> PaymentTotals:
    """One query. What is disputed counts as given back while it is away."""
    away = Q(state=Payment.State.CHARGED_BACK)
    sums = rows.order_by().aggregate(
        count=Count("pk"), taken=Sum("captured"), given_back=Sum("refunded"),
        disputed=Sum(F("captured") - F("refunded"), filter=away, output_field=Payment._meta.get_field("captured")),
        waiting=Sum("amount", filter=Q(state=Payment.State.PENDING)), fees=Sum("fee"),
    )  # fmt: skip
    found = {name: value or ZERO for name, value in sums.items() if name != "count"}
    return PaymentTotals(
        sums["count"], found["taken"], found["given_back"] + found["disputed"], found["waiting"], found["fees"]
    )


def payment_seen_by(actor: "User", payment_id: int, *, today: dt.date) -> ToldPayment:
    """One payment with its story. Raises `NotFound` outside the actor's practices. Five queries."""
    rows = Payment.objects.filter(practice__in=practice_ids(actor)).select_related(
        *_WITH, "method", "payout", "ach_entry", "retry_of"
    )
    payment = rows.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound("There is no such payment in your practices.")
    return ToldPayment(
        payment,
        list(payment.steps.select_related("by").order_by("pk")),
        list(payment.refunds.select_related("asked_by").order_by("-pk")),
        list(payment.disputes.order_by("-pk")),
        refundable(payment),
        not why_not_void(payment, today=today),
    )


def payments_of_account(account_id: int) -> list[Payment]:
    """The latest payments of an account."""
    return list(Payment.objects.filter(account=account_id).order_by("-pk")[:_LATEST])


def disputes(actor: "User", *, is_open: bool = True) -> QuerySet[Dispute]:
    """Disputes of the actor's practices: open ones by the day evidence is due, or those that ended, the latest first."""
    rows = Dispute.objects.filter(payment__practice__in=practice_ids(actor)).select_related(
        "payment__account__guarantor", "payment__practice", "answered_by"
    )
    if is_open:
        return rows.filter(state=Dispute.State.OPEN).order_by(F("evidence_by").asc(nulls_last=True), "pk")
    return rows.exclude(state=Dispute.State.OPEN).order_by("-ended_on", "-pk")


def own_dispute(dispute_id: int, *, actor: "User") -> Dispute:
    """A dispute of the actor's practices. Raises `NotFound`."""
    found = Dispute.objects.filter(payment__practice__in=practice_ids(actor), pk=dispute_id).first()
    if found is None:
        raise NotFound("There is no such dispute in your practices.")
    return found


def unanswered_count(actor: "User", today: dt.date) -> int:
    """How many open disputes wait for evidence."""
    return disputes(actor).filter(answered_on=None).count()


def held_up(actor: "User") -> QuerySet[Payment]:
    """Payments of which the processor says what the books could not follow: for a person to look at."""
    rows = Payment.objects.filter(practice__in=practice_ids(actor)).exclude(held_up="")
    return rows.select_related(*_WITH).order_by("pk")


def to_look_at_count(actor: "User", today: dt.date) -> int:
    """How many payments a person has to look at."""
    return held_up(actor).count()


def expiring_cards(actor: "User") -> QuerySet[PaymentMethod]:
    """Saved cards that run out soon or have, the first to run out first."""
    rows = PaymentMethod.objects.filter(
        practice__in=practice_ids(actor), state=PaymentMethod.State.ACTIVE, warned_on__isnull=False
    )
    return rows.select_related("account__guarantor", "practice").order_by("expires_on", "pk")


def expiring_count(actor: "User", today: dt.date) -> int:
    """How many saved cards run out soon."""
    return expiring_cards(actor).count()


def payouts(actor: "User") -> QuerySet[CardPayout]:
    """What card processors paid out, the latest first."""
    rows = CardPayout.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "bank_match__line")
    return rows.order_by("-arrives_on", "-pk")


def payout_seen_by(actor: "User", payout_id: int) -> tuple[CardPayout, list[Payment]]:
    """One payout with its payments. Raises `NotFound`."""
    found = payouts(actor).filter(pk=payout_id).first()
    if found is None:
        raise NotFound("There is no such payout in your practices.")
    return found, list(found.payments.select_related("account__guarantor").order_by("pk"))


def unsettled(actor: "User") -> PaymentTotals:
    """Card payments that no payout has brought to the bank yet."""
    return payment_totals(payments(actor=actor, asked=PaymentFilter(unsettled=True)))
