"""A practice that may ask payers, over the sandbox."""

import datetime as dt
from collections.abc import Callable

import pytest

from arwork.lib.payer_network_settings import SANDBOX, PayerNetwork
from arwork.staff.models import User
from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.clearinghouses.models import ClearinghouseConnection
from collections_app.status_requests.models import AskingWay
from collections_app.status_requests.states import REAL_TIME, STATUS
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ada, make_claim, make_payer, make_practice


@pytest.fixture
def ada() -> User:
    return make_ada(make_practice())


@pytest.fixture
def sandbox(settings) -> None:
    settings.PAYER_NETWORK = PayerNetwork(SANDBOX)


@pytest.fixture
def connection(ada: User) -> ClearinghouseConnection:
    return connect(make_practice(), ada)


def connect(practice: Practice, actor: User) -> ClearinghouseConnection:
    return ClearinghouseConnection.objects.create(
        practice=practice, name="Bay Clearing", submitter_name="Harbor Clinic", submitter_id="HARBOR01",
        contact="Billing", phone="5551230000", receiver_name="Bay Clearing", sender_id="HARBOR", group_sender="HARBOR",
        receiver_id="BAY", group_receiver="BAY", from_on=dt.date(2026, 1, 1), entered_at=NOW, entered_by=actor,
    )  # fmt: skip


@pytest.fixture
def open_way(ada: User) -> Callable[..., AskingWay]:
    def enter(payer: Payer | None = None, *, topic: str = STATUS, way: str = REAL_TIME, **of: object) -> AskingWay:
        return AskingWay.objects.create(
            payer=payer or make_payer(), topic=topic, way=way, changed_at=NOW, changed_by=ada, **of
        )

    return enter


@pytest.fixture
def due_item() -> Callable[..., WorkItem]:
    """A claim of some charge, unanswered since September, as its item: a call about it is due. The cents of the charge
    choose what the sandbox answers."""

    def make(charge: str, **of: object) -> WorkItem:
        claim = make_claim(lines=[charge], **of)
        worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
        return WorkItem.objects.get(claim=claim, state="open")

    return make
