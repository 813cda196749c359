"""One outcome is recorded once: a double click, a second window, a page that was left open."""

from django.utils import timezone

from collections_app.worklist import services as worklist
from collections_app.worklist.models import Lease, WorkAction
from tests.cast import TODAY
from tests.desk.conftest import due_item

SENT = {"disposition": "in_process", "note": "Still with medical review", "then": "stay", "touches": "0"}


def text(response) -> str:
    return response.content.decode()


def test_the_page_says_how_often_the_item_had_been_worked(sit, ana):
    item = due_item()
    assert '<input type="hidden" name="touches" value="0">' in text(sit(ana).get(f"/desk/{item.pk}"))


def test_a_form_that_is_sent_twice_is_logged_once(sit, ana):
    item = due_item()
    client = sit(ana)
    for _ in range(2):
        assert client.post(f"/desk/{item.pk}", SENT).status_code == 302
    assert WorkAction.objects.get().note == "Still with medical review"


def test_another_outcome_from_a_second_window_comes_back_with_what_was_typed(sit, ana):
    item = due_item()
    client = sit(ana)
    client.post(f"/desk/{item.pk}", SENT)
    response = client.post(f"/desk/{item.pk}", SENT | {"disposition": "not_on_file", "note": "No claim on file"})
    page = text(response)
    assert response.status_code == 422
    assert "since you opened this item. Read it, then log again" in page
    assert "No claim on file" in page
    assert WorkAction.objects.get().disposition == "in_process"


def test_an_outcome_of_somebody_else_meanwhile_is_not_covered_up(sit, ana, sol):
    item = due_item()
    sit(ana).post(f"/desk/{item.pk}", SENT | {"then": "list"})
    assert sit(sol).post(f"/desk/{item.pk}", SENT).status_code == 422
    assert WorkAction.objects.get().by == ana


def test_the_next_outcome_on_the_same_item_is_logged_from_the_page_as_it_is_now(sit, ana):
    item = due_item()
    client = sit(ana)
    client.post(f"/desk/{item.pk}", SENT)
    assert 'name="touches" value="1"' in text(client.get(f"/desk/{item.pk}"))
    client.post(f"/desk/{item.pk}", SENT | {"touches": "1"})
    assert WorkAction.objects.count() == 2


def test_a_claim_of_a_call_that_was_logged_meanwhile_is_not_covered_up(sit, ana, sol):
    first, second = due_item(), due_item()
    client = sit(ana)
    page = text(client.post(f"/desk/{first.pk}/together/take", follow=True))
    seen = {f"touches-{one.pk}": "0" for one in (first, second)}
    for name in seen:
        assert f'name="{name}" value="0"' in page
    Lease.objects.all().delete()  # her hold ended, and the other one was quicker with the second claim
    sit(sol).post(f"/desk/{second.pk}", SENT)
    Lease.objects.all().delete()
    client.post(f"/desk/{first.pk}/together/take")
    ticked = {f"item-{one.pk}": "on" for one in (first, second)}
    worklist.open_item(actor=ana, item_id=second.pk, now=timezone.now())
    sent = ticked | seen | {"disposition": "not_on_file", "note": "Sent to the wrong address"}
    page = text(client.post(f"/desk/{first.pk}/together", sent, follow=True))
    assert f"{second.claim}: Sol Test logged &quot;In process&quot; since you opened this item" in page
    assert list(WorkAction.objects.order_by("pk").values_list("item", "by__username")) == [
        (second.pk, "sol"),
        (first.pk, "ana"),
    ]


def test_when_no_claim_of_a_call_can_be_logged_the_note_stays_and_the_second_try_counts_as_read(sit, ana, sol):
    item = due_item()
    sit(sol).post(f"/desk/{item.pk}", SENT | {"then": "list"})
    sent = {f"item-{item.pk}": "on", f"touches-{item.pk}": "0", "disposition": "not_on_file", "note": "Wrong address"}
    response = sit(ana).post(f"/desk/{item.pk}/together", sent)
    assert response.status_code == 422
    page = text(response)
    assert "Wrong address</textarea>" in page
    assert "Sol Test logged" in page
    assert f'name="touches-{item.pk}" value="1"' in page
    assert sit(ana).post(f"/desk/{item.pk}/together", sent | {f"touches-{item.pk}": "1"}).status_code == 302
    assert WorkAction.objects.count() == 2


def test_another_mistake_in_the_form_does_not_count_as_having_read(sit, ana, sol):
    item = due_item()
    client = sit(ana)
    client.post(f"/desk/{item.pk}/together/take")
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="in_process", now=timezone.now(), today=TODAY)
    sent = {f"item-{item.pk}": "on", f"touches-{item.pk}": "0", "disposition": "paid_eft"}
    assert f'name="touches-{item.pk}" value="0"' in text(client.post(f"/desk/{item.pk}/together", sent))


def test_one_call_about_several_claims_that_is_sent_twice_is_logged_once(sit, ana):
    first, second, third = due_item(), due_item(), due_item()
    client = sit(ana)
    client.post(f"/desk/{first.pk}/together/take")
    page = text(client.get(f"/desk/{first.pk}/together"))
    sent = {"disposition": "in_process", "note": "All three with review"}
    for item in (first, second, third):
        assert f'name="touches-{item.pk}" value="0"' in page
        sent |= {f"item-{item.pk}": "on", f"touches-{item.pk}": "0"}
    for _ in range(2):
        assert client.post(f"/desk/{first.pk}/together", sent).status_code == 302
    assert set(WorkAction.objects.values_list("item", flat=True)) == {first.pk, second.pk, third.pk}
    assert WorkAction.objects.count() == 3
    assert not Lease.objects.exists()
