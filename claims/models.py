"""All models of the books; slices own them, this module lets Django find them."""

from claims.approvals.models import ApprovalRequest
from claims.billing.models import Acknowledgment, BilledLine, Claim, ClaimLine, ClaimNumber, Submission
from claims.credits.models import CreditChange, CreditReview
from claims.denials.models import Denial, Underpayment
from claims.edi.models import EdiFile, EdiTransaction
from claims.ledger.models import Period, Posting, Receivable
from claims.parties.models import (
    Account,
    Coverage,
    NameGram,
    Patient,
    Person,
    PersonAddress,
    PersonEmail,
    PersonPhone,
)
from claims.payers.models import Contract, FeeItem, Payer, PayerContact, PayerIdentifier, PayerRule, Plan
from claims.practices.models import Practice, PracticeAccess
from claims.privacy.models import Disclosure
from claims.refunds.models import PayingAccount, Refund, RefundRun
from claims.remits.coverage_models import CrossoverCarrier, InsuredCorrection
from claims.remits.models import (
    AdjustmentRule,
    ProviderAdjustment,
    RemitClaim,
    RemitException,
    RemitLine,
    Remittance,
    TakebackDispute,
)

__all__ = [
    "Account", "Acknowledgment", "AdjustmentRule", "ApprovalRequest", "BilledLine", "Claim", "ClaimLine",
    "ClaimNumber", "Contract", "Coverage", "CreditChange", "CreditReview", "CrossoverCarrier", "Denial", "Disclosure",
    "EdiFile", "EdiTransaction", "FeeItem", "InsuredCorrection", "NameGram", "Patient", "Payer", "PayerContact",
    "PayerIdentifier", "PayerRule", "PayingAccount", "Period", "Person", "PersonAddress", "PersonEmail",
    "PersonPhone", "Plan", "Posting", "Practice", "PracticeAccess", "ProviderAdjustment", "Receivable", "Refund",
    "RefundRun", "RemitClaim", "RemitException", "RemitLine", "Remittance", "Submission", "TakebackDispute",
    "Underpayment",
]  # fmt: skip
