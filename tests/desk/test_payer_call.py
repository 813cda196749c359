"""A payer call about several claims: each with its own outcome, nothing chosen for anybody, until somebody hangs up."""

import re

from django.utils import timezone

from collections_app.worklist import services as worklist
from collections_app.worklist.models import Lease, WorkAction, WorkDraft, WorkItem
from tests.desk.conftest import denied_item, due_item, today

SAID = {"disposition": "in_process", "reference": "R-7", "spoke_to": "Dana", "touches": "0"}


def text(response) -> str:
    return " ".join(response.content.decode().split())


def begin(client, item) -> str:
    return text(client.post(f"/desk/{item.pk}/together/take", follow=True))


def test_nothing_is_ticked_and_nothing_chosen(sit, ana):
    first, second = denied_item(), due_item()
    client = sit(ana)
    page = begin(client, first)
    assert Lease.objects.filter(holder=ana).count() == 2
    assert not re.search(r'name="disposition"[^>]* checked', page)
    for words in (first.claim.number, second.claim.number, "Denied $240.00: authorization missing (CO-197)"):
        assert words in page, words


def test_looking_at_a_call_that_was_not_begun_takes_nothing(sit, ana):
    item = due_item()
    assert sit(ana).get(f"/desk/{item.pk}/together").headers["Location"] == f"/desk/{item.pk}"
    assert not Lease.objects.exists()


def test_each_claim_has_its_own_outcome_reference_and_representative(sit, ana):
    first, second, third = due_item(), due_item(), due_item()
    client = sit(ana)
    begin(client, first)
    client.post(f"/desk/{first.pk}/together/{first.pk}/log", SAID)
    client.post(f"/desk/{first.pk}/together/{second.pk}/log", SAID | {"disposition": "not_on_file", "reference": ""})
    page = text(client.get(f"/desk/{first.pk}/together"))
    assert "In process, ref. R-7, spoke to Dana, next" in page
    assert dict(WorkAction.objects.values_list("item", "disposition")) == {
        first.pk: "in_process",
        second.pk: "not_on_file",
    }
    assert list(Lease.objects.values_list("item", flat=True)) == [third.pk]  # the line is still open
    assert 'value="Dana"' in page  # one representative speaks to the end of a call


def test_what_is_missing_is_said_in_the_row_and_the_words_stay(sit, ana):
    item = due_item()
    client = sit(ana)
    begin(client, item)
    for sent, missing in (
        ({"disposition": "in_process", "note": "wait"}, "Enter one, or tick that none was given."),
        ({"note": "wait"}, "Choose what came of this claim."),
        ({"disposition": "paid_eft", "amount": "240", "note": "wait"}, "needs the trace or check number"),
    ):
        response = client.post(f"/desk/{item.pk}/together/{item.pk}/log", sent, headers={"HX-Request": "true"})
        assert response.status_code == 422
        assert missing in text(response)
        assert "wait</textarea>" in text(response)
    assert not WorkAction.objects.exists()


def test_none_given_is_an_answer(sit, ana):
    item = due_item()
    client = sit(ana)
    sent = {"disposition": "in_process", "none_given": "on"}
    assert client.post(f"/desk/{item.pk}", sent).status_code == 302
    assert WorkAction.objects.get().disposition == "in_process"


def test_an_outcome_of_somebody_else_meanwhile_is_not_covered_up(sit, ana, sol):
    item = due_item()
    client = sit(ana)
    begin(client, item)
    Lease.objects.all().delete()
    worklist.record_outcome(actor=sol, item_id=item.pk, disposition="not_on_file", now=timezone.now(), today=today())
    response = client.post(f"/desk/{item.pk}/together/{item.pk}/log", SAID)
    assert response.status_code == 422
    assert "since you opened this item" in text(response)
    assert WorkAction.objects.get().by == sol


def test_sent_twice_is_logged_once(sit, ana):
    item = due_item()
    client = sit(ana)
    begin(client, item)
    for _ in range(2):
        client.post(f"/desk/{item.pk}/together/{item.pk}/log", SAID)
    assert WorkAction.objects.count() == 1


def test_hanging_up_gives_back_what_was_not_logged(sit, ana):
    first, second = due_item(), due_item()
    client = sit(ana)
    begin(client, first)
    client.post(f"/desk/{first.pk}/together/{first.pk}/log", SAID)
    response = client.post(f"/desk/{first.pk}/together/hang-up", follow=True)
    assert "Hung up: 1 claim logged in this call." in text(response)
    assert response.redirect_chain[-1][0] == f"/desk/{second.pk}"  # the best that is left is taken anew
    assert client.get(f"/desk/{first.pk}/together").status_code == 302


def test_back_to_one_claim_gives_back_the_others(sit, ana):
    first, second = due_item(), due_item()
    client = sit(ana)
    begin(client, first)
    response = client.post(f"/desk/{first.pk}/together/hang-up", {"then": "one"})
    assert response.headers["Location"] == f"/desk/{first.pk}"
    assert list(Lease.objects.values_list("item", flat=True)) == [first.pk]
    assert not Lease.objects.filter(item=second.pk).exists()


def test_the_line_is_held_while_any_of_its_claims_is(sit, ana):
    first, second = due_item(), due_item()
    client = sit(ana)
    begin(client, first)
    client.post(f"/desk/{first.pk}/together/{first.pk}/log", SAID)
    assert "held by you" in text(client.post(f"/desk/{first.pk}/renew"))
    client.post(f"/desk/{first.pk}/together/{second.pk}/log", SAID)
    assert "You hold no item." in text(client.post(f"/desk/{first.pk}/renew"))


def test_undo_during_the_call_leads_back_to_it_with_the_words(sit, ana):
    first, second = due_item(), due_item()
    client = sit(ana)
    begin(client, first)
    client.post(f"/desk/{first.pk}/together/{second.pk}/log", SAID | {"note": "Wrong claim"})
    page = text(client.post(f"/desk/undo/{WorkAction.objects.get().pk}", follow=True))
    assert "On the line with" in page
    assert "Wrong claim</textarea>" in page
    assert WorkItem.objects.get(pk=second.pk).touches == 0


def test_each_claim_keeps_its_own_draft(sit, ana):
    first, second = due_item(), due_item()
    client = sit(ana)
    begin(client, first)
    client.post(f"/desk/{second.pk}/draft", {"disposition": "not_on_file", "note": "ask again", "draft_touches": "0"})
    page = text(client.get(f"/desk/{first.pk}/together"))
    assert "ask again</textarea>" in page
    client.post(f"/desk/{first.pk}/together/{second.pk}/log", SAID)
    assert not WorkDraft.objects.exists()


def test_its_queries_do_not_grow_with_the_claims(sit, ana, django_assert_max_num_queries):
    first, *_ = [denied_item() for _ in range(8)]
    client = sit(ana)
    begin(client, first)
    with django_assert_max_num_queries(40):
        client.get(f"/desk/{first.pk}/together")
