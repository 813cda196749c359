"""The four files of a claim's life as a clearinghouse would deliver them: 837P, 999, 277CA, 835. Pure."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from arwork.lib.money import ZERO
from collections_app.demo.envelope import HUB, Segment, amount, day, interchange
from collections_app.demo.places import DemoPayer, DemoPractice
from collections_app.demo.story import DemoClaim, DemoClaimPayment, DemoServicePayment

CLAIMS = "005010X222A1"
REMITS = "005010X221A1"
STATUS = "005010X214"
ACK = "005010X231A1"
PAIRS = 6  # provider adjustments that one PLB holds
SELF_PAY = "09"  # dropped from SBR09 in 5010, yet what billing systems still send for a patient without cover


def claim_file(practice: DemoPractice, stories: Sequence[DemoClaim], *, on: dt.date, control: int) -> str:
    """An 837P with one transaction of all the practice's claims of the day."""
    body = list(_claims(practice, stories, on=on, control=control))
    return interchange(
        sender=practice.npi, receiver=HUB, on=on, control=control, functional="HC", version=CLAIMS,
        transactions=[("837", body)],
    )  # fmt: skip


def _claims(practice: DemoPractice, stories: Sequence[DemoClaim], *, on: dt.date, control: int) -> Iterator[Segment]:
    yield "BHT", "0019", "00", control, day(on), "0600", "CH"
    yield "NM1", "41", "2", practice.name.upper(), "", "", "", "", "46", practice.npi
    yield "PER", "IC", "BILLING OFFICE", "TE", practice.phone
    yield "NM1", "40", "2", "CLEARHUB", "", "", "", "", "46", HUB
    yield "HL", 1, "", 20, 1
    yield "NM1", "85", "2", practice.name.upper(), "", "", "", "", "XX", practice.npi
    yield "N3", practice.address.upper()
    yield "N4", practice.city.upper(), practice.state, f"{practice.zip}1234"
    yield "REF", "EI", practice.tin
    for number, story in enumerate(stories, 2):
        yield from _claim(story, hl=number)


def _claim(story: DemoClaim, *, hl: int) -> Iterator[Segment]:
    patient, payer = story.patient, story.patient.payer
    yield "HL", hl, 1, 22, 0
    yield "SBR", "P", "18", "", "", "", "", "", "", payer.filing if payer else SELF_PAY
    yield from _subscriber(story)
    if payer:
        yield "NM1", "PR", "2", payer.name.upper(), "", "", "", "", "PI", payer.payer_id
    else:
        yield "NM1", "PR", "2", "SELF PAY", "", "", "", "", "PI", "SELFPAY"
    yield "CLM", story.number, amount(story.charge), "", "", f"11:B:{story.frequency}", "Y", "A", "Y", "Y"
    if story.patient_paid:
        yield "AMT", "F5", amount(story.patient_paid)
    if story.replaces:
        yield "REF", "F8", story.replaces
    codes = [f"{'ABK' if place == 0 else 'ABF'}:{code}" for place, code in enumerate(story.diagnoses)]
    yield "HI", *codes
    if patient.secondary:
        yield "SBR", "S", "18", "", "", "", "", "", "", patient.secondary.filing
        yield "OI", "", "", "Y", "", "", "Y"
        yield "NM1", "IL", "1", patient.last.upper(), patient.first.upper(), "", "", "", "MI", f"S{patient.member_id}"
        yield "NM1", "PR", "2", patient.secondary.name.upper(), "", "", "", "", "PI", patient.secondary.payer_id
    for number, line in enumerate(story.lines, 1):
        code = f"HC:{line.code}:{line.modifier}" if line.modifier else f"HC:{line.code}"
        yield "LX", number
        yield "SV1", code, amount(line.charge), "UN", 1, "", "", 1
        yield "DTP", "472", "D8", day(story.service_on)
        yield "REF", "6R", f"{story.number}-{number}"


def _subscriber(story: DemoClaim) -> Iterator[Segment]:
    patient = story.patient
    yield "NM1", "IL", "1", patient.last.upper(), patient.first.upper(), "", "", "", "MI", patient.member_id
    yield "N3", patient.street.upper()
    yield "N4", patient.city.upper(), patient.state, patient.zip
    yield "DMG", "D8", day(patient.birth_on), patient.sex
    yield "PER", "IC", "", "TE", patient.phone


