"""Asking the gate: facts are read in sets, the verdict is given, and what is recorded keeps the verdict it had.

Whoever hands work out, shows a number, sends a message or logs a call asks here. `record_attempt` asks again under a
lock on the person, so of two who call somebody at once for the last time that is lawful one is told to wait.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from django.utils import timezone

from arwork.lib.errors import DomainError
from arwork.lib.sensitive import ensure_not_sensitive
from claims.parties.models import Person
from claims.parties.reach import NotNow
from collections_app.contacts import gate
from collections_app.contacts.contact_facts import attempts_to, calling_facts, facts_for, named
from collections_app.contacts.frequency import CallPause, asking_at
from collections_app.contacts.gate import (
    AddressFact,
    GateFacts,
    Purpose,
    Verdict,
)
from collections_app.contacts.gate_models import ContactVerdict
from collections_app.contacts.models import Contact, Direction
from collections_app.contacts.services import log_contact

__all__ = [
    "ContactBlocked", "attempts_to", "blocked_words", "call_refused", "calling_facts", "facts_for", "pauses_for",
    "record_attempt", "verdict_for", "verdicts_for",
]  # fmt: skip


class ContactBlocked(DomainError):
    """The law or what was agreed forbids this contact now. Facts: the `field` that takes the reason of one that was
    made all the same, and `until`, the first lawful minute."""

    code = "contact_blocked"


def verdict_for(
    *, account_id: int, channel: str, purpose: str, at: dt.datetime, address_id: int | None = None
) -> Verdict:
    """Whether the guarantor of an account may be contacted now, at one number or address where that is chosen.
    At most thirty queries, and those of the sources of standings."""
    facts = facts_for([account_id], channel=channel, at=at)[account_id]
    return gate.verdict(_at_address(facts, address_id), named(channel), Purpose(purpose), at)


def verdicts_for(account_ids: Collection[int], *, channel: str, purpose: str, at: dt.datetime) -> dict[int, Verdict]:
    """The same of many accounts, in as many queries as of one."""
    found = facts_for(account_ids, channel=channel, at=at)
    return {pk: gate.verdict(facts, named(channel), Purpose(purpose), at) for pk, facts in found.items()}


def record_attempt(
    contact: Contact,
    *,
    why_anyway: str = "",
    debts: Iterable[int] = (),
    address_id: int | None = None,
    may_override: bool = True,
    was_asked_to: bool = False,
) -> Contact:
    """Keep an attempt to reach a person, with the verdict that it had. The caller holds the transaction.

    The person stays locked until it ends, and the gate is asked again: what others recorded meanwhile counts. One that
    is blocked needs `why_anyway`, a reason typed by whoever made it, and is told to a supervisor. Somebody else is
    asked once where the person is, at each number; again where they asked to be called (`was_asked_to`). Raises
    `ContactBlocked`, `SensitiveText`.
    """
    ensure_not_sensitive(why_anyway=why_anyway)
    person = Person.objects.select_for_update(no_key=True).get(pk=contact.person_id or 0)
    account_id = contact.account_id or 0
    facts = facts_for([account_id], channel=contact.channel, at=contact.at, besides=contact.retells_id)[account_id]
    spoken_of = frozenset(debts) or frozenset({contact.claim_id} if contact.claim_id else ())
    facts = replace(_at_address(facts, address_id), debts=spoken_of)
    purpose = Purpose(contact.purpose)
    if purpose == Purpose.LOCATION and (contact.number_end or was_asked_to):
        facts = replace(facts, attempts=asking_at(facts.attempts, "" if was_asked_to else contact.number_end))
    found = gate.verdict(facts, named(contact.channel), purpose, contact.at)
    if contact.direction == Direction.IN:
        found = Verdict(gate.Answer.ALLOW)
    if found.is_blocked and not (why_anyway.strip() and may_override):
        raise ContactBlocked(blocked_words(found), field="why_anyway", until=found.until and found.until.isoformat())
    contact.person = person
    kept = log_contact(contact)
    ContactVerdict.objects.create(
        contact=kept,
        answer=found.answer,
        reason=found.reason[:200],
        rule=found.rule,
        source=found.source,
        until=found.until,
        number_kind=facts.address.kind if facts.address else "",
        debts=sorted(spoken_of),
        why_anyway=why_anyway.strip()[:300] if found.is_blocked else "",
    )
    return kept


def blocked_words(found: Verdict) -> str:
    """Why a contact is refused, and what to do, in a sentence or two."""
    since = f" It is allowed from {_moment(found.until)}." if found.until else ""
    return (
        f"Not allowed at this moment: {found.reason} ({found.source}).{since} If it was made all the same, say why: a "
        "supervisor will see it."
    )


def _moment(at: dt.datetime) -> str:
    here = timezone.localtime(at)
    return f"{here:%b} {here.day}, {here:%H:%M}"


def pauses_for(facts: Mapping[int, GateFacts], today: dt.date) -> dict[int, CallPause | None]:
    """By account, what the count of earlier calls forbids on a day, and until when."""
    noon = timezone.make_aware(dt.datetime.combine(today, dt.time(12)))
    return {pk: gate.pause_of(one, noon) if one.attempts else None for pk, one in facts.items()}


def call_refused(account_id: int, now: dt.datetime) -> NotNow | None:
    """Why the guarantor may not be called now, as the pages of the books ask for it."""
    found = verdict_for(account_id=account_id, channel=gate.PHONE, purpose=Purpose.COLLECTION, at=now)
    return NotNow(found.reason, found.source, found.until) if found.is_blocked else None


def _at_address(facts: GateFacts, address_id: int | None) -> GateFacts:
    if address_id is None:
        return facts
    known = next((one for one in facts.addresses if one.address_id == address_id), AddressFact(address_id))
    return replace(facts, address=known)
