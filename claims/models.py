"""All models of the books; slices own them, this module lets Django find them."""

from claims.adjustments.models import WriteOff
from claims.amendments.models import ChangedField, PersonChange
from claims.approvals.models import ApprovalRequest
from claims.billing.models import (
    Acknowledgment,
    BilledLine,
    Claim,
    ClaimLine,
    ClaimNumber,
    PossibleDuplicate,
    Submission,
)
from claims.cash.models import (
    BankFile,
    BankLayout,
    BankLine,
    BankMatch,
    BatchItem,
    CardPayout,
    CashBatch,
    DayClose,
    DebitDeposit,
    DepositSlip,
)
from claims.closing.models import AcceptedPoint, FrozenReport, GlAccount, GlExport
from claims.credits.models import CreditChange, CreditReview
from claims.denials.models import Denial, DenialRule, Underpayment
from claims.documents.models import Document, DocumentLink
from claims.duplicates.models import ClaimMerge, PersonMerge, PersonPair, PersonSearch
from claims.edi.models import EdiFile, EdiTransaction
from claims.eobs.models import Eob
from claims.ledger.models import OpenedLine, OpeningSet, Period, Posting, Receivable
from claims.parties.models import (
    Account,
    Coverage,
    CoverageAlias,
    FileSuggestion,
    NameGram,
    Patient,
    Person,
    PersonAddress,
    PersonAlias,
    PersonEmail,
    PersonPhone,
)
from claims.payers.models import Contract, FeeItem, Payer, PayerContact, PayerIdentifier, PayerRule, Plan
from claims.practices.models import OfficeClosure, Practice, PracticeAccess
from claims.privacy.models import Disclosure
from claims.receipts.models import CashApplication, Receipt, ReceiptPosting
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
from claims.transfers.models import HandTransfer, PostingMove, RebillMark

__all__ = [
    "AcceptedPoint", "Account", "Acknowledgment", "AdjustmentRule", "ApprovalRequest", "BankFile", "BankLayout",
    "BankLine", "BankMatch", "BatchItem", "BilledLine", "CardPayout", "CashApplication", "CashBatch",
    "ChangedField", "Claim", "ClaimLine", "ClaimMerge", "ClaimNumber", "Contract", "Coverage", "CoverageAlias",
    "CreditChange", "CreditReview", "CrossoverCarrier", "DayClose", "DebitDeposit", "Denial", "DenialRule",
    "DepositSlip", "Disclosure", "Document", "DocumentLink", "EdiFile", "EdiTransaction", "Eob", "FeeItem",
    "FileSuggestion", "FrozenReport", "GlAccount", "GlExport", "HandTransfer", "InsuredCorrection", "NameGram",
    "OfficeClosure", "OpenedLine", "OpeningSet", "Patient", "Payer", "PayerContact", "PayerIdentifier",
    "PayerRule", "PayingAccount", "Period", "Person", "PersonAddress", "PersonAlias", "PersonChange",
    "PersonEmail", "PersonMerge", "PersonPair", "PersonPhone", "PersonSearch", "Plan", "PossibleDuplicate",
    "Posting", "PostingMove", "Practice", "PracticeAccess", "ProviderAdjustment", "RebillMark", "Receipt",
    "ReceiptPosting", "Receivable", "Refund", "RefundRun", "RemitClaim", "RemitException", "RemitLine",
    "Remittance", "Submission", "TakebackDispute", "Underpayment", "WriteOff",
]  # fmt: skip
