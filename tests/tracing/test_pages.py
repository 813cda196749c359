"""The pages of searches and of their files, as a browser without scripts has them."""

import html
import re
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arwork.staff import audit
from arwork.staff.models import AuditEvent
from claims.parties.models import Person, PersonAddress
from collections_app.tracing.models import TraceCase, TraceFile, TraceLead
from tests.cast import TODAY, make_abe
from tests.tracing.conftest import AT_CALL, RELATIVE, lead_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(AT_CALL, tick=True):
        yield


def sit(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words_of(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_from_the_list_to_a_confirmed_address(gus: SimpleNamespace, case: TraceCase) -> None:
    client = sit(gus.ana)
    page = words_of(client.get(reverse("tracing")))
    assert "Guarino, Gus" in page
    assert "To work 1: $240.00" in page
    where = reverse("trace_case", args=[case.pk])
    assert "No lead yet. Begin with the sources" in words_of(client.get(where))
    entered = {
        "kind": "address", "source": "label", "said_on": str(TODAY), "line1": "1 New St", "city": "Newark",
        "state": "OH", "zip": "4305",
    }  # fmt: skip
    refused = client.post(reverse("trace_lead_add", args=[case.pk]), entered)
    assert refused.status_code >= 400
    assert "A ZIP code has five digits, or nine." in words_of(refused)
    assert client.post(reverse("trace_lead_add", args=[case.pk]), entered | {"zip": "43055"}).url == where
    lead = TraceLead.objects.get()
    shown = words_of(client.get(where))
    assert "1 New St, Newark, OH 43055" in shown
    assert "80 of 100 : a label on returned mail" in shown
    client.post(reverse("trace_lead_confirm", args=[lead.pk]), {"words": "the carrier says so"})
    assert "Address confirmed" in words_of(client.get(where))
    assert "Take it back" in words_of(client.get(where))
    client.post(reverse("trace_lead_unconfirm", args=[lead.pk]))
    case.refresh_from_db()
    assert case.state == "working"


def test_a_call_from_the_page_asks_a_relative_once(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case, "relative", **RELATIVE)
    client, where = sit(gus.ana), reverse("trace_case", args=[case.pk])
    shown = words_of(client.get(where))
    assert "(614) 555-0177" in shown
    assert "trying to confirm how to reach Gus Guarino" in shown
    to = reverse("trace_lead_call", args=[lead.pk])
    assert client.post(to, {"outcome": "third_party", "words": "She will look"}).url == where
    shown = words_of(client.get(where))
    assert "555-0177" not in shown
    assert "they were asked before and did not ask to be called again (12 CFR 1006.10(b)(3))" in shown
    again = client.post(to, {"outcome": "third_party"})
    assert again.status_code == 409
    assert "Another call takes their own request" in words_of(again)


def test_what_is_planned_stopped_and_reopened(gus: SimpleNamespace, case: TraceCase) -> None:
    client, where = sit(gus.ana), reverse("trace_case", args=[case.pk])
    client.post(reverse("trace_next", args=[case.pk]), {"action": "Ask the directory", "on": str(TODAY)})
    assert "Ask the directory" in words_of(client.get(where))
    client.post(reverse("trace_looked", args=[case.pk]), {"source": "web"})
    assert "Nothing in a web search" in words_of(client.get(where))
    assert client.post(reverse("trace_stop", args=[case.pk]), {"words": ""}).status_code == 422
    client.post(reverse("trace_stop", args=[case.pk]), {"words": "Lives abroad"})
    assert "Lives abroad" in words_of(client.get(where))
    client.post(reverse("trace_reopen", args=[case.pk]))
    case.refresh_from_db()
    assert case.state == "working"


def test_somebody_is_looked_for_by_the_number_of_their_account(gus: SimpleNamespace) -> None:
    client = sit(gus.ana)
    refused = client.post(reverse("trace_ask"), {"account": "NONE"})
    assert refused.status_code == 404
    assert "no account of this number" in words_of(refused)
    client.post(reverse("trace_ask"), {"account": gus.account.number.lower()})
    assert TraceCase.objects.get().why == "by_hand"
    assert "Can't be reached" in words_of(client.get(reverse("account", args=[gus.account.pk])))


def test_a_file_is_shown_before_it_is_taken_in(gus: SimpleNamespace, case: TraceCase) -> None:
    client = sit(gus.sol)
    head = "id,return_code,move_type,move_date,new_address1,new_city,new_state,new_zip"
    rows = f"{head}\nP{gus.person.pk},A,I,2026-08,1 New St,Newark,OH,43055\nX,A,,,,,,\n"
    asked = {"kind": "ncoa", "partner": "Mover", "file": SimpleUploadedFile("back.csv", rows.encode())}
    page = client.post(reverse("trace_file_in"), asked)
    shown = words_of(page)
    assert "Nothing is done yet" in shown
    assert "1 New St, Newark, OH 43055" in shown
    assert "no id of ours" in shown
    assert not TraceFile.objects.exists()
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    fields.pop("csrfmiddlewaretoken", None)
    client.post(reverse("trace_file_in"), fields)
    file = TraceFile.objects.get()
    assert (file.rows, file.hits, file.name) == (2, 1, "back.csv")
    assert "New address applied" in words_of(client.get(reverse("trace_file", args=[file.pk])))
    assert PersonAddress.objects.get(person=gus.person, is_current=True).line1 == "1 New St"
    client.post(reverse("trace_file_back", args=[file.pk]))
    assert "taken back" in words_of(client.get(reverse("trace_files")))


def test_a_file_goes_out(gus: SimpleNamespace, case: TraceCase) -> None:
    client = sit(gus.sol)
    made = client.post(reverse("trace_file_make"), {"kind": "vendor", "whom": "lost", "partner": "Finder"})
    file = TraceFile.objects.get()
    assert made.url == reverse("trace_file", args=[file.pk])
    answer = client.get(reverse("trace_file_csv", args=[file.pk]))
    assert answer.content.decode().splitlines()[1].startswith(f"P{gus.person.pk},Gus,Guarino")
    assert answer["Content-Disposition"] == f'attachment; filename="vendor-{TODAY}.csv"'
    assert client.post(reverse("trace_file_make"), {"kind": "vendor", "whom": "lost"}).status_code >= 400
    assert TraceFile.objects.count() == 1


def test_who_only_reads_changes_nothing(gus: SimpleNamespace, case: TraceCase) -> None:
    client = sit(make_abe(gus.practice))
    page = words_of(client.get(reverse("trace_case", args=[case.pk])))
    assert "Add a lead" not in page
    assert "Stop looking" not in page
    assert client.post(reverse("trace_stop", args=[case.pk]), {"words": "x"}).status_code == 403
    assert client.post(reverse("trace_file_make"), {}).status_code == 403
    row = AuditEvent.objects.filter(action=audit.READ, subject="trace_case").get()
    assert row.after[audit.SEEN] == {"account": [gus.account.pk]}


def test_the_list_asks_as_much_of_many_as_of_few(gus: SimpleNamespace, case: TraceCase) -> None:
    client = sit(gus.ana)
    client.get(reverse("tracing"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("tracing"))
    people = Person.objects.bulk_create(
        Person(practice=gus.practice, last=f"Lost{n}", search_name=f"LOST{n}") for n in range(500)
    )
    TraceCase.objects.bulk_create(
        TraceCase(
            practice=gus.practice, person=one, why="no_way", owner=gus.ana, next_action="Look", next_on=TODAY,
            opened_on=TODAY, lead_on=TODAY, balance="100.00",
        )
        for one in people
    )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("tracing"))
    assert len(many) <= len(few)
    assert TraceCase.objects.count() == 501


def test_a_case_with_many_leads_asks_no_more(gus: SimpleNamespace, case: TraceCase) -> None:
    client, where = sit(gus.ana), reverse("trace_case", args=[case.pk])
    lead_to(gus, case)
    client.get(where)
    with CaptureQueriesContext(connection) as few:
        client.get(where)
    for last in range(10, 30):
        lead_to(gus, case, number=f"614-555-01{last}")
    with CaptureQueriesContext(connection) as many:
        client.get(where)
    assert len(many) == len(few)
