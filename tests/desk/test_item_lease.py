"""Whose an item is: looking takes nothing, one post takes it, and the second person learns who has it."""

import datetime as dt

import pytest
from django.utils import timezone

from arwork.staff.models import AuditEvent
from collections_app.contacts import services as contacts
from collections_app.worklist.models import Lease, WorkAction, WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice, make_sol, make_user
from tests.desk.conftest import due_item, patient_item

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_opening_an_item_takes_nothing_and_one_post_takes_it(sit, ana):
    item = due_item()
    client = sit(ana)
    page = text(client.get(f"/desk/{item.pk}"))
    assert 'title="Yours when you begin">free<' in page
    assert "Work this item" in page
    assert not Lease.objects.exists()
    assert client.get(f"/desk/{item.pk}/take").status_code == 405
    page = text(client.post(f"/desk/{item.pk}/take", follow=True))
    assert "held by you" in page
    assert "Give back" in page
    before = Lease.objects.get(item=item, holder=ana).expires_at
    client.get(f"/desk/{item.pk}")
    assert Lease.objects.get().expires_at == before


def test_beginning_to_fill_in_takes_the_item_unless_it_was_logged_meanwhile(sit, ana):
    item = due_item()
    client = sit(ana)
    fragment = client.post(f"/desk/{item.pk}/take", {"touches": "0"}, headers={"HX-Request": "true"})
    assert "held by you" in text(fragment)
    assert "Give back" in text(fragment)
    client.post(f"/desk/{item.pk}", {"disposition": "in_process", "reference": "R1"})
    late = client.post(f"/desk/{item.pk}/take", {"touches": "0"}, headers={"HX-Request": "true"})
    assert late.status_code == 204
    assert not Lease.objects.exists()


def test_two_people_never_share_an_item_and_the_second_learns_who_has_it(sit, ana):
    item = due_item()
    ben = make_user(username="ben", practices=[make_practice()])
    sit(ana).post(f"/desk/{item.pk}/take")
    client = sit(ben)
    page = text(client.get(f"/desk/{item.pk}"))
    assert "Ana Test is working on this item" in page
    assert "Log and next" not in page
    assert AuditEvent.objects.filter(action="read", actor=ben, subject_id=item.claim_id).exists()
    assert client.post(f"/desk/{item.pk}/take").status_code == 409
    refused = client.post(
        f"/desk/{item.pk}", {"disposition": "in_process", "reference": "R1", "note": "they asked for records"}
    )
    assert refused.status_code == 409
    assert "they asked for records" in text(refused)
    assert Lease.objects.get().holder == ana


def test_who_looks_at_another_visit_of_a_guarantor_account_learns_who_works_on_it(sit, ana):
    claim, balance = due_item(), patient_item()
    WorkItem.objects.filter(pk=claim.pk).update(account=balance.account)
    ben = make_user(username="ben", practices=[make_practice()])
    sit(ana).post(f"/desk/{balance.pk}/take")
    assert "another item of this guarantor account" in text(sit(ben).get(f"/desk/{claim.pk}"))


def test_an_incomplete_outcome_of_a_free_item_is_kept_and_the_item_taken(sit, ana):
    item = due_item()
    response = sit(ana).post(f"/desk/{item.pk}", {"disposition": "paid_eft", "note": "check was mailed"})
    assert response.status_code == 422
    assert "check was mailed" in text(response)
    assert Lease.objects.get(item=item).holder == ana


def test_what_was_logged_since_the_page_was_opened_is_read_before_anything_is_logged_over_it(sit, ana):
    item = due_item()
    bob = make_user(username="bob", practices=[item.practice])
    sent = {"disposition": "in_process", "reference": "R1", "touches": "0", "note": "Still in review"}
    assert f'name="touches" value="{item.touches}"' in text(sit(ana).get(f"/desk/{item.pk}"))
    assert sit(ana).post(f"/desk/{item.pk}", sent).status_code == 302
    response = sit(bob).post(f"/desk/{item.pk}", sent)
    assert response.status_code == 422
    page = text(response)
    assert "Ana Test logged &quot;In process&quot; since you opened this item" in page
    assert "Still in review</textarea>" in page
    assert WorkAction.objects.count() == 1
    assert 'name="touches" value="1"' in page
    sit(bob).post(f"/desk/{item.pk}", sent | {"touches": "1"})
    assert WorkAction.objects.count() == 2


