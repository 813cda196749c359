"""Questions about claims: 276 (005010X212), one transaction a payer. Pure.

Loops: 2000A payer, 2000B who asks, 2000C provider, 2000D subscriber, 2000E dependent; TRN to DTP stand where the
patient stands. REF*EJ is the claim number under which we sent it, REF*1K the payer's own, AMT*T3 the charge.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from claims.edi.x12.claim_text import Segment
from collections_app.status_requests.transactions import (
    Levels,
    eight_digits,
    fitting,
    person_name,
    segment,
)


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """A person as the payer knows them. `sex` is M, F or empty; the member id is the subscriber's alone."""

    last: str
    first: str
    birth_on: dt.date | None = None
    sex: str = ""
    member_id: str = ""
    middle: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks whom: names and ids of the payer (PI) and of whoever sends the file (46)."""

    payer_name: str
    payer_id: str
    sender_name: str
    sender_id: str


@dataclass(frozen=True, slots=True)
class StatusInquiry:
    """One claim asked about. `trace` comes back in the answer's TRN; `patient` is None where the subscriber is it."""

    trace: str
    provider_name: str
    provider_npi: str
    subscriber: AskedPerson
    patient: AskedPerson | None
    claim_number: str
    icn: str
    bill_type: str  # of institutional claims, e.g. 131; else empty
    charge: Decimal
    service_from: dt.date
    service_to: dt.date

    @property
    def provider(self) -> tuple[str, str]:
        return self.provider_npi, self.provider_name


def status_transaction(
    inquiries: Iterable[StatusInquiry], asker: Asker, *, reference: str, made_at: dt.datetime
) -> list[Segment]:
    """What stands between ST and SE of a 276 about claims of one payer; `reference` is BHT03."""
    return _body(list(inquiries), asker, reference, made_at)


def lacks_for_status(one: StatusInquiry) -> str:
    """What the guide requires and the books don't have, in words; "" where the question can be asked."""
    who = one.patient or one.subscriber
    missing = (
        ("the NPI of the provider", one.provider_npi),
        ("the member id of the coverage", fitting(one.subscriber.member_id, 80)),
        ("the name of the insured", fitting(one.subscriber.last, 60)),
        ("the patient's name", fitting(who.last, 60)),
        ("the patient's day of birth", who.birth_on),
        ("the claim's number", fitting(one.claim_number, 38)),
    )
    return ", ".join(words for words, there in missing if not there)


def _body(inquiries: Sequence[StatusInquiry], asker: Asker, reference: str, made_at: dt.datetime) -> list[Segment]:
    levels = Levels()
    payer, payer_level = levels.open("20", has_children=True)
    receiver, receiver_level = levels.open("21", parent=payer, has_children=True)
    written = [
        segment("BHT", "0010", "13", fitting(reference, 50), eight_digits(made_at.date()), f"{made_at:%H%M}"),
        payer_level,
        segment("NM1", "PR", "2", fitting(asker.payer_name, 60), "", "", "", "", "PI", fitting(asker.payer_id, 80)),
        receiver_level,
        segment("NM1", "41", "2", fitting(asker.sender_name, 60), "", "", "", "", "46", fitting(asker.sender_id, 80)),
    ]
    ordered = sorted(inquiries, key=lambda one: (one.provider, one.trace))
    for (npi, name), group in groupby(ordered, key=lambda one: one.provider):
        provider, level = levels.open("19", parent=receiver, has_children=True)
        written += [level, segment("NM1", "1P", "2", fitting(name, 60), "", "", "", "", "XX", npi)]
        for one in group:
            written += _person(one, levels, provider)
    return written


def _person(one: StatusInquiry, levels: Levels, provider: int) -> list[Segment]:
    insured, patient = one.subscriber, one.patient
    subscriber, level = levels.open("22", parent=provider, has_children=patient is not None)
    name = person_name("IL", insured.last, insured.first, middle=insured.middle, member_id=insured.member_id)
    if patient is None:
        return [level, *_born(insured), name, *_claim(one)]
    _, below = levels.open("23", parent=subscriber, has_children=False)
    own_name = person_name("QC", patient.last, patient.first, middle=patient.middle)
    # HL04 of a dependent is not used in this guide
    return [level, name, below[:4], *_born(patient), own_name, *_claim(one)]


def _born(person: AskedPerson) -> list[Segment]:
    if person.birth_on is None:
        return []
    sex = person.sex if person.sex in ("M", "F") else ""
    return [segment("DMG", "D8", eight_digits(person.birth_on), sex)]


def _claim(one: StatusInquiry) -> list[Segment]:
    written = [segment("TRN", "1", fitting(one.trace, 50))]
    if one.icn:
        written.append(segment("REF", "1K", fitting(one.icn, 50)))
    if one.bill_type:
        written.append(segment("REF", "BLT", fitting(one.bill_type, 4)))
    written.append(segment("REF", "EJ", fitting(one.claim_number, 38)))
    written.append(segment("AMT", "T3", f"{one.charge:.2f}"))
    if one.service_from == one.service_to:
        written.append(segment("DTP", "472", "D8", eight_digits(one.service_from)))
    else:
        both = f"{eight_digits(one.service_from)}-{eight_digits(one.service_to)}"
        written.append(segment("DTP", "472", "RD8", both))
    return written
