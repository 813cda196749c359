"""Harbor's people cannot see, open, resolve or import anything of Cedar's, whichever address they type."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from arwork.staff import audit, people
from arwork.staff.models import ApiToken, AuditEvent, EmergencyAccess, User
from arwork.webhooks.models import Webhook, WebhookDelivery
from claims.adjustments.models import WriteOff
from claims.amendments import contact_points
from claims.amendments.history import Turn, Word
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim, PossibleDuplicate
from claims.cash.models import BankFile, BankLine, CashBatch, DepositSlip
from claims.closing.models import FrozenReport, GlAccount
from claims.closing.reports import digest_of
from claims.documents.services import BroughtFile, add_to_claim
from claims.duplicates.models import PersonPair
from claims.edi.models import EdiFile
from claims.ledger.models import Period, Posting
from claims.parties.models import Account, FileSuggestion
from claims.payers.models import Contract
from claims.practices.models import Practice
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
from collections_app.contacts.models import Hold
from collections_app.limits.models import Limit
from collections_app.worklist import saved_lists
from collections_app.worklist import services as worklist
from collections_app.worklist.absence_models import Absence
from collections_app.worklist.models import WorkAction, WorkItem
from tests.acceptance.conftest import ImportEdi
from tests.cast import (
    NOW,
    TODAY,
    make_abe,
    make_account,
    make_ada,
    make_claim,
    make_oona,
    make_patient,
    make_payer,
    make_person,
    make_practice,
    make_sol,
    make_user,
)
from tests.documents.scans import pdf
from tests.edi_intake.writing import Sent, write_837
from tests.eobs.entering import entered, typed
from tests.remits.era import Clp, Era, Svc

CEDAR = "1003000126"
#: What all practices have in common: these ids name nothing of Cedar's.
#: `who` and `token` stand in the link of an e-mail: whoever holds it is the person.
SHARED = {"who", "token", "payer_id", "identifier_id", "plan_id", "contact_id", "rule_id", "override_id", "merge_id"}
OWN_HOLD = ("desk_renew", "desk_release")  # these concern the person's own hold on an item, which there is none of
SECRETS = ("QUILLFEATHER", "CZ-77001", "EFTCEDAR")


@pytest.fixture
def cedars(import_edi: ImportEdi) -> dict[str, Any]:
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
    absence = Absence.objects.create(
        person=carla, starts_on=TODAY, ends_on=TODAY, entered_by=carla, entered_at=NOW, note="QUILLFEATHER"
    )
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
    event = AuditEvent.objects.filter(practice_id=cedar.pk).last()
    assert event is not None
    money = ReceivedMoney(account.pk, cedar.pk, Decimal(40), TODAY, "QUILL")
    post_receipts([money], posted_on=TODAY, now=NOW)
    person, cover = claim.patient.person, claim.coverage1
    change = contact_points.add_phone(person.pk, "2125550123", turn=Turn(carla, Word("call"), NOW, TODAY))
    home = person.addresses.get()
    suggestion = FileSuggestion.objects.create(practice=cedar, person=person, address=home, told_on=TODAY)
    return {
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
        "absence_id": absence.pk,
        "adjustment_id": adjustment.pk,
        "contract_id": contract.pk,
        "hold_id": hold.pk,
        "limit_id": limit.pk,
        "document_id": document.pk,
        "eob_id": eob.pk,
        "request_id": question.pk,
        "write_off_id": write_off.pk,
        "refund_id": refund.pk,
        "run_id": run.pk,
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
        **_cash_and_closing(cedar, carla),
    }


def _cash_and_closing(cedar: Practice, carla: User) -> dict[str, Any]:
    """A counted batch, a slip, a line of the bank, a closed month with a report, an account of the general ledger."""
    by = {"made_by": carla, "made_at": NOW}
    slip = DepositSlip.objects.create(
        practice=cedar, number=1, made_on=TODAY, bank_account="QUILLFEATHER", cash_amount=0, check_amount=0, **by
    )
    batch = CashBatch.objects.create(
        practice=cedar, day=TODAY, kind="patient", state="closed", opened_at=NOW, opened_by=carla, slip=slip,
        over_short_why="QUILLFEATHER",
    )  # fmt: skip
    file = BankFile.objects.create(
        practice=cedar, name="QUILLFEATHER", form="csv", sha256="x", taken_at=NOW, taken_by=carla
    )
    line = BankLine.objects.create(
        file=file, practice=cedar, number=1, on=TODAY, amount=1, description="QUILLFEATHER", key="x"
    )
    period = Period.objects.create(practice=cedar, ends_on=dt.date(2020, 1, 31), closed_at=NOW, closed_by=carla)
    report = FrozenReport.objects.create(
        period=period, name="cash", title="QUILLFEATHER", body="{}", csv="", sha256=digest_of("{}"), made_at=NOW
    )
    account = GlAccount.objects.create(
        practice=cedar, account="CASH", number="1", name="QUILLFEATHER", valid_from=TODAY
    )
    return {
        "batch_id": batch.pk,
        "slip_id": slip.pk,
        "bank_line_id": line.pk,
        "period_id": period.pk,
        "report_id": report.pk,
        "mapping_id": account.pk,
        "month": "2020-01",
        "day": TODAY.isoformat(),
        "code": "days",
    }


def named(
    patterns: list[URLPattern | URLResolver] | None = None, namespace: str = ""
) -> Iterator[tuple[str, set[str]]]:
    """The name and arguments of every address of the product."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from named(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{namespace}{pattern.name}", set(pattern.pattern.converters)


