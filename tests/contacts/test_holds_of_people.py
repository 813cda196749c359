"""A bankruptcy, a request to stop, an attorney, a death: the person's, over all their accounts; the strongest first."""

import datetime as dt

import pytest

from arwork.lib.sensitive import SensitiveText
from claims.parties.models import Account
from collections_app.contacts import services as contacts
from collections_app.contacts.hold_facts import FIELDS, OF_PERSONS, BadHoldFacts, clean_facts, day_of, told
from collections_app.contacts.holds_of_money import holds_on_visits
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_of
from collections_app.worklist.from_books import RowScope, _account_holds
from collections_app.worklist.timeline import hold_events
from tests.cast import NOW, TODAY, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(account) -> Account:
    """Another account for which the same person answers."""
    other = make_account()
    Account.objects.filter(pk=other.pk).update(guarantor=account.guarantor)
    other.refresh_from_db()
    return other


def place(ana, account, reason, **more) -> Hold:
    return contacts.place_hold(actor=ana, account_id=account.pk, reason=reason, now=NOW, today=TODAY, **more)


def reasons(ana, account, today=TODAY) -> list[str]:
    return [one.reason for one in holds_of(actor=ana, account_id=account.pk, today=today)]


@pytest.mark.parametrize("reason", OF_PERSONS)
def test_a_hold_of_a_person_binds_all_their_accounts_and_is_lifted_from_all(ana, account, second, reason) -> None:
    hold = place(ana, account, reason)
    assert (reasons(ana, account), reasons(ana, second)) == ([reason], [reason])
    assert _account_holds(RowScope(ids=(account.pk, second.pk)), today=TODAY) == {account.pk: reason, second.pk: reason}
    assert _account_holds(RowScope(first=second.pk, end=second.pk + 1), today=TODAY) == {second.pk: reason}
    assert holds_on_visits({second.pk: [7]}, TODAY) == {7: [(reason, Hold.Reason(reason).label)]}
    assert [one.kind for one in hold_events(second.pk)] == ["Hold"]
    contacts.lift_hold(actor=ana, hold_id=hold.pk, now=NOW)
    assert (reasons(ana, account), reasons(ana, second)) == ([], [])


@pytest.mark.parametrize("reason", ["dispute", "assistance", "appeal", "nsa"])
def test_a_hold_of_an_account_binds_that_one_alone(ana, account, second, reason) -> None:
    place(ana, account, reason)
    assert (reasons(ana, account), reasons(ana, second)) == ([reason], [])


def test_the_strongest_hold_is_named_first_not_the_oldest(ana, account) -> None:
    """RULES 11.9: a dispute of October, an attorney of November 2, a bankruptcy of today."""
    dispute = place(ana, account, "dispute")
    attorney = place(ana, account, "attorney")
    place(ana, account, "bankruptcy")
    Hold.objects.filter(pk=dispute.pk).update(from_on=dt.date(2026, 10, 1))
    Hold.objects.filter(pk=attorney.pk).update(from_on=dt.date(2026, 11, 2))
    assert reasons(ana, account) == ["bankruptcy", "attorney", "dispute"]


def test_money_is_held_once_where_an_account_and_its_person_are(ana, account) -> None:
    place(ana, account, "bankruptcy")
    assert holds_on_visits({account.pk: [7]}, TODAY) == {7: [("bankruptcy", "Bankruptcy")]}


def test_what_is_known_of_a_bankruptcy_is_kept_and_told_in_order(ana, account) -> None:
    facts = {"chapter": "13", "case_number": "1-26-41187", "district": "E.D.N.Y.", "filed_on": dt.date(2026, 11, 2)}
    hold = place(ana, account, "bankruptcy", facts=facts)
    assert told(hold.reason, hold.facts) == [
        ("Chapter", "Chapter 13"), ("Case number", "1-26-41187"), ("Court and district", "E.D.N.Y."),
        ("Filed on", "Nov 2, 2026"),
    ]  # fmt: skip
    assert day_of(hold.facts, "filed_on") == dt.date(2026, 11, 2)
    contacts.tell_of_hold(
        actor=ana, hold_id=hold.pk, facts=facts | {"attorney": "Lee Park", "meeting_on": dt.date(2026, 12, 9)}, now=NOW,
        today=TODAY,
    )  # fmt: skip
    hold.refresh_from_db()
    assert [label for label, _ in told(hold.reason, hold.facts)][-2:] == ["Attorney", "Meeting of creditors (341)"]


def test_a_hold_stops_at_once_before_anything_is_known(ana, account) -> None:
    assert place(ana, account, "deceased").facts is None


def test_facts_that_cannot_be_are_refused_by_name(ana, account) -> None:
    with pytest.raises(BadHoldFacts, match="still to come"):
        clean_facts("deceased", {"died_on": dt.date(2026, 11, 21)}, today=TODAY)
    with pytest.raises(BadHoldFacts, match="from the list"):
        clean_facts("bankruptcy", {"chapter": "9½"}, today=TODAY)
    with pytest.raises(BadHoldFacts, match="no such detail"):
        clean_facts("dispute", {"chapter": "7"}, today=TODAY)
    with pytest.raises(SensitiveText):
        place(ana, account, "attorney", facts={"attorney": "SSN 078-05-1120"})
    assert set(FIELDS) == set(OF_PERSONS)
