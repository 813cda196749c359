"""Nothing is said to a caller who was not verified: not even that there is an account (45 CFR 164.514(h))."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Forbidden, NotFound
from arwork.staff.models import AuditEvent
from claims.parties.models import Person
from collections_app.contacts import services as contacts
from collections_app.contacts.identity import (
    BadIdentity,
    Caller,
    CallerState,
    TooManyTries,
    caller_standing,
    failed_checks,
    verify_identity,
)
from collections_app.contacts.identity_models import IdentityCheck
from collections_app.contacts.person_records import RepresentativeEntry, add_representative, end_representative
from tests.cast import NOW, TODAY, make_patient, make_practice, make_user

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
RIGHT = {"birth_on": "4/9/1961", "zip": "11201"}
WRONG = {"birth_on": "4/9/1961", "zip": "10001"}


def ask(actor, account, said=RIGHT, *, speaker="guarantor", now=NOW, person=None, **more):
    caller = Caller(speaker, person or account.guarantor_id, **more)
    return verify_identity(actor=actor, account_id=account.pk, caller=caller, said=said, now=now, today=TODAY)


def verified_until(account_id, *, actor, now):
    standing = caller_standing(account_id, actor=actor, now=now)
    return standing.until if standing.is_verified else None


def state(actor, account, now=NOW + MINUTE) -> str:
    return caller_standing(account.pk, actor=actor, now=now).state


def test_two_right_answers_verify_the_guarantor_for_this_call(ana, account) -> None:
    """Verified at 10:00; thirty minutes at most."""
    check = ask(ana, account)
    assert (check.result, check.asked, check.matched) == ("verified", ["birth_on", "zip"], ["birth_on", "zip"])
    assert verified_until(account.pk, actor=ana, now=NOW + MINUTE) == NOW + 30 * MINUTE
    assert verified_until(account.pk, actor=ana, now=NOW + 30 * MINUTE) is None


def test_what_was_said_is_compared_and_kept_nowhere(ana, account) -> None:
    check = ask(ana, account)
    kept = f"{check.__dict__} {list(AuditEvent.objects.values())}"
    assert "1961" not in kept
    assert "11201" not in kept
    assert AuditEvent.objects.filter(action="caller_verified", subject_id=account.pk).count() == 1


def test_the_caller_of_one_is_not_verified_for_another_who_answers(ana, account) -> None:
    ask(ana, account)
    bea = make_user(username="bea", practices=[account.practice])
    assert verified_until(account.pk, actor=bea, now=NOW + MINUTE) is None


def test_the_call_ends_with_its_outcome(ana, account) -> None:
    ask(ana, account)
    contacts.log_unasked(
        actor=ana, now=NOW + 5 * MINUTE, is_call=True, note="Explained the bill.", account_id=account.pk
    )
    assert verified_until(account.pk, actor=ana, now=NOW + 6 * MINUTE) is None
    assert state(ana, account, NOW + 6 * MINUTE) == CallerState.OPEN


def test_who_fails_hears_nothing_and_is_let_in_after_three_tries_by_nobody(ana, account) -> None:
    for tries in range(3):
        ask(ana, account, WRONG, now=NOW + tries * MINUTE)
    standing = caller_standing(account.pk, actor=ana, now=NOW + 3 * MINUTE)
    assert (standing.state, standing.tries_left, standing.hides_detail) == (CallerState.LOCKED, 0, True)
    bea = make_user(username="bea", practices=[account.practice])
    with pytest.raises(TooManyTries):
        ask(bea, account, RIGHT, now=NOW + 4 * MINUTE)
    assert state(bea, account, NOW + 59 * MINUTE) == CallerState.LOCKED
    assert ask(bea, account, RIGHT, now=NOW + 61 * MINUTE).result == "verified"


def test_a_verified_caller_starts_the_count_of_tries_anew(ana, account) -> None:
    ask(ana, account, WRONG)
    ask(ana, account, RIGHT, now=NOW + MINUTE)
    assert caller_standing(account.pk, actor=ana, now=NOW + 2 * MINUTE).tries_left == 3


def test_one_identifier_is_not_asked_alone_and_counts_as_no_try(ana, account) -> None:
    with pytest.raises(BadIdentity, match="two identifiers"):
        ask(ana, account, {"birth_on": "4/9/1961"})
    assert not IdentityCheck.objects.exists()


def test_somebody_else_is_told_nothing_and_is_no_failed_try(ana, account) -> None:
    assert ask(ana, account, {}, speaker="else").result == "else"
    standing = caller_standing(account.pk, actor=ana, now=NOW + MINUTE)
    assert (standing.state, standing.tries_left, standing.hides_detail) == (CallerState.SOMEBODY_ELSE, 3, True)


def test_a_representative_speaks_by_authority_on_file_today(ana, account) -> None:
    with pytest.raises(BadIdentity, match="No authority"):
        ask(ana, account, speaker="repres")
    person = account.guarantor_id
    entered = RepresentativeEntry("agent", "Dana Ruiz", dt.date(2026, 11, 1), authority="power of attorney, Oct 30")
    dana = add_representative(person, entered, actor=ana, now=NOW)
    assert ask(ana, account, speaker="repres", representative_id=dana.pk).result == "verified"
    end_representative(dana.pk, person_id=person, actor=ana, now=NOW)
    with pytest.raises(BadIdentity, match="No authority"):
        ask(ana, account, speaker="repres", representative_id=dana.pk)


def test_somebody_involved_in_payment_needs_the_agreement_of_the_patient(ana, account) -> None:
    with pytest.raises(BadIdentity, match="agreed"):
        ask(ana, account, speaker="involved", name="Rosa Guarino")
    check = ask(ana, account, speaker="involved", name="Rosa Guarino", agreement="Gus on the line, Nov 20")
    assert (check.result, check.agreement) == ("verified", "Gus on the line, Nov 20")


def test_a_minor_is_sent_to_the_guarantor(ana, account) -> None:
    child = make_patient(account=account, first="Lia")
    Person.objects.filter(pk=child.person_id).update(birth_on=dt.date(2010, 5, 1))
    with pytest.raises(BadIdentity, match="ask for the guarantor"):
        ask(ana, account, {"birth_on": "5/1/2010", "zip": "11201"}, speaker="patient", person=child.person_id)


def test_only_the_guarantor_is_the_guarantor(ana, account) -> None:
    other = make_patient(account=account, first="Rosa")
    with pytest.raises(BadIdentity, match="not who answers"):
        ask(ana, account, person=other.person_id)


def test_who_was_on_the_line_is_never_rewritten(ana, account) -> None:
    check = ask(ana, account, WRONG)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        IdentityCheck.objects.filter(pk=check.pk).update(result="verified")


def test_supervisors_see_who_failed_and_nobody_of_another_practice_does(ana, sol, account) -> None:
    ask(ana, account, WRONG)
    ask(ana, account, RIGHT, now=NOW + MINUTE)
    rows = list(failed_checks(actor=sol, since=NOW - MINUTE))
    assert [(row.asked_words, row.matched_words) for row in rows] == [("Date of birth, ZIP code", "Date of birth")]
    with pytest.raises(Forbidden):
        failed_checks(actor=ana, since=NOW)
    elm = make_practice(name="Elm Clinic", npi="1992999999", tin="111111111")
    other = make_user(username="carl", role="supervisor", practices=[elm])
    assert not list(failed_checks(actor=other, since=NOW - MINUTE))
    with pytest.raises(NotFound):
        ask(make_user(username="cara", practices=[elm]), account)


def test_asking_how_a_caller_stands_takes_few_queries(ana, account, django_assert_max_num_queries) -> None:
    ask(ana, account)
    with django_assert_max_num_queries(5):
        assert caller_standing(account.pk, actor=ana, now=NOW + MINUTE).is_verified
