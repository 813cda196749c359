"""Claims and accounts, read: balances, lines, postings. Opening one is recorded, as on the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.api.fields import IdField
from arwork.lib import clock
from arwork.staff import audit
from arwork.staff.access import Capability
from claims.api.shared import Listing, MoneyOut
from claims.billing import claim_detail, claim_list
from claims.billing.buckets import BUCKETS
from claims.ledger import claim_books, guarantor_accounts
from claims.parties import selectors as parties
from claims.remits.explain import payments_of_claims


class ClaimsAsked(serializers.Serializer):
    """The filters of the list; all are optional. `text` begins a claim number or is a payer's number."""

    payer = IdField(required=False)
    state = serializers.ChoiceField(["open", "closed", "void"], required=False)
    responsible = serializers.ChoiceField(BUCKETS, required=False)
    balance = serializers.ChoiceField(["owed", "settled", "credit"], required=False)
    since = serializers.DateField(required=False, help_text="first day of service")
    until = serializers.DateField(required=False, help_text="last day of service")
    text = serializers.CharField(required=False, max_length=50)


class ClaimOut(serializers.Serializer):
    """A claim as a list shows it."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    practice = serializers.IntegerField(source="practice_id")
    account = serializers.IntegerField(source="account_id")
    patient = serializers.CharField(source="patient.person")
    payer = serializers.IntegerField(source="payer_id", allow_null=True)
    service_from = serializers.DateField()
    service_to = serializers.DateField()
    state = serializers.CharField()
    charge = MoneyOut()
    balance = MoneyOut()
    responsible = serializers.CharField()
    icn = serializers.CharField()


class LineOut(serializers.Serializer):
    """A service line with what each bucket owes of it."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    code = serializers.CharField()
    modifiers = serializers.CharField()
    revenue_code = serializers.CharField()
    units = serializers.DecimalField(max_digits=12, decimal_places=3)
    service_from = serializers.DateField()
    charge = MoneyOut()
    payer1 = MoneyOut()
    payer2 = MoneyOut()
    payer3 = MoneyOut()
    patient = MoneyOut()
    other = MoneyOut()
    agency = MoneyOut()


class PostingOut(serializers.Serializer):
    """One posting: `amount` moved from `credit` to `debit`, and the claim's balance after it."""

    id = serializers.IntegerField(source="posting.id")
    kind = serializers.CharField(source="posting.kind")
    debit = serializers.CharField(source="posting.debit")
    credit = serializers.CharField(source="posting.credit")
    amount = MoneyOut(source="posting.amount")
    posted_on = serializers.DateField(source="posting.posted_on")
    effective_on = serializers.DateField(source="posting.effective_on")
    line = serializers.IntegerField(source="posting.line_id", allow_null=True)
    group = serializers.CharField(source="posting.group")
    carc = serializers.CharField(source="posting.carc")
    remittance = serializers.IntegerField(source="posting.remittance_id", allow_null=True)
    reverses = serializers.IntegerField(source="posting.reverses_id", allow_null=True)
    balance = MoneyOut()


class AdjustmentOut(serializers.Serializer):
    """One adjustment of a payer (CAS), as sent: positive lowers the payment."""

    group = serializers.CharField()
    carc = serializers.CharField()
    amount = MoneyOut()
    words = serializers.CharField()


class RemarkOut(serializers.Serializer):
    """A remark code (RARC) with its words."""

    code = serializers.CharField()
    words = serializers.CharField()


class PaymentLineOut(serializers.Serializer):
    """A service line payment. `stated` is what the payer itself called allowed (AMT*B6), a cross-check."""

    line = serializers.IntegerField(source="line_id", allow_null=True)
    service = serializers.CharField()
    charge = MoneyOut()
    allowed = MoneyOut()
    stated = MoneyOut(allow_null=True)
    paid = MoneyOut()
    adjustments = AdjustmentOut(many=True)
    remarks = RemarkOut(many=True)


class PatientResponsibilityOut(serializers.Serializer):
    """Patient responsibility as the payer named it (CAS group PR), also before the next payer paid, by kind."""

    deductible = MoneyOut()
    coinsurance = MoneyOut()
    copay = MoneyOut()
    non_covered = MoneyOut()


