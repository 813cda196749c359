"""Cedar Clinic: a record of every kind that an address may name, each with words that nobody else may read."""

import datetime as dt
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator

from arwork.staff.models import ApiToken, AuditEvent, EmergencyAccess
from arwork.webhooks.models import Webhook, WebhookDelivery
from claims.adjustments.models import WriteOff
from claims.amendments import contact_points
from claims.amendments.history import Turn, Word
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim, PossibleDuplicate
from claims.denials.models import Denial, DenialRule
from claims.documents.services import BroughtFile, add_to_claim
from claims.duplicates.models import PersonPair
from claims.edi.models import EdiFile
from claims.ledger.models import Posting
from claims.parties.models import Account, FileSuggestion
from claims.payers.models import Contract
from claims.practices.models import OfficeClosure, Practice
from claims.privacy.models import Disclosure
from claims.receipts.models import Receipt
from claims.receipts.recording import ReceivedMoney, post_receipts
from claims.refunds.models import Refund, RefundRun
from claims.remits.coverage_models import InsuredCorrection
from claims.remits.models import (
    ProviderAdjustment,
    RemitClaim,
    RemitException,
    Remittance,
)
from claims.transfers.models import HandTransfer, PostingMove, RebillMark
from collections_app.contacts.gate_models import ContactRule, ContactVerdict, Licence
from collections_app.contacts.models import Contact, Hold
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.deliveries.models import Reply
from collections_app.letters.models import LetterText
from collections_app.letters.services import make_letter
from collections_app.limits.models import Limit
from collections_app.plans.models import PlanPolicy
from collections_app.statements.models import Statement, StatementRun
from collections_app.worklist import saved_lists
from collections_app.worklist import services as worklist
from collections_app.worklist.absence_models import Absence
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.outcome_rule_models import OutcomeRule
from tests.acceptance.cedar_money import bank_debits_of, cash_and_closing
from tests.acceptance.conftest import ImportEdi
from tests.acceptance.payer_rows import payer_rows_of
from tests.agencies.rows import recalled_placement
from tests.appeals.rows import appeal_of
from tests.assistance.rows import assistance_of_cedar
from tests.cast import (
    NOW,
    TODAY,
    make_payer,
    make_person,
    make_practice,
    make_user,
)
from tests.claim_batches.rows import batch_with
from tests.deliveries.mailing import mailed_to
from tests.disputes.opening import dispute_of
from tests.documents.scans import pdf
from tests.edi_intake.writing import Sent, write_837
from tests.eobs.entering import entered, typed
from tests.late_payments.rows import interest_demand_of
from tests.legal.rows import court_rows
from tests.outgoing_claims.rows import outgoing_of
from tests.payments.taking import payments_of_every_kind
from tests.plans.rows import standing_plan
from tests.releases.rows import requests_of_every_kind
from tests.remits.era import Clp, Era, Svc
from tests.routes.rows import route_of
from tests.settlements.rows import settlement_of
from tests.strategies.rows import strategies_of
from tests.tracing.rows import traces_of

CEDAR = "1003000126"


