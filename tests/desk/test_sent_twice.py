"""One outcome is recorded once: a double click, a second window, a page that was left open."""

from collections_app.worklist.models import WorkAction
from tests.desk.conftest import due_item

SENT = {
    "disposition": "in_process",
    "reference": "R1",
    "note": "Still with medical review",
    "then": "stay",
    "touches": "0",
}


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
