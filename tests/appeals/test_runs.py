"""Packets for many denials of one cause: opened together, made in the background, sent together."""

import datetime as dt
import io
from collections.abc import Callable
from types import SimpleNamespace

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from arwork.lib.errors import NotFound
from collections_app.appeals import enclosing, runs
from collections_app.appeals.models import AppealCase, AppealPacket, AppealRun
from collections_app.appeals.packet import BuiltPacket
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
    printed = PdfReader(io.BytesIO(runs.print_file(runs.packets_to_send(run))))
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


def _pdf(case: AppealCase) -> bytes:
    """A page of its own for each case and what its letter says."""
    buffer = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(600 + case.pk, 700 + len(case.points)))
        pdf.save(buffer, static_id=True)
    return buffer.getvalue()


def test_a_case_that_is_changed_while_its_packet_is_made_gets_another(
    many: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(many)
    case = AppealCase.objects.order_by("pk").first()
    told: list[str] = []

    def building(file, texts, *, today):
        if file.case.pk == case.pk:
            told.append(file.case.points)
            if len(told) == 1:
                enclosing.write_points(case.pk, points="Changed", actor=many.sol, now=NOW + dt.timedelta(seconds=1))
        return BuiltPacket(_pdf(file.case), 1, (("Letter", 1),), "as shipped")

    monkeypatch.setattr(runs, "build_packet", building)
    runs.make_run(run.pk, clock=lambda: NOW + dt.timedelta(seconds=2))
    assert told == ["Distinct services.", "Changed"]
    run.refresh_from_db()
    assert (run.made, case.packets.count()) == (4, 1)
    packets = runs.packets_to_send(run)
    assert [one.case_id for one in packets][0] == case.pk
    enclosing.write_points(case.pk, points="Once more", actor=many.sol, now=NOW + dt.timedelta(seconds=3))
    packets = runs.packets_to_send(run)
    assert case.pk not in [one.case_id for one in packets]
    assert len(PdfReader(io.BytesIO(runs.print_file(packets))).pages) == 3
    with pytest.raises(NotFound):
        runs.print_file([])
