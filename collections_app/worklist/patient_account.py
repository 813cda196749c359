"""A patient account at the desk: who answers, what the patient owes for each visit and why, whom to call at which
number until when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from arwork.lib.money import ZERO
from claims.billing.claim_detail import claim_seen_by
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.ledger.visits import VisitBill, shares_in_words, visit_bills
from claims.parties.models import Account, Patient, Person, PersonAddress, PersonPhone
from claims.parties.selectors import guarantor_account
from claims.payers.phones import shown_number
from claims.plausible.particulars import LANGUAGES
from collections_app.contacts import asking, gate
from collections_app.contacts.call_hours import CallOpening, patient_window, zones_of_phone
from collections_app.contacts.frequency import WINDOW_DAYS, CallPause, local_day
from collections_app.contacts.gate import Answer, GateFacts, Purpose, Verdict
from collections_app.contacts.models import Contact, Hold
from collections_app.contacts.selectors import holds_of, last_attempt, people_of
from collections_app.contacts.time_zones import zones_of_place
from collections_app.contacts.windows import calling_hours
from collections_app.limits.selectors import limit_book
from collections_app.promises.models import Promise
from collections_app.promises.selectors import promises_of
from collections_app.worklist import from_books
from collections_app.worklist.dispositions import NEXT_ACTIONS
from collections_app.worklist.first_calls import StatementClock, statement_words
from collections_app.worklist.models import WorkItem
from collections_app.worklist.timeline import done_on_account, done_on_claim
from collections_app.worklist.timeline_books import TimelineEvent

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.models import Person


KEYS = "psdfh"
#: Why a visit is not asked for yet, in a word or two.
PAUSES = {
    "verify": "probable: verify coverage first",
    "exception": "a payment waits to be posted",
    "correction": "the payer corrects it",
}


@dataclass(frozen=True, slots=True)
class PhoneToCall:
    """A phone number, the clock where it probably is, and whether it is known to be wrong. While the gate forbids a
    call to it `value` and `shown` are empty and `blocked` says why."""

    value: str
    shown: str
    kind: str
    local: str
    is_wrong: bool
    key: str
    is_preferred: bool = False
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class OwedVisit:
    """The patient responsibility of one claim, and why in words with amounts; `pause` says why nobody asks for it
    yet, "" where the call is about it. `stated` is what the patient had paid by the bill (AMT*F5), `in_no_receipt` the
    part that the books lack."""

    claim_id: int
    number: str
    patient: str
    on: dt.date
    charge: Decimal
    insurance: Decimal
    owes: Decimal
    since: dt.date
    why: str
    pause: str = ""
    stated: Decimal = ZERO
    received: Decimal = ZERO
    in_no_receipt: Decimal = ZERO


def _strongest(found: Verdict, holds: Sequence[Hold]) -> Hold | None:
    """The hold by which the gate blocks; None where it does not, or by something else."""
    if not found.is_blocked:
        return None
    return next((hold for hold in holds if hold.reason == found.rule), None)


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """Everything that a call to a guarantor needs; `is_returned`: mail came back from where they live."""

    guarantor: Person
    address: str
    patients: Sequence[str]
    numbers: Sequence[PhoneToCall]
    window: CallOpening
    holds: Sequence[Hold]
    promises: Sequence[Promise]
    visits: Sequence[OwedVisit]
    attempts: int
    last_attempt: Contact | None
    pause: CallPause | None
    gate: Verdict
    is_agreed: bool = False
    is_returned: bool = False
    language: str = ""

    @property
    def asked(self) -> Decimal:
        """What a call is about: the visits that may be asked for."""
        return sum((visit.owes for visit in self.visits if not visit.pause and visit.owes > 0), ZERO)

    @property
    def waiting(self) -> Sequence[OwedVisit]:
        """The visits that no call is about yet."""
        return [visit for visit in self.visits if visit.pause and visit.owes > 0]

    @property
    def is_too_early(self) -> bool:
        """Whether there is nothing yet that anybody could be asked for, nor a call that was agreed on."""
        return bool(self.waiting) and not self.asked and not self.is_agreed

    @property
    def stopped_by(self) -> Hold | None:
        """The strongest hold that forbids a call now, if any (RULES 11.9)."""
        return _strongest(self.gate, self.holds)

    @property
    def verdict(self) -> str:
        """`block`, `warn` or `allow`: whether the phone may be lifted now."""
        return str(Answer.BLOCK if self.is_too_early else self.gate.answer)


def paused_visits(account_id: int) -> dict[int, str]:
    """Why the patient of an account is not asked for a visit yet, by claim, in words. Three queries."""
    why_not = from_books.pauses(from_books.RowScope(ids=(account_id,)))
    return {claim: PAUSES[code] for claim, code in why_not.items()}


def account_sheet_of(
    *, actor: "User", item: WorkItem, today: dt.date, now: dt.datetime, viewer_zone: str
) -> AccountSheet:
    """The guarantor account of a patient-side item. Some thirty queries, whatever its size."""
    account = item.account
    if account is None:
        raise ValueError("this item has no account")
    guarantor = account.guarantor
    address = PersonAddress.objects.filter(person=guarantor.pk, is_current=True).order_by("-pk").first()
    phones = list(PersonPhone.objects.filter(person=guarantor.pk).order_by("is_wrong", "-is_preferred", "pk"))
    home = zones_of_place(address.state, address.zip) if address else frozenset()
    facts = asking.facts_for([account.pk], channel=gate.PHONE, at=now)[account.pk]
    is_agreed = item.next_at is not None and item.next_at <= now
    purpose = Purpose.REQUESTED if is_agreed else Purpose.COLLECTION
    statements = StatementClock(limit_book(), today)
    return AccountSheet(
        guarantor=guarantor,
        address=_address(address),
        patients=_patients(account),
        numbers=[
            _number(one, now, key, home, facts, purpose)
            for one, key in zip(phones, KEYS.ljust(len(phones)), strict=False)
        ],
        window=_window(facts, now, today, viewer_zone),
        holds=list(holds_of(actor=actor, account_id=account.pk, today=today)),
        promises=list(promises_of(actor=actor, account_id=account.pk)[:6]),
        visits=_visits(account.pk, statements),
        attempts=_attempts(facts, now),
        last_attempt=last_attempt(guarantor.pk),
        pause=None if is_agreed else gate.pause_of(facts, now),
        gate=gate.verdict(facts, gate.PHONE, purpose, now),
        is_agreed=is_agreed or item.promise_broken_on is not None,
        is_returned=bool(address and address.is_bad),
        language=LANGUAGES.get(guarantor.language, guarantor.language),
    )


def _patients(account: Account) -> list[str]:
    """For whom the guarantor answers beside themselves."""
    rows = Patient.objects.filter(account=account).exclude(person=account.guarantor_id)
    rows = rows.select_related("person").order_by("pk")
    return [f"{row.person.first} {row.person.last}".strip() + _born(row.person.birth_on) for row in rows]


def _born(day: dt.date | None) -> str:
    return f", born {day:%b} {day.day}, {day.year}" if day else ""


def _window(facts: GateFacts, now: dt.datetime, today: dt.date, viewer_zone: str) -> CallOpening:
    opens, closes = calling_hours(facts, today)
    return patient_window(now, facts.zones, opens=opens, closes=closes, viewer_zone=viewer_zone)


def _attempts(facts: GateFacts, now: dt.datetime) -> int:
    """What was tried to reach the person in seven days; what they began themselves is none."""
    since = facts.day(now) - dt.timedelta(days=WINDOW_DAYS)
    return sum(not one.is_inbound and local_day(one.at, facts.office_zone) > since for one in facts.attempts)


def _number(
    phone: PersonPhone, now: dt.datetime, key: str, home: frozenset[str], facts: GateFacts, purpose: Purpose
) -> PhoneToCall:
    """The local time is that of the address where the area code allows it, else of the area code. The number itself
    stays away while nobody may call it: what is not shown is not dialed."""
    zones = zones_of_phone(phone.number)
    here = next((one for one in facts.addresses if one.address_id == phone.pk), None)
    found = gate.verdict(replace(facts, address=here), gate.PHONE, purpose, now)
    is_hidden = found.is_blocked and not phone.is_wrong
    likely = sorted(zones & home or zones or home)
    clocks = {f"{now.astimezone(ZoneInfo(zone)):%H:%M}" for zone in likely}
    return PhoneToCall(
        value="" if is_hidden else phone.number,
        shown="" if is_hidden else shown_number(phone.number),
        kind="" if phone.kind == "unknown" else phone.kind,
        local=f"{clocks.pop()} there" if len(clocks) == 1 else "",
        is_wrong=phone.is_wrong,
        key="" if phone.is_wrong or is_hidden else key.strip(),
        is_preferred=phone.is_preferred,
        blocked=found.reason if is_hidden else "",
    )


def _visits(account_id: int, statements: StatementClock) -> list[OwedVisit]:
    rows = Receivable.objects.filter(account=account_id, bucket="PATIENT").order_by("-service_on", "pk")
    owed = {row.claim_id: row for row in rows[:50]}
    claims = Claim.objects.filter(pk__in=owed).select_related("patient__person")
    why_not = from_books.pauses(from_books.RowScope(ids=(account_id,)))
    found = []
    for visit in visit_bills(list(claims)):
        row = owed[visit.claim.pk]
        pause = PAUSES.get(why_not.get(visit.claim.pk, ""), "")
        found.append(replace(_visit(visit, row), pause=pause or _unbilled(row, statements)))
    return sorted(found, key=lambda visit: visit.on, reverse=True)


def _unbilled(row: Receivable, statements: StatementClock) -> str:
    told = (row.practice_id, row.since_on, row.first_statement_on)
    is_waiting = row.amount > 0 and statements.pause(*told)
    return statement_words(statements.statement_on(*told)) if is_waiting else ""


def _visit(visit: VisitBill, row: Receivable) -> OwedVisit:
    claim = visit.claim
    return OwedVisit(
        claim_id=claim.pk,
        number=claim.number,
        patient=f"{claim.patient.person.first} {claim.patient.person.last}".strip(),
        on=claim.service_from,
        charge=claim.charge,
        insurance=visit.plan_paid,
        owes=row.amount,
        since=row.since_on,
        why=shares_in_words(visit.why) or ("no insurance billed" if claim.coverage1_id is None else ""),
        stated=claim.patient_paid or ZERO,
        received=visit.patient_paid,
        in_no_receipt=visit.stated_paid,
    )


def _address(row: PersonAddress | None) -> str:
    if row is None:
        return ""
    return ", ".join(part for part in (row.line1, row.line2, f"{row.city} {row.state} {row.zip}".strip()) if part)


SHOWN = 50


@dataclass(frozen=True, slots=True)
class PhoneClock:
    """A phone number and what the clocks show where it may be; no number while nobody may call."""

    number: str
    shown: str
    local: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Reachability:
    """When the guarantor may be called, what forbids it for now, and the local time at each number."""

    window: CallOpening
    clocks: Sequence[PhoneClock]
    gate: Verdict
    pause: CallPause | None = None


@dataclass(frozen=True, slots=True)
class WorkHistory:
    """The work on a claim or a guarantor account; `reach` and `promises` are the guarantor account's alone."""

    practice_id: int
    people: list[tuple[int, str]]
    items: Sequence[tuple[WorkItem, str]]
    done: Sequence[TimelineEvent]
    holds: Sequence[Hold]
    promises: Sequence[Promise] = ()
    reach: Reachability | None = None

    @property
    def stopped_by(self) -> Hold | None:
        """The strongest hold that forbids a call now, if any (RULES 11.9)."""
        return _strongest(self.reach.gate, self.holds) if self.reach else None

    @property
    def may_call(self) -> bool:
        """Whether the phone may be lifted now."""
        return bool(self.reach and not self.reach.gate.is_blocked)


