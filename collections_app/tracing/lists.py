"""Searches as their pages show them: lists with the best first, and one with its leads, checklist and history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib import tabs
from arwork.lib.bulk import Among
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account
from collections_app.contacts.gate import Verdict
from collections_app.contacts.models import ContactOutcome
from collections_app.contacts.script_texts import own_texts
from collections_app.contacts.scripts import ScriptFacts, ScriptLine, language_of, script_for
from collections_app.limits.selectors import limit_book
from collections_app.tracing.cases import LIVE
from collections_app.tracing.confidence import Confidence
from collections_app.tracing.figures import figures_of
from collections_app.tracing.lead_values import ADDRESS, CALLED, EMAIL, EMPLOYER, WRITTEN, number_of, shown
from collections_app.tracing.leads import score_of, words_of
from collections_app.tracing.models import OPEN_STATES, TraceCase, TraceEvent, TraceFile, TraceFileRow, TraceLead
from collections_app.tracing.sources import SearchStep, checklist
from collections_app.tracing.trying import may_call_each

if TYPE_CHECKING:
    from arwork.staff.models import User

State = TraceCase.State
WORK = "work"
#: The lists of searches: code, words, what is in it.
TABS: dict[str, tuple[str, Q]] = {
    WORK: ("To work", Q(state__in=OPEN_STATES)),
    "found": ("Found", Q(state=State.FOUND)),
    "exhausted": ("Exhausted", Q(state__in=(State.EXHAUSTED, State.STOPPED))),
    "all": ("All", Q()),
}
LEAD_KINDS, FILE_KINDS = TraceLead.Kind.choices, TraceFile.Kind.choices
#: What the history calls a step.
EVENTS = {
    "opened": "Search begun", "reopened": "Search goes on", "lead": "Leads came", "looked": "Looked, found nothing",
    "planned": "Next step", "tried": "Called", "confirmed": "Confirmed", "unconfirmed": "Confirmation taken back",
    "wrong": "Reaches somebody else", "dead": "Reaches nobody", "revived": "Dropped by mistake", "note": "Note",
    "found": "Found", "exhausted": "Given up", "stopped": "Stopped",
}  # fmt: skip
#: What to do with a lead of each kind that can't be called.
_NEXT = {
    ADDRESS: "Ask for it on a call, or see that mail is not returned; then confirm it",
    EMAIL: "Confirm it with them first: nobody consented to it",
    EMPLOYER: "Look for a number of theirs; ask for them by name only, and say nothing of a debt",
}
_HIDDEN = "(•••) •••-"


@dataclass(frozen=True, slots=True)
class LeadShown:
    """A lead with what speaks for it, whether it may be called now, and what to do next."""

    lead: TraceLead
    shown: str
    confidence: Confidence
    verdict: Verdict | None
    next: str

    @property
    def is_live(self) -> bool:
        return self.lead.state in LIVE

    @property
    def is_called(self) -> bool:
        return self.lead.kind in CALLED

    @property
    def is_written(self) -> bool:
        return self.lead.kind in WRITTEN


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A search as its page shows it."""

    case: TraceCase
    leads: Sequence[LeadShown]
    steps: Sequence[SearchStep]
    events: Sequence[tuple[TraceEvent, str, str]]
    accounts: Sequence[Account]
    script: Sequence[ScriptLine]


