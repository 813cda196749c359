"""The rows of leads: added once each with all who say so, scored, settled. Callers hold the lock on the case."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.sensitive import ensure_not_sensitive
from collections_app.tracing.cases import LIVE, TRY, Moment, State, tell
from collections_app.tracing.confidence import Confidence, LeadWeights, SourceWord, confidence
from collections_app.tracing.lead_values import LeadValue, clean
from collections_app.tracing.models import LeadSource, TraceCase, TraceFile, TraceLead

Lead = TraceLead.State


@dataclass(frozen=True, slots=True)
class LeadEntry:
    """A lead as somebody enters it or a file brings it: `parts` by kind (number; line1, line2, city, state, zip;
    address; name; name, number, relation), who says so and since when, and how sure they are (0 to 100)."""

    kind: str
    parts: Mapping[str, str]
    source: str
    said_on: dt.date
    score: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class PutLead:
    """A lead that was put down: whether it is new, or says again what stood there."""

    lead: TraceLead
    is_new: bool


def put_leads(
    entries: Mapping[int, Sequence[LeadEntry]], cases: Mapping[int, TraceCase], at: Moment, *,
    file: TraceFile | None = None,
) -> dict[int, list[PutLead]]:  # fmt: skip
    """Put leads down by case; the same lead from another source stands once, with both. One that was found wrong or
    dead stays so. Raises `BadLead`, `SensitiveText`. Six queries, however many leads."""
    known: dict[tuple[int, str, str], TraceLead] = {
        (one.case_id, one.kind, one.value): one for one in TraceLead.objects.filter(Among("case", entries))
    }
    fresh: list[TraceLead] = []
    said: list[tuple[TraceLead, LeadEntry]] = []
    found: dict[int, list[PutLead]] = defaultdict(list)
    for case_id, rows in entries.items():
        for entry in rows:
            value = _checked(entry)
            lead = known.get((case_id, value.kind, value.value))
            is_new = lead is None
            if lead is None:
                lead = TraceLead(
                    case_id=case_id, kind=value.kind, value=value.value, parts=dict(value.parts), added_on=at.today
                )
                known[case_id, value.kind, value.value] = lead
                fresh.append(lead)
            said.append((lead, entry))
            found[case_id].append(PutLead(lead, is_new))
    bulk.insert(TraceLead, fresh)
    _keep_sources(said, at, file)
    _note_new(found, cases, at)
    return found


def rescore(cases: Iterable[TraceCase], weights: Mapping[int, LeadWeights], *, on: dt.date) -> None:
    """Bring the confidence of leads to the day; `weights` by practice. Two queries and one write."""
    practice_of = {case.pk: case.practice_id for case in cases}
    leads = list(TraceLead.objects.filter(Among("case", practice_of)).order_by("pk"))
    words = words_of([one.pk for one in leads])
    changed = {}
    for lead in leads:
        score = score_of(lead, words.get(lead.pk, ()), weights[practice_of[lead.case_id]], on=on).score
        if score != lead.confidence:
            lead.confidence = score
            changed[lead.pk] = (score,)
    bulk.write(TraceLead, ("confidence",), changed)


def score_of(lead: TraceLead, words: Sequence[SourceWord], weights: LeadWeights, *, on: dt.date) -> Confidence:
    """How sure a lead is; one that is wrong or dead is not at all."""
    if lead.state in (Lead.WRONG, Lead.DEAD):
        return Confidence(0, (f"found {lead.get_state_display().lower()}",))
    return confidence(words, weights, failures=lead.failures, on=on, is_confirmed=lead.state == Lead.CONFIRMED)


def words_of(lead_ids: Collection[int]) -> dict[int, list[SourceWord]]:
    """What each source says of each lead. One query."""
    found: dict[int, list[SourceWord]] = defaultdict(list)
    rows = LeadSource.objects.filter(Among("lead", lead_ids)).order_by("pk")
    for lead, code, said_on, score in rows.values_list("lead_id", "source", "said_on", "score"):
        found[lead].append(SourceWord(code, said_on, score))
    return found


def settle(lead: TraceLead, state: str) -> None:
    """What came of a lead."""
    lead.state = state
    lead.confidence = {Lead.CONFIRMED: 100, Lead.WRONG: 0, Lead.DEAD: 0}.get(Lead(state), lead.confidence)
    lead.save(update_fields=["state", "confidence"])


def leads_left(cases: Collection[int]) -> dict[int, int]:
    """How many leads of each case may still be tried. One query."""
    found: dict[int, int] = defaultdict(int)
    for case in TraceLead.objects.filter(Among("case", cases), state__in=LIVE).values_list("case", flat=True):
        found[case] += 1
    return found


def _checked(entry: LeadEntry) -> LeadValue:
    texts = {name: text for name, text in entry.parts.items() if name != "number"}
    ensure_not_sensitive(words=entry.words, **texts)
    return clean(entry.kind, entry.parts)


def _keep_sources(said: Sequence[tuple[TraceLead, LeadEntry]], at: Moment, file: TraceFile | None) -> None:
    """A source speaks once for a lead: with what it said last."""
    ids = {lead.pk for lead, _ in said}
    known = {(one.lead_id, one.source): one for one in LeadSource.objects.filter(Among("lead", ids))}
    fresh: list[LeadSource] = []
    again: dict[int, LeadSource] = {}
    for lead, entry in said:
        row = known.get((lead.pk, entry.source))
        if row is None:
            row = LeadSource(
                lead=lead, source=entry.source, said_on=entry.said_on, score=entry.score, words=entry.words[:200],
                file=file, added_at=at.now, added_by=at.actor,
            )  # fmt: skip
            known[lead.pk, entry.source] = row
            fresh.append(row)
        elif entry.said_on > row.said_on:
            row.said_on, row.score, row.words = entry.said_on, entry.score, entry.words[:200]
            if row.pk:
                again[row.pk] = row
    bulk.insert(LeadSource, fresh)
    if again:
        LeadSource.objects.bulk_update(again.values(), ["said_on", "score", "words"])


def _note_new(found: Mapping[int, Sequence[PutLead]], cases: Mapping[int, TraceCase], at: Moment) -> None:
    """A new lead is something to try: the case says so."""
    steps, changed = [], []
    for case_id, rows in found.items():
        fresh = sum(one.is_new for one in rows)
        if not fresh:
            continue
        case = cases[case_id]
        steps.append((case, "lead", f"{fresh} new lead{'s' if fresh > 1 else ''}"))
        case.lead_on = at.today
        if case.state == State.OPEN or not case.next_action:
            case.next_action = TRY
        changed.append(case)
    if changed:
        TraceCase.objects.bulk_update(changed, ["lead_on", "next_action"])
    tell(steps, at)
