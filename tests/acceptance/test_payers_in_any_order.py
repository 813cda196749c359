"""The bills and the answers of one claim's payers, read in any order, end in the same books, by nobody's hand.

The oracle knows no buckets of the product: it deals each line's charge out payer by payer, as the answers were made.
"""

import io
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.billing.models import Claim
from claims.edi import services
from claims.ledger.verify import verify
from claims.practices.models import Practice
from claims.remits.models import RemitException
from tests.balances import balance_of
from tests.edi_intake.conftest import NOW, TODAY
from tests.edi_intake.writing import NPI, TIN, interchange

PAYERS = (
    ("NORTHSHORE HEALTH PLAN", "NSHP1", "CI"), ("SECOND MUTUAL", "SECM1", "CI"), ("STATE MEDICAID", "SMCD1", "MC"),
)  # fmt: skip
SEQUENCES = "PST"


@dataclass(frozen=True)
class Answer:
    """What one payer does with one line, in cents: paid, written off (its own part of it), denied (CO-50), left to the
    next payer or the patient (PR-2). `prior` is what those before it took care of (OA-23)."""

    paid: int = 0
    off: int = 0
    denied: int = 0
    left: int = 0
    prior: int = 0
    repeated: int = 0  # a contractual reduction that an earlier payer has taken already


@dataclass(frozen=True)
class Told:
    """One claim: its lines' charges, and each payer's answers by line. `mentions`: whether each payer's bill names the
    later payers, too. `crossed`: the first payer sent the claim on itself, in one of its ways."""

    form: str
    charges: tuple[int, ...]
    answers: tuple[tuple[Answer, ...], ...]
    payers: tuple[tuple[str, str, str], ...]
    mentions: bool
    crossed: str = ""
    by_line: bool = True
    unbilled: bool = False  # the bills of later payers are never seen
    status_of_first: bool = False  # the second payer calls itself the first (CLP02 1)


@st.composite
def stories(draw: st.DrawFn) -> Told:
    count = draw(st.integers(1, 2))
    ranks = draw(st.integers(2, 3))
    is_medicaid_last = draw(st.booleans())
    payers = (PAYERS[0], PAYERS[2]) if ranks == 2 and is_medicaid_last else PAYERS[:ranks]
    charges = tuple(draw(st.integers(100, 50_000)) for _ in range(count))
    answers: list[tuple[Answer, ...]] = []
    owed = list(charges)
    for rank in range(ranks):
        row = []
        for place, charge in enumerate(charges):
            parts = sorted(draw(st.integers(0, owed[place])) for _ in range(3))
            paid, off, left = parts[0], parts[1] - parts[0], parts[2] - parts[1]
            rest = owed[place] - parts[2]
            denied = rest if rank == 0 else draw(st.sampled_from([0, rest]))
            if draw(st.booleans()):  # the plain case: nothing is denied
                left, denied = left + denied, 0
            prior = charge - paid - off - left - denied
            repeated = draw(st.integers(0, prior)) if rank else 0
            # A repeated reduction is only told apart where the payer's own use up all that was left to it.
            repeated = repeated if 0 < owed[place] == paid + off + left else 0
            row.append(Answer(paid, off, denied, left, prior - repeated, repeated))
            owed[place] = left
        answers.append(tuple(row))
    return Told(
        form=draw(st.sampled_from("PID")),
        charges=charges,
        answers=tuple(answers),
        payers=payers,
        mentions=draw(st.booleans()),
        crossed=draw(st.sampled_from(["", "", "19", "MA18", "N89", "MA07", "TT"])),
        by_line=draw(st.booleans()),
        unbilled=draw(st.booleans()),
        status_of_first=draw(st.booleans()),
    )


def dealt(story: Told) -> dict[str, int]:
    """What each party owes in the end, in cents; parties that owe nothing are left out."""
    owed = dict.fromkeys(("PAYER1", "PAYER2", "PAYER3", "PATIENT"), 0)
    for place, charge in enumerate(story.charges):
        asked = charge
        for rank, row in enumerate(story.answers):
            one, is_last = row[place], rank == len(story.answers) - 1
            kept = asked - one.paid - one.off - one.left
            if is_last and story.payers[rank][2] == "MC":
                owed[f"PAYER{rank + 1}"] += one.denied  # nobody else may be asked
                break
            owed[f"PAYER{rank + 1}"] += kept
            asked = one.left
        else:
            owed["PATIENT"] += asked
    return {bucket: amount for bucket, amount in owed.items() if amount}


def files_of(story: Told) -> list[bytes]:
    bills = [bill(story, rank) for rank in range(len(story.payers))]
    if story.unbilled:
        bills = bills[:1]
    return [*bills, *(remittance(story, rank) for rank in range(len(story.payers)))]


