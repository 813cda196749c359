"""Small X12 files for the tests of intake: written here, so that every amount and date stands in the test."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

NPI, TIN = "1245319599", "061234567"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One claim of an 837 to be written."""

    number: str
    charge: str = "125.00"
    lines: tuple[tuple[str, str], ...] = ()  # (code, charge); one line of the whole charge where empty
    first: str = "GUS"
    last: str = "GUARINO"
    born: str = "19610412"
    member: str = "MBR001"
    served: str = "20261005"
    frequency: str = "1"
    icn: str = ""
    sequence: str = "P"
    payer: tuple[str, str] | None = ("MERIDIAN CHOICE", "MER01")
    filing: str = "CI"
    prior: tuple[str, str, str] | None = None  # another payer: name, id, paid
    child: tuple[str, str] | None = None  # a dependent: first name, born
    extra: tuple[str, ...] = ()

    def but(self, **changes: object) -> "Sent":
        return replace(self, **changes)  # type: ignore[arg-type]


def write_837(
    claims: Sequence[Sent],
    *,
    npi: str = NPI,
    tin: str = TIN,
    sent_on: str = "20261010",
    control: int = 1,
    gs: int | None = None,
    usage: str = "CH",
) -> bytes:
    """An 837P of one interchange, one group, one transaction."""
    body = [
        f"BHT*0019*00*{control}*{sent_on}*1023*{usage}",
        "NM1*41*2*HARBOR BILLING*****46*HB01", "PER*IC*DESK*TE*2125550100", "NM1*40*2*CLEARING*****46*CLR01",
        "HL*1**20*1", f"NM1*85*2*HARBOR CLINIC*****XX*{npi}",
        "N3*1 HARBOR WAY", "N4*NEW YORK*NY*10004", f"REF*EI*{tin}",
    ]  # fmt: skip
    level = 1
    for claim in claims:
        level += 1
        body += _claim(claim, level)
        level += claim.child is not None
    return interchange("HC", "837", "005010X222A1", body, control=control, gs=gs, day=sent_on)


def _claim(claim: Sent, level: int) -> list[str]:
    relation = "" if claim.child else "18"
    body = [
        f"HL*{level}*1*22*{int(claim.child is not None)}",
        f"SBR*{claim.sequence}*{relation}*******{claim.filing}",
        f"NM1*IL*1*{claim.last}*{claim.first}****MI*{claim.member}",
        "N3*12 ELM STREET", "N4*BROOKLYN*NY*11201", f"DMG*D8*{claim.born}*M",
    ]  # fmt: skip
    if claim.payer:
        body.append(f"NM1*PR*2*{claim.payer[0]}*****PI*{claim.payer[1]}")
    if claim.child:
        first, born = claim.child
        body += [f"HL*{level + 1}*{level}*23*0", "PAT*19", f"NM1*QC*1*{claim.last}*{first}", f"DMG*D8*{born}*F"]
    body.append(f"CLM*{claim.number}*{claim.charge}***11:B:{claim.frequency}*Y*A*Y*Y")
    if claim.icn:
        body.append(f"REF*F8*{claim.icn}")
    body += ["HI*ABK:J0190", *claim.extra]
    if claim.prior:
        name, payer_id, paid = claim.prior
        body += ["SBR*P*18*******CI", f"AMT*D*{paid}", f"NM1*IL*1*{claim.last}*{claim.first}****MI*OTH9"]
        body.append(f"NM1*PR*2*{name}*****PI*{payer_id}")
    for number, (code, charge) in enumerate(claim.lines or (("99213", claim.charge),), 1):
        body += [f"LX*{number}", f"SV1*HC:{code}*{charge}*UN*1***1"]
        body += [f"DTP*472*D8*{claim.served}"] if claim.served else []
        body.append(f"REF*6R*{claim.number}-{number}")
    return body


