"""All models of the work; slices own them, this module lets Django find them."""

from collections_app.ach.models import (
    AchAnswer,
    AchAnswerFile,
    AchEntry,
    AchFile,
    AuthorizationChange,
    BankAuthorization,
    BankDirectory,
    DirectoryBank,
    RiskCheck,
)
from collections_app.aging.models import AgingSnapshot, AgingState, AgingSummary
from collections_app.contacts.models import CallWindow, Contact, Hold
from collections_app.day.models import DayRun
from collections_app.letters.models import Letter, Letterhead, LetterText, LetterVoid
from collections_app.limits.models import Limit
from collections_app.payments.models import (
    Dispute,
    Payment,
    PaymentMethod,
    PaymentRefund,
    PaymentStep,
    ProcessorEvent,
    SandboxThing,
from collections_app.plans.models import (
    PaymentPlan,
    PlanConsent,
    PlanEvent,
    PlanInstallment,
    PlanPolicy,
    PlanSchedule,
    PlanVisit,
)
from collections_app.promises.models import Promise
from collections_app.worklist.absence_models import Absence, StandIn, WorkCapacity
from collections_app.worklist.models import (
    Lease,
    ListReader,
    QueueEntry,
    SavedFilter,
    Shelf,
    Skip,
    WorkAction,
    WorkDraft,
    WorkItem,
)
from collections_app.worklist.outcome_rule_models import OutcomeRule
from collections_app.worklist.rate_models import AnswerRate, PayerPace, SegmentRate
from collections_app.worklist.window_models import MissedWindow, NoticeAnswer

__all__ = [
    "Absence", "AchAnswer", "AchAnswerFile", "AchEntry", "AchFile", "AgingSnapshot", "AgingState", "AgingSummary",
    "AnswerRate", "AuthorizationChange", "BankAuthorization", "BankDirectory", "CallWindow", "Contact", "DayRun",
    "DirectoryBank", "Dispute", "Hold", "Lease", "Letter", "LetterText", "LetterVoid", "Letterhead", "Limit",
    "ListReader", "MissedWindow", "NoticeAnswer", "OutcomeRule", "PayerPace", "Payment", "PaymentMethod",
    "PaymentPlan", "PaymentRefund", "PaymentStep", "PlanConsent", "PlanEvent", "PlanInstallment", "PlanPolicy",
    "PlanSchedule", "PlanVisit", "ProcessorEvent", "Promise", "QueueEntry", "RiskCheck", "SandboxThing",
    "SavedFilter", "SegmentRate", "Shelf", "Skip", "StandIn", "WorkAction", "WorkCapacity", "WorkDraft",
    "WorkItem",
]  # fmt: skip
