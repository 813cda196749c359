"""Questions about coverage: 270 (005010X279A1), one transaction a payer. Pure.

Loops: 2000A payer, 2000B provider, 2000C subscriber, 2000D dependent. EQ*30 asks for the plan as a whole; DTP*291 is
the day about which we ask: the day of service, or today where coverage is looked for.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from claims.edi.x12.claim_text import Segment
from collections_app.status_requests.request_276 import AskedPerson, Asker
from collections_app.status_requests.transactions import (
    Levels,
    eight_digits,
    fitting,
    person_name,
    segment,
)

#: EQ01: health benefit plan coverage.
WHOLE_PLAN = "30"


@dataclass(frozen=True, slots=True)
class CoverageInquiry:
    """One person asked about. `patient` is None where the subscriber is it; `service_on` is the day that counts."""

    trace: str
    provider_name: str
    provider_npi: str
    subscriber: AskedPerson
    patient: AskedPerson | None
    service_on: dt.date

    @property
    def provider(self) -> tuple[str, str]:
        return self.provider_npi, self.provider_name


def coverage_transaction(
    inquiries: Iterable[CoverageInquiry], asker: Asker, *, reference: str, made_at: dt.datetime
) -> list[Segment]:
    """What stands between ST and SE of a 270 about people at one payer; `reference` is BHT03."""
    return _body(list(inquiries), asker, reference, made_at)


def lacks_for_coverage(one: CoverageInquiry) -> str:
    """What a payer needs to find somebody and the books don't have, in words; "" where the question can be asked: the
    name, and the member id or the day of birth."""
    who = one.patient or one.subscriber
    missing = (
        ("the NPI of the provider", one.provider_npi),
        ("the name of the insured", fitting(one.subscriber.last, 60)),
        ("the patient's name", fitting(who.last, 60)),
        ("a member id or the day of birth", fitting(one.subscriber.member_id, 80) or who.birth_on),
    )
    return ", ".join(words for words, there in missing if not there)


def _body(inquiries: Sequence[CoverageInquiry], asker: Asker, reference: str, made_at: dt.datetime) -> list[Segment]:
    levels = Levels()
    payer, payer_level = levels.open("20", has_children=True)
    written = [
        segment("BHT", "0022", "13", fitting(reference, 50), eight_digits(made_at.date()), f"{made_at:%H%M}"),
        payer_level,
        segment("NM1", "PR", "2", fitting(asker.payer_name, 60), "", "", "", "", "PI", fitting(asker.payer_id, 80)),
    ]
    ordered = sorted(inquiries, key=lambda one: (one.provider, one.trace))
    for (npi, name), group in groupby(ordered, key=lambda one: one.provider):
        provider, level = levels.open("21", parent=payer, has_children=True)
        written += [level, segment("NM1", "1P", "2", fitting(name, 60), "", "", "", "", "XX", npi)]
        for one in group:
            written += _person(one, asker, levels, provider)
    return written


def _person(one: CoverageInquiry, asker: Asker, levels: Levels, provider: int) -> list[Segment]:
    insured, patient = one.subscriber, one.patient
    subscriber, level = levels.open("22", parent=provider, has_children=patient is not None)
    # TRN03 names who gave the trace: 9 and nine characters of the sender's id
    trace = segment(
        "TRN", "1", fitting(one.trace, 50), "9" + fitting(asker.sender_id, 9).replace(" ", "0").ljust(9, "0")
    )
    name = person_name("IL", insured.last, insured.first, middle=insured.middle, member_id=insured.member_id)
    asked = [segment("DTP", "291", "D8", eight_digits(one.service_on)), segment("EQ", WHOLE_PLAN)]
    if patient is None:
        return [level, trace, name, *_born(insured), *asked]
    _, below = levels.open("23", parent=subscriber, has_children=False)
    own_name = person_name("03", patient.last, patient.first, middle=patient.middle)
    return [level, name, below, trace, own_name, *_born(patient), *asked]


def _born(person: AskedPerson) -> list[Segment]:
    if person.birth_on is None:
        return []
    sex = person.sex if person.sex in ("M", "F") else ""
    return [segment("DMG", "D8", eight_digits(person.birth_on), sex)]
