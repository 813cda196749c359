"""Telling patients of payments: where to pay, and the receipt of what they paid.

A message names no amount (it passes through other people's hands): it leads to the processor's page, or to the
patient's own. A receipt is a letter of its own kind, frozen, printed here or sent by mail, e-mail or text.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from arwork.lib.errors import Conflict, NotFound
from arwork.staff.access import Capability, practice_ids, require
from collections_app.deliveries import services as deliveries
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField
from collections_app.letters.services import make_letter
from collections_app.payments.applying import step
from collections_app.payments.models import Payment, PaymentStep

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.deliveries.models import Delivery
    from collections_app.letters.models import Letter

RECEIPT = LetterKind(
    "payment_receipt",
    "Receipt for a payment",
    LetterGroup.MONEY,
    fields=(
        MergeField("paid_amount", "amount paid", FactShape.MONEY),
        MergeField("paid_on", "day of the payment", FactShape.DAY),
        MergeField("paid_with", "paid with"),
        MergeField("receipt_number", "receipt number"),
    ),
    must=("paid_amount", "paid_on", "receipt_number"),
    sample={
        "paid_amount": Decimal("80.00"), "paid_on": dt.date(2026, 11, 20), "paid_with": "Visa 4242",
        "receipt_number": "R104",
    },
    seed=Path(__file__).parent / "seeds" / "letters.yaml",
    is_written=False,
    does="What was paid, when, with what; made by the payment itself",
)  # fmt: skip


def send_link(
    payment_id: int, *, channel: str, url: str, actor: "User", today: dt.date, now: dt.datetime
) -> "Delivery":
    """Send the address of the card page by e-mail or text, as far as they agreed to be written to.

    Raises `Conflict` where there is nothing to pay there any more, `NoDelivery`, `NotFound`.
    """
    payment = _own(payment_id, actor)
    if payment.state != Payment.State.PENDING or not payment.session:
        raise Conflict("There is no open card page of this payment any more.")
    sent = deliveries.send(
        account_id=payment.account_id, channel=channel, purpose="requested", words=f"The page you asked for: {url}",
        actor=actor, now=now, today=today,
    )  # fmt: skip
    step(payment, PaymentStep.What.SENT, by=actor, now=now, detail=f"link by {channel}")
    return sent


def receipt_letter(payment_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> "Letter":
    """The receipt of a payment as a letter, made once a day. Raises `Conflict` where nothing was taken."""
    payment = _own(payment_id, actor)
    if payment.receipt is None or payment.taken_on is None:
        raise Conflict("There is no receipt: nothing was taken.")
    facts = {
        "paid_amount": payment.captured, "paid_on": payment.taken_on, "paid_with": payment.paid_with,
        "receipt_number": str(payment.receipt),
    }  # fmt: skip
    return make_letter(
        kind=RECEIPT.code, account_id=payment.account_id, facts=facts,
        language=payment.account.guarantor.language or "en", actor=actor, today=today, now=now,
    )  # fmt: skip


def send_receipt(
    payment_id: int, *, channel: str, actor: "User", today: dt.date, now: dt.datetime
) -> "Delivery":
    """Send the receipt of a payment: by mail, or announced by e-mail or text where consent allows."""
    letter = receipt_letter(payment_id, actor=actor, today=today, now=now)
    payment = _own(payment_id, actor)
    sent = deliveries.send(
        account_id=payment.account_id, channel=channel, purpose="receipt", letter=letter, actor=actor, now=now,
        today=today,
    )  # fmt: skip
    step(payment, PaymentStep.What.SENT, by=actor, now=now, detail=f"receipt by {channel}")
    return sent


def _own(payment_id: int, actor: "User") -> Payment:
    require(actor, Capability.WORK_ITEMS)
    rows = Payment.objects.filter(practice__in=practice_ids(actor)).select_related("account__guarantor", "receipt")
    found = rows.filter(pk=payment_id).first()
    if found is None:
        raise NotFound("There is no such payment in your practices.")
    return found