def accept_file(practice: DemoPractice, *, on: dt.date, control: int, of: int) -> str:
    """A 999 that accepts the whole functional group `of`."""
    body: list[Segment] = [
        ("AK1", "HC", of, CLAIMS), ("AK2", "837", "0001", CLAIMS), ("IK5", "A"), ("AK9", "A", 1, 1, 1),
    ]  # fmt: skip
    return interchange(
        sender=HUB, receiver=practice.npi, on=on, control=control, functional="FA", version=ACK,
        transactions=[("999", body)],
    )  # fmt: skip


def status_file(practice: DemoPractice, stories: Sequence[DemoClaim], *, on: dt.date, control: int) -> str:
    """A 277CA: each claim accepted by its payer, or rejected for an invalid member id."""
    return interchange(
        sender=HUB, receiver=practice.npi, on=on, control=control, functional="HN", version=STATUS,
        transactions=[("277", list(_statuses(practice, stories, on=on, control=control)))],
    )  # fmt: skip


def _statuses(practice: DemoPractice, stories: Sequence[DemoClaim], *, on: dt.date, control: int) -> Iterator[Segment]:
    total = sum((story.charge for story in stories), ZERO)
    yield "BHT", "0085", "08", control, day(on), "0600", "TH"
    yield "HL", 1, "", 20, 1
    yield "NM1", "PR", "2", "CLEARHUB", "", "", "", "", "46", HUB
    yield "TRN", "1", f"{control}"
    yield "DTP", "050", "D8", day(on)
    yield "DTP", "009", "D8", day(on)
    yield "HL", 2, 1, 21, 1
    yield "NM1", "41", "2", practice.name.upper(), "", "", "", "", "46", practice.npi
    yield "TRN", "2", f"{control}B"
    yield "STC", "A1:19:PR", day(on), "WQ", amount(total)
    yield "HL", 3, 2, 19, 1
    yield "NM1", "85", "2", practice.name.upper(), "", "", "", "", "XX", practice.npi
    yield "TRN", "1", f"{control}C"
    yield "STC", "A1:19:PR", "", "WQ", amount(total)
    for number, story in enumerate(stories, 4):
        patient = story.patient
        yield "HL", number, 3, "PT"
        yield "NM1", "QC", "1", patient.last.upper(), patient.first.upper(), "", "", "", "MI", patient.member_id
        yield "TRN", "2", story.number
        if story.rejected:
            yield "STC", "A7:33:IL", day(on), "U", amount(story.charge)
        else:
            yield "STC", "A2:20:PR", day(on), "WQ", amount(story.charge)
            yield "REF", "1K", story.icn
        yield "DTP", "472", "D8", day(story.service_on)


def remittance_file(practice: DemoPractice, deposits: Iterable["DemoDeposit"], *, on: dt.date, control: int) -> str:
    """An 835 with one transaction a deposit."""
    return interchange(
        sender=HUB, receiver=practice.npi, on=on, control=control, functional="HP", version=REMITS,
        transactions=[("835", list(deposit.segments(practice))) for deposit in deposits],
    )  # fmt: skip


