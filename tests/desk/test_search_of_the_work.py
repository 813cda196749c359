"""What the search box finds of the work: calls by reference, what is open by amount, worklists by name."""

from decimal import Decimal

import pytest
from django.db import connection

from arwork.staff.models import AuditEvent
from claims.ledger import services as ledger
from collections_app.worklist import saved_lists
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkAction
from collections_app.worklist.search import balances_of, calls_referenced, referenced
from tests.cast import NOW, TODAY, make_claim, make_practice, make_user, move
from tests.desk.conftest import due_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def look_again():
    """Bring the work of some claims to the books."""

    def look(*claims):
        accounts = [claim.account_id for claim in claims]
        worklist.refresh(claims=[claim.pk for claim in claims], accounts=accounts, today=TODAY, now=NOW)

    return look


def called(actor, reference: str):
    item = due_item()
    worklist.record_outcome(
        actor=actor, item_id=item.pk, disposition="in_process", reference=reference, now=NOW, today=TODAY
    )
    return item


@pytest.mark.parametrize("text", ["R553080", "r5530"])
def test_a_call_is_found_by_the_reference_that_the_payer_gave(sit, ana, text):
    item = called(ana, "R553080")
    called(ana, "S1")
    before = AuditEvent.objects.count()
    page = sit(ana).post("/search/ahead", {"q": text}).content.decode()
    assert "R553080" in page
    assert item.claim.number in page
    assert "in process" in page
    assert f"/claims/{item.claim_id}" in page
    event = AuditEvent.objects.order_by("id")[before:].get()
    assert list(event.seen.values_list("subject", "subject_id")) == [("claim", item.claim_id)]


def test_another_practices_calls_are_not(sit, ana):
    called(ana, "R553080")
    carl = make_user(username="carl", practices=[make_practice(name="Cedar", npi="1003000126", tin="069999999")])
    assert "R553080" not in sit(carl).post("/search/ahead", {"q": "R5530"}).content.decode().split("What can")[0]


def test_references_are_read_from_an_index(ana):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = WorkAction.objects.filter(referenced("R5530")).explain()
    assert "action_by_reference" in plan, plan
    assert calls_referenced(actor=ana, text="R5530", limit=3) == []


def test_a_worklist_is_found_by_its_name(sit, ana):
    saved_lists.save_filter(actor=ana, name="Meridian denials", query="kind:denied")
    page = sit(ana).post("/search/ahead", {"q": "denials"}).content.decode()
    assert "/list?q=kind%3Adenied" in page
    assert "Meridian denials" in sit(ana).post("/search", {"q": "denials"}, follow=True).content.decode()


def test_what_is_open_is_found_by_its_amount(sit, ana, look_again):
    claim = make_claim(lines=("240.00", "61.95"))
    patients = make_claim(payers=(), lines=("177.30",))
    look_again(claim, patients)
    move_in = [move(claim.lines.first(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="100", on=TODAY)]
    ledger.post(move_in, now=NOW, reason="remit")
    look_again(claim)
    before = AuditEvent.objects.count()
    page = sit(ana).post("/search/ahead", {"q": "$201.95"}).content.decode()
    assert f"/claims/{claim.pk}" in page
    event = AuditEvent.objects.order_by("id")[before:].get()
    assert list(event.seen.values_list("subject", "subject_id")) == [("claim", claim.pk)]
    assert f"/accounts/{patients.account_id}" in sit(ana).post("/search/ahead", {"q": "177.30"}).content.decode()
    assert f"/claims/{claim.pk}" not in sit(ana).post("/search/ahead", {"q": "201.94"}).content.decode()


def test_an_amount_is_read_from_an_index_and_within_ones_practices(ana, look_again):
    look_again(make_claim(lines=("240.00",)))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    found = balances_of(actor=ana, amount=Decimal("240.00"))
    plan = found.order_by().explain()
    if connection.vendor == "sqlite":  # of a handful of rows PostgreSQL takes any index of the practice
        assert "item_by_amount" in plan, plan
    assert "Seq Scan" not in plan, plan
    carl = make_user(username="carl", practices=[make_practice(name="Cedar", npi="1003000126", tin="069999999")])
    assert (found.count(), balances_of(actor=carl, amount=Decimal("240.00")).count()) == (1, 0)