def work_on_claim(*, actor: "User", claim_id: int, today: dt.date) -> WorkHistory:
    """The work on one claim. Raises `NotFound` outside the actor's practices. Six queries."""
    claim = claim_seen_by(actor, claim_id)
    holds = holds_of(actor=actor, account_id=claim.account_id, today=today)
    return WorkHistory(
        practice_id=claim.practice_id,
        people=people_of(claim.account),
        items=_items(WorkItem.objects.filter(claim=claim.pk, practice=claim.practice_id)),
        done=done_on_claim(actor=actor, claim_id=claim.pk, most=SHOWN),
        holds=list(holds.filter(Q(claim=None) | Q(claim=claim.pk))),
    )


def work_on_account(
    *, actor: "User", account_id: int, today: dt.date, now: dt.datetime, viewer_zone: str
) -> WorkHistory:
    """The work on a guarantor account as such. Raises `NotFound` outside the actor's practices."""
    found = guarantor_account(actor=actor, account_id=account_id)
    account = found.account
    items = _items(WorkItem.objects.filter(account=account.pk, practice=account.practice_id))
    is_agreed = any(row.state == "open" and row.next_at is not None and row.next_at <= now for row, _ in items)
    return WorkHistory(
        practice_id=account.practice_id,
        people=people_of(account),
        items=items,
        done=done_on_account(actor=actor, account_id=account.pk, most=SHOWN),
        holds=list(holds_of(actor=actor, account_id=account.pk, today=today)),
        promises=list(promises_of(actor=actor, account_id=account.pk)[:SHOWN]),
        reach=_reach(found.guarantor, account.pk, today=today, now=now, viewer_zone=viewer_zone, is_agreed=is_agreed),
    )


