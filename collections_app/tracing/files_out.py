"""Files of people that go out: to a licensee of the Postal Service, or to a vendor of skip tracing.

The least that finds somebody (RULES 12.3, 12.8); each file is kept, with whom it told of. It is disclosed for payment
(45 CFR 164.506(c)), so no accounting counts it; who was in it is in the trail all the same. Who asked to be reached in
confidence, or is at risk at home, is in none.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account, Person, PersonAddress
from collections_app.contacts.person_facts import standing
from collections_app.contacts.person_models import PersonFact
from collections_app.limits.selectors import limit_book
from collections_app.tracing import ncoa, vendor
from collections_app.tracing.facts import balances_of, owing_people
from collections_app.tracing.figures import figures_of
from collections_app.tracing.models import OPEN_STATES, TraceCase, TraceFile, TraceFileRow
from collections_app.tracing.trace_csv import id_of, written

if TYPE_CHECKING:
    from arwork.staff.models import User

Kind = TraceFile.Kind
LOST, OWING = "lost", "owing"
#: Whom a file may name.
WHOM = {LOST: "Everybody who is looked for", OWING: "Everybody who owes enough to be looked for"}


@transaction.atomic
def make_file(
    kind: str, *, practice_id: int, partner: str, whom: str, actor: "User", today: dt.date, now: dt.datetime
) -> TraceFile:
    """A file of a practice's people. A vendor gets only who is looked for. Raises `DomainError` where it would name
    nobody, `NotFound`."""
    require(actor, Capability.IMPORT_FILES)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")
    if not partner.strip():
        raise DomainError("Name who gets it.", field="partner")
    if kind == Kind.VENDOR and whom != LOST:
        raise DomainError("A vendor is asked only about people who are looked for.", field="whom")
    people = _people(practice_id, whom, today)
    homes = _last_homes([one.pk for one in people])
    told = [one for one in people if one.pk in homes or kind == Kind.VENDOR]
    if not told:
        raise DomainError("Nobody is to be looked for, or nobody has an address to begin with.", field="whom")
    columns = ncoa.OUT_COLUMNS if kind == Kind.NCOA else vendor.OUT_COLUMNS
    text = written(columns, [_row(kind, one, homes.get(one.pk)) for one in told])
    file = TraceFile.objects.create(
        practice_id=practice_id, kind=kind, is_out=True, partner=partner.strip()[:80], rows=len(told), content=text,
        name=f"{kind}-{today}.csv", sha256=hashlib.sha256(text.encode()).hexdigest(), made_at=now, made_by=actor,
    )  # fmt: skip
    bulk.insert(
        TraceFileRow,
        [TraceFileRow(file=file, line=line, person=one, done="sent") for line, one in enumerate(told, 2)],
    )
    if kind == Kind.VENDOR:
        _note_looked(told)
    after = {"kind": kind, "people": len(told)}
    audit.record(actor, "trace_file_made", "trace_file", file.pk, practice_id=practice_id, after=after, now=now)
    return file


def download(file_id: int, *, actor: "User", now: dt.datetime) -> TraceFile:
    """The content of a file that went out, with a row in the trail of everybody in it. Raises `NotFound`."""
    require(actor, Capability.IMPORT_FILES)
    file = TraceFile.objects.filter(pk=file_id, practice__in=practice_ids(actor), is_out=True).first()
    if file is None:
        raise NotFound("There is no such file in your practices.")
    people = file.lines.values_list("person", flat=True)
    accounts = Account.objects.filter(guarantor__in=people, merged_into=None).order_by("pk")
    audit.record_seen(
        actor, audit.DOWNLOADED, "trace_file", {"account": list(accounts.values_list("pk", flat=True))},
        subject_id=file.pk, practice_id=file.practice_id, now=now,
    )  # fmt: skip
    return file


def _people(practice_id: int, whom: str, today: dt.date) -> list[Person]:
    if whom == LOST:
        ids = set(
            TraceCase.objects.filter(practice=practice_id, state__in=OPEN_STATES).values_list("person_id", flat=True)
        )
    else:
        least = figures_of(limit_book(), practice_id, on=today).stop.least
        ids = {pk for pk, owed in balances_of(owing_people([practice_id])).items() if owed >= max(least, ZERO)}
    kinds = (PersonFact.Kind.CONFIDENTIAL, PersonFact.Kind.SAFETY)
    careful = PersonFact.objects.filter(standing(today), Among("person", ids), kind__in=kinds)
    ids -= set(careful.values_list("person_id", flat=True))
    return list(Person.objects.filter(Among("pk", ids), merged_into=None).order_by("pk"))


def _last_homes(people: Sequence[int]) -> dict[int, PersonAddress]:
    """The address where each person was last, good or bad: the newest current one, else the newest."""
    rows = PersonAddress.objects.filter(Among("person", people)).order_by("is_current", "pk")
    return {one.person_id: one for one in rows if one.line1}


def _row(kind: str, person: Person, home: PersonAddress | None) -> list[str]:
    name = [f"{person.first} {person.last}".strip()] if kind == Kind.NCOA else [person.first, person.last]
    where = [home.line1, home.line2, home.city, home.state, home.zip] if home else [""] * 5
    return [id_of(person.pk), *name, *where]


def _note_looked(people: Sequence[Person]) -> None:
    """The vendor was asked: the checklist of each search says so."""
    cases = list(TraceCase.objects.select_for_update(of=("self",)).filter(Among("person", [one.pk for one in people])))
    for case in cases:
        case.looked_at = sorted({*case.looked_at, "vendor"})
    TraceCase.objects.bulk_update(cases, ["looked_at"])
