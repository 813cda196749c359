"""The accounting of disclosures: what the law asks of each, six years of them, mistakes withdrawn and not erased."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from arwork.lib import clock
from arwork.lib.errors import Conflict, DomainError, Forbidden
from arwork.staff.models import AuditEvent, User
from claims.parties.models import Account
from claims.privacy import selectors, services
from claims.privacy.models import Disclosure
from tests.cast import NOW, TODAY, make_abe, make_account, make_ada, make_practice

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def account() -> Account:
    return make_account(practice=make_practice())


@pytest.fixture
def ada(account: Account) -> User:
    return make_ada(account.practice)


def disclose(ada: User, account: Account, **changes: Any) -> Disclosure:
    facts = {
        "disclosed_on": TODAY,
        "recipient": "County court",
        "recipient_address": "1 Main St",
        "what": "Ledger of 2026",
        "purpose": "Subpoena 26-114",
    }
    return services.record_disclosure(actor=ada, account_id=account.pk, today=TODAY, now=NOW, **facts | changes)


def test_one_is_recorded_on_the_page_and_told(client: Client, account: Account, ada: User) -> None:
    client.force_login(ada, backend=BACKEND)
    address = f"/accounts/{account.pk}/disclosures"
    empty = client.get(address).content.decode()
    assert "None was recorded" in empty
    assert "data-prints" in empty  # it is handed to who asks
    entered = {
        "disclosed_on": clock.today().isoformat(), "recipient": "County court", "what": "Ledger",
        "purpose": "Subpoena 7", "event_id": "12",
    }  # fmt: skip
    page = client.post(address, entered, follow=True).content.decode()
    assert "County court" in page
    row = Disclosure.objects.get()
    assert (row.recorded_by, row.purpose, row.event_id) == (ada, "Subpoena 7", 12)
    assert AuditEvent.objects.get(action="disclosed").subject_id == account.pk


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"recipient": ""}, "This field is required"),
        ({"disclosed_on": "2099-01-01"}, "Enter a day up to today"),
        ({"purpose": "card 4111 1111 1111 1111"}, "looks like a"),
    ],
)
def test_what_is_missing_or_may_not_be_kept_is_said_beside_the_form(
    client: Client, account: Account, ada: User, entered: dict[str, str], words: str
) -> None:
    client.force_login(ada, backend=BACKEND)
    given = {"disclosed_on": "2026-01-02", "recipient": "Court", "what": "Ledger", "purpose": "Subpoena"} | entered
    answer = client.post(f"/accounts/{account.pk}/disclosures", given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Disclosure.objects.exists()


def test_the_accounting_covers_six_years(account: Account, ada: User) -> None:
    kept = disclose(ada, account, disclosed_on=selectors.first_day(TODAY))
    disclose(ada, account, disclosed_on=selectors.first_day(TODAY) - dt.timedelta(days=1))
    assert list(selectors.accounting(account, actor=ada, today=TODAY)) == [kept]
    assert selectors.first_day(dt.date(2028, 2, 29)) == dt.date(2022, 2, 28)


def test_a_mistake_is_withdrawn_with_its_reason_and_stays_on_record(
    client: Client, account: Account, ada: User
) -> None:
    row = disclose(ada, account)
    with pytest.raises(DomainError, match="Say why"):
        services.withdraw_disclosure(actor=ada, disclosure_id=row.pk, reason=" ", now=NOW)
    client.force_login(ada, backend=BACKEND)
    page = client.post(f"/accounts/disclosures/{row.pk}/withdraw", {"reason": "Other patient"}, follow=True)
    assert "Other patient" in page.content.decode()
    assert list(selectors.accounting(account, actor=ada, today=TODAY)) == []
    with pytest.raises(Conflict):
        services.withdraw_disclosure(actor=ada, disclosure_id=row.pk, reason="again", now=NOW)


def test_an_auditor_reads_it_and_records_nothing(client: Client, account: Account, ada: User) -> None:
    abe = make_abe(account.practice)
    disclose(ada, account)
    client.force_login(abe, backend=BACKEND)
    page = client.get(f"/accounts/{account.pk}/disclosures").content.decode()
    assert "County court" in page
    assert "Record a disclosure" not in page
    with pytest.raises(Forbidden):
        disclose(abe, account)