def bill(story: Told, rank: int) -> bytes:
    day, (name, number, filing) = f"202609{1 + 9 * rank:02d}", story.payers[rank]
    version = {"P": "005010X222A1", "I": "005010X223A2", "D": "005010X224A2"}[story.form]
    place = "13:A:1" if story.form == "I" else "11:B:1"
    body = [
        f"BHT*0019*00*B{rank}*{day}*1200*CH", "NM1*41*2*HARBOR*****46*HB01", "PER*IC*DESK*TE*5125550100",
        "NM1*40*2*CLEARING*****46*CLR01", "HL*1**20*1", f"NM1*85*2*HARBOR CLINIC*****XX*{NPI}", "N3*1 HARBOR WAY",
        "N4*AUSTIN*TX*78701", f"REF*EI*{TIN}", "HL*2*1*22*0", f"SBR*{SEQUENCES[rank]}*18*******{filing}",
        f"NM1*IL*1*DOE*JANE****MI*M{rank}", "N3*5 ELM ST", "N4*AUSTIN*TX*78702", "DMG*D8*19800214*F",
        f"NM1*PR*2*{name}*****PI*{number}", f"CLM*COB1*{_usd(sum(story.charges))}***{place}*Y*A*Y*Y", "HI*ABK:J209",
    ]  # fmt: skip
    for other, (name, number, filing) in enumerate(story.payers):
        if other < rank or (other > rank and story.mentions):
            body.append(f"SBR*{SEQUENCES[other]}*18*******{filing}")
            if other < rank:
                paid = sum(one.paid for one in story.answers[other])
                body += (
                    [] if story.by_line else _cas([(_sum(story.answers[other], word), code) for word, code in CODES])
                )
                body.append(f"AMT*D*{_usd(paid)}")
            body += ["OI***Y***Y", f"NM1*IL*1*DOE*JANE****MI*M{other}", f"NM1*PR*2*{name}*****PI*{number}"]
    for place, charge in enumerate(story.charges):
        service = {
            "P": f"SV1*HC:{_code(place)}*{_usd(charge)}*UN*1***1",
            "I": f"SV2*0450*HC:{_code(place)}*{_usd(charge)}*UN*1",
            "D": f"SV3*AD:D{_code(place)[1:]}*{_usd(charge)}****1",
        }[story.form]
        body += [f"LX*{place + 1}", service, "DTP*472*D8*20260801", f"REF*6R*L{place}"]
        for other in range(rank if story.by_line else 0):
            one = story.answers[other][place]
            body.append(f"SVD*{story.payers[other][1]}*{_usd(one.paid)}*HC:{_code(place)}**1")
            body += [*_cas([(getattr(one, word), code) for word, code in CODES]), "DTP*573*D8*20260910"]
    return interchange("HC", "837", version, body, control=20 + rank, day=day)


CODES = (("off", "CO-45"), ("repeated", "CO-45"), ("denied", "CO-50"), ("left", "PR-2"), ("prior", "OA-23"))


def remittance(story: Told, rank: int) -> bytes:
    day, (name, number, filing) = f"202609{5 + 9 * rank:02d}", story.payers[rank]
    row = story.answers[rank]
    paid, left = _sum(row, "paid"), _sum(row, "left")
    status = "1" if story.status_of_first and rank == 1 and any(one.prior for one in row) else str(rank + 1)
    status = "19" if rank == 0 and story.crossed == "19" else status
    body = [
        f"BPR*I*{_usd(paid)}*C*ACH*CCP*01*111000025*DA*1*1750001111**01*111000614*DA*2*{day}",
        f"TRN*1*T{rank}*175000{rank}111", f"DTM*405*{day}", f"N1*PR*{name}", "N3*PO BOX 9", "N4*DALLAS*TX*75201",
        f"REF*2U*{number}", f"N1*PE*HARBOR CLINIC*XX*{NPI}", "LX*1",
        f"CLP*COB1*{status}*{_usd(sum(story.charges))}*{_usd(paid)}*{_usd(left)}*{filing}*ICN{rank}*11*1",
        f"NM1*QC*1*DOE*JANE****MI*M{rank}",
    ]  # fmt: skip
    if rank == 0 and story.crossed == "TT":
        body.append(f"NM1*TT*2*{story.payers[1][0]}*****PI*{story.payers[1][1]}")
    if rank == 0 and story.crossed in ("MA18", "N89", "MA07"):
        body.append(f"MOA***{story.crossed}")
    body.append("DTM*232*20260801")
    for place, (charge, one) in enumerate(zip(story.charges, row, strict=True)):
        code = f"AD:D{_code(place)[1:]}" if story.form == "D" else f"HC:{_code(place)}"
        body += [f"SVC*{code}*{_usd(charge)}*{_usd(one.paid)}**1", "DTM*472*20260801"]
        body += [*_cas([(getattr(one, word), said) for word, said in CODES]), f"REF*6R*L{place}"]
    return interchange("HP", "835", "005010X221A1", body, control=40 + rank, day=day)


def _cas(amounts: list[tuple[int, str]]) -> list[str]:
    return [f"CAS*{code.replace('-', '*')}*{_usd(amount)}" for amount, code in amounts if amount]


def _sum(row: tuple[Answer, ...], word: str) -> int:
    return sum(getattr(one, word) for one in row)


def _usd(cents: int) -> str:
    return f"{cents / 100:.2f}"


def _code(place: int) -> str:
    return f"9921{place + 3}"


class Undo(Exception):
    pass


def books_after(contents: list[bytes]) -> dict[str, int]:
    """What each bucket owes after the files in this order; nothing waits, and every invariant holds."""
    found: dict[str, int] = {}
    try:
        with transaction.atomic():
            Practice.objects.create(pk=90_002, name="Harbor Clinic", npi=NPI, tin=TIN)
            for number, content in enumerate(contents):
                services.take_in(io.BytesIO(content), name=f"{number}", via="command", today=TODAY, now=NOW)
            claim = Claim.objects.get()
            found = {bucket: int(amount * 100) for bucket, amount in balance_of(claim.pk).items() if amount}
            waiting = RemitException.objects.filter(state="open")
            assert [(one.code, one.detail) for one in waiting] == []
            assert [one for one in verify([claim.practice_id]) if not one.holds] == []
            raise Undo
    except Undo:
        return found


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories(), order=st.randoms(use_true_random=False))
def test_bills_and_answers_in_any_order_end_in_the_same_books(story: Told, order: object) -> None:
    contents = files_of(story)
    order.shuffle(contents)  # type: ignore[attr-defined]
    assert books_after(contents) == dealt(story)
