"""Files of new addresses and of leads: shown first, taken in once, taken back.

Each line is kept with what was done about it; one that can't be used is left out with its reason, and no other with
it. The same file is taken in once (by its hash). A new address goes to the person at once where the practice's policy
says so and nothing speaks against it, else it becomes a lead.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.amendments import contact_points, history
from claims.amendments.contact_points import AddressFacts
from claims.amendments.history import Turn, Word
from claims.amendments.models import ChangeSource
from claims.parties.models import Person, PersonAddress
from collections_app.contacts.mailing_address import mail_addresses
from collections_app.contacts.person_facts import standing
from collections_app.contacts.person_models import PersonFact
from collections_app.limits.selectors import limit_book
from collections_app.tracing import cases as books
from collections_app.tracing import ncoa, vendor
from collections_app.tracing.cases import Moment, State
from collections_app.tracing.figures import TraceFigures, figures_of
from collections_app.tracing.lead_values import ADDRESS, folded, shown
from collections_app.tracing.leads import LeadEntry, put_leads, rescore
from collections_app.tracing.models import LeadSource, TraceCase, TraceEvent, TraceFile, TraceFileRow, TraceLead
from collections_app.tracing.ncoa import LineDoes
from collections_app.tracing.trace_csv import read_lines

if TYPE_CHECKING:
    from arwork.staff.models import User

Kind, Done = TraceFile.Kind, TraceFileRow.Done


class TakenInBefore(Conflict):
    """The same file again."""

    code = "taken_in_before"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a file as a page shows it before it is taken in: whose, what will be done, and why."""

    line: int
    person: Person | None
    does: str
    words: str
    entry: LeadEntry | None = None

    @property
    def does_words(self) -> str:
        """What will be done, as a list says it."""
        return Done(self.does).label

    @property
    def shown(self) -> str:
        """The new address or the lead, in one line."""
        return shown(self.entry.kind, self.entry.parts) if self.entry else ""


def preview(content: bytes, kind: str, *, practice_id: int, actor: "User", today: dt.date) -> list[ReadLine]:
    """What a file says, line by line, and what taking it in would do. Raises `BadTraceFile`, `TakenInBefore`."""
    _ensure(actor, practice_id)
    _ensure_new(content, kind, practice_id)
    return _read(content, kind, practice_id, today)


def import_ncoa(
    content: bytes, *, name: str, partner: str, practice_id: int, actor: "User", today: dt.date, now: dt.datetime
) -> TraceFile:
    """Take in a file of changes of address. Raises as `preview`."""
    return take_in(
        content, Kind.NCOA, name=name, partner=partner, practice_id=practice_id, actor=actor, today=today, now=now
    )


@transaction.atomic
def take_in(
    content: bytes, kind: str, *, name: str, partner: str, practice_id: int, actor: "User", today: dt.date,
    now: dt.datetime,
) -> TraceFile:  # fmt: skip
    """Take in a file as it was shown, all of its good lines at once. Raises as `preview`."""
    _ensure(actor, practice_id)
    _ensure_new(content, kind, practice_id)
    rows, at = _read(content, kind, practice_id, today), Moment(actor, today, now)
    figures = figures_of(limit_book(), practice_id, on=today)
    hits = sum(row.entry is not None for row in rows)
    each = figures.ncoa_hit if kind == Kind.NCOA else figures.vendor_hit
    file = TraceFile.objects.create(
        practice_id=practice_id, kind=kind, is_out=False, partner=partner.strip()[:80], name=name[:120],
        sha256=_hash(content), rows=len(rows), hits=hits, cost=each * hits, made_at=now, made_by=actor,
    )  # fmt: skip
    applied = _apply(rows, actor, today, now)
    marked = _mark_bad(rows, actor, today, now)
    led = _suggest(rows, file, figures, at, each)
    bulk.insert(
        TraceFileRow,
        [
            TraceFileRow(
                file=file, line=row.line, person=row.person, done=row.does, words=row.words[:200],
                facts=dict(row.entry.parts) if row.entry else {}, lead_id=led.get(row.line),
                change_id=applied.get(row.line) or marked.get(row.line),
            )
            for row in rows
        ],
    )  # fmt: skip
    counts = {done: sum(row.does == done for row in rows) for done in Done.values if done != Done.SENT}
    after = {"kind": kind, "lines": len(rows), **counts}
    audit.record(actor, "trace_file_taken_in", "trace_file", file.pk, practice_id=practice_id, after=after, now=now)
    return file


