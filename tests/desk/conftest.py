"""Due work and people in front of it, on a Friday morning."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from arwork.staff.models import Role, User
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.ledger import services as ledger
from claims.remits.models import RemitClaim, RemitLine, Remittance
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, make_claim, make_practice, make_user, move


def today() -> dt.date:
    return timezone.localdate()


def days_ago(days: int) -> dt.date:
    return today() - dt.timedelta(days=days)


def refresh(*claims: Claim) -> None:
    worklist.refresh(
        claims=[claim.pk for claim in claims],
        accounts=[claim.account_id for claim in claims],
        today=today(),
        now=timezone.now(),
    )


def due_item(*, billed: int = 60, lines: tuple[str, ...] = ("240.00",), **of: Any) -> WorkItem:
    """A claim unanswered for `billed` days, as the item it became: due now."""
    claim = make_claim(lines=lines, service_on=days_ago(billed + 2), billed_on=days_ago(billed), **of)
    refresh(claim)
    return WorkItem.objects.get(claim=claim, state="open")


def denied_item(*, amount: str = "240.00", carc: str = "197", **of: Any) -> WorkItem:
    """A claim that the payer denied five days ago, with the remittance that says so."""
    claim = make_claim(lines=(amount,), service_on=days_ago(40), billed_on=days_ago(38), **of)
    on = days_ago(5)
    remittance = Remittance.objects.create(
        practice=claim.practice, payer=claim.payer, transaction_id=1, key=f"k{claim.pk}", trace=f"EFT{claim.pk}",
        method="ACH", amount=0, paid_on=on, received_on=on,
    )  # fmt: skip
    remit = RemitClaim.objects.create(
        remittance=remittance, position=1, segment=9, claim=claim, status="4", charge=claim.charge, paid=0,
        state="posted", bucket="PAYER1", icn=f"ICN{claim.pk}",
    )  # fmt: skip
    line = claim.lines.get()
    cents = int(Decimal(amount) * 100)
    RemitLine.objects.create(
        remit_claim=remit, position=1, line=line, code=line.code, charge=line.charge, paid=0,
        adjustments=[["CO", carc, cents, None]],
    )  # fmt: skip
    Denial.objects.create(
        practice=claim.practice, claim=claim, line=line, remit_claim=remit, payer=claim.payer, bucket="PAYER1",
        group="CO", carc=carc, amount=Decimal(amount), category="authorization", kind="soft", initial_on=on,
    )  # fmt: skip
    refresh(claim)
    return WorkItem.objects.get(claim=claim, state="open")


def patient_item(*, amount: str = "180.00", **of: Any) -> WorkItem:
    """A balance that became patient responsibility sixty days ago."""
    claim = make_claim(lines=(amount,), service_on=days_ago(90), billed_on=days_ago(88), **of)
    line = claim.lines.get()
    ledger.post(
        [move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount=amount, on=days_ago(60))],
        now=timezone.now() - dt.timedelta(days=60),
    )
    refresh(claim)
    return WorkItem.objects.get(account=claim.account, claim=None, state="open")


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    """Pages ask the clock; calling hours and next business days should not depend on when the tests run."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def ana(db: None) -> User:
    return make_user(username="ana", practices=[make_practice()])


@pytest.fixture
def sol(db: None) -> User:
    return make_user(username="sol", role=Role.SUPERVISOR, practices=[make_practice()])


@pytest.fixture
def sit() -> Callable[[User], Client]:
    """A browser without scripts, signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
