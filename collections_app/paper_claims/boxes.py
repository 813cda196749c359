"""Which text stands in which box of a CMS-1500 (02/12), page by page. Pure.

By the reference instruction manual of NUCC for the form of 02/12: capitals without punctuation in codes, days as MM DD
YY (birth dates with four digits of the year), dollars and cents apart, six lines a page. What the claim leaves open
stays open. Where nothing else is said as the place of service, it is the billing provider's (005010X222A1 loop 2310C).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from claims.edi.x12.claim_text import ClaimText, Segment
from claims.edi.x12.records_837 import Claim837, Line837, Party
from collections_app.claim_edits.claim_record import record_of
from collections_app.claim_edits.subject import CheckedClaim, Facts, element

LINES_A_PAGE = 6
ON_FILE = "SIGNATURE ON FILE"
_LETTERS = "ABCDEFGHIJKL"
_KINDS = {"MA": "medicare", "MB": "medicare", "MC": "medicaid", "CH": "tricare", "VA": "champva", "FI": "feca"}
_GROUP_PLANS = frozenset({"BL", "CI", "HM", "12", "13", "14", "15", "17"})
_RELATIONS = {"18": "self", "01": "spouse", "19": "child"}
_OTHER_DAYS = ("439", "454", "304", "453", "455", "471", "444", "090", "091")
_REFERRERS = ("DN", "DK", "DQ")


class NotForThisForm(DomainError):
    """A claim that the CMS-1500 has no boxes for."""

    code = "not_for_this_form"


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One page: its boxes by name (`2`, `10a_yes`, `24.1_charge_dollars`, ...). A box that is ticked holds X; a box
    that is not there stays open."""

    number: int
    pages: int
    boxes: dict[str, str]


def pages_of(text: ClaimText, *, on: dt.date) -> list[PaperPage]:
    """The pages of a professional claim, made on that day. Raises `NotForThisForm` for the other two forms."""
    if text.form != "P":
        raise NotForThisForm("The CMS-1500 is for professional claims. A hospital's is the UB-04.")
    record = record_of(text)
    subject = CheckedClaim(text, record, Facts("", "", on))
    lines = list(subject.line_segments())
    groups = [lines[n : n + LINES_A_PAGE] for n in range(0, len(lines), LINES_A_PAGE)] or [[]]
    head = {name: value for name, value in _head(subject, on) if value}
    found = []
    for number, group in enumerate(groups, 1):
        boxes = dict(head)
        for row, (_, line, segments) in enumerate(group, 1):
            boxes |= {f"24.{row}_{name}": value for name, value in _line(subject, line, segments) if value}
        boxes |= {name: value for name, value in _sums(record, is_last=number == len(groups)) if value}
        found.append(PaperPage(number, len(groups), boxes))
    return found


def _head(subject: CheckedClaim, on: dt.date) -> Iterator[tuple[str, str]]:
    record, text = subject.record, subject.text
    insured, patient = record.subscriber, record.patient
    payer = record.payer
    if payer:
        yield from zip(("carrier_1", "carrier_2", "carrier_3"), _address_lines(payer.name, payer.party), strict=False)
    filing = insured.filing
    yield f"1_{_KINDS.get(filing) or ('group' if filing in _GROUP_PLANS else 'other')}", "X"
    yield "1a", insured.member_id
    yield "2", _name(patient)
    yield from _birth("3", patient)
    yield "4", _name(insured.party)
    yield from _address("5", patient)
    yield f"6_{_RELATIONS.get(insured.relationship, 'other')}", "X"
    yield from _address("7", insured.party)
    yield from _other_insured(record)
    yield from _causes(record)
    codes = [one.code for one in record.codes if one.qualifier == "BG"]
    yield "10d", " ".join(codes)
    is_first_medicare = filing in ("MA", "MB") and not record.other_coverages
    yield "11", insured.group_number or ("NONE" if is_first_medicare else "")
    yield from _birth("11a", insured.party)
    if number := _property_claim(text):
        yield "11b_qualifier", "Y4"
        yield "11b", number
    yield "11c", insured.group_name.upper()
    yield "11d_yes" if record.other_coverages else "11d_no", "X"
    clm = subject.segment("CLM")
    yield "12", ON_FILE if element(clm, 9) in ("Y", "I") else ""
    yield "13", ON_FILE if record.benefits_assigned == "Y" else ""
    yield from _days(subject)
    yield from _referring(subject)
    yield "19", " ".join(element(one, 2) for one in subject.claim_level() if one[0] == "NTE").upper()
    yield from _outside_laboratory(subject)
    pointed = [one for one in record.diagnoses if one.qualifier in ("BK", "ABK", "BF", "ABF")]
    if pointed:
        yield "21_indicator", "0" if pointed[0].qualifier.startswith("A") else "9"
    for letter, one in zip(_LETTERS, pointed, strict=False):
        yield f"21_{letter}", one.code.replace(".", "").upper()
    if record.frequency in ("7", "8"):
        yield "22_code", record.frequency
        yield "22_reference", record.original_icn
    yield "23", record.prior_auth or record.referral or record.refs.get("X4", "")
    yield from _foot(subject, on)


