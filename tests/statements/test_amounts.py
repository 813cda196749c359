"""What a statement asks for and what it sets apart are what the ledger says, to the cent, whatever happened."""

import io
from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pypdf import PdfReader

from claims.documents.store import kept_documents
from claims.ledger import services as ledger
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Account
from claims.payers.models import PayerClass
from collections_app.contacts.models import Hold
from collections_app.statements import services
from collections_app.statements.cycle import SetApart
from collections_app.statements.explained import explained_bill, explained_bills
from tests.cast import NOW, TODAY, make_account, make_payer, move
from tests.statements.conftest import at_home, billed, owing

D = Decimal


def hold(account, reason, claim=None):
    return Hold.objects.create(
        practice_id=account.practice_id, account=account, claim=claim, reason=reason, from_on=TODAY, placed_at=NOW
    )


def pays(claim, amount, *, tag=""):
    debit, credit = ("CASH", "PATIENT") if amount > 0 else ("PATIENT", "CASH")
    entry = move(
        claim.lines.get(), kind="patient_payment", debit=debit, credit=credit, amount=abs(amount), on=TODAY, tag=tag
    )
    ledger.post([entry], now=NOW)


@pytest.mark.django_db
class TestTheExplainedBill:
    def test_a_visit_says_how_its_share_came_about(self, harbor):
        account = owing("60.00")
        [visit] = explained_bill(account.pk, today=TODAY).visits
        bill = visit.bill
        assert (bill.charge, bill.contractual, bill.plan_paid, visit.asked) == (D("240"), D("96"), D("84"), D("60"))
        assert bill.parts_for_patient == [
            ("Your deductible: what your plan asks you to pay yourself before it begins to pay", D("60.00"))
        ]

    @pytest.mark.parametrize("reason", ["dispute", "nsa", "assistance", "appeal"])
    def test_what_waits_is_shown_and_not_asked_for(self, harbor, reason):
        account = owing("60.00", "25.00")
        first = account.claims.order_by("pk").first()
        hold(account, reason, first)
        bill = explained_bill(account.pk, today=TODAY)
        assert (bill.asked, bill.apart, bill.due) == (D("25.00"), D("60.00"), D("25.00"))
        assert [(one.claim_id, one.reason) for one in bill.apart_visits] == [(first.pk, SetApart(reason))]

    def test_medicaid_is_never_asked_for(self, harbor):
        account = make_account(address=False)
        payer = make_payer(name="State Medical", payer_class=PayerClass.MEDICAID, payer_id="SMA")
        billed(account, payers=[payer])
        bill = explained_bill(account.pk, today=TODAY)
        assert (bill.asked, bill.apart_visits[0].reason) == (D("0.00"), SetApart.MEDICAID)

    def test_money_that_no_visit_has_got_lowers_what_is_asked(self, harbor):
        account = owing("60.00")
        Account.objects.filter(pk=account.pk).update(unapplied=D("45.00"))
        bill = explained_bill(account.pk, today=TODAY)
        assert (bill.asked, bill.on_account, bill.due) == (D("60.00"), D("45.00"), D("15.00"))

    def test_a_credit_of_one_visit_pays_no_other_silently(self, harbor):
        account = owing("60.00", "25.00")
        pays(account.claims.order_by("pk").first(), D("70.00"))
        bill = explained_bill(account.pk, today=TODAY)
        assert (bill.asked, bill.apart, bill.apart_visits[0].reason) == (D("25.00"), D("-10.00"), SetApart.CREDIT)

    def test_a_thousand_accounts_take_as_many_queries_as_one(self, harbor, django_assert_num_queries):
        accounts = [owing("10.00", "20.00").pk for _ in range(6)]
        with django_assert_num_queries(10):
            assert len(explained_bills(accounts, today=TODAY)) == 6


