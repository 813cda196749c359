"""Acknowledgments that break off before their verdict, and 277CAs that reject everything at once."""

import pytest

from claims.billing.models import Acknowledgment, Submission
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.test_837 import codes
from tests.edi_intake.writing import NPI, Sent, interchange, write_837, write_999, write_ta1

GUS, ANN = Sent(number="HC-1"), Sent(number="HC-2", first="ANN", member="MBR002")
BOTH = write_837([GUS, ANN], control=7)


def states() -> dict[str, str]:
    return dict(Submission.objects.values_list("claim__number", "state"))


def write_rejected_batch(
    reference: str, *, provider_npi: str = "", day: str = "20261012", category: str = "A8"
) -> bytes:
    """A 277CA that rejects the 837 of that reference (BHT03); with `provider_npi` only what that provider sent."""
    receiver = "A1:19:PR" if provider_npi else f"{category}:24:41"
    body = [
        f"BHT*0085*08*90*{day}*1000*TH",
        "HL*1**20*1", "NM1*PR*2*MERIDIAN CHOICE*****PI*MER01", "TRN*1*TRACE", f"DTP*050*D8*{day}",
        "HL*2*1*21*1", "NM1*41*2*HARBOR BILLING*****46*HB01", f"TRN*2*{reference}",
        f"STC*{receiver}*{day}*{'WQ' if provider_npi else 'U'}*250",
    ]  # fmt: skip
    if provider_npi:
        body += ["HL*3*2*19*0", f"NM1*85*2*HARBOR CLINIC*****XX*{provider_npi}", "TRN*2*0"]
        body.append(f"STC*{category}:562:85*{day}*U*250")
    return interchange("HN", "277", "005010X214", body, control=90, day=day)


def test_a_999_that_breaks_off_before_its_verdict_rejects_nothing(take_in: TakeIn) -> None:
    take_in(BOTH)
    whole = write_999([("0001", "A")], group="7")

    cut = take_in(whole[: whole.index(b"IK5")])

    assert states() == {"HC-1": "sent", "HC-2": "sent"}
    assert cut.status == "partly"
    assert "Ask the clearinghouse for it again" in next(
        problem["message"] for problem in cut.results[0]["problems"] if problem["code"] == "no_verdict"
    )
    take_in(whole)
    assert states() == {"HC-1": "received", "HC-2": "received"}


@pytest.mark.parametrize("code", ["", "Z"])
def test_an_interchange_answer_without_a_known_verdict_rejects_nothing(take_in: TakeIn, code: str) -> None:
    take_in(BOTH)
    result = take_in(write_ta1(interchange_control="000000007", code=code))
    assert states() == {"HC-1": "sent", "HC-2": "sent"}
    assert "no_verdict" in codes(result)


def test_a_batch_rejected_as_a_whole_rejects_every_claim_of_it_and_no_other(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_837([GUS.but(number="HC-3")], control=8))

    result = take_in(write_rejected_batch("7"))

    assert states() == {"HC-1": "rejected", "HC-2": "rejected", "HC-3": "sent"}
    (line,) = result.results
    assert (line["status"], line["posted"], line["exceptions"]) == ("posted", 2, 0)
    assert "2 claims are marked as rejected" in line["problems"][0]["message"]
    proof = Acknowledgment.objects.get(claim__number="HC-1")
    assert (proof.kind, proof.category, proof.verdict) == ("277CA", "A8", "rejected")


def test_a_batch_rejected_before_its_837_is_read_rejects_its_claims_then(take_in: TakeIn) -> None:
    result = take_in(write_rejected_batch("7"))
    assert (result.status, codes(result)) == ("partly", ["batch_refused"])
    assert "no file of claims in the books has its reference" in result.results[0]["problems"][0]["message"]

    take_in(BOTH)

    assert set(states().values()) == {"rejected"}
    assert Acknowledgment.objects.count() == 2


def test_a_provider_rejected_as_a_whole_leaves_the_others_of_the_batch_alone(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_rejected_batch("7", provider_npi="1999999992"))
    assert set(states().values()) == {"sent"}
    take_in(write_rejected_batch("7", provider_npi=NPI))
    assert set(states().values()) == {"rejected"}


def test_a_reference_that_came_round_again_means_the_newest_file_before_the_answer(take_in: TakeIn) -> None:
    take_in(write_837([GUS], control=7, sent_on="20260901"))
    take_in(write_837([ANN], control=7, sent_on="20261010"))
    take_in(write_837([ANN.but(number="HC-3")], control=7, sent_on="20261101"))
    take_in(write_rejected_batch("7"))
    assert states() == {"HC-1": "sent", "HC-2": "rejected", "HC-3": "sent"}