def _other_insured(record: Claim837) -> Iterator[tuple[str, str]]:
    if not record.other_coverages:
        return
    other = record.other_coverages[0]
    yield "9", _name(other.subscriber.party)
    yield "9a", other.subscriber.group_number or other.subscriber.member_id
    yield "9d", (other.subscriber.group_name or (other.payer.name if other.payer else "")).upper()


def _causes(record: Claim837) -> Iterator[tuple[str, str]]:
    for box, cause in (("10a", "EM"), ("10b", "AA"), ("10c", "OA")):
        yield f"{box}_{'yes' if cause in record.related_causes else 'no'}", "X"
    yield "10b_state", record.accident_state


def _days(subject: CheckedClaim) -> Iterator[tuple[str, str]]:
    for code in ("431", "484"):
        if day := _day_of(subject, code):
            yield "14", _short(day)
            yield "14_qualifier", code
            break
    for code in _OTHER_DAYS:
        if day := _day_of(subject, code):
            yield "15", _short(day)
            yield "15_qualifier", code
            break
    span = element(subject.segment("DTP", "314"), 3)
    away = span.split("-") if span else [_day_of(subject, "360"), _day_of(subject, "361")]
    yield "16_from", _short(away[0])
    yield "16_to", _short(away[-1] if len(away) > 1 else "")
    yield "18_from", _short(_day_of(subject, "435"))
    yield "18_to", _short(_day_of(subject, "096"))


def _referring(subject: CheckedClaim) -> Iterator[tuple[str, str]]:
    for one in subject.text.claim:
        if one[0] == "NM1" and element(one, 1) in _REFERRERS:
            yield "17_qualifier", element(one, 1)
            names = (element(one, 4), element(one, 5), element(one, 3), element(one, 7))
            yield "17", " ".join(part for part in names if part).upper()
            yield "17b", element(one, 9) if element(one, 8) == "XX" else ""
            return


def _outside_laboratory(subject: CheckedClaim) -> Iterator[tuple[str, str]]:
    bought = [element(one, 2) for one in subject.text.claim if one[0] == "PS1"]
    if not bought:
        yield "20_no", "X"
        return
    yield "20_yes", "X"
    dollars, cents = _money(sum((Decimal(one or "0") for one in bought), ZERO))
    yield "20_dollars", dollars
    yield "20_cents", cents


def _foot(subject: CheckedClaim, on: dt.date) -> Iterator[tuple[str, str]]:
    record, text = subject.record, subject.text
    billing = record.billing
    yield "26", record.number.upper()
    yield f"27_{'yes' if record.assignment == 'A' else 'no'}", "X"
    if element(subject.segment("CLM"), 6) == "Y":
        yield "31", ON_FILE
        yield "31_date", f"{on:%m %d %y}"
    place = record.facility or billing
    if place:
        yield from zip(("32_1", "32_2", "32_3"), _address_lines(place.name, place.party), strict=False)
        yield "32a", place.npi
    if billing is None:
        return
    yield "25", billing.tin.replace("-", "")
    is_person = any(one[:2] == ("REF", "SY") for one in text.billing)
    yield "25_ssn" if is_person else "25_ein", "X"
    yield "33_phone", _phone(text)
    yield from zip(("33_1", "33_2", "33_3"), _address_lines(billing.name, billing.party), strict=False)
    yield "33a", billing.npi
    yield "33b", f"ZZ{billing.taxonomy}" if billing.taxonomy else ""


