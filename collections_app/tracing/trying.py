"""Calling a lead: asked of the contact gate, kept in the contact log, told in the history of the search.

A call to a lead asks where somebody can be reached and nothing else, whoever answers. A third party is asked once: a
second time only where they asked for it (12 CFR 1006.10(b)(3)); no message is left with them (1006.6(d)(1)).
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from arwork.lib.bulk import Among
from arwork.lib.errors import DomainError
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.amendments.history import Turn, Word
from claims.amendments.models import ChangeSource
from claims.parties.models import Account
from collections_app.contacts import gate
from collections_app.contacts.asking import ContactBlocked, blocked_words, facts_for, record_attempt
from collections_app.contacts.call_hours import zones_of_phone
from collections_app.contacts.frequency import asking_at
from collections_app.contacts.gate import GateFacts, Purpose, Verdict
from collections_app.contacts.models import Channel, Contact, ContactOutcome
from collections_app.limits.selectors import limit_book
from collections_app.tracing import cases as books
from collections_app.tracing.cases import LIVE, Moment, State, locked_case, tell
from collections_app.tracing.figures import figures_of
from collections_app.tracing.finding import end_if_found
from collections_app.tracing.lead_values import CALLED, PHONE, RELATIVE, number_of, shown
from collections_app.tracing.leads import rescore, settle
from collections_app.tracing.models import TraceCase, TraceEvent, TraceLead
from collections_app.tracing.writing import write_to_person

if TYPE_CHECKING:
    from arwork.staff.models import User

Outcome = ContactOutcome
Lead = TraceLead.State
#: What may come of a call to a lead, in the order in which it is asked.
OUTCOMES = (
    Outcome.REACHED, Outcome.THIRD_PARTY, Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.WRONG_NUMBER,
    Outcome.NOT_CONNECTED,
)  # fmt: skip
#: What of these did not bring anybody nearer.
_FAILURES = frozenset({Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.WRONG_NUMBER, Outcome.NOT_CONNECTED})
_SOURCE = "12 CFR 1006.10(b)(3)"
_ENDS = {Outcome.WRONG_NUMBER: Lead.WRONG, Outcome.NOT_CONNECTED: Lead.DEAD}


class ThirdPartyAsked(DomainError):
    """Somebody else was asked before, and did not ask to be called again."""

    code = "third_party_asked"
    status = 409


@dataclass(frozen=True, slots=True)
class LeadCall:
    """A call to a lead: what came of it, what was said, and whether somebody else asked to be called again."""

    outcome: str
    words: str = ""
    was_asked_to: bool = False
    why_anyway: str = ""


def may_call(case: TraceCase, lead: TraceLead, *, at: dt.datetime) -> Verdict:
    """Whether a lead may be called now: as the gate says of asking where the person is, in every zone in which the
    person or the number may be; and never a third party twice."""
    return may_call_each(case, [lead], at=at)[lead.pk]


def may_call_each(case: TraceCase, leads: Sequence[TraceLead], *, at: dt.datetime) -> dict[int, Verdict]:
    """The same of many leads of a case, in as many queries as of one."""
    asked = _asked_before({lead.pk for lead in leads})
    facts = _facts(case, at)
    words = "they were asked before and did not ask to be called again"
    return {
        lead.pk: Verdict(gate.Answer.BLOCK, words, "third_party", _SOURCE)
        if lead.pk in asked
        else _verdict(facts, lead, at, was_asked_to=False)
        for lead in leads
    }


def record_call(
    lead_id: int, call: LeadCall, *, actor: "User", today: dt.date, now: dt.datetime
) -> tuple[TraceCase, Contact]:
    """Keep a call to a lead, in the contact log and in the search; what follows for the lead and the search follows.

    Where the right person answers, the number is confirmed and written to them; a wrong number is not called again.
    Raises `ContactBlocked`, `ThirdPartyAsked`, `DomainError` naming the field, `SensitiveText`, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=call.words)
    if call.outcome not in OUTCOMES:
        raise DomainError("Choose what came of the call.", field="outcome")
    at = Moment(actor, today, now)
    try:
        with transaction.atomic():
            case, lead = _to_call(lead_id, actor, call)
            contact = _logged(case, lead, call, at)
            _follow(case, lead, call, contact, at)
    except IntegrityError as error:  # two at once: the constraint lets one of them through
        if "third_party" not in str(error) and "lead_id" not in str(error):
            raise
        raise _asked_twice() from None
    return case, contact


def account_of(case: TraceCase) -> int:
    """The account about which somebody is looked for: of those they answer for the oldest that stands."""
    rows = Account.objects.filter(guarantor=case.person_id).order_by("merged_into", "pk")
    standing = rows.filter(merged_into=None).values_list("pk", flat=True).first()
    if standing is None:
        raise DomainError("They answer for no account any more.")
    return standing


