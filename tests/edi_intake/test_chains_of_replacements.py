"""A claim that is replaced again and again after it was paid: what is owed is what the last bill alone leaves.

The oracle is arithmetic of one line: payments stand, then the patient's share, then what was written off, as far as the
last charge holds them. What an earlier replacement cut comes back when a later one charges it again.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.edi import services
from claims.practices.models import Practice
from claims.remits.models import RemitException
from tests.edi_intake.conftest import NOW, TODAY
from tests.edi_intake.test_sendings_in_any_order import CODES, PAYEE, Owed, Service, Story, Undo, owed_by_service, plain
from tests.edi_intake.writing import NPI, TIN
from tests.remits.era import Era

Bills = list[tuple[Service, ...]]
#: Shrinking a story of the database takes minutes and tells no more.
ANY = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)


@st.composite
def chains(draw: st.DrawFn) -> Bills:
    """A bill with its answer, and two or three replacements that charge other amounts, or drop a service."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True))
    first = []
    for code in codes:
        charge = draw(st.integers(20, 300))
        paid = draw(st.integers(1, charge))
        first.append(Service(code, charge, paid, draw(st.integers(0, charge - paid))))
    bills = [tuple(first)]
    for _ in range(draw(st.integers(2, 3))):
        kept = draw(st.lists(st.sampled_from(first), min_size=1, max_size=2, unique=True))
        charges = [draw(st.one_of(st.just(one.charge), st.integers(10, 400))) for one in kept]
        bills.append(tuple(replace(one, charge=charge) for one, charge in zip(kept, charges, strict=True)))
    return bills


def last_bill_alone(bills: Bills) -> Owed:
    charges = {one.code: one.charge for one in bills[-1]}
    owed: Owed = {}
    for one in bills[0]:
        room = charges.get(one.code, 0) - one.paid
        share = min(one.share, max(room, 0))
        off = min(one.charge - one.paid - one.share, max(room - share, 0))
        owed[one.code] = {"PAYER1": Decimal(room - share - off), "PATIENT": Decimal(share)}
    return plain(owed)


def owed_after(bills: Bills, order: Sequence[int]) -> tuple[Owed, list[str]]:
    """What each service owes after the bills and the answer (-1) were read in this order, and what waits."""
    story = Story(bills[0], bills[-1], "own")
    paid = Era([story.answer(bills[0], icn="I1")], trace="T1", practice=PAYEE, paid_on=dt.date(2026, 10, 5))
    files = {-1: paid.text().encode()}
    for nth, bill in enumerate(bills):
        frequency, day = ("7", f"202611{nth:02d}") if nth else ("1", "20260916")
        files[nth] = story.bill(bill, frequency=frequency, day=day, control=nth + 1)
    found: tuple[Owed, list[str]] = {}, []
    try:
        with transaction.atomic():
            Practice.objects.create(pk=90_004, name="Harbor Clinic", npi=NPI, tin=TIN)
            for place in order:
                services.take_in(io.BytesIO(files[place]), name=f"{place}", via="command", today=TODAY, now=NOW)
            call_command("verify_books", verbosity=0, stdout=io.StringIO())
            waiting = RemitException.objects.filter(state="open").order_by("code").values_list("code", flat=True)
            found = plain(owed_by_service()), list(waiting)
            raise Undo
    except Undo:
        return found


def chain(*charges: int) -> Bills:
    """One service of 200, paid 120, 30 of it the patient's and 50 written off, and billed again at these charges."""
    first = Service("99213", 200, 120, 30)
    return [(first,), *((replace(first, charge=charge),) for charge in charges)]


@pytest.mark.django_db
@ANY
@given(st.data(), chains())
def test_any_chain_ends_with_what_the_last_bill_leaves(data: st.DataObject, bills: Bills) -> None:
    order = data.draw(st.permutations(range(-1, len(bills))))
    assert owed_after(bills, order) == (last_bill_alone(bills), [])


@pytest.mark.django_db
@pytest.mark.parametrize("order", [[0, -1, 1, 2], [0, 1, -1, 2], [0, 1, 2, -1], [2, 0, -1, 1]])
@pytest.mark.parametrize("charges", [(130, 200), (130, 150), (90, 150), (90, 260), (260, 130)])
def test_what_was_cut_comes_back_when_it_is_charged_again(charges: tuple[int, int], order: list[int]) -> None:
    bills = chain(*charges)
    assert owed_after(bills, order) == (last_bill_alone(bills), [])