def test_log_and_stay_keeps_the_item(sit, ana):
    item = due_item()
    response = sit(ana).post(
        f"/desk/{item.pk}", {"disposition": "in_process", "reference": "R1", "then": "stay"}, follow=True
    )
    assert "held by you" in text(response)
    assert Lease.objects.get(item=item).holder == ana


def test_giving_back_what_is_not_held_says_so(sit, ana):
    item = due_item()
    client = sit(ana)
    assert "You did not hold this item" in text(client.post(f"/desk/{item.pk}/release", follow=True))
    client.post(f"/desk/{item.pk}/take")
    assert "Given back." in text(client.post(f"/desk/{item.pk}/release", {"reason": "no_time"}, follow=True))


def test_a_hold_is_renewed_and_given_back(sit, ana):
    item = due_item()
    client = sit(ana)
    client.post(f"/desk/{item.pk}/take")
    Lease.objects.update(expires_at=timezone.now() + dt.timedelta(minutes=2))
    assert 'data-held-seconds="9' in text(client.post(f"/desk/{item.pk}/renew")) or Lease.objects.get().expires_at
    assert Lease.objects.get().expires_at > timezone.now() + dt.timedelta(minutes=14)
    client.post(f"/desk/{item.pk}/release", {"reason": "no_time"})
    assert not Lease.objects.exists()
    assert "has ended" in text(client.post(f"/desk/{item.pk}/renew"))


def test_the_account_tells_what_was_entered_and_leaves_undoings_out(sit, ana):
    item = patient_item()
    client = sit(ana)
    for word in ("wrong bill", "paid in June"):
        client.post(f"/desk/{item.pk}", {"disposition": "disputed", "reason": word})
        client.post(f"/desk/undo/{WorkAction.objects.latest('pk').pk}")
    page = client.get(f"/accounts/{item.account_id}/work").content.decode()
    for words in ("wrong bill", "paid in June", ">undone<", "then answer the dispute"):
        assert words in page, words
    assert "Undone" not in page


def test_claim_account_and_desk_tell_the_same_work_in_the_same_words(sit, ana):
    item = due_item()
    client = sit(ana)
    told = {"disposition": "in_process", "reference": "CALL-1", "spoke_to": "Robin", "note": "In review"}
    client.post(f"/desk/{item.pk}", told)
    words = "spoke to Robin · ref. CALL-1 · In review · then check the claim&#x27;s status"
    for page in (f"/desk/{item.pk}", f"/claims/{item.claim_id}/work"):
        assert words in text(client.get(page)), page
    account = text(client.get(f"/accounts/{item.claim.account_id}/work"))
    assert f"claim {item.claim.number} · {words}" in account


def test_a_supervisor_alone_lifts_a_hold_that_no_outcome_ends_and_says_why(sit):
    claim = make_claim(payers=(), lines=("90.00",))
    ana, sol = make_ana(claim.practice), make_sol(claim.practice)
    hold = contacts.place_hold(actor=ana, account_id=claim.account_id, reason="attorney", now=NOW, today=TODAY)
    address, account = f"/accounts/holds/{hold.pk}/lift", f"/accounts/{claim.account_id}/work"
    client = sit(ana)
    assert address not in text(client.get(account))
    assert client.post(address, {"reason": "she let him go"}).status_code == 403
    client = sit(sol)
    assert address in text(client.get(account))
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "representation ended"}).status_code == 302
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.note) == (sol, "Lifted: representation ended")
    assert address not in text(client.get(account))
