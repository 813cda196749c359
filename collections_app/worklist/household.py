"""A patient account at the desk: who answers, what each visit left and why, whom to call at which number until when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.edi.code_words import carc_words
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Patient, Person, PersonAddress, PersonPhone
from claims.payers.phones import spoken
from collections_app.contacts.frequency import Pause, pause_after
from collections_app.contacts.models import Contact, Hold
from collections_app.contacts.selectors import calls_to, holds_of, limit_of
from collections_app.promises.models import Promise
from collections_app.promises.selectors import promises_of
from collections_app.worklist.models import WorkItem
from collections_app.worklist.timing import Window, candidate_zones, patient_window, zones_of_phone, zones_of_zip

if TYPE_CHECKING:
    from arwork.staff.models import User

RECENT_DAYS = 7
KEYS = "psdfh"


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number, the clock where it probably is, and whether it is known to be wrong."""

    value: str
    shown: str
    kind: str
    local: str
    is_wrong: bool
    key: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What one claim left to the patient, and why in words with amounts."""

    claim_id: int
    number: str
    patient: str
    on: dt.date
    charge: Decimal
    insurance: Decimal
    owes: Decimal
    since: dt.date
    why: str


@dataclass(frozen=True, slots=True)
class Household:
    """Everything that a call to a guarantor needs."""

    guarantor: Person
    address: str
    patients: Sequence[str]
    numbers: Sequence[Number]
    window: Window
    holds: Sequence[Hold]
    promises: Sequence[Promise]
    visits: Sequence[Visit]
    attempts: int
    last_attempt: Contact | None
    pause: Pause | None

    @property
    def stopped_by(self) -> Hold | None:
        """The hold that forbids a call now, if any."""
        return self.holds[0] if self.holds else None

    @property
    def verdict(self) -> str:
        """`block`, `warn` or `allow`: whether the phone may be lifted now."""
        if self.stopped_by or self.pause:
            return "block"
        if all(number.is_wrong for number in self.numbers):
            return "warn"
        return "allow" if self.window.open_now else "block"


def household_of(*, actor: "User", item: WorkItem, today: dt.date, now: dt.datetime, viewer_zone: str) -> Household:
    """The household of a patient-side item. Ten queries, whatever its size."""
    account = item.account
    if account is None:
        raise ValueError("this item has no account")
    guarantor = account.guarantor
    address = PersonAddress.objects.filter(person=guarantor.pk, is_current=True).order_by("-pk").first()
    phones = list(PersonPhone.objects.filter(person=guarantor.pk).order_by("is_wrong", "pk"))
    zip_codes = [address.zip] if address else []
    zones = candidate_zones(zip_codes=zip_codes, phones=[one.number for one in phones if not one.is_wrong])
    calls = calls_to(guarantor.pk, today=today)
    is_agreed = item.next_at is not None and item.next_at <= now
    return Household(
        guarantor=guarantor,
        address=_address(address),
        patients=_patients(account.pk),
        numbers=[_number(one, now, key, zip_codes) for one, key in zip(phones, KEYS.ljust(len(phones)), strict=False)],
        window=patient_window(now, zones, viewer_zone=viewer_zone),
        holds=list(holds_of(actor=actor, account_id=account.pk, today=today)),
        promises=list(promises_of(actor=actor, account_id=account.pk)[:6]),
        visits=_visits(account.pk),
        attempts=sum(today - dt.timedelta(days=RECENT_DAYS) < call.on for call in calls),
        last_attempt=Contact.objects.filter(person=guarantor.pk).order_by("-at").first(),
        pause=None if is_agreed else pause_after(calls, limit_of(address), today=today),
    )


def _patients(account_id: int) -> list[str]:
    rows = Patient.objects.filter(account=account_id).select_related("person").order_by("pk")
    return [f"{row.person.first} {row.person.last}".strip() + _born(row.person.birth_on) for row in rows]


def _born(day: dt.date | None) -> str:
    return f", born {day:%b} {day.day}, {day.year}" if day else ""


def _number(phone: PersonPhone, now: dt.datetime, key: str, zip_codes: Sequence[str]) -> Number:
    """The local time is that of the address where the area code allows it, else of the area code."""
    zones = zones_of_phone(phone.number)
    home = frozenset().union(*(zones_of_zip(code) for code in zip_codes)) if zip_codes else frozenset()
    likely = sorted(zones & home or zones or home)
    clocks = {f"{now.astimezone(ZoneInfo(zone)):%H:%M}" for zone in likely}
    return Number(
        value=phone.number,
        shown=spoken(phone.number),
        kind="" if phone.kind == "unknown" else phone.kind,
        local=f"{clocks.pop()} there" if len(clocks) == 1 else "",
        is_wrong=phone.is_wrong,
        key="" if phone.is_wrong else key.strip(),
    )


def _visits(account_id: int) -> list[Visit]:
    rows = Receivable.objects.filter(account=account_id, bucket="PATIENT").order_by("-service_on", "pk")
    owed = {row.claim_id: row for row in rows[:50]}
    claims = Claim.objects.filter(pk__in=owed).select_related("patient__person")
    insurance: dict[int, Decimal] = {}
    why: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    postings = Posting.objects.filter(claim__in=owed, kind__in=("payer_payment", "transfer")).order_by()
    for claim, kind, debit, credit, carc, amount in postings.values_list(
        "claim_id", "kind", "debit", "credit", "carc"
    ).annotate(total=Sum("amount")):
        if kind == "payer_payment":
            insurance[claim] = insurance.get(claim, ZERO) + (amount if debit in ("CASH", "UNAPPLIED") else -amount)
        elif "PATIENT" in (debit, credit):
            why[claim].append((carc, amount if debit == "PATIENT" else -amount))
    found = [_visit(claim, owed[claim.pk], insurance.get(claim.pk, ZERO), why[claim.pk]) for claim in claims]
    return sorted(found, key=lambda visit: visit.on, reverse=True)


def _visit(claim: Claim, row: Receivable, insurance: Decimal, why: list[tuple[str, Decimal]]) -> Visit:
    parts: dict[str, Decimal] = {}
    for carc, amount in why:
        name = carc_words(carc) if carc else "moved to the patient"
        parts[name] = parts.get(name, ZERO) + amount
    words = ", ".join(f"{name} ${amount:,.2f}" for name, amount in parts.items() if amount)
    return Visit(
        claim_id=claim.pk,
        number=claim.number,
        patient=f"{claim.patient.person.first} {claim.patient.person.last}".strip(),
        on=claim.service_from,
        charge=claim.charge,
        insurance=insurance,
        owes=row.amount,
        since=row.since_on,
        why=words or ("no insurance billed" if claim.coverage1_id is None else ""),
    )


def _address(row: PersonAddress | None) -> str:
    if row is None:
        return ""
    return ", ".join(part for part in (row.line1, row.line2, f"{row.city} {row.state} {row.zip}".strip()) if part)
