"""On which day a visit was first billed: ours or one sent elsewhere, by account and by file; what follows from it."""

import datetime as dt

import pytest

from claims.ledger.models import Receivable
from collections_app.statements import selectors, services
from collections_app.statements.first_statements import BadFirstStatement, read_days, tell_elsewhere, tell_from_file
from collections_app.statements.models import FirstStatement
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY
from tests.statements.conftest import billed, owing

pytestmark = pytest.mark.django_db
OCT_25, NOV_5 = dt.date(2026, 10, 25), dt.date(2026, 11, 5)
ASK = {"note": "The billing house wrote so", "today": TODAY, "now": NOW}


def test_the_earliest_that_stands_counts_and_a_new_word_takes_the_place_of_the_old(sol):
    account = owing()
    [claim] = account.claims.all()
    tell_elsewhere(account_id=account.pk, on=NOV_5, actor=sol, **ASK)
    assert selectors.first_statement_days([claim.pk]) == {claim.pk: NOV_5}
    tell_elsewhere(account_id=account.pk, on=OCT_25, actor=sol, **ASK)
    assert selectors.first_statement_days([claim.pk]) == {claim.pk: OCT_25}
    services.make_statement(account_id=account.pk, is_itemized=False, language="en", actor=sol, today=TODAY, now=NOW)
    assert selectors.first_statement_days([claim.pk]) == {claim.pk: OCT_25}
    assert FirstStatement.objects.count() == 3  # nothing is erased


@pytest.mark.parametrize(
    ("on", "note", "why"),
    [
        (TODAY + dt.timedelta(days=1), "said so", "still to come"),
        (OCT_25, " ", "Say who sent it"),
        (dt.date(2026, 9, 13), "said so", "No visit of this account"),
    ],
)
def test_a_day_that_can_not_be_is_refused(sol, on, note, why):
    account = owing()
    with pytest.raises(BadFirstStatement, match=why):
        tell_elsewhere(account_id=account.pk, on=on, note=note, actor=sol, today=TODAY, now=NOW)
    assert not FirstStatement.objects.exists()


def test_a_file_tells_of_many_or_of_none(sol, harbor):
    one, two = owing().claims.get(), owing().claims.get()
    text = f"claim,first_statement_on\n{one.number},2026-10-25\n{two.number},2026-11-05\n"
    assert tell_from_file(text, practice_id=harbor.pk, actor=sol, **ASK) == 2
    assert selectors.first_statement_days([one.pk, two.pk]) == {one.pk: OCT_25, two.pk: NOV_5}
    with pytest.raises(BadFirstStatement, match="line 3"):
        tell_from_file(text.replace(two.number, "NOBODY"), practice_id=harbor.pk, actor=sol, **ASK)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names the columns"),
        ("claim\nC1\n", "names the columns"),
        ("claim,first_statement_on\n", "no lines"),
        ("claim,first_statement_on\nC1,11/05/2026\n", "Line 2: write the day"),
        ("claim,first_statement_on\nC1,2026-11-05\nC1,2026-11-06\n", "Line 3 names a claim twice"),
        ("claim,first_statement_on\n,2026-11-05\n", "Line 2 names no claim"),
    ],
)
def test_a_file_that_can_not_be_read_names_its_line(text, why):
    with pytest.raises(BadFirstStatement, match=why):
        read_days(text)


@pytest.mark.usefixtures("no_statements")
def test_the_work_begins_once_a_statement_left(sol):
    account = owing()
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(account=account, claim=None)
    assert item.hold == "unbilled"
    services.make_statement(account_id=account.pk, is_itemized=False, language="en", actor=sol, today=TODAY, now=NOW)
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    assert item.hold == ""
    assert "first statement Nov 20" in item.because


def test_a_visit_that_is_only_shown_is_not_billed(sol):
    account = owing("60.00", "25.00")
    first = account.claims.order_by("pk").first()
    from tests.statements.test_amounts import hold

    hold(account, "dispute", first)
    services.make_statement(account_id=account.pk, is_itemized=False, language="en", actor=sol, today=TODAY, now=NOW)
    first.refresh_from_db()
    assert first.first_statement_on is None
    assert Receivable.objects.filter(account=account, first_statement_on=TODAY).count() == 1


def test_two_claims_that_become_one_keep_the_earlier_day(sol):
    from claims.duplicates.claim_merge import merge_claims, take_claims_apart

    account = owing("60.00")
    one = account.claims.get()
    two = billed(account)
    tell_elsewhere(account_id=account.pk, on=NOV_5, actor=sol, claim_ids=[one.pk], **ASK)
    merger = merge_claims(one.pk, into=two.pk, actor=sol, today=TODAY, now=NOW)
    two.refresh_from_db()
    assert two.first_statement_on == NOV_5
    assert Receivable.objects.get(claim=two, bucket="PATIENT").first_statement_on == NOV_5
    take_claims_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    one.refresh_from_db()
    assert one.first_statement_on == NOV_5