def cases(actor: "User", tab: str, *, owner: int | None = None) -> QuerySet[TraceCase]:
    """The searches of a list in the actor's practices: what is most likely to bring most comes first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = TraceCase.objects.filter(TABS[tab][1], practice__in=practice_ids(actor))
    if owner:
        rows = rows.filter(owner=owner)
    rows = rows.select_related("person", "owner", "practice")
    return rows.order_by("-worth", "-balance", "pk") if tab == WORK else rows.order_by("-closed_on", "-balance", "pk")


def tab_figures(actor: "User", *, owner: int | None = None) -> list[tabs.TabFigure]:
    """How many searches each list has, and what they are about. One query."""
    rows = TraceCase.objects.filter(practice__in=practice_ids(actor))
    if owner:
        rows = rows.filter(owner=owner)
    labels = {code: label for code, (label, _) in TABS.items()}
    return tabs.tab_figures(rows, labels, among=lambda code: TABS[code][1], adds=lambda _code: "balance")


def owners(actor: "User") -> list[tuple[int, str]]:
    """Who looks for somebody, for the filter. One query."""
    return tabs.owners_of(TraceCase.objects.filter(practice__in=practice_ids(actor)))


def waiting_count(actor: "User", _today: dt.date) -> int:
    """How many people are looked for."""
    return TraceCase.objects.filter(TABS[WORK][1], practice__in=practice_ids(actor)).count()


def accounts_of(rows: Iterable[TraceCase]) -> dict[int, list[Account]]:
    """The accounts that each person looked for answers for. One query."""
    found: dict[int, list[Account]] = defaultdict(list)
    people = [one.person_id for one in rows]
    for account in Account.objects.filter(Among("guarantor", people), merged_into=None).order_by("pk"):
        found[account.guarantor_id].append(account)
    return found


def case_shown(case: TraceCase, *, actor: "User", now: dt.datetime, today: dt.date) -> CaseShown:
    """A search with everything on its page, the best lead first. A number that may not be called now is not shown."""
    weights = figures_of(limit_book(), case.practice_id, on=today).weights
    leads = list(TraceLead.objects.filter(case=case).order_by("pk"))
    words = words_of([one.pk for one in leads])
    accounts = accounts_of([case])[case.person_id]
    called = [one for one in leads if one.kind in CALLED and one.state in LIVE] if case.is_open and accounts else []
    verdicts = may_call_each(case, called, at=now) if called else {}
    rows = []
    for lead in leads:
        verdict = verdicts.get(lead.pk)
        scored = score_of(lead, words.get(lead.pk, ()), weights, on=today)
        rows.append(LeadShown(lead, _shown(lead, verdict), scored, verdict, _next(lead, verdict)))
    rows.sort(key=lambda one: (not one.is_live, -one.confidence.score, one.lead.pk))
    events = case.events.select_related("by").order_by("-pk")
    speaking = {word.code for lead in words.values() for word in lead}
    return CaseShown(
        case,
        rows,
        checklist(speaking, case.looked_at),
        [(one, EVENTS.get(one.code, one.code), _outcome(one)) for one in events],
        accounts,
        _script(case, actor, today) if called else (),
    )


def files(actor: "User") -> QuerySet[TraceFile]:
    """Files that went out and came in, the newest first."""
    require(actor, Capability.SEE_FILES)
    rows = TraceFile.objects.filter(practice__in=practice_ids(actor))
    return rows.select_related("practice", "made_by", "undone_by").defer("content").order_by("-pk")


def lines_of(file: TraceFile) -> QuerySet[TraceFileRow]:
    """The lines of a file, in its order."""
    return file.lines.select_related("person").order_by("line")


def _script(case: TraceCase, actor: "User", today: dt.date) -> list[ScriptLine]:
    """What is said to somebody else: the practice's own words for it, where it has some."""
    person = f"{case.person.first} {case.person.last}".strip()
    values = {"agent": actor.get_full_name() or actor.username, "person": person, "practice": case.practice.name}
    facts = ScriptFacts(standing="else", language=language_of(case.person.language))
    return script_for(facts, values, own_texts(case.practice_id, today))


def _shown(lead: TraceLead, verdict: Verdict | None) -> str:
    text = shown(lead.kind, lead.parts)
    if verdict is None or not verdict.is_blocked:
        return text
    number = number_of(lead.kind, lead.parts)
    name = f"{lead.parts['name']}, " if lead.parts.get("name") else ""
    return f"{name}{_HIDDEN}{number[-4:]}"


def _next(lead: TraceLead, verdict: Verdict | None) -> str:
    if lead.state not in LIVE:
        return ""
    if verdict is None:
        return _NEXT.get(lead.kind, "Reopen the search to call it")
    if verdict.is_blocked:
        return f"Not now: {verdict.reason} ({verdict.source})"
    return "Call, and ask where they can be reached"


def _outcome(event: TraceEvent) -> str:
    return ContactOutcome(event.outcome).label if event.outcome else ""
