"""What became of something that left: delivered, bounced, come back; and what follows for the address it went to.

An address from which something came back for good is marked and never used again until somebody puts it right; another
way is proposed (`ways.next_way`), and who can be reached in none is on the list of addresses to find.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.lib.events import announce
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.amendments.contact_points import mark_address
from claims.amendments.history import Turn, Word
from claims.parties.models import PersonAddress, PersonEmail, PersonPhone
from collections_app.deliveries import history
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.numbers import delivery_named

if TYPE_CHECKING:
    from arwork.staff.models import User

State = Delivery.State
#: Why mail came back, by the words of the postal service (DMM 507.1.4.1).
RETURN_REASONS = {
    "moved": "Moved, left no address",
    "unknown": "Attempted, not known",
    "no_number": "No such number or street",
    "vacant": "Vacant",
    "refused": "Refused by the addressee",
    "unclaimed": "Unclaimed",
    "expired": "Forwarding time expired",
    "other": "Another reason",
}
#: Of these the address may be good all the same.
_ADDRESS_STANDS = frozenset({"refused", "unclaimed"})


def delivered(delivery: Delivery, *, now: dt.datetime) -> None:
    """The carrier says that it arrived. The caller holds the row; what bounced before stays so."""
    if delivery.state in (State.QUEUED, State.SENT):
        history.step(delivery, State.DELIVERED, source=history.CARRIER, now=now, problem="")
        announce("delivery", accounts=[delivery.account_id])


def bounced(delivery: Delivery, *, why: str, is_for_good: bool, now: dt.datetime) -> None:
    """It did not arrive. `is_for_good` marks the number or the address as wrong. The caller holds the row."""
    if delivery.state not in (State.QUEUED, State.SENT, State.DELIVERED):
        return
    history.step(delivery, State.BOUNCED, words=why, source=history.CARRIER, now=now, problem=why[:200])
    if is_for_good:
        mark_wrong(delivery, now=now)
    announce("delivery", accounts=[delivery.account_id])


def mark_wrong(delivery: Delivery, *, now: dt.datetime) -> None:
    """The number or e-mail address that it went to reaches nobody."""
    for model, row_id, subject in (
        (PersonEmail, delivery.email_id, "email"),
        (PersonPhone, delivery.phone_id if delivery.channel == Delivery.Channel.TEXT else None, "phone"),
    ):
        if row_id and model.objects.filter(pk=row_id, is_wrong=False).update(is_wrong=True):
            facts = {"delivery": delivery.pk, subject: row_id, "person": delivery.person_id}
            audit.record(
                None, f"{subject}_wrong", "person", delivery.person_id,
                practice_id=delivery.practice_id, after=facts, now=now,
            )  # fmt: skip


def came_back(*, typed: str, reason: str, actor: "User", now: dt.datetime, today: dt.date) -> Delivery:
    """Mail came back: typed is the number of the delivery, or of the account (its last letter is meant).

    The address is marked as bad, in the person's history, where it can be taken back. Raises `NoDelivery` naming the
    field, `Conflict` where it was entered before.
    """
    require(actor, Capability.WORK_ITEMS)
    if reason not in RETURN_REASONS:
        raise NotReturned("Choose why it came back, as it stands on the envelope.", field="reason")
    with transaction.atomic():
        found = _meant(typed, actor)
        if found.state == State.RETURNED:
            raise NotReturned("This one was entered as returned already.", field="typed")
        if found.left_at is None:
            raise NotReturned("This one has not been mailed yet. Look at the number again.", field="typed")
        why = RETURN_REASONS[reason]
        history.step(
            found, State.RETURNED, words=why, source=history.PERSON, actor=actor, now=now, problem=why[:200],
            settled_at=None, settled_by=None,
        )  # fmt: skip
        if found.address_id and reason not in _ADDRESS_STANDS:
            mark_address(found.address_id, Turn(actor, Word("mail", reason=why), now, today), is_bad=True)
        announce("delivery", accounts=[found.account_id])
    return found


def take_return_back(*, delivery_id: int, actor: "User", now: dt.datetime, today: dt.date) -> Delivery:
    """It was another letter that came back: this one counts as sent, and its address as good."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        rows = Delivery.objects.select_for_update().filter(practice__in=practice_ids(actor))
        found = rows.filter(pk=delivery_id, state=State.RETURNED).first()
        if found is None:
            raise Conflict("This was taken back already.")
        history.step(
            found, State.SENT, words="entered as returned by mistake", source=history.PERSON, actor=actor, now=now,
            problem="", settled_at=None, settled_by=None,
        )  # fmt: skip
        if found.address_id and PersonAddress.objects.filter(pk=found.address_id, is_bad=True).exists():
            mark_address(
                found.address_id, Turn(actor, Word("mail", reason="Entered by mistake"), now, today), is_bad=False
            )
        announce("delivery", accounts=[found.account_id])
    return found


class NotReturned(Conflict):
    """Mail that can't be entered as returned as it was typed."""

    code = "not_returned"
    status = 422


def _meant(typed: str, actor: "User") -> Delivery:
    mail = Delivery.objects.select_for_update().filter(channel=Delivery.Channel.MAIL, practice__in=practice_ids(actor))
    found = None
    if pk := delivery_named(typed):
        found = mail.filter(pk=pk).first()
    if found is None and typed.strip():
        sent = mail.filter(account__number=typed.strip().upper(), left_at__isnull=False)
        found = sent.exclude(state=State.RETURNED).order_by("-left_at", "-pk").first()
    if found is None:
        raise NotReturned(
            "There is no letter of that number, nor an account with mail. Look at the number again.", field="typed"
        )
    return found