def test_every_id_that_an_address_may_name_is_tried(cedars: dict[str, int]) -> None:
    """A new page joins by itself, or says here what its id names."""
    unknown = {name: arguments - set(cedars) - SHARED for name, arguments in named()}
    assert not {name: arguments for name, arguments in unknown.items() if arguments}


#: An owner sees who works where: names of practices and of people, never what is in the books.
OF_OWNERS = ("staff:person", "staff:practice_grant", "staff:practice_withdraw", "staff:emergenc", "staff:token")


@pytest.mark.parametrize(
    "make", [make_sol, make_ada, make_user, make_oona], ids=["supervisor", "admin", "collector", "owner"]
)
def test_no_address_opens_anything_of_another_practice(client: Client, cedars: dict[str, int], make) -> None:
    harbor = make_practice()
    person = make(practices=[harbor]) if make is make_user else make(harbor)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    before = (Posting.objects.count(), WorkAction.objects.count(), RemitException.objects.filter(state="open").count())
    tried = 0
    for name, arguments in sorted(named(), key=lambda one: one[0]):
        if not arguments - SHARED or (make is make_oona and name.startswith(OF_OWNERS)):
            continue
        address = reverse(name, kwargs={key: cedars.get(key, 1) for key in arguments})
        entered = {"reason": "x", "claim": cedars["claim_id"]}
        how = {"content_type": "application/json"} if address.startswith("/api/") else {}
        for answer in (client.get(address), client.post(address, entered, **how)):
            text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode()
            expected = (400, 403, 404, 405, 409, 422) + ((200, 302) if name in OWN_HOLD else ())
            assert answer.status_code in expected, (address, answer.status_code)
            assert not any(secret.lower() in text.lower() for secret in SECRETS), address
        tried += 1
    assert tried > 50
    after = (Posting.objects.count(), WorkAction.objects.count(), RemitException.objects.filter(state="open").count())
    assert after == before


@pytest.mark.parametrize("make", [make_sol, make_ada, make_abe, make_oona])
def test_no_page_without_an_id_shows_another_practice(client: Client, cedars: dict[str, int], make) -> None:
    person = make(make_practice())
    shown = 0
    for name, arguments in named():
        if arguments or name in ("metrics", "staff:logout") or (make is make_oona and name.startswith(OF_OWNERS)):
            continue
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(reverse(name), follow=True)
        text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode()
        assert not any(secret.lower() in text.lower() for secret in SECRETS), name
        shown += answer.status_code == 200
    assert shown > 30


