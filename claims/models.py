"""All models of the books; slices own them, this module lets Django find them."""

from claims.billing.models import Acknowledgment, BilledLine, Claim, ClaimLine, ClaimNumber, Submission
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
from claims.receipts.models import CashApplication, Receipt, ReceiptPosting
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
from claims.transfers.models import HandTransfer, PostingMove, RebillMark

__all__ = [
    "Account", "Acknowledgment", "AdjustmentRule", "BilledLine", "CashApplication", "Claim", "ClaimLine",
    "ClaimNumber", "Contract", "Coverage", "CrossoverCarrier", "Denial", "Disclosure", "EdiFile", "EdiTransaction",
    "FeeItem", "HandTransfer", "InsuredCorrection", "NameGram", "Patient", "Payer", "PayerContact", "PayerIdentifier",
    "PayerRule", "Period", "Person", "PersonAddress", "PersonEmail", "PersonPhone", "Plan", "Posting", "PostingMove",
    "Practice", "PracticeAccess", "ProviderAdjustment", "RebillMark", "Receipt", "ReceiptPosting", "Receivable",
    "RemitClaim", "RemitException", "RemitLine", "Remittance", "Submission", "TakebackDispute", "Underpayment",
]  # fmt: skip
