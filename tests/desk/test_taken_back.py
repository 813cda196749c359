"""What is undone gives the words back; a call that was never made counts no more; what needs no item is logged too."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from arwork.lib.errors import DomainError
from claims.parties import phone_numbers
from collections_app.contacts import services as contacts
from collections_app.contacts.asking import attempts_to
from collections_app.contacts.models import Contact
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkAction, WorkDraft, WorkItem
from tests.desk.conftest import due_item, patient_item, today


def text(response) -> str:
    return " ".join(response.content.decode().split())


def calls(item) -> int:
    person = item.account.guarantor_id
    made = attempts_to([person], at=timezone.now(), bearing_days=7).get(person, [])
    return sum(not one.is_inbound for one in made)


def test_undo_gives_the_words_back_into_the_form(sit, ana):
    item = patient_item()
    client = sit(ana)
    day = today() + dt.timedelta(days=9)
    client.post(
        f"/desk/{item.pk}",
        {"disposition": "promised", "amount": "60", "promised_on": str(day), "method": "card", "note": "on payday"},
    )
    page = text(client.post(f"/desk/undo/{WorkAction.objects.get().pk}", follow=True))
    assert "your words are in the form" in page
    assert "on payday</textarea>" in page
    assert f'value="{day}"' in page
    assert WorkDraft.objects.get().entered == {
        "disposition": "promised", "amount": "60", "promised_on": str(day), "method": "card", "note": "on payday",
    }  # fmt: skip


def test_undo_gives_back_an_hour_a_number_and_what_was_to_wake_it(sit, ana):
    item, other = patient_item(), due_item()
    client = sit(ana)
    day = str(today() + dt.timedelta(days=3))
    for sent in (
        {"disposition": "will_call_back", "callback_on": day, "callback_time": "14:30"},
        {"disposition": "number_found", "phone": "(614) 555-0147"},
    ):
        assert client.post(f"/desk/{item.pk}", sent).status_code == 302
        undone = client.post(f"/desk/undo/{WorkAction.objects.latest('pk').pk}", follow=True)
        assert "your words are in the form" in text(undone)
        kept = WorkDraft.objects.get(item=item).entered
        assert kept == {"method": "check"} | sent | ({"phone": "+16145550147"} if "phone" in sent else {})
    client.post(f"/desk/{other.pk}", {"disposition": "snoozed", "until_on": day, "wakes": ["remit", "document"]})
    client.post(f"/desk/undo/{WorkAction.objects.latest('pk').pk}")
    assert WorkDraft.objects.get(item=other).entered["wakes"] == ["remit", "document"]


def test_a_call_that_was_undone_still_counts_until_it_is_said_that_it_was_never_made(sit, ana):
    item = patient_item()
    client = sit(ana)
    client.post(f"/desk/{item.pk}", {"disposition": "will_think", "then": "stay"})
    action = WorkAction.objects.get()
    client.post(f"/desk/undo/{action.pk}")
    assert calls(item) == 1
    page = text(client.get(f"/desk/{item.pk}"))
    assert "Not before" in page
    assert "I never made this call" in page
    client.post(f"/desk/undo/{action.pk}/never-made")
    assert calls(item) == 0
    page = text(client.get(f"/desk/{item.pk}"))
    assert "Not before" not in page
    assert "Never made" in page or "never made" in page
    assert "The call that you undid still counts" not in page
    assert Contact.objects.count() == 2  # nothing is erased


def test_one_key_undoes_the_outcome_and_the_call(sit, ana):
    item = patient_item()
    client = sit(ana)
    page = text(client.post(f"/desk/{item.pk}", {"disposition": "left_message"}, follow=True))
    assert 'data-key="Z"' in page
    client.post(f"/desk/undo/{WorkAction.objects.get().pk}/never-made")
    item.refresh_from_db()
    assert (item.touches, calls(item)) == (0, 0)
    client.post(f"/desk/{item.pk}", {"disposition": "left_message"})  # and now it is made
    assert calls(item) == 1


def test_nobody_withdraws_the_call_of_another_nor_twice_nor_late(ana, sol):
    item = patient_item()
    now = timezone.now()
    done = {"item_id": item.pk, "disposition": "left_message", "now": now, "today": today()}
    action = worklist.record_outcome(actor=ana, **done)
    asked = {"action_id": action.pk, "today": today()}
    with pytest.raises(DomainError, match="Only who recorded it"):
        worklist.withdraw_call(actor=sol, now=now, **asked)
    with pytest.raises(DomainError, match="Ten minutes"):
        worklist.withdraw_call(actor=ana, now=now + dt.timedelta(minutes=11), **asked)
    worklist.withdraw_call(actor=ana, now=now, **asked)
    with pytest.raises(DomainError, match="withdrawn already"):
        worklist.withdraw_call(actor=ana, now=now, **asked)


def test_a_note_and_an_incoming_call_are_logged_without_open_work(sit, ana):
    item = patient_item()
    claim = WorkItem.objects.get(pk=item.pk).account.claims.get()
    WorkItem.objects.update(state="closed", closed_on=today(), closed_reason="settled")
    client = sit(ana)
    said = {"what": "call", "spoke_to": "Gus", "note": "Asks for a copy of the bill"}
    assert client.post(f"/accounts/{item.account_id}/contacts", said).status_code == 302
    told = {"what": "note", "note": "Chart is with Dr. Amin"}
    assert client.post(f"/claims/{claim.pk}/contacts", told).status_code == 302
    found = Contact.objects.order_by("pk").values_list("direction", "channel", "outcome", "claim")
    assert list(found) == [("in", "phone", "reached", None), ("out", "note", "noted", claim.pk)]
    assert calls(item) == 0  # whoever calls us is not called
    assert "Asks for a copy" in text(client.get(f"/accounts/{item.account_id}/work"))
    assert "Dr. Amin" in text(client.get(f"/claims/{claim.pk}/work"))
    assert client.post(f"/claims/{claim.pk}/contacts", {"what": "note", "note": " "}).status_code == 422


def test_a_number_is_dialed_by_a_click_only_while_the_person_may_be_called(sit, ana):
    item = patient_item()
    phone_numbers.add_found(person_id=item.account.guarantor_id, entered="(614) 555-0147")
    client = sit(ana)
    pages = (f"/desk/{item.pk}", f"/accounts/{item.account_id}/work")
    assert all('href="tel:+16145550147"' in text(client.get(page)) for page in pages)
    contacts.place_hold(
        actor=ana, account_id=item.account_id, reason="cease", now=timezone.now(), today=today(), note=""
    )
    assert not any("tel:" in text(client.get(page)) for page in pages)


def test_a_note_may_be_about_one_of_the_people_of_an_account_and_of_no_other(sit, ana):
    item = patient_item()
    person = item.account.guarantor_id
    assert sit(ana).post(f"/accounts/{item.account_id}/contacts", {"what": "note", "note": "Prefers mornings"})
    about = {"account_id": item.account_id, "person_id": person + 999}
    with pytest.raises(DomainError, match="people of this account"):
        contacts.log_unasked(actor=ana, now=timezone.now(), is_call=False, note="x", **about)


@pytest.mark.parametrize("outcome", ["paid_on_call", "write_off_proposed"])
def test_no_more_is_paid_or_written_off_than_is_open(sit, ana, outcome):
    item = patient_item(amount="180.00")
    sent = {"disposition": outcome, "amount": "99999", "reason": "small", "books_to": "WO_ADMIN"}
    response = sit(ana).post(f"/desk/{item.pk}", sent)
    assert response.status_code == 422
    assert "Only $180.00 is open here." in text(response)
    sit(ana).post(f"/desk/{item.pk}", sent | {"amount": "180.00"})
    assert Decimal(WorkAction.objects.get().entered["amount"]) == Decimal("180.00")


def test_a_number_that_no_telephone_has_is_refused():
    for entered in ("(111) 111-1111", "555-0147", "0000000000"):
        with pytest.raises(phone_numbers.BadNumber):
            phone_numbers.add_found(person_id=0, entered=entered)


def test_a_legal_fact_has_a_day_and_an_informant(sit, ana):
    item = patient_item()
    client = sit(ana)
    page = text(client.get(f"/desk/{item.pk}"))
    assert 'data-opens="legal"' in page
    response = client.post(f"/desk/{item.pk}", {"disposition": "deceased", "touches": "0"})
    assert response.status_code == 422
    assert "data-open-now" in text(response)
    assert "needs the day of it" in text(response)
    told = {"disposition": "deceased", "happened_on": str(today()), "spoke_to": "Ida, the daughter", "touches": "0"}
    tomorrow = str(today() + dt.timedelta(days=1))
    assert client.post(f"/desk/{item.pk}", told | {"happened_on": tomorrow}).status_code == 422
    client.post(f"/desk/{item.pk}", told)
    hold = item.account.holds.get()
    assert hold.reason == "deceased"
    assert "told by Ida, the daughter" in hold.note
