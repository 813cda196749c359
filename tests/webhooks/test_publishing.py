"""What is told of what happens in the books and in the work, in the transaction in which it happens."""

import datetime as dt
import signal
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from arwork.lib.events import announce
from arwork.webhooks import listening, publishing
from arwork.webhooks.models import WebhookDelivery
from arwork.webhooks.publishing import publish
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from collections_app.promises import services as promises
from collections_app.worklist import refresh
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.acceptance.conftest import ImportEdi
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_practice, move
from tests.edi_intake.writing import Sent, write_837
from tests.house import House
from tests.remits.era import Clp, Era, Svc
from tests.webhooks.conftest import Open
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def told(event: str) -> list[dict[str, list[int]]]:
    return list(WebhookDelivery.objects.filter(event=event).order_by("pk").values_list("data", flat=True))


def pay(account_id: int, amount: str, *, kind: str = "unapplied", to: str = "CASH", of: str = "UNAPPLIED") -> None:
    made = Entry(
        practice_id=make_practice().pk, kind=kind, debit=to, credit=of, amount=Decimal(amount),
        posted_on=TODAY, effective_on=TODAY, key=posting_key(kind, account_id, amount, to), account_id=account_id,
    )  # fmt: skip
    ledger.post([made], now=NOW)


def test_where_nobody_listens_nothing_is_asked_nor_written(django_assert_num_queries) -> None:
    def never():
        raise AssertionError("looked at")
        yield

    with django_assert_num_queries(0):
        publish("item.closed", never())


def test_a_commit_pays_two_statements_whatever_the_number_of_webhooks_and_ids(
    opened: Open, django_assert_num_queries
) -> None:
    for _ in range(10):
        opened("item.closed")
    listening.listened()
    practice = make_practice().pk
    with django_assert_num_queries(2):
        publish("item.closed", [(practice, {"items": one}) for one in range(2_000)])
    assert WebhookDelivery.objects.count() == 40


def test_whether_anybody_listens_is_asked_once_in_a_while(opened: Open, django_assert_num_queries) -> None:
    opened("item.closed")
    with django_assert_num_queries(1):
        assert [listening.listened(), listening.listened()] == [{"item.closed"}] * 2


def test_one_query_and_one_insert_whatever_the_number(opened: Open, django_assert_num_queries) -> None:
    practice = opened("item.closed")[0].practice_id
    listening.listened()
    with django_assert_num_queries(2):
        publish("item.closed", ((practice, {"items": item}) for item in range(1, 400)))


def test_a_denial_and_a_payment_from_a_file(opened: Open, import_edi: ImportEdi) -> None:
    opened()
    sent = Sent(number="HC-1", charge="125.00")
    paid = Clp("HC-1", [Svc("125.00", "100.00", [("CO-45", "25.00")], code="99213", on=None)])
    denied = Clp("HC-2", [Svc("125.00", "0.00", [("CO-197", "125.00")], code="99213", on=None)])
    import_edi(write_837([sent, sent.but(number="HC-2")]))
    assert told("denial.opened") == told("payment.posted") == []
    import_edi(Era([paid, denied]).text())
    pays = Posting.objects.filter(kind="payer_payment").values_list("claim_id", flat=True)
    [denial] = told("denial.opened")
    assert len(denial["claims"]) == 1
    assert told("payment.posted") == [{"claims": sorted(set(pays))}]
    assert denial["claims"] != sorted(set(pays))
    assert {pk for one in told("claim.changed") for pk in one["claims"]} == {*denial["claims"], *pays}


def test_the_same_file_again_tells_nothing(opened: Open, import_edi: ImportEdi) -> None:
    opened()
    sent = Sent(number="HC-2", charge="125.00")
    era = Era([Clp("HC-2", [Svc("125.00", "0.00", [("CO-197", "125.00")], code="99213", on=None)])]).text()
    import_edi(write_837([sent]), era)
    before = WebhookDelivery.objects.count()
    import_edi(era)
    assert WebhookDelivery.objects.count() == before


def test_money_that_came_in_is_a_payment_and_what_takes_it_back_is_none(opened: Open) -> None:
    opened("payment.posted")
    account = make_account()
    pay(account.pk, "20.00")
    assert told("payment.posted") == [{"accounts": [account.pk]}]
    ledger.reverse([Posting.objects.get(kind="unapplied").pk], posted_on=TODAY, now=NOW)
    pay(account.pk, "5.00", to="UNAPPLIED", of="CASH")
    ledger.reverse([Posting.objects.get(amount="5.00").pk], posted_on=TODAY, now=NOW)
    pay(account.pk, "3.00", kind="provider_adjustment", of="INTEREST")
    assert len(told("payment.posted")) == 1


