"""Denials find their work (RULES 7)."""

import pytest

from claims.denials.routing import (
    WAYS,
    Ruling,
    categories,
    categories_by_carc,
    category_label,
    needs_remark,
    route,
    win_rate,
    windows_of_route,
)

TABLE = {
    "patient_share": "1 2 3",
    "pricing": "45 59 237 253",
    "coding": "4 5 6 7 8 9 10 11 182 199",
    "authorization": "15 39 197 198 243 288",
    "missing_info": "16 125 226 227 252 A1",
    "duplicate": "18",
    "other_party": "19 20 21",
    "cob": "22 23 109",
    "eligibility": "26 27 31 32 33 177 200",
    "timely_filing": "29",
    "benefit_limit": "35 119 149 222",
    "medical_necessity": "40 50 55 56 58 150 151 152 167",
    "non_covered": "49 96 204 256 B1 P4",
    "bundling": "97 231 234 236 B10 B15",
    "documentation": "107 163 164 250 251",
    "cob_data": "129 136 148",
    "pending": "133",
    "credentialing": "170 171 172 183 184 185 B7 208",
    "appeal_lost": "193 216",
    "non_billable": "209",
    "network": "242",
    "other": "B9 B13 B16 B20",
}


@pytest.mark.parametrize(
    ("category", "carc"), [(name, code) for name, codes in TABLE.items() for code in codes.split()]
)
def test_each_reason_of_the_table_has_its_category(category, carc):
    found = route("CO", carc)
    assert found.category == category
    assert found.action
    assert found.kind in {"soft", "hard", "either", "none"}


def test_an_authorization_denial():
    found = route("CO", "197")
    assert found.label == "authorization"
    assert found.deadline_kind == "appeal_1"
    assert found.explanation == "CO-197: authorization"


def test_an_unknown_reason_becomes_work_for_a_person():
    found = route("CO", "ZZ9")
    assert found.category == "uncategorized"
    assert "Ask the payer" in found.action
    assert "no category yet" in found.explanation


@pytest.mark.parametrize("carc", ["16", "17", "96", "125", "A1", "252", "226"])
def test_some_reasons_mean_nothing_without_their_remark(carc):
    assert needs_remark(carc)
    assert route("CO", carc).remark_missing
    assert "ask the payer" in route("CO", carc).explanation
    assert not route("CO", carc, ["N706"]).remark_missing


def test_ma130_is_a_new_claim_and_never_an_appeal():
    found = route("CO", "16", ["MA130"], payer_class="medicare")
    assert not found.appealable
    assert found.corrects_with == "new_claim"
    assert found.deadline_kind == "filing"
    assert "not appealable" in found.explanation


def test_ma130_has_the_last_word_over_what_is_missing():
    found = route("CO", "16", ["N290", "MA130"])
    assert (found.corrects_with, found.appealable, found.deadline_kind) == ("new_claim", False, "filing")


def test_227_waits_for_the_patient():
    assert route("PR", "227").patient_contact
    assert route("CO", "16", ["N179"]).patient_contact


def test_the_remark_says_what_is_missing():
    assert route("CO", "16", ["N706"]).category == "documentation"
    assert route("CO", "16", ["MA04"]).category == "cob_data"
    assert route("CO", "16", ["N290"]).category == "credentialing"
    assert route("CO", "96", ["N418"]).category == "cob"


def test_a_remark_does_not_move_a_reason_that_speaks_for_itself():
    assert route("CO", "50", ["N115"]).category == "medical_necessity"


def test_medicare_reopens_instead_of_replacing():
    found = route("CO", "4", payer_class="medicare")
    assert found.corrects_with == "reopening"
    assert "reopening" in found.action
    assert route("CO", "4", payer_class="commercial").corrects_with == "corrected_claim"


def test_medicare_gives_no_appeal_against_an_untimely_denial():
    """There was no initial determination (Pub 100-04 ch. 1 s. 70.4): only a documented exception opens it again."""
    found = route("CO", "29", payer_class="medicare")
    assert windows_of_route(found, "PAYER1") == ()
    assert "424.44(b)" in found.action
    assert "not appealable" in found.explanation
    for other in ("medicare_advantage", "commercial"):
        assert "appeal_1" in windows_of_route(route("CO", "29", payer_class=other), "PAYER1")


def test_oa_23_is_nothing_to_work():
    found = route("OA", "23")
    assert found.kind == "none"
    assert not found.appealable


def test_qmb_remarks_forbid_billing_the_patient():
    assert route("PR", "1", ["N781"]).category == "non_billable"


def ruled(category: str, way: str, *, kind: str = "soft", carc: str = "97") -> Ruling:
    return Ruling(group="CO", carc=carc, category=category, kind=kind, way=way)


def test_a_rule_of_the_practice_gives_the_category_the_kind_and_the_way():
    found = route("CO", "97", ruling=ruled("coding", "modifier", kind="hard"))
    assert (found.category, found.label, found.kind, found.way) == ("coding", "coding", "hard", "modifier")
    assert found.action == WAYS["modifier"]
    assert route("CO", "97", ruling=ruled("coding", "correct")).action == route("CO", "4").action


def test_a_rule_outranks_the_remark_and_the_group_but_not_what_they_leave_open():
    found = route("CO", "16", ["N706"], ruling=ruled("authorization", "authorization", carc="16"))
    assert (found.category, found.way) == ("authorization", "authorization")
    for way in ("appeal_records", "correct"):
        found = route("CO", "16", ["MA130"], ruling=ruled("authorization", way, carc="16"))
        assert (found.category, found.way) == ("authorization", "new_claim")
        assert (found.appealable, found.corrects_with) == (False, "new_claim")
    assert route("OA", "23", ruling=ruled("cob", "with_eob", carc="23")).way == "with_eob"


def test_a_rule_cannot_give_medicare_a_replacement_or_an_appeal_that_there_is_not():
    late = route("CO", "29", payer_class="medicare", ruling=ruled("timely_filing", "appeal_proof", carc="29"))
    assert (late.way, late.appealable) == ("exception", False)
    coded = route("CO", "97", payer_class="medicare", ruling=ruled("coding", "correct"))
    assert (coded.way, coded.corrects_with) == ("reopening", "reopening")


def test_every_category_has_words_a_rate_and_a_source():
    assert set(categories_by_carc().values()) <= set(categories())
    for category in categories():
        rate = win_rate(category)
        assert 0 < rate.rate < 1
        assert rate.source
        assert category_label(category)
    assert win_rate("no such").rate == win_rate("no such either").rate
