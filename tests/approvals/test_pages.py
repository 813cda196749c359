"""Approvals on pages: what waits with its story, many at once with a reason where one can't, items that come back."""

import datetime as dt

import pytest
from django.test import Client

from arwork.lib.money import money
from arwork.staff.models import User
from claims.adjustments import services
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Target
from claims.approvals import selectors
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from claims.denials.models import Denial
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.refresh import refresh
from tests import cast
from tests.adjustments.test_write_offs import denied
from tests.remits.era import buckets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]
WHEN = {"today": cast.TODAY, "now": cast.NOW}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: cast.TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: cast.NOW)


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def asked(claim: Claim, actor: User, amount: str, **when: object) -> WriteOff:
    target = Target("PAYER1", money(amount), claim_id=claim.pk)
    return services.propose(target, books_to="WO_DENIAL", reason="Both levels lost", actor=actor, **(WHEN | when))  # type: ignore[arg-type]


def sit(client: Client, user: User) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


def test_the_page_shows_what_waits_with_the_story_and_carries_it_out(client: Client) -> None:
    claim = denied("D1", ("700.00", "650.00"))
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    made = asked(claim, ana, "650.00")
    page = text(sit(client, sol).get("/approvals"))
    for words in ("Both levels lost", "Ana Test", "$650.00", "Primary payer owes", "CO-197", "Yours to decide (1)"):
        assert words in page, words
    assert "1 wait" in text(client.get("/my-day"))
    assert "1 waiting" in text(client.get("/money"))
    done = client.post("/approvals/decide", {"request": made.approval_id, "answer": "approve"}, follow=True)
    assert "Approved, and carried out: $650.00" in text(done)
    assert buckets(claim) == {}
    exported = client.get("/approvals?show=decided&export=csv")
    assert "650.00" in b"".join(exported).decode()  # type: ignore[arg-type]


def test_a_collector_sees_what_waits_decides_nothing_and_withdraws_their_own(client: Client) -> None:
    claim = denied("D1")
    ana = cast.make_ana(claim.practice)
    made = asked(claim, ana, "900.00")
    page = text(sit(client, ana).get("/approvals"))
    assert "Withdraw the question" in page
    assert 'value="approve"' not in page
    assert client.post("/approvals/decide", {"request": made.approval_id, "answer": "approve"}).status_code == 403
    client.post(f"/approvals/{made.approval_id}/withdraw")
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_many_at_once_each_that_can_not_says_why_in_its_row(client: Client) -> None:
    claims = [denied(f"D{n}") for n in range(3)]
    ana, sol = cast.make_ana(claims[0].practice), cast.make_sol(claims[0].practice)
    rows = [asked(one, ana, "1000.00") for one in claims]
    WriteOff.objects.filter(pk=rows[1].pk).update(amount="1500.00")
    ids = [one.approval_id for one in rows]
    answer = sit(client, sol).post("/approvals/decide", {"request": ids, "answer": "approve"})
    assert answer.status_code == 409
    assert "2 approved and carried out: $2,000.00" in text(answer)
    assert "Only $1,000.00 is open here" in text(answer)
    assert [one.state for one in WriteOff.objects.order_by("pk")] == ["posted", "waiting", "posted"]


def test_a_refusal_needs_its_reason_and_goes_back_to_who_asked(client: Client) -> None:
    claim = denied("D1")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    made = asked(claim, ana, "1000.00")
    sit(client, sol)
    assert client.post("/approvals/decide", {"request": made.approval_id, "answer": "refuse"}).status_code == 422
    sent = {"request": made.approval_id, "answer": "refuse", "note": "Appeal it first"}
    assert "Refused. Ana Test sees why." in text(client.post("/approvals/decide", sent, follow=True))
    assert "Appeal it first" in text(client.get(f"/claims/{claim.pk}"))