def _facts(case: TraceCase, at: dt.datetime) -> GateFacts:
    account_id = account_of(case)
    return facts_for([account_id], channel=gate.PHONE, at=at)[account_id]


def _verdict(facts: GateFacts, lead: TraceLead, at: dt.datetime, *, was_asked_to: bool) -> Verdict:
    """What the gate says of one lead, in every zone in which the person or the number may be."""
    number = number_of(lead.kind, lead.parts)
    attempts = asking_at(facts.attempts, "" if was_asked_to else number[-4:])
    facts = replace(facts, zones=facts.zones | frozenset(zones_of_phone(number)), attempts=attempts)
    return gate.verdict(facts, gate.PHONE, Purpose.LOCATION, at)


def _to_call(lead_id: int, actor: "User", call: LeadCall) -> tuple[TraceCase, TraceLead]:
    known = TraceLead.objects.filter(pk=lead_id).values_list("case", flat=True).first()
    case = locked_case(known or 0, actor)
    lead = TraceLead.objects.select_for_update().get(pk=lead_id)
    if lead.kind not in CALLED:
        raise DomainError("This lead has no number to call.")
    if lead.state not in LIVE or not case.is_open:
        raise DomainError("This lead is not tried any more.")
    if lead.kind == RELATIVE and call.outcome == Outcome.VOICEMAIL:
        raise DomainError(
            "No message is left with somebody else: it would tell them of a debt (12 CFR 1006.6(d)(1)). If one was "
            "left, log it as no answer and tell a supervisor.",
            field="outcome",
        )
    return case, lead


def _logged(case: TraceCase, lead: TraceLead, call: LeadCall, at: Moment) -> Contact:
    if not call.was_asked_to and _asked_before({lead.pk}):
        raise _asked_twice()
    number = number_of(lead.kind, lead.parts)
    contact = Contact(
        practice_id=case.practice_id, account_id=account_of(case), person_id=case.person_id, channel=Channel.PHONE,
        purpose=Purpose.LOCATION, outcome=call.outcome, number_end=number[-4:],
        spoken_to=lead.parts.get("name", "")[:80] if call.outcome == Outcome.THIRD_PARTY else "",
        note=call.words.strip(), at=at.now, by=at.actor,
    )  # fmt: skip
    found = _verdict(_facts(case, at.now), lead, at.now, was_asked_to=call.was_asked_to)
    if found.is_blocked and not call.why_anyway.strip():
        raise ContactBlocked(blocked_words(found), field="why_anyway", until=found.until and found.until.isoformat())
    return record_attempt(contact, why_anyway=call.why_anyway, was_asked_to=call.was_asked_to)


def _follow(case: TraceCase, lead: TraceLead, call: LeadCall, contact: Contact, at: Moment) -> None:
    """What a call means for its lead and its search."""
    lead.tried_on = at.today
    lead.failures += call.outcome in _FAILURES
    lead.save(update_fields=["tried_on", "failures"])
    settle(lead, _ENDS.get(Outcome(call.outcome), Lead.TRIED))
    case.tries += 1
    case.state = State.WORKING if case.is_open else case.state
    case.save(update_fields=["tries", "state"])
    words = call.words.strip() or shown(lead.kind, lead.parts)
    tell([(case, "tried", words)], at, lead=lead, contact=contact, outcome=call.outcome, was_asked_to=call.was_asked_to)
    if call.outcome == Outcome.REACHED:
        if lead.kind == PHONE and at.actor:
            word = Word(ChangeSource.CALL, reason="They answered at this number")
            lead.change = write_to_person(case.person_id, lead, Turn(at.actor, word, at.now, at.today))
            lead.save(update_fields=["change"])
            settle(lead, Lead.CONFIRMED)
        end_if_found(case, f"Reached by {lead.get_kind_display().lower()}", at)
    figures = figures_of(limit_book(), case.practice_id, on=at.today)
    rescore([case], {case.practice_id: figures.weights}, on=at.today)
    books.rank([case])


def _asked_before(lead_ids: Collection[int]) -> set[int]:
    """Of these leads those at which somebody else was asked. One query."""
    rows = TraceEvent.objects.filter(Among("lead", lead_ids), code="tried", outcome=Outcome.THIRD_PARTY)
    return set(rows.values_list("lead_id", flat=True))


def _asked_twice() -> ThirdPartyAsked:
    return ThirdPartyAsked(
        "They were asked before. Another call takes their own request: say so if they asked to be called again "
        f"({_SOURCE}).",
        field="was_asked_to",
    )
