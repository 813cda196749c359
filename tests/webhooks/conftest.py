"""A receiver on this machine, and a clock that the test moves."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from arwork.staff.models import User
from arwork.webhooks import deliveries, listening, services
from arwork.webhooks.listening import EVENTS
from arwork.webhooks.models import Webhook
from arwork.webhooks.services import WebhookFacts
from tests.acceptance.conftest import import_edi, practice  # noqa: F401 - fixtures
from tests.cast import NOW, make_ada, make_practice
from tests.webhooks.receiver import Receiver, receiving

Open = Callable[..., tuple[Webhook, str]]


class Clock:
    """What `clock.now` would say."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, **how: int) -> None:
        self.at += dt.timedelta(**how)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def send(clock: Clock) -> Callable[[], int]:
    """What the task does at the test's time; how many arrived."""
    return lambda: deliveries.deliver_due(clock=clock)


@pytest.fixture(autouse=True)
def _receivers_here(settings) -> None:
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def ada(db: None) -> User:
    return make_ada(make_practice())


@pytest.fixture
def opened(ada: User, receiver: Receiver) -> Open:
    """Open a webhook of Harbor Clinic; and it with its secret."""

    def open_one(*events: str, actor: User | None = None, url: str = "") -> tuple:
        facts = WebhookFacts("portal", url or receiver.url, make_practice().pk, frozenset(events or EVENTS))
        found = services.open_webhook(facts, actor=actor or ada, now=NOW)
        listening.ask_anew()  # done on commit, which never comes here
        return found

    return open_one
