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
from collections_app.contacts.consent_models import ConsentEvent
from collections_app.contacts.gate_models import ContactRule, ContactVerdict, Licence, Placement, VerdictReview
from collections_app.contacts.identity_models import IdentityCheck
from collections_app.contacts.models import CallWindow, Contact, Hold
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.contacts.script_models import ScriptText
from collections_app.day.models import DayRun
from collections_app.deliveries.models import Delivery, DeliveryEvent, PrintBatch, Reply
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
)
from collections_app.plans.models import (
    PaymentPlan,
    PlanConsent,
    PlanEvent,
    PlanInstallment,
    PlanPolicy,
    PlanSchedule,
    PlanVisit,
)
from collections_app.portal.models import PortalDeed, PortalLink, PortalRequest, PortalTry, PortalVisit
from collections_app.promises.models import Promise
from collections_app.statements.models import (
    FirstStatement,
    LeftOut,
    PrintFile,
    Statement,
    StatementRun,
    StatementVisit,
)
from collections_app.strategies.models import (
    StepRun,
    Strategy,
    StrategyAssignment,
    StrategyTask,
    StrategyTest,
    StrategyVersion,
    WhatIf,
)
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
    "Absence",
    "AchAnswer",
    "AchAnswerFile",
    "AchEntry",
    "AchFile",
    "AgingSnapshot",
    "AgingState",
    "AgingSummary",
    "AnswerRate",
    "AuthorizationChange",
    "BankAuthorization",
    "BankDirectory",
    "CallWindow",
    "ConsentEvent",
    "Contact",
    "ContactRule",
    "ContactVerdict",
    "DayRun",
    "Delivery",
    "DeliveryEvent",
    "DirectoryBank",
    "Dispute",
    "FirstStatement",
    "Hold",
    "IdentityCheck",
    "Lease",
    "LeftOut",
    "Letter",
    "LetterText",
    "LetterVoid",
    "Letterhead",
    "Licence",
    "Limit",
    "ListReader",
    "MissedWindow",
    "NoticeAnswer",
    "OutcomeRule",
    "PayerPace",
    "Payment",
    "PaymentMethod",
    "PaymentPlan",
    "PaymentRefund",
    "PaymentStep",
    "PersonFact",
    "Placement",
    "PlanConsent",
    "PlanEvent",
    "PlanInstallment",
    "PlanPolicy",
    "PlanSchedule",
    "PlanVisit",
    "PortalDeed",
    "PortalLink",
    "PortalRequest",
    "PortalTry",
    "PortalVisit",
    "PrintBatch",
    "PrintFile",
    "ProcessorEvent",
    "Promise",
    "QueueEntry",
    "Reply",
    "Representative",
    "RiskCheck",
    "SandboxThing",
    "SavedFilter",
    "ScriptText",
    "SegmentRate",
    "Shelf",
    "Skip",
    "StandIn",
    "Statement",
    "StatementRun",
    "StatementVisit",
    "StepRun",
    "Strategy",
    "StrategyAssignment",
    "StrategyTask",
    "StrategyTest",
    "StrategyVersion",
    "VerdictReview",
    "WhatIf",
    "WorkAction",
    "WorkCapacity",
    "WorkDraft",
    "WorkItem",
]
