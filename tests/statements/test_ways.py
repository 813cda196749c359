"""How statements leave: announced by e-mail where somebody agreed, mailed where that fails, to the only address that
somebody asked for, and what a plan statement says."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from claims.documents.store import kept_documents
from claims.parties.models import Account, PersonAddress, PersonEmail
from collections_app.contacts.consents import give_consent, revoke_consent
from collections_app.contacts.person_records import FactEntry, record_fact
from collections_app.deliveries import leaving, returned
from collections_app.deliveries.models import Delivery
from collections_app.statements import printing, releasing, runs, services
from collections_app.statements.models import PrintFile, Statement, StatementRun
from collections_app.statements.words import LABELS
from tests.cast import NOW, TODAY, make_ana, make_practice
from tests.plans.conftest import agreed
from tests.statements.conftest import owing

pytestmark = pytest.mark.django_db
BORN = dt.date(1961, 4, 9)


def agrees_to_email(account: Account, *, on: dt.date = TODAY) -> PersonEmail:
    """The guarantor agrees to be written to by e-mail, and can open the patient's page: their birthday is known."""
    person = account.guarantor
    person.birth_on = BORN
    person.save()
    row = PersonEmail.objects.create(person=person, address="gus@example.org")
    give_consent(
        actor=None, person_id=person.pk, channel="email", address_id=row.pk, source="portal", said_on=on,
        now=NOW - dt.timedelta(days=3), today=TODAY, is_opt_in=True,
    )  # fmt: skip
    return row


def made(sol: Any) -> StatementRun:
    run = runs.start_run(make_practice().pk, actor=sol, today=TODAY, now=NOW)
    runs.make_run(run.pk, clock=lambda: NOW)
    return run


def released(sol: Any) -> tuple[StatementRun, Statement]:
    run = releasing.release_run(made(sol).pk, actor=sol, today=TODAY, now=NOW)
    printing.print_run(run.pk, clock=lambda: NOW)
    return run, Statement.objects.get(run=run)


def paper(statement: Statement) -> str:
    """What a reader gets out of its PDF."""
    with kept_documents.opened(statement.sha256) as stream:
        reader = PdfReader(io.BytesIO(stream.read()))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


class TestByEmail:
    def test_who_agreed_gets_a_message_with_a_link_and_no_paper(self, sol: Any, messages: Any) -> None:
        account = owing("60.00")
        agrees_to_email(account)
        run, one = released(sol)
        assert (one.channel, one.delivery.state, one.delivery.purpose) == ("email", "queued", "statement")
        assert not PrintFile.objects.filter(run=run).exists()
        assert not list(printing.manifest(run))
        leaving.deliver_due(clock=lambda: NOW)
        [left] = messages.folder.glob("email/*")
        text = left.read_text()
        assert "/my-bill/open?key=" in text
        assert "60.00" not in text
        assert printing.print_run(run.pk, clock=lambda: NOW) == 0  # after a crash: told once
        assert Delivery.objects.count() == 1

    def test_it_is_no_mail_that_can_come_back(self, sol: Any, messages: Any) -> None:
        account = owing("60.00")
        agrees_to_email(account)
        _, one = released(sol)
        with pytest.raises(returned.NotReturned):
            returned.came_back(typed=one.number, reason="moved", actor=sol, now=NOW, today=TODAY)

    @pytest.mark.parametrize("lost", ["consent", "page", "address"])
    def test_what_can_not_be_sent_so_any_more_is_mailed_with_the_others(
        self,
        sol: Any,
        messages: Any,
        lost: str,
    ) -> None:
        account = owing("60.00")
        email = agrees_to_email(account)
        run = releasing.release_run(made(sol).pk, actor=sol, today=TODAY, now=NOW)
        one = Statement.objects.get(run=run)
        assert one.channel == "email"
        if lost == "consent":
            revoke_consent(
                actor=None, person_id=account.guarantor_id, channel="email", address_id=email.pk, source="portal",
                said_on=TODAY, now=NOW, today=TODAY,
            )  # fmt: skip
        elif lost == "page":
            type(account.guarantor).objects.filter(pk=account.guarantor_id).update(birth_on=None)
        else:
            PersonEmail.objects.filter(pk=email.pk).update(is_wrong=True)
        printing.print_run(run.pk, clock=lambda: NOW)
        one.refresh_from_db()
        assert (one.channel, one.delivery) == ("mail", None)
        assert [row.statement for row in printing.manifest(run)] == [one.number]
        assert PrintFile.objects.get(run=run).pages == one.pages


class TestAConfidentialAddress:
    @pytest.fixture
    def asked(self, sol: Any) -> tuple[Account, PersonAddress]:
        """Gus lives at 88 Elm Street, and asked for mail to a box alone (45 CFR 164.522(b))."""
        account = owing("60.00")
        box = PersonAddress.objects.create(
            person=account.guarantor, line1="PO Box 7", city="Albany", state="NY", zip="12207", is_current=False
        )
        record_fact(
            account.guarantor_id, FactEntry("confid", TODAY - dt.timedelta(days=5), address_id=box.pk), actor=sol,
            now=NOW,
        )  # fmt: skip
        return account, box

    def test_the_statement_of_a_run_goes_there_and_names_no_other(self, asked: Any, sol: Any) -> None:
        account, box = asked
        run, one = released(sol)
        assert one.facts["to"] == ["Gus Guarino", "PO Box 7", "Albany, NY 12207"]
        text = paper(one)
        assert "PO Box 7" in text
        assert "Elm Street" not in text
        found = returned.came_back(typed=one.number, reason="moved", actor=sol, now=NOW, today=TODAY)
        assert found.address_id == box.pk
        assert not account.guarantor.addresses.exclude(pk=box.pk).filter(is_bad=True).exists()

    def test_so_does_one_on_request(self, asked: Any, sol: Any) -> None:
        account, _ = asked
        one = services.make_statement(
            account_id=account.pk, is_itemized=False, language="en", actor=sol, today=TODAY, now=NOW
        )
        text = paper(one)
        assert "PO Box 7" in text
        assert "Elm Street" not in text


class TestAPlanStatement:
    def test_it_asks_for_the_installment_and_says_the_plan(self, sol: Any) -> None:
        account = owing("60.00", "40.00")
        plan = agreed(account, make_ana(make_practice()), each="25.00")
        assert plan.state == "current"
        _, one = released(sol)
        assert (one.kind, one.amount) == ("plan", Decimal("25.00"))
        text = paper(one)
        assert LABELS["en"]["title_plan"] in text
        for words in ("$25.00", "December 1, 2026", "January 1, 2027", "March 1, 2027", "$100.00"):
            assert words in text, words
        assert "$60.00" in text  # each visit is told of all the same
        assert one.facts["plan"][0] == {"label": "December 1, 2026", "amount": "$25.00"}
        assert len(one.facts["plan"]) == 4
        assert one.facts["due"] == "$25.00"