def test_what_waits_too_long_escalates_and_stands_first() -> None:
    old, young = denied("D1"), denied("D2")
    ana, sol = cast.make_ana(old.practice), cast.make_sol(old.practice)
    friday = dt.date(2026, 11, 20)
    late = asked(young, ana, "1000.00", today=friday - dt.timedelta(days=4), now=cast.NOW - dt.timedelta(days=4))
    asked(old, ana, "1000.00")
    assert late.approval is not None
    assert late.approval.escalates_on == dt.date(2026, 11, 18)  # two business days after Monday
    found = list(selectors.escalated_first(selectors.mine_to_decide(sol, friday), friday))
    assert [one.pk for one in found][0] == late.approval_id
    assert [selectors.is_escalated(one, friday) for one in found] == [True, False]


def item_of(claim: Claim) -> WorkItem:
    refresh(claims=[claim.pk], **WHEN)  # type: ignore[arg-type]
    return WorkItem.objects.get(claim=claim, state="open")


def propose_at_desk(actor: User, item: WorkItem, amount: str) -> WriteOff:
    worklist.record_outcome(
        actor=actor, item_id=item.pk, disposition="payer_write_off_proposed", books_to="WO_DENIAL",
        amount=money(amount), reason="Both levels lost", **WHEN,
    )  # type: ignore[arg-type]  # fmt: skip
    return WriteOff.objects.latest("pk")


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_the_item_waits_and_comes_back_with_the_answer(answer: str) -> None:
    claim = denied("D1")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    item = item_of(claim)
    made = propose_at_desk(ana, item, "600.00")
    item.refresh_from_db()
    assert (item.next_action, made.state, made.asked_by) == ("approve_write_off", "waiting", ana)
    assert item.next_on is not None
    assert item.next_on > cast.TODAY
    refresh(claims=[claim.pk], **WHEN)  # type: ignore[arg-type]
    item.refresh_from_db()
    assert item.next_action == "approve_write_off"  # nobody has answered yet

    if answer == "approve":
        approvals.approve(made.approval_id, actor=sol, **WHEN)  # type: ignore[arg-type]
        said = "$600.00 written off by Sol Test; the rest is open"
    else:
        approvals.refuse([made.approval_id], note="Appeal it", actor=sol, now=cast.NOW)  # type: ignore[list-item]
        said = "Sol Test refused to write off $600.00: read why"
    refresh(claims=[claim.pk], **WHEN)  # type: ignore[arg-type]
    item.refresh_from_db()
    assert (item.next_action, item.next_on, item.because) == ("read_answer", cast.TODAY, said)
    assert (item.woken_by, item.owner) == ("decision", ana)


def test_what_is_written_off_whole_closes_its_item_and_an_undo_takes_the_question_back() -> None:
    claim = denied("D1")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    item = item_of(claim)
    made = propose_at_desk(ana, item, "1000.00")
    action = item.actions.latest("pk")  # type: ignore[attr-defined]
    worklist.undo_action(actor=ana, action_id=action.pk, **WHEN)  # type: ignore[arg-type]
    made.refresh_from_db()
    assert made.state == "withdrawn"
    again = propose_at_desk(ana, item, "1000.00")
    approvals.approve(again.approval_id, actor=sol, **WHEN)  # type: ignore[arg-type]
    refresh(claims=[claim.pk], **WHEN)  # type: ignore[arg-type]
    item.refresh_from_db()
    assert item.state == "closed"


def test_the_desk_asks_for_the_kind_offers_the_amount_and_refuses_more_than_is_open(client: Client) -> None:
    claim = denied("D1")
    item = item_of(claim)
    page = text(sit(client, cast.make_ana(claim.practice)).get(f"/desk/{item.pk}"))
    assert 'data-offer="1000.00"' in page
    assert 'data-offer="WO_DENIAL"' in page
    assert "Charity" not in page
    sent = {"disposition": "payer_write_off_proposed", "books_to": "WO_DENIAL", "reason": "x", "touches": "0"}
    typed = text(client.post(f"/desk/{item.pk}/propose", sent | {"amount": "99999999"}))
    assert "Only $1,000.00 is open here" in typed
    refused = client.post(f"/desk/{item.pk}", {"disposition": "resolved", "reason": "done", "touches": "0"})
    assert "Propose a write-off of what is open" in text(refused)


