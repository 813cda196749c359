"""All models of the books; slices own them, this module lets Django find them."""

from claims.amendments.models import ChangedField, PersonChange
from claims.billing.models import Acknowledgment, BilledLine, Claim, ClaimLine, ClaimNumber, Submission
from claims.denials.models import Denial, Underpayment
from claims.edi.models import EdiFile, EdiTransaction
from claims.ledger.models import Period, Posting, Receivable
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
from claims.practices.models import Practice, PracticeAccess
from claims.privacy.models import Disclosure
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
    "Account", "Acknowledgment", "AdjustmentRule", "BilledLine", "ChangedField", "Claim", "ClaimLine", "ClaimNumber",
    "Contract", "Coverage", "CoverageAlias", "CrossoverCarrier", "Denial", "Disclosure", "EdiFile", "EdiTransaction",
    "FeeItem", "FileSuggestion", "InsuredCorrection", "NameGram", "Patient", "Payer", "PayerContact",
    "PayerIdentifier", "PayerRule", "Period", "Person", "PersonAddress", "PersonAlias", "PersonChange", "PersonEmail",
    "PersonPhone", "Plan", "Posting", "Practice", "PracticeAccess", "ProviderAdjustment", "Receivable", "RemitClaim",
    "RemitException", "RemitLine", "Remittance", "Submission", "TakebackDispute", "Underpayment",
]  # fmt: skip
