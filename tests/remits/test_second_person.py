"""Nobody settles alone what costs money: above a limit by role a second person agrees, and answers for it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.approvals import services as approvals
from claims.approvals.authority import NeedsSecondPerson, covers
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from claims.remits import exceptions, second_decisions
from claims.remits.models import RemitException, Remittance
from collections_app.limits.authority import LimitAuthority
from collections_app.limits.figures import LimitBook, LimitRow
from collections_app.limits.limit_kinds import NO_LIMIT
from collections_app.limits.services import LimitDraft, add_limit
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take
from tests.remits.test_exceptions import only_exception

pytestmark = pytest.mark.django_db
WHEN = {"today": cast.TODAY, "now": cast.NOW}
BACKEND = "django.contrib.auth.backends.ModelBackend"


def over_credit(amount: str = "400.00") -> Claim:
    """Another payer's payment of a claim that owes nothing any more."""
    claim = cast.make_claim(number="H1", lines=["4000.00"])
    take(Era([Clp("H1", [Svc("4000.00", "4000.00")])]))
    rest = str(Decimal("4000.00") - Decimal(amount))
    take(Era([Clp("H1", [Svc("4000.00", amount, [("CO-45", rest)])])], trace="EFT2"))
    return claim


def stray(amount: str) -> RemitException:
    cast.make_practice()
    take(Era([Clp("N1", [Svc(amount, amount)])]))
    return only_exception()


def asked(exception: RemitException, actor: object, action: str = "accept") -> ApprovalRequest:
    return second_decisions.ask_second_person(
        exception.pk, action=action, reason="The plan paid twice, we return it", actor=actor, **WHEN
    )


@pytest.mark.parametrize(
    ("role", "amount", "needs"),
    [
        ("collector", "250.00", False),
        ("collector", "250.01", True),
        ("collector", "-250.01", True),
        ("supervisor", "2500.00", False),
        ("supervisor", "2500.01", True),
        ("owner", "0.01", True),
        ("owner", "0.00", False),
    ],
)
def test_what_one_person_settles_alone_is_a_figure_of_kind_and_role(role: str, amount: str, needs: bool) -> None:
    rows = [LimitRow("alone_x", 25_000, scope="collector"), LimitRow("alone_x", 250_000, scope="supervisor")]
    figures = LimitAuthority(LimitBook((*rows, LimitRow("alone_x", 0))))
    assert covers(figures.alone("x", role=role, practice_id=7, on=cast.TODAY), Decimal(amount)) is not needs


def test_the_figure_of_a_practice_holds_from_its_day_and_a_kind_without_one_is_refused() -> None:
    day = dt.date(2026, 12, 1)
    own = LimitRow("alone_x", 0, scope="collector", practice_id=7, valid_from=day)
    figures = LimitAuthority(LimitBook((own, LimitRow("alone_x", 25_000, scope="collector"))))
    assert figures.alone("x", role="collector", practice_id=7, on=cast.TODAY) == 250
    assert figures.alone("x", role="collector", practice_id=7, on=day) == 0
    assert figures.alone("x", role="collector", practice_id=8, on=day) == 250
    with pytest.raises(LookupError):
        figures.alone("refund", role="collector", practice_id=8, on=day)


def test_a_figure_of_twenty_million_is_no_limit() -> None:
    figures = LimitAuthority(LimitBook((LimitRow("approve_x", NO_LIMIT),)))
    assert figures.approves("x", role="owner", practice_id=7, on=cast.TODAY) is None
    assert covers(None, Decimal("99999999.00"))


