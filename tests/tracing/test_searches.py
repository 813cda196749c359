"""Searches: begun by the day, leads from the books and from people, calls, confirmed and taken back, over."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent
from claims.parties.models import Person, PersonAddress, PersonPhone
from collections_app.contacts.asking import ContactBlocked
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.models import Contact
from collections_app.contacts.open_cases import cases_of
from collections_app.contacts.person_models import PersonFact
from collections_app.tracing import daily, lists, services, trying
from collections_app.tracing.leads import LeadEntry
from collections_app.tracing.models import TraceCase, TraceEvent, TraceLead
from collections_app.tracing.selectors import exhausted_accounts, unreachable
from collections_app.tracing.trying import LeadCall, ThirdPartyAsked
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_person, make_practice, make_user
from tests.tracing.conftest import AT_CALL, DAY, RELATIVE, lead_to

D = Decimal


def call(gus: SimpleNamespace, lead: TraceLead, outcome: str, at: dt.datetime = AT_CALL, **more: Any) -> Contact:
    return trying.record_call(lead.pk, LeadCall(outcome, **more), actor=gus.ana, today=TODAY, now=at)[1]


def again(day: dt.date = TODAY + DAY) -> daily.TracedDay:
    return daily.run_tracing(today=day, now=NOW + (day - TODAY))


def test_who_owes_and_cannot_be_reached_is_looked_for(gus: SimpleNamespace) -> None:
    assert unreachable([gus.account.pk], TODAY) == {gus.account.pk}
    done = daily.run_tracing(today=TODAY, now=NOW)
    case = TraceCase.objects.get()
    assert (done.opened, case.why, case.state, case.balance) == (1, "no_way", "open", D("240.00"))
    assert (case.owner, case.next_action, case.next_on) == (gus.ana, "Look through the sources", TODAY + 3 * DAY)
    assert daily.run_tracing(today=TODAY, now=NOW) == daily.TracedDay()
    assert TraceEvent.objects.count() == 1
    [told] = cases_of([gus.practice.pk], TODAY)
    assert (told.pk, told.account_id, told.lacks) == (case.pk, gus.account.pk, ())


def test_who_has_a_number_is_reached_and_still_searched_for_an_address(gus: SimpleNamespace) -> None:
    PersonPhone.objects.create(person=gus.person, number="+16145550142", ending="0142")
    assert unreachable([gus.account.pk], TODAY) == set()
    daily.run_tracing(today=TODAY, now=NOW)
    assert TraceCase.objects.get().why == "no_mail"


@pytest.mark.parametrize("owed", ["24.99", "25.00"])
def test_nobody_is_looked_for_who_owes_too_little(gus: SimpleNamespace, owed: str) -> None:
    other = make_account(practice=gus.practice, last="Little", address=False)
    make_claim(patient=make_patient(account=other, last="Little"), payers=(), lines=(owed,))
    daily.run_tracing(today=TODAY, now=NOW)
    assert TraceCase.objects.filter(person=other.guarantor).exists() == (owed == "25.00")


def test_a_good_address_ends_the_search_by_itself(gus: SimpleNamespace, case: TraceCase) -> None:
    PersonAddress.objects.create(person=gus.person, line1="1 New St", city="Newark", state="OH", zip="43055")
    assert again().found == 1
    case.refresh_from_db()
    assert (case.state, case.closed_because, case.next_on) == ("found", "A good address or number came", None)


def test_the_books_are_asked_first(gus: SimpleNamespace) -> None:
    PersonAddress.objects.create(
        person=gus.person, line1="4 Old St", city="Newark", state="OH", zip="43055", is_current=False
    )
    twin = make_person(practice=gus.practice)  # the same name and birth date
    PersonPhone.objects.create(person=twin, number="+16145550188", ending="0188")
    PersonPhone.objects.create(person=twin, number="+16145550189", ending="0189", is_wrong=True)
    spouse = make_patient(account=gus.account, last="Guarino", first="Nell")
    PersonPhone.objects.create(person=spouse.person, number="+16145550190", ending="0190")
    child = make_patient(account=gus.account, last="Guarino", first="Kit")
    Person.objects.filter(pk=child.person_id).update(birth_on=dt.date(2015, 5, 1))
    PersonPhone.objects.create(person=child.person, number="+16145550191", ending="0191")
    daily.run_tracing(today=TODAY, now=NOW)
    found = {(one.kind, one.parts.get("number") or one.parts["line1"]) for one in TraceLead.objects.all()}
    assert found == {("address", "4 Old St"), ("phone", "+16145550188"), ("relative", "+16145550190")}
    case = TraceCase.objects.get()
    assert case.next_action == "Try the best lead"
    assert case.chance == max(one.confidence for one in TraceLead.objects.all())
    assert case.worth == (case.balance * case.chance / 100).quantize(D("0.01"))


@pytest.mark.parametrize("kind", ["safety", "confid"])
def test_nobody_is_asked_about_somebody_at_risk(gus: SimpleNamespace, kind: str) -> None:
    spouse = make_patient(account=gus.account, last="Guarino", first="Nell")
    PersonPhone.objects.create(person=spouse.person, number="+16145550190", ending="0190")
    PersonFact.objects.create(
        practice=gus.practice, person=gus.person, kind=kind, from_on=TODAY, recorded_at=NOW, recorded_by=gus.ana
    )
    daily.run_tracing(today=TODAY, now=NOW)
    assert not TraceLead.objects.exists()


def test_a_lead_stands_once_with_all_who_say_so(gus: SimpleNamespace, case: TraceCase) -> None:
    first = lead_to(gus, case)
    assert first.confidence == 30
    entry = LeadEntry("phone", {"number": "614 555 0142"}, "relative", TODAY)
    same = services.add_lead(case.pk, entry, actor=gus.ana, today=TODAY, now=NOW)
    assert (same.pk, same.confidence) == (first.pk, 72)  # 1 - 0.7 * 0.4
    case.refresh_from_db()
    assert (case.chance, case.worth) == (72, D("172.80"))
    with pytest.raises(SensitiveText):
        services.add_lead(
            case.pk, LeadEntry("employer", {"name": "SSN 123-45-6789"}, "web", TODAY), actor=gus.ana, today=TODAY,
            now=NOW,
        )  # fmt: skip


def test_a_confirmed_number_is_written_without_consent_and_can_be_taken_back(
    gus: SimpleNamespace, case: TraceCase
) -> None:
    lead = lead_to(gus, case)
    services.confirm_lead(lead.pk, words="said so", actor=gus.ana, today=TODAY, now=NOW, phone_kind="mobile")
    phone = PersonPhone.objects.get(person=gus.person)
    assert (phone.number, phone.kind) == ("+16145550142", "mobile")
    for channel in ("auto", "text"):
        assert consented_addresses([gus.person.pk], channel=channel, on=TODAY) == {}
    case.refresh_from_db()
    assert (case.state, case.why, case.next_action) == ("open", "no_mail", "Ask them where mail reaches them")
    services.unconfirm_lead(lead.pk, actor=gus.ana, today=TODAY, now=NOW)
    assert not PersonPhone.objects.filter(person=gus.person).exists()
    lead.refresh_from_db()
    assert (lead.state, lead.change) == ("untried", None)


def test_a_confirmed_address_ends_the_search_and_taking_it_back_reopens_it(
    gus: SimpleNamespace, case: TraceCase
) -> None:
    lead = lead_to(gus, case, "address", line1="1 New St", city="Newark", state="OH", zip="43055")
    services.confirm_lead(lead.pk, words="", actor=gus.ana, today=TODAY, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.closed_because) == ("found", "Address confirmed")
    assert unreachable([gus.account.pk], TODAY) == set()
    services.unconfirm_lead(lead.pk, actor=gus.ana, today=TODAY, now=NOW)
    case.refresh_from_db()
    gus.home.refresh_from_db()
    assert (case.state, gus.home.is_bad, gus.home.is_current) == ("working", True, True)


def test_a_relative_is_never_written_to_the_person(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case, "relative", **RELATIVE)
    with pytest.raises(services.NotTraceable):
        services.confirm_lead(lead.pk, words="", actor=gus.ana, today=TODAY, now=NOW)


def test_a_call_to_a_lead_is_a_contact_about_location(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case)
    contact = call(gus, lead, "no_answer")
    assert (contact.purpose, contact.number_end, contact.person, contact.gate.answer) == (
        "location", "0142", gus.person, "warn"
    )  # fmt: skip
    lead.refresh_from_db()
    case.refresh_from_db()
    assert (lead.state, lead.failures, lead.confidence, case.tries, case.state) == ("tried", 1, 18, 1, "working")
    call(gus, lead, "wrong_number")
    lead.refresh_from_db()
    assert (lead.state, lead.confidence) == ("wrong", 0)
    with pytest.raises(DomainError, match="not tried any more"):
        call(gus, lead, "no_answer")


def test_the_right_person_at_a_number_confirms_it(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case)
    call(gus, lead, "reached")
    lead.refresh_from_db()
    case.refresh_from_db()
    assert (lead.state, PersonPhone.objects.get(person=gus.person).number) == ("confirmed", "+16145550142")
    assert case.why == "no_mail"


def test_nobody_is_called_at_night_where_the_number_is(gus: SimpleNamespace, case: TraceCase) -> None:
    """Noon in Ohio is seven in the morning in Hawaii, whose area code is 808."""
    lead = lead_to(gus, case, number="808-555-0142")
    assert trying.may_call(case, lead, at=AT_CALL).is_blocked
    with pytest.raises(ContactBlocked):
        call(gus, lead, "no_answer")
    assert call(gus, lead, "no_answer", why_anyway="They asked for it").pk


def test_a_third_party_is_asked_once(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case, "relative", **RELATIVE)
    call(gus, lead, "no_answer")  # nobody was asked yet
    call(gus, lead, "third_party", words="She will look")
    found = trying.may_call(case, lead, at=AT_CALL)
    assert (found.is_blocked, found.source) == (True, "12 CFR 1006.10(b)(3)")
    with pytest.raises(ThirdPartyAsked):
        call(gus, lead, "third_party")
    with pytest.raises(ThirdPartyAsked):
        call(gus, lead, "no_answer", why_anyway="I forgot")
    assert call(gus, lead, "third_party", was_asked_to=True).spoken_to == "Nora Guarino"
    with pytest.raises(IntegrityError), transaction.atomic():
        TraceEvent.objects.create(case=case, code="tried", lead=lead, outcome="third_party", on=TODAY, at=NOW)


def test_no_message_is_left_with_somebody_else(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case, "relative", **RELATIVE)
    with pytest.raises(DomainError, match="tell them of a debt") as refused:
        call(gus, lead, "voicemail")
    assert refused.value.facts["field"] == "outcome"
    assert not Contact.objects.exists()


def test_a_search_that_is_over_says_why_and_goes_on_with_a_new_lead(gus: SimpleNamespace, case: TraceCase) -> None:
    day = TODAY + 30 * DAY
    assert again(TODAY + 29 * DAY).exhausted == 0
    assert again(day).exhausted == 1
    case.refresh_from_db()
    assert (case.state, case.closed_because) == (
        "exhausted", "No lead is left, and no new one came for 30 days"
    )  # fmt: skip
    assert exhausted_accounts([gus.account.pk]) == {gus.account.pk}
    assert again(day + DAY) == daily.TracedDay()
    lead_to(gus, case)
    case.refresh_from_db()
    assert (case.state, case.tries, exhausted_accounts([gus.account.pk])) == ("working", 0, set())


def test_the_books_reopen_what_was_exhausted(gus: SimpleNamespace, case: TraceCase) -> None:
    again(TODAY + 30 * DAY)
    twin = make_person(practice=gus.practice)
    PersonPhone.objects.create(person=twin, number="+16145550188", ending="0188")
    assert again(TODAY + 31 * DAY).reopened == 1
    case.refresh_from_db()
    assert (case.state, case.next_action) == ("open", "Try the best lead")


def test_what_a_person_stopped_stays_stopped(gus: SimpleNamespace, case: TraceCase) -> None:
    with pytest.raises(DomainError, match="why"):
        services.stop(case.pk, words=" ", actor=gus.ana, today=TODAY, now=NOW)
    services.stop(case.pk, words="She lives abroad", actor=gus.ana, today=TODAY, now=NOW)
    assert again() == daily.TracedDay()
    services.reopen(case.pk, words="", actor=gus.ana, today=TODAY, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.closed_because) == ("working", "")


def test_a_dropped_lead_is_no_lead_again(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case)
    services.drop_lead(lead.pk, "dead", words="", actor=gus.ana, today=TODAY, now=NOW)
    with pytest.raises(services.NotTraceable, match="found dead"):
        lead_to(gus, case)
    services.revive_lead(lead.pk, actor=gus.ana, today=TODAY, now=NOW)
    lead.refresh_from_db()
    assert (lead.state, lead.confidence) == ("untried", 30)


def test_the_next_step_has_somebody_and_a_day(gus: SimpleNamespace, case: TraceCase) -> None:
    planned = {"action": "Ask the directory", "actor": gus.ana, "today": TODAY, "now": NOW}
    services.plan_next(case.pk, on=TODAY + DAY, owner_id=gus.sol.pk, **planned)
    case.refresh_from_db()
    assert (case.owner, case.state, case.next_action) == (gus.sol, "working", "Ask the directory")
    stranger = make_user(username="eve", practices=[make_practice(name="Else", npi="1003000126")])
    with pytest.raises(DomainError, match="practice"):
        services.plan_next(case.pk, on=TODAY, owner_id=stranger.pk, **planned)
    with pytest.raises(DomainError, match="past"):
        services.plan_next(case.pk, on=TODAY - DAY, owner_id=None, **planned)


def test_another_practice_sees_nothing(gus: SimpleNamespace, case: TraceCase) -> None:
    eve = make_user(username="eve", practices=[make_practice(name="Else", npi="1003000126")])
    with pytest.raises(NotFound):
        services.stop(case.pk, words="x", actor=eve, today=TODAY, now=NOW)
    assert list(lists.cases(eve, "all")) == []


def test_the_trail_names_the_search_and_nothing_of_the_person(gus: SimpleNamespace, case: TraceCase) -> None:
    lead_to(gus, case)
    rows = AuditEvent.objects.filter(subject="trace_case", subject_id=case.pk)
    assert {row.action for row in rows} == {"trace_opened", "trace_lead"}
    assert not any("Guarino" in str(row.after) or "0142" in str(row.after) for row in rows)


def test_the_history_is_append_only(gus: SimpleNamespace, case: TraceCase) -> None:
    with pytest.raises((OperationalError, IntegrityError), match="append-only"), transaction.atomic():
        TraceEvent.objects.update(code="x")
    with pytest.raises((OperationalError, IntegrityError), match="append-only"), transaction.atomic():
        TraceEvent.objects.filter(case=case).delete()


def lost(practice: Any, count: int) -> None:
    for number in range(count):
        account = make_account(practice=practice, last=f"Lost{number}", address=False)
        make_claim(patient=make_patient(account=account, last=f"Lost{number}"), payers=(), lines=("100.00",))


def test_a_day_asks_as_much_of_few_as_of_many(gus: SimpleNamespace) -> None:
    lost(gus.practice, 2)
    with CaptureQueriesContext(
        connection,
    ) as few:
        daily.run_tracing(today=TODAY, now=NOW)
    TraceCase.objects.all().update(next_action="")  # ranks and leads stand: the second day reads them again
    lost(gus.practice, 20)
    with CaptureQueriesContext(connection) as many:
        daily.run_tracing(today=TODAY, now=NOW)
    assert TraceCase.objects.count() == 23
    assert len(many) <= len(few) + 4