class PaymentOut(serializers.Serializer):
    """A claim payment of a remittance in words; `state` says whether it is posted."""

    id = serializers.IntegerField(source="row.pk")
    remittance = serializers.IntegerField(source="row.remittance_id")
    paid_on = serializers.DateField()
    payer = serializers.CharField()
    status = serializers.CharField()
    state = serializers.CharField(source="row.state")
    bucket = serializers.CharField(source="row.bucket")
    icn = serializers.CharField(source="row.icn")
    is_reversal = serializers.BooleanField()
    is_crossover = serializers.BooleanField()
    charge = MoneyOut(source="row.charge")
    allowed = MoneyOut()
    paid = MoneyOut(source="row.paid")
    patient = PatientResponsibilityOut()
    adjustments = AdjustmentOut(many=True)
    remarks = RemarkOut(many=True)
    lines = PaymentLineOut(many=True)


class ClaimDetailOut(ClaimOut):
    """A claim with its books. `balances` name every bucket in use; `is_tied` says that they equal the postings.
    `payments` are what payers answered, the oldest first."""

    balances = serializers.DictField(child=MoneyOut())
    is_tied = serializers.BooleanField()
    lines = LineOut(many=True)
    payments = PaymentOut(many=True)
    postings = PostingOut(many=True)


class AccountOut(serializers.Serializer):
    """An account as a list shows it."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    practice = serializers.IntegerField(source="practice_id")
    guarantor = serializers.CharField()
    opened_on = serializers.DateField()
    unapplied = MoneyOut()


class AccountDetailOut(AccountOut):
    """An account with what is owed on it; credits stand by themselves."""

    patient_owes = MoneyOut()
    others_owe = MoneyOut()
    credits = MoneyOut()
    claims = ClaimOut(many=True)


class AccountsAsked(serializers.Serializer):
    """The filters of the list; all are optional."""

    owing = serializers.ChoiceField(["patient", "payer", "credit", "unapplied"], required=False)
    text = serializers.CharField(required=False, max_length=38, help_text="begins the account number")


@extend_schema(parameters=[ClaimsAsked], summary="Claims, the newest first")
class Claims(Listing):
    """Claims of the caller's practices that pass the filters."""

    capability = Capability.SEE_CLAIMS
    serializer_class = ClaimOut
    subject, kind = "claims", "claim"

    def rows(self) -> Any:
        asked = self.asked(ClaimsAsked)
        payer_id = asked.pop("payer", None)
        return claim_list.claims(actor=self.request.user, asked=claim_list.ClaimFilter(payer_id=payer_id, **asked))


@extend_schema(responses=ClaimDetailOut, summary="One claim: balances, lines, payments, postings")
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def claim(request: StaffApiRequest, claim_id: int) -> Response:
    """One claim with its books; that it was opened is recorded."""
    found = claim_detail.claim_seen_by(request.user, claim_id)
    audit.record_read(request.user, "claim", found.pk, practice_id=found.practice_id, now=clock.now())
    lines = claim_detail.lines_of(found)
    books = claim_books.books_of(found, lines)
    grid = books.grid
    body = {
        **ClaimOut(found).data,
        "balances": {bucket: str(amount) for bucket, amount in zip(grid.buckets, grid.totals, strict=True)},
        "is_tied": grid.is_tied,
        "lines": LineOut(lines, many=True).data,
        "payments": PaymentOut(payments_of_claims([found.pk])[found.pk], many=True).data,
        "postings": PostingOut(books.postings, many=True).data,
    }
    return Response(body)


@extend_schema(parameters=[AccountsAsked], summary="Accounts, the newest first")
class Accounts(Listing):
    """Accounts of the caller's practices that pass the filters."""

    capability = Capability.SEE_CLAIMS
    serializer_class = AccountOut
    subject, kind = "accounts", "account"

    def rows(self) -> Any:
        return guarantor_accounts.accounts(actor=self.request.user, **self.asked(AccountsAsked))


@extend_schema(responses=AccountDetailOut, summary="One account: what is owed on it, and its claims")
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def account(request: StaffApiRequest, account_id: int) -> Response:
    """One account with its newest claims; that it was opened is recorded."""
    found = parties.guarantor_account(actor=request.user, account_id=account_id).account
    audit.record_read(request.user, "account", found.pk, practice_id=found.practice_id, now=clock.now())
    owing = guarantor_accounts.balances_of_accounts([found.pk])[found.pk]
    claims, _ = guarantor_accounts.claims_of_account(found)
    body = {
        **AccountOut(found).data,
        "patient_owes": str(owing.patient),
        "others_owe": str(owing.others),
        "credits": str(owing.credits),
        "claims": ClaimOut(claims, many=True).data,
    }
    return Response(body)
