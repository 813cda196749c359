"""One claim: its books tie out, its story is in words, opening it is recorded, and who owes next can be set."""

import datetime as dt

import pytest
from django.test import Client

from arwork.staff.models import AuditEvent
from claims.billing.models import Acknowledgment, Submission
from claims.denials.models import Denial
from claims.ledger import responsible_party
from claims.ledger import services as ledger
from claims.remits.models import RemitClaim, RemitLine, Remittance
from tests.cast import NOW, TODAY, make_claim, make_payer, make_practice, make_sol, move

pytestmark = pytest.mark.django_db
PAID_ON = dt.date(2026, 10, 6)


def _answered():
    """A claim of 240.00: 100.00 paid, 90.00 contractual, 30.00 coinsurance moved to the patient, 20.00 denied."""
    claim = make_claim(lines=["240.00"])
    line = claim.lines.get()
    remittance = Remittance.objects.create(
        practice=claim.practice, payer=claim.payer, transaction_id=1, key="k1", trace="EFT1", method="ACH",
        amount="100.00", paid_on=PAID_ON, received_on=PAID_ON, state="posted",
    )  # fmt: skip
    row = RemitClaim.objects.create(
        remittance=remittance, position=1, segment=12, claim=claim, status="1", charge="240.00", paid="100.00",
        bucket="PAYER1", state="posted", icn="ICN1",
    )  # fmt: skip
    adjustments = [["CO", "45", 9000, None], ["PR", "2", 3000, None], ["CO", "197", 2000, None]]
    RemitLine.objects.create(
        remit_claim=row, position=1, line=line, code="99214", charge="240.00", paid="100.00", adjustments=adjustments
    )
    Denial.objects.create(
        practice=claim.practice, claim=claim, line=line, remit_claim=row, payer=claim.payer, bucket="PAYER1",
        group="CO", carc="197", amount="20.00", category="authorization", kind="soft", initial_on=PAID_ON,
    )  # fmt: skip
    ledger.post(
        [
            move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="100.00", on=PAID_ON),
            move(line, kind="contractual", debit="CONTRACTUAL", credit="PAYER1", amount="90.00", on=PAID_ON),
            move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="30.00", on=PAID_ON),
        ],
        now=NOW,
    )
    claim.refresh_from_db()
    return claim


def test_buckets_of_lines_tie_to_the_claim_and_its_postings(sol: Client) -> None:
    claim = _answered()
    grid = sol.get(f"/claims/{claim.pk}").context["claim_view"].books.grid
    assert dict(zip(grid.buckets, map(str, grid.totals), strict=True)) == {"PAYER1": "20.00", "PATIENT": "30.00"}
    assert str(grid.total) == str(claim.balance) == "50.00"
    assert grid.is_tied


def test_the_ledger_runs_a_balance_and_a_transfer_changes_none(sol: Client) -> None:
    claim = _answered()
    told = sol.get(f"/claims/{claim.pk}").context["claim_view"].ledger
    assert [str(one.entry.balance) for one in told] == ["240.00", "140.00", "50.00", "50.00"]
    assert told[3].entry.is_within
    assert told[3].words == "Transferred from primary payer to patient"


def test_what_the_payer_said_is_in_plain_words(sol: Client) -> None:
    claim = _answered()
    page = sol.get(f"/claims/{claim.pk}").content.decode()
    for words in ("authorization missing (CO-197)", "coinsurance", "EFT1", "Denied:", "ICN1", "segment 12"):
        assert words in page, words


def test_a_reversal_names_what_it_undoes(sol: Client) -> None:
    claim = _answered()
    paid = claim.postings.get(kind="payer_payment")
    ledger.reverse([paid.pk], posted_on=TODAY, now=NOW)
    page = sol.get(f"/claims/{claim.pk}").content.decode()
    assert f"undoes posting {paid.pk}" in page
    assert "Reversed: payer paid" in page


def test_deadlines_come_with_their_reasoning(sol: Client) -> None:
    claim = _answered()
    deadlines = sol.get(f"/claims/{claim.pk}").context["claim_view"].deadlines
    assert {one.kind for one in deadlines} == {"corrected", "appeal_1"}
    assert all("Oct 6, 2026" in one.why for one in deadlines)


