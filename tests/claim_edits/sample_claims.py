"""Claims that nothing is wrong with, as segments: what the tests break."""

from claims.edi.x12.claim_text import ClaimText, Segment


def _segments(text: str) -> tuple[Segment, ...]:
    return tuple(tuple(one.strip().split("*")) for one in text.strip().splitlines())


BILLING = _segments("""
PRV*BI*PXC*207Q00000X
NM1*85*2*HARBOR CLINIC*****XX*1234567893
N3*12 QUAY ST
N4*ALBANY*NY*122071234
REF*EI*123456789
""")
SUBSCRIBER = _segments("""
SBR*P*18*GRP1******CI
NM1*IL*1*DOE*JANE****MI*ABC123456
N3*1 ELM ST
N4*ALBANY*NY*12207
DMG*D8*19800102*F
NM1*PR*2*ACME HEALTH*****PI*60054
""")
CLAIM_P = _segments("""
CLM*C1001*350***11:B:1*Y*A*Y*Y
HI*ABK:E119*ABF:I10
NM1*82*1*LANE*RUTH****XX*1245319599
LX*1
SV1*HC:99213:25*150*UN*1***1:2
DTP*472*D8*20260901
REF*6R*L1
LX*2
SV1*HC:J1885*200*UN*2***1
DTP*472*D8*20260901
REF*6R*L2
LIN**N4*00409379501
CTP****1*ML
""")
CLAIM_I = _segments("""
CLM*H1*1000***11:A:1**A*Y*Y
DTP*434*RD8*20260901-20260903
DTP*435*DT*202609010800
CL1*1*1*01
HI*ABK:I10
NM1*71*1*LANE*RUTH****XX*1245319599
LX*1
SV2*0120**700*DA*2
LX*2
SV2*0300*HC:80053*300*UN*1
DTP*472*D8*20260902
""")
SECONDARY = _segments("""
SBR*P*18*******CI
CAS*CO*45*50
AMT*D*200
OI***Y***Y
NM1*IL*1*DOE*JANE****MI*ABC123456
NM1*PR*2*FIRST HEALTH*****PI*11111
""")
SVD_1 = _segments("""
SVD*11111*80*HC:99213:25**1
CAS*PR*1*70
DTP*573*D8*20260920
""")
SVD_2 = _segments("""
SVD*11111*120*HC:J1885**2
CAS*PR*2*80
DTP*573*D8*20260920
""")


def professional() -> ClaimText:
    return ClaimText("P", BILLING, SUBSCRIBER, (), CLAIM_P)


def institutional() -> ClaimText:
    return ClaimText("I", BILLING, SUBSCRIBER, (), CLAIM_I)


def with_patient() -> ClaimText:
    """The patient is the subscriber's child."""
    subscriber = tuple(("SBR", "P", "", "GRP1", "", "", "", "", "", "CI") if e[0] == "SBR" else e for e in SUBSCRIBER)
    patient = _segments("""
    PAT*19
    NM1*QC*1*DOE*TIM
    N3*1 ELM ST
    N4*ALBANY*NY*12207
    DMG*D8*20150304*M
    """)
    return ClaimText("P", BILLING, subscriber, patient, CLAIM_P)


def secondary() -> ClaimText:
    """For the second payer, with what the first decided: 350 = 200 paid + 150 of the patient's."""
    subscriber = tuple(("SBR", "S", *e[2:]) if e[0] == "SBR" else e for e in SUBSCRIBER)
    other = tuple(e for e in SECONDARY if e[0] != "CAS")
    second = next(n for n, e in enumerate(CLAIM_P) if e == ("LX", "2"))
    first = next(n for n, e in enumerate(CLAIM_P) if e == ("LX", "1"))
    claim = (*CLAIM_P[:first], *other, *CLAIM_P[first:second], *SVD_1, *CLAIM_P[second:], *SVD_2)
    return ClaimText("P", BILLING, subscriber, (), claim)


def changed(text: ClaimText, where: str, was: str, now: str) -> ClaimText:
    """One level with its first segment `was` as `now`; an empty `now` leaves it out."""
    import dataclasses

    level: tuple[Segment, ...] = getattr(text, where)
    old = tuple(was.split("*"))
    assert old in level, f"{was} is not in the sample"
    place = level.index(old)
    new = (tuple(now.split("*")),) if now else ()
    return dataclasses.replace(text, **{where: (*level[:place], *new, *level[place + 1 :])})