class DemoDeposit:
    """One payment of one payer to one practice: its claims and, sometimes, money for no claim (PLB)."""

    def __init__(
        self, payer: DemoPayer, *, on: dt.date, trace: str, provider: Sequence[tuple[str, str, Decimal]] = ()
    ) -> None:
        self.payer = payer
        self.on = on
        self.trace = trace
        self.provider = tuple(provider)
        self.claims: list[tuple[DemoClaim, DemoClaimPayment]] = []

    @property
    def total(self) -> Decimal:
        """BPR02 = sum(CLP04) - sum(PLB): a positive PLB reduces the payment (RULES 2.1)."""
        paid = sum((advice.paid for _, advice in self.claims), ZERO)
        return paid - sum((money for _, _, money in self.provider), ZERO)

    def segments(self, practice: DemoPractice) -> Iterator[Segment]:
        payer = self.payer
        yield "BPR", "I", amount(self.total), "C", "ACH" if self.total else "NON", *[""] * 11, day(self.on)
        yield "TRN", "1", self.trace, f"1{payer.tin}"
        yield "DTM", "405", day(self.on)
        yield "N1", "PR", payer.name.upper(), "XV", payer.payer_id
        yield "N3", "PO BOX 99"
        yield "N4", "ANYTOWN", "IL", "60601"
        yield "REF", "2U", payer.payer_id
        yield "PER", "BL", "PROVIDER SERVICE", "TE", payer.phone
        yield "N1", "PE", practice.name.upper(), "XX", practice.npi
        yield "REF", "TJ", practice.tin
        answered = [(story, advice) for story, advice in self.claims if advice.status]
        if answered:
            yield "LX", 1
        for story, advice in answered:
            yield from _advice(story, advice)
        for start in range(0, len(self.provider), PAIRS):
            some = self.provider[start : start + PAIRS]
            pairs = [part for code, ref, money in some for part in (f"{code}:{ref}", amount(money))]
            yield "PLB", practice.npi, f"{self.on.year}1231", *pairs


def _advice(story: DemoClaim, advice: DemoClaimPayment) -> Iterator[Segment]:
    number = f"X{story.number[1:]}9" if advice.mangled else story.number
    # CLP06 has no code for commercial (CI) or Blue Cross (BL), which SBR09 has.
    filing = {"CI": "15", "BL": "12"}.get(advice.payer.filing, advice.payer.filing)
    payer_number = story.icn if advice.payer is story.patient.payer else f"S{story.icn}"
    if advice.mangled:
        payer_number = f"U{payer_number[::-1]}"
    patient = advice.named or story.patient
    # A payer that garbles the account number and the date leaves nothing to match by: work for a person.
    served = story.service_on + dt.timedelta(days=3 if advice.mangled else 0)
    services = [*_services(story, advice)]
    charge = sum((charge for _, _, charge in services), ZERO)
    yield (
        "CLP", number, advice.status, amount(advice.sign * charge), amount(advice.paid),
        amount(advice.patient) if advice.patient else "", filing, payer_number, "11", "1",
    )  # fmt: skip
    yield "NM1", "QC", "1", patient.last.upper(), patient.first.upper(), "", "", "", "MI", patient.member_id
    if advice.insured_id:
        yield "NM1", "74", "1", patient.last.upper(), patient.first.upper(), "", "", "", "C", advice.insured_id
    if behind := advice.forwarded_to:
        yield "NM1", "TT", "2", behind.name.upper(), "", "", "", "", "PI", behind.payer_id
    if advice.rarcs:
        yield "MOA", "", "", *advice.rarcs
    yield "DTM", "050", day(story.billed_on)
    for place, paid, charge in services:
        line = story.lines[place - 1]
        billed = f"HC:{line.code}:{line.modifier}" if line.modifier else f"HC:{line.code}"
        code, submitted = (f"HC:{paid.paid_as}", [billed]) if paid.paid_as else (billed, [])
        yield "SVC", code, amount(advice.sign * charge), amount(advice.sign * paid.paid), "", 1, *submitted
        yield "DTM", "472", day(served)
        yield from _adjustments(paid, advice.sign)
        if not advice.mangled:
            yield "REF", "6R", f"{story.number}-{place}"
        yield from (("LQ", "HE", rarc) for rarc in paid.rarcs)


def _services(story: DemoClaim, advice: DemoClaimPayment) -> Iterator[tuple[int, DemoServicePayment, Decimal]]:
    """Each service payment with the place of its service and the charge that it repeats."""
    for own, paid in enumerate(advice.lines, 1):
        place = paid.line or own
        yield place, paid, story.lines[place - 1].charge if paid.charge is None else paid.charge


def _adjustments(line: DemoServicePayment, sign: int) -> Iterator[Segment]:
    by_group: dict[str, list[str]] = {}
    for one in line.adjustments:
        by_group.setdefault(one.group, []).extend((one.carc, amount(sign * one.amount), ""))
    yield from (("CAS", group, *parts) for group, parts in by_group.items())
