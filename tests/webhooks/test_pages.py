"""The pages of webhooks: opened with a secret that is shown once, watched, sent again, switched, ended."""

import re

import pytest
from django.test import Client

from arwork.lib.errors import Conflict, Forbidden, NotFound
from arwork.staff.access import CAPABILITIES, Capability
from arwork.staff.models import AuditEvent, User
from arwork.webhooks import services
from arwork.webhooks.models import Webhook, WebhookDelivery
from arwork.webhooks.publishing import publish
from arwork.webhooks.services import WebhookFacts
from tests.cast import NOW, make_ada, make_ana, make_practice, make_sol, make_user
from tests.webhooks.conftest import Clock, Open
from tests.webhooks.receiver import Receiver, is_signed

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


@pytest.fixture
def client(client: Client, ada: User) -> Client:
    client.force_login(ada, backend=BACKEND)
    return client


def entered(receiver: Receiver, **changes: object) -> dict[str, object]:
    given = {"name": "portal", "practice": make_practice().pk, "url": receiver.url, "events": ["item.closed"]}
    return {**given, **changes}


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_it_is_opened_and_its_secret_shown_once(client: Client, receiver: Receiver, send) -> None:
    assert "No webhook yet" in text_of(client, "/webhooks")
    shown = client.post("/webhooks/new", entered(receiver)).content.decode()
    [secret] = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", shown))
    hook = Webhook.objects.get()
    for address in ("/webhooks", f"/webhooks/{hook.pk}", "/audit"):
        assert secret not in text_of(client, address)
    assert client.post(f"/webhooks/{hook.pk}/test").status_code == 302
    assert send() == 1
    assert is_signed(receiver.got[0], secret)
    assert (receiver.got[0].told["type"], receiver.got[0].told["data"]) == ("test", {})
    assert "sent" in text_of(client, f"/webhooks/{hook.pk}?state=sent")
    assert "No deliveries" in text_of(client, f"/webhooks/{hook.pk}?state=failed")
    assert list(AuditEvent.objects.filter(subject="webhook").order_by("pk").values_list("action", flat=True)) == [
        "webhook_opened",
        "webhook_tested",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://10.0.0.1/"}, {"url": "nonsense"}, {"url": ""}, {"events": []}, {"events": ["test"]},
        {"name": ""}, {"practice": 987654321}, {"practice": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(client: Client, receiver: Receiver, changes: dict) -> None:
    answer = client.post("/webhooks/new", entered(receiver, **changes))
    assert answer.status_code == 422
    assert f'id="id_{next(iter(changes))}_error"' in answer.content.decode()
    assert not Webhook.objects.exists()


def test_one_that_failed_is_sent_again(client: Client, opened: Open, receiver: Receiver, send, clock: Clock) -> None:
    hook, _ = opened()
    receiver.answers = [500]
    publish("item.closed", [(hook.practice_id, {"items": 5})])
    send()
    page = text_of(client, f"/webhooks/{hook.pk}")
    assert "it answered 500" in page
    assert "items 5" in " ".join(page.split())
    assert "failing" in text_of(client, "/webhooks")
    receiver.answers = [200]
    row = WebhookDelivery.objects.get()
    assert client.post(f"/webhooks/{hook.pk}/deliveries/{row.pk}/again").status_code == 302
    assert send() == 1
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert "failing" not in text_of(client, "/webhooks")


def test_it_is_switched_off_and_on_and_ended_for_good(client: Client, opened: Open, receiver: Receiver, send) -> None:
    hook, _ = opened()
    publish("item.closed", [(hook.practice_id, {"items": 5})])
    client.post(f"/webhooks/{hook.pk}/on", {"on": "0"})
    assert client.post(f"/webhooks/{hook.pk}/test").status_code == 409
    assert send() == 0
    client.post(f"/webhooks/{hook.pk}/on", {"on": "1"})
    assert send() == 1
    publish("item.closed", [(hook.practice_id, {"items": 6})])
    client.post(f"/webhooks/{hook.pk}/end")
    hook.refresh_from_db()
    assert (hook.off_because, hook.secret) == ("ended", "")
    assert client.post(f"/webhooks/{hook.pk}/on", {"on": "1"}).status_code == 409
    assert send() == 0
    page = text_of(client, f"/webhooks/{hook.pk}")
    assert "the webhook was ended" in page
    assert "Switch on" not in page


def test_one_that_is_off_says_when_what_waits_is_sent(client: Client, opened: Open, ada: User) -> None:
    hook, _ = opened()
    WebhookDelivery.objects.create(webhook=hook, event="denial.opened", data={"claims": [3]})
    assert "at once" in text_of(client, f"/webhooks/{hook.pk}")
    services.switch(hook.pk, on=False, actor=ada, now=NOW)
    shown = text_of(client, f"/webhooks/{hook.pk}")
    assert "at once" not in shown
    assert "once it is on" in shown
    assert "Switch it on to have sent what waits" in shown
    assert "A payer denied something</td>" in shown  # in words, not by its name


def test_whoever_opened_one_that_failed_for_days_is_told(client: Client, opened: Open) -> None:
    hook, _ = opened()
    Webhook.objects.update(off_at=NOW, off_because="failing", first_failed_at=NOW)
    assert "which you opened" in text_of(client, "/webhooks")
    assert "Nothing arrived for three days" in text_of(client, f"/webhooks/{hook.pk}")
    client.force_login(make_user(username="ben", role="admin", practices=[make_practice()]), backend=BACKEND)
    page = text_of(client, "/webhooks")
    assert "which you opened" not in page
    assert "it failed for three days" in page


def test_what_is_on_stands_first(client: Client, opened: Open, ada: User) -> None:
    off, on = opened()[0], opened()[0]
    Webhook.objects.filter(pk=on.pk).update(name="onward")
    services.switch(off.pk, on=False, actor=ada, now=NOW)
    services.switch(opened()[0].pk, on=False, actor=ada, now=NOW)
    page = text_of(client, "/webhooks").partition("<tbody>")[2]
    assert page.index("onward") < page.index("portal")


def test_nobody_sees_or_changes_those_of_another_practice(opened: Open, receiver: Receiver) -> None:
    hook, _ = opened()
    far = make_user(username="far", role="admin", practices=[make_practice(name="Oak", npi="1003000126")])
    for deed in (
        lambda: services.switch(hook.pk, on=False, actor=far, now=NOW),
        lambda: services.end(hook.pk, actor=far, now=NOW),
        lambda: services.send_test(hook.pk, actor=far, now=NOW),
        lambda: services.send_again(hook.pk, delivery_id=1, actor=far, now=NOW),
    ):
        with pytest.raises(NotFound):
            deed()
    facts = WebhookFacts("x", receiver.url, make_practice().pk, frozenset({"item.closed"}))
    with pytest.raises(Forbidden):
        services.open_webhook(facts, actor=far, now=NOW)


def test_a_delivery_is_sent_again_by_its_own_webhook_alone(opened: Open, ada: User) -> None:
    hook, other = opened()[0], opened()[0]
    row = WebhookDelivery.objects.create(webhook=other, event="test", data={})
    with pytest.raises(NotFound):
        services.send_again(hook.pk, delivery_id=row.pk, actor=ada, now=NOW)


def test_administrators_and_owners_alone_open_them(receiver: Receiver, db: None) -> None:
    may = {role for role, held in CAPABILITIES.items() if Capability.CONFIGURE_INTEGRATIONS in held}
    assert may == {"admin", "owner"}
    facts = WebhookFacts("x", receiver.url, make_practice().pk, frozenset({"item.closed"}))
    for actor in (make_ana(make_practice()), make_sol(make_practice())):
        with pytest.raises(Forbidden):
            services.open_webhook(facts, actor=actor, now=NOW)


def test_a_practice_has_twenty_at_most(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST", 2)
    opened()
    opened()
    with pytest.raises(services.BadWebhook, match="End one"):
        opened()


def test_one_that_is_on_is_switched_on_without_a_trace(opened: Open, ada: User) -> None:
    hook, _ = opened()
    services.switch(hook.pk, on=True, actor=ada, now=NOW)
    assert not AuditEvent.objects.filter(action="webhook_on").exists()
    services.end(hook.pk, actor=ada, now=NOW)
    with pytest.raises(Conflict):
        services.switch(hook.pk, on=False, actor=ada, now=NOW)


def test_setup_and_tokens_lead_there(client: Client) -> None:
    for address in ("/setup", "/tokens"):
        assert 'href="/webhooks"' in text_of(client, address).partition("<main")[2]
    client.force_login(make_ana(make_practice()), backend=BACKEND)
    for address in ("/setup", "/tokens"):
        assert 'href="/webhooks"' not in text_of(client, address)


def test_no_token_opens_one() -> None:
    from arwork.staff import api_tokens

    assert Capability.CONFIGURE_INTEGRATIONS not in api_tokens.grantable(make_ada(make_practice()))