def test_a_large_credit_waits_for_a_second_person_who_carries_it_out() -> None:
    claim = over_credit("400.00")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    exception = only_exception()
    with pytest.raises(NeedsSecondPerson) as needed:
        exceptions.accept_exception(exception.pk, actor=ana, **WHEN)
    assert needed.value.facts == {"kind": "over_credit", "amount": money("400.00")}
    assert buckets(claim) == {}

    question = asked(exception, ana)
    assert only_exception() == exception  # it waits
    approvals.approve(question.pk, note="", actor=sol, **WHEN)

    assert buckets(claim) == {"PAYER1": "-400.00"}
    exception.refresh_from_db()
    question.refresh_from_db()
    assert (exception.state, exception.resolved_by, question.state) == ("resolved", sol, "approved")
    found = AuditEvent.objects.filter(action__startswith="approval_").order_by("pk")
    assert [(event.action, event.actor, event.practice_id) for event in found] == [
        ("approval_asked", ana, claim.practice_id),
        ("approval_approved", sol, claim.practice_id),
    ]
    assert found[1].after["asked_by"] == ana.pk


def test_what_is_within_ones_limit_needs_nobody() -> None:
    claim = over_credit("250.00")
    ana = cast.make_ana(claim.practice)
    with pytest.raises(Conflict, match="settles this alone"):
        asked(only_exception(), ana)
    exceptions.accept_exception(only_exception().pk, actor=ana, **WHEN)
    assert buckets(claim) == {"PAYER1": "-250.00"}


def test_cash_is_dismissed_and_a_deposit_left_out_by_two() -> None:
    exception = stray("2600.00")
    practice = exception.practice
    sol, ada = cast.make_sol(practice), cast.make_ada(practice)
    with pytest.raises(NeedsSecondPerson):
        exceptions.dismiss_exception(exception.pk, reason="another's", actor=sol, **WHEN)
    approvals.approve(asked(exception, sol, "dismiss").pk, note="seen", actor=ada, **WHEN)
    exception.refresh_from_db()
    assert (exception.state, exception.reason) == ("dismissed", "The plan paid twice, we return it")

    take(Era([Clp("N2", [Svc("2600.00", "2600.00")])], trace="HELD", bpr="2700.00"))
    held = RemitException.objects.get(state="open", remit_claim=None)
    with pytest.raises(NeedsSecondPerson) as needed:
        exceptions.dismiss_exception(held.pk, reason="a test", actor=sol, **WHEN)
    assert needed.value.facts["amount"] == money("2700.00")
    approvals.approve(asked(held, sol, "dismiss").pk, note="", actor=ada, **WHEN)
    assert Remittance.objects.get(trace="HELD").state == "left_out"


def test_nobody_agrees_with_themselves_and_only_who_may_decides() -> None:
    claim = over_credit("2600.00")
    sol, exception = cast.make_sol(claim.practice), only_exception()
    question = asked(exception, sol)
    with pytest.raises(Forbidden, match="somebody else"):
        approvals.approve(question.pk, note="", actor=sol, **WHEN)
    for stranger in (cast.make_ana(claim.practice), cast.make_abe(claim.practice)):
        with pytest.raises(Forbidden):
            approvals.approve(question.pk, note="", actor=stranger, **WHEN)
    elsewhere = cast.make_ada(cast.make_practice(name="Cedar Clinic", npi="1003000126"))
    with pytest.raises(NotFound):
        approvals.approve(question.pk, note="", actor=elsewhere, **WHEN)
    with pytest.raises(Conflict, match="was asked about this"):
        asked(exception, sol)
    with transaction.atomic(), pytest.raises(IntegrityError):
        ApprovalRequest.objects.update(state="approved", decided_by=sol, decided_at=cast.NOW)
    assert buckets(claim) == {}


def test_a_refusal_says_why_and_nothing_is_posted() -> None:
    claim = over_credit("400.00")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    question = asked(only_exception(), ana)
    with pytest.raises(DomainError, match="Say why"):
        approvals.refuse([question.pk], note=" ", actor=sol, now=cast.NOW)
    approvals.refuse([question.pk], note="Ask the payer first", actor=sol, now=cast.NOW)
    assert buckets(claim) == {}
    assert only_exception().state == "open"
    with pytest.raises(Conflict, match="answered already"):
        approvals.approve(question.pk, note="", actor=sol, **WHEN)
    asked(only_exception(), ana)  # and it can be asked again