@pytest.mark.parametrize(
    "address",
    [
        "/claims", "/accounts", "/search?q=QUILLFEATHER", "/search?q=CZ-77001", "/search?q=EFTCEDAR", "/imports",
        "/remits", "/remits/exceptions", "/money/eobs", "/reports/aging", "/reports/aging/rows?by=payer&column=0-30",
        "/reports/reconciliation", "/list", "/team", "/my-day", "/api/v1/claims", "/api/v1/accounts",
        "/api/v1/exceptions", "/api/v1/items", "/api/v1/files", "/api/v1/reports/aging",
    ],
)  # fmt: skip
def test_no_list_or_search_shows_another_practice(client: Client, cedars: dict[str, int], address: str) -> None:
    client.force_login(make_sol(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(address, follow=True)
    assert answer.status_code in (200, 405), address
    text = answer.content.decode().replace('QUILLFEATHER"', "").replace("q=QUILLFEATHER", "")
    assert "Cedar" not in text
    assert "CZ-77002" not in text
    assert "Quillfeather" not in text


def test_a_file_of_two_practices_shows_each_its_own_part(client: Client, import_edi: ImportEdi) -> None:
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    ours = Era([Clp("H1", [Svc("50.00", "50.00")])], trace="EFTHARBOR", practice=harbor).text()
    theirs = Era([Clp("C1", [Svc("987.00", "987.00")])], trace="EFTCEDAR", practice=cedar).text()
    import_edi(ours + theirs)
    file = EdiFile.objects.get()
    client.force_login(make_sol(harbor), backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/imports", f"/imports/{file.pk}", "/api/v1/files", f"/api/v1/files/{file.pk}"):
        text = client.get(address).content.decode()
        assert "Cedar" not in text, address
        assert "987.00" not in text, address
    (shown,) = client.get(f"/api/v1/files/{file.pk}").json()["transactions"]
    assert shown["practice"] == harbor.pk
    assert client.get(f"/imports/{file.pk}/download").status_code == 403


@pytest.mark.django_db
def test_the_trail_tells_nothing_of_the_people_of_another_practice(client: Client) -> None:
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    carol = make_user(username="carol", role="admin", practices=[cedar])
    facts = people.PersonFacts("carla", "Carla", "Cedarwood", "", "collector", frozenset({cedar.pk}))
    people.open_account(facts, actor=carol, now=NOW)
    people.note_sign_in(carol, now=NOW)
    client.force_login(make_ada(harbor), backend="django.contrib.auth.backends.ModelBackend")
    page, file = client.get("/audit"), client.get("/audit?export=csv")
    for text in (page.content.decode(), b"".join(file).decode()):  # type: ignore[arg-type]
        assert "carol" not in text.lower()
        assert "carla" not in text.lower()


@pytest.mark.django_db
def test_the_key_of_a_figure_names_nobody_of_another_practice(client: Client) -> None:
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    carla = make_user(username="carla", practices=[cedar])
    client.force_login(make_sol(harbor), backend="django.contrib.auth.backends.ModelBackend")
    for by, key in (("practice", cedar.pk), ("collector", carla.pk)):
        text = client.get("/reports/aging/rows", {"by": by, "key": key, "column": "total"}).content.decode()
        assert "Cedar" not in text
        assert "Carla" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/claims", "/claims?export=csv", "/accounts", "/api/v1/claims"])
def test_the_trail_names_no_record_of_another_practice_that_a_colleague_saw_there(client: Client, address: str) -> None:
    """Lists and files of several practices at once: an administrator of one learns of their own rows alone."""
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    for number in range(7):  # so that ids of the one are no ids of the other
        make_account(practice=cedar, last=f"Other{number}")
    mine, theirs = (
        make_claim(practice=harbor, number="H1"),
        make_claim(
            practice=cedar,
            number="C1",
            patient=make_patient(account=make_account(practice=cedar, last="Quill"), last="Quill"),
        ),
    )
    both, ada = make_user(username="both", role="supervisor", practices=[harbor, cedar]), make_ada(harbor)
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer)
    event = AuditEvent.objects.filter(actor=both, action__in=audit.SEEING).latest("pk")
    assert event.practice_id is None
    kind = "account" if "accounts" in address else "claim"
    wanted = {"claim": (mine.pk, theirs.pk), "account": (mine.account_id, theirs.account_id)}[kind]
    assert set(wanted) <= set(event.after["seen"][kind])
    narrowed = {kind: [wanted[0]], "others": "of other practices"}
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/audit", {"who": both.pk})
    assert [dict(one[0].after["seen"]) for one in page.context["page"].rows if one[0].pk == event.pk] == [narrowed]
    assert "others of other practices" in page.content.decode()
    sheet = b"".join(client.get("/audit", {"who": both.pk, "export": "csv"})).decode()  # type: ignore[call-overload]
    assert str(narrowed) in sheet
    assert str(theirs.account_id if kind == "account" else theirs.pk) not in str(narrowed)
    of_both = make_user(username="all", role="admin", practices=[harbor, cedar])
    client.force_login(of_both, backend="django.contrib.auth.backends.ModelBackend")
    assert str(event.after["seen"]) in b"".join(client.get("/audit", {"export": "csv"})).decode()  # type: ignore[call-overload]
