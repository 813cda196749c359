"""Public 837 files as claims in segments, read by a reader of the tests' own."""

import re
from pathlib import Path

from claims.edi.x12.claim_text import ClaimText, Segment
from tests.conftest import SHARED

EDI = SHARED / "edi"

CHIROPRACTIC = """
NM1*85*1*GREENE*DAVID*M***XX*1234567893~N3*1264 OAKWOOD AVE~N4*BALTIMORE*MD*212361234~REF*EI*987654321~
SBR*P*18*******MB~NM1*IL*1*WILLIAMSON*MATTHEW*J***MI*123456789A~N3*128 BROADCREEK~N4*BALTIMORE*MD*21234~
DMG*D8*19250110*M~NM1*PR*2*MEDICARE PART B MARYLAND*****PI*C12345~
CLM*125WILL*145.5***11:B:1*Y*A*Y*Y~DTP*454*D8*20050115~DTP*453*D8*20050110~DTP*455*D8*20050113~
CR2********A**CHRONIC PAIN AND DISCOMFORT~HI*BK:7215~LX*1~SV1*HC:98940*145.5*UN*1***1~DTP*472*D8*20050215~
REF*6R*01~
"""


def segments(text: str) -> tuple[Segment, ...]:
    return tuple(tuple(one.strip().split("*")) for one in text.split("~") if one.strip())


def claim(number: str = "125WILL", *, charge: str = "145.5", patient: str = "", form: str = "P") -> ClaimText:
    """A sound professional claim; `patient` (segments) where the subscriber is somebody else."""
    billing, subscriber, body = (segments(one) for one in re.split(r"(?=SBR|CLM)", CHIROPRACTIC))
    body = tuple(tuple(number if e == "125WILL" else charge if e == "145.5" else e for e in one) for one in body)
    return ClaimText(form, billing, subscriber, segments(patient), body)


def texts_of(path: Path) -> list[ClaimText]:
    """The claims of a file with plain delimiters, in its order."""
    content = path.read_text(encoding="latin-1").replace("\r", "").replace("\n", "")
    at = content.index("ISA")
    element, repetition = content[at + 3], content[at + 82]
    component, terminator = content[at + 104], content[at + 105]
    found, levels, level, form = [], {"20": [], "22": [], "23": []}, "", "P"
    for raw in content[at:].split(terminator):
        e = [one.replace(component, ":").replace(repetition, "^") for one in raw.strip().split(element)]
        if e[0] == "GS":
            form = {"22": "P", "23": "I", "24": "D"}.get(e[8][8:10] if len(e) > 8 else "", "P")
            level = ""
        elif e[0] in ("ST", "SE", "GE", "IEA", "ISA", ""):
            level = ""
        elif e[0] == "HL":
            level = e[3]
            for one in ("20", "22", "23")[("20", "22", "23").index(level) :]:
                levels[one] = []
        elif e[0] == "CLM":
            level = "CLM"
            found.append((form, *[tuple(levels[one]) for one in ("20", "22", "23")], [tuple(e)]))
        elif level == "CLM":
            found[-1][4].append(tuple(e))
        elif level:
            levels[level].append(tuple(e))
    return [ClaimText(form, a, b, c, tuple(d)) for form, a, b, c, d in found]
