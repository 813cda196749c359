"""Mail that came back: one way for whatever was mailed, by the number printed on it or by the account.

What was mailed is known here by its kind: letters by themselves, statements because they register (`register_mail`).
The address it went to is marked as bad, in the person's history, unless the envelope says that somebody is there who
did not take it; nothing is mailed there again until somebody puts it right. Each can be taken back: then its address
counts as good, unless other mail came back from it.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from arwork.lib.errors import Conflict
from arwork.lib.events import announce
from arwork.staff.access import Capability, practice_ids, require
from claims.amendments.contact_points import mark_address
from claims.amendments.history import Turn, Word
from claims.parties.models import Account, PersonAddress
from collections_app.deliveries import history
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.numbers import delivery_named, number_of

if TYPE_CHECKING:
    from arwork.staff.models import User

State = Delivery.State
#: Why mail came back, by the words of the postal service (DMM 507.1.4.1).
REASONS = {
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
ADDRESS_STANDS = frozenset({"refused", "unclaimed"})


class NotReturned(Conflict):
    """Mail that can't be entered as returned as it was typed."""

    code = "not_returned"
    status = 422


@dataclass(frozen=True, slots=True)
class MailPiece:
    """One piece of mail: its kind and number, whose it is, where it went (empty: not known any more), when it left
    (empty: it has not)."""

    kind: str
    pk: int
    number: str
    account_id: int
    address_id: int | None
    left_at: dt.datetime | None
    is_back: bool


@dataclass(frozen=True, slots=True)
class CameBack:
    """One that came back, for a list: why, in words, and when that was entered."""

    kind: str
    pk: int
    number: str
    account: Account
    why: str
    at: dt.datetime

    @property
    def account_id(self) -> int:
        return int(self.account.pk)


@dataclass(frozen=True, slots=True)
class Told:
    """Who says that mail came back, or that it did not, why (a code of `REASONS`), and when."""

    actor: "User"
    now: dt.datetime
    today: dt.date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MailKind:
    """How one kind of mail is found and marked. `named` and `last_of` lock what they find and look only into the
    actor's practices; the others work in the caller's transaction."""

    code: str
    named: Callable[[str, "User"], MailPiece | None]  # by the number printed on it
    last_of: Callable[[str, "User"], MailPiece | None]  # the last one that left to an account and is not back
    with_id: Callable[[int, "User"], MailPiece | None]
    mark: Callable[[MailPiece, Told], None]
    unmark: Callable[[MailPiece, Told], None]
    is_back_from: Callable[[PersonAddress, MailPiece], bool]  # whether another one of this kind came back from there
    recent: Callable[["User", int], list[CameBack]]


def register_mail(kind: MailKind) -> None:
    """Let mail of another slice be entered as returned here; the app does when it is ready."""
    _kinds[kind.code] = kind


def came_back(*, typed: str, reason: str, actor: "User", now: dt.datetime, today: dt.date) -> MailPiece:
    """Mail came back: typed is the number printed on it, or the account's (the last that left to it is meant).

    Raises `NotReturned` naming the field, also where it was entered before or has not left.
    """
    require(actor, Capability.WORK_ITEMS)
    if reason not in REASONS:
        raise NotReturned("Choose why it came back, as it stands on the envelope.", field="reason")
    with transaction.atomic():
        found = _meant(typed.strip(), actor)
        if found.is_back:
            raise NotReturned("This one was entered as returned already.", field="typed")
        if found.left_at is None:
            raise NotReturned("This one has not been mailed. Look at the number again.", field="typed")
        _kinds[found.kind].mark(found, Told(actor, now, today, reason))
        if found.address_id and reason not in ADDRESS_STANDS:
            word = Word("mail", reason=f"{found.number} came back: {REASONS[reason]}")
            mark_address(found.address_id, Turn(actor, word, now, today), is_bad=True)
        announce("delivery", accounts=[found.account_id])
    return found