def _line(subject: CheckedClaim, line: Line837, segments: tuple[Segment, ...]) -> Iterator[tuple[str, str]]:
    record = subject.record
    first, last = line.service_from or record.service_from, line.service_to or record.service_to
    yield "from", f"{first:%m %d %y}" if first else ""
    yield "to", f"{last:%m %d %y}" if last else ""
    yield "place", line.place or record.facility_code
    service = next((one for one in segments if one[0] == "SV1"), ())
    yield "emergency", "Y" if element(service, 9) == "Y" else ""
    yield "code", line.code
    for n, modifier in enumerate(line.modifiers, 1):
        yield f"modifier_{n}", modifier
    letters = [_LETTERS[one - 1] for one in line.dx_pointers if 1 <= one <= len(_LETTERS)]
    yield "pointers", "".join(letters)
    yield from zip(("charge_dollars", "charge_cents"), _money(line.charge), strict=True)
    yield "units", f"{line.units.normalize():f}"
    yield "epsdt", "Y" if element(service, 11) == "Y" else ""
    rendering = line.rendering_npi or (record.rendering.npi if record.rendering else "")
    yield "npi", rendering
    yield "shaded", _drug(line, segments)


def _drug(line: Line837, segments: tuple[Segment, ...]) -> str:
    if not line.ndc:
        return " ".join(element(one, 2) for one in segments if one[0] == "NTE").upper()
    counted = next((one for one in segments if one[0] == "CTP"), ())
    amount = f"{element(counted, 5).split(':')[0]}{element(counted, 4)}"
    return f"N4{line.ndc} {amount}".strip()


def _sums(record: Claim837, *, is_last: bool) -> Iterator[tuple[str, str]]:
    if not is_last:
        yield "28_dollars", "CONTINUED"
        return
    yield from zip(("28_dollars", "28_cents"), _money(record.charge), strict=True)
    paid = [record.patient_paid, *(one.paid for one in record.other_coverages)]
    if any(one is not None for one in paid):
        total = sum((one for one in paid if one is not None), ZERO)
        yield from zip(("29_dollars", "29_cents"), _money(total), strict=True)


def _name(party: Party) -> str:
    last = " ".join(part for part in (party.last, party.suffix) if part)
    return ", ".join(part for part in (last, party.first, party.middle) if part).upper()


def _birth(box: str, party: Party) -> Iterator[tuple[str, str]]:
    if party.birth_on:
        yield f"{box}_birth", f"{party.birth_on:%m %d %Y}"
    if party.sex in ("F", "M"):
        yield f"{box}_{party.sex.lower()}", "X"


def _address(box: str, party: Party) -> Iterator[tuple[str, str]]:
    yield f"{box}_street", " ".join(part for part in (party.address1, party.address2) if part).upper()
    yield f"{box}_city", party.city.upper()
    yield f"{box}_state", party.state.upper()
    yield f"{box}_zip", party.zip
    digits = "".join(sign for sign in party.phone if sign.isdigit())[-10:]
    yield f"{box}_phone", f"{digits[:3]} {digits[3:]}" if digits else ""


def _address_lines(name: str, party: Party) -> Iterator[str]:
    yield name.replace(",", "").upper()
    yield " ".join(part for part in (party.address1, party.address2) if part).upper()
    zip_code = f"{party.zip[:5]}-{party.zip[5:]}" if len(party.zip) == 9 else party.zip
    yield " ".join(part for part in (party.city, party.state, zip_code) if part).upper()


def _phone(text: ClaimText) -> str:
    for one in text.billing:
        if one[0] == "PER":
            for n in (3, 5, 7):
                if element(one, n) == "TE":
                    digits = element(one, n + 1)
                    return f"{digits[:3]} {digits[3:]}"
    return ""


def _property_claim(text: ClaimText) -> str:
    """The number that a property or casualty insurer gave the case: REF*Y4."""
    return next((element(one, 2) for one in (*text.patient, *text.subscriber) if one[:2] == ("REF", "Y4")), "")


def _day_of(subject: CheckedClaim, code: str) -> str:
    return element(subject.segment("DTP", code), 3)


def _short(day: str) -> str:
    return f"{day[4:6]} {day[6:8]} {day[2:4]}" if len(day) >= 8 else ""


def _money(amount: Decimal) -> tuple[str, str]:
    dollars, _, cents = f"{amount:.2f}".partition(".")
    return dollars, cents