def test_a_promise_that_was_broken_and_not_one_that_was_kept(opened: Open) -> None:
    opened()
    claims = [make_claim(number=number, lines=["50.00"]) for number in ("HC-8", "HC-9")]
    owed = [
        move(claim.lines.get(), kind="transfer", debit="PATIENT", credit="PAYER1", amount="50.00", on=TODAY)
        for claim in claims
    ]
    ledger.post(owed, now=NOW)
    broken, kept = (claim.account for claim in claims)
    ana = make_ana(broken.practice)
    for account in (broken, kept):
        given = {"actor": ana, "account": account, "amount": Decimal("50"), "due_on": TODAY, "now": NOW}
        promises.make_promise(**given, today=TODAY)
    pay(kept.pk, "50.00")
    promises.settle_promises(today=TODAY + 30 * DAY, now=NOW + 30 * DAY)
    [one] = told("promise.broken")
    assert one["accounts"] == [broken.pk]
    assert len(one["promises"]) == 1
    promises.settle_promises(today=TODAY + 31 * DAY, now=NOW + 31 * DAY)
    assert len(told("promise.broken")) == 1


def test_an_item_that_the_books_close(opened: Open) -> None:
    opened()
    claim = make_claim()
    refresh.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim)
    assert told("item.closed") == []
    ledger.reverse(Posting.objects.filter(claim=claim).values_list("pk", flat=True), posted_on=TODAY, now=NOW)
    refresh.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    assert item.state == "closed"
    assert [one["items"] for one in told("item.closed")] == [[item.pk]]


def test_an_item_that_a_person_closes(opened: Open) -> None:
    opened()
    claim = make_claim()
    refresh.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim)
    ana = make_ana(claim.practice)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY)
    assert told("item.closed") == []
    ledger.reverse(Posting.objects.filter(claim=claim).values_list("pk", flat=True), posted_on=TODAY, now=NOW)
    later = NOW + dt.timedelta(minutes=30)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="resolved", reason="paid", now=later, today=TODAY)
    [one] = told("item.closed")
    assert (one["items"], one["claims"]) == ([item.pk], [claim.pk])


def test_a_claim_is_told_to_its_own_practice(opened: Open) -> None:
    opened("claim.changed")
    oak = make_practice(name="Oak", npi="1003000126")
    here, there = make_claim(), make_claim(practice=oak)
    WebhookDelivery.objects.all().delete()
    announce("remit", claims=[here.pk, there.pk])
    assert told("claim.changed") == [{"claims": [here.pk]}]


def test_what_was_taken_back_is_not_told(opened: Open) -> None:
    opened()

    class TakenBack(Exception):
        pass

    def closed() -> None:
        with transaction.atomic():
            publish("item.closed", [(make_practice().pk, {"items": 1})])
            raise TakenBack

    with pytest.raises(TakenBack):
        closed()
    assert not WebhookDelivery.objects.exists()


def test_a_kill_between_commit_and_delivery_leaves_what_is_sent_later(receiver: Receiver, tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    house.env |= {"WEBHOOK_ALLOW_HTTP": "true", "WEBHOOK_NETWORKS": "127.0.0.0/8", "REDIS_URL": ""}
    try:
        house.migrate()
        process = house.start_python("-m", "tests.webhooks.killed_after_commit", receiver.url)
        assert process.wait(timeout=300) == -signal.SIGKILL
        assert house.ask("SELECT state, attempts FROM webhooks_webhookdelivery") == ("waiting", 0)
        assert receiver.got == []
        house.run("shell", "-c", "from arwork.web import tasks; tasks.deliver_webhooks()")
        assert [got.told["data"] for got in receiver.got] == [{"items": [7]}]
        assert house.ask("SELECT state, attempts FROM webhooks_webhookdelivery") == ("sent", 1)
    finally:
        house.close()


@pytest.mark.django_db(transaction=True)
def test_it_is_sent_at_once_after_the_commit(opened: Open, receiver: Receiver, eager_tasks: None) -> None:
    opened()
    practice = make_practice().pk
    with transaction.atomic():
        publish("item.closed", [(practice, {"items": 1})])
        assert receiver.got == []
    assert [got.told["data"] for got in receiver.got] == [{"items": [1]}]


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_it_waits_and_nobody_is_told_off(opened: Open, send: Callable[[], int], monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise publishing.QueueUnreachable("away")

    opened()
    monkeypatch.setattr("arwork.webhooks.publishing.enqueue", refuse)
    publish("item.closed", [(make_practice().pk, {"items": 1})])
    assert send() == 1
