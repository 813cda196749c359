"""Demands: one letter to a payer for the interest on many late payments, from draft to its answer.

What was sent stays as it was, under its hash. What a payer pays of a demand is posted where all its money is posted;
here is noted that it came.
"""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import next_business_day
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.documents.services import MadeFile, keep_made
from collections_app.late_payments.demand_letter import demand_pdf
from collections_app.late_payments.finding import standing_payments
from collections_app.late_payments.models import InterestDemand, InterestDemandEvent, LatePayment

if TYPE_CHECKING:
    from arwork.staff.models import User

State, Late = InterestDemand.State, LatePayment.State
#: A demand is a letter somebody can check; what is more waits for the next.
MOST_IN_ONE = 1_000
ANSWER_DAYS = 30
METHODS = InterestDemand.Method.choices
TO_SEND, TO_ASK = "Send the demand", "Ask the payer for its answer"


class BadDemand(DomainError):
    """A demand or an answer that can't be kept as entered, naming the field."""

    code = "bad_demand"


def draft_demand(
    practice_id: int, payer_id: int, *, payment_ids: Collection[int], actor: "User", today: dt.date, now: dt.datetime
) -> InterestDemand:
    """Gather late payments of one payer and practice in a demand. Raises `BadDemand`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")
    with transaction.atomic():
        rows = LatePayment.objects.select_for_update(of=("self",)).filter(
            practice=practice_id, payer=payer_id, state=Late.OPEN, pk__in=list(payment_ids)[:MOST_IN_ONE]
        )
        found = list(rows.order_by("pk"))
        if not found:
            raise BadDemand("Choose late payments that are not demanded yet.", field="payments")
        demand = InterestDemand.objects.create(
            practice_id=practice_id, payer_id=payer_id, amount=sum((one.owed for one in found), ZERO),
            count=len(found), owner=actor, next_action=TO_SEND, next_on=today, made_at=now,
        )  # fmt: skip
        LatePayment.objects.filter(pk__in=[one.pk for one in found]).update(state=Late.DEMANDED, demand=demand)
        _keep(demand, "drafted", actor=actor, amount=demand.amount, today=today, now=now)
        _trail(actor, "interest_demand_drafted", demand, now=now, amount=str(demand.amount), payments=len(found))
    return demand


def send_demand(
    demand_id: int, *, method: str, reference: str, actor: "User", today: dt.date, now: dt.datetime
) -> InterestDemand:
    """Freeze the demand and note how it left. Raises `BadDemand`, `Conflict`, `NotFound`, `SensitiveText`."""
    require(actor, Capability.WORK_ITEMS)
    reference = " ".join(reference.split())[:80]
    if method not in InterestDemand.Method.values:
        raise BadDemand("Say how it was sent.", field="method")
    if method != InterestDemand.Method.MAIL and not reference:
        raise BadDemand("Write the reference that proves that it was sent.", field="reference")
    ensure_not_sensitive(reference=reference)
    with transaction.atomic():
        demand = _locked(demand_id, actor, State.DRAFT)
        rows = list(payments_of(demand))
        standing = standing_payments().filter(pk__in=[one.remit_claim_id for one in rows]).count()
        if standing < len(rows):
            raise Conflict("The payer took some of these payments back since. Cancel the demand and gather it anew.")
        pdf = demand_pdf(demand, rows, today=today)
        made = MadeFile(BytesIO(pdf), f"interest-demand-{demand.pk}.pdf", "Demand for interest")
        claims = [one.claim_id for one in rows]
        document = keep_made(demand.practice_id, made, claim_ids=claims, actor=actor, now=now)
        demand.document, demand.sha256, demand.method, demand.reference = document, document.sha256, method, reference
        demand.state, demand.sent_on, demand.next_action = State.SENT, today, TO_ASK
        demand.next_on = next_business_day(today + dt.timedelta(days=ANSWER_DAYS))
        demand.save()
        _keep(demand, "sent", words=reference, actor=actor, today=today, now=now)
        _trail(actor, "interest_demand_sent", demand, now=now, method=method, sha256=document.sha256)
    return demand


def answer_demand(
    demand_id: int, *, paid: Decimal, is_final: bool, words: str, actor: "User", today: dt.date, now: dt.datetime
) -> InterestDemand:
    """Note what the payer paid or said: `paid` dollars came now; `is_final` where nothing more is asked for. Raises
    `BadDemand`, `Conflict`, `NotFound`, `SensitiveText`."""
    require(actor, Capability.WORK_ITEMS)
    words = " ".join(words.split())[:300]
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        demand = _locked(demand_id, actor, State.SENT)
        if paid < 0 or demand.paid + paid > demand.amount:
            raise BadDemand(f"At most ${demand.amount - demand.paid:,.2f} is still asked for.", field="paid")
        if not paid and not words:
            raise BadDemand("Write what the payer said.", field="words")
        demand.paid += paid
        if demand.paid == demand.amount or is_final:
            demand.state = State.PAID if demand.paid else State.REFUSED
            demand.closed_on, demand.next_action, demand.next_on = today, "", None
            end = Late.PAID if demand.paid == demand.amount else Late.PART if demand.paid else Late.WAIVED
            demand.payments.update(state=end, closed_on=today)
        else:
            demand.next_on = next_business_day(today + dt.timedelta(days=ANSWER_DAYS))
        demand.save()
        _keep(demand, "answered", words=words, amount=paid or None, actor=actor, today=today, now=now)
        _trail(actor, "interest_demand_answered", demand, now=now, paid=str(paid), state=demand.state)
    return demand


def cancel_demand(demand_id: int, *, why: str, actor: "User", today: dt.date, now: dt.datetime) -> InterestDemand:
    """Cancel a demand: what stands in it can be demanded again. Raises `BadDemand`, `Conflict`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    why = " ".join(why.split())[:300]
    if not why:
        raise BadDemand("Say why.", field="why")
    ensure_not_sensitive(why=why)
    with transaction.atomic():
        demand = _locked(demand_id, actor, State.DRAFT, State.SENT)
        if demand.paid:
            raise Conflict("The payer paid some of it already: close it with what came.")
        demand.payments.update(state=Late.OPEN, demand=None)
        demand.state, demand.closed_on, demand.next_action, demand.next_on = State.CANCELED, today, "", None
        demand.save()
        _keep(demand, "canceled", words=why, actor=actor, today=today, now=now)
        _trail(actor, "interest_demand_canceled", demand, now=now)
    return demand