def test_an_accepted_submission_is_the_proof_of_timely_filing(sol: Client) -> None:
    claim = make_claim()
    sent = Submission.objects.get(claim=claim)
    for kind, category in (("999", ""), ("277CA", "A2")):
        Acknowledgment.objects.create(
            practice=claim.practice, claim=claim, submission=sent, kind=kind, verdict="accepted", category=category,
            status_code="20" if category else "", effective_on=dt.date(2026, 9, 17), source=f"s-{kind}",
        )  # fmt: skip
    before = sol.get(f"/claims/{claim.pk}").context["claim_view"]
    assert "filing" in {one.kind for one in before.deadlines}  # the submission itself is not accepted yet
    sent.state = "accepted"
    sent.save()
    story = sol.get(f"/claims/{claim.pk}").context["claim_view"]
    assert [(one.row.kind, one.is_proof) for one in story.sent[0].answers] == [("999", False), ("277CA", True)]
    assert "filing" not in {one.kind for one in story.deadlines}


@pytest.mark.parametrize(("kind", "category", "verdict"), [("277CA", "A1", "received"), ("999", "", "accepted")])
def test_neither_a_receipt_nor_an_accepted_file_is_proof(sol: Client, kind: str, category: str, verdict: str) -> None:
    claim = make_claim()
    sent = Submission.objects.get(claim=claim)
    Submission.objects.update(state="received")
    Acknowledgment.objects.create(
        practice=claim.practice, claim=claim, submission=sent, kind=kind, verdict=verdict, category=category,
        status_code="19" if category else "", effective_on=dt.date(2026, 9, 17), source="s",
    )  # fmt: skip
    response = sol.get(f"/claims/{claim.pk}")
    story = response.context["claim_view"]
    assert [one.is_proof for one in story.sent[0].answers] == [False]
    assert "filing" in {one.kind for one in story.deadlines}
    assert "proof of timely filing" not in response.content.decode()


def test_opening_a_claim_is_recorded_once(sol: Client) -> None:
    claim = make_claim()
    sol.get(f"/claims/{claim.pk}")
    event = AuditEvent.objects.get(action="read", subject="claim")
    assert (event.subject_id, event.practice_id) == (claim.pk, claim.practice_id)


def test_who_may_read_the_trail_is_led_to_who_opened_a_record(sol: Client, abe: Client) -> None:
    claim = make_claim(lines=["240.00"])
    for page, subject, number in (
        (f"/claims/{claim.pk}", "claim", claim.pk), (f"/accounts/{claim.account_id}", "account", claim.account_id),
    ):  # fmt: skip
        trail = f"/audit?subject={subject}&number={number}"
        link = trail.replace("&", "&amp;")
        assert link not in sol.get(page).content.decode()
        assert link in abe.get(page).content.decode()
        shown = abe.get(trail).context["page"].rows
        assert [(event.action, event.actor.role) for event, _, _ in shown] == [
            ("read", "auditor"),
            ("read", "supervisor"),
        ]


