"""999, 997, TA1, 277CA and 277: submissions move on, and the proof is kept."""

import datetime as dt
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from arwork.lib import events
from arwork.lib.encryption import Undecipherable
from claims.billing.models import Acknowledgment, Claim, Submission
from claims.edi.models import EdiTransaction
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.test_837 import codes
from tests.edi_intake.writing import Sent, write_277ca, write_837, write_999, write_ta1

GUS, ANN = Sent(number="HC-1"), Sent(number="HC-2", first="ANN", member="MBR002")
BOTH = write_837([GUS, ANN], control=1)


def test_a_999_marks_every_claim_of_its_set_received_and_keeps_the_proof(take_in: TakeIn) -> None:
    take_in(BOTH)
    result = take_in(write_999([("0001", "A")]))
    assert states() == {"HC-1": "received", "HC-2": "received"}
    proof = Acknowledgment.objects.get(claim__number="HC-1")
    assert (proof.kind, proof.verdict, proof.effective_on) == ("999", "accepted", dt.date(2026, 10, 11))
    (line,) = result.results
    assert (line["type"], line["status"], line["posted"]) == ("999", "posted", 2)


def test_a_rejected_set_rejects_its_claims_and_says_where(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_999([("0001", "R")], verdict="R"))
    assert set(states().values()) == {"rejected"}
    assert "NM109 at 12 (code 7)" in Acknowledgment.objects.first().text


def test_a_group_without_sets_speaks_for_its_claims(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_999([], verdict="R"))
    assert set(states().values()) == {"rejected"}


def test_a_ta1_answers_the_interchange(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_ta1(interchange_control="000000001"))
    assert set(states().values()) == {"received"}


def test_a_control_number_that_came_round_again_means_the_latest_submission(take_in: TakeIn) -> None:
    take_in(write_837([GUS], control=1, sent_on="20260901"))
    take_in(write_837([ANN], control=1, sent_on="20261010"))
    take_in(write_999([("0001", "A")]))
    assert states() == {"HC-1": "sent", "HC-2": "received"}


def test_one_that_waits_and_cannot_be_read_again_is_no_fault_of_the_next_import(take_in: TakeIn, settings) -> None:
    known = settings.FIELD_KEYS = "k1:" + "I" * 43 + "="
    take_in(write_999([("0001", "A")]))
    settings.FIELD_KEYS = "k2:" + "Q" * 43 + "="
    take_in(write_277ca([("HC-1", "A2", "")]))
    assert take_in(BOTH).status == "posted"
    assert states()["HC-1"] == "accepted", "the other that waited was read again"
    assert set(EdiTransaction.objects.filter(kind="999").values_list("status", flat=True)) == {"partly"}
    settings.FIELD_KEYS += f",{known}"
    take_in(write_837([GUS.but(number="HC-3")], control=3))
    assert states()["HC-2"] == "received"