def write_277ca(
    statuses: Sequence[tuple[str, str, str]], *, npi: str = NPI, day: str = "20261012", control: int = 50
) -> bytes:
    """A 277CA with (claim number, category such as A2, payer's claim number or "") for each claim."""
    body = [
        f"BHT*0085*08*{control}*{day}*1000*TH",
        "HL*1**20*1", "NM1*PR*2*MERIDIAN CHOICE*****PI*MER01", "TRN*1*BATCH1", f"DTP*050*D8*{day}",
        "HL*2*1*21*1", "NM1*41*2*HARBOR BILLING*****46*HB01", "TRN*2*1", f"STC*A1:19:PR*{day}*WQ*0",
        "HL*3*2*19*1", f"NM1*85*2*HARBOR CLINIC*****XX*{npi}",
    ]  # fmt: skip
    for level, (number, category, icn) in enumerate(statuses, 4):
        action = "WQ" if category in ("A0", "A1", "A2", "A5") else "U"
        body += [f"HL*{level}*3*PT", "NM1*QC*1*GUARINO*GUS****MI*MBR001", f"TRN*2*{number}"]
        body.append(f"STC*{category}:20*{day}*{action}*125")
        body += [f"REF*1K*{icn}"] if icn else []
    return interchange("HN", "277", "005010X214", body, control=control, day=day)


def write_999(
    sets: Sequence[tuple[str, str]], *, group: str = "1", day: str = "20261011", control: int = 60, verdict: str = "A"
) -> bytes:
    """A 999 for one group with (set control, A, E or R) for each set."""
    body = [f"AK1*HC*{group}*005010X222A1"]
    for set_control, code in sets:
        body += [f"AK2*837*{set_control}*005010X222A1"]
        body += ["IK3*NM1*12**8", "IK4*9*67*7*XXX"] if code == "R" else []
        body.append(f"IK5*{code}")
    body.append(f"AK9*{verdict}*1*1*{sum(code != 'R' for _, code in sets)}")
    return interchange("FA", "999", "005010X231A1", body, control=control, day=day)


def write_ta1(*, interchange_control: str, code: str = "A", day: str = "20261011") -> bytes:
    """A TA1 alone in its interchange."""
    isa = _isa(70, day)
    return "\n".join([f"{isa}~", f"TA1*{interchange_control}*{day[2:]}*1200*{code}*000~", "IEA*0*000000070~"]).encode()


def interchange(
    function: str, code: str, version: str, body: Sequence[str], *, control: int, day: str, gs: int | None = None
) -> bytes:
    """ISA to IEA around the segments of one transaction."""
    group = control if gs is None else gs
    segments = [
        _isa(control, day),
        f"GS*{function}*HB01*CLR01*{day}*1200*{group}*X*{version}",
        f"ST*{code}*0001*{version}", *body, f"SE*{len(body) + 2}*0001",
        f"GE*1*{group}", f"IEA*1*{control:09d}",
    ]  # fmt: skip
    return "".join(f"{segment}~\n" for segment in segments).encode()


def _isa(control: int, day: str) -> str:
    return (
        f"ISA*00*          *00*          *ZZ*{'HB01':<15}*ZZ*{'CLR01':<15}*{day[2:]}*1200*^*00501*{control:09d}*0*P*:"
    )


def many(count: int, *, start: int = 1) -> list[Sent]:
    """Claims of `count` people, two lines each, charges that differ."""
    found = []
    for n in range(start, start + count):
        cents = 10_000 + n
        first = Decimal(cents) / 100
        lines = (("99213", f"{first:.2f}"), ("87070", "15.25"))
        born = dt.date(1950, 1, 1) + dt.timedelta(days=n * 7 % 18_000)
        found.append(
            Sent(
                number=f"HC-{n:06d}",
                charge=f"{first + Decimal('15.25'):.2f}",
                lines=lines,
                first=f"P{n % 997}",
                last=f"PERSON{n // 3}",
                born=f"{born:%Y%m%d}",
                member=f"M{n:07d}",
                payer=(f"PAYER {n % 7}", f"PY{n % 7}"),
            )
        )
    return found
