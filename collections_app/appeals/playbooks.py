"""How payers are appealed to: kept by admins from a day on, in one practice or all; which holds on a day."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.db.models import Q, QuerySet

from arwork.lib.dated_rules import DRAFTED, Book, DatedRule, check_dates, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.dated_rows import DatedTable
from claims.payers.models import Payer
from collections_app.appeals.models import AppealSending, PayerPlaybook

if TYPE_CHECKING:
    from arwork.staff.models import User

_WORDS = ("addressee", "address", "city", "state", "zip", "fax", "portal", "form", "clause", "worked", "notes")


class BadPlaybook(DomainError):
    """A playbook that can't be kept as entered, naming the field."""

    code = "bad_playbook"


@dataclass(frozen=True, slots=True)
class PlaybookRow(DatedRule):
    """How one payer is appealed to; an empty practice speaks for all."""

    SCOPE: ClassVar[tuple[str, ...]] = ("practice_id",)
    payer_id: int
    addressee: str
    address: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    fax: str = ""
    portal: str = ""
    form: str = ""
    way: str = ""
    clause: str = ""
    worked: str = ""
    notes: str = ""
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return f"payer {self.payer_id}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The address line by line, without the addressee."""
        last = f"{self.city}, {self.state} {self.zip}".strip(" ,")
        return tuple(one for one in (self.address, last) if one)


class PlaybookBook(Book[PlaybookRow]):
    """Playbooks, and which of them holds: a practice's own before the one of all."""

    def holding(self, payer_id: int, *, practice_id: int, on: dt.date) -> PlaybookRow | None:
        """The playbook of a payer in a practice on a day; None where nobody has written one."""
        return self.look_up(f"payer {payer_id}", on=on, asked=(practice_id,))


def playbook_book(payer_ids: Collection[int]) -> PlaybookBook:
    """The playbooks of some payers. One query."""
    return PlaybookBook(tuple(_as_row(one) for one in PayerPlaybook.objects.filter(payer__in=payer_ids).order_by("pk")))


@transaction.atomic
def add_playbook(row: PlaybookRow, *, actor: "User", now: dt.datetime) -> PayerPlaybook:
    """Let a playbook hold from its day on; an own one of the same practice ends the day before.

    Raises `BadPlaybook` naming the field, `BadDates`, `SensitiveText`, `Forbidden`.
    """
    _check(row, actor)
    own = [_as_row(one) for one in PayerPlaybook.objects.filter(payer=row.payer_id)]
    facts = asdict(row)
    del facts["rule_id"]
    new, ended = succeed(own, PlaybookRow(**facts, rule_id=DRAFTED))
    kept = PayerPlaybook(**{**facts, "valid_to": new.valid_to}, entered_by=actor, entered_at=now)
    return _TABLE.add(kept, ended=ended, actor=actor, now=now)


@transaction.atomic
def end_playbook(playbook_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> dt.date | None:
    """End a playbook as soon as may be; one that has not begun is taken out (None). Raises `NotFound`, `Forbidden`."""
    found = playbooks_seen(actor).filter(pk=playbook_id).first()
    if found is None:
        raise NotFound("There is no such playbook any more. Look at the list again.")
    require(actor, _needed(found.practice_id))
    return _TABLE.end(playbook_id, last_day=None, actor=actor, today=today, now=now)


def playbooks_seen(actor: "User") -> QuerySet[PayerPlaybook]:
    """Those of all practices and of the actor's own, by payer, the latest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = PayerPlaybook.objects.filter(Q(practice=None) | Q(practice__in=practice_ids(actor)))
    return rows.select_related("payer", "practice", "entered_by").order_by("payer__name", "-valid_from", "-pk")


def payers_to_choose() -> list[tuple[int, str]]:
    """Payers that are in use, by name."""
    return list(Payer.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name"))


def _check(row: PlaybookRow, actor: "User") -> None:
    require(actor, _needed(row.practice_id))
    if row.practice_id is not None and row.practice_id not in practice_ids(actor):
        raise BadPlaybook("This practice is not among yours.", field="practice_id")
    if not row.addressee.strip():
        raise BadPlaybook("Say who gets the appeal, as it stands on the envelope.", field="addressee")
    if row.way and row.way not in AppealSending.Way.values:
        raise BadPlaybook("Choose how it is best sent.", field="way")
    if row.portal and not row.portal.startswith("https://"):
        raise BadPlaybook("The address of a portal begins with https://.", field="portal")
    if row.valid_from is None:
        raise BadPlaybook("Say from which day on.", field="valid_from")
    ensure_not_sensitive(**{name: getattr(row, name) for name in _WORDS})
    check_dates(row.valid_from, row.valid_to)


def _needed(practice_id: int | None) -> Capability:
    """A playbook for every practice is an owner's; an administrator keeps those of their own."""
    return Capability.CONFIGURE_SHARED if practice_id is None else Capability.CONFIGURE_PAYERS


def _as_row(one: PayerPlaybook) -> PlaybookRow:
    names = (*_WORDS, "way", "payer_id", "practice_id", "valid_from", "valid_to")
    return PlaybookRow(**{name: getattr(one, name) for name in names}, rule_id=one.pk)


def _facts(one: PayerPlaybook) -> dict[str, Any]:
    return {name: getattr(one, name) for name in (*_WORDS, "way", "payer_id", "practice_id", "valid_from", "valid_to")}


_TABLE = DatedTable(PayerPlaybook, subject="payer_playbook", deed="payer_playbook", facts=_facts)
