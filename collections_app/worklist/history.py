"""What people did about a claim or a household: work items, outcomes, calls, promises and holds, on one line of time.

For the pages of the books, which know nothing of the work and show this beside what they know.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from claims.billing.detail import claim_seen_by
from claims.parties.selectors import household
from claims.payers.phones import spoken
from collections_app.contacts.frequency import Pause, pause_after
from collections_app.contacts.models import Contact, Hold
from collections_app.contacts.selectors import calls_to, contacts_of, holds_of, limit_of
from collections_app.promises.models import Promise
from collections_app.promises.selectors import promises_of
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.story_work import entered_words
from collections_app.worklist.timing import Window, candidate_zones, patient_window, zones_of_phone

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.models import Person

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Done:
    """One thing somebody did: an outcome recorded on an item, or a contact that belongs to none."""

    at: dt.datetime
    by: str
    what: str
    note: str
    then: str
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A phone number and what the clocks show where it may be."""

    number: str
    shown: str
    local: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """When the guarantor may be called, what forbids it for now, and the local time at each number."""

    window: Window
    clocks: Sequence[Clock]
    pause: Pause | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """The work on a claim or a household; `reach` and `promises` are the household's alone."""

    practice_id: int
    items: Sequence[tuple[WorkItem, str]]
    done: Sequence[Done]
    holds: Sequence[Hold]
    promises: Sequence[Promise] = ()
    reach: Reach | None = None


def work_on_claim(*, actor: "User", claim_id: int, today: dt.date) -> Work:
    """The work on one claim. Raises `NotFound` outside the actor's practices. Six queries."""
    claim = claim_seen_by(actor, claim_id)
    holds = holds_of(actor=actor, account_id=claim.account_id, today=today)
    return Work(
        practice_id=claim.practice_id,
        items=_items(WorkItem.objects.filter(claim=claim.pk, practice=claim.practice_id)),
        done=_done(
            WorkAction.objects.filter(item__claim=claim.pk, practice=claim.practice_id),
            contacts_of(actor=actor, claim_id=claim.pk),
        ),
        holds=list(holds.filter(Q(claim=None) | Q(claim=claim.pk))),
    )


def work_on_account(*, actor: "User", account_id: int, today: dt.date, now: dt.datetime, viewer_zone: str) -> Work:
    """The work on a household as such. Raises `NotFound` outside the actor's practices."""
    found = household(actor=actor, account_id=account_id)
    account = found.account
    items = _items(WorkItem.objects.filter(account=account.pk, practice=account.practice_id))
    is_agreed = any(row.state == "open" and row.next_at is not None and row.next_at <= now for row, _ in items)
    return Work(
        practice_id=account.practice_id,
        items=items,
        done=_done(
            WorkAction.objects.filter(item__account=account.pk, item__claim=None, practice=account.practice_id),
            contacts_of(actor=actor, account_id=account.pk),
        ),
        holds=list(holds_of(actor=actor, account_id=account.pk, today=today)),
        promises=list(promises_of(actor=actor, account_id=account.pk)[:SHOWN]),
        reach=_reach(found.guarantor, today=today, now=now, viewer_zone=viewer_zone, is_agreed=is_agreed),
    )


def _items(rows: QuerySet[WorkItem]) -> list[tuple[WorkItem, str]]:
    """What was and is to be done; not what an import opened and settled on the same day before anybody saw it."""
    passing = Q(state="closed", touches=0, opened_on=F("closed_on"))
    found = rows.exclude(passing).select_related("owner", "claim").order_by("-state", "-pk")[:SHOWN]
    return [(row, NEXT_ACTIONS.get(row.next_action, row.next_action.replace("_", " "))) for row in found]


def _done(actions: QuerySet[WorkAction], contacts: QuerySet[Contact]) -> list[Done]:
    rows = list(
        actions.exclude(disposition="undone").select_related("by", "undone_by", "contact").order_by("-pk")[:SHOWN]
    )
    told = {row.contact_id for row in rows if row.contact_id}
    found = [_action(row) for row in rows]
    found += [_contact(row) for row in contacts[:SHOWN] if row.pk not in told]
    return sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN]


def _action(row: WorkAction) -> Done:
    chosen = BY_CODE.get(row.disposition)
    then = NEXT_ACTIONS.get(row.next_action, row.next_action.replace("_", " "))
    return Done(
        at=row.at,
        by=str(row.by),
        what=chosen.label if chosen else row.disposition.replace("_", " ").capitalize(),
        note="; ".join(part for part in (*entered_words(row), _said(row)) if part),
        then=f"{then[0].lower()}{then[1:]}, {row.next_on:%b} {row.next_on.day}" if row.next_on and then else "",
        is_undone=hasattr(row, "undone_by"),
    )


def _contact(row: Contact) -> Done:
    return Done(
        at=row.at,
        by=str(row.by),
        what=f"{row.get_channel_display()}, {row.get_direction_display().lower()}: {row.get_outcome_display().lower()}",
        note=_said(row),
        then="",
    )


def _reach(person: "Person", *, today: dt.date, now: dt.datetime, viewer_zone: str, is_agreed: bool) -> Reach:
    phones = list(person.phones.all())
    homes = sorted((one for one in person.addresses.all() if one.is_current), key=lambda one: -one.pk)
    zones = candidate_zones(
        zip_codes=[one.zip for one in homes], phones=[one.number for one in phones if not one.is_wrong]
    )
    clocks = [Clock(one.number, spoken(one.number), _local(one.number, now), one.is_wrong) for one in phones]
    limit = limit_of(homes[0] if homes else None)
    pause = None if is_agreed else pause_after(calls_to(person.pk, today=today), limit, today=today)
    return Reach(patient_window(now, zones, viewer_zone=viewer_zone), clocks, pause)


def _local(number: str, now: dt.datetime) -> str:
    """`13:05 Los Angeles`, or both clocks where the area code spans two."""
    told: dict[str, str] = {}
    for zone in sorted(zones_of_phone(number)):
        told.setdefault(f"{now.astimezone(ZoneInfo(zone)):%H:%M}", zone.rsplit("/", 1)[-1].replace("_", " "))
    return " or ".join(f"{clock} {place}" for clock, place in told.items())


def _said(row: WorkAction | Contact) -> str:
    spoken = f"spoke to {row.spoken_to}" if row.spoken_to else ""
    reference = f"ref {row.reference}" if row.reference else ""
    return "; ".join(part for part in (row.note.rstrip("."), spoken, reference) if part)
