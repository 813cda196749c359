"""Small X12 files for tests, written segment by segment so that every figure under test is visible."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "edi"

PAYMENT = ["BPR*I*{paid}*C*ACH************20250103", "TRN*1*TRACE1*1512345678", "DTM*405*20250102"]
PARTIES = ["N1*PR*EXAMPLE PLAN*XV*12345", "REF*2U*P100", "N1*PE*EXAMPLE GROUP*XX*1234567893", "REF*TJ*987654321"]


def file_of(
    segments: Iterable[str],
    *,
    code: str = "835",
    version: str = "005010X221A1",
    group: str = "HP",
    element: str = "*",
    component: str = ":",
    terminator: str = "~",
    line_end: str = "",
) -> bytes:
    """One interchange around segments written with * and :, translated to the delimiters asked for."""
    body = [f"ST*{code}*0001*{version}", *segments]
    body.append(f"SE*{len(body) + 1}*0001")
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'GROUP':15}*250103*1200*^*00501*000000007*0*P*:"
    gs = f"GS*{group}*PAYER*GROUP*20250103*1200*9*X*{version}"
    lines = [isa, gs, *body, "GE*1*9", "IEA*1*000000007"]
    delimited = [line.translate({ord("*"): element, ord(":"): component}) for line in lines]
    return "".join(line + terminator + line_end for line in delimited).encode()


def remittance(*claims: list[str], paid: str, plbs: Iterable[str] = (), **delimiters: str) -> bytes:
    """An 835 of these claims; `paid` is BPR02."""
    header = [segment.format(paid=paid) for segment in PAYMENT] + PARTIES
    body = [segment for claim in claims for segment in claim]
    return file_of([*header, "LX*1", *body, *plbs], **delimiters)


def claim(number: str, *, charge: str = "100", paid: str = "80", patient: str = "20") -> list[str]:
    """A sound professional claim of one line whose difference is the patient's."""
    lines = [f"CLP*{number}*1*{charge}*{paid}*{patient}*12*ICN{number}*11*1", "NM1*QC*1*DOE*JANE*Q***MI*M1"]
    lines += [f"SVC*HC:99213:25*{charge}*{paid}**1", "DTM*472*20241201"]
    return [*lines, *([f"CAS*PR*2*{patient}"] if Decimal(patient or "0") else [])]