def test_a_question_is_withdrawn_by_who_asked_and_overtaken_by_another_way_out() -> None:
    claim = over_credit("400.00")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    first = asked(only_exception(), ana)
    with pytest.raises(Conflict, match="Only who asked"):
        approvals.withdraw(first.pk, actor=sol, now=cast.NOW)
    assert approvals.withdraw(first.pk, actor=ana, now=cast.NOW).state == "withdrawn"
    second = asked(only_exception(), ana)
    exceptions.accept_exception(only_exception().pk, actor=sol, **WHEN)  # 400.00 is within a supervisor's own limit
    second.refresh_from_db()
    assert second.state == "superseded"


def test_what_costs_more_by_now_is_asked_again() -> None:
    claim = over_credit("400.00")
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    question = asked(only_exception(), ana)
    ApprovalRequest.objects.update(amount="300.00", weighed_amount="300.00")
    with pytest.raises(Conflict, match="ask again"):
        approvals.approve(question.pk, note="", actor=sol, **WHEN)
    question.refresh_from_db()
    assert question.state == "waiting"


def test_the_figures_are_an_owner_s_even_for_one_practice() -> None:
    practice = cast.make_practice()
    draft = LimitDraft("alone_over_credit", 0, cast.TODAY, "Board", scope="supervisor", practice_id=practice.pk)
    with pytest.raises(Forbidden, match="Ask an owner"):
        add_limit(draft, actor=cast.make_ada(practice), now=cast.NOW)
    add_limit(draft, actor=cast.make_oona(practice), now=cast.NOW)
    over_credit("400.00")
    with pytest.raises(NeedsSecondPerson):
        exceptions.accept_exception(only_exception().pk, actor=cast.make_sol(practice), **WHEN)


@pytest.mark.usefixtures("_today")
def test_the_pages_ask_show_what_waits_and_answer(client: Client) -> None:
    claim = over_credit("400.00")
    exception = only_exception()
    page = f"/remits/exceptions/{exception.pk}"
    client.force_login(cast.make_ana(claim.practice), backend=BACKEND)
    refused = client.post(f"{page}/accept")
    assert refused.status_code == 409
    assert "Ask a second person" in refused.content.decode()
    assert client.post(f"{page}/ask", {"action": "accept", "reason": ""}).status_code == 422
    shown = client.post(f"{page}/ask", {"action": "accept", "reason": "Paid twice"}, follow=True).content.decode()
    assert "waits for a second person" in shown
    assert "Withdraw the question" in shown
    assert 'value="approve"' not in shown
    assert "second person</span>" in client.get("/remits/exceptions").content.decode()
    question = ApprovalRequest.objects.get()
    answer = {"request": question.pk, "answer": "approve", "back": "subject"}
    assert client.post("/approvals/decide", answer).status_code == 403

    client.force_login(cast.make_sol(claim.practice), backend=BACKEND)
    assert "Nothing was decided yet" in client.get("/approvals?show=decided").content.decode()
    waiting = client.get("/remits/requests", follow=True).content.decode()
    assert "Paid twice" in waiting
    assert "Yours to decide (1)" in " ".join(waiting.split())
    assert 'value="approve"' in client.get(page).content.decode()
    done = client.post("/approvals/decide", answer | {"note": "seen"}, follow=True)
    assert done.redirect_chain == [(page, 302)]
    assert "Approved, and carried out" in done.content.decode()
    assert buckets(claim) == {"PAYER1": "-400.00"}
    assert "Nothing waits for you" in client.get("/approvals").content.decode()
    assert "Sol Test" in client.get("/approvals?show=decided").content.decode()


@pytest.mark.usefixtures("_today")
def test_the_api_says_that_a_second_person_is_needed(client: Client) -> None:
    claim = over_credit("400.00")
    client.force_login(cast.make_ana(claim.practice), backend=BACKEND)
    asked, how = {"how": "accept"}, {"content_type": "application/json"}
    answer = client.post(f"/api/v1/exceptions/{only_exception().pk}/resolve", asked, **how)
    assert (answer.status_code, answer.json()["code"]) == (409, "needs_second_person")


@pytest.fixture
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: cast.TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: cast.NOW)
