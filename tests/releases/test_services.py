"""A request from the day it came: screened, relied on, revoked, extended, closed; requesters entered once."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent
from claims.duplicates.claim_merge import KEPT_AS_RECORDED as OF_CLAIMS
from claims.duplicates.person_merge import KEPT_AS_RECORDED as OF_PEOPLE
from collections_app.contacts import open_cases
from collections_app.contacts.person_models import PersonFact
from collections_app.releases import directory, papers, selectors, services
from collections_app.releases.models import (
    AuthorizationRevocation,
    RecordRelease,
    RecordRequest,
    RequestPaper,
    Screening,
)
from collections_app.releases.services import BadRecordRequest
from tests.cast import NOW, TODAY, make_ana, make_practice, make_user
from tests.releases.cases import DAY, asked, firm, released, screened, text_of, visited

pytestmark = pytest.mark.django_db


@pytest.fixture
def gus():
    return visited()


@pytest.fixture
def ana(gus):
    return make_ana(make_practice())


@pytest.fixture
def sterling(ana):
    return firm(ana)


def fresh(request):
    return RecordRequest.objects.get(pk=request.pk)


def test_a_request_has_a_last_day_an_owner_and_a_next_step_at_once(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    assert (found.state, found.due_on) == ("received", TODAY - 2 * DAY + 14 * DAY)
    assert (found.owner, found.next_action, found.next_on) == (ana, "Screen the form", TODAY + DAY)
    assert found.document is not None
    assert selectors.open_requests([gus.account_id]) == {gus.account_id}
    assert selectors.waiting_count(ana, TODAY) == 1


def test_the_list_of_open_cases_knows_it(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    (case,) = [one for one in open_cases.cases_of([found.practice_id], TODAY) if one.url_name == "record_request"]
    assert (case.pk, case.account_id, case.owner_id, case.lacks) == (found.pk, gus.account_id, ana.pk, ())


@pytest.mark.parametrize(
    ("but", "field"),
    [
        ({"asked": ()}, "asked"),
        ({"asked": ("medical",)}, "asked"),
        ({"received_on": TODAY + DAY}, "received_on"),
        ({"service_from": TODAY, "service_to": TODAY - DAY}, "service_to"),
        ({"kind": "curiosity"}, "kind"),
    ],
)
def test_a_request_that_cant_be_so_is_refused_at_its_field(gus, ana, sterling, but, field):
    with pytest.raises(BadRecordRequest) as refused:
        asked(gus, sterling, ana, **but)
    assert refused.value.facts["field"] == field


def test_no_social_security_number_is_kept(gus, ana, sterling):
    with pytest.raises(SensitiveText):
        asked(gus, sterling, ana, words="his SSN is 078-05-1120")


def test_a_verdict_is_frozen_with_who_and_when(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    first = screened(found, ana, shows=frozenset(), expires_on=None)
    assert (first.is_valid, fresh(found).state) == (False, "defective")
    assert first.lacks[:2] == ["description", "discloser"]
    assert "expiry" in first.lacks
    second = screened(found, ana)
    assert (second.is_valid, second.screened_by, fresh(found).state) == (True, ana, "valid")
    assert [one.screening.pk for one in selectors.verdicts_of(found)] == [second.pk, first.pk]
    assert services.form_of(second).expires_on == dt.date(2027, 11, 1)


def test_our_own_records_speak_in_the_verdict(gus, ana, sterling):
    PersonFact.objects.create(
        practice=gus.practice, person=gus.person, kind="estate", from_on=TODAY, recorded_at=NOW, recorded_by=ana
    )
    assert screened(asked(gus, sterling, ana), ana).lacks == ["deceased"]


def test_an_authorization_stands_for_later_requests_until_it_ends(gus, ana, sterling):
    given = screened(asked(gus, sterling, ana), ana)
    later = asked(gus, sterling, ana, with_paper=False)
    assert selectors.standing_authorizations(later, today=TODAY) == [given]
    relied = services.rely_on(later.pk, given.pk, actor=ana, today=TODAY, now=NOW)
    assert (relied.relies_on, fresh(later).state) == (given, "valid")
    assert relied.document_id == given.document_id
    after = dt.date(2027, 11, 2)
    third = asked(gus, sterling, ana, with_paper=False)
    assert selectors.standing_authorizations(third, today=after) == []
    with pytest.raises(Conflict):
        services.rely_on(third.pk, given.pk, actor=ana, today=after, now=NOW)
    assert fresh(third).state == "received"


def test_it_stands_for_nobody_else(gus, ana, sterling):
    given = screened(asked(gus, sterling, ana), ana)
    mia = gus.account.patients.exclude(pk=gus.pk).get()
    for stranger in (asked(mia, sterling, ana), asked(gus, firm(ana, name="Mill Street Legal"), ana)):
        assert selectors.standing_authorizations(stranger, today=TODAY) == []
        with pytest.raises(NotFound):
            services.rely_on(stranger.pk, given.pk, actor=ana, today=TODAY, now=NOW)


def test_a_revocation_stops_every_request_that_rests_on_it_at_once(gus, ana, sterling):
    first, second = asked(gus, sterling, ana), asked(gus, sterling, ana, with_paper=False)
    given = screened(first, ana)
    relied = services.rely_on(second.pk, given.pk, actor=ana, today=TODAY, now=NOW)
    other = asked(gus, firm(ana, name="Mill Street Legal"), ana)
    screened(other, ana)
    stopped = services.revoke(relied.pk, revoked_on=TODAY, how="Letter of Nov 19", actor=ana, today=TODAY, now=NOW)
    assert stopped == 2
    assert {fresh(first).state, fresh(second).state} == {"defective"}
    assert selectors.verdicts_of(first)[0].screening.lacks == ["revoked"]
    assert fresh(other).state == "valid"
    with pytest.raises(Conflict):
        services.revoke(given.pk, revoked_on=TODAY, how="again", actor=ana, today=TODAY, now=NOW)


def test_what_left_before_a_revocation_stays_as_it_was(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    given = screened(found, ana)
    released(found, ana)
    assert services.revoke(given.pk, revoked_on=TODAY, how="letter", actor=ana, today=TODAY, now=NOW) == 0
    assert fresh(found).state == "released"


def test_access_is_extended_once_and_in_time(gus, ana, sterling):
    found = asked(gus, sterling, ana, kind="access")
    assert found.due_on == dt.date(2026, 12, 18)
    services.extend_access(found.pk, actor=ana, today=TODAY, now=NOW)
    assert (fresh(found).due_on, fresh(found).extended_on) == (dt.date(2027, 1, 17), TODAY)
    with pytest.raises(Conflict):
        services.extend_access(found.pk, actor=ana, today=TODAY, now=NOW)
    late = asked(gus, sterling, ana, kind="access")
    with pytest.raises(Conflict, match="days are over"):
        services.extend_access(late.pk, actor=ana, today=dt.date(2026, 12, 19), now=NOW)
    with pytest.raises(Conflict):
        services.extend_access(asked(gus, sterling, ana).pk, actor=ana, today=TODAY, now=NOW)


def test_a_request_is_refused_with_a_reason_and_opened_again(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    with pytest.raises(BadRecordRequest):
        services.close_without(found.pk, "refused", reason=" ", actor=ana, today=TODAY, now=NOW)
    services.close_without(found.pk, "refused", reason="No such court", actor=ana, today=TODAY, now=NOW)
    assert (fresh(found).closed_on, fresh(found).next_on) == (TODAY, None)
    with pytest.raises(Conflict):
        screened(found, ana)
    letter = papers.write_refusal(found.pk, actor=ana, today=TODAY, now=NOW)
    assert "No such court" in text_of(letter.document)
    services.reopen(found.pk, actor=ana, today=TODAY, now=NOW)
    assert (fresh(found).state, fresh(found).closed_on) == ("received", None)


def test_the_letter_of_defects_names_each_and_tells_of_no_patient(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    screened(found, ana, signed_on=None, expires_on=None)
    letter = papers.write_defects(found.pk, actor=ana, today=TODAY, now=NOW)
    text = " ".join(text_of(letter.document).split())
    assert "It has no day or event on which it ends (45 CFR 164.508(c)(1)(v))" in text
    assert "The signature has no date (45 CFR 164.508(c)(1)(vi))" in text
    assert "It is not signed" not in text
    assert "SV-2201" in text
    assert "40 Wall St" in text
    assert "Guarino" not in text
    assert gus.account.number not in text


def test_only_a_defective_form_gets_that_letter(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    screened(found, ana)
    with pytest.raises(Conflict):
        papers.write_defects(found.pk, actor=ana, today=TODAY, now=NOW)


def test_who_does_what_next_is_somebody_of_the_practice(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    stranger = make_user(username="stan")
    told = {"next_action": "Call the firm", "next_on": TODAY + 3 * DAY, "actor": ana, "today": TODAY, "now": NOW}
    with pytest.raises(BadRecordRequest):
        services.plan_next(found.pk, owner_id=stranger.pk, **told)
    services.plan_next(found.pk, owner_id=ana.pk, **told)
    assert (fresh(found).next_action, fresh(found).next_on) == ("Call the firm", TODAY + 3 * DAY)


def test_a_requester_is_in_the_directory_once(ana, sterling):
    with pytest.raises(Conflict, match="Sterling & Vance LLP is in the directory already"):
        firm(ana, name="The Law Offices of Sterling and Vance")
    other = firm(ana, name="Sterling & Vance LLP", zip="11201")
    draft = directory.RequesterDraft("law_firm", "Sterling Vance", zip="10005")
    with pytest.raises(Conflict):
        directory.change_requester(other.pk, draft, actor=ana, now=NOW)


def test_the_directory_counts_days_and_defects(gus, ana, sterling, django_assert_num_queries):
    quick, slow = asked(gus, sterling, ana), asked(gus, sterling, ana, received_on=TODAY - 12 * DAY)
    screened(quick, ana)
    released(quick, ana)
    screened(slow, ana, shows=frozenset())
    screened(slow, ana)
    released(slow, ana)
    asked(gus, sterling, ana)
    firm(ana, name="Mill Street Legal")
    with django_assert_num_queries(3):
        rows = {row.requester.name: row for row in selectors.directory(ana)}
    row = rows["Sterling & Vance LLP"]
    assert (row.open_count, row.released_count, row.days, row.defective) == (1, 2, 7, 50)
    assert rows["Mill Street Legal"].days is None


def test_strangers_see_and_change_nothing(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    stan = make_user(username="stan", practices=[make_practice(name="Cedar", npi="1003000126", tin="069999999")])
    assert not selectors.requests(stan, tab="all").exists()
    for deed in (
        lambda: selectors.request_seen_by(stan, found.pk),
        lambda: screened(found, stan),
        lambda: services.extend_access(found.pk, actor=stan, today=TODAY, now=NOW),
        lambda: directory.own_requester(sterling.pk, actor=stan),
    ):
        with pytest.raises(NotFound):
            deed()


@pytest.mark.parametrize("model", [Screening, AuthorizationRevocation, RequestPaper, RecordRelease])
def test_what_was_recorded_is_never_changed_or_erased(gus, ana, sterling, model):
    found = asked(gus, sterling, ana)
    screened(found, ana, shows=frozenset())
    papers.write_defects(found.pk, actor=ana, today=TODAY, now=NOW)
    given = screened(found, ana)
    released(found, ana)
    services.revoke(given.pk, revoked_on=TODAY, how="letter", actor=ana, today=TODAY, now=NOW)
    row = model.objects.first()
    column = {"AuthorizationRevocation": "revoked_on", "RequestPaper": "made_on", "RecordRelease": "released_on"}
    name = column.get(model.__name__, "screened_on")
    for deed in (lambda: model.objects.filter(pk=row.pk).update(**{name: TODAY - DAY}), row.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            deed()


def test_no_append_only_table_names_an_account_or_a_person_that_may_be_merged():
    for model in (Screening, AuthorizationRevocation, RequestPaper, RecordRelease):
        named = {field.related_model.__name__ for field in model._meta.fields if field.is_relation}
        assert not named & {"Account", "Person", "Patient", "Claim"}
        assert model._meta.label_lower not in OF_CLAIMS | OF_PEOPLE


def test_every_step_leaves_its_trace(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    screened(found, ana)
    released(found, ana)
    actions = set(AuditEvent.objects.filter(subject="record_request").values_list("action", flat=True))
    assert actions >= {"record_request_received", "record_request_screened", "records_released"}