def test_the_claim_page_leads_to_the_form_which_checks_what_is_typed(client: Client) -> None:
    claim = denied("D1")
    ana = cast.make_ana(claim.practice)
    sit(client, ana)
    address = f"/claims/{claim.pk}/write-off"
    assert address in text(client.get(f"/claims/{claim.pk}"))
    assert "$1,000.00 denied" in text(client.get(address))
    sent = {"bucket": "PAYER1", "books_to": "WO_DENIAL", "amount": "1200", "reason": "lost"}
    assert "Only $1,000.00 is open here" in text(client.post(f"{address}/check", sent))
    above = text(client.post(f"{address}/check", sent | {"amount": "900"}))
    assert "Above your limit: it waits" in above
    assert "Within your limit" in text(client.post(f"{address}/check", sent | {"amount": "9", "books_to": "WO_SMALL"}))
    answer = client.post(address, sent)
    assert (answer.status_code, "lost" in text(answer)) == (422, True)
    assert client.post(address, sent | {"books_to": "WO_CHARITY"}).status_code == 422
    done = client.post(address, sent | {"amount": "900.00"}, follow=True)
    assert "waits for somebody else to approve it" in text(done)
    made = WriteOff.objects.get()
    client.post(f"/write-offs/{made.pk}/undo")
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_an_account_is_written_off_and_reversed_from_its_page(client: Client) -> None:
    claim = cast.make_claim(payers=(), lines=["90.00"])
    sol = cast.make_sol(claim.practice)
    sit(client, sol)
    address = f"/accounts/{claim.account_id}/write-off"
    sent = {"bucket": "PATIENT", "books_to": "WO_BAD_DEBT", "amount": "90.00", "reason": "No answer for a year"}
    assert "is written off" in text(client.post(address, sent, follow=True))
    assert buckets(claim) == {}
    made = WriteOff.objects.get()
    assert "Undo" in text(client.get(f"/accounts/{claim.account_id}"))
    done = client.post(f"/write-offs/{made.pk}/reverse", {"reason": "Paid after all"}, follow=True)
    assert "Reversed: $90.00 is owed again." in text(done)
    assert buckets(claim) == {"PATIENT": "90.00"}


def test_denials_given_up_count_as_decided_and_what_was_given_up_in_part_partly(client: Client) -> None:
    first, second = denied("D1"), denied("D2")
    sol, ada = cast.make_sol(first.practice), cast.make_ada(first.practice)
    month = Denial.objects.get(claim=first).initial_on
    page = f"/reports/denials?since={month}&until={month}"
    assert "nothing decided yet" in text(sit(client, sol).get(page))
    asked(first, ada, "1000.00")
    asked(second, ada, "250.00")
    shown = text(client.get(page))
    assert "nothing decided yet" not in shown
    assert "$1,250.00 given up" in shown
    rows = client.get(f"/reports/denials/rows?since={month}&until={month}&by=reason&key=CO-197&part=accepted")
    assert "250.00" in text(rows)
    open_ = text(client.get(f"/reports/denials/rows?since={month}&until={month}&by=reason&key=CO-197&part=open"))
    assert "750.00" in open_


def test_the_api_proposes_and_lists_and_leaves_deciding_to_people(client: Client) -> None:
    claim = denied("D1")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    how = {"content_type": "application/json"}
    sent = {"bucket": "PAYER1", "books_to": "WO_DENIAL", "amount": "1000.00", "reason": "lost"}
    made = sit(client, ana).post(f"/api/v1/claims/{claim.pk}/write-offs", sent, **how)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    (listed,) = sit(client, sol).get("/api/v1/approvals").json()["results"]
    assert (listed["amount"], listed["claim"]) == ("1000.00", claim.pk)
    assert client.post(f"/api/v1/approvals/{listed['id']}/decide", {"answer": "approve"}, **how).status_code == 404
    assert ApprovalRequest.objects.get().state == "waiting"
