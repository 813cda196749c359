"""The demo's files: the same seed tells the same year, and every file stands up to its implementation guide."""

import datetime as dt
import logging
from io import StringIO

import pytest

from claims.edi.x12.reading import read_all
from collections_app.demo.calendar import Year
from collections_app.demo.world import story

UNTIL = dt.date(2026, 11, 20)


def files(*, seed: int = 3, claims: int = 60) -> list[tuple[str, str]]:
    year = Year(seed=seed, claims=claims, until=UNTIL)
    return [(one.name, one.text) for _, deliveries in year.cycles() for one in deliveries]


def test_the_same_seed_tells_the_same_year():
    assert files() == files()
    assert files(seed=4) != files()


def test_every_claim_is_new_once_and_every_advice_adds_up():
    read = [transaction for _, text in files() for transaction in read_all(text.encode())]
    bills = [claim for one in read if one.kind == "837P" for claim in one.body]
    numbers = [claim.number for claim in bills if claim.frequency == "1"]
    assert len(set(numbers)) == 60
    told = (story(seed=3, index=index, total=60, until=UNTIL) for index in range(60))
    sent_again = {one.number for one in told if one.rejected and one.again}
    assert {number for number in numbers if numbers.count(number) == 2} == sent_again
    assert len(numbers) == 60 + len(sent_again)
    assert sorted(claim.frequency for claim in bills if claim.frequency != "1") == ["7", "8"]
    assert all(not one.problems for one in read)
    said = {problem.code for one in read for part in one.body for problem in getattr(part, "problems", ())}
    assert said == {"corrected_insured", "patient_paid"}, "what is offered to a person, and nothing that is wrong"
    assert all(one.totals.balanced for one in read if one.kind == "835")


@pytest.mark.parametrize("kind", ["837", "835", "277ca", "999"])
def test_files_pass_an_independent_validator(kind):
    """pyx12 knows the guides; 5010 dropped filing code 09, which billing systems still send for self-pay.

    It reads the guide's tables anew for every document, which takes longer than the reading: hence one document.
    """
    texts = [text for name, text in files(claims=40) if name.endswith(f".{kind}") and "*09~" not in text]
    assert len(texts) > 3
    assert is_valid("".join(texts))


def test_the_validator_refuses_what_is_wrong():
    before, wrong, after = [text for name, text in files(claims=10) if name.endswith(".835")][:3]
    assert is_valid(before + wrong + after)
    assert not is_valid(before + wrong.replace("BPR*", "BXX*") + after)


def is_valid(text: str) -> bool:
    import pyx12.params
    from pyx12.x12n_document import x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    return bool(x12n_document(pyx12.params.params(), StringIO(text), StringIO(), None, None))
