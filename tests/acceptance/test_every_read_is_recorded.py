"""Every address that shows patient data leaves one event in the trail, which names whom it showed.

The test opens each address of the product that answers a GET, over books in which every kind of record exists; a new
one joins by itself. An address that shows nobody is listed in `SHOWS_NOBODY` with the reason, which is held too: what
it answers names no patient.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from arwork.lib import clock
from arwork.staff import audit
from arwork.staff.models import AuditEvent, User
from claims.adjustments.models import WriteOff
from claims.amendments import contact_points
from claims.amendments.history import Turn, Word
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim, PossibleDuplicate
from claims.denials.models import Denial
from claims.documents.services import BroughtFile, add_to_claim
from claims.duplicates.models import PersonPair
from claims.edi import claim_number_conflicts
from claims.edi.models import EdiFile
from claims.ledger.models import Posting
from claims.practices.models import Practice
from claims.receipts.models import Receipt
from claims.receipts.recording import record_receipt
from claims.refunds.models import Refund
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.transfers.bucket_transfers import transfer
from collections_app.contacts.identity import Caller, verify_identity
from collections_app.contacts.services import place_hold
from collections_app.letters.services import make_letter
from collections_app.statements import printing, releasing, runs
from collections_app.statements.models import Statement, StatementRun
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.window_models import MissedWindow
from tests.acceptance.cedar_money import bank_debits_of
from tests.acceptance.conftest import ImportEdi
from tests.acceptance.payer_rows import payer_rows_of
from tests.acceptance.shows_nobody import SHOWS_NOBODY
from tests.agencies.rows import recalled_placement
from tests.appeals.rows import appeal_of
from tests.assistance.rows import assistance_of_cedar
from tests.cast import NOW, TODAY, make_ada, make_ana, make_coverage, make_payer, make_person, make_practice
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

pytestmark = pytest.mark.django_db

NAME = "QUILLFEATHER"

#: What an address needs in its query to show something.
QUERY: dict[str, Callable[[Client], str]] = {
    "search": lambda client: client.post("/search", {"q": NAME})["Location"].partition("?")[2],
    "aging_rows": lambda client: "column=total",
    "assistance": lambda client: "tab=complete",
    "api_assistance": lambda client: "tab=complete",
    "worklist": lambda client: "q=",
    "route_choices": lambda client: "tab=other",
    "late_payments": lambda client: "tab=demanded",
    "status_requests": lambda client: "tab=asked",
}
#: Addresses whose ids belong together.
OTHERS = {
    "claim_raw": {"claim_id": "paid_claim"},
    "posting_move": {"claim_id": "paid_claim"},
    "import_download": {"file_id": "billed_file"},
}
#: What has to be done first.
BEFORE = {
    "windows": lambda _, ids: _miss_a_window(ids),
    "never_billed": lambda _, ids: _owe_in_spite_of_medicaid(ids),
    "desk_together": lambda client, ids: client.post(reverse("desk_together_take", args=[ids["item_id"]])),
}


@pytest.fixture
def ada() -> User:
    return make_ada(make_practice())


def _owe_in_spite_of_medicaid(ids: dict[str, int | str]) -> None:
    medicaid = make_payer(name="State Medicaid", payer_class="medicaid", payer_id="MCD01")
    make_coverage(patient=Claim.objects.get(pk=ids["claim_id"]).patient, payer=medicaid, rank=2)


def _miss_a_window(ids: dict[str, int | str]) -> None:
    MissedWindow.objects.create(
        practice_id=ids["practice_id"], item_id=ids["item_id"], kind="filing", closed_on=clock.today(), amount=1,
        why=MissedWindow.Why.UNTOUCHED,
    )  # fmt: skip


def _statement(practice: Practice, actor: User) -> tuple[StatementRun, Statement]:
    """A run that left, with its print file, and a statement of it."""
    Practice.objects.filter(pk=practice.pk).update(phone="2125550143")
    run = runs.start_run(practice.pk, actor=actor, today=TODAY, now=NOW)
    runs.make_run(run.pk, clock=lambda: NOW)
    releasing.release_run(run.pk, actor=actor, today=TODAY, now=NOW)
    printing.print_run(run.pk, clock=lambda: NOW)
    return run, Statement.objects.get(run=run)


@pytest.fixture
def ids(ada: User, import_edi: ImportEdi) -> dict[str, int | str]:
    """A record of every kind: the ids that an address may name."""
    sent = Sent(number="HC-1", charge="125.00", last=NAME, member="Q1")
    paid = Clp("HC-1", [Svc("125.00", "100.00", [("CO-45", "25.00")], code="99213", on=None)], last=NAME, member="Q1")
    denied = Clp("HC-3", [Svc("125.00", "0.00", [("CO-197", "125.00")], code="99213", on=None)], last=NAME, member="Q1")
    stray = Clp("HC-NONE", [Svc("50.00", "50.00")], last=NAME, icn="ICN2")
    answered = Era([paid, denied, stray], plb=[("WO:HC-1", "5.00")])
    import_edi(write_837([sent, sent.but(number="HC-2"), sent.but(number="HC-3")]), answered.text())
    import_edi(write_837([sent.but(number="HC-2", charge="130.00")], control=2))
    claim, held = Claim.objects.get(number="HC-2"), EdiFile.objects.order_by("-pk")[0]
    document = add_to_claim(claim.pk, BroughtFile(pdf(NAME), f"{NAME}.pdf", "letter"), actor=ada, now=NOW)
    eob, _ = entered(ada, typed((claim, [{"paid": "1"}])), "1.00")
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    person = claim.patient.person
    namesake = make_person(practice=claim.practice, last=NAME, first="G")
    pair = PersonPair.objects.create(
        practice=claim.practice, one=person, other=namesake, strength=2, reasons="name", found_on=TODAY
    )
    exception = RemitException.objects.get(provider_adjustment=None)
    question = ApprovalRequest.objects.create(
        practice_id=claim.practice_id, subject="remit_exception", subject_id=exception.pk, kind="cash_left_out",
        authority="cash_left_out", amount="50.00", weighed_amount="50.00", claim=claim, reason="not ours",
        payload={"action": "dismiss"}, asked_by=make_ana(claim.practice), asked_at=NOW, escalates_on=TODAY,
    )  # fmt: skip
    write_off = WriteOff.objects.create(
        practice_id=claim.practice_id, account_id=claim.account_id, claim=claim, bucket="PAYER1", books_to="WO_ADMIN",
        amount="1.00", reason="not ours", state="refused", asked_by=ada, asked_at=NOW,
    )  # fmt: skip
    refund = Refund.objects.create(
        practice=claim.practice, account=claim.account, amount=10, cause="unknown", reason="Paid twice.", payee=NAME,
        state="issued", number="7", issued_on=dt.date(2026, 1, 5), asked_by=ada, asked_at=NOW, approved_by=ada,
        approved_at=NOW,
    )  # fmt: skip
    record_receipt(
        actor=ada, account_id=claim.account_id, amount=Decimal(40), received_on=TODAY, method="check", reference="1",
        today=TODAY, now=NOW,
    )  # fmt: skip
    transfer(
        claim.pk, line_id=None, origin="PAYER1", target="PATIENT", amount=Decimal(60), reason="patient", words="x",
        actor=ada, today=TODAY, now=NOW,
    )  # fmt: skip
    run, statement = _statement(claim.practice, ada)
    person, cover = claim.patient.person, claim.coverage1
    change = contact_points.add_phone(person.pk, "2125550123", turn=Turn(ada, Word("call"), NOW, TODAY))
    email = person.emails.create(address="quillfeather@example.com")
    Practice.objects.update(phone="5185550143")
    letter = make_letter(
        kind="plain", account_id=claim.account_id, facts={"topic": NAME, "words": "x"}, language="en", actor=ada,
        today=TODAY, now=NOW,
    )  # fmt: skip
    held_for = place_hold(actor=ada, account_id=claim.account_id, reason="bankruptcy", now=NOW, today=TODAY)
    wrong = {"zip": "00000", "account": "none"}
    guarantor = Caller("guarantor", claim.account.guarantor_id)
    verify_identity(
        actor=ada, account_id=claim.account_id, caller=guarantor, said=wrong, now=clock.now(), today=clock.today()
    )
    returned, batch, asked = mailed_to(claim.account, by=ada)
    return {
        **requests_of_every_kind(claim, ada, words="Sterling"),
        "letter_id": letter.pk,
        "kind": "plain",
        "language": "en",
        **bank_debits_of(claim.account, ada),
        "sent_id": returned.pk,
        "printed_id": batch.pk,
        "asked_id": asked.pk,
        "reply_id": 1,
        "question_id": PossibleDuplicate.objects.order_by("pk")[0].pk,
        "pair_id": pair.pk,
        "write_off_id": write_off.pk,
        "key": f"account-{claim.account_id}",
        "refund_id": refund.pk,
        "run_id": 1,
        "statement_run_id": run.pk,
        "statement_id": statement.pk,
        "part": 1,
        "request_id": question.pk,
        "denial_id": Denial.objects.get(claim__number="HC-3").pk,
        "claim_id": claim.pk,
        "account_id": claim.account_id,
        "exception_id": exception.pk,
        "receipt_id": Receipt.objects.get().pk,
        "posting_id": Posting.objects.get(kind="payer_payment", claim__number="HC-1").pk,
        "person_id": person.pk,
        "address_id": person.addresses.get().pk,
        "phone_id": person.phones.get().pk,
        "email_id": email.pk,
        "coverage_id": cover.pk if cover else 0,
        "change_id": change.pk,
        "suggestion_id": 1,
        "fact_id": 1,
        "reason": "bankruptcy",
        "hold_id": held_for.pk,
        "remittance_id": Remittance.objects.get().pk,
        "remit_claim_id": RemitClaim.objects.get(number="HC-1").pk,
        "paid_claim": Claim.objects.get(number="HC-1").pk,
        "file_id": held.pk,
        "billed_file": EdiFile.objects.order_by("pk")[0].pk,
        "position": 1,
        "segment": claim_number_conflicts.open_conflicts(held.transactions.get())[0],
        "item_id": WorkItem.objects.get(claim=claim).pk,
        "document_id": document.pk,
        "eob_id": eob.pk,
        "user_id": ada.pk,
        "practice_id": claim.practice_id,
        "payer_id": claim.payer_id or 0,
        **payments_of_every_kind(claim.account, ada),
        **court_rows(claim, ada, words=NAME),
        **assistance_of_cedar(claim.account, ada, words=NAME),
        **traces_of(claim.account, ada, words=NAME),
        # Last: a payment that fails settles the plans of its account, and nothing is owed for this one.
        **strategies_of(claim.account, ada),
        "payment_plan_id": standing_plan(claim, ada, words=NAME).pk,
        **route_of(claim, ada, words=NAME),
        **settlement_of(claim, ada, words=NAME),
        **interest_demand_of(claim, ada, words=NAME),
        **payer_rows_of(claim, ada, words="The house"),
        **appeal_of(Claim.objects.get(number="HC-3"), ada, words=NAME),
        **dispute_of(Claim.objects.get(number="HC-3"), ada, words=NAME),
        **recalled_placement(claim, ada, words="The agency"),
        **outgoing_of(claim, ada),
        **batch_with(claim, ada, words="The house"),
    }


def test_an_address_that_shows_a_patient_leaves_one_event(client: Client, ada: User, ids: dict[str, int | str]) -> None:
    wrong = {}
    for name, arguments in _named():
        client.logout()  # so that each look is one of its own
        client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
        if fault := _fault(client, name, arguments, ids):
            wrong[name] = fault
    assert not wrong, "\n".join(f"{name}: {fault}" for name, fault in wrong.items())


def test_the_list_of_those_that_show_nobody_names_addresses_that_exist() -> None:
    assert not set(SHOWS_NOBODY) - {name for name, _ in _named()}


def _fault(client: Client, name: str, arguments: set[str], ids: dict[str, int | str]) -> str:
    """What is wrong with an address; empty where nothing is."""
    known = ids | {one: ids[other] for one, other in OTHERS.get(name, {}).items()}
    if name in BEFORE:
        BEFORE[name](client, ids)
    query = f"?{QUERY[name](client)}" if name in QUERY else ""
    before = AuditEvent.objects.count()
    answer = client.get(reverse(name, kwargs={one: known.get(one, 1) for one in arguments}) + query)
    text = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")
    events = list(AuditEvent.objects.order_by("id")[before:])
    if name in SHOWS_NOBODY:
        return "it names a patient: record that it was read" if NAME in text.upper() else ""
    if answer.status_code == 405:
        return ""
    if missing := arguments - set(known):
        return f"give the test an id for {missing}, or list it in SHOWS_NOBODY with the reason"
    if answer.status_code != 200:
        return f"it answers {answer.status_code}: show the test how to open it, or list it in SHOWS_NOBODY"
    if [one.action in audit.SEEING for one in events] != [True]:
        return f"record once that it was read; it left {[(one.action, one.subject) for one in events]}"
    [event] = events
    if (event.address, len(event.session), bool(event.request_id)) != ("127.0.0.1", 16, True):
        return "its event does not say where it came from"
    if event.subject not in ("claim", "account", "remit_exception") and not event.seen.exists():
        return "its event does not say whom it showed"
    return ""


def _named(patterns: Any = None, space: str = "") -> Iterator[tuple[str, set[str]]]:
    """The name and arguments of every address of the product."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from _named(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", set(pattern.pattern.converters)
