"""One decision for many: claims that one payer denied for the same reason, and small balances."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.staff.models import AuditEvent
from claims.payers.models import PayerClass
from collections_app.worklist import batch as batches
from collections_app.worklist import services as worklist
from collections_app.worklist.models import Lease, WorkAction, WorkItem
from tests.cast import NOW, TODAY, make_account, make_patient, make_payer, make_practice, make_user
from tests.desk.conftest import denied_item, due_item, patient_item

pytestmark = pytest.mark.django_db
CONFIRMED = {"confirmed": "1"}
ENTERED = {"reason": "not worth a statement", "books_to": "WO_ADMIN"}


def text(response) -> str:
    return response.content.decode()


def batch_of(actor, *items: WorkItem) -> batches.Batch:
    return batches.batch_of(actor=actor, item_ids=[item.pk for item in items], today=TODAY)


def preview(actor, batch: batches.Batch, code: str, **entered):
    return batches.preview_batch(actor=actor, batch=batch, code=code, entered=entered, now=NOW, today=TODAY)


def record(actor, batch: batches.Batch, code: str, seen=None, **entered):
    return batches.record_batch(
        actor=actor, batch=batch, code=code, entered=entered, note="Class appeal 26-7", seen=seen or {}, now=NOW,
        today=TODAY,
    )  # fmt: skip


def small(dollars: str = "4.00") -> WorkItem:
    account = make_account(last=f"Small{WorkItem.objects.count()}")
    return patient_item(amount=dollars, patient=make_patient(account=account, last=account.guarantor.last))


def test_claims_denied_by_one_payer_for_one_reason_are_one_batch(ana):
    batch = batch_of(ana, denied_item(amount="900.00"), denied_item(amount="100.00"))
    assert batch.cause == "Meridian Choice, denied for CO-197"
    assert (batch.amount, batch.accounts) == (Decimal("1000.00"), 2)
    codes = {one.code for one in batch.outcomes}
    assert {"appeal_sent", "corrected_claim_sent", "records_sent", "snoozed", "payer_write_off_proposed"} <= codes
    assert not {"paid_eft", "resolved", "patient_owes"} & codes  # they need something of each, or close


def test_other_reasons_other_payers_and_other_kinds_are_not(ana):
    denied, payer = denied_item(), make_payer(name="Bridgewell", payer_class=PayerClass.COMMERCIAL, payer_id="BRI01")
    for other in (denied_item(carc="252"), denied_item(payers=[payer]), due_item()):
        batch = batch_of(ana, denied, other)
        assert batch.cause == "Of different causes"
        assert [one.label for one in batch.outcomes] == ["Propose a write-off"]


def test_the_reason_of_a_claim_is_that_of_its_largest_denial(ana):
    first, second = denied_item(), denied_item()
    second.claim.denials.create(
        practice=second.practice, line=None, remit_claim=second.claim.denials.get().remit_claim, payer=second.payer,
        bucket="PAYER1", group="CO", carc="16", amount="1.00", category="information", kind="soft",
        initial_on=TODAY,
    )  # fmt: skip
    assert "CO-197" in batch_of(ana, first, second).cause


def test_small_balances_are_a_batch_whatever_they_are_of(ana):
    batch = batch_of(ana, small(), small("3.00"), due_item(lines=("5.00",)))
    assert batch.cause == "Small balances"
    labels = {one.label: one.by_kind for one in batch.outcomes}
    assert {kind: one.code for kind, one in labels["Propose a write-off"].items()} == {
        "patient_balance": "write_off_proposed", "no_response": "payer_write_off_proposed",
    }  # fmt: skip
    codes = {one.code for one in batch_of(ana, small(), small()).outcomes}
    assert {"write_off_proposed", "snoozed", "escalated"} <= codes
    assert not {"left_message", "no_answer", "deceased", "filed_bankruptcy", "asked_to_stop"} & codes


def test_before_it_is_recorded_it_says_what_comes_of_it(ana):
    batch = batch_of(ana, denied_item(amount="900.00"), denied_item(amount="100.00"))
    (step,) = preview(ana, batch, "appeal_sent")
    assert (step.words, step.items, step.amount, step.is_refused) == ("Check the appeal", 2, Decimal("1000.00"), False)
    assert step.next_on > TODAY
    (refused,) = preview(ana, batch, "payer_write_off_proposed")
    assert (refused.is_refused, refused.words) == (True, '"Propose a write-off" needs the kind of write-off.')
    assert not WorkAction.objects.exists()


def test_what_stands_alike_is_asked_about_once(ana):
    def cost(batch) -> int:
        with CaptureQueriesContext(connection) as queries:
            preview(ana, batch, "appeal_sent")
        return len(queries)

    two = batch_of(ana, denied_item(), denied_item())
    ten = batch_of(ana, *two.items, *(denied_item() for _ in range(8)))
    assert cost(ten) <= cost(two)


def test_a_write_off_is_proposed_for_the_amount_of_each(ana):
    batch = batch_of(ana, small("4.00"), small("3.00"))
    code = next(one.code for one in batch.outcomes if one.label == "Propose a write-off")
    assert record(ana, batch, code, **ENTERED) == (2, [])
    assert sorted(action.entered["amount"] for action in WorkAction.objects.all()) == ["3.00", "4.00"]
    assert set(WorkItem.objects.values_list("next_action", flat=True)) == {"approve_write_off"}


def test_what_cannot_take_it_is_named_and_the_others_have_it(ana):
    held, worked, free = (denied_item() for _ in range(3))
    ben = make_user(username="ben", practices=[make_practice()])
    Lease.objects.create(item=held, holder=ben, taken_at=NOW, expires_at=NOW + dt.timedelta(minutes=15))
    batch = batch_of(ana, held, worked, free)
    seen = {item.pk: item.touches for item in batch.items}
    worklist.record_outcome(actor=ben, item_id=worked.pk, disposition="no_agent", now=NOW, today=TODAY)
    done, refused = record(ana, batch_of(ana, held, worked, free), "appeal_sent", seen=seen)
    assert done == 1
    assert len(refused) == 2
    assert any("Ben Test took this item" in words for words in refused)
    assert any("since you opened this item" in words for words in refused)
    assert WorkAction.objects.filter(disposition="appeal_sent").get().item == free


def test_another_practices_items_are_left_out(ana):
    cedar = make_practice(name="Cedar", npi="1003000126", tin="069999999")
    theirs = denied_item(practice=cedar, patient=make_patient(account=make_account(practice=cedar)))
    mine = denied_item()
    assert batch_of(ana, mine, theirs).items == [mine]
    with pytest.raises(batches.NotOneCause, match="Select some rows"):
        batch_of(ana, theirs)


# The pages


def test_a_batch_is_chosen_looked_at_recorded_and_undone(sit, ana):
    items = [denied_item(), denied_item(), denied_item()]
    client = sit(ana)
    client.get("/list?q=kind:denied")
    sent = {"item": [item.pk for item in items]}
    assert "Meridian Choice, denied for CO-197: 3 items" in text(client.post("/list/outcome", sent))
    looked = text(client.post("/list/outcome", sent | {"outcome": "appeal_sent"}))
    assert "Check the appeal" in looked
    assert "Record it on all" in looked
    assert not WorkAction.objects.exists()
    page = text(client.post("/list/outcome", sent | {"outcome": "appeal_sent", "confirmed": "1"}, follow=True))
    assert "Recorded on 3 items at once" in page
    assert "Undo all 3" in page
    response = client.post(f"/desk/undo/{WorkAction.objects.latest('pk').pk}", follow=True)
    assert "3 items are as they were before" in text(response)
    assert response.redirect_chain[-1][0] == "/list?q=kind%3Adenied"
    assert not Lease.objects.exists()
    assert set(WorkItem.objects.values_list("touches", flat=True)) == {0}


def test_one_undo_takes_back_both_kinds_of_write_off(sit, ana):
    client, items = sit(ana), [small(), due_item(lines=("5.00",))]
    batch = batch_of(ana, *items)
    code = next(one.code for one in batch.outcomes if one.label == "Propose a write-off")
    sent = {
        "item": [item.pk for item in items],
        "outcome": code,
        "reason": "too small",
        "books_to": "WO_ADMIN",
    } | CONFIRMED
    assert "Undo all 2" in text(client.post("/list/outcome", sent, follow=True))
    client.post(f"/desk/undo/{WorkAction.objects.latest('pk').pk}")
    assert set(WorkItem.objects.values_list("touches", flat=True)) == {0}


def test_all_small_balances_are_one_press_from_my_day(sit, ana):
    small()
    small("3.00")
    client = sit(ana)
    assert "/list/outcome" in text(client.get("/my-day"))
    page = text(client.post("/list/outcome", {"all": "1", "q": "lane:4 due:today owner:mine"}))
    assert "Small balances: 2 items" in page
    assert "$7.00 in all, 2 accounts" in page


def test_what_is_missing_is_said_beside_the_form_and_nothing_is_recorded(sit, ana):
    sent = {"item": [denied_item().pk], "outcome": "payer_write_off_proposed", "confirmed": "1"}
    client = sit(ana)
    assert "needs the kind of write-off" in text(client.post("/list/outcome", sent, follow=True))
    assert client.post("/list/outcome", sent | {"outcome": "paid_eft"}).status_code == 422
    assert not WorkAction.objects.exists()
    assert client.post("/list/outcome", {}).status_code == 422


def test_looking_at_a_batch_leaves_a_trace(sit, ana):
    item = denied_item()
    before = AuditEvent.objects.count()
    sit(ana).post("/list/outcome", {"item": item.pk})
    event = AuditEvent.objects.order_by("id")[before:].get()
    assert ("claim", item.claim_id) in set(event.seen.values_list("subject", "subject_id"))
