"""An agency with its contract, and guarantors whose accounts may be placed with it."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import uuid4

import pytest

from arwork.staff.models import User
from claims.documents.models import Document
from claims.ledger.models import Receivable
from collections_app.agencies import setup
from collections_app.agencies.models import Agency, PlacementBatch
from collections_app.agencies.placing import place
from collections_app.statements.models import Statement
from tests.cast import NOW, TODAY, make_account, make_ada, make_claim, make_patient, make_practice, make_sol

FIRST_BILLED = dt.date(2026, 7, 1)  # 142 days before the day of the tests
SERVED = dt.date(2026, 6, 10)
SIGNED = dt.date(2026, 1, 5)


@pytest.fixture
def ada(db):
    return make_ada(make_practice())


@pytest.fixture
def sol(db):
    return make_sol(make_practice())


@pytest.fixture
def agency(ada) -> Agency:
    """Lakeside Recovery: 25 % of first placements, 40 % of those a year old, licensed in Ohio and New York."""
    draft = setup.AgencyDraft(
        name="Lakeside Recovery", contact="Lee Ortiz, 216 555 0100", agreement_on=SIGNED, minimum=Decimal("25.00"),
        needs_offers=False,
    )  # fmt: skip
    made = setup.enter(make_practice().pk, draft, actor=ada, today=TODAY, now=NOW)
    for state in ("OH", "NY"):
        setup.add_licence(
            made.pk, state=state, number=f"{state}-77", valid_from=SIGNED, valid_to=None, actor=ada, now=NOW
        )
    for age, percent in ((0, "25"), (365, "40")):
        setup.add_fee(
            made.pk, placement_number=1, age_from=age, percent=Decimal(percent), valid_from=SIGNED,
            source="Contract, schedule A", actor=ada, now=NOW,
        )  # fmt: skip
    return made


@pytest.fixture
def owing(db) -> Callable[..., "object"]:
    """A guarantor in Ohio who owes for visits, was billed three times since July, and of whom nothing is open."""

    def make(*amounts: str, billed=FIRST_BILLED, statements: int = 3, last: str = "Guarino", **more: object):
        account = make_account(last=last)
        patient = make_patient(account=account, last=last)
        for amount in amounts or ("200.00",):
            claim = make_claim(patient=patient, payers=(), lines=(amount,), service_on=SERVED, billed_on=SERVED, **more)
            type(claim).objects.filter(pk=claim.pk).update(first_statement_on=billed)
        Receivable.objects.filter(account=account).update(first_statement_on=billed)
        someone = User.objects.order_by("pk").first()
        paper = Document.objects.create(
            practice=account.practice, kind="letter", media="application/pdf", sha256=uuid4().hex * 2, size=1,
            added_at=NOW, added_by=someone,
        )  # fmt: skip
        for number in range(statements):
            on = FIRST_BILLED + dt.timedelta(days=30 * number)
            Statement.objects.create(
                practice=account.practice, account=account, state=Statement.State.RELEASED, made_on=on, due_on=on,
                amount=Decimal("1.00"), released_on=on, made_by=someone, facts={}, sequence=number + 1,
                sha256=paper.sha256, made_at=NOW, document=paper,
            )  # fmt: skip
        return account

    return make


@pytest.fixture
def placed(agency, sol) -> Callable[..., PlacementBatch]:
    """Accounts placed with the agency today."""

    def make(accounts: Sequence, **more: object) -> PlacementBatch:
        when = {"actor": sol, "today": TODAY, "now": NOW, "key": uuid4()} | more
        return place([one.pk for one in accounts], agency.pk, **when)

    return make
