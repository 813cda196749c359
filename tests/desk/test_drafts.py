"""What is typed at the desk and not logged is kept for its writer: no logoff, crash or detour takes it."""

import datetime as dt
import re

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from arwork.staff.models import AuditEvent
from collections_app import tasks
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkAction, WorkDraft, WorkItem
from tests.cast import NOW, TODAY, make_practice, make_user
from tests.desk.conftest import due_item, patient_item

pytestmark = pytest.mark.django_db
TYPED = {"note": "Rep Marisol says the appeal was", "draft_touches": "0"}
BACKGROUND = {"X-Background": "1"}


def text(response) -> str:
    return response.content.decode()


def type_it(client, item, **more):
    return client.post(f"/desk/{item.pk}/draft", TYPED | more, headers=BACKGROUND)


def test_what_was_typed_is_in_the_form_again_with_the_time_and_a_way_to_discard_it(sit, ana):
    item, client = due_item(), sit(ana)
    answer = type_it(client, item, disposition="paid_eft", amount="240", next_on="2026-11-27", proposed_on="")
    assert (answer.status_code, text(answer)) == (200, "Kept at 10:00, not logged yet.")
    page = text(sit(ana).get(f"/desk/{item.pk}"))
    assert "Kept at 10:00, not logged yet." in page
    assert "Rep Marisol says the appeal was</textarea>" in page
    assert 'value="240"' in page
    assert re.search(r'name="next_on" id="id_next_on" min="2026-11-20"\s+value="2026-11-27"', page)
    assert re.search(r'value="paid_eft" [^>]* checked>', page)
    assert "was logged on this item since" not in page
    page = text(client.post(f"/desk/{item.pk}/draft/discard", follow=True))
    assert "Rep Marisol" not in page
    assert not WorkDraft.objects.exists()
    assert not WorkAction.objects.exists()


def test_a_day_that_the_page_proposed_itself_comes_back_as_a_proposal(sit, ana):
    item = due_item()
    type_it(sit(ana), item, next_on="2026-11-27", proposed_on="2026-11-27")
    assert "next_on" not in WorkDraft.objects.get().entered


def test_logging_ends_the_draft_and_a_page_that_tells_late_does_not_bring_it_back(sit, ana):
    item, client = due_item(), sit(ana)
    type_it(client, item)
    client.post(
        f"/desk/{item.pk}",
        {"disposition": "in_process", "reference": "R1", "note": "Appeal was received", "touches": "0"},
    )
    assert not WorkDraft.objects.exists()
    assert type_it(client, item).status_code == 204
    assert not WorkDraft.objects.exists()
    assert type_it(client, item, draft_touches="1").status_code == 200


def test_after_an_undo_the_item_can_be_drafted_again(sit, ana):
    item, client = due_item(), sit(ana)
    client.post(f"/desk/{item.pk}", {"disposition": "in_process", "reference": "R1", "touches": "0"})
    client.post(f"/desk/undo/{WorkAction.objects.get().pk}")
    assert type_it(client, item).status_code == 200


def test_what_could_not_be_logged_is_still_kept(sit, ana):
    item, client = due_item(), sit(ana)
    type_it(client, item)
    assert client.post(f"/desk/{item.pk}", {"disposition": "paid_eft", "touches": "0"}).status_code == 422
    assert WorkDraft.objects.exists()


def test_an_outcome_of_somebody_else_meanwhile_is_told_and_takes_nothing(sit, ana):
    item = due_item()
    bob = make_user(username="bob", practices=[make_practice()])
    worklist.record_outcome(actor=bob, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY)
    assert type_it(sit(ana), item).status_code == 200
    page = text(sit(ana).get(f"/desk/{item.pk}"))
    assert "Rep Marisol" in page
    assert "Something was logged on this item since: read it first." in page
    assert 'name="touches" value="1"' in page


def test_nobody_else_sees_it_and_nobody_writes_on_what_is_out_of_their_sight(sit, ana, sol):
    item = due_item()
    type_it(sit(ana), item)
    for client in (sit(sol), sit(make_user(username="bob", practices=[make_practice()]))):
        assert "Rep Marisol" not in text(client.get(f"/desk/{item.pk}"))
        assert "Rep Marisol" not in text(client.get("/my-day"))
        client.post(f"/desk/{item.pk}/draft/discard")
    assert WorkDraft.objects.get().user == ana
    stranger = sit(make_user(username="eve", practices=[make_practice(name="Oak", npi="1003000126")]))
    assert type_it(stranger, item).status_code == 404
    assert not AuditEvent.objects.filter(subject="work_item").exists()


def test_my_day_names_what_was_begun(sit, ana):
    item = patient_item()
    client = sit(ana)
    assert "Begun and not logged" not in text(client.get("/my-day"))
    type_it(client, item)
    page = text(client.get("/my-day"))
    assert f'<a href="/desk/{item.pk}">{item.account}</a> <span class="soft">kept at 10:00</span>' in page


def test_what_was_typed_on_an_item_that_the_books_closed_can_still_be_copied(sit, ana):
    item, client = due_item(), sit(ana)
    type_it(client, item)
    WorkItem.objects.update(state="closed", closed_on=TODAY, closed_reason="paid")
    page = text(client.get(f"/desk/{item.pk}"))
    assert "What you wrote was not logged" in page
    assert "Rep Marisol" in page
    assert "Rep Marisol" not in text(client.post(f"/desk/{item.pk}/draft/discard", {"then": "my_day"}, follow=True))


def test_a_card_number_is_not_kept_nor_is_its_beginning(sit, ana):
    item, client = due_item(), sit(ana)
    type_it(client, item, note="card 4111 1111 1111")
    answer = type_it(client, item, note="card 4111 1111 1111 1111")
    assert answer.status_code == 422
    assert text(answer).startswith("Not kept. This looks like a card number.")
    assert not WorkDraft.objects.exists()


def test_an_empty_form_is_no_draft(sit, ana):
    item, client = due_item(), sit(ana)
    type_it(client, item)
    type_it(client, item, note="  ", method="check", wakes="remit")
    assert not WorkDraft.objects.exists()


def test_a_draft_that_nobody_came_back_to_for_a_week_is_forgotten(sit, ana):
    old, fresh = due_item(), due_item()
    type_it(sit(ana), old)
    WorkDraft.objects.update(saved_at=timezone.now() - dt.timedelta(days=7, minutes=1))
    type_it(sit(ana), fresh)
    tasks.enforce_retention()
    assert WorkDraft.objects.get().item == fresh
    assert "collections_app.tasks.enforce_retention" in {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}


def test_keeping_is_taken_until_the_logoff_and_keeps_nobody_signed_in(sit, ana):
    item, client = due_item(), sit(ana)
    client.get(f"/desk/{item.pk}")
    half = dt.timedelta(seconds=settings.IDLE_LOGOFF_SECONDS / 2)
    for moment in (NOW + half, NOW + 2 * half):
        with time_machine.travel(moment, tick=False):
            assert type_it(client, item).status_code == 200
    with time_machine.travel(NOW + 2 * half + dt.timedelta(minutes=1), tick=False):
        assert type_it(client, item, note="after the logoff").status_code == 403
    assert WorkDraft.objects.get().entered["note"] == TYPED["note"]
