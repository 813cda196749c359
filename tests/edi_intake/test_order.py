"""The same files in any order, any number of times, give the same books."""

import io
from functools import cache

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.edi import services
from claims.practices.models import Practice
from tests.edi_intake.books import balances
from tests.edi_intake.conftest import NOW, TODAY
from tests.edi_intake.writing import NPI, TIN, Sent, write_277ca, write_837, write_999

GUS = Sent(number="HC-1", lines=(("99213", "100.00"), ("87070", "25.00")))
MIA = Sent(number="HC-2", child=("MIA", "20180301"))
ANN = Sent(number="HC-3", first="ANN", born="19800101", member="MBR003")
FILES = (
    write_837([GUS, MIA], control=1, sent_on="20261010"),
    write_837([GUS.but(frequency="7", charge="140.00", lines=(("99214", "140.00"),))], control=2, sent_on="20261015"),
    write_837([MIA, ANN], control=3, sent_on="20261012"),
    write_837([ANN.but(frequency="8")], control=4, sent_on="20261018"),
    write_999([("0001", "A")], group="1", day="20261011", control=60),
    write_277ca([("HC-1", "A2", "ICN-1"), ("HC-2", "A7", "")], day="20261016", control=50),
)


class _Undo(Exception):
    pass


def books_after(order: list[int]) -> dict:
    found: dict = {}
    try:
        with transaction.atomic():
            # Match keys hold the practice's id, and PostgreSQL's sequences are not rolled back.
            Practice.objects.create(pk=90_001, name="Harbor Clinic", npi=NPI, tin=TIN)
            for index in order:
                services.take_in(io.BytesIO(FILES[index]), name=f"{index}", via="command", today=TODAY, now=NOW)
            found = balances()
            raise _Undo
    except _Undo:
        return found


@cache
def in_order() -> str:
    return repr(_owed(books_after(list(range(len(FILES))))))


def _owed(books: dict) -> dict:
    """Leave out what a line that a replacement dropped still says: its code, while it charges nothing."""
    books["lines"] = [[row[0], *row[3:8]] for row in books["lines"] if row[3] != "0.00"]
    return books


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(FILES))),
    again=st.lists(st.integers(0, len(FILES) - 1), max_size=4),
)
def test_any_order_any_number_of_times(order: list[int], again: list[int]) -> None:
    assert not Practice.objects.exists()
    assert repr(_owed(books_after([*order, *again]))) == in_order()
