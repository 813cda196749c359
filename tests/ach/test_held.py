"""What a risk check holds: a second person lets it go or not, and the log keeps what was looked at."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Conflict, Forbidden
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from collections_app.ach.authorizations import BadAuthorization, authorize, confirm_account
from collections_app.ach.models import AchAnswer, AchEntry, RiskCheck
from collections_app.ach.retention import authorizations_due, forget_authorizations
from collections_app.ach.services import cancel_entry, release_entry
from collections_app.demo import bank_debits
from collections_app.demo.setting import set_up
from tests.ach.stories import MONDAY, WHEN, authorized, debited, draft, on, owing, sent, settled
from tests.cast import NOW, TODAY, make_ana, make_practice

pytestmark = pytest.mark.django_db


def test_a_suspicious_debit_waits_for_somebody_else(practice, sol):
    ana = make_ana(practice)
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, ana, holder="Mia Hale"), ana)
    assert (entry.state, entry.held_for) == ("held", "name")
    question = ApprovalRequest.objects.get()
    assert (question.kind, question.amount, question.account_id) == ("ach_debit", Decimal("120.00"), account.pk)
    assert "nobody's of this guarantor account" in question.reason
    with pytest.raises(Conflict, match="under Approvals"):
        release_entry(entry.pk, actor=sol, **WHEN)
    approvals.approve(question.pk, actor=sol, **WHEN)
    entry.refresh_from_db()
    assert entry.state == "pending"
    assert list(RiskCheck.objects.order_by("pk").values_list("outcome", "found")) == [
        ("held", "name"), ("released", "name"),
    ]  # fmt: skip


def test_approving_leaves_an_unconfirmed_account_to_be_confirmed(practice, sol):
    ana = make_ana(practice)
    account = owing("240.00", practice=practice)
    authorization = authorized(account, ana, holder="Mia Hale", is_confirmed=False)
    entry = debited(authorization, ana)
    approvals.approve(ApprovalRequest.objects.get().pk, actor=sol, **WHEN)
    entry.refresh_from_db()
    assert (entry.state, entry.held_for) == ("held", "unconfirmed")
    confirm_account(authorization.pk, actor=sol, **WHEN)
    entry.refresh_from_db()
    assert entry.state == "pending"


def test_what_nobody_lets_go_is_canceled_and_what_is_canceled_asks_nobody(practice, sol):
    ana = make_ana(practice)
    account = owing("900.00", practice=practice)
    refused = debited(authorized(account, ana, holder="Mia Hale", bank_account="4001"), ana)
    approvals.refuse([ApprovalRequest.objects.get().pk], note="Not theirs.", actor=sol, now=NOW)
    refused.refresh_from_db()
    assert (refused.state, refused.why) == ("cancelled", "Not theirs.")
    stopped = debited(authorized(account, ana, holder="Mia Hale", bank_account="4002"), ana)
    cancel_entry(stopped.pk, why="They called.", actor=ana, **WHEN)
    assert ApprovalRequest.objects.get(subject_id=stopped.pk).state == "superseded"


def test_what_a_schedule_asked_for_is_let_go_by_who_may(practice, sol):
    account = owing("900.00", practice=practice)
    found = authorized(account, None, sec_code="WEB", relationship="", proof="signed", holder="Mia Hale")
    entry = debited(found, None)
    assert not ApprovalRequest.objects.exists()
    with pytest.raises(Forbidden):
        release_entry(entry.pk, actor=make_ana(practice), **WHEN)
    release_entry(entry.pk, actor=sol, **WHEN)
    entry.refresh_from_db()
    assert entry.state == "pending"


def test_an_account_that_paid_before_needs_no_confirming(practice, sol):
    account = owing("900.00", practice=practice)
    debited(authorized(account, sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    again = authorized(account, sol, is_confirmed=False)
    entry = debited(again, sol, **on(MONDAY.replace(day=24)))
    again.refresh_from_db()
    assert (entry.state, again.validated_how) == ("pending", "history")


def test_the_log_of_checks_is_append_only(practice, sol):
    debited(authorized(owing("240.00", practice=practice), sol), sol)
    with pytest.raises(DatabaseError), transaction.atomic():
        RiskCheck.objects.update(found="")
    with pytest.raises(DatabaseError), transaction.atomic():
        RiskCheck.objects.all().delete()


@pytest.mark.parametrize(
    "but",
    [
        {"relationship": ""},
        {"proof": "signed"},
        {"proof_reference": ""},
        {"frequency": "recurring", "proof": "notice"},
        {"amount": None},
        {"sec_code": "PPD", "proof": "recording"},
    ],
)
def test_an_authorization_without_an_element_is_none(practice, sol, but):
    account = owing("240.00", practice=practice)
    with pytest.raises(BadAuthorization):
        authorize(account_id=account.pk, draft=draft(**but), actor=sol, **WHEN)


def test_bank_numbers_and_words_go_when_their_term_is_over_and_the_row_stays(practice, sol):
    account = owing("240.00", practice=practice)
    authorization = authorized(account, sol)
    debited(authorization, sol)
    sent(practice, sol)
    settled(MONDAY)
    authorization.refresh_from_db()
    assert (authorization.state, authorization.ended_on) == ("ended", MONDAY)
    early, late = on(MONDAY)["now"], on(MONDAY.replace(day=24))["now"]
    assert authorizations_due(early).count == 0
    assert authorizations_due(late).count == 1
    assert forget_authorizations(late, now=NOW) == 1
    authorization.refresh_from_db()
    assert (authorization.bank_account, authorization.words, authorization.last_four) == ("", "", "6789")
    assert forget_authorizations(late, now=NOW) == 0


def test_the_demo_tells_of_a_file_and_of_what_came_back():
    set_up(since=TODAY.replace(year=2025))
    practice = make_practice(name="x", npi=bank_debits.PRACTICES[0].npi)
    for n in range(6):
        owing("240.00", practice=practice, last=f"Demo{n}")
    for _ in range(2):
        bank_debits.debit_accounts(TODAY)
    assert sorted(AchEntry.objects.values_list("state", flat=True)) == [
        "held", "pending", "pending", "returned", "returned", "settled", "settled",
    ]  # fmt: skip
    assert list(AchAnswer.objects.order_by("pk").values_list("code", "state")) == [
        ("R01", "applied"), ("R10", "applied"), ("C01", "applied"),
    ]  # fmt: skip
