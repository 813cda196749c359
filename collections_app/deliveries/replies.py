"""What people answer to texts: STOP, START and HELP are seen to at once, everything else waits for a person to read it.

Each is heard once (carriers repeat themselves) and stands in the contact log as a message that came in.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from arwork.lib.errors import Conflict
from arwork.lib.events import announce
from arwork.lib.sensitive import SensitiveText, ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.payers.phones import dialed, shown_number
from collections_app.contacts.models import Channel, Contact, ContactOutcome, Direction
from collections_app.contacts.services import log_contact
from collections_app.deliveries import words
from collections_app.deliveries.models import Delivery, Reply
from collections_app.deliveries.stopping import start_texts, stop_texts

if TYPE_CHECKING:
    from arwork.staff.models import User

_TOO_SENSITIVE = "(a card or social security number was left out)"


def hear(*, number: str, said: str, provider_id: str, now: dt.datetime, today: dt.date) -> str:
    """Take one text that came in; what to answer at once, empty for nothing."""
    number = dialed(number) or number[:16]
    asked = words.asked_by_reply(said)
    last = _last_written_to(number)
    try:
        with transaction.atomic():
            reply = Reply.objects.create(
                practice_id=last.practice_id if last else None,
                account_id=last.account_id if last else None,
                number=number,
                words=_kept(said),
                asked=asked,
                provider_id=provider_id[:100],
                heard_at=now,
                settled_at=now if asked else None,
                contact=_logged(last, now=now) if last else None,
            )
            facts = {"asked": asked, "account": reply.account_id}
            audit.record(None, "reply_heard", "reply", reply.pk, practice_id=reply.practice_id, after=facts, now=now)
            if last:
                announce("contact", accounts=[last.account_id])
            is_news = _done(asked, number, now=now, today=today)
    except IntegrityError:  # told twice
        return ""
    return _answer(asked, last, is_news=is_news)


def open_replies(actor: "User") -> QuerySet[Reply]:
    """What people wrote and nobody has seen to, the oldest first."""
    rows = Reply.objects.filter(settled_at=None, practice__in=practice_ids(actor))
    return rows.select_related("account__guarantor", "practice").order_by("heard_at", "pk")


def settle_reply(*, reply_id: int, actor: "User", now: dt.datetime) -> None:
    """Somebody has read it and done what was to be done. Raises `Conflict` where another one has."""
    require(actor, Capability.WORK_ITEMS)
    rows = Reply.objects.filter(pk=reply_id, settled_at=None, practice__in=practice_ids(actor))
    with transaction.atomic():
        practice_id = rows.values_list("practice_id", flat=True).first()
        if not rows.update(settled_at=now, settled_by=actor):
            raise Conflict("Somebody has seen to this already.")
        audit.record(actor, "reply_settled", "reply", reply_id, practice_id=practice_id, now=now)


def _last_written_to(number: str) -> Delivery | None:
    rows = Delivery.objects.filter(phone__number=number, channel=Delivery.Channel.TEXT)
    return rows.select_related("practice").order_by("-queued_at", "-pk").first()


def _logged(last: Delivery, *, now: dt.datetime) -> Contact:
    return log_contact(
        Contact(
            practice_id=last.practice_id,
            account_id=last.account_id,
            person_id=last.person_id,
            channel=Channel.SMS,
            direction=Direction.IN,
            outcome=ContactOutcome.REACHED,
            number_end=last.to[-4:],
            at=now,
        )
    )


def _done(asked: str, number: str, *, now: dt.datetime, today: dt.date) -> bool:
    if asked == "stop":
        return stop_texts(number, now=now, today=today)
    return asked == "start" and start_texts(number, now=now, today=today)


def _answer(asked: str, last: Delivery | None, *, is_news: bool) -> str:
    """One text confirms what was asked; who says it twice is not written to again."""
    if last is None or (asked in ("stop", "start") and not is_news):
        return ""
    language, practice = last.language, last.practice
    if asked == "help":
        phone = shown_number(practice.phone)
        ask = words.phrase("ask", language, phone=phone) if phone else ""
        return words.phrase("help", language, practice=practice.name, ask=ask).replace("  ", " ")
    name = {"stop": "stopped", "start": "started"}.get(asked, "")
    return words.phrase(name, language, practice=practice.name) if name else ""


def _kept(said: str) -> str:
    said = said[:1600]
    try:
        ensure_not_sensitive(words=said)
    except SensitiveText:
        return _TOO_SENSITIVE
    return said