def waive(payment_id: int, *, why: str, actor: "User", today: dt.date, now: dt.datetime) -> LatePayment:
    """Pursue a late payment no further. Raises `BadDemand`, `Conflict`, `NotFound`, `SensitiveText`."""
    require(actor, Capability.WORK_ITEMS)
    why = " ".join(why.split())[:200]
    if not why:
        raise BadDemand("Say why.", field="why")
    ensure_not_sensitive(why=why)
    with transaction.atomic():
        late = _own_payment(payment_id, actor, Late.OPEN)
        late.state, late.waived_because, late.closed_on = Late.WAIVED, why, today
        late.save(update_fields=["state", "waived_because", "closed_on"])
        audit.record(
            actor, "late_payment_waived", "late_payment", late.pk, practice_id=late.practice_id,
            after={"claim": late.claim_id, "owed": str(late.owed)}, now=now,
        )  # fmt: skip
    return late


def call_clean(payment_id: int, *, actor: "User", now: dt.datetime) -> LatePayment:
    """Somebody looked: the claim was clean and the sum is right, so it is demanded as any other. Raises `Conflict`,
    `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        late = _own_payment(payment_id, actor, Late.OPEN)
        told, late.doubt = late.doubt, ""
        late.save(update_fields=["doubt"])
        audit.record(
            actor, "late_payment_clean", "late_payment", late.pk, practice_id=late.practice_id,
            before={"doubt": told}, after={"claim": late.claim_id}, now=now,
        )  # fmt: skip
    return late


def pursue(payment_id: int, *, actor: "User", now: dt.datetime) -> LatePayment:
    """Take back that it was not pursued. Raises `Conflict`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        late = _own_payment(payment_id, actor, Late.WAIVED)
        if late.demand_id:
            raise Conflict("The payer refused it in a demand.")
        late.state, late.waived_because, late.closed_on = Late.OPEN, "", None
        late.save(update_fields=["state", "waived_because", "closed_on"])
        audit.record(
            actor, "late_payment_pursued", "late_payment", late.pk, practice_id=late.practice_id,
            after={"claim": late.claim_id}, now=now,
        )  # fmt: skip
    return late


def payments_of(demand: InterestDemand) -> "Collection[LatePayment]":
    """What stands in a demand, the oldest payment first."""
    rows = demand.payments.select_related("claim__patient__person", "remit_claim__remittance")
    return list(rows.order_by("paid_on", "pk"))


def _own_payment(payment_id: int, actor: "User", state: str) -> LatePayment:
    rows = LatePayment.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
    found = rows.filter(pk=payment_id).first()
    if found is None:
        raise NotFound("There is no such payment in your practices.")
    if found.state != state:
        raise Conflict("Somebody else was faster. Look at it again.")
    return found


def _locked(demand_id: int, actor: "User", *states: str) -> InterestDemand:
    rows = InterestDemand.objects.select_for_update(of=("self",)).select_related("payer", "practice")
    found = rows.filter(pk=demand_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such demand in your practices.")
    if found.state not in states:
        raise Conflict(f"This demand is {found.get_state_display().lower()}. Look at it again.")
    return found


def _keep(
    demand: InterestDemand, code: str, *, actor: "User", today: dt.date, now: dt.datetime, words: str = "",
    amount: Decimal | None = None,
) -> None:  # fmt: skip
    InterestDemandEvent.objects.create(demand=demand, code=code, words=words, amount=amount, on=today, at=now, by=actor)


def _trail(actor: "User", action: str, demand: InterestDemand, *, now: dt.datetime, **facts: object) -> None:
    told = {"payer": demand.payer_id, **facts}
    audit.record(actor, action, "interest_demand", demand.pk, practice_id=demand.practice_id, after=told, now=now)