def test_the_page_costs_the_same_for_long_claims(sol: Client, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    short, long = make_claim(lines=["10.00"]), make_claim(lines=["10.00"] * 12)
    sol.get(f"/claims/{short.pk}")
    with CaptureQueriesContext(connection) as few:
        sol.get(f"/claims/{short.pk}")
    with django_assert_num_queries(len(few)):
        sol.get(f"/claims/{long.pk}")


def test_another_practice_has_no_such_claim(sol: Client, theirs) -> None:
    claim = make_claim(practice=theirs)
    for tail in ("", "/payments/1/raw", "/work"):
        assert sol.get(f"/claims/{claim.pk}{tail}").status_code == 404, tail
    for tail in ("/responsible", "/responsible/withdraw"):
        body = {"bucket": "PAYER1", "reason": "because"}
        assert sol.post(f"/claims/{claim.pk}{tail}", body).status_code == 404, tail
    assert not AuditEvent.objects.filter(action="read").exists()


def test_who_owes_next_is_set_and_withdrawn(sol: Client) -> None:
    claim = _answered()
    assert claim.responsible == "PAYER1"
    sol.post(f"/claims/{claim.pk}/responsible", {"bucket": "PATIENT", "reason": "Payer says final"})
    claim.refresh_from_db()
    assert (claim.responsible, claim.responsible_because) == ("PATIENT", "Payer says final")
    event = AuditEvent.objects.get(action="responsible_set")
    assert (event.before["responsible"], event.after["responsible"]) == ("PAYER1", "PATIENT")
    assert "Payer says final" not in str(event.after)
    assert b"Payer says final" in sol.get(f"/claims/{claim.pk}").content
    line = claim.lines.get()
    ledger.post([move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="5.00", on=TODAY)], now=NOW)
    claim.refresh_from_db()
    assert claim.responsible == "PATIENT"  # postings don't change what a person set
    sol.post(f"/claims/{claim.pk}/responsible/withdraw")
    claim.refresh_from_db()
    assert (claim.responsible, claim.responsible_set_by, claim.responsible_because) == ("PAYER1", None, "")


def test_who_owes_nothing_can_not_be_named() -> None:
    claim = make_claim(payers=[make_payer(), make_payer(name="Bluewater", payer_id="BLU01")])
    sol = make_sol(make_practice())
    with pytest.raises(responsible_party.OwesNothing):
        responsible_party.set_responsible(claim.pk, bucket="PAYER2", reason="x", actor=sol, today=TODAY, now=NOW)


def test_a_collector_looks_but_does_not_set(ana: Client) -> None:
    claim = make_claim()
    assert b"Set it by hand" not in ana.get(f"/claims/{claim.pk}").content
    assert ana.post(f"/claims/{claim.pk}/responsible", {"bucket": "PAYER1", "reason": "x"}).status_code == 403


def test_a_missing_reason_is_said_beside_the_field(sol: Client) -> None:
    claim = make_claim()
    response = sol.post(f"/claims/{claim.pk}/responsible", {"bucket": "PAYER1", "reason": ""})
    assert response.status_code == 422
    assert b"marked below" in response.content


def test_work_stands_beside_the_books(sol: Client) -> None:
    from collections_app.worklist import services

    claim = make_claim()
    services.refresh_all(today=TODAY + dt.timedelta(days=30), now=NOW)
    fragment = sol.get(f"/claims/{claim.pk}/work", headers={"HX-Request": "true"}).content.decode()
    assert "No response" in fragment
    assert "<html" not in fragment
    assert "Back to the claim" in sol.get(f"/claims/{claim.pk}/work").content.decode()


def test_a_payment_is_shown_as_it_was_sent(sol: Client, settings, tmp_path) -> None:
    import io

    from claims.edi import store
    from claims.edi.models import EdiFile, EdiTransaction

    settings.RAW_FILES_DIR = tmp_path
    claim = _answered()
    row = RemitClaim.objects.get()
    text = "ST*835*0001~CLP*C1*1*240*100~NM1*QC*1*GUARINO~SVC*HC:99214*240*100~CLP*C2*1*5*5~SE*6*0001~"
    isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261006*1200*^*00501*000000001*0*P*:~"
    kept = store.store_bytes(io.BytesIO((isa + "GS*HP*A*B*20261006*1200*1*X*005010X221A1~" + text).encode()))
    file = EdiFile.objects.create(sha256=kept.sha256, name="era.835", size=1, received_at=NOW, state="done")
    sent = EdiTransaction.objects.create(file=file, position=1, practice=claim.practice, kind="835")
    Remittance.objects.update(transaction_id=sent.pk)
    RemitClaim.objects.update(segment=4)
    page = sol.get(f"/claims/{claim.pk}/payments/{row.pk}/raw").content.decode()
    assert "CLP*C1*1*240*100" in page
    assert "SVC*HC:99214*240*100" in page
    assert "CLP*C2" not in page
    assert AuditEvent.objects.filter(action="raw_read", subject_id=row.pk).count() == 1
