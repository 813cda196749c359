"""What a form must show: each element missing alone is named, and nothing else makes a form valid."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.releases.authorization import (
    ASSURANCES,
    POINTS,
    Form,
    RequestBasis,
    Signer,
    Subject,
    lacks_of,
    points_named,
)

TODAY = dt.date(2026, 11, 20)
BORN = dt.date(1961, 4, 9)
ADULT = Subject(birth_on=BORN)
#: The elements of 45 CFR 164.508(c) and the defects of (b)(2), as a person reads them off; written out here anew.
READ_OFF = {
    "description", "discloser", "recipient", "purpose", "signature", "revoke", "conditions", "redisclosure", "complete",
    "unaltered", "alone", "true", "matches",
}  # fmt: skip
SOUND = Form(shows=frozenset(READ_OFF), signed_on=dt.date(2026, 11, 1), expires_on=dt.date(2026, 11, 20))


def codes(form: Form, subject: Subject = ADULT, basis: RequestBasis = RequestBasis.AUTHORIZATION, **how) -> list[str]:
    return [point.code for point in lacks_of(basis, form, subject, on=TODAY, **how)]


def test_a_form_that_shows_everything_is_valid_to_its_last_day():
    assert codes(SOUND) == []
    assert [p.code for p in lacks_of(RequestBasis.AUTHORIZATION, SOUND, ADULT, on=dt.date(2026, 11, 21))] == ["expired"]


@pytest.mark.parametrize("code", sorted(READ_OFF))
def test_each_element_that_is_missing_alone_is_named_with_its_place_in_the_law(code):
    lacks = lacks_of(RequestBasis.AUTHORIZATION, replace(SOUND, shows=SOUND.shows - {code}), ADULT, on=TODAY)
    assert [point.code for point in lacks] == [code]
    assert lacks[0].cite.startswith("45 CFR 164.5")
    assert lacks[0].lacks
    assert points_named([code]) == lacks


@pytest.mark.parametrize(
    ("but", "named"),
    [
        ({"expires_on": None}, ["expiry"]),
        ({"expires_on": None, "expires_event": "end of the case"}, []),
        ({"expires_on": None, "expires_event": "end of the case", "is_event_over": True}, ["expired"]),
        ({"expires_on": dt.date(2026, 11, 19)}, ["expired"]),
        ({"signed_on": None}, ["undated"]),
        ({"signed_on": dt.date(2026, 11, 21)}, ["later"]),
        ({"signer": Signer.REPRESENTATIVE}, ["authority", "proof"]),
        ({"signer": Signer.REPRESENTATIVE, "authority": "power of attorney"}, ["proof"]),
        ({"signer": Signer.REPRESENTATIVE, "authority": "power of attorney", "has_proof": True}, []),
        ({"signer": Signer.PARENT, "authority": "mother", "has_proof": True}, ["of_age"]),
        ({"has_psychotherapy": True}, ["psychotherapy"]),
        ({"has_psychotherapy": True, "shows": SOUND.shows | {"psychotherapy_named"}}, []),
        ({"has_part2": True}, ["part2"]),
        ({"has_part2": True, "shows": SOUND.shows | {"part2_named"}}, []),
    ],
)
def test_days_signers_and_special_records(but, named):
    assert codes(replace(SOUND, **but)) == named


def test_a_minor_needs_a_parent_until_the_birthday_unless_the_care_is_the_minors_own():
    turning = Subject(birth_on=dt.date(2008, 11, 21))  # of age tomorrow
    assert codes(SOUND, turning) == ["minor"]
    assert codes(replace(SOUND, may_minor_sign=True), turning) == []
    parent = replace(SOUND, signer=Signer.PARENT, authority="mother", has_proof=True)
    assert codes(parent, turning) == []
    assert codes(parent, Subject(birth_on=dt.date(2008, 11, 20))) == ["of_age"]  # of age today
    assert codes(SOUND, Subject(birth_on=dt.date(2008, 11, 1))) == []  # signed on the birthday


def test_for_the_dead_only_who_settles_the_estate_signs():
    dead = Subject(birth_on=BORN, is_dead=True)
    assert codes(SOUND, dead) == ["deceased"]
    executor = replace(SOUND, signer=Signer.REPRESENTATIVE, authority="executor", has_proof=True)
    assert codes(executor, dead) == []


def test_what_the_patient_revoked_is_valid_no_more():
    assert codes(SOUND, is_revoked=True) == ["revoked"]


def test_a_subpoena_needs_satisfactory_assurance():
    bare = Form(shows=frozenset(point.code for point in POINTS[RequestBasis.SUBPOENA]))
    assert codes(bare, basis=RequestBasis.SUBPOENA) == ["assurance"]
    for kind, points in ASSURANCES.items():
        full = replace(bare, assurance=kind, shows=bare.shows | {point.code for point in points})
        assert codes(full, basis=RequestBasis.SUBPOENA) == []
        for point in points:
            without = replace(full, shows=full.shows - {point.code})
            assert codes(without, basis=RequestBasis.SUBPOENA) == [point.code]


def test_an_order_of_a_judge_opens_psychotherapy_notes_and_a_subpoena_does_not():
    order = Form(shows=frozenset(p.code for p in POINTS[RequestBasis.COURT_ORDER]), has_psychotherapy=True)
    assert codes(order, basis=RequestBasis.COURT_ORDER) == []
    subpoena = Form(
        shows=frozenset({*(p.code for p in POINTS[RequestBasis.SUBPOENA]), "protected"}), assurance="order",
        has_psychotherapy=True,
    )  # fmt: skip
    assert codes(subpoena, basis=RequestBasis.SUBPOENA) == ["psychotherapy"]


@pytest.mark.parametrize(
    "basis", [RequestBasis.COURT_ORDER, RequestBasis.ACCESS, RequestBasis.PAYMENT, RequestBasis.WORKERS]
)
def test_every_other_right_names_each_point_that_is_missing_alone(basis):
    full = Form(shows=frozenset(point.code for point in POINTS[basis]))
    assert codes(full, basis=basis) == []
    for point in POINTS[basis]:
        assert codes(replace(full, shows=full.shows - {point.code}), basis=basis) == [point.code]


def test_access_that_goes_to_somebody_else_needs_a_signed_request():
    full = Form(shows=frozenset({"identity", "matches"}), goes_elsewhere=True)
    assert codes(full, basis=RequestBasis.ACCESS) == ["elsewhere"]
    assert codes(replace(full, shows=full.shows | {"elsewhere"}), basis=RequestBasis.ACCESS) == []


DAYS = st.dates(dt.date(2026, 11, 10), dt.date(2026, 11, 30))
FORMS = st.builds(
    Form,
    shows=st.sets(st.sampled_from(sorted(READ_OFF)), min_size=11).map(frozenset) | st.just(frozenset(READ_OFF)),
    signer=st.sampled_from([one.value for one in Signer]),
    signed_on=st.none() | DAYS,
    expires_on=st.none() | DAYS,
    expires_event=st.sampled_from(["", "end of the case"]),
    authority=st.sampled_from(["", "mother"]),
    is_event_over=st.booleans(),
    has_proof=st.booleans(),
    may_minor_sign=st.booleans(),
    has_psychotherapy=st.booleans(),
    has_part2=st.booleans(),
)
SUBJECTS = st.builds(
    Subject,
    birth_on=st.none() | st.dates(dt.date(2008, 11, 1), dt.date(2008, 12, 1)) | st.just(BORN),
    is_dead=st.booleans(),
)


def is_valid(form: Form, subject: Subject, is_revoked: bool) -> bool:
    """The law once more, as one sentence after the other."""
    if is_revoked or form.has_psychotherapy or form.has_part2 or READ_OFF - form.shows:
        return False
    if not (form.expires_on or form.expires_event) or form.is_event_over:
        return False
    if form.expires_on and form.expires_on < TODAY:
        return False
    if not form.signed_on or form.signed_on > TODAY:
        return False
    by_other = form.signer in ("parent", "representative")
    if by_other and not (form.authority and form.has_proof):
        return False
    if subject.is_dead:
        return form.signer == "representative"
    if subject.birth_on is None:
        return True
    eighteen = dt.date(subject.birth_on.year + 18, subject.birth_on.month, subject.birth_on.day)
    if form.signer == "patient":
        return form.signed_on >= eighteen or form.may_minor_sign
    return form.signer != "parent" or eighteen > TODAY


@given(FORMS, SUBJECTS, st.booleans())
def test_a_form_is_valid_exactly_when_the_law_says_so(form, subject, is_revoked):
    found = lacks_of(RequestBasis.AUTHORIZATION, form, subject, on=TODAY, is_revoked=is_revoked)
    assert (not found) == is_valid(form, subject, is_revoked)
    assert len({point.code for point in found}) == len(found)
