"""A claim drafted from what was sent, edited, made ready, sent, answered, read back."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.lib.races import ChangedMeanwhile
from arwork.staff.models import User
from claims.billing.models import Claim, Submission
from claims.edi.x12.claim_text import ClaimText
from claims.payers.models import Payer, PayerClass
from claims.practices.models import Practice
from collections_app.outgoing_claims import fields, ready, sent, services
from collections_app.outgoing_claims.content import sent_before_of, text_of
from collections_app.outgoing_claims.differences import differences
from collections_app.outgoing_claims.drafting import NotDraftable
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.selectors import ready_claims
from tests.balances import balance_of
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import NPI, Sent, interchange, many, write_277ca, write_837, write_999

GUS = Sent(number="HC-1", lines=(("99213", "85.00"), ("87070", "40.00")))
SENT_ON = dt.date(2026, 11, 20)


def written(claims: list[Sent]) -> bytes:
    return write_837(claims).replace(b"10004", b"100041234")


def draft(claim: Claim, ana: User, purpose: str = "corrected", **more: Any) -> OutgoingClaim:
    return services.draft_claim(claim.pk, purpose=purpose, actor=ana, today=TODAY, now=NOW, **more)


def made_ready(row: OutgoingClaim, ana: User) -> OutgoingClaim:
    row.refresh_from_db()
    return ready.make_ready(row.pk, edition=row.edition, reason="Checked", actor=ana, today=TODAY, now=NOW)


def file_of(text: ClaimText, *, control: int = 9) -> bytes:
    """The file in which a claim leaves, as whoever sends it writes it."""
    body = ["BHT*0019*00*9*20261120*1023*CH", "NM1*41*2*HARBOR BILLING*****46*HB01", "PER*IC*DESK*TE*2125550100",
            "NM1*40*2*CLEARING*****46*CLR01", "HL*1**20*1"]  # fmt: skip
    body += ["*".join(e) for e in text.billing] + [f"HL*2*1*22*{int(bool(text.patient))}"]
    body += ["*".join(e) for e in text.subscriber]
    if text.patient:
        body += ["HL*3*2*23*0", *("*".join(e) for e in text.patient)]
    return interchange("HC", "837", "005010X222A1", [*body, *("*".join(e) for e in text.claim)], control=control,
                       day="20261120")  # fmt: skip


def send(row: OutgoingClaim, ana: User) -> bytes:
    content = file_of(text_of(row))
    sent.mark_batched([row.pk], now=NOW, actor=ana)
    rows = [sent.SentRow(row.pk, "0001", f"{hashlib.sha256(content).hexdigest()[:40]}/1/1")]
    sent.record_sent(
        rows,
        sent_on=SENT_ON,
        isa_control="000000009",
        gs_control="9",
        sent_by="HB01",
        sent_to="CLR01",
        now=NOW,
        actor=ana,
    )
    row.refresh_from_db()
    return content


def test_a_corrected_claim_begins_with_the_very_segments_that_were_sent(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS.but(number="HC-0", member="OTHER", first="ANN"), GUS]))
    Claim.objects.filter(number="HC-1").update(icn="ICN77")
    row = draft(Claim.objects.get(number="HC-1"), ana)
    assert (row.frequency, row.icn, row.base, row.sequence) == ("7", "ICN77", "original", "P")
    before = sent_before_of(row)
    assert before
    assert [e[0] for e in before.subscriber] == ["SBR", "NM1", "N3", "N4", "DMG", "NM1"]
    assert ("NM1", "IL", "1", "GUARINO", "GUS", "", "", "", "MI", "MBR001") in before.subscriber
    told = [(one.label, one.was, one.now) for one in differences(before, text_of(row))]
    assert told == [("Claim: frequency", "1", "7"), ("Numbers: payer's claim number", "", "ICN77")]


def test_a_correction_is_edited_made_ready_sent_and_answered(take_in: TakeIn, ana: User, practice: Practice) -> None:
    take_in(written([GUS]))
    claim = Claim.objects.get()
    Claim.objects.update(icn="ICN77")
    row = draft(claim, ana)
    entered = {"lines.1.code": "99214", "lines.1.charge": "140", "lines.1.modifiers": "25"}
    services.change(row.pk, entered=entered, edition=1, actor=ana, now=NOW)
    row.refresh_from_db()
    assert fields.read_field(text_of(row), "charge") == "180"
    assert row.events.get(kind="changed").words.startswith(
        "Claim: charge: 125.00 → 180.00; Line 1, procedure: 99213 → 99214"
    )
    with pytest.raises(ChangedMeanwhile):
        services.change(row.pk, entered={"place": "22"}, edition=1, actor=ana, now=NOW)
    made_ready(row, ana)
    assert [one.pk for one in ready_claims(practice_id=practice.pk)] == [row.pk]
    content = send(row, ana)

    claim.refresh_from_db()
    assert (claim.charge, claim.frequency) == (Decimal("180.00"), "7")
    assert balance_of(claim.pk)["PAYER1"] == Decimal("180.00")
    submission = row.submission
    assert submission
    assert (row.state, submission.frequency, submission.gs_control, submission.sent_to) == ("sent", "7", "9", "CLR01")
    assert submission.charge == Decimal("180.00")
    assert sorted(submission.billed_lines.values_list("code", "charge")) == [
        ("87070", Decimal("40.00")), ("99214", Decimal("140.00")),
    ]  # fmt: skip

    postings = Submission.objects.count(), balance_of(claim.pk)
    assert take_in(content).status == "posted"
    assert (Submission.objects.count(), balance_of(claim.pk)) == postings
    take_in(write_999([("0001", "A")], group="9", day="20261121"))
    take_in(write_277ca([("HC-1", "A2", "ICN88")], day="20261122"))
    submission.refresh_from_db()
    assert submission.state == "accepted"


def test_medicare_part_b_takes_no_replacement(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS.but(filing="MB")]))
    assert Payer.objects.get().payer_class == PayerClass.MEDICARE
    for purpose in ("corrected", "void"):
        with pytest.raises(NotDraftable, match="reopening"):
            draft(Claim.objects.get(), ana, purpose)
    assert draft(Claim.objects.get(), ana, "new").frequency == "1"


def test_one_claim_goes_to_a_payer_once_at_a_time(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS]))
    claim = Claim.objects.get()
    row = draft(claim, ana, "new")
    assert draft(claim, ana, "new") == row
    with pytest.raises(services.NotOpen):
        draft(claim, ana, "corrected")
    services.cancel(row.pk, reason="The payer called", actor=ana, now=NOW)
    assert draft(claim, ana, "corrected") != row


def test_a_correction_without_the_payers_number_does_not_become_ready(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS]))
    row = draft(Claim.objects.get(), ana)
    with pytest.raises(ready.Stopped) as stopped:
        made_ready(row, ana)
    assert stopped.value.facts["field"] == "icn"


def test_ready_is_taken_back_and_edited_again(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS]))
    row = made_ready(draft(Claim.objects.get(), ana, "new"), ana)
    with pytest.raises(services.NotOpen):
        services.change(row.pk, entered={"place": "22"}, edition=row.edition, actor=ana, now=NOW)
    services.give_back(row.pk, actor=ana, today=TODAY, now=NOW)
    services.change(row.pk, entered={"place": "22"}, edition=row.edition, actor=ana, now=NOW)
    row = made_ready(row, ana)
    sent.mark_batched([row.pk], now=NOW)
    with pytest.raises(services.NotOpen):
        services.give_back(row.pk, actor=ana, today=TODAY, now=NOW)
    sent.give_back([row.pk], now=NOW, words="The gate complained")
    row.refresh_from_db()
    assert row.state == "ready"
    assert [one.kind for one in row.events.order_by("pk")] == [
        "drafted", "ready", "unready", "changed", "ready", "batched", "unbatched",
    ]  # fmt: skip


def test_a_void_takes_the_charges_back_once_it_is_sent(take_in: TakeIn, ana: User) -> None:
    take_in(written([GUS]))
    Claim.objects.update(icn="ICN77")
    row = made_ready(draft(Claim.objects.get(), ana, "void"), ana)
    content = send(row, ana)
    claim = Claim.objects.get()
    assert (claim.state, claim.balance) == ("void", Decimal("0.00"))
    take_in(content)
    assert Submission.objects.count() == 2


def test_without_a_kept_file_the_draft_is_made_from_the_books_and_names_what_they_lack(
    take_in: TakeIn, ana: User, practice: Practice
) -> None:
    take_in(written([GUS]))
    Submission.objects.update(source="entered by hand")
    row = draft(Claim.objects.get(), ana, "new")
    text = text_of(row)
    assert (row.base, row.sent_before) == ("books", None)
    assert fields.read_field(text, "member_id") == "MBR001"
    assert fields.read_field(text, "lines.2.code") == "87070"
    assert fields.read_field(text, "subscriber_birth") == "1961-04-12"
    missing = {one.field for one in ready.findings_on(row, today=TODAY) if one.is_stop}
    assert {"billing_address", "billing_city", "billing_zip"} <= missing
    assert "member_id" not in missing
    assert NPI in str(text.billing)


def test_many_claims_are_recorded_as_sent_with_as_many_queries_as_a_few(take_in: TakeIn, ana: User) -> None:
    take_in(written(many(7)))
    pks = list(Claim.objects.order_by("pk").values_list("pk", flat=True))
    rows = [made_ready(services.draft_claim(pk, purpose="new", actor=ana, today=TODAY, now=NOW), ana) for pk in pks]

    def sent_with(some: list[OutgoingClaim], *, letter: str) -> int:
        sent.mark_batched([row.pk for row in some], now=NOW)
        places = [sent.SentRow(row.pk, "0001", f"{letter * 40}/1/{n}") for n, row in enumerate(some, 1)]
        with CaptureQueriesContext(connection) as asked:
            sent.record_sent(
                places, sent_on=SENT_ON, isa_control="9", gs_control="9", sent_by="HB01", sent_to="CLR01", now=NOW
            )
        return len(asked)

    few, more = sent_with(rows[:2], letter="a"), sent_with(rows[2:], letter="b")
    assert more <= few + 2
    assert OutgoingClaim.objects.filter(state="sent").count() == 7
