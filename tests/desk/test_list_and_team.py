"""My day, the list and the team."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.staff.models import AuditEvent
from claims.remits.models import RemitException, Remittance
from collections_app.worklist import lists
from collections_app.worklist.models import Lease, SavedFilter, WorkItem
from tests.cast import NOW, make_account, make_patient, make_practice, make_user
from tests.desk.conftest import denied_item, due_item, patient_item

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def numbers(response) -> list[str]:
    return [row.number for row in response.context["rows"]]


def test_my_day_counts_what_is_due_by_lane_and_says_why_the_first_is_first(sit, ana):
    item = denied_item(amount="1240.00")
    due_item(lines=("8.00",))
    page = text(sit(ana).get("/my-day"))
    for words in ("2 to work today", "Start", "Small balances", "1,240.00", " allowed x ", f"/desk/{item.pk}"):
        assert words in page, words


def test_my_day_teaches_when_there_is_nothing(sit, ana):
    assert "No work yet" in text(sit(ana).get("/my-day"))


def test_the_list_keeps_its_filter_in_the_address(sit, ana):
    denied, waiting = denied_item(), due_item()
    client = sit(ana)
    assert client.get("/list").headers["Location"] == "/list?q=owner%3Amine+due%3Atoday"
    assert numbers(client.get("/list?q=kind:denied")) == [denied.claim.number]
    chosen = client.get("/list?q=owner:mine&was=owner:mine&f_kind=no_response&f_lane=&f_due=&f_age=")
    assert chosen.headers["Location"] == "/list?q=kind%3Ano_response+owner%3Amine"
    assert numbers(client.get(chosen.headers["Location"])) == [waiting.claim.number]
    assert "There is no filter" in text(client.get("/list?q=colour:red"))


def test_typed_words_win_over_menus_that_were_not_touched(sit, ana):
    response = sit(ana).get("/list?q=kind:denied&was=owner:mine&f_kind=&f_lane=&f_due=&f_age=")
    assert response.headers["Location"] == "/list?q=kind%3Adenied"


def test_its_queries_do_not_grow_with_its_rows(sit, ana):
    client = sit(ana)
    due_item()
    client.get("/list?q=")
    with CaptureQueriesContext(connection) as few:
        client.get("/list?q=")
    for _ in range(12):
        due_item(patient=make_patient(account=make_account()))
    with CaptureQueriesContext(connection) as many:
        assert len(numbers(client.get("/list?q="))) == 13
    assert len(many) <= len(few)
    assert len(many) <= 25  # one for what can still be undone, six for the trail, six for how payments stand


@pytest.mark.parametrize("sort", ["", "amount", "-amount", "age", "-age", "deadline", "-deadline", "payer", "worked"])
def test_pages_follow_each_other_in_every_order_without_gap_or_double(sit, ana, sort, monkeypatch):
    for cents in (100, 300, 200, 300, 500):
        due_item(lines=(f"{cents}.00",))
    denied_item(amount="300.00")
    patient_item(amount="300.00")
    whole = [row.pk for row in sit(ana).get(f"/list?q=&sort={sort}").context["rows"]]
    assert len(whole) == len(set(whole)) == WorkItem.objects.filter(state="open").count()
    monkeypatch.setattr(lists.sorted_page, "__kwdefaults__", {**lists.sorted_page.__kwdefaults__, "size": 2})
    seen, address = [], f"/list?q=&sort={sort}"
    client = sit(ana)
    while address:
        response = client.get(address)
        seen += [row.pk for row in response.context["rows"]]
        after = response.context["page"].next_cursor
        address = f"/list?q=&sort={sort}&after={after}" if after else ""
    assert seen == whole


def test_the_list_leads_back_a_page(sit, ana, monkeypatch):
    for cents in (100, 200, 300, 400, 500):
        due_item(lines=(f"{cents}.00",))
    monkeypatch.setattr(lists.sorted_page, "__kwdefaults__", {**lists.sorted_page.__kwdefaults__, "size": 2})
    client, visited = sit(ana), []
    for _ in range(2):
        response = client.get("/list?q=", {"q": "", **({"after": visited[-1].next_cursor} if visited else {})})
        visited.append(response.context["page"])
    back = client.get("/list", {"q": "", "before": visited[1].previous_cursor})
    assert back.context["page"].rows == visited[0].rows
    assert back.context["page"].previous_cursor is None
    assert "Next page" in text(back)


@pytest.mark.parametrize("cursor", ["", "1.2", "x.y.z", "1.2.3.4", "3|1", "1.2." + "9" * 40, "\0.1.2"])
def test_a_cursor_that_nobody_was_given_is_refused_in_words(sit, ana, cursor):
    due_item()
    response = sit(ana).get("/list", {"q": "", "after": cursor})
    assert response.status_code == (422 if cursor else 200)
    assert ("This page does not exist. Start from the first." in text(response)) == bool(cursor)


def test_opening_a_row_and_logging_leads_back_to_the_list(sit, ana):
    item = due_item()
    client = sit(ana)
    client.get("/list?q=kind:no_response")
    page = text(client.get(f"/desk/{item.pk}?from=list"))
    assert f"/list?q=kind%3Ano_response#item-{item.pk}" in page
    response = client.post(f"/desk/{item.pk}", {"disposition": "in_process", "reference": "R1", "then": "list"})
    assert response.headers["Location"] == f"/list?q=kind%3Ano_response#item-{item.pk}"


def test_the_list_exports_numbers_and_notes_that_it_did(sit, ana):
    item = due_item(lines=("1240.00",))
    response = sit(ana).get("/list?q=&export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["Number"], row["Amount"], row["Age"]) == (item.claim.number, "1240.00", "60")
    assert AuditEvent.objects.filter(action="exported", subject="worklist").exists()
    b"".join(sit(ana).get("/list?q=kind:denied+C0001&sort=age&export=csv").streaming_content)
    last = AuditEvent.objects.filter(action="exported").latest("pk")
    assert last.after == {"sort": "age", "kind": "denied", "words": ["C0001"], "rows": 0}


def test_filters_are_saved_with_their_counts_and_forgotten(sit, ana):
    denied_item()
    client = sit(ana)
    client.post("/list/keep", {"q": "kind:denied", "name": "Denials"})
    kept = SavedFilter.objects.get()
    assert f'hx-swap-oob="innerHTML:#count-{kept.pk}">1<' in text(client.get("/list/counts?q="))
    client.post("/list/keep", {"q": "", "forget": kept.pk})
    assert not SavedFilter.objects.exists()


def test_columns_are_chosen_and_remembered(sit, ana):
    due_item()
    client = sit(ana)
    client.get("/list?q=&cols=amount&cols=touches")
    assert [column.name for column in client.get("/list?q=").context["columns"]] == ["amount", "touches"]


def test_an_auditor_reads_the_list_and_changes_nothing(sit):
    abe = make_user(username="abe", role="auditor", practices=[make_practice()])
    due_item()
    client = sit(abe)
    assert "Reassign" not in text(client.get("/list?q="))
    assert client.post("/list/act", {"do": "pin"}).status_code == 403


def test_an_escalation_about_a_deposit_has_a_name(sit, sol):
    item, _ = due_item(), denied_item()
    asked = RemitException.objects.create(
        practice=item.practice, remittance=Remittance.objects.get(), code="unsettled_plb", amount=9, opened_at=NOW
    )
    gone = {"claim": None, "account": None, "exception": asked, "kind": "remit_exception", "escalated_at": NOW}
    WorkItem.objects.filter(pk=item.pk).update(**gone)
    assert ">the deposit</a>" in sit(sol).get("/team").content.decode()


def test_the_team_shows_loads_deeds_and_who_holds_what(sit, ana, sol):
    item, other = due_item(), due_item()
    WorkItem.objects.update(owner=ana)
    client = sit(ana)
    client.post(f"/desk/{other.pk}", {"disposition": "in_process", "reference": "R1", "then": "stay"})
    client.post(f"/desk/{item.pk}/take")
    response = sit(sol).get("/team")
    member = next(one for one in response.context["members"] if one.user_id == ana.pk)
    assert (member.open, member.due, member.done_today, member.done_week) == (2, 1, 1, 1)
    assert item.pk in [lease.item_id for lease in member.leases]
    assert sit(ana).get("/team").status_code == 403


def test_a_supervisor_frees_what_somebody_left_behind_and_hands_work_over(sit, ana, sol):
    item = due_item()
    WorkItem.objects.update(owner=ana)
    sit(ana).post(f"/desk/{item.pk}/take")
    client = sit(sol)
    client.post(f"/team/free/{item.pk}")
    assert not Lease.objects.exists()
    sent = {"from": ana.pk, "to": sol.pk, "which": "all"}
    assert "Hand over 1 item?" in text(client.post("/team/hand-over", sent))
    client.post("/team/hand-over", sent | {"confirmed": "1"})
    item.refresh_from_db()
    assert item.owner == sol


def test_handing_over_names_nobody_whose_work_is_out_of_sight(sit, ana, sol):
    oak = make_practice(name="Oak Street", npi="1003000126")
    otto = make_user(username="otto", first="Otto", practices=[oak])
    sent = {"from": otto.pk, "to": ana.pk, "which": "all"}
    page = text(sit(sol).post("/team/hand-over", sent))
    assert "Hand over 0 items?" in page
    assert "Otto" not in page


def test_the_team_exports_its_figures_and_names_who_left_with_work(sit, ana, sol):
    due_item()
    WorkItem.objects.update(owner=ana)
    ana.is_active = False
    ana.save()
    client = sit(sol)
    assert f"{ana} (left)" in text(client.get("/team"))
    rows = list(csv.reader(io.StringIO(b"".join(client.get("/team?export=csv").streaming_content).decode("utf-8-sig"))))
    named = {row[0]: row for row in rows}
    assert named[f"{ana} (left)"][1] == named["Together"][1] == "1"
    assert AuditEvent.objects.filter(action="exported", subject="team").exists()


def test_a_page_with_an_error_leads_back_to_the_form_it_came_from(sit, sol):
    client = sit(sol)
    answer = client.post("/team/hand-over", {"from": "1", "to": "999"}, headers={"referer": "http://testserver/team"})
    assert answer.status_code == 422
    assert 'href="http://testserver/team"' in answer.content.decode()
    answer = client.post("/team/hand-over", {"to": "999"}, headers={"referer": "http://elsewhere.example/"})
    assert "elsewhere" not in answer.content.decode()