def cedars_of(import_edi: ImportEdi) -> dict[str, Any]:
    """A claim, a payment, an exception, a file and an item of Cedar Clinic; the ids an address may name."""
    cedar = make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    sent = [Sent(number="CZ-77001", charge="125.00", last="QUILLFEATHER", member="Q1")]
    paid = Clp(
        number="CZ-77001", lines=[Svc("125.00", "100.00", [("CO-45", "25.00")], code="99213", on=None)],
        last="QUILLFEATHER", member="Q1",
    )  # fmt: skip
    stray = Clp(number="CZ-NONE", lines=[Svc("50.00", "50.00")], last="QUILLFEATHER", icn="ICN2")
    import_edi(write_837(sent, npi=CEDAR, tin="069999999"), Era([paid, stray], trace="EFTCEDAR", practice=cedar).text())
    import_edi(write_837([sent[0].but(number="CZ-77002")], npi=CEDAR, tin="069999999", control=2))
    claim = Claim.objects.get(number="CZ-77002")
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim)
    carla = make_user(username="carla", practices=[cedar])
    action, *_ = [
        worklist.record_outcome(
            actor=carla, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY
        )
    ]
    assert action is not None
    remittance, account = Remittance.objects.get(), Account.objects.get(practice=cedar)
    adjustment = ProviderAdjustment.objects.create(remittance=remittance, position=99, code="WO", amount="10.00")
    contract = Contract.objects.create(
        practice=cedar, payer=make_payer(), name="CZ-77001", valid_from=dt.date(2026, 1, 1)
    )
    hold = Hold.objects.create(
        practice=cedar, account=account, reason="dispute", note="QUILLFEATHER", from_on=TODAY, placed_at=NOW
    )
    fact = PersonFact.objects.create(
        practice=cedar, person=account.guarantor, kind="place", words="QUILLFEATHER", from_on=TODAY, recorded_at=NOW,
        recorded_by=carla,
    )  # fmt: skip
    speaks = Representative.objects.create(
        practice=cedar, person=account.guarantor, kind="spouse", name="QUILLFEATHER", from_on=TODAY, recorded_at=NOW,
        recorded_by=carla,
    )  # fmt: skip
    limit = Limit.objects.create(
        practice=cedar, name="small_balance", value=1, valid_from=TODAY, source="QUILLFEATHER", entered_by=carla
    )
    question = ApprovalRequest.objects.create(
        practice=cedar, subject="remit_exception", subject_id=RemitException.objects.get().pk, kind="cash_left_out",
        authority="cash_left_out", amount="50.00", weighed_amount="50.00", payload={"action": "dismiss"},
        reason="QUILLFEATHER", asked_by=carla, asked_at=NOW, escalates_on=TODAY,
    )  # fmt: skip
    write_off = WriteOff.objects.create(
        practice=cedar, account=claim.account, claim=claim, bucket="PAYER1", books_to="WO_ADMIN", amount="1.00",
        reason="QUILLFEATHER", state="refused", asked_by=carla, asked_at=NOW,
    )  # fmt: skip
    carl = make_user(username="carl", role="supervisor", practices=[cedar])
    document = add_to_claim(claim.pk, BroughtFile(pdf(), "QUILLFEATHER.pdf", "letter"), actor=carl, now=NOW)
    eob, _ = entered(carl, typed((claim, [{"paid": "1"}])), "1.00", trace="CZ-77001")
    run = RefundRun.objects.create(
        practice=cedar, method="check", made_on=TODAY, made_at=NOW, made_by=carla, count=1, amount="10.00",
        file_name="QUILLFEATHER", content="QUILLFEATHER", sha256="x",
    )  # fmt: skip
    refund = Refund.objects.create(
        practice=cedar, account=account, amount="10.00", cause="unknown", reason="QUILLFEATHER", payee="QUILLFEATHER",
        asked_by=carla, asked_at=NOW,
    )  # fmt: skip
    debit_ids = bank_debits_of(account, carla)
    statement_run = StatementRun.objects.create(practice=cedar, run_on=TODAY, started_at=NOW, started_by=carl)
    statement = Statement.objects.create(
        practice=cedar, account=account, run=statement_run, state="held_back", made_on=TODAY, due_on=TODAY, amount=1,
        made_by=carl, held_because="QUILLFEATHER",
    )  # fmt: skip
    event = AuditEvent.objects.filter(practice_id=cedar.pk).last()
    assert event is not None
    money = ReceivedMoney(account.pk, cedar.pk, Decimal(40), TODAY, "QUILL")
    post_receipts([money], posted_on=TODAY, now=NOW)
    person, cover = claim.patient.person, claim.coverage1
    change = contact_points.add_phone(person.pk, "2125550123", turn=Turn(carla, Word("call"), NOW, TODAY))
    home = person.addresses.get()
    suggestion = FileSuggestion.objects.create(practice=cedar, person=person, address=home, told_on=TODAY)
    Practice.objects.filter(pk=cedar.pk).update(phone="5185550177")
    letter = make_letter(
        kind="plain", account_id=account.pk, facts={"topic": "QUILLFEATHER", "words": "CZ-77001"}, language="en",
        actor=carla, today=TODAY, now=NOW,
    )  # fmt: skip
    text = LetterText.objects.create(
        practice=cedar, kind="plain", language="en", subject="QUILLFEATHER", body="{words}", valid_from=TODAY,
        source="QUILLFEATHER", entered_by=carla, entered_at=NOW,
    )  # fmt: skip
    returned, batch, asked = mailed_to(account, by=carla)
    reply = Reply.objects.create(
        practice=cedar, account=account, number="+12125550123", words="QUILLFEATHER", provider_id="x", heard_at=NOW
    )
    return {
        **requests_of_every_kind(claim, carla, words="QUILLFEATHER"),
        "letter_id": letter.pk,
        "text_id": text.pk,
        **dispute_of(claim, carla, words="QUILLFEATHER"),
        **appeal_of(claim, carla, words="QUILLFEATHER"),
        **debit_ids,
        "sent_id": returned.pk,
        "printed_id": batch.pk,
        "asked_id": asked.pk,
        "reply_id": reply.pk,
        **traces_of(account, carla),
        **route_of(claim, carla, words="QUILLFEATHER"),
        **settlement_of(claim, carla, words="QUILLFEATHER"),
        **interest_demand_of(claim, carla, words="QUILLFEATHER"),
        **payer_rows_of(claim, carla, words="QUILLFEATHER"),
        **outgoing_of(claim, carla),
        **strategies_of(account, carla),
        "payment_plan_id": standing_plan(claim, carla, words="QUILLFEATHER").pk,
        **assistance_of_cedar(account, carla),
        **recalled_placement(claim, carla, words="QUILLFEATHER"),
        **batch_with(claim, carla, words="QUILLFEATHER"),
        "policy_id": PlanPolicy.objects.create(
            practice=cedar,
            balance_from=0,
            minimum=25,
            longest_months=6,
            grace_days=5,
            consequence="call",
            position="disclosed",
            valid_from=TODAY,
            source="QUILLFEATHER",
            entered_by=carla,
        ).pk,
        "person_id": person.pk,
        "address_id": home.pk,
        "phone_id": person.phones.get().pk,
        "email_id": person.emails.create(address="quillfeather@example.com").pk,
        "coverage_id": cover.pk if cover else 0,
        "change_id": change.pk,
        "suggestion_id": suggestion.pk,
        "claim_id": claim.pk,
        "account_id": Account.objects.get(practice=cedar).pk,
        "exception_id": RemitException.objects.get().pk,
        "remittance_id": Remittance.objects.get().pk,
        "remit_claim_id": RemitClaim.objects.first().pk,  # type: ignore[union-attr]
        "correction_id": InsuredCorrection.objects.create(
            remit_claim=RemitClaim.objects.get(claim__isnull=False), last="QUILLFEATHER", member_id="Q2"
        ).pk,
        "question_id": PossibleDuplicate.objects.get(practice=cedar).pk,
        "pair_id": PersonPair.objects.create(
            practice=cedar,
            one=claim.patient.person,
            other=make_person(practice=cedar, last="QUILLFEATHER"),
            strength=2,
            reasons="QUILLFEATHER",
            found_on=TODAY,
        ).pk,
        "file_id": EdiFile.objects.first().pk,  # type: ignore[union-attr]
        "item_id": item.pk,
        "row_id": item.pk,
        "practice_id": cedar.pk,
        "user_id": carla.pk,
        "adjustment_id": adjustment.pk,
        "contract_id": contract.pk,
        "hold_id": hold.pk,
        "fact_id": fact.pk,
        "representative_id": speaks.pk,
        "licence_id": Licence.objects.create(
            practice=cedar, jurisdiction="NY", number="QUILLFEATHER", valid_from=TODAY
        ).pk,
        "reason": "bankruptcy",
        "language": "en",
        "limit_id": limit.pk,
        "closure_id": OfficeClosure.objects.create(
            practice=cedar, day=TODAY + dt.timedelta(days=9), name="QUILLFEATHER", entered_by=carla, entered_at=NOW
        ).pk,
        "absence_id": Absence.objects.create(
            person=carla, starts_on=TODAY, ends_on=TODAY, entered_by=carla, entered_at=NOW, note="QUILLFEATHER"
        ).pk,
        "contact_rule_id": ContactRule.objects.create(
            practice=cedar, code="us-calls", most=5, valid_from=TODAY, source="QUILLFEATHER", entered_by=carla
        ).pk,
        "verdict_id": ContactVerdict.objects.create(
            contact=Contact.objects.create(
                practice=cedar,
                account=account,
                person=account.guarantor,
                channel="phone",
                outcome="no_answer",
                at=NOW,
                by=carla,
            ),
            answer="block",
            reason="QUILLFEATHER",
            why_anyway="QUILLFEATHER",
        ).pk,
        "outcome_rule_id": OutcomeRule.objects.create(
            practice=cedar, code="in_process", days=9, valid_from=TODAY, source="QUILLFEATHER"
        ).pk,
        "denial_id": _denial_of(claim).pk,
        "denial_rule_id": DenialRule.objects.create(
            practice=cedar,
            group="CO",
            carc="197",
            category="coding",
            kind="soft",
            way="correct",
            valid_from=TODAY,
            source="QUILLFEATHER",
        ).pk,
        "document_id": document.pk,
        "eob_id": eob.pk,
        "request_id": question.pk,
        "write_off_id": write_off.pk,
        "refund_id": refund.pk,
        "run_id": run.pk,
        "statement_run_id": statement_run.pk,
        "statement_id": statement.pk,
        "part": 1,
        "key": f"account-{account.pk}",
        "event_id": event.pk,
        "emergency_id": EmergencyAccess.objects.create(
            user=carla, practice_id=cedar.pk, reason="QUILLFEATHER", opened_at=NOW, ends_at=NOW
        ).pk,
        "disclosure_id": Disclosure.objects.create(
            account=account,
            disclosed_on=TODAY,
            recipient="QUILLFEATHER",
            what="a bill",
            purpose="asked for",
            recorded_by=carla,
            recorded_at=NOW,
        ).pk,
        "token_id": ApiToken.objects.create(
            owner=carla,
            name="QUILLFEATHER",
            digest="x",
            beginning="arw_x",
            capabilities=[],
            opened_by=carla,
            opened_at=NOW,
            expires_at=NOW + dt.timedelta(days=1),
        ).pk,
        "webhook_id": (
            hook := Webhook.objects.create(
                practice_id=cedar.pk,
                name="QUILLFEATHER",
                url="https://example.com/QUILLFEATHER",
                events=[],
                secret="x",
                opened_by=carla,
                opened_at=NOW,
            )
        ).pk,
        "delivery_id": WebhookDelivery.objects.create(webhook=hook, event="QUILLFEATHER", data={}).pk,
        "factor_id": Authenticator.objects.create(user=carla, type="totp", data={}).pk,
        "list_id": saved_lists.save_filter(actor=carla, name="QUILLFEATHER", query="CZ-77001").pk,
        "position": 1,
        "segment": 3,
        "receipt_id": Receipt.objects.get().pk,
        "posting_id": (paid := Posting.objects.filter(kind="payer_payment").first()).pk,  # type: ignore[union-attr]
        "transfer_id": HandTransfer.objects.create(
            practice_id=cedar.pk,
            claim_id=paid.claim_id,
            origin="PAYER1",
            target="PATIENT",
            amount=1,
            reason="patient",
            words="QUILLFEATHER",
            moved_on=TODAY,
            moved_at=NOW,
            moved_by=carla,
        ).pk,
        "mark_id": RebillMark.objects.create(
            practice_id=cedar.pk,
            claim_id=paid.claim_id,
            bucket="PAYER1",
            reason="lost",
            words="QUILLFEATHER",
            after_submission=0,
            marked_on=TODAY,
            marked_at=NOW,
            marked_by=carla,
        ).pk,
        "move_id": PostingMove.objects.create(
            practice_id=cedar.pk,
            original=paid,
            amount=1,
            from_claim_id=paid.claim_id,
            to_claim_id=paid.claim_id,
            to_line_id=paid.line_id,
            words="QUILLFEATHER",
            moved_on=TODAY,
            moved_at=NOW,
            moved_by=carla,
        ).pk,
        "action_id": WorkAction.objects.first().pk,  # type: ignore[union-attr]
        **cash_and_closing(cedar, carla),
        **court_rows(claim, carla, words="QUILLFEATHER"),
        **payments_of_every_kind(account, carla),
    }


def _denial_of(claim: Claim) -> Denial:
    """A denial of a claim, on the remittance that is there."""
    answer = RemitClaim.objects.create(
        remittance=Remittance.objects.get(),
        position=77,
        segment=1,
        claim=claim,
        status="1",
        charge=claim.charge,
        paid=0,
    )
    return Denial.objects.create(
        practice=claim.practice, claim=claim, remit_claim=answer, payer=claim.payer, bucket="PAYER1", group="CO",
        carc="197", amount="10.00", category="authorization", kind="soft", initial_on=TODAY,
    )  # fmt: skip