def take_back(kind: str, pk: int, *, actor: "User", now: dt.datetime, today: dt.date) -> MailPiece:
    """It was another envelope that came back: this one counts as sent, and its address as good unless other mail came
    back from it. Raises `Conflict` where it is not back."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = _kinds[kind].with_id(pk, actor)
        if found is None or not found.is_back:
            raise Conflict("This was taken back already.")
        _kinds[kind].unmark(found, Told(actor, now, today))
        home = PersonAddress.objects.filter(pk=found.address_id or 0, is_bad=True).first()
        if home is not None and not any(one.is_back_from(home, found) for one in _kinds.values()):
            word = Word("mail", reason=f"{found.number} was entered by mistake")
            mark_address(home.pk, Turn(actor, word, now, today), is_bad=False)
        announce("delivery", accounts=[found.account_id])
    return found


def recently_back(actor: "User", *, most: int) -> list[CameBack]:
    """What came back last, of every kind, the newest first."""
    require(actor, Capability.WORK_ITEMS)
    rows = [row for one in _kinds.values() for row in one.recent(actor, most)]
    return sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)[:most]


def _meant(typed: str, actor: "User") -> MailPiece:
    for kind in _kinds.values():
        if typed and (found := kind.named(typed, actor)):
            return found
    last = [found for kind in _kinds.values() if typed and (found := kind.last_of(typed.upper(), actor))]
    if not last:
        raise NotReturned(
            "There is no statement or letter of that number, nor an account with mail. Look at the number again.",
            field="typed",
        )
    return max(last, key=lambda one: one.left_at or dt.datetime.min.replace(tzinfo=dt.UTC))


def _letter_named(typed: str, actor: "User") -> MailPiece | None:
    pk = delivery_named(typed)
    return _letter_with(pk, actor) if pk else None


def _letter_with(pk: int, actor: "User") -> MailPiece | None:
    found = Delivery.objects.select_for_update(of=("self",)).filter(_mailed(actor), pk=pk).first()
    return _letter(found) if found else None


def _last_letter(number: str, actor: "User") -> MailPiece | None:
    rows = Delivery.objects.select_for_update(of=("self",)).filter(
        _mailed(actor), account__number=number, left_at__isnull=False
    )
    found = rows.exclude(state=State.RETURNED).order_by("-left_at", "-pk").first()
    return _letter(found) if found else None


def _mailed(actor: "User") -> Q:
    return Q(channel=Delivery.Channel.MAIL, practice__in=practice_ids(actor))


def _letter(one: Delivery) -> MailPiece:
    return MailPiece(
        "delivery", one.pk, number_of(one.pk), one.account_id, one.address_id, one.left_at, one.state == State.RETURNED
    )


def _mark_letter(piece: MailPiece, told: Told) -> None:
    why = REASONS[told.reason]
    history.step(
        Delivery.objects.get(pk=piece.pk), State.RETURNED, words=why, source=history.PERSON, actor=told.actor,
        now=told.now, problem=why[:200], settled_at=None, settled_by=None,
    )  # fmt: skip


def _unmark_letter(piece: MailPiece, told: Told) -> None:
    history.step(
        Delivery.objects.get(pk=piece.pk), State.SENT, words="entered as returned by mistake",
        source=history.PERSON, actor=told.actor, now=told.now, problem="", settled_at=None, settled_by=None,
    )  # fmt: skip


def _letters_back_from(home: PersonAddress, but: MailPiece) -> bool:
    rows = Delivery.objects.filter(address=home, state=State.RETURNED)
    rows = rows.exclude(problem__in=[REASONS[code] for code in ADDRESS_STANDS])
    return rows.exclude(pk=but.pk if but.kind == "delivery" else 0).exists()


def _recent_letters(actor: "User", most: int) -> list[CameBack]:
    rows = Delivery.objects.filter(_mailed(actor), state=State.RETURNED).select_related("account__guarantor")
    rows = rows.annotate(back_at=Max("events__at", filter=Q(events__state=State.RETURNED)))
    return [
        CameBack("delivery", one.pk, number_of(one.pk), one.account, one.problem, one.back_at or one.queued_at)
        for one in rows.order_by("-queued_at", "-pk")[:most]
    ]


LETTERS = MailKind(
    "delivery", _letter_named, _last_letter, _letter_with, _mark_letter, _unmark_letter, _letters_back_from,
    _recent_letters,
)  # fmt: skip
_kinds: dict[str, MailKind] = {LETTERS.code: LETTERS}
