"""What is made here passes the guide's own validator: secondary claims with what was decided before, claims from the
books once their gaps are filled; and the public claim files as secondary claims bear no defect of ours."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from arwork.staff.models import User
from claims.billing.models import Claim, Submission
from claims.edi.x12.claim_text import ClaimText
from claims.edi.x12.values import amount
from collections_app.clearinghouses.gate import check_file
from collections_app.outgoing_claims import ready, services
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.earlier_payers import Insured, LineDecision, PayerDecision, imbalances
from collections_app.outgoing_claims.fields import read_field, write_field
from collections_app.outgoing_claims.loops import line_spans
from collections_app.outgoing_claims.originals import texts_at
from collections_app.outgoing_claims.texts import to_next_payer
from tests.clearinghouses.test_envelopes import made
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.outgoing_claims.test_drafts import GUS, written
from tests.outgoing_claims.test_texts import CONTRADICTS_ITSELF, CORPUS, samples


def decided(text: ClaimText, *, sequence: str = "P", paid: str = "0.5") -> PayerDecision:
    """A payer that paid a share of each line, took a tenth off by contract and left the rest to the patient."""
    lines = []
    for n in range(1, len(line_spans(text.claim)) + 1):
        charge = amount(read_field(text, f"lines.{n}.charge")) or Decimal(0)
        part, off = (charge * Decimal(paid)).quantize(Decimal("0.01")), (charge / 10).quantize(Decimal("0.01"))
        cas = (("CO", "45", off), ("PR", "1", charge - part - off))
        code, revenue = read_field(text, f"lines.{n}.code"), ""
        if text.form == "I":
            revenue = read_field(text, f"lines.{n}.revenue_code")
        modifiers = tuple(read_field(text, f"lines.{n}.modifiers").split())
        lines.append(LineDecision(n, part, cas, code, modifiers, revenue, Decimal(1)))
    return PayerDecision(
        sequence=sequence, relationship="18", insured=Insured("GUARINO", "GUS", member_id="M1"),
        payer_name="FIRST HEALTH", payer_id=f"FH{sequence}", filing="CI", icn="ICN5", decided_on=dt.date(2026, 10, 5),
        paid=sum((one.paid for one in lines), Decimal(0)), remarks=("MA01",), lines=tuple(lines),
    )  # fmt: skip


def plain_sample() -> ClaimText:
    """One whose note does not stand behind its diagnoses, where the guide has none."""
    return write_field(samples()[0], "note", "")


def as_secondary(text: ClaimText, decisions: list[PayerDecision]) -> ClaimText:
    place = "PST"[len(decisions)]
    subscriber = tuple(("SBR", place, *e[2:]) if e[0] == "SBR" else e for e in text.subscriber)
    return to_next_payer(text, replace(text, subscriber=subscriber), decisions)


def complaints(texts: list[ClaimText]) -> list[str]:
    return [f"{one.place} {one.words}" for one in check_file(made(texts))]


def test_secondary_and_tertiary_claims_pass_the_validator_and_balance() -> None:
    for text in (plain_sample(), samples()[-1]):
        first = decided(text)
        second = replace(decided(text, sequence="S", paid="0.2"), payer_name="SECOND MUTUAL")
        for decisions in ([first], [first, second]):
            later = as_secondary(write_field(text, "billing_zip", "100041234"), decisions)
            assert all(imbalances(later, one) == [] for one in decisions)
            assert complaints([later]) == []


def test_what_a_payer_took_off_the_claim_as_a_whole_stands_at_the_claim() -> None:
    text = plain_sample()
    whole = replace(
        decided(text), lines=(), paid=Decimal("100.00"), adjustments=(("CO", "45", Decimal("25.00")),), remarks=()
    )
    later = as_secondary(text, [whole])
    assert imbalances(later, whole) == []
    assert not [e for e in later.claim if e[0] == "SVD"]
    assert ("DTP", "573", "D8", "20261005") in later.claim
    assert complaints([later]) == []
    assert imbalances(text, replace(whole, paid=Decimal("99.00"))) == [
        "The claim: charged 125.00, but FIRST HEALTH explains 124.00."
    ]


@pytest.mark.skipif(not CORPUS, reason="needs the public files")
def test_public_claims_as_secondary_ones_bear_no_defect_that_they_had_not() -> None:
    new, tried = [], 0
    for path in CORPUS:
        content = path.read_bytes()
        is_ours = b"005010X222A1" in content or b"005010X223A2" in content
        if not is_ours or path.name == CONTRADICTS_ITSELF:
            continue
        texts = [one for one in list(texts_at(content).values())[:1] if one.subscriber and one.billing]
        for text in texts:
            plain = to_next_payer(text, text, [])
            before = set(complaints([plain]))
            after = set(complaints([as_secondary(plain, [decided(plain)])]))
            tried += 1
            known = {one.split(" ", 1)[1] for one in before}
            new += [(path.name, one) for one in after - before if one.split(" ", 1)[1] not in known]
    assert new == []
    assert tried >= 30


def test_a_claim_from_the_books_passes_once_its_gaps_are_filled(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS]))
    Submission.objects.update(source="entered by hand")
    row = services.draft_claim(Claim.objects.get().pk, purpose="new", actor=ana, today=TODAY, now=NOW)
    given = {"billing_address": "1 HARBOR WAY", "billing_city": "NEW YORK", "billing_state": "NY",
             "billing_zip": "100041234"}  # fmt: skip
    services.change(row.pk, entered=given, edition=1, actor=ana, now=NOW)
    row.refresh_from_db()
    assert not [one for one in ready.findings_on(row, today=TODAY) if one.is_stop]
    assert complaints([text_of(row)]) == []
