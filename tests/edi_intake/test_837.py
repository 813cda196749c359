"""What an 837 does to the books."""

import datetime as dt
import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.billing.models import Claim, Submission
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Account, Coverage, Patient, Person
from claims.payers.models import Payer
from claims.practices.models import Practice
from tests.balances import balance_of
from tests.cast import make_sol
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.writing import Sent, many, write_837

GUS = Sent(number="HC-1", charge="125.00", lines=(("99213", "100.00"), ("87070", "25.00")))


def codes(result: object) -> list[str]:
    return [problem["code"] for one in result.results for problem in one["problems"]]  # type: ignore[attr-defined]


def test_a_claim_opens_with_its_people_its_cover_and_its_charge(take_in: TakeIn) -> None:
    result = take_in(write_837([GUS]))
    claim = Claim.objects.get()
    assert (claim.number, claim.charge, claim.balance) == ("HC-1", Decimal("125.00"), Decimal("125.00"))
    assert (claim.responsible, claim.state) == ("PAYER1", "open")
    assert (claim.service_from, claim.first_billed_on) == (dt.date(2026, 10, 5), dt.date(2026, 10, 10))
    assert [
        (line.number, line.code, line.charge, line.payer1, line.control) for line in claim.lines.order_by("number")
    ] == [
        (1, "99213", Decimal("100.00"), Decimal("100.00"), "HC-1-1"),
        (2, "87070", Decimal("25.00"), Decimal("25.00"), "HC-1-2"),
    ]
    person = claim.patient.person
    assert (person.last, person.first, person.birth_on) == ("GUARINO", "GUS", dt.date(1961, 4, 12))
    assert claim.account.guarantor == person
    assert person.addresses.get().zip == "11201"
    assert (claim.coverage1.payer.name, claim.coverage1.member_id, claim.payer.is_confirmed) == (
        "MERIDIAN CHOICE", "MBR001", False,
    )  # fmt: skip
    sent = claim.submissions.get()
    assert (sent.sequence, sent.frequency, sent.state, sent.gs_control, sent.st_control) == (
        "P",
        "1",
        "sent",
        "1",
        "0001",
    )
    assert {(row.debit, row.credit, row.amount) for row in Posting.objects.all()} == {
        ("PAYER1", "REVENUE", Decimal("100.00")),
        ("PAYER1", "REVENUE", Decimal("25.00")),
    }
    assert Receivable.objects.get().amount == Decimal("125.00")
    (line,) = result.results
    assert (line["type"], line["status"], line["claims"], line["charge"], line["posted"]) == (
        "837P", "posted", 1, "125.00", 1,
    )  # fmt: skip


def test_a_predetermination_is_recorded_and_charged_to_nobody(take_in: TakeIn) -> None:
    asked = write_837([GUS]).replace(b"*11:B:1*Y*A*Y*Y~", b"*11:B:1*Y*A*Y*Y" + b"*" * 10 + b"PB~")
    result = take_in(asked)
    assert codes(result) == ["predetermination"]
    assert Claim.objects.get().balance == Decimal("0.00")


def test_the_same_file_again_is_a_duplicate_and_posts_nothing(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    again = take_in(write_837([GUS]))
    assert again.status == "duplicate"
    assert (Claim.objects.count(), Posting.objects.count(), Submission.objects.count()) == (1, 2, 1)


def test_the_same_claim_in_another_file_is_another_submission(take_in: TakeIn) -> None:
    take_in(write_837([GUS], control=1, sent_on="20261010"))
    take_in(write_837([GUS], control=2, sent_on="20261101"))
    claim = Claim.objects.get()
    assert claim.balance == Decimal("125.00")
    assert claim.submissions.count() == 2
    assert (claim.first_billed_on, claim.last_billed_on) == (dt.date(2026, 10, 10), dt.date(2026, 11, 1))
    assert Receivable.objects.get().last_billed_on == dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (GUS.but(born="19700101"), "patient"),
        (GUS.but(served="20261006"), "dates of service"),
        (GUS.but(charge="130.00", lines=()), "charge"),
    ],
)
def test_a_number_used_for_something_else_is_a_conflict(take_in: TakeIn, other: Sent, word: str) -> None:
    take_in(write_837([GUS]))
    result = take_in(write_837([other, GUS.but(number="HC-2", served="20261007")], control=2))
    assert result.status == "partly"
    (problem,) = result.results[0]["problems"]
    assert problem["code"] == "number_taken"
    assert word in problem["message"]
    assert re.fullmatch(r"segment \d+, CLM01", problem["where"])
    assert "GUARINO" not in json.dumps(result.results)
    assert Claim.objects.get(number="HC-1").charge == Decimal("125.00")
    assert Claim.objects.get(number="HC-1").submissions.count() == 1
    assert Claim.objects.filter(number="HC-2").exists()


