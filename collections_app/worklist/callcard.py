"""The call card: everything that a payer's representative will ask for, and when the line is open."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claims.billing.models import Claim
from claims.billing.submitted_claims import number_sent
from claims.parties.models import Coverage
from claims.payers.models import PayerContact
from claims.payers.phones import COPY_KEYS, shown_number
from collections_app.contacts.call_hours import OpeningHours, payer_window
from collections_app.worklist.models import WorkItem

LONG = 24
_RANKS = {"PAYER2": "coverage2_id", "PAYER3": "coverage3_id"}


@dataclass(frozen=True, slots=True)
class CallFact:
    """One thing to read out or to paste: what is copied, how it is shown, and the key that copies it after `c`."""

    label: str
    value: str
    key: str
    shown: str = ""
    note: str = ""

    @property
    def is_phone(self) -> bool:
        """Can be dialed by a click."""
        return self.label.startswith("Phone") and self.value.startswith("+")

    @property
    def is_long(self) -> bool:
        """Needs the room of two."""
        return len(self.shown or self.value) > LONG


@dataclass(frozen=True, slots=True)
class CallCard:
    """The payer's lines with their hours, and what identifies the claim."""

    is_open: bool
    hours: str
    ways: Sequence[CallFact]
    facts: Sequence[CallFact]


def call_card_of(item: WorkItem, *, now: dt.datetime, viewer_zone: str) -> CallCard:
    """The card of a payer-side item, of the coverage that owes now. Two queries, three for one that stands apart."""
    contacts = list(PayerContact.objects.filter(payer=item.payer_id)) if item.payer_id else []
    phones = [one for one in contacts if one.kind == PayerContact.Kind.PHONE]
    hours = [
        OpeningHours(one.opens, one.closes, one.weekdays, one.time_zone) for one in phones if one.opens and one.closes
    ]
    window = payer_window(now, hours, viewer_zone=viewer_zone)
    words = window.words.replace("Can be called", "Open" if window.open_now else "Opens")
    return CallCard(
        is_open=window.open_now,
        hours=words,
        ways=_ways(contacts),
        facts=facts_of([item])[item.pk],
    )


def facts_of(items: Iterable[WorkItem]) -> dict[int, Sequence[CallFact]]:
    """By item, what identifies its claim to a payer. Two queries for all, and one more where some stand apart."""
    rows = [(item, item.claim) for item in items]
    covered = {item.pk: _coverage_id(item, claim) for item, claim in rows if claim}
    coverages = Coverage.objects.filter(pk__in={pk for pk in covered.values() if pk}).select_related("subscriber")
    known = {one.pk: one for one in coverages}
    sent = numbers_sent(claim for _, claim in rows if claim)
    return {
        item.pk: _facts(item, claim, known.get(covered[item.pk] or 0), sent[claim.pk]) if claim else ()
        for item, claim in rows
    }


def _coverage_id(item: WorkItem, claim: Claim) -> int | None:
    owing: int | None = getattr(claim, _RANKS.get(item.bucket, "coverage1_id"))
    return owing or claim.coverage1_id


def _ways(contacts: Sequence[PayerContact]) -> list[CallFact]:
    """Phones first; one key for the first of each kind."""
    keys = dict(COPY_KEYS)
    found = []
    for kind, name in (("phone", "Phone"), ("portal", "Portal"), ("fax", "Fax"), ("email", "E-mail")):
        for one in (one for one in contacts if one.kind == kind):
            shown = shown_number(one.value) if kind in ("phone", "fax") else one.value.removeprefix("https://")
            key = keys.pop(kind, "")
            found.append(CallFact(f"{name}, {one.purpose}", one.value, key, shown=shown, note=one.note))
    return found


def _facts(item: WorkItem, claim: Claim, coverage: Coverage | None, sent: str) -> list[CallFact]:
    person, practice = claim.patient.person, item.practice
    dates = f"{claim.service_from:%m/%d/%Y}"
    if claim.service_to != claim.service_from:
        dates += f" to {claim.service_to:%m/%d/%Y}"
    subscriber = coverage.subscriber if coverage else None
    facts = [
        CallFact("Patient", f"{person.first} {person.last}".strip(), "a"),
        CallFact("Date of birth", f"{person.birth_on:%m/%d/%Y}" if person.birth_on else "", "b"),
        CallFact("Member id", coverage.member_id if coverage else "", "m", note=_insured(subscriber, person)),
        CallFact("Group", coverage.group_number if coverage else "", "r", note=coverage.group_name if coverage else ""),
        CallFact("Claim no.", sent, "n", note="" if sent == claim.number else f"as sent; here {claim.number}"),
        CallFact("Payer's claim no. (ICN)", claim.icn, "i"),
        CallFact("Service dates", dates, "d"),
        CallFact("Charge", f"{claim.charge:.2f}", "h", shown=f"${claim.charge:,.2f}"),
        CallFact("NPI", claim.billing_npi or practice.npi, "v", note=practice.name),
        CallFact("Tax id", practice.tin, "t"),
        CallFact("Rendering NPI", claim.rendering_npi, "o", note=claim.rendering_name),
        CallFact("Authorization", claim.prior_auth, "u"),
        CallFact("Diagnoses", claim.diagnoses, "s"),
    ]
    return [fact for fact in facts if fact.value]


def numbers_sent(claims: Iterable[Claim]) -> dict[int, str]:
    """The number by which the payer knows each claim: one that stands apart was sent under that of another claim.

    One query where some claims look like that, else none.
    """
    sent = {one: number_sent(one.number, one.service_from) for one in claims}
    others = Claim.objects.filter(number__in={number for number in sent.values() if number})
    known = set(others.values_list("practice_id", "number"))
    return {one.pk: number if (one.practice_id, number) in known else one.number for one, number in sent.items()}


def _insured(subscriber: object, patient: object) -> str:
    return f"insured: {subscriber}" if subscriber and subscriber != patient else ""