@transaction.atomic
def take_back(file_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> tuple[TraceFile, list[int]]:
    """Take a file back: addresses as they were, leads that only it gave and nobody tried gone. Lines where something
    later stands in the way stay as they are; their numbers are returned. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.IMPORT_FILES)
    files = TraceFile.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor), is_out=False)
    file = files.filter(pk=file_id).first()
    if file is None:
        raise NotFound("There is no such file in your practices.")
    if file.undone_at:
        raise Conflict("This file was taken back already.")
    turn = Turn(actor, Word(ChangeSource.SLIP, reason="The file was taken back"), now, today)
    kept = []
    for row in file.lines.exclude(change=None).order_by("-line"):
        try:
            with transaction.atomic():
                history.undo(row.change_id or 0, turn)
        except DomainError:
            kept.append(row.line)
    _forget_leads(file, Moment(actor, today, now))
    file.undone_at, file.undone_by = now, actor
    file.save(update_fields=["undone_at", "undone_by"])
    audit.record(
        actor, "trace_file_taken_back", "trace_file", file.pk, practice_id=file.practice_id,
        after={"lines_kept": len(kept)}, now=now,
    )  # fmt: skip
    return file, sorted(kept)


def own_file(file_id: int, *, actor: "User") -> TraceFile:
    """A file of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_FILES)
    rows = TraceFile.objects.filter(pk=file_id, practice__in=practice_ids(actor)).defer("content")
    file = rows.select_related("practice", "made_by", "undone_by").first()
    if file is None:
        raise NotFound("There is no such file in your practices.")
    return file


def _ensure(actor: "User", practice_id: int) -> None:
    require(actor, Capability.IMPORT_FILES)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")


def _ensure_new(content: bytes, kind: str, practice_id: int) -> None:
    known = TraceFile.objects.filter(
        practice=practice_id, kind=kind, sha256=_hash(content), is_out=False, undone_at=None
    ).first()
    if known is not None:
        raise TakenInBefore(f"This file was taken in on {known.made_at:%b} {known.made_at.day}.", field="file")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(content: bytes, kind: str, practice_id: int, today: dt.date) -> list[ReadLine]:
    """The lines with whom they are about. Six queries, however many lines."""
    if kind == Kind.NCOA:
        lines = read_lines(content, ncoa.NEEDED, ncoa.ALIASES)
        return _read_ncoa([ncoa.read_line(one, today=today) for one in lines], practice_id, today)
    rows = [vendor.read_line(one, today=today) for one in read_lines(content, vendor.IN_COLUMNS, vendor.ALIASES)]
    people = _people({row.person_id for row in rows}, practice_id)
    found = []
    seen: set[tuple[int, str, str]] = set()
    for row in rows:
        person = people.get(row.person_id or 0)
        entry = LeadEntry(row.kind, row.parts, "vendor", row.said_on or today, row.score) if row.parts else None
        key = (row.person_id or 0, row.kind, str(sorted(row.parts.items())))
        problem = row.problem or ("" if person else "nobody of this practice has this id")
        problem = problem or ("the same lead twice" if key in seen else "")
        seen.add(key)
        if problem:
            found.append(ReadLine(row.line, person, Done.REFUSED, problem))
        else:
            found.append(ReadLine(row.line, person, Done.SUGGESTED, "", entry))
    return found


def _read_ncoa(rows: Sequence[ncoa.NcoaLine], practice_id: int, today: dt.date) -> list[ReadLine]:
    people = _people({row.person_id for row in rows}, practice_id)
    careful = _asked_for_confidence(list(people), today)
    homes = mail_addresses(list(people), on=today)
    is_at_once = figures_of(limit_book(), practice_id, on=today).is_applied_at_once
    found, seen = [], set()
    for row in rows:
        person = people.get(row.person_id or 0)
        line = row
        if row.does != LineDoes.REFUSED and person is None:
            line = replace(row, does=LineDoes.REFUSED, words="nobody of this practice has this id")
        elif row.does != LineDoes.REFUSED and row.person_id in seen:
            line = replace(row, does=LineDoes.REFUSED, words="the same id twice: the first line counts")
        seen.add(row.person_id)
        if person is not None and line.does in (LineDoes.APPLY, LineDoes.SUGGEST) and _is_at(homes, person.pk, line):
            line = replace(line, does=LineDoes.NOTHING, words="this address stands here already", parts={})
        elif line.does == LineDoes.APPLY and (not is_at_once or row.person_id in careful):
            line = replace(line, does=LineDoes.SUGGEST)
        elif line.does == LineDoes.BAD and (person is None or person.pk not in homes or homes[person.pk].is_bad):
            line = replace(line, does=LineDoes.NOTHING, words=f"{line.words}; no good address stood here")
        entry = LeadEntry(ADDRESS, line.parts, "ncoa", _said_on(line, today), words=line.words) if line.parts else None
        found.append(ReadLine(line.line, person, line.does, line.words, entry))
    return found