def _items(rows: QuerySet[WorkItem]) -> list[tuple[WorkItem, str]]:
    """What was and is to be done; not what an import opened and settled on the same day before anybody saw it."""
    passing = Q(state="closed", touches=0, opened_on=F("closed_on"))
    found = rows.exclude(passing).select_related("owner", "claim").order_by("-state", "-pk")[:SHOWN]
    return [(row, NEXT_ACTIONS.get(row.next_action, row.next_action.replace("_", " "))) for row in found]


def _reach(
    person: "Person", account_id: int, *, today: dt.date, now: dt.datetime, viewer_zone: str, is_agreed: bool
) -> Reachability:
    facts = asking.facts_for([account_id], channel=gate.PHONE, at=now)[account_id]
    found = gate.verdict(facts, gate.PHONE, Purpose.REQUESTED if is_agreed else Purpose.COLLECTION, now)
    clocks = [
        PhoneClock(
            "" if found.is_blocked else one.number,
            "" if found.is_blocked else shown_number(one.number),
            _local(one.number, now),
            one.is_wrong,
        )
        for one in person.phones.all()
    ]
    pause = None if is_agreed else gate.pause_of(facts, now)
    return Reachability(_window(facts, now, today, viewer_zone), clocks, found, pause)


def _local(number: str, now: dt.datetime) -> str:
    """`13:05 Los Angeles`, or both clocks where the area code spans two."""
    told: dict[str, str] = {}
    for zone in sorted(zones_of_phone(number)):
        told.setdefault(f"{now.astimezone(ZoneInfo(zone)):%H:%M}", zone.rsplit("/", 1)[-1].replace("_", " "))
    return " or ".join(f"{clock} {place}" for clock, place in told.items())
