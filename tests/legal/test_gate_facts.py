"""What the gate and the script of a call hear of debts: too old to sue for, and not validated."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.documents.services import MadeFile, keep_made
from collections_app.contacts import asking
from collections_app.contacts.call_script import CallMatter, script_of
from collections_app.contacts.debt_facts import is_time_barred, time_barred_accounts
from collections_app.contacts.gate_models import Placement
from collections_app.contacts.identity import CallerStanding, CallerState
from collections_app.contacts.models import Contact
from collections_app.legal.limitation import time_barred_on
from collections_app.legal.validation import notice_standings, notices_due
from collections_app.letters.models import Letter
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient
from tests.deliveries.mailing import mailed_to
from tests.documents.scans import pdf
from tests.legal.conftest import DAY, owes

pytestmark = pytest.mark.django_db
OLD = dt.date(2023, 3, 10)  # in New York too old since March 11, 2026


def verdict(account, purpose="collection", channel="letter"):
    return asking.verdict_for(account_id=account.pk, channel=channel, purpose=purpose, at=NOW)


def test_a_letter_about_a_debt_that_is_too_old_is_warned_of_and_a_legal_one_is_blocked(account):
    owes(account, "200.00", on=OLD, billed_on=OLD + 30 * DAY)
    found = verdict(account)
    assert (found.answer, found.rule, found.source) == ("warn", "time_barred", "12 CFR 1006.26(b)")
    assert found.reason == "too old to sue for since Mar 11: 3 years for medical debt (NY), to Mar 10, 2026"
    assert verdict(account, "legal").is_blocked
    assert verdict(account, "requested").answer == "allow"


def test_a_younger_debt_is_not(account):
    owes(account, "200.00", on=dt.date(2024, 3, 10), billed_on=dt.date(2024, 4, 10))
    assert not is_time_barred(account.pk, TODAY)
    assert verdict(account, "legal").rule != "time_barred"


def test_one_visit_of_several_is_too_old(account):
    old = owes(account, "200.00", on=OLD)
    young = owes(account, "100.00", on=dt.date(2025, 3, 10))
    found = time_barred_on(today=TODAY, account_ids=[account.pk])
    assert {pk: one.is_barred for pk, one in found.items()} == {old.pk: True, young.pk: False}
    assert time_barred_on(today=TODAY, claim_ids=[young.pk]).keys() == {young.pk}
    assert time_barred_accounts([account.pk], TODAY) == {account.pk}


def test_what_nobody_owes_any_more_is_no_debt(account):
    owes(account, "200.00", on=OLD)
    paid = make_account(practice=account.practice)
    make_claim(patient=make_patient(account=paid), service_on=OLD)
    assert time_barred_accounts([account.pk, paid.pk], TODAY) == {account.pk}


def test_the_script_of_a_call_says_that_nobody_sues(account, ana):
    owes(account, "200.00", on=OLD)
    standing = CallerStanding(CallerState.VERIFIED)
    codes = [one.code for one in script_of(account, CallMatter(Decimal("200.00"), 1), standing, actor=ana, today=TODAY)]
    assert "time_barred" in codes


def test_the_dates_of_many_visits_take_as_many_queries_as_those_of_one(account):
    def queries(count):
        accounts = [make_account(practice=account.practice) for _ in range(count)]
        for one in accounts:
            owes(one, "10.00", on=OLD)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            time_barred_on(today=TODAY, account_ids=[one.pk for one in accounts])
        return len(seen)

    assert queries(1) == queries(6) <= 4


def third_party(account, *, since):
    Placement.objects.create(
        practice=account.practice, profile="third_party", valid_from=since, entered_at=NOW,
        entered_by=account.practice.staff.first(),
    )  # fmt: skip


def told(account, at, outcome="reached"):
    Contact.objects.create(
        practice=account.practice, account=account, person=account.guarantor, channel="phone", outcome=outcome, at=at
    )


def test_five_days_from_the_first_conversation_a_notice_is_due(account, ana):
    owes(account, "200.00", on=dt.date(2026, 9, 14))
    third_party(account, since=dt.date(2026, 11, 1))
    assert notices_due([account.practice_id], TODAY) == []  # nobody was told of the debt yet
    told(account, dt.datetime(2026, 10, 20, 15, tzinfo=dt.UTC))  # in the name of the practice, before the placement
    told(account, dt.datetime(2026, 11, 17, 15, tzinfo=dt.UTC), outcome="voicemail")  # limited content tells nobody
    assert notices_due([account.practice_id], TODAY) == []
    told(account, dt.datetime(2026, 11, 18, 15, tzinfo=dt.UTC))
    (found,) = notices_due([account.practice_id], TODAY)
    assert (found.account_id, found.first_told_on, found.due_on) == (
        account.pk,
        dt.date(2026, 11, 18),
        dt.date(2026, 11, 23),
    )
    warned = verdict(account)
    assert (warned.answer, warned.rule) == ("warn", "validation")
    assert warned.reason == "no validation notice was sent: send it today, it is due Nov 23"


def test_a_notice_that_left_ends_it_and_may_be_disputed_for_thirty_days_from_its_receipt(account, ana):
    """Sent Friday November 20: assumed received Monday November 30 (Thanksgiving is no business day), so to Dec 30."""
    owes(account, "200.00", on=dt.date(2026, 9, 14))
    third_party(account, since=dt.date(2026, 11, 1))
    told(account, NOW - 2 * DAY)
    letter = make_letter_row(account, ana)
    sent = mailed_to(account, by=ana)[0]
    sent.letter, sent.state = letter, "sent"
    sent.save()
    standing = notice_standings([account.pk], TODAY)[account.pk]
    assert (standing.sent_on, standing.window_ends_on, standing.is_due) == (TODAY, dt.date(2026, 12, 30), False)
    assert notices_due([account.practice_id], TODAY) == []


def make_letter_row(account, actor):
    """A validation notice as a row."""
    kept = keep_made(
        account.practice_id, MadeFile(pdf(), "notice.pdf"), account_id=account.pk, claim_ids=[], actor=actor, now=NOW
    )
    return Letter.objects.create(
        practice=account.practice, account=account, kind="validation_notice", language="en", version="shipped",
        title="Validation notice", facts={}, sha256=kept.sha256, document=kept, made_on=TODAY, made_at=NOW,
        made_by=actor,
    )  # fmt: skip


def test_the_practice_itself_owes_no_notice(account, ana):
    owes(account, "200.00", on=dt.date(2026, 9, 14))
    told(account, NOW - 2 * DAY)
    assert notice_standings([account.pk], TODAY) == {}