def test_a_missing_key_refuses_no_transaction(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> None:
        raise Undecipherable("its key is not here")

    with monkeypatch.context() as patched:
        patched.setattr("claims.edi.services.take_837", unreadable)
        with pytest.raises(Undecipherable):
            take_in(BOTH)
    assert not EdiTransaction.objects.filter(status="rejected").exists()
    assert take_in(BOTH).status == "posted"


def test_an_acknowledgment_of_something_unknown_is_kept_and_named(take_in: TakeIn) -> None:
    result = take_in(write_999([("0001", "A")], group="77"))
    assert result.status == "partly"
    assert codes(result) == ["unmatched"]
    assert Acknowledgment.objects.get().claim is None


@pytest.mark.parametrize(
    ("category", "state"),
    [
        ("A1", "received"),
        ("A2", "accepted"),
        ("A5", "accepted"),
        ("A0", "sent"),
        ("A3", "rejected"),
        ("A4", "rejected"),
        ("A7", "rejected"),
        ("A8", "rejected"),
    ],
)
def test_a_277ca_accepts_or_rejects_a_claim(take_in: TakeIn, category: str, state: str) -> None:
    take_in(BOTH)
    take_in(write_277ca([("HC-1", category, "")]))
    assert states() == {"HC-1": state, "HC-2": "sent"}


def test_a_receipt_before_or_beside_an_acceptance_does_not_hide_it(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_277ca([("HC-1", "A1", "")], control=51))
    assert states()["HC-1"] == "received"
    both = write_277ca([("HC-1", "A1", "")], control=52, day="20261013")
    take_in(both.replace(b"STC*A1:20*20261013*WQ*125", b"STC*A1:20*20261013*WQ*125******A2:20"))
    assert states()["HC-1"] == "accepted"
    take_in(write_277ca([("HC-1", "A1", "")], control=53, day="20261014"))
    assert states()["HC-1"] == "accepted"


@pytest.mark.parametrize("category", ["A1", "A2", "A7"])
def test_a_status_of_a_line_moves_no_claim(take_in: TakeIn, category: str) -> None:
    take_in(BOTH)
    claim = b"STC*A0:20*20261012*WQ*125"
    line = b"~SVC*HC:99213*125*****1~STC*%s:20*20261012*WQ*125" % category.encode()
    take_in(write_277ca([("HC-1", "A0", "")]).replace(claim, claim + line))
    kept = Acknowledgment.objects.filter(claim__number="HC-1").order_by("pk")
    assert [(one.category, one.verdict) for one in kept] == [("A0", "pending"), (category, "info")]
    assert states()["HC-1"] == "sent"


def test_what_was_kept_as_accepted_by_a_receipt_is_put_right(take_in: TakeIn) -> None:
    """Databases of before: an A1 was kept as an acceptance of the claim."""
    take_in(write_837([GUS, ANN, GUS.but(number="HC-3"), GUS.but(number="HC-4")], control=1))
    take_in(write_999([("0001", "A")]))
    rows = [(number, "A1", "") for number in ("HC-1", "HC-2", "HC-3", "HC-4")]
    take_in(write_277ca(rows, control=51, day="20261014"))
    take_in(write_277ca([("HC-2", "A2", ""), ("HC-3", "A7", "")], control=52, day="20261013"))
    should_be = {"HC-1": "received", "HC-2": "accepted", "HC-3": "rejected", "HC-4": "adjudicated"}
    Submission.objects.filter(claim__number="HC-4").update(state="adjudicated")
    Acknowledgment.objects.filter(category="A1").update(verdict="accepted")
    Submission.objects.exclude(state="adjudicated").update(state="accepted", state_on=dt.date(2026, 10, 14))

    migration = import_module("claims.migrations.0003_a1_is_a_receipt")
    migration.forwards(apps, SimpleNamespace(connection=connection))

    assert states() == should_be
    assert dict(Submission.objects.values_list("claim__number", "state_on")) == {
        "HC-1": dt.date(2026, 10, 14),
        "HC-2": dt.date(2026, 10, 13),
        "HC-3": dt.date(2026, 10, 13),
        "HC-4": Submission.objects.get(claim__number="HC-4").state_on,
    }
    assert set(Acknowledgment.objects.filter(category="A1").values_list("verdict", flat=True)) == {"received"}


def test_a_277ca_brings_the_payers_claim_number(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_277ca([("HC-1", "A2", "ICN-9001")]))
    claim = Claim.objects.get(number="HC-1")
    assert claim.icn == "ICN-9001"
    assert claim.submissions.get().icn == "ICN-9001"
    assert claim.acknowledgments.get().submission == claim.submissions.get()


def test_a_status_of_an_unknown_claim_is_kept_and_its_neighbor_goes_on(take_in: TakeIn) -> None:
    take_in(BOTH)
    result = take_in(write_277ca([("NOBODY", "A2", ""), ("HC-1", "A2", "")]))
    assert codes(result) == ["unknown_claim"]
    assert states()["HC-1"] == "accepted"


def test_an_acknowledgment_that_came_first_finds_its_claim_later(take_in: TakeIn) -> None:
    take_in(write_999([("0001", "A")]))
    take_in(write_277ca([("HC-2", "A2", "ICN-2")]))
    take_in(BOTH)
    assert states() == {"HC-1": "received", "HC-2": "accepted"}
    assert Acknowledgment.objects.filter(claim=None).exclude(category="A1").count() == 0


def test_a_later_rejection_outlasts_an_earlier_acceptance_in_either_order(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_277ca([("HC-1", "A7", "")], day="20261014", control=52))
    take_in(write_277ca([("HC-1", "A2", "")], day="20261012", control=51))
    assert states()["HC-1"] == "rejected"


def test_the_same_acknowledgment_again_changes_nothing(take_in: TakeIn) -> None:
    take_in(BOTH)
    take_in(write_277ca([("HC-1", "A2", "ICN-1")]))
    before = Acknowledgment.objects.count()
    assert take_in(write_277ca([("HC-1", "A2", "ICN-1")])).status == "duplicate"
    assert Acknowledgment.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_the_claims_it_answers_are_announced(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[events.Changed] = []
    monkeypatch.setattr(events, "_subscribers", [heard.append])
    take_in(BOTH)
    take_in(write_277ca([("HC-1", "A2", "")]))
    assert ("ack", frozenset({Claim.objects.get(number="HC-1").pk})) in [(one.reason, one.claims) for one in heard]


def test_a_999_read_before_its_837_waits_for_it_and_leaves_an_older_group_of_that_number_alone(take_in: TakeIn) -> None:
    take_in(write_837([Sent(number="HC-OLD")], sent_on="20260801"))
    assert take_in(write_999([("0001", "R")], verdict="R")).status == "partly"
    assert states() == {"HC-OLD": "sent"}
    take_in(write_837([Sent(number="HC-NEW")], sent_on="20261011"))
    assert states() == {"HC-OLD": "sent", "HC-NEW": "rejected"}


def test_a_receipt_is_not_for_what_others_exchanged_under_the_same_number(take_in: TakeIn) -> None:
    elsewhere = write_837([Sent(number="HC-1")]).replace(b"HB01 ", b"XX77 ").replace(b"CLR01 ", b"YY880 ")
    take_in(elsewhere)
    assert take_in(write_999([("0001", "R")], verdict="R")).status == "partly"
    assert take_in(write_ta1(interchange_control="000000001", code="R")).status == "partly"
    assert states() == {"HC-1": "sent"}


def states() -> dict[str, str]:
    return dict(Submission.objects.values_list("claim__number", "state"))
