"""Edits with the books: what they know of a claim, own edits, lists of codes, the clean-claim rate."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, DomainError, Forbidden
from claims.billing.models import Claim, Submission
from collections_app.claim_edits import code_lists, edits, first_checks
from collections_app.claim_edits.edit_rules import EditRow
from collections_app.claim_edits.facts import ToCheck, subjects_of
from collections_app.claim_edits.models import FirstCheck
from collections_app.claim_edits.selectors import findings_of
from tests.cast import NOW, make_ada, make_ana, make_claim, make_oona, make_payer, make_practice
from tests.claim_edits.sample_claims import changed, professional

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 30)
SERVICE = dt.date(2026, 9, 1)


def codes_of(claim: Claim, text=None, *, frequency: str = "1", today: dt.date = TODAY) -> list[str]:
    found = findings_of(text or professional(), claim=claim, sequence="P", frequency=frequency, today=today)
    return [one.code for one in found]


def a_claim(**more) -> Claim:
    return make_claim(service_on=SERVICE, **more)


def test_a_clean_claim_of_the_books_has_no_findings() -> None:
    assert codes_of(a_claim()) == []


def test_the_coverage_and_the_payers_window_are_the_books() -> None:
    claim = a_claim()
    claim.coverage1.valid_to = dt.date(2026, 8, 1)
    assert codes_of(claim) == ["after_coverage"]
    claim.coverage1.valid_to = None
    assert codes_of(claim, today=dt.date(2028, 9, 30)) == ["filing_passed"]


def test_part_b_takes_no_replacement() -> None:
    claim = a_claim(payers=[make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")])
    clm = "CLM*C1001*350***11:B:1*Y*A*Y*Y"
    text = changed(professional(), "claim", clm, clm.replace(":1*", ":7*"))
    assert "frequency_part_b" in codes_of(claim, text, frequency="7")


def test_a_second_claim_for_the_same_service_is_named() -> None:
    first = a_claim(number="C0999")
    line = first.lines.get(number=1)
    line.code, line.modifiers, line.charge, line.service_from = "99213", "25", Decimal("150.00"), SERVICE
    line.save()
    other = a_claim(number="C1001", patient=first.patient)
    assert codes_of(other) == ["sent_before"]
    Claim.objects.filter(pk=first.pk).update(state="closed")
    assert codes_of(other) == []


def test_many_claims_cost_no_more_queries_than_one() -> None:
    claims = [a_claim(number=f"C{n}") for n in range(6)]

    def queries(some: list[Claim]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            subjects_of([ToCheck(professional(), one, "P", "1", TODAY) for one in some])
        return len(seen)

    read = list(
        Claim.objects.filter(pk__in=[one.pk for one in claims]).select_related(
            "payer", "practice", "coverage1__payer", "coverage2__payer", "coverage3__payer"
        )
    )
    assert queries(read[:1]) == queries(read) <= 6


# own edits


def an_edit(**more) -> EditRow:
    return EditRow(
        **{"level": "stop", "words": "Ask for it.", "valid_from": dt.date(2026, 1, 1), "source": "Sol"} | more
    )


@pytest.mark.parametrize(
    ("condition", "finds"),
    [
        ({"codes": "J1*"}, ["line 2"]),
        ({"codes": "99212-99214"}, ["line 1"]),
        ({"codes": "99215, 99216"}, []),
        ({"codes": "99213", "modifier": "25"}, ["line 1"]),
        ({"codes": "99213", "without_modifier": "25"}, []),
        ({"place": "11"}, ["line 1", "line 2"]),
        ({"place": "22"}, []),
        ({"codes": "J1885", "units_over": 1}, ["line 2"]),
        ({"codes": "J1885", "units_over": 2}, []),
        ({"codes": "J1885", "lacks": "ndc"}, []),
        ({"lacks": "modifier"}, ["line 2"]),
        ({"lacks": "prior_auth"}, ["claim"]),
        ({"lacks": "group_number"}, []),
        ({"diagnosis": "E11*", "lacks": "referral"}, ["claim"]),
        ({"diagnosis": "Z00-Z99"}, []),
        ({"diagnosis": "E119"}, ["claim"]),
        ({"age_under": 18, "codes": "99213"}, []),
        ({"age_over": 45, "codes": "99213"}, ["line 1"]),
        ({"age_over": 46, "codes": "99213"}, []),
        ({"sex": "M", "codes": "99213"}, []),
        ({"member_id": "AAA999999"}, []),
        ({"member_id": "999999999"}, ["claim"]),
        ({"form": "I", "codes": "99213"}, []),
        ({"payer_class": "medicare", "codes": "99213"}, []),
    ],
)  # fmt: skip
def test_an_edit_speaks_of_what_it_fits(condition, finds) -> None:
    oona = make_oona(make_practice())
    edits.add_edit(an_edit(**condition), actor=oona, now=NOW)
    found = findings_of(professional(), claim=a_claim(), sequence="P", frequency="1", today=TODAY)
    assert [one.place for one in found if one.code.startswith("own_")] == finds


def test_an_edit_holds_by_the_day_of_service_and_in_its_practice() -> None:
    here, elsewhere = make_practice(), make_practice(name="Other", npi="1234567893")
    ada = make_ada(here, elsewhere)
    edits.add_edit(an_edit(codes="99213", valid_from=dt.date(2026, 9, 2), practice_id=here.pk), actor=ada, now=NOW)
    edits.add_edit(an_edit(codes="99213", practice_id=elsewhere.pk), actor=ada, now=NOW)
    row = edits.add_edit(an_edit(codes="99213", practice_id=here.pk), actor=ada, now=NOW)
    assert codes_of(a_claim(practice=here)) == [f"own_{row.pk}"]
    edits.end_edit(row.pk, last_day=dt.date(2026, 11, 30), actor=ada, today=dt.date(2026, 11, 30), now=NOW)
    assert codes_of(a_claim(practice=here, number="C7")) == [f"own_{row.pk}"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "codes"),
        ({"codes": "99213;99214"}, "codes"),
        ({"codes": "99213", "member_id": "ab-"}, "member_id"),
        ({"age_under": 18, "age_over": 17}, "age_under"),
        ({"payer_id": 1, "payer_class": "medicare"}, "payer_class"),
    ],
)  # fmt: skip
def test_an_edit_that_makes_no_sense_is_refused(wrong, field) -> None:
    with pytest.raises(DomainError) as refused:
        edits.check_edit(an_edit(**wrong))
    assert refused.value.facts["field"] == field


def test_a_collector_sets_no_edits_and_an_admin_none_for_every_practice() -> None:
    practice = make_practice()
    with pytest.raises(Forbidden):
        edits.add_edit(an_edit(codes="99213", practice_id=practice.pk), actor=make_ana(practice), now=NOW)
    with pytest.raises(Forbidden):
        edits.add_edit(an_edit(codes="99213"), actor=make_ada(practice), now=NOW)


def test_an_edit_is_tried_on_claims_that_were_sent() -> None:
    claim = a_claim()
    (subject,) = subjects_of([ToCheck(professional(), claim, "P", "1", TODAY)])
    tried = edits.try_edit(an_edit(codes="J1885"), [(claim.pk, claim.number, subject)])
    assert (tried.looked_at, tried.found) == (1, ((claim.pk, claim.number, "line 2"),))


def test_shipped_edits_speak_for_their_programs() -> None:
    medicare = a_claim(payers=[make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")])
    text = changed(professional(), "claim", "SV1*HC:99213:25*150*UN*1***1:2", "SV1*HC:80053*150*UN*1***1:2")
    assert codes_of(medicare, text) == ["shipped_laboratory_clia", "shipped_ordered_services"]


# codes


def test_the_shipped_list_decides_its_own_year_and_no_other() -> None:
    book = code_lists.code_book([])
    assert book.is_valid("icd10cm", "E119", SERVICE) is True
    assert book.is_valid("icd10cm", "E11", SERVICE) is False
    assert book.is_valid("icd10cm", "E119", dt.date(2026, 10, 1)) is None
    assert book.is_valid("hcpcs", "J1885", SERVICE) is None


def hcpcs(rows: int = 120) -> bytes:
    lines = ["HCPC,RECID,LONG DESCRIPTION,ADD DT,TERM DT", "J1885,3,Injection of ketorolac,19970101,"]
    lines += ["J1885,4,per 15 mg,,", "J0000,3,Old drug,19970101,20251231"]
    return "\n".join(lines + [f"J9{n:03d},3,Drug {n},20200101," for n in range(rows)]).encode()


def test_a_list_that_was_taken_in_decides_for_its_days() -> None:
    oona = make_oona(make_practice())
    year = {"valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2026, 12, 31), "actor": oona, "now": NOW}
    row = code_lists.take_in(("hcpcs.csv", hcpcs()), system="hcpcs", name="HCPCS 2026", **year)
    assert row.count == 122
    book = code_lists.code_book(["J1885", "J0000", "J8888"])
    assert [book.is_valid("hcpcs", code, SERVICE) for code in ("J1885", "J0000", "J8888")] == [True, False, False]
    assert book.is_valid("hcpcs", "J1885", dt.date(2027, 1, 1)) is None
    assert code_lists.matches("hcpcs", "ketorolac 15", on=SERVICE) == [("J1885", "Injection of ketorolac per 15 mg")]
    assert [code for code, _ in code_lists.matches("hcpcs", "j188", on=SERVICE)] == ["J1885"]
    with pytest.raises(Conflict):
        code_lists.take_in(("hcpcs.csv", hcpcs()), system="hcpcs", name="again", **year)
    assert codes_of(
        a_claim(), changed(professional(), "claim", "SV1*HC:J1885*200*UN*2***1", "SV1*HC:J8888*200*UN*2***1")
    ) == ["code_invalid"]
    code_lists.take_out(row.pk, actor=oona, now=NOW)
    assert code_lists.code_book(["J8888"]).is_valid("hcpcs", "J8888", SERVICE) is None


def test_the_order_file_of_cms_is_read_without_its_headings() -> None:
    from collections_app.claim_edits.code_files import read_codes

    text = (
        f"00001 A00     0 {'Cholera':<60} Cholera\n"
        f"00002 A000    1 {'Cholera due to Vibrio cholerae 01, biovar cholerae':<60} Cholera due to Vibrio cholerae\n"
    )
    assert [(one.code, one.words) for one in read_codes("icd10cm_order_2027.txt", text.encode())] == [
        ("A000", "Cholera due to Vibrio cholerae")
    ]
    assert [one.code for one in read_codes("icd10cm_codes_2027.txt", b"A000    Cholera\nE119    Diabetes\n")] == [
        "A000", "E119",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"name,age\nx,1\n", b"code,words\n,\n", b"code,words\nA;B,x\n"])
def test_a_file_without_codes_is_refused_with_what_to_do(content) -> None:
    from collections_app.claim_edits.code_files import read_codes

    with pytest.raises(DomainError):
        read_codes("codes.csv", content)


def test_a_list_that_is_far_too_short_is_no_list() -> None:
    with pytest.raises(code_lists.BadCodeList):
        code_lists.take_in(
            ("hcpcs.csv", hcpcs(rows=3)), system="hcpcs", name="x", valid_from=SERVICE, valid_to=SERVICE,
            actor=make_oona(make_practice()), now=NOW,
        )  # fmt: skip


def test_codes_are_found_by_code_or_by_words() -> None:
    assert code_lists.matches("icd10cm", "e11.9", on=SERVICE)[0][0] == "E119"
    assert ("E119", "Type 2 diabetes mellitus without complications") in code_lists.matches(
        "icd10cm", "type 2 diabetes without", on=SERVICE
    )
    assert ("11", "office") in code_lists.matches("place", "office", on=SERVICE)
    assert code_lists.matches("modifier", "26", on=SERVICE) == [("26", "professional part")]
    assert code_lists.matches("cpt", "99213", on=SERVICE) == []


# the clean-claim rate


def send(claim: Claim, *, on: dt.date = TODAY, frequency: str = "1") -> Submission:
    return Submission.objects.create(
        claim=claim, payer=claim.payer, submitted_on=on, charge=claim.charge, state_on=on, frequency=frequency,
        source=f"{claim.number}/{on}/{frequency}",
    )  # fmt: skip


def test_the_rate_counts_each_claim_once_by_its_first_sending() -> None:
    practice = make_practice()
    clean, broken, other = (a_claim(practice=practice, number=f"C{n}") for n in range(3))
    first = {send(clean).pk: professional(), send(other, on=dt.date(2026, 10, 5)).pk: professional()}
    bad = changed(professional(), "billing", "REF*EI*123456789", "")
    first[send(broken).pk] = bad
    first[send(broken, on=dt.date(2026, 10, 2)).pk] = professional()
    unread = send(a_claim(practice=practice, number="C9"))

    def texts_of(rows):
        return {row.pk: first[row.pk] for row in rows if row.pk in first}

    since = {"since": dt.date(2026, 8, 1), "now": NOW}
    assert first_checks.check_what_was_sent(texts_of=texts_of, **since) == 3
    assert first_checks.check_what_was_sent(texts_of=texts_of, **since) == 0
    assert not FirstCheck.objects.filter(claim=unread.claim).exists()
    first_checks.record_first_check(
        broken, [], payer_id=broken.payer_id, sequence="P", form="P", today=TODAY, now=NOW
    )  # it was checked before
    span = {"since": dt.date(2026, 8, 1), "until": dt.date(2026, 12, 31)}
    rates = first_checks.clean_rates(actor=make_ana(practice), **span)
    assert (rates.total.checked, rates.total.clean, rates.total.percent) == (3, 2, 66)
    assert [(one.name, one.checked, one.clean) for one in rates.months] == [("2026-09", 2, 1), ("2026-10", 1, 1)]
    assert rates.edits == [("billing_tin_missing", 1)]
    ana = make_practice(name="Other", npi="1234567893")
    assert first_checks.clean_rates(actor=make_ada(ana), **span).total.checked == 0
    found = first_checks.unclean(actor=make_oona(practice), edit="billing_tin_missing", **span)
    assert [one.claim_id for one in found] == [broken.pk]


def test_the_night_checks_what_other_systems_sent(monkeypatch) -> None:
    from collections_app import tasks

    claim = make_claim(service_on=SERVICE)
    monkeypatch.setattr(tasks, "submitted_texts", lambda rows: {row.pk: professional() for row in rows})
    monkeypatch.setattr(tasks.clock, "today", lambda: dt.date(2026, 10, 1))
    tasks.check_sent_claims()
    tasks.check_sent_claims()
    row = FirstCheck.objects.get()
    assert (row.claim_id, row.leaving_on, row.stops, row.found) == (claim.pk, dt.date(2026, 9, 16), 0, "")