def test_a_replacement_reverses_the_old_charges_and_posts_the_new(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    new = GUS.but(frequency="7", charge="140.00", lines=(("99214", "140.00"),))
    take_in(write_837([new], control=2, sent_on="20261020"))
    claim = Claim.objects.get()
    assert (claim.charge, claim.balance, claim.frequency) == (Decimal("140.00"), Decimal("140.00"), "7")
    assert [(line.code, line.charge, line.payer1) for line in claim.lines.order_by("number")] == [
        ("99214", Decimal("140.00"), Decimal("140.00")),
        ("87070", Decimal("0.00"), Decimal("0.00")),
    ]
    assert Posting.objects.count() == 5  # two charges, two reversals, one charge
    assert balance_of(claim.pk)["PAYER1"] == Decimal("140.00")


def test_a_replacement_finds_its_claim_by_the_payers_number(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    Claim.objects.update(icn="ICN77")
    take_in(write_837([GUS.but(number="HC-1R", frequency="7", icn="ICN77", charge="90.00", lines=())], control=2))
    claim = Claim.objects.get()
    assert (claim.number, claim.balance) == ("HC-1", Decimal("90.00"))


def test_a_replacement_that_changes_nothing_moves_no_money(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    take_in(write_837([GUS.but(frequency="7")], control=2, sent_on="20261020"))
    assert Posting.objects.count() == 2
    assert Submission.objects.count() == 2


def test_a_void_reverses_the_charges(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    take_in(write_837([GUS.but(frequency="8")], control=2, sent_on="20261020"))
    claim = Claim.objects.get()
    assert (claim.state, claim.balance) == ("void", Decimal("0.00"))
    assert not Receivable.objects.exists()


def test_a_void_before_its_claim_keeps_the_claim_from_being_charged(take_in: TakeIn) -> None:
    first = take_in(write_837([GUS.but(frequency="8")], control=2, sent_on="20261020"))
    assert codes(first) == ["void_of_unknown"]
    take_in(write_837([GUS]))
    claim = Claim.objects.get()
    assert (claim.state, claim.balance, claim.submissions.count()) == ("void", Decimal("0.00"), 2)
    assert not Posting.objects.exists()


def test_a_rejected_claim_may_be_sent_corrected_under_its_number(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    Submission.objects.update(state="rejected")
    result = take_in(write_837([GUS.but(charge="110.00", lines=())], control=2, sent_on="20261020"))
    assert result.status == "posted"
    assert Claim.objects.get().balance == Decimal("110.00")


def test_lines_that_do_not_sum_to_the_claim_leave_the_rest_on_line_zero(take_in: TakeIn) -> None:
    result = take_in(write_837([GUS.but(charge="150.00")]))
    assert "lines_differ" in codes(result)
    claim = Claim.objects.get()
    assert (claim.charge, claim.balance) == (Decimal("150.00"), Decimal("150.00"))
    assert claim.lines.get(number=0).charge == Decimal("25.00")
    assert sum(line.charge for line in claim.lines.all()) == claim.charge


def test_lines_above_the_claims_charge_leave_a_negative_rest(take_in: TakeIn) -> None:
    take_in(write_837([GUS.but(charge="120.00")]))
    claim = Claim.objects.get()
    assert (claim.balance, claim.lines.get(number=0).payer1) == (Decimal("120.00"), Decimal("-5.00"))


def test_one_bad_claim_is_named_and_its_neighbors_are_taken_in(take_in: TakeIn) -> None:
    result = take_in(write_837([GUS, Sent(number="HC-BAD", charge="12.3.4"), GUS.but(number="HC-3")]))
    assert {claim.number for claim in Claim.objects.all()} == {"HC-1", "HC-3"}
    (line,) = result.results
    assert (line["status"], line["posted"], line["exceptions"]) == ("partly", 2, 1)
    assert "CLM02" in line["problems"][0]["where"]
    assert not result.is_rejected


def test_a_secondary_claim_read_first_is_charged_to_the_primary_until_its_answer_is_read(take_in: TakeIn) -> None:
    """What the bill tells of the primary is no money: it is kept beside the submission."""
    result = take_in(write_837([GUS.but(sequence="S", prior=("FIRST HEALTH", "FH1", "60.00"))]))
    claim = Claim.objects.get()
    assert claim.responsible == "PAYER1"
    assert (claim.coverage1.payer.name, claim.coverage2.payer.name) == ("FIRST HEALTH", "MERIDIAN CHOICE")
    assert claim.payer.name == "FIRST HEALTH"
    sent = claim.submissions.get()
    assert (sent.payer.name, sent.prior_paid) == ("MERIDIAN CHOICE", Decimal("60.00"))
    assert {bucket: owed for bucket, owed in balance_of(claim.pk).items() if owed} == {"PAYER1": Decimal("125.00")}
    assert codes(result) == ["prior_payment"]


def test_the_secondary_submission_of_a_known_claim_adds_its_coverage_and_no_charge(take_in: TakeIn) -> None:
    first = GUS.but(payer=("FIRST HEALTH", "FH1"), member="OTH9")
    take_in(write_837([first]))
    take_in(write_837([GUS.but(sequence="S", prior=("FIRST HEALTH", "FH1", "60.00"))], control=2))
    claim = Claim.objects.get()
    assert claim.balance == Decimal("125.00")
    assert claim.coverage2.payer.name == "MERIDIAN CHOICE"
    assert sorted(claim.submissions.values_list("sequence", flat=True)) == ["P", "S"]


def test_a_self_pay_claim_is_owed_by_the_patient(take_in: TakeIn) -> None:
    take_in(write_837([GUS.but(filing="09", payer=("SELF PAY", "SELF"))]))
    claim = Claim.objects.get()
    assert (claim.responsible, claim.payer) == ("PATIENT", None)
    assert balance_of(claim.pk)["PATIENT"] == Decimal("125.00")


def test_an_encounter_is_recorded_and_charged_to_nobody(take_in: TakeIn) -> None:
    result = take_in(write_837([GUS], usage="RP"))
    claim = Claim.objects.get()
    assert (claim.state, claim.charge, claim.balance) == ("closed", Decimal("0.00"), Decimal("0.00"))
    assert codes(result) == ["encounter"]


def test_what_was_only_reported_may_be_billed_later(take_in: TakeIn) -> None:
    take_in(write_837([GUS], usage="RP"))
    take_in(write_837([GUS], control=2, sent_on="20261020"))
    take_in(write_837([GUS], control=3, sent_on="20261021", usage="RP"))
    claim = Claim.objects.get()
    assert (claim.state, claim.balance, claim.submissions.count()) == ("open", Decimal("125.00"), 3)


def test_a_claim_without_a_payer_says_so(take_in: TakeIn) -> None:
    result = take_in(write_837([GUS.but(payer=None)]))
    assert codes(result) == ["no_payer"]
    assert Claim.objects.get().responsible == "PAYER1"


def test_a_childs_insured_parent_answers_and_an_adult_answers_alone(take_in: TakeIn) -> None:
    small = GUS.but(number="HC-C", child=("MIA", "20180301"))
    grown = GUS.but(number="HC-A", child=("ANN", "20010301"))
    take_in(write_837([GUS, small, grown]))
    gus = Claim.objects.get(number="HC-1").account
    assert Claim.objects.get(number="HC-C").account == gus
    assert Claim.objects.get(number="HC-A").account.guarantor.first == "ANN"
    assert (Person.objects.count(), Patient.objects.count(), Account.objects.count()) == (3, 3, 2)
    assert Coverage.objects.filter(subscriber=gus.guarantor).count() == 3


def test_people_are_the_same_by_name_and_birth_and_only_within_a_practice(take_in: TakeIn) -> None:
    Practice.objects.create(name="Other", npi="1999999992")
    take_in(write_837([GUS, GUS.but(number="HC-2", first="Gus ", last="Gua-rino")]))
    take_in(write_837([GUS], npi="1999999992", control=2))
    assert Person.objects.filter(practice__npi="1245319599").count() == 1
    assert Person.objects.count() == 2
    assert Claim.objects.count() == 3


def test_a_file_of_an_unknown_practice_is_refused_and_taken_in_once_the_practice_is_there(take_in: TakeIn) -> None:
    content = write_837([GUS], npi="1999999992", tin="990000001")
    result = take_in(content)
    assert result.is_rejected
    assert codes(result) == ["unknown_practice"]
    assert take_in(content).is_rejected
    Practice.objects.create(name="Other", npi="1999999992")
    assert take_in(content).status == "posted"
    assert Claim.objects.get().practice.npi == "1999999992"
    assert take_in(content).status == "duplicate"


def test_a_forced_practice_takes_all_of_it(take_in: TakeIn, practice: Practice) -> None:
    take_in(write_837([GUS], npi="1999999992", tin="990000001"), practice_npi=practice.npi)
    assert Claim.objects.get().practice == practice


def test_nobody_brings_files_for_a_practice_that_is_not_theirs(take_in: TakeIn) -> None:
    other = Practice.objects.create(name="Other", npi="1999999992")
    sol = make_sol(other)
    assert take_in(write_837([GUS]), actor=sol).is_rejected
    assert not Claim.objects.exists()


def test_a_batch_costs_the_same_queries_whatever_its_size(take_in: TakeIn) -> None:
    take_in(write_837(many(7, start=9_000), control=9))  # its seven payers are known from now on

    def queries(count: int, start: int, control: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            take_in(write_837(many(count, start=start), control=control))
        # SQLite takes 999 parameters a statement, so there an INSERT of many rows is several.
        counted = ("SELECT", "UPDATE", "INSERT") if connection.vendor == "postgresql" else ("SELECT",)
        return sum(query["sql"].startswith(counted) for query in seen)

    assert queries(400, 1_000, 2) <= queries(10, 1, 1)
    assert Claim.objects.count() == 417
    assert Payer.objects.count() == 7