class TestAnyHistory(TestCase):
    """An oracle of its own: sums of postings, never `visits`."""

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(
        visits=st.lists(
            st.tuples(
                st.integers(0, 14_399),  # the patient's share in cents
                st.lists(st.integers(-4_000, 9_000).filter(bool), max_size=3),  # paid, or paid back
                st.sampled_from(["", "", "dispute", "assistance"]),
            ),
            min_size=1,
            max_size=4,
        ),
        unapplied=st.integers(0, 5_000),
    )
    def test_asked_and_set_apart_are_the_balance(self, visits, unapplied):
        account = make_account(address=False)
        for share, payments, reason in visits:
            cents = D(share) / 100
            claim = billed(account, share=str(cents), paid=str(D(144) - cents)) if share else None
            if claim is None:
                continue
            for place, paid in enumerate(payments):
                pays(claim, D(paid) / 100, tag=place)
            if reason:
                hold(account, reason, claim)
        Account.objects.filter(pk=account.pk).update(unapplied=D(unapplied) / 100)
        bill = explained_bill(account.pk, today=TODAY)
        debit = Posting.objects.filter(claim__account=account, debit="PATIENT").aggregate(s=Sum("amount"))["s"] or 0
        credit = Posting.objects.filter(claim__account=account, credit="PATIENT").aggregate(s=Sum("amount"))["s"] or 0
        assert bill.asked + bill.apart == debit - credit
        assert bill.due == max(bill.asked - D(unapplied) / 100, D(0))
        assert all(one.asked >= 0 for one in bill.visits)
        assert sum(bill.boxes.values()) == bill.asked
        for visit in bill.visits:
            told = visit.bill
            shown = (
                told.charge + told.brought_forward - told.agreed_off - told.plan_paid - told.patient_paid
                - told.forgiven + told.refunded - told.with_plan
            )  # fmt: skip
            assert shown == visit.asked + visit.apart  # the lines of the visit add up to its last one


@pytest.mark.django_db
class TestOnPaper:
    def text(self, statement):
        with kept_documents.opened(statement.sha256) as stream:
            reader = PdfReader(io.BytesIO(stream.read()))
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # tagged, for screen readers
        return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", ["Please pay", "by December 11, 2026", "Your deductible", "How it came about", "Check payable to"]),
            ("es", ["Por favor pague", "11 de diciembre de 2026", "Su deducible", "Cheque a nombre de", "Visita del"]),
        ],
    )
    def test_it_says_the_same_in_both_languages(self, sol, language, words):
        account = owing("60.00", "25.00")
        made = services.make_statement(
            account_id=account.pk, is_itemized=False, language=language, actor=sol, today=TODAY, now=NOW
        )
        reader, text = self.text(made)
        assert reader.trailer["/Root"]["/Lang"].startswith(language)
        for one in (*words, "$85.00", "$60.00", "$25.00", made.number, account.number, "(212) 555-0143"):
            assert one in text, one

    def test_an_itemized_one_has_every_line_with_its_code_and_what_happened_to_it(self, sol):
        account = owing("60.00")
        made = services.make_statement(
            account_id=account.pk, is_itemized=True, language="en", actor=sol, today=TODAY, now=NOW
        )
        _, text = self.text(made)
        for one in ("99214", "09/14/2026", "$240.00", "Payer paid", "-$84.00", "Contractual adjustment", "-$96.00"):
            assert one in text, one

    def test_nothing_in_the_window_but_the_address(self, sol):
        """0.875 to 5.375 inches from the left and 2.04 to 3.17 from the top, of a sheet of 8.5 by 11."""
        account = owing("60.00")
        made = services.make_statement(
            account_id=account.pk, is_itemized=False, language="en", actor=sol, today=TODAY, now=NOW
        )
        reader, _ = self.text(made)
        seen = []

        def visit(text, cm, tm, *_):
            x = (tm[4] * cm[0] + tm[5] * cm[2] + cm[4]) / 72
            y = 11 - (tm[4] * cm[1] + tm[5] * cm[3] + cm[5]) / 72
            if text.strip() and 0.875 <= x <= 5.375 and 2.04 <= y <= 3.17:
                seen.append(text.strip())

        reader.pages[0].extract_text(visitor_text=visit)
        assert seen == ["Gus Guarino", "88 Elm Street", "Brooklyn, NY 11215"]


@pytest.mark.django_db
def test_a_statement_on_request_is_refused_where_nothing_is_owed_or_the_court_forbids_it(sol):
    account = make_account(address=False)
    at_home(account)
    asked = {"is_itemized": False, "language": "en", "actor": sol, "today": TODAY, "now": NOW}
    with pytest.raises(services.BadStatement, match="owes nothing"):
        services.make_statement(account_id=account.pk, **asked)
    account = owing()
    hold(account, "bankruptcy")
    with pytest.raises(services.BadStatement, match="the court's stay"):
        services.make_statement(account_id=account.pk, **asked)


@pytest.mark.django_db
def test_a_void_statement_keeps_its_day_and_names_its_correction(sol):
    account = owing()
    asked = {"is_itemized": False, "language": "en", "actor": sol, "today": TODAY, "now": NOW}
    made = services.make_statement(account_id=account.pk, **asked)
    services.void_statement(made.pk, reason="The copay was the spouse's", actor=sol, now=NOW)
    again = services.make_statement(account_id=account.pk, **asked, corrects_id=made.pk)
    made.refresh_from_db()
    assert (made.state, made.corrected_by.pk) == ("void", again.pk)
    assert account.claims.get().first_statement_on == TODAY
    assert Receivable.objects.get(account=account, bucket="PATIENT").first_statement_on == TODAY
