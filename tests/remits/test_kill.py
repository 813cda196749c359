"""kill -9 while a remittance is staged or posted, and two processes at one file: the books end the same."""

import json
import random
import signal
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.edi_intake.writing import NPI, Sent, interchange, many, write_837
from tests.house import House

CLAIMS, KNOWN = 1_200, 1_000  # two batches; the last 200 payments find no claim


@pytest.fixture(scope="module")
def era(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("era") / "payments.835"
    path.write_bytes(_remittance(many(CLAIMS)))
    return path


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that has the claims and none of the payments."""
    folder = tmp_path_factory.mktemp("houses")
    house = House(folder / "billed")
    try:
        house.migrate()
        bills = folder / "claims.837"
        bills.write_bytes(write_837([_ours(one) for one in many(KNOWN)]))
        house.run("import_edi", str(bills), "--create-missing-claims")
        yield house
    finally:
        house.close()


@pytest.fixture(scope="module")
def whole(billed: House, era: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """What an import that nobody disturbed leaves."""
    house = House(tmp_path_factory.mktemp("houses") / "whole", like=billed)
    try:
        house.run("import_edi", str(era))
        yield house
    finally:
        house.close()


@pytest.fixture
def house(billed: House, tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house", like=billed)
    yield house
    house.close()


def test_a_killed_remittance_ends_as_if_nothing_had_happened(house: House, whole: House, era: Path) -> None:
    chance, stops = random.Random(835), []
    # anywhere in the start, after the first batch is staged, after all are, after the first batch is posted
    for staged, posted in ((0, 0), (1, 0), (CLAIMS, 0), (CLAIMS, 1)):
        process = house.start("import_edi", str(era))
        while process.poll() is None and not _reached(house, staged, posted):
            time.sleep(0.1)
        time.sleep(chance.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        stops.append(house.progress())
    assert any(staged > 0 and posted < CLAIMS for staged, posted in stops), f"no kill hit the middle: {stops}"

    house.run("import_edi", str(era))

    _same_books(house, whole)
    again = json.loads(house.run("import_edi", str(era), "--json"))
    assert again["status"] == "duplicate"
    _same_books(house, whole)


@pytest.mark.postgres
def test_two_processes_at_one_file_post_it_once(house: House, whole: House, era: Path) -> None:
    both = [house.start("import_edi", str(era)) for _ in range(2)]
    for process in both:
        process.communicate(timeout=400)
    assert 0 in [process.returncode for process in both]
    house.run("import_edi", str(era))
    _same_books(house, whole)


def _reached(house: House, staged: int, posted: int) -> bool:
    so_far = house.progress()
    return so_far[0] >= staged and so_far[1] >= posted


def _same_books(mine: House, theirs: House) -> None:
    ours, expected = mine.books(), theirs.books()
    assert ours.keys() == expected.keys()
    for name in expected:
        assert ours[name] == expected[name], name
    assert expected["postings"]
    assert expected["exceptions"]
    assert expected["denials"]


def _ours(claim: Sent) -> Sent:
    return claim.but(payer=("MERIDIAN CHOICE", "MER01"))


def _remittance(claims: list[Sent]) -> bytes:
    """Paid lines, denials, and at the end a reversal of the fifth claim with its correction: the second batch."""
    paid = [_payment(n, claim) for n, claim in enumerate(claims[: CLAIMS - 2], 1)]
    fifth = claims[4]
    paid += [_payment(5, fifth, status="22", sign=-1), _payment(6, fifth)]
    total = sum((money for money, _ in paid), Decimal())
    head = [
        f"BPR*I*{total}*C*ACH*CCP*01*021000021*DA*1*1512345678**01*021000089*DA*2*20261020",
        "TRN*1*EFT77*1512345678", "DTM*405*20261020", "N1*PR*MERIDIAN CHOICE", "REF*2U*MER01",
        f"N1*PE*HARBOR CLINIC*XX*{NPI}", "LX*1",
    ]  # fmt: skip
    body = [segment for _, segments in paid for segment in segments]
    return interchange("HP", "835", "005010X221A1", head + body, control=9, day="20261020")


def _payment(n: int, claim: Sent, *, status: str = "1", sign: int = 1) -> tuple[Decimal, list[str]]:
    total, patient, lines = Decimal(), Decimal(), list[str]()
    for position, (code, text) in enumerate(claim.lines, 1):
        charge = Decimal(text) * sign
        reduced, share = (charge / 4).quantize(Decimal("0.01")), (charge / 10).quantize(Decimal("0.01"))
        denied = n % 9 == 0 or (n % 9 == 1 and position == 2)
        cas = [("CO", "50", charge)] if denied else [("CO", "45", reduced), ("PR", "2", share)]
        paid = charge - sum((amount for _, _, amount in cas), Decimal())
        total, patient = total + paid, patient + sum((a for group, _, a in cas if group == "PR"), Decimal())
        lines += [f"SVC*HC:{code}*{charge}*{paid}**1", f"DTM*472*{claim.served}"]
        lines += [f"CAS*{group}*{reason}*{amount}" for group, reason, amount in cas]
        lines.append(f"REF*6R*{claim.number}-{position}")
    head = f"CLP*{claim.number}*{status}*{Decimal(claim.charge) * sign}*{total}*{patient}*12*ICN{n}*11*1"
    return total, [head, f"NM1*QC*1*{claim.last}*{claim.first}****MI*{claim.member}", *lines]
