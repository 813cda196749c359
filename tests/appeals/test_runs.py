"""Packets for many denials of one cause: opened together, made in the background, sent together."""

import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from collections_app.appeals import runs
from collections_app.appeals.models import AppealCase, AppealPacket, AppealRun
from collections_app.appeals.sending import SendingFacts
from tests.appeals.conftest import denied_claim
from tests.cast import NOW, TODAY, make_practice, make_sol

pytestmark = pytest.mark.django_db
WITHOUT = "Records on request"


@pytest.fixture
def many(db: None) -> SimpleNamespace:
    found = [denied_claim(f"R{number}", carc="97", payer_id="ONE") for number in range(4)]
    return SimpleNamespace(claims=found, sol=make_sol(make_practice()), payer=found[0].payer)


def started(many: SimpleNamespace) -> AppealRun:
    [cause] = runs.shared_causes(many.sol)
    assert (cause.claims, str(cause.amount), cause.category) == (4, "960.00", "bundling")
    choice = runs.RunChoice(
        cause.practice_id, cause.payer_id, cause.category, cause.carc, "Distinct services.", WITHOUT
    )
    return runs.start_run(choice, actor=many.sol, today=TODAY, now=NOW)


def test_one_cause_makes_a_packet_for_each_claim_and_all_leave_together(many: SimpleNamespace) -> None:
    run = started(many)
    assert runs.shared_causes(many.sol) == []
    assert runs.make_run(run.pk, clock=lambda: NOW)
    assert not runs.make_run(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, run.made, run.skipped, run.left) == ("made", 4, 0, 0)
    assert {one.left_out["records"] for one in AppealCase.objects.all()} == {WITHOUT}
    printed = PdfReader(io.BytesIO(runs.print_file(run)))
    assert len(printed.pages) == sum(AppealPacket.objects.values_list("pages", flat=True))
    facts = SendingFacts("certified", "9407 1118 9956")
    assert runs.send_run(run.pk, facts, actor=many.sol, today=TODAY, now=NOW) == 4
    assert set(AppealCase.objects.values_list("state", "next_action")) == {("sent", "Ask whether it arrived")}


def test_a_case_whose_packet_can_not_be_made_keeps_no_other_waiting(
    many: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(many)
    bad = AppealCase.objects.order_by("pk").first()
    build: Callable = runs.build_packet

    def failing(file, texts, *, today):
        if file.case.pk == bad.pk:
            raise runs.BadAppeal("The letter needs the phone of the practice.")
        return build(file, texts, today=today)

    monkeypatch.setattr(runs, "build_packet", failing)
    runs.make_run(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.made, run.skipped) == (3, 1)
    bad.refresh_from_db()
    assert (bad.run, bad.state) == (None, "drafting")
    assert bad.next_action.startswith("Packet not made")


def test_a_batch_costs_as_many_statements_as_a_claim(many: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(many)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        runs.make_run(run.pk, clock=lambda: NOW)
    assert len(queries) < 60, len(queries)
