"""A claim to the next payer: what the earlier ones decided goes with it and balances, line by line and as a whole."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.staff.models import User
from claims.billing.models import Claim, Submission
from claims.edi.x12.claim_text import ClaimText
from collections_app.outgoing_claims import sent, services
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.decided import decisions_before
from collections_app.outgoing_claims.drafting import NotDraftable, SentOnAlready
from collections_app.outgoing_claims.earlier_payers import cas_segments, imbalances
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.reading import read_claim
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import Sent
from tests.outgoing_claims.test_drafts import made_ready, written
from tests.remits.era import Clp, Era, Svc, take

#: Primary Meridian, secondary Harborside: the file names both.
GUS = Sent(number="HC-1", lines=(("99213", "85.00"), ("87070", "40.00")), served="20260914")
SECOND = Sent(
    number="HC-1", lines=GUS.lines, served="20260914", sequence="S", payer=("HARBORSIDE", "HBS2"), member="SEC9",
    prior=("MERIDIAN CHOICE", "MER01", "60.00"),
)  # fmt: skip
STORIES = {
    "paid with a contractual and a deductible": (
        Svc("85.00", "50.00", (("CO-45", "20.00"), ("PR-1", "15.00")), code="99213"),
        Svc("40.00", "30.00", (("CO-45", "10.00"),), code="87070"),
    ),
    "one line denied, the other paid": (
        Svc("85.00", "60.00", (("CO-45", "25.00"),), code="99213"),
        Svc("40.00", "0.00", (("CO-197", "40.00"),), code="87070"),
    ),
    "all to the patient": (
        Svc("85.00", "0.00", (("CO-45", "5.00"), ("PR-1", "60.00"), ("PR-2", "20.00")), code="99213"),
        Svc("40.00", "0.00", (("PR-1", "40.00"),), code="87070"),
    ),
    "sequestered": (
        Svc("85.00", "58.80", (("CO-45", "10.00"), ("PR-2", "15.00"), ("CO-253", "1.20")), code="99213"),
        Svc("40.00", "40.00", (), code="87070"),
    ),
}


def both_known(take_in: TakeIn) -> Claim:
    """A claim sent to its primary payer, of which a demand letter of the secondary taught the coverage."""
    take_in(written([GUS]))
    take_in(written([SECOND]).replace(b"ISA*00", b"ISA*00"), name="second.x12")
    Submission.objects.filter(sequence="S").delete()
    return Claim.objects.get()


def to_next(claim: Claim, ana: User) -> OutgoingClaim:
    return services.draft_claim(claim.pk, purpose="next_payer", actor=ana, today=TODAY, now=NOW)


def balances(text: ClaimText) -> None:
    """X12 005010X222A1 1.4.4: each line's charge is SVD02 and its CAS; the claim's is AMT*D and all CAS. Counted here
    from the segments alone."""
    claim, charges, paid, line = list(text.claim), [], Decimal(0), Decimal(0)
    total, every = Decimal(0), Decimal(0)
    explained: list[Decimal] = []
    for e in claim:
        if e[0] == "CLM":
            total = Decimal(e[2])
        elif e[0] == "LX":
            explained.append(Decimal(0))
        elif e[0] == "SV1":
            charges.append(Decimal(e[2]))
        elif e[:2] == ("AMT", "D"):
            paid = Decimal(e[2])
        elif e[0] == "SVD":
            explained[-1] += Decimal(e[2])
        elif e[0] == "CAS":
            line = sum((Decimal(e[place]) for place in range(3, len(e), 3)), Decimal(0))
            every += line
            if explained:
                explained[-1] += line
    assert explained == charges
    assert paid + every == total


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_what_the_primary_decided_goes_to_the_secondary_and_balances(story: str, take_in: TakeIn, ana: User) -> None:
    claim = both_known(take_in)
    take(Era([Clp("HC-1", STORIES[story], icn="ICN5", member="MBR001")]))
    row = to_next(Claim.objects.get(), ana)
    assert (row.sequence, row.frequency, row.icn, row.payer.name) == ("S", "1", "", "HARBORSIDE")
    text = text_of(row)
    balances(text)
    told = read_claim(text)
    assert (told.payer.name if told.payer else "", told.subscriber.member_id) == ("HARBORSIDE", "SEC9")
    (other,) = told.other_coverages
    assert (other.payer.id if other.payer else "", other.icn, other.subscriber.sequence) == ("MER01", "ICN5", "P")
    assert other.paid == sum(Decimal(one.paid) for one in STORIES[story])
    assert [svd.adjudicated_on for line in told.lines for svd in line.svds] == [dt.date(2026, 10, 5)] * 2
    assert imbalances(text, decisions_before(Claim.objects.get(), 2, text)[0]) == []
    assert claim.pk == row.claim_id


def test_a_crossover_is_not_sent_again(take_in: TakeIn, ana: User) -> None:
    claim = both_known(take_in)
    lines = STORIES["paid with a contractual and a deductible"]
    take(Era([Clp("HC-1", lines, status="19", member="MBR001")]))
    with pytest.raises(SentOnAlready, match="30 days"):
        to_next(claim, ana)


def test_before_the_primary_has_answered_nobody_else_is_billed(take_in: TakeIn, ana: User) -> None:
    claim = both_known(take_in)
    with pytest.raises(NotDraftable, match="has not answered yet"):
        to_next(claim, ana)


def test_a_corrected_answer_counts_and_the_one_taken_back_does_not(take_in: TakeIn, ana: User) -> None:
    both_known(take_in)
    first, second = STORIES["one line denied, the other paid"], STORIES["sequestered"]
    take(Era([Clp("HC-1", first, member="MBR001")]))
    undone = tuple(
        Svc(f"-{one.charge}", f"-{one.paid}" if one.paid != "0.00" else "0.00",
            tuple((code, f"-{amount}") for code, amount in one.cas), code=one.code)
        for one in first
    )  # fmt: skip
    take(Era([Clp("HC-1", undone, status="22", member="MBR001"), Clp("HC-1", second, member="MBR001")], trace="EFT2"))
    text = text_of(to_next(Claim.objects.get(), ana))
    balances(text)
    assert read_claim(text).other_coverages[0].paid == Decimal("98.80")


def test_a_secondary_claim_that_was_sent_leaves_the_charges_and_knows_what_was_paid_before(
    take_in: TakeIn, ana: User
) -> None:
    both_known(take_in)
    take(Era([Clp("HC-1", STORIES["paid with a contractual and a deductible"], member="MBR001")]))
    row = made_ready(to_next(Claim.objects.get(), ana), ana)
    sent.mark_batched([row.pk], now=NOW)
    rows = [sent.SentRow(row.pk, "0001", "a" * 40 + "/1/1")]
    sent.record_sent(
        rows, sent_on=TODAY, isa_control="000000009", gs_control="9", sent_by="HB01", sent_to="CLR01", now=NOW
    )
    row.refresh_from_db()
    assert row.submission
    assert (row.submission.sequence, row.submission.prior_paid) == ("S", Decimal("80.00"))
    assert row.submission.payer_id == row.payer_id
    claim = Claim.objects.get()
    assert (claim.charge, claim.balance) == (Decimal("125.00"), Decimal("15.00"))


def test_six_adjustments_fit_one_segment_and_the_seventh_begins_another() -> None:
    made = cas_segments([("CO", str(carc), Decimal("1.50")) for carc in range(1, 8)])
    assert [len(e) for e in made] == [19, 4]
    assert made[1] == ("CAS", "CO", "7", "1.5")
