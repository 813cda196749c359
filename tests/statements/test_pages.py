"""The pages of statements, by whoever may open them: preview, run, one statement, on request, elsewhere."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arwork.lib import clock
from arwork.staff import audit
from arwork.staff.models import AuditEvent
from collections_app.statements import runs
from collections_app.statements.models import FirstStatement, Statement, StatementRun
from tests.cast import NOW, TODAY, make_account, make_ana
from tests.statements.conftest import billed, owing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_that_day")]
LOGIN = {"backend": "django.contrib.auth.backends.ModelBackend"}


@pytest.fixture
def _that_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def desk(client, sol):
    client.force_login(sol, **LOGIN)
    return client


def follow(client, name, *args, **data):
    answer = client.post(reverse(name, args=args), data)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer


class TestARun:
    def test_from_preview_to_print(self, desk, harbor, eager_tasks, django_capture_on_commit_callbacks):
        owing("60.00")
        billed(make_account(address=False))
        shown = desk.get(reverse("statements_preview", args=[harbor.pk])).content.decode()
        assert "Make 1 statement" in shown
        assert "No address on file" in shown
        with django_capture_on_commit_callbacks(execute=True):
            follow(desk, "statements_start", harbor.pk)
        run = StatementRun.objects.get()
        shown = desk.get(reverse("statement_run", args=[run.pk])).content.decode()
        assert "Ready to release" in shown
        with django_capture_on_commit_callbacks(execute=True):
            follow(desk, "statement_run_release", run.pk)
        shown = desk.get(reverse("statement_run", args=[run.pk])).content.decode()
        assert "Part 1 (PDF)" in shown
        part = desk.get(reverse("statement_run_print", args=[run.pk, 1]))
        assert b"".join(part.streaming_content).startswith(b"%PDF")
        rows = b"".join(desk.get(reverse("statement_run_manifest", args=[run.pk])).streaming_content).decode()
        assert Statement.objects.get().number in rows
        assert "Guarino" not in rows
        assert AuditEvent.objects.filter(action=audit.DOWNLOADED, subject="statement_run").count() == 2

    def test_the_progress_is_a_part_of_the_page(self, desk, harbor):
        owing()
        run = runs.start_run(harbor.pk, actor=harbor.staff.get(), today=TODAY, now=NOW)
        part = desk.get(reverse("statement_run", args=[run.pk]), headers={"HX-Request": "true"}).content.decode()
        assert "It waits for a worker" in part
        assert "<html" not in part

    def test_it_is_taken_back(self, desk, harbor):
        run = runs.start_run(harbor.pk, actor=harbor.staff.get(), today=TODAY, now=NOW)
        follow(desk, "statement_run_undo", run.pk)
        again = desk.post(reverse("statement_run_undo", args=[run.pk]))
        assert again.status_code == 409
        assert "taken back already" in again.content.decode()

    def test_what_was_left_out_is_looked_into(self, desk, harbor):
        billed(make_account(last="Nowhere", address=False))
        run = runs.start_run(harbor.pk, actor=harbor.staff.get(), today=TODAY, now=NOW)
        runs.make_run(run.pk, clock=clock.now)
        shown = desk.get(reverse("statement_run", args=[run.pk]) + "?left=no_address").content.decode()
        assert "Nowhere, Gus" in shown

    def test_a_collector_looks_and_starts_nothing(self, client, harbor):
        client.force_login(make_ana(harbor), **LOGIN)
        shown = client.get(reverse("statements")).content.decode()
        assert "Today's run" not in shown
        assert client.post(reverse("statements_start", args=[harbor.pk])).status_code == 403


class TestOne:
    def test_it_is_made_from_the_account_shown_and_declared_void(self, desk):
        account = owing("60.00")
        page = " ".join(desk.get(reverse("account_work", args=[account.pk])).content.decode().split())
        assert "The next run sends level 1, $60.00" in page
        answer = follow(desk, "statement_new", account.pk, language="es", shows="owed")
        made = Statement.objects.get()
        assert answer.url == reverse("statement", args=[made.pk])
        shown = desk.get(answer.url).content.decode()
        assert "unchanged since" in shown
        paper = desk.get(reverse("statement_pdf", args=[made.pk]))
        assert b"".join(paper.streaming_content).startswith(b"%PDF")
        assert "no-store" in paper["Cache-Control"]
        answer = follow(desk, "statement_void", made.pk, reason="The copay was the spouse's")
        assert answer.url.endswith(f"?corrects={made.pk}")
        desk.post(answer.url, {"language": "en", "shows": "items"})
        assert Statement.objects.get(corrects=made).kind == "itemized"
        assert 'tag-amber">void' in desk.get(reverse("account_work", args=[account.pk])).content.decode()

    def test_void_asks_why(self, desk):
        account = owing()
        follow(desk, "statement_new", account.pk, language="en", shows="owed")
        assert (
            desk.post(reverse("statement_void", args=[Statement.objects.get().pk]), {"reason": ""}).status_code == 422
        )

    def test_nothing_owed_is_said_above_the_form(self, desk):
        answer = desk.post(reverse("statement_new", args=[make_account().pk]), {"language": "en", "shows": "owed"})
        assert "owes nothing on this account" in answer.content.decode()


class TestFirstStatements:
    def test_by_account(self, desk):
        account = owing()
        follow(desk, "first_statement", account.pk, on="2026-11-01", note="The billing house")
        assert str(FirstStatement.objects.get().on) == "2026-11-01"
        answer = desk.post(reverse("first_statement", args=[account.pk]), {"on": "2027-11-01", "note": "x"})
        assert "still to come" in answer.content.decode()

    def test_by_file(self, desk, harbor):
        claim = owing().claims.get()
        text = f"claim,first_statement_on\n{claim.number},2026-11-01\n"
        sent = {"practice": harbor.pk, "note": "The billing house", "file": SimpleUploadedFile("a.csv", text.encode())}
        assert desk.post(reverse("first_statements"), sent).status_code == 302
        claim.refresh_from_db()
        assert str(claim.first_statement_on) == "2026-11-01"
        sent["file"] = SimpleUploadedFile("a.csv", b"\xff\xfe")
        assert "not text in UTF-8" in desk.post(reverse("first_statements"), sent).content.decode()
