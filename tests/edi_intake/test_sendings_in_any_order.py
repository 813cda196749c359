"""One claim sent, answered, sent corrected, taken back and answered again: in any order the same lines owe the same.

The oracle is no code of the books: it adds up what each service was billed last, what answers that stand paid, and what
they left to the patient.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.billing.models import ClaimLine
from claims.edi import services
from claims.practices.models import Practice
from claims.remits.models import RemitException
from tests.edi_intake.conftest import NOW, TODAY
from tests.edi_intake.writing import NPI, TIN, interchange, write_277ca
from tests.remits.era import Clp, Era, Svc

CODES = ("99213", "93000", "36415", "20610", "73030")
PAYEE = Practice(name="Harbor Clinic", npi=NPI, tin=TIN)
Owed = dict[str, dict[str, Decimal]]


@dataclass(frozen=True)
class Service:
    """One service as it was billed and answered; dollars. What is neither paid nor the patient's is written off."""

    code: str
    charge: int
    paid: int
    share: int

    @property
    def answer(self) -> tuple[str, str, list[tuple[str, str]]]:
        off = self.charge - self.paid - self.share
        cas = [("CO-45", f"{off}.00")] if off else []
        cas += [("PR-2", f"{self.share}.00")] if self.share else []
        return f"{self.charge}.00", f"{self.paid}.00", cas


@dataclass(frozen=True)
class Story:
    """A first bill with its answer, and a second one with its own; `controls` is how lines are marked (REF*6R)."""

    first: tuple[Service, ...]
    second: tuple[Service, ...]
    controls: str

    def bill(self, services: Sequence[Service], *, frequency: str, day: str, control: int) -> bytes:
        total = sum(one.charge for one in services)
        body = [
            f"BHT*0019*00*{control}*{day}*1023*CH", "NM1*41*2*HARBOR BILLING*****46*HB01",
            "PER*IC*DESK*TE*2125550100", "NM1*40*2*CLEARING*****46*CLR01", "HL*1**20*1",
            f"NM1*85*2*HARBOR CLINIC*****XX*{NPI}", "N3*1 HARBOR WAY", "N4*NEW YORK*NY*10004", f"REF*EI*{TIN}",
            "HL*2*1*22*0", "SBR*P*18*******CI", "NM1*IL*1*GUARINO*GUS****MI*M100", "N3*12 ELM STREET",
            "N4*BROOKLYN*NY*11201", "DMG*D8*19610412*M", "NM1*PR*2*MERIDIAN CHOICE*****PI*MER01",
            f"CLM*SND-1*{total}***11:B:{frequency}*Y*A*Y*Y", "HI*ABK:J0190",
        ]  # fmt: skip
        for number, one in enumerate(services, 1):
            body += [f"LX*{number}", f"SV1*HC:{one.code}*{one.charge}*UN*1***1", "DTP*472*D8*20260914"]
            body += [f"REF*6R*{mark}"] if (mark := self.mark(one, number)) else []
        return interchange("HC", "837", "005010X222A1", body, control=control, day=day)

    def mark(self, one: Service, number: int) -> str:
        return {"own": f"K{one.code}", "place": str(number)}.get(self.controls, "")

    def answer(self, services: Sequence[Service], *, icn: str, status: str = "1") -> Clp:
        sign = "-" if status == "22" else ""
        lines = []
        for number, one in enumerate(services, 1):
            charge, paid, cas = one.answer
            turned = [(code, f"{sign}{amount}") for code, amount in cas]
            control = self.mark(one, number)
            lines.append(Svc(f"{sign}{charge}", f"{sign}{paid}", turned, code=one.code, control=control))
        return Clp("SND-1", lines, status=status, icn=icn)

    def files(self) -> dict[str, bytes]:
        paid = Era([self.answer(self.first, icn="I1")], trace="T1", practice=PAYEE, paid_on=dt.date(2026, 10, 5))
        back = Era(
            [self.answer(self.first, icn="I1", status="22")], trace="T2", practice=PAYEE, paid_on=dt.date(2026, 11, 2)
        )
        anew = Era([self.answer(self.second, icn="I2")], trace="T3", practice=PAYEE, paid_on=dt.date(2026, 11, 2))
        return {
            "bill": self.bill(self.first, frequency="1", day="20260916", control=1),
            "accepted": write_277ca([("SND-1", "A2", "I1")], day="20260918"),
            "paid": paid.text().encode(),
            "corrected": self.bill(self.second, frequency="7", day="20261015", control=2),
            "rejected": write_277ca([("SND-1", "A7", "")], day="20260917", control=51),
            "void": self.bill(self.first, frequency="8", day="20261020", control=3),
            "back": back.text().encode(),
            "anew": anew.text().encode(),
            "both": replace(anew, claims=[*back.claims, *anew.claims], trace="T4").text().encode(),
        }


