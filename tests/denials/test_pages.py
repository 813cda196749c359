"""The pages of denials, as a collector uses them."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arwork.lib import clock
from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.adjustments import services as write_offs
from claims.adjustments.standing import Target
from claims.billing.models import Submission
from claims.denials import lists
from claims.denials.models import Denial
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests import cast
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
REASONS = {"H1": "CO-197", "H2": "CO-11", "H3": "CO-50", "H4": "CO-999"}


@pytest.fixture
def today() -> dt.date:
    return clock.today()


@pytest.fixture
def denied(today: dt.date) -> dict[str, Denial]:
    """Four claims denied ten days ago: a missing authorization, a diagnosis, medical necessity, what nobody knows."""
    for number in REASONS:
        cast.make_claim(number=number, lines=[f"{100 * int(number[1])}.00"])
    sent = [(number, why, f"{100 * int(number[1])}.00") for number, why in REASONS.items()]
    clps = [Clp(number, [Svc(charge, "0", [(why, charge)])]) for number, why, charge in sent]
    take(Era(clps, paid_on=today - dt.timedelta(days=10)), today=today)
    rows = {row.claim.number: row for row in Denial.objects.select_related("claim")}
    worklist.refresh(claims=[row.claim_id for row in rows.values()], today=today, now=clock.now())
    return rows


@pytest.fixture
def ana(denied: dict[str, Denial], client: Client) -> Client:
    client.force_login(cast.make_ana(denied["H1"].practice))
    return client


def read(client: Client, url: str) -> str:
    found = client.get(url)
    assert found.status_code == 200, url
    return found.content.decode()


def numbers(client: Client, url: str) -> list[str]:
    return [row.claim.number for row, *_ in client.get(url).context["rows"]]


def test_the_list_begins_with_the_largest_and_is_narrowed(ana: Client, denied: dict[str, Denial]) -> None:
    assert numbers(ana, "/denials") == ["H4", "H3", "H2", "H1"]
    assert numbers(ana, "/denials?cure=coder") == ["H2"]
    assert numbers(ana, "/denials?root_cause=clinical") == ["H3"]
    assert numbers(ana, "/denials?category=authorization") == ["H1"]
    assert numbers(ana, "/denials?carc=999") == ["H4"]
    assert numbers(ana, f"/denials?payer={denied['H1'].payer_id}&carc=11") == ["H2"]
    page = read(ana, "/denials")
    for words in ("Open 4: $1,000.00", "not categorized", "front desk", "its item"):
        assert words in page
    assert AuditEvent.objects.filter(subject="denials", action__startswith="list").exists()


def test_every_sum_by_who_can_cure_it_opens_the_rows_behind_it(ana: Client) -> None:
    groups = ana.get("/denials?tab=cure").context["groups"]
    assert [title for title, _ in groups] == ["Who can cure it", "Where it begins", "Category"]
    for _, sums in groups:
        assert sum(one.amount for one, _ in sums) == money("1000.00")
        for one, url in sums:
            rows = ana.get(f"/denials{url}").context["rows"]
            assert (len(rows), sum(row.amount for row, *_ in rows)) == (one.count, one.amount)


def test_the_file_has_every_row_and_leaves_a_trace(ana: Client) -> None:
    told = b"".join(ana.get("/denials?export=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))
    assert {"H1", "H2", "H3", "H4"} <= {row[0] for row in rows if row}
    assert AuditEvent.objects.filter(subject="denials", action="exported").exists()


def test_won_after_a_corrected_claim_it_says_so(ana: Client, denied: dict[str, Denial], today: dt.date) -> None:
    row = denied["H1"]
    Submission.objects.create(
        claim=row.claim, frequency="7", submitted_on=today - dt.timedelta(days=5), state_on=today, charge=row.amount,
        sequence="P", source="out 1",
    )  # fmt: skip
    Submission.objects.create(
        claim=row.claim, frequency="1", submitted_on=today - dt.timedelta(days=30), state_on=today, charge=row.amount,
        sequence="P", source="out 0",
    )  # fmt: skip
    take(Era([Clp("H1", [Svc("100.00", "60.00", [("CO-45", "40.00")])])], trace="P1", paid_on=today), today=today)
    assert numbers(ana, "/denials?tab=won") == ["H1"]
    page = read(ana, f"/denials/{row.pk}")
    for words in ("won $60.00", "Corrected claim sent", "after a corrected claim", "First denied", "How they end here"):
        assert words in page
    assert "Mark as lost" not in page


def test_lost_it_waits_for_its_write_off_and_then_is_written_off(
    ana: Client, denied: dict[str, Denial], today: dt.date
) -> None:
    row = denied["H3"]
    assert ana.post(f"/denials/{row.pk}/lost", {"reason": ""}).status_code == 422
    ana.post(f"/denials/{row.pk}/lost", {"reason": "Level two upheld it", "came_by": "appeal"})
    assert (numbers(ana, "/denials?tab=lost"), "H3" in numbers(ana, "/denials")) == (["H3"], False)
    item = WorkItem.objects.get(claim=row.claim_id, state="open")
    assert item.kind == "denied"  # its money is still owed: the work goes on
    page = read(ana, f"/denials/{row.pk}")
    assert "Level two upheld it" in page
    assert f"/claims/{row.claim_id}/write-off" in page

    sol = cast.make_sol(row.practice)
    write_offs.propose(
        Target("PAYER1", money("300.00"), claim_id=row.claim_id), books_to="WO_DENIAL", reason="Two levels upheld it",
        actor=sol, today=today, now=clock.now(),
    )  # fmt: skip
    row.refresh_from_db()
    page = read(ana, f"/denials/{row.pk}")
    assert "Write-off" in page
    if row.state == Denial.State.ACCEPTED:
        assert lists.outcome_words(row)[0] == "lost, written off"
    ana.post(f"/denials/{denied['H2'].pk}/lost", {"reason": "Gave up", "came_by": ""})
    ana.post(f"/denials/{denied['H2'].pk}/not-lost")
    assert "H2" in numbers(ana, "/denials")


def test_a_claim_shows_its_denials_with_both_statuses_side_by_side(ana: Client, denied: dict[str, Denial]) -> None:
    row = denied["H2"]
    assert "coder can cure it" in read(ana, f"/claims/{row.claim_id}/work")
    page = read(ana, f"/claims/{row.claim_id}")
    for words in ("say the books", "its item", ">denied</span>", ">new</span>", "denial 200.00"):
        assert words in page
    for address in ("/claims", "/list?q=", f"/desk/{WorkItem.objects.get(claim=row.claim_id).pk}"):
        page = read(ana, address)
        assert ">denied</span>" in page
        assert ">new</span>" in page


def test_nobody_sees_or_ends_the_denials_of_another_practice(denied: dict[str, Denial], client: Client) -> None:
    other = cast.make_practice(name="Elsewhere", npi="1679576722", tin="061234568")
    client.force_login(cast.make_sol(other))
    pk = denied["H1"].pk
    assert numbers(client, "/denials") == []
    assert "A denial opens when" in read(client, "/denials")
    assert client.get(f"/denials/{pk}").status_code == 404
    assert client.post(f"/denials/{pk}/lost", {"reason": "no"}).status_code == 404
    assert client.post(f"/denials/{pk}/not-lost").status_code == 404


def test_more_denials_cost_no_more_queries(ana: Client, denied: dict[str, Denial]) -> None:
    counts = []
    for url in ("/denials?carc=11", "/denials"):
        ana.get(url)
        with CaptureQueriesContext(connection) as caught:
            read(ana, url)
        counts.append(len(caught))
    assert counts[1] <= counts[0] <= 24


def test_the_payer_desk_leads_there(ana: Client) -> None:
    assert "/denials" in read(ana, "/payer-desk")