def _people(ids: set[int | None], practice_id: int) -> dict[int, Person]:
    """Who is meant, by the id in the file; somebody who was merged is who they became."""
    rows = Person.objects.filter(Among("pk", {pk for pk in ids if pk}), practice=practice_id)
    return {row.pk: row.merged_into or row for row in rows.select_related("merged_into")}


def _asked_for_confidence(people: Sequence[int], today: dt.date) -> frozenset[int]:
    kinds = (PersonFact.Kind.CONFIDENTIAL, PersonFact.Kind.SAFETY)
    rows = PersonFact.objects.filter(standing(today), Among("person", people), kind__in=kinds)
    return frozenset(rows.values_list("person_id", flat=True))


def _is_at(homes: Mapping[int, PersonAddress], person_id: int, line: ncoa.NcoaLine) -> bool:
    home = homes.get(person_id)
    if home is None or home.is_bad:
        return False
    ours = folded(home.line1, home.line2, home.city, home.state, home.zip[:5])
    return ours == folded(*(line.parts[name] for name in ("line1", "line2", "city", "state")), line.parts["zip"][:5])


def _said_on(line: ncoa.NcoaLine, today: dt.date) -> dt.date:
    return min(line.moved_on or today, today)


def _apply(rows: Sequence[ReadLine], actor: "User", today: dt.date, now: dt.datetime) -> dict[int, int]:
    """New addresses go to their people; by line the change that did it."""
    found = {}
    for row in rows:
        if row.does == Done.APPLIED and row.person and row.entry:
            turn = Turn(actor, Word(ChangeSource.FILE, reason=f"NCOA: {row.words}"), now, today)
            change = contact_points.add_address(row.person.pk, AddressFacts(**row.entry.parts), turn=turn)
            if change is not None:
                found[row.line] = change.pk
    return found


def _mark_bad(rows: Sequence[ReadLine], actor: "User", today: dt.date, now: dt.datetime) -> dict[int, int]:
    """Who moved without a new address gets no mail any more; by line the change that did it."""
    lost = {row.person.pk: row for row in rows if row.does == Done.BAD and row.person}
    homes, found = mail_addresses(list(lost), on=today), {}
    for person, row in lost.items():
        turn = Turn(actor, Word(ChangeSource.FILE, reason=f"NCOA: {row.words}"), now, today)
        change = contact_points.mark_address(homes[person].pk, turn, is_bad=True)
        if change is not None:
            found[row.line] = change.pk
    return found


def _suggest(
    rows: Sequence[ReadLine], file: TraceFile, figures: TraceFigures, at: Moment, each: Decimal
) -> dict[int, int]:
    """Leads in the searches for their people, which are begun or gone on with; by line the lead."""
    hits = [row for row in rows if row.does == Done.SUGGESTED and row.person and row.entry]
    people = sorted({row.person.pk for row in hits if row.person})
    if not people:
        return {}
    cases = books.cases_for(people, dict.fromkeys(people, TraceCase.Why.MOVED), at, next_days=figures.next_days)
    entries: dict[int, list[LeadEntry]] = {}
    lines: dict[int, list[int]] = {}
    for row in hits:
        case = cases[row.person.pk] if row.person else None
        if case is not None and row.entry is not None:
            entries.setdefault(case.pk, []).append(row.entry)
            lines.setdefault(case.pk, []).append(row.line)
    by_case = {case.pk: case for case in cases.values()}
    put = put_leads(entries, by_case, at, file=file)
    for case_id, found in put.items():
        by_case[case_id].spent = (by_case[case_id].spent or ZERO) + each * len(found)
    TraceCase.objects.bulk_update(by_case.values(), ["spent"])
    rescore(by_case.values(), {file.practice_id: figures.weights}, on=at.today)
    books.rank(by_case.values())
    return {line: one.lead.pk for pk, found in put.items() for line, one in zip(lines[pk], found, strict=True)}


def _forget_leads(file: TraceFile, at: Moment) -> None:
    """What only this file said, and nobody tried, is no lead; a search that is left without any ends."""
    touched = set(TraceLead.objects.filter(sources__file=file).values_list("case", flat=True))
    LeadSource.objects.filter(file=file).delete()
    file.lines.update(lead=None)
    told = TraceEvent.objects.exclude(lead=None).values("lead")
    TraceLead.objects.filter(Among("case", touched), sources=None, state=TraceLead.State.UNTRIED).exclude(
        pk__in=told
    ).delete()
    cases = list(TraceCase.objects.select_for_update(of=("self",)).filter(Among("pk", touched)).order_by("pk"))
    for case in cases:
        if case.is_open and case.why == TraceCase.Why.MOVED and not case.leads.exists():
            books.close(case, State.STOPPED, "The file was taken back", at)
    figures = figures_of(limit_book(), file.practice_id, on=at.today)
    rescore(cases, {file.practice_id: figures.weights}, on=at.today)
    books.rank(cases)
