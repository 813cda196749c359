"""A run from its preview to what left: made in batches, taken up after a crash, released, taken back."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff.models import AuditEvent
from claims.documents.models import DocumentLink
from claims.documents.store import kept_documents
from claims.ledger import services as ledger
from claims.ledger.models import Receivable
from collections_app.contacts.models import Contact, Hold
from collections_app.statements import choosing, making, printing, releasing, runs
from collections_app.statements.cycle import Reason
from collections_app.statements.models import FirstStatement, LeftOut, PrintFile, Statement, StatementRun
from tests.cast import NOW, TODAY, make_account, make_ana, make_practice, make_sol, move
from tests.statements.conftest import billed, owing

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def clock():
    return NOW


def made(sol, *, today=TODAY, now=NOW):
    run = runs.start_run(make_practice().pk, actor=sol, today=today, now=now)
    assert runs.make_run(run.pk, clock=lambda: now)
    run.refresh_from_db()
    return run


def released(sol, *, today=TODAY, now=NOW):
    run = made(sol, today=today, now=now)
    return releasing.release_run(run.pk, actor=sol, today=today, now=now)


def text_of(statement):
    with kept_documents.opened(statement.sha256) as stream:
        reader = PdfReader(io.BytesIO(stream.read()))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def pays(account, amount, *, now=NOW):
    claim = account.claims.first()
    paid = move(claim.lines.get(), kind="patient_payment", debit="CASH", credit="PATIENT", amount=amount, on=now.date())
    ledger.post([paid], now=now)


class TestMaking:
    def test_a_run_makes_what_its_preview_said(self, sol):
        owing("60.00")
        owing("20.00", "25.00")
        billed(make_account(address=False))  # nobody knows where they live
        told = choosing.preview(make_practice().pk, actor=sol, today=TODAY, now=NOW)
        assert (told.sends.count, told.sends.amount, told.by_level) == (2, Decimal("105.00"), {1: 2})
        assert [(reason, tally.count, tally.amount) for reason, _, tally in told.left_out] == [
            (Reason.NO_ADDRESS, 1, Decimal("60.00"))
        ]
        run = made(sol)
        assert (run.state, run.total, run.amount) == ("ready", 2, Decimal("105.00"))
        assert [one.reason for one in LeftOut.objects.filter(run=run)] == ["no_address"]
        for one in Statement.objects.filter(run=run):
            reader, text = text_of(one)
            assert (one.state, one.pages, one.due_on) == ("made", len(reader.pages), dt.date(2026, 12, 11))
            assert f"${one.amount:,.2f}" in text
            assert "December 11, 2026" in text

    def test_the_hash_is_that_of_the_bytes_and_the_bytes_are_the_same_each_time(self, sol, monkeypatch):
        monkeypatch.setattr(making, "pay_links", lambda *_, **__: {})  # each link is another one
        owing()
        run = made(sol)
        first = Statement.objects.get(run=run)
        import hashlib

        from collections_app.limits.selectors import limit_book
        from collections_app.statements.figures import cycle_figures
        from collections_app.statements.making import printed

        figures = cycle_figures(limit_book(), practice_id=run.practice_id, on=TODAY)
        [again] = printed([first], figures, now=NOW)
        assert hashlib.sha256(again.pdf).hexdigest() == first.sha256

    def test_what_a_dead_worker_left_is_made_by_the_next_and_nothing_twice(self, sol, monkeypatch):
        for _ in range(5):
            owing()
        monkeypatch.setattr(runs, "BATCH", 2)
        run = runs.start_run(make_practice().pk, actor=sol, today=TODAY, now=NOW)
        keep, kept = runs._keep, []

        def die_on_the_second(*args, **kwargs):
            if kept:
                raise SystemExit  # as a killed worker: no handler runs
            kept.append(keep(*args, **kwargs))
            return kept[-1]

        monkeypatch.setattr(runs, "_keep", die_on_the_second)
        with pytest.raises(SystemExit):
            runs.make_run(run.pk, clock=clock)
        hashes = set(Statement.objects.filter(run=run, state="made").values_list("pk", "sha256"))
        assert len(hashes) == 2
        monkeypatch.setattr(runs, "_keep", keep)
        assert not runs.make_run(run.pk, clock=clock)  # its worker may live still
        later = NOW + runs.LEASE + dt.timedelta(seconds=1)
        assert runs.resume_runs(clock=lambda: later) == 1
        run.refresh_from_db()
        done = set(Statement.objects.filter(run=run, state="made").values_list("pk", "sha256"))
        assert (run.state, len(done), hashes < done) == ("ready", 5, True)

    def test_a_run_that_failed_says_so_and_goes_on(self, sol, monkeypatch):
        owing()
        run = runs.start_run(make_practice().pk, actor=sol, today=TODAY, now=NOW)
        with monkeypatch.context() as broken:
            broken.setattr(runs, "printed", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                runs.make_run(run.pk, clock=clock)
        run.refresh_from_db()
        assert run.message == "Making stopped (ZeroDivisionError)."
        assert runs.make_run(run.pk, clock=clock)

    def test_a_practice_has_one_run_a_day(self, sol):
        made(sol)
        with pytest.raises(Conflict, match="has a run of today already"):
            runs.start_run(make_practice().pk, actor=sol, today=TODAY, now=NOW)

    def test_the_database_keeps_an_account_to_one_a_day(self, sol):
        owing()
        run = made(sol)
        one = Statement.objects.get(run=run)
        one.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            one.save(force_insert=True)

    def test_without_a_phone_nothing_is_begun(self, sol, harbor):
        harbor.phone = ""
        harbor.save()
        with pytest.raises(DomainError, match="Enter a phone"):
            runs.start_run(harbor.pk, actor=sol, today=TODAY, now=NOW)

    def test_what_was_paid_while_it_was_made_is_held_back(self, sol):
        account = owing()
        run = runs.start_run(make_practice().pk, actor=sol, today=TODAY, now=NOW)
        choose = runs._choose

        def paid_then(one, *args, **kwargs):
            choose(one, *args, **kwargs)
            pays(account, "60.00")

        runs._choose = paid_then
        try:
            runs.make_run(run.pk, clock=clock)
        finally:
            runs._choose = choose
        one = Statement.objects.get(run=run)
        assert (one.state, one.sha256) == ("held_back", "")

    def test_queries_do_not_grow_with_accounts(self, sol, django_assert_max_num_queries):
        for _ in range(12):
            owing("10.00", "20.00")
        run = runs.start_run(make_practice().pk, actor=sol, today=TODAY, now=NOW)
        with django_assert_max_num_queries(108):
            runs.make_run(run.pk, clock=clock)


class TestReleasing:
    def test_it_starts_the_clock_of_each_visit_once(self, sol):
        account = owing("60.00")
        released(sol)
        claim = account.claims.get()
        assert claim.first_statement_on == TODAY
        assert Receivable.objects.get(claim=claim, bucket="PATIENT").first_statement_on == TODAY
        later = TODAY + 30 * DAY
        second = billed(account, share="20.00", paid="124.00")
        released(sol, today=later, now=NOW + 30 * DAY)
        claim.refresh_from_db()
        second.refresh_from_db()
        assert (claim.first_statement_on, second.first_statement_on) == (TODAY, later)
        assert FirstStatement.objects.count() == 2
        assert list(Statement.objects.order_by("pk").values_list("level", flat=True)) == [1, 2]

    def test_the_day_outlives_a_balance_that_went_to_zero_and_came_back(self, sol):
        account = owing("60.00")
        released(sol)
        pays(account, "60.00")
        assert not Receivable.objects.filter(account=account, bucket="PATIENT").exists()
        line = account.claims.get().lines.get()
        back = move(line, kind="patient_payment", debit="PATIENT", credit="CASH", amount="60.00", on=TODAY, tag="back")
        ledger.post([back], now=NOW)
        assert Receivable.objects.get(account=account, bucket="PATIENT").first_statement_on == TODAY

    def test_it_leaves_a_document_a_contact_and_an_audit_event(self, sol):
        account = owing()
        run = released(sol)
        one = Statement.objects.get(run=run)
        assert (one.state, one.released_on, one.sequence) == ("released", TODAY, 1)
        assert DocumentLink.objects.get(account=account).document_id == one.document_id
        contact = Contact.objects.get(account=account)
        assert (contact.channel, contact.purpose, contact.outcome) == ("letter", "statement", "sent")
        assert AuditEvent.objects.filter(action="statement_run_released").count() == 1

    @pytest.mark.parametrize(
        ("hold", "why"),
        [
            ("bankruptcy", "Bankruptcy: the court's stay forbids it"),
            ("dispute", "Nothing to ask for: all of it is set apart"),
        ],
    )
    def test_who_became_protected_meanwhile_is_held_back(self, sol, hold, why):
        account = owing()
        run = made(sol)
        Hold.objects.create(practice_id=account.practice_id, account=account, reason=hold, from_on=TODAY, placed_at=NOW)
        releasing.release_run(run.pk, actor=sol, today=TODAY, now=NOW)
        one = Statement.objects.get(run=run)
        assert (one.state, one.held_because) == ("held_back", why)
        assert account.claims.get().first_statement_on is None

    def test_who_paid_a_part_meanwhile_is_not_asked_for_the_whole(self, sol):
        account = owing("60.00")
        run = made(sol)
        pays(account, "10.00")
        releasing.release_run(run.pk, actor=sol, today=TODAY, now=NOW)
        assert Statement.objects.get(run=run).held_because == releasing.OWES_LESS

    def test_it_is_released_once(self, sol):
        owing()
        run = released(sol)
        with pytest.raises(Conflict):
            releasing.release_run(run.pk, actor=sol, today=TODAY, now=NOW)

    def test_the_print_file_has_every_statement_in_the_order_of_postal_codes(self, sol, monkeypatch):
        for code in ("11215", "10001", "10475"):
            owing(zip_code=code)
        run = released(sol)
        monkeypatch.setattr(printing, "PART", 2)
        assert printing.print_run(run.pk, clock=clock) == 2
        assert printing.print_run(run.pk, clock=clock) == 0  # what is there is not made again
        rows = list(printing.manifest(run))
        assert [(row.part, row.sequence) for row in rows] == [(1, 1), (1, 2), (2, 3)]
        parts = list(PrintFile.objects.filter(run=run).order_by("part"))
        assert [part.pages for part in parts] == [rows[0].pages + rows[1].pages, rows[2].pages]
        with kept_documents.opened(parts[0].sha256) as stream:
            reader = PdfReader(io.BytesIO(stream.read()))
        assert rows[1].statement in reader.pages[rows[1].first_page - 1].extract_text()
        assert "10001" in reader.pages[0].extract_text()

    def test_queries_of_a_release_do_not_grow_with_accounts(self, sol, django_assert_max_num_queries):
        for _ in range(12):
            owing()
        run = made(sol)
        with django_assert_max_num_queries(78):
            releasing.release_run(run.pk, actor=sol, today=TODAY, now=NOW)


class TestTakingBack:
    def test_a_run_that_left_nothing_is_taken_back_whole_and_made_anew(self, sol):
        account = owing()
        run = made(sol)
        runs.undo_run(run.pk, actor=sol, now=NOW)
        one = Statement.objects.get(run=run)
        assert (one.state, one.document.withdrawn_because) == ("undone", "The run of statements was taken back")
        assert account.claims.get().first_statement_on is None
        again = made(sol)
        assert (again.state, again.total) == ("ready", 1)

    def test_what_left_can_not_be_taken_back(self, sol):
        owing()
        run = released(sol)
        with pytest.raises(Conflict, match="one by one"):
            runs.undo_run(run.pk, actor=sol, now=NOW)

    def test_a_worker_stops_when_its_run_is_taken_back(self, sol):
        owing()
        run = runs.start_run(make_practice().pk, actor=sol, today=TODAY, now=NOW)
        choose = runs._choose

        def undone_then(one, *args, **kwargs):
            choose(one, *args, **kwargs)
            runs.undo_run(one.pk, actor=sol, now=NOW)

        runs._choose = undone_then
        try:
            assert not runs.make_run(run.pk, clock=clock)
        finally:
            runs._choose = choose
        assert set(Statement.objects.filter(run=run).values_list("state", flat=True)) == {"undone"}


class TestWhoMay:
    def test_a_collector_starts_none(self, harbor):
        with pytest.raises(DomainError):
            runs.start_run(harbor.pk, actor=make_ana(harbor), today=TODAY, now=NOW)

    def test_nobody_touches_another_practice(self, sol):
        owing()
        run = made(sol)
        cedar = make_practice(name="Cedar", npi="1003000126", tin="069999999")
        other = make_sol(cedar) if False else make_ana(cedar)
        other.role = "supervisor"
        other.save()
        with pytest.raises(NotFound):
            releasing.release_run(run.pk, actor=other, today=TODAY, now=NOW)
        with pytest.raises(NotFound):
            choosing.preview(run.practice_id, actor=other, today=TODAY, now=NOW)
        assert StatementRun.objects.get().state == "ready"
