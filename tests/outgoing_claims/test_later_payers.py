"""Claims to a payer after the first, and whatever else leaves not as a first bill: nothing that was sent is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arwork.staff.models import User
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial
from claims.parties.models import Coverage
from collections_app.outgoing_claims import ready, selectors, sent, services
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.fields import read_field, write_field
from collections_app.outgoing_claims.from_books import missing_fields
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.texts import for_purpose
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.outgoing_claims.test_drafts import draft, written
from tests.outgoing_claims.test_next_payer import GUS, SECOND, STORIES, both_known
from tests.outgoing_claims.test_texts import samples
from tests.remits.era import Clp, Era, take

pytestmark = pytest.mark.django_db
PAID, DENIED = STORIES["paid with a contractual and a deductible"], STORIES["one line denied, the other paid"]


def sent_to_both(take_in: TakeIn) -> Claim:
    take_in(written([GUS]))
    take_in(written([SECOND.but(extra=("REF*G1*AUTH2",))]), name="second.x12")
    assert Submission.objects.filter(sequence="S").count() == 1
    return Claim.objects.get()


def left(row: OutgoingClaim, ana: User, *, place: int = 1) -> OutgoingClaim:
    OutgoingClaim.objects.filter(pk=row.pk).update(state="ready", ready_at=NOW, ready_by=ana, icn="ICN9")
    sent.mark_batched([row.pk], now=NOW)
    rows = [sent.SentRow(row.pk, "0001", f"{'a' * 40}/1/{place}")]
    sent.record_sent(rows, sent_on=TODAY, isa_control="9", gs_control="9", sent_by="HB01", sent_to="CLR01", now=NOW)
    row.refresh_from_db()
    return row


def test_a_secondary_claim_sent_again_keeps_what_it_said_where_the_books_know_less(take_in: TakeIn, ana: User) -> None:
    claim = sent_to_both(take_in)
    row = draft(claim, ana, "again", rank=2)
    said = text_of(row).claim
    assert row.sequence == "S"
    assert ("REF", "G1", "AUTH2") in said
    assert [e[2] for e in said if e[:2] == ("AMT", "D")] == ["60.00"]


def test_a_secondary_claim_sent_again_tells_what_the_first_payer_decided_since(take_in: TakeIn, ana: User) -> None:
    sent_to_both(take_in)
    take(Era([Clp("HC-1", PAID, icn="ICN5", member="MBR001")]))
    said = text_of(draft(Claim.objects.get(), ana, "again", rank=2)).claim
    assert ("REF", "G1", "AUTH2") in said
    assert [e[2] for e in said if e[:2] == ("AMT", "D")] == ["80"]


def test_a_hospitals_interim_bill_stays_one(take_in: TakeIn, ana: User) -> None:
    hospital, doctor = samples()[-1], samples()[0]
    for frequency in "234":
        interim = write_field(hospital, "frequency", frequency)
        assert read_field(for_purpose(interim, "again", icn=""), "frequency") == frequency
        assert read_field(for_purpose(interim, "corrected", icn="I"), "frequency") == "7"
    assert read_field(for_purpose(write_field(doctor, "frequency", "2"), "again", icn=""), "frequency") == "1"
    take_in(written([GUS]))
    Submission.objects.update(source="entered by hand")
    Claim.objects.update(form="I", frequency="3")
    assert draft(Claim.objects.get(), ana, "again").frequency == "3"


def test_a_void_to_the_secondary_leaves_the_claim_in_the_books(take_in: TakeIn, ana: User) -> None:
    claim = sent_to_both(take_in)
    left(draft(claim, ana, "void", rank=2), ana)
    claim.refresh_from_db()
    assert (claim.state == "void", claim.charge) == (False, Decimal("125.00"))
    assert Submission.objects.filter(sequence="S", frequency="8").count() == 1


def test_a_correction_goes_to_the_payer_that_denied(take_in: TakeIn, ana: User) -> None:
    sent_to_both(take_in)
    take(Era([Clp("HC-1", DENIED, icn="ICN5", member="MBR001")]))
    denials = list(Denial.objects.values_list("pk", flat=True))
    assert denials
    claim = Claim.objects.get()
    assert draft(claim, ana, denial_ids=denials).sequence == "P"
    assert draft(claim, ana).sequence == "S"


def test_one_carrier_in_two_ranks_is_chosen_by_its_rank(take_in: TakeIn, ana: User) -> None:
    claim = sent_to_both(take_in)
    assert claim.coverage1
    assert claim.coverage2
    Coverage.objects.filter(pk=claim.coverage2.pk).update(payer=claim.coverage1.payer)
    claim = Claim.objects.get()
    chosen = [rank for rank, _ in selectors.choices_for(claim).payers]
    door = Client()
    door.force_login(ana)
    for rank in chosen:
        door.post(reverse("claim_correct", args=[claim.pk]), {"purpose": "again", "payer": str(rank)})
    assert list(OutgoingClaim.objects.order_by("pk").values_list("sequence", flat=True)) == ["P", "S"]


def test_after_a_crossover_the_secondary_is_billed_once_somebody_asked(take_in: TakeIn, ana: User) -> None:
    both_known(take_in)
    take(Era([Clp("HC-1", PAID, status="19", member="MBR001")]))
    row = draft(Claim.objects.get(), ana, "new", rank=2)

    def levels(row: OutgoingClaim) -> list[Any]:
        return [one.is_stop for one in ready.findings_on(row, today=TODAY) if one.code == "sent_on"]

    assert levels(row) == [False]
    row.purpose = OutgoingClaim.Purpose.NEXT_PAYER
    assert levels(row) == [True]


def test_a_holder_whom_nobody_knows_is_not_the_patient(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS]))
    Submission.objects.update(source="entered by hand")
    Coverage.objects.update(relationship="19", subscriber=None)
    text = text_of(draft(Claim.objects.get(), ana, "new"))
    assert "GUARINO" not in str(text.subscriber)
    assert "GUARINO" in str(text.patient)
    assert read_field(text, "member_id") == "MBR001"
    assert "subscriber_last" in missing_fields(text)


def test_a_rejected_claim_waits_for_somebody_until_another_takes_its_place(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS]))
    claim = Claim.objects.get()
    row = left(draft(claim, ana, "new"), ana)
    Submission.objects.filter(pk=row.submission_id).update(state="rejected")

    def rejected() -> list[OutgoingClaim]:
        return list(selectors.outgoing_seen(ana, tab="rejected"))

    assert rejected() == [row]
    assert [one.pk for one in selectors.open_cases([claim.practice_id], TODAY)] == [row.pk]
    again = draft(claim, ana, "new")
    assert rejected() == []
    assert {one.code: one.count for one in selectors.tab_figures(ana)}["rejected"] == 0
    services.cancel(again.pk, reason="The payer called", actor=ana, now=NOW)
    assert rejected() == [row]