@st.composite
def stories(draw: st.DrawFn) -> Story:
    def service(code: str, charge: int) -> Service:
        paid = draw(st.integers(1, charge))
        return Service(code, charge, paid, draw(st.integers(0, charge - paid)))

    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True))
    first = tuple(service(code, draw(st.integers(20, 300))) for code in codes)
    kept = draw(st.lists(st.sampled_from(first), min_size=1, max_size=3, unique=True))
    added = draw(st.lists(st.sampled_from([code for code in CODES if code not in codes]), max_size=2, unique=True))
    second = [service(one.code, one.charge) for one in kept]
    second += [service(code, draw(st.integers(20, 300))) for code in added]
    return Story(first, tuple(draw(st.permutations(second))), draw(st.sampled_from(["", "own", "place"])))


def after_void(story: Story) -> Owed:
    """Only payments stand against a void claim."""
    return {one.code: {"PAYER1": Decimal(-one.paid)} for one in story.first}


def after_replacement(story: Story) -> Owed:
    """The answer to the first bill stands on what the second one bills as well."""
    billed = {one.code: one.charge for one in story.second}
    owed: Owed = {code: {"PAYER1": Decimal(charge)} for code, charge in billed.items()}
    for one in story.first:
        owed[one.code] = {"PATIENT": Decimal(one.share)} if one.code in billed else {"PAYER1": Decimal(-one.paid)}
    return owed


def after_correction(story: Story) -> Owed:
    """Nothing of the first bill and its answer is left."""
    return {one.code: {"PATIENT": Decimal(one.share)} for one in story.second}


class Undo(Exception):
    pass


def read(story: Story, order: Sequence[str]) -> tuple[Owed, list[str]]:
    """What each service owes once the files were read, and which exceptions are open."""
    files = story.files()
    found: tuple[Owed, list[str]] = {}, []
    try:
        with transaction.atomic():
            Practice.objects.create(pk=90_002, name="Harbor Clinic", npi=NPI, tin=TIN)
            for name in order:
                services.take_in(io.BytesIO(files[name]), name=name, via="command", today=TODAY, now=NOW)
            call_command("verify_books", verbosity=0, stdout=io.StringIO())
            waiting = RemitException.objects.filter(state="open").order_by("code").values_list("code", flat=True)
            found = owed_by_service(), list(waiting)
            raise Undo
    except Undo:
        return found


def owed_by_service() -> Owed:
    found: Owed = {}
    for line in ClaimLine.objects.all():
        for bucket in BUCKETS:
            if amount := getattr(line, bucket.lower()):
                place = found.setdefault(line.code, {})
                place[bucket] = place.get(bucket, ZERO) + amount
    return found


def plain(owed: Owed) -> Owed:
    return {
        code: left for code, buckets in owed.items() if (left := {name: one for name, one in buckets.items() if one})
    }


CASE = Story(
    (Service("99213", 100, 50, 10), Service("20610", 200, 100, 20), Service("73030", 300, 150, 30)),
    (Service("36415", 50, 20, 5), Service("99213", 100, 55, 10), Service("20610", 200, 105, 15)),
    "place",
)
#: The replacement asks for more than the first bill: read first, it looks as if that were paid in part.
MORE = Story(
    (Service("99213", 100, 50, 10), Service("20610", 60, 30, 5)),
    (Service("36415", 250, 20, 5), Service("20610", 60, 40, 5), Service("99213", 100, 55, 10)),
    "place",
)
ANY = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.django_db
@ANY
@given(stories(), st.permutations(["bill", "paid", "corrected", "accepted", "rejected"]))
@example(CASE, ["bill", "paid", "corrected", "accepted", "rejected"])
@example(CASE, ["corrected", "paid", "bill", "accepted", "rejected"])
@example(MORE, ["corrected", "paid", "bill", "accepted", "rejected"])
def test_a_replacement_keeps_answers_with_their_services(story: Story, order: list[str]) -> None:
    owed, waiting = read(story, [*order, *order])
    assert owed == plain(after_replacement(story))
    assert waiting == []


@pytest.mark.django_db
@ANY
@given(stories(), st.permutations(["bill", "paid", "corrected", "both", "accepted"]))
@example(CASE, ["corrected", "bill", "paid", "both", "accepted"])
def test_what_was_taken_back_and_answered_anew_leaves_nothing_of_before(story: Story, order: list[str]) -> None:
    owed, waiting = read(story, order)
    assert owed == plain(after_correction(story))
    assert waiting == []


@pytest.mark.django_db
@ANY
@given(stories(), st.permutations(["bill", "paid", "corrected", "back", "anew"]))
@example(MORE, ["corrected", "paid", "back", "bill", "anew"])
def test_reversal_and_correction_may_come_apart(story: Story, order: list[str]) -> None:
    owed, waiting = read(story, order)
    assert owed == plain(after_correction(story))
    assert waiting == []


@pytest.mark.django_db
@ANY
@given(stories(), st.permutations(["accepted", "rejected", "void"]))
def test_after_a_void_only_payments_stand(story: Story, order: list[str]) -> None:
    owed, waiting = read(story, ["bill", "paid", *order, *order])
    assert owed == plain(after_void(story))
    assert waiting == []
    owed, waiting = read(story, ["bill", "paid", *order, "back"])
    assert (owed, waiting) == ({}, [])
