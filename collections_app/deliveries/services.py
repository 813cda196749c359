"""Asking for a delivery, canceling one that has not left, and dealing with one that failed.

Whoever wants something to reach a person asks here and nowhere else. The contact gate is asked when it is queued, and
again in the transaction in which it leaves (`leaving`, `print_batches`): what a hold forbids in between never leaves.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account, PersonAddress, PersonEmail, PersonPhone
from claims.parties.selectors import own_account
from claims.payers.phones import shown_number
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.mailing_address import good_mail_addresses
from collections_app.contacts.person_facts import facts_of
from collections_app.deliveries import history, words
from collections_app.deliveries.allowed import CONTACT_CHANNELS, may_leave
from collections_app.deliveries.links import link_to_read, stop_link
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.words import Sender
from collections_app.letters.models import Letter

if TYPE_CHECKING:
    from arwork.staff.models import User

Channel, State = Delivery.Channel, Delivery.State
_ALSO_CALLED = {contact: channel for channel, contact in CONTACT_CHANNELS.items()}
#: For so long what may not leave just now waits for the hour at which it may; what it says is stale after it.
LONGEST_WAIT = dt.timedelta(days=3)


class NoDelivery(DomainError):
    """What can't be sent as it is, naming the field."""

    code = "no_delivery"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where something goes: what stands on it, and which row of the person that is."""

    to: str
    column: str
    row_id: int


def send(
    *,
    account_id: int,
    channel: str,
    purpose: str,
    letter: Any = None,
    subject: str = "",
    words: str = "",
    address_id: int | None = None,
    actor: "User | None",
    now: dt.datetime,
    today: dt.date,
) -> Delivery:
    """Queue one message, or one letter, to the guarantor of an account.

    `channel` is mail, email or text (the contact log's letter and sms are understood); `address_id` chooses among the
    person's addresses or numbers of that channel. Mail needs a `letter` and waits for a print batch; by e-mail or text
    a letter is announced with a link, never attached. `actor` None is the house itself. What the gate forbids for good
    comes back in the state `refused`, with the reason; what it forbids at this hour waits for the first lawful one.
    Raises `NoDelivery`, `NotFound`, `SensitiveText`.
    """
    way = _ALSO_CALLED.get(channel, channel)
    if way not in Channel.values:
        raise NoDelivery("Choose how it is sent: mail, e-mail or text.", field="channel")
    if way == Channel.MAIL and letter is None:
        raise NoDelivery("Only a letter can be mailed. Write one first.", field="letter")
    ensure_not_sensitive(subject=subject, words=words)
    _ensure_reveals_nothing(subject=subject, words=words)
    with transaction.atomic():
        account = _account(account_id, actor)
        if letter is not None and letter.account_id != account.pk:
            raise NotFound("There is no such letter of this account.")
        found = destination(account, way, on=today, address_id=address_id)
        return _queued(account, way, purpose, found, letter, subject, words, actor=actor, now=now, today=today)


def destination(account: Account, channel: str, *, on: dt.date, address_id: int | None = None) -> Destination:
    """Where something goes to the guarantor by a channel on a day: by consent, and to the only address that somebody
    asked to be written to (45 CFR 164.522(b)). Raises `NoDelivery` where there is no such place."""
    person = account.guarantor
    if channel == Channel.MAIL:
        home = _home(person.pk, address_id, on=on)
        if home is None:
            raise NoDelivery("There is no good postal address. Find one first.", field="channel")
        lines = (f"{person.first} {person.last}".strip(), home.line1, home.line2, _place(home))
        return Destination("\n".join(line for line in lines if line), "address", home.pk)
    allowed = consented_addresses([person.pk], channel=channel, on=on).get(person.pk, [])
    usable = [pk for pk in allowed if address_id in (None, pk)]
    if channel == Channel.EMAIL:
        email = PersonEmail.objects.filter(pk__in=usable, is_wrong=False).order_by("-pk").first()
        if email is None:
            raise NoDelivery("There is no e-mail address that they agreed to be written at.", field="channel")
        return Destination(email.address, "email", email.pk)
    phone = PersonPhone.objects.filter(pk__in=usable, is_wrong=False).order_by("-is_preferred", "-pk").first()
    if phone is None:
        raise NoDelivery("There is no number at which they agreed to get texts.", field="channel")
    return Destination(phone.number, "phone", phone.pk)


def cancel(*, delivery_id: int, why: str, actor: "User", now: dt.datetime) -> Delivery:
    """Keep a delivery from leaving. Raises `Conflict` where it has left, `DomainError` without a reason, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    why = " ".join(why.split())
    if not why:
        raise NoDelivery("Say why it is not sent after all.", field="why")
    ensure_not_sensitive(why=why)
    with transaction.atomic():
        found = own_delivery(delivery_id, actor=actor, locked=True)
        if found.state != State.QUEUED or found.left_at is not None:
            raise Conflict("It has left, or was canceled before. Look again.")
        return history.step(found, State.CANCELLED, words=why, source=history.PERSON, actor=actor, now=now)


def own_delivery(delivery_id: int, *, actor: "User", locked: bool = False) -> Delivery:
    """A delivery of the actor's practices. Raises `NotFound`."""
    rows = Delivery.objects.select_for_update() if locked else Delivery.objects.all()
    found = rows.filter(pk=delivery_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such delivery in your practices.")
    return found


def _account(account_id: int, actor: "User | None") -> Account:
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
        account_id = own_account(account_id, actor=actor).pk
    return Account.objects.select_related("guarantor", "practice").get(pk=account_id)


def _queued(
    account: Account,
    channel: str,
    purpose: str,
    found: Destination,
    letter: Any,
    subject: str,
    said: str,
    *,
    actor: "User | None",
    now: dt.datetime,
    today: dt.date,
) -> Delivery:
    language = account.guarantor.language if account.guarantor.language in words.LANGUAGES else "en"
    delivery = Delivery(
        practice_id=account.practice_id,
        account=account,
        person=account.guarantor,
        channel=channel,
        purpose=purpose,
        letter=letter if isinstance(letter, Letter) else None,
        document_id=letter.document_id if letter is not None else None,
        to=found.to,
        language=language,
        queued_on=today,
        queued_at=now,
        queued_by=actor,
        **{f"{found.column}_id": found.row_id},
    )
    if channel != Channel.MAIL:
        practice = account.practice
        sender = Sender(practice.name, shown_number(practice.phone), link_to_read(account, now=now, today=today))
        is_text = channel == Channel.TEXT
        delivery.subject = "" if is_text else subject.strip() or words.subject_of(sender, language)
        stop = "" if is_text else stop_link(found.row_id)
        delivery.words = words.body_of(sender, language, words=said, is_text=is_text, stop_link=stop)
        if is_text and len(delivery.words) > words.LONGEST_TEXT:
            raise NoDelivery(f"A text holds {words.LONGEST_TEXT} characters at most. Say less.", field="words")
    delivery.save()
    source = history.PERSON if actor else history.HOUSE
    history.note(delivery, source=source, actor=actor, now=now)
    leave = may_leave(delivery, at=now)
    if not leave.is_given:
        if leave.until is None or leave.until > now + LONGEST_WAIT:
            return history.step(delivery, State.REFUSED, words=leave.why, now=now, problem=leave.why[:200])
        delivery.next_try_at, delivery.problem = leave.until, leave.why[:200]
        delivery.save(update_fields=["next_try_at", "problem"])
    return delivery


def _home(person_id: int, address_id: int | None, *, on: dt.date) -> PersonAddress | None:
    """Where mail goes: one that was chosen too gives way to the only address that somebody asked to be written to."""
    if address_id is not None and facts_of([person_id], on)[person_id].only_address_id is None:
        return PersonAddress.objects.filter(person=person_id, is_bad=False, pk=address_id).first()
    return good_mail_addresses([person_id], on=on).get(person_id)


def _ensure_reveals_nothing(**texts: str) -> None:
    for name, text in texts.items():
        if found := words.revealing(text):
            raise NoDelivery(
                f"A message passes through other people's hands, so it can't name {found}. The link leads to the rest.",
                field=name,
            )


def _place(home: PersonAddress) -> str:
    return f"{home.city}, {home.state} {home.zip}".strip(", ")
