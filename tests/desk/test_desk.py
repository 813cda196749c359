"""One item at a time: opening, reading, leaving with an outcome, taking it back."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arwork.staff.models import AuditEvent
from claims.billing.models import Acknowledgment
from claims.denials.models import Underpayment
from claims.payers.models import PayerContact
from collections_app.contacts import services as contacts
from collections_app.worklist import selectors, why
from collections_app.worklist import services as worklist
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.models import Lease, WorkAction, WorkItem
from tests.cast import make_account, make_patient, make_payer, make_practice, make_user
from tests.desk.conftest import days_ago, denied_item, due_item, patient_item, refresh, today

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_looking_at_the_desk_takes_nothing(sit, ana):
    denied_item()
    client = sit(ana)
    for _ in range(2):
        page = text(client.get("/desk"))
        assert "Take the next item" in page
        assert page.count("csrfmiddlewaretoken") >= page.count('method="post"')
    assert client.get("/desk/take").status_code == 405
    assert not Lease.objects.exists()


def test_what_is_held_is_on_the_desk_again(sit, ana):
    item = denied_item()
    client = sit(ana)
    client.post("/desk/take")
    before = Lease.objects.get()
    assert client.get("/desk").headers["Location"] == f"/desk/{item.pk}"
    assert Lease.objects.get().expires_at == before.expires_at


def test_the_desk_takes_the_next_item_and_notes_that_the_record_was_opened(sit, ana):
    item = denied_item()
    response = sit(ana).post("/desk/take", follow=True)
    assert response.redirect_chain == [(f"/desk/{item.pk}", 302)]
    assert Lease.objects.get(item=item).holder == ana
    read = AuditEvent.objects.get(action="read", subject="claim")
    assert (read.subject_id, read.actor) == (item.claim_id, ana)


def test_it_says_who_how_much_why_now_and_what_happened_in_plain_words(sit, ana):
    item = denied_item(amount="1240.00")
    page = text(sit(ana).get(f"/desk/{item.pk}"))
    for words in (
        item.claim.number, "Meridian Choice", "$1,240.00", "Why now", "authorization missing (CO-197)",
        "Sent to Meridian Choice, original", "Primary", "#1</strong> of 1 due", "appeal",
    ):  # fmt: skip
        assert words in page, words


def test_its_queries_do_not_grow_with_the_story(sit, ana):
    short, long = denied_item(), denied_item()
    for _ in range(6):
        worklist.record_outcome(
            actor=ana, item_id=long.pk, disposition="corrected_claim_needed", reason="modifier", now=timezone.now(),
            today=today(), next_on=today(),
        )  # fmt: skip
    client = sit(ana)
    counts = []
    for item in (short, long):
        client.get(f"/desk/{item.pk}")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(f"/desk/{item.pk}").status_code == 200
        counts.append(len(seen))
    assert counts[1] <= counts[0]
    assert counts[0] <= 104  # of which the sections of the payer desk ask some forty


def test_leaving_needs_an_outcome_and_keeps_what_was_typed(sit, ana):
    item = due_item()
    response = sit(ana).post(f"/desk/{item.pk}", {"note": "rep put me on hold", "then": "next"})
    assert response.status_code == 422
    assert "Leaving an item needs an outcome" in text(response)
    assert "rep put me on hold" in text(response)
    assert not WorkAction.objects.exists()


def test_a_missing_field_is_named_beside_it(sit, ana):
    item = due_item()
    response = sit(ana).post(f"/desk/{item.pk}", {"disposition": "paid_eft", "amount": "240"})
    assert response.status_code == 422
    assert "needs the trace or check number" in text(response)


def test_logging_goes_on_to_the_next_item_with_the_next_day_proposed(sit, ana):
    first, second = due_item(lines=("900.00",)), due_item(lines=("240.00",))
    client = sit(ana)
    sent = {"disposition": "in_process", "reference": "R77", "spoke_to": "Dana", "note": "", "then": "next"}
    response = client.post(f"/desk/{first.pk}", sent, follow=True)
    assert response.redirect_chain[-1][0] == f"/desk/{second.pk}"
    action = WorkAction.objects.get()
    assert (action.reference, action.spoken_to, action.next_action) == ("R77", "Dana", "check_status")
    assert action.next_on >= today() + dt.timedelta(days=15)
    assert "Undo" in text(response)


def test_a_day_that_the_page_proposed_is_no_choice_but_another_one_is(sit, ana):
    item, other = due_item(), due_item()
    stale = {"disposition": "in_process", "reference": "R1", "next_on": "2030-01-07", "proposed_on": "2030-01-07"}
    client = sit(ana)
    client.post(f"/desk/{item.pk}", stale)
    assert WorkAction.objects.get(item=item).next_on.year < 2030
    day = today() + dt.timedelta(days=9)
    client.post(
        f"/desk/{other.pk}",
        {"disposition": "in_process", "reference": "R1", "next_on": str(day), "proposed_on": "2030-01-07"},
    )
    other.refresh_from_db()
    assert (other.next_on, other.because) == (day, "day chosen by hand")


def test_the_proposal_says_the_day_and_its_reason(sit, ana):
    item = due_item()
    client = sit(ana)
    page = text(client.post(f"/desk/{item.pk}/propose", {"disposition": "in_process", "reference": "R1"}))
    assert "Check the claim&#x27;s status" in page
    assert "days after in process" in page
    assert "needs" in text(client.post(f"/desk/{item.pk}/propose", {"disposition": "paid_eft"}))


def test_an_outcome_can_be_undone_from_the_bar(sit, ana):
    item = due_item()
    client = sit(ana)
    page = text(client.post(f"/desk/{item.pk}", {"disposition": "not_on_file"}, follow=True))
    assert "Next: check the acknowledgment" in page
    action = WorkAction.objects.get()
    response = client.post(f"/desk/undo/{action.pk}", follow=True)
    item.refresh_from_db()
    assert response.redirect_chain[-1][0] == f"/desk/{item.pk}"
    assert (item.touches, item.last_disposition) == (0, "")
    assert "undone" in text(response)


def test_a_snooze_may_wait_for_an_event_alone(sit, ana):
    item = due_item()
    sit(ana).post(f"/desk/{item.pk}", {"disposition": "snoozed", "wakes": ["remit"]})
    item.refresh_from_db()
    assert item.wake_events == "remit"
    # Thirty days at most, and never beyond the day by which the deadline wants it done.
    assert item.snoozed_until == item.due_on < today() + dt.timedelta(days=30)


def test_an_account_shows_what_is_owed_and_why_and_a_hold_stops_the_call(sit, ana):
    item = patient_item()
    client = sit(ana)
    page = text(client.get(f"/desk/{item.pk}"))
    for words in ("Gus Guarino", "$180.00", "transferred to the patient", "Left a message"):
        assert words in page, words
    contacts.place_hold(
        actor=ana, account_id=item.account_id, reason="attorney", note="", now=timezone.now(), today=today()
    )
    page = text(client.get(f"/desk/{item.pk}"))
    assert "Do not call." in page
    assert "Represented by an attorney" in page


def test_nothing_to_do_says_so_and_a_closed_item_too(sit, ana):
    client = sit(ana)
    assert "Work appears here when claims are imported" in text(client.get("/desk"))
    item = due_item()
    WorkItem.objects.filter(pk=item.pk).update(state="closed", closed_on=days_ago(1), closed_reason="settled")
    response = client.get(f"/desk/{item.pk}")
    assert response.status_code == 409
    assert "closed" in text(response)


def test_only_those_who_work_items_have_a_desk(sit):
    abe = make_user(username="abe", role="auditor", practices=[make_practice()])
    assert sit(abe).get("/desk").status_code == 403
    assert sit(abe).post("/desk/take").status_code == 403


def test_nobody_opens_items_of_other_practices(sit, ana):
    other = make_practice(name="Oak Street", npi="1003000126")
    item = due_item(patient=make_patient(account=make_account(practice=other)))
    assert sit(ana).get(f"/desk/{item.pk}").status_code == 404


def test_an_item_of_a_colleague_is_due_with_them(sit, ana, sol):
    item = due_item()
    worklist.reassign(actor=sol, item_ids=[item.pk], owner_id=sol.pk, now=timezone.now(), today=today())
    assert f"due, with {sol}" in text(sit(ana).get(f"/desk/{item.pk}"))
    WorkItem.objects.filter(pk=item.pk).update(next_on=today() + dt.timedelta(days=3))
    assert "not due today" in text(sit(ana).get(f"/desk/{item.pk}"))


def test_a_supervisor_answers_an_escalation_from_the_desk(sit, ana, sol):
    item = due_item()
    sit(ana).post(f"/desk/{item.pk}", {"disposition": "escalated", "reason": "payer refuses to look"})
    client = sit(sol)
    assert item.claim.number in text(client.get("/team"))
    assert "Waits for your answer" in text(client.get(f"/desk/{item.pk}"))
    client.post(f"/desk/{item.pk}/answer", {"note": "Ask for their supervisor", "owner": ana.pk})
    item.refresh_from_db()
    assert (item.escalated_at, item.owner, item.next_on) == (None, ana, today())


def test_the_reasons_are_those_of_the_nightly_run():
    for item in (denied_item(), due_item(), patient_item()):
        asked = {"today": today(), "now": timezone.now()}
        item.window = None  # what this hour makes of a call the night does not know
        score, deadlines = why.reasons_of(item, **asked)
        assert score.why == selectors.whys(items=[item], **asked)[item.pk]
        assert item.deadline_on is None or item.deadline_on in {one.last_day for one in deadlines}


def test_an_underpaid_claim_shows_what_the_contract_says_beside_what_was_allowed(sit, ana):
    item = denied_item(amount="240.00")
    claim = item.claim
    denial = claim.denials.get()
    Underpayment.objects.create(
        practice=claim.practice, claim=claim, line=denial.line, remit_claim=denial.remit_claim, payer=claim.payer,
        expected=Decimal("151.25"), allowed=Decimal("120.00"), amount=Decimal("31.25"), opened_on=days_ago(5),
    )  # fmt: skip
    denial.delete()
    refresh(claim)
    page = text(sit(ana).get(f"/desk/{item.pk}"))
    for words in ("Underpaid", "$31.25", ">Contract<", "151.25", '<td class="num bad">31.25</td>'):
        assert words in page, words


@pytest.mark.parametrize(
    ("carc", "first"),
    [("27", "in_process"), ("18", "in_process"), ("50", "appeal_sent"), ("11", "corrected_claim_sent")],
)
def test_the_outcomes_of_what_is_advised_come_first(sit, ana, carc, first):
    item = denied_item(carc=carc)
    page = text(sit(ana).get(f"/desk/{item.pk}"))
    assert re.findall(r'name="disposition" value="(\w+)"', page)[0] == first


def test_each_outcome_says_what_happens_next_once_the_page_is_there(sit, ana):
    item = patient_item()
    client = sit(ana)
    page = " ".join(text(client.get(f"/desk/{item.pk}/nexts")).split())
    assert 'id="then-left_message" hx-swap-oob="true" title="Call the patient"' in page
    shown = set(re.findall(r'id="(then-\w+)"', text(client.get(f"/desk/{item.pk}"))))
    assert set(re.findall(r'id="(then-\w+)"', page)) <= shown
    assert not WorkAction.objects.exists()


def test_what_an_outcome_is_said_to_lead_to_is_what_it_leads_to(ana):
    for item in (patient_item(), due_item(), denied_item()):
        asked = {"actor": ana, "item_id": item.pk, "now": timezone.now(), "today": today()}
        found = worklist.previews_of(**asked)
        assert len(found) > 5
        for code, proposal in found.items():
            chosen = BY_CODE[code]
            if not chosen.requires:
                assert worklist.preview_outcome(disposition=code, **asked) == proposal, code


@pytest.mark.parametrize(("make", "code"), [(denied_item, "appeal_sent"), (patient_item, "left_message")])
def test_what_all_outcomes_lead_to_is_worked_out_from_what_was_read_once(ana, make, code):
    asked = {"actor": ana, "item_id": make().pk, "now": timezone.now(), "today": today()}
    with CaptureQueriesContext(connection) as every:
        worklist.previews_of(**asked)
    with CaptureQueriesContext(connection) as one:
        worklist.preview_outcome(disposition=code, **asked)
    assert len(every) <= len(one) + 15  # the write-off asked for, what bears on calling the patient, the item's names


def test_the_call_card_of_a_payer_call_is_the_one_of_the_desk(sit, ana):
    item = due_item()
    PayerContact.objects.create(
        payer=item.claim.payer, kind="phone", purpose="claims", value="+18005550141", note="2, 1"
    )
    client = sit(ana)
    card = text(client.get(f"/desk/{item.pk}")).split('id="card-title"')[1].split("</section>")[0]
    client.post(f"/desk/{item.pk}/together/take", {"items": [item.pk]})
    call = text(client.get(f"/desk/{item.pk}/together", follow=True))
    assert 'id="card-title"' in call
    of_call = call.split('id="card-title"')[1].split("</section>")[0]
    for said in ("Phone, claims", "(800) 555-0141", 'href="tel:+18005550141"', "2, 1"):
        assert said in card, said
        assert said in of_call, said


def test_what_changed_since_somebody_last_looked_is_marked(sit, ana):
    item = due_item()
    client = sit(ana)
    with time_machine.travel(timezone.now() - dt.timedelta(days=1), tick=False):
        client.get(f"/desk/{item.pk}")
    Acknowledgment.objects.create(
        practice=item.practice, claim=item.claim, kind="277CA", verdict="accepted", category="A2", status_code="20",
        effective_on=today(), source="x",
    )  # fmt: skip
    assert "1 new since you were here" in " ".join(text(sit(ana).get(f"/desk/{item.pk}")).split())


def test_an_account_does_not_answer_for_itself(sit, ana):
    item = patient_item()
    assert "answers for" not in text(sit(ana).get(f"/desk/{item.pk}"))
    make_patient(account=item.account, first="Ida")
    assert "answers for Ida" in text(sit(ana).get(f"/desk/{item.pk}"))


def test_what_was_denied_and_its_way_out_stay_in_sight_after_the_first_outcome(sit, ana):
    item = denied_item(carc="11")
    client = sit(ana)
    client.post(f"/desk/{item.pk}", {"disposition": "in_process", "reference": "R1"})
    page = text(client.get(f"/desk/{item.pk}"))
    for words in (
        "Check the claim&#x27;s status.",
        "CO-11: coding",
        "Have a coder review it",
        "usual rate 72 %",
    ):
        assert words in page, words


def test_what_waits_for_the_hours_of_a_payer_is_named_and_a_key_leads_there(sit, ana):
    PayerContact.objects.create(
        payer=make_payer(), kind="phone", value="800", opens=dt.time(16), closes=dt.time(17), time_zone="UTC"
    )
    due_item()
    page = " ".join(sit(ana).get("/desk").content.decode().split())
    assert "1 item opens again" in page
    assert "1 is due today in all" in page
    assert 'data-key="l"' in page
    assert "See it <kbd" in page
