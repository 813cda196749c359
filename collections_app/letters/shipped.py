"""The kinds of letters that come with the product, but for those that other slices register themselves."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from arwork.lib.errors import DomainError
from collections_app.letters import blocks, occasions
from collections_app.letters.blocks import LetterBlock
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField

_MONEY, _DAY, _WORDS = FactShape.MONEY, FactShape.DAY, FactShape.WORDS
_NOV_12, _DEC_30 = dt.date(2026, 11, 12), dt.date(2026, 12, 30)
#: Holds of a dispute: one above its good-faith estimate has its own.
_DISPUTES = ("dispute", "nsa")


class ContradictingFacts(DomainError):
    """Amounts of a letter that do not add up. Facts: the `field`."""

    code = "contradicting_facts"


def _itemized(facts: Mapping[str, Any]) -> None:
    """What was owed, with what came and went, is what is owed (12 CFR 1006.34(c)(2)(vii)-(ix))."""
    then, now = facts["amount_then"], facts["amount_now"]
    if then + facts["interest"] + facts["fees"] - facts["paid"] != now:
        raise ContradictingFacts(
            "The amount then, with interest and fees and less what was paid, is not the amount now.", field="amount_now"
        )


def _settled(facts: Mapping[str, Any]) -> None:
    if not 0 < facts["offer"] < facts["owed"]:
        raise ContradictingFacts("A settlement is above zero and below what is owed.", field="offer")


def _assisted(facts: Mapping[str, Any]) -> None:
    if facts["amount_before"] - facts["amount_covered"] != facts["amount_left"]:
        raise ContradictingFacts("What was owed less the assistance is not what is left.", field="amount_left")


def _given_up(facts: Mapping[str, Any]) -> Decimal:
    """What a settlement takes off."""
    return facts["owed"] - facts["offer"]


VALIDATION = LetterKind(
    code="validation_notice",
    name="Validation notice",
    group=LetterGroup.NOTICES,
    does="What a collector tells about a debt within five days of the first contact, with the form to dispute it",
    fields=(
        MergeField("creditor", "name of the creditor"),
        MergeField("itemization_on", "itemization date", _DAY),
        MergeField("itemization_basis", "what the itemization date is", asks="date of service, date of last statement"),
        MergeField("amount_then", "amount on the itemization date", _MONEY),
        MergeField("interest", "interest since then", _MONEY),
        MergeField("fees", "fees since then", _MONEY),
        MergeField("paid", "paid or credited since then", _MONEY),
        MergeField("amount_now", "amount now", _MONEY),
        MergeField("window_ends_on", "last day to dispute", _DAY),
    ),
    blocks=(
        LetterBlock(
            "itemization", "itemization of the debt", blocks.itemization,
            needs=("itemization_basis", "itemization_on", "amount_then", "interest", "fees", "paid", "amount_now"),
        ),
        LetterBlock("dispute_form", "form of the consumer’s response", blocks.dispute_form),
    ),
    must=("creditor", "window_ends_on", "itemization", "dispute_form"),
    sample={
        "creditor": "Harbor Clinic", "itemization_on": dt.date(2026, 9, 14), "itemization_basis": "date of service",
        "amount_then": Decimal("240.00"), "interest": Decimal("0.00"), "fees": Decimal("0.00"),
        "paid": Decimal("40.00"), "amount_now": Decimal("200.00"), "window_ends_on": dt.date(2027, 1, 6),
    },
    check=_itemized,
    overlay="validation_notice",
    why_not=occasions.validation_fits,
    known=occasions.validation_facts,
    purpose="legal_notice",
)  # fmt: skip

SETTLEMENT_OFFER = LetterKind(
    code="settlement_offer",
    name="Settlement offer",
    group=LetterGroup.PLANS,
    does="Less than what is owed, if it is paid by a day",
    fields=(
        MergeField("owed", "what they owe", _MONEY),
        MergeField("offer", "what settles it", _MONEY),
        MergeField("expires_on", "offered until", _DAY),
    ),
    blocks=(LetterBlock("settlement", "the settlement", blocks.settlement_box, needs=("owed", "offer", "expires_on")),),
    must=("settlement", "expires_on"),
    sample={"owed": Decimal("1240.00"), "offer": Decimal("868.00"), "expires_on": _DEC_30},
    check=_settled,
    gives_up=_given_up,
    why_not=occasions.owing_fits,
    known=occasions.owed_fact,
    purpose="collection",
)

SETTLEMENT_ACCEPTED = LetterKind(
    code="settlement_accepted",
    name="Settlement agreed",
    group=LetterGroup.PLANS,
    does="What was agreed, and by when it is paid",
    fields=(
        MergeField("owed", "what they owe", _MONEY),
        MergeField("offer", "what settles it", _MONEY),
        MergeField("agreed_on", "agreed on", _DAY),
        MergeField("pay_by_on", "to be paid by", _DAY),
    ),
    blocks=(LetterBlock("settlement", "the settlement", blocks.settlement_box, needs=("owed", "offer", "pay_by_on")),),
    must=("settlement", "pay_by_on"),
    sample={
        "owed": Decimal("1240.00"), "offer": Decimal("868.00"), "agreed_on": _NOV_12, "pay_by_on": _DEC_30,
    },
    check=_settled,
    gives_up=_given_up,
    why_not=occasions.owing_fits,
    known=occasions.owed_fact,
    purpose="plan",
)  # fmt: skip

PAID_IN_FULL = LetterKind(
    code="paid_in_full",
    name="Paid in full",
    group=LetterGroup.PLANS,
    does="That nothing is left to pay",
    fields=(
        MergeField("paid_on", "day of the last payment", _DAY),
        MergeField("amount", "amount of the last payment", _MONEY, is_optional=True),
    ),
    must=("paid_on",),
    sample={"paid_on": _NOV_12, "amount": Decimal("85.00")},
    why_not=occasions.paid_fits,
    known=occasions.last_payment_facts,
    purpose="receipt",
)

ASSISTANCE_APPLICATION = LetterKind(
    code="assistance_application",
    name="Assistance: how to apply",
    group=LetterGroup.ASSISTANCE,
    does="Goes with the application: what assistance is, who gets it, what to send",
    fields=(
        MergeField("help_where", "where to get help and forms", asks="Front desk, 12 Harbor Street, or harbor.example"),
        MergeField("eligible_words", "who gets assistance", _WORDS, asks="One or two plain sentences of the policy"),
        MergeField("return_by_on", "to be sent back by", _DAY),
    ),
    must=("help_where", "eligible_words"),
    sample={
        "help_where": "our front desk at 12 Harbor Street",
        "eligible_words": "Care is free for families with an income up to twice the federal poverty guideline.",
        "return_by_on": _DEC_30,
    },
    purpose="assistance",
)

ASSISTANCE_APPROVED = LetterKind(
    code="assistance_approved",
    name="Assistance: approved",
    group=LetterGroup.ASSISTANCE,
    does="What assistance takes off the bill",
    fields=(
        MergeField("decision", "decision", asks="Approved for 75 percent"),
        MergeField("amount_before", "what was owed", _MONEY),
        MergeField("amount_covered", "what assistance covers", _MONEY),
        MergeField("amount_left", "what is left to pay", _MONEY),
        MergeField("covers_until_on", "also covers care until", _DAY, is_optional=True),
    ),
    blocks=(
        LetterBlock(
            "assistance", "what assistance takes off", blocks.assistance_box,
            needs=("decision", "amount_before", "amount_covered", "amount_left"),
        ),
    ),
    must=("assistance",),
    sample={
        "decision": "Approved for 75 percent", "amount_before": Decimal("400.00"), "amount_covered": Decimal("300.00"),
        "amount_left": Decimal("100.00"), "covers_until_on": dt.date(2027, 5, 31),
    },
    check=_assisted,
    known=occasions.assistance_facts,
    why_not=occasions.held_for("assistance", "No application for assistance is recorded on the account."),
    purpose="assistance",
)  # fmt: skip

ASSISTANCE_DENIED = LetterKind(
    code="assistance_denied",
    name="Assistance: not approved",
    group=LetterGroup.ASSISTANCE,
    does="Why not, what else there is, and how to ask again",
    fields=(
        MergeField("why", "reason", _WORDS, asks="The reason in plain words"),
        MergeField("appeal_by_on", "can be asked again until", _DAY),
    ),
    must=("why", "appeal_by_on"),
    sample={"why": "Your household’s income is above the limit of our policy.", "appeal_by_on": _DEC_30},
    why_not=occasions.held_for("assistance", "No application for assistance is recorded on the account."),
    purpose="assistance",
)

ASSISTANCE_INCOMPLETE = LetterKind(
    code="assistance_incomplete",
    name="Assistance: something is missing",
    group=LetterGroup.ASSISTANCE,
    does="What is still needed, and until when",
    fields=(
        MergeField("missing", "what is missing", _WORDS, asks="One thing a paragraph"),
        MergeField("return_by_on", "to be sent by", _DAY),
    ),
    must=("missing", "return_by_on"),
    sample={"missing": "Pay stubs of the last three months", "return_by_on": _DEC_30},
    why_not=occasions.held_for("assistance", "No application for assistance is recorded on the account."),
    purpose="assistance",
)

DISPUTE_RECEIVED = LetterKind(
    code="dispute_received",
    name="Dispute: received",
    group=LetterGroup.ANSWERS,
    does="That we got it, and ask for nothing meanwhile",
    fields=(
        MergeField("received_on", "received on", _DAY),
        MergeField("about", "what is disputed", asks="the visit of September 14"),
        MergeField("answer_by_on", "we answer by", _DAY, is_optional=True),
    ),
    must=("received_on", "about"),
    sample={"received_on": _NOV_12, "about": "the visit of September 14, 2026", "answer_by_on": _DEC_30},
    why_not=occasions.held_for_any(_DISPUTES, "No dispute is recorded on the account."),
    known=occasions.held_since("dispute"),
)

DISPUTE_ANSWERED = LetterKind(
    code="dispute_answered",
    name="Dispute: our answer",
    group=LetterGroup.ANSWERS,
    does="What we found, and what is owed after it",
    fields=(
        MergeField("received_on", "received on", _DAY),
        MergeField("about", "what was disputed", asks="the visit of September 14"),
        MergeField("finding", "what we found", _WORDS, asks="In plain words, with the proof that goes with it"),
        MergeField("amount_before", "owed before the review", _MONEY),
        MergeField("amount_after", "owed after it", _MONEY),
    ),
    blocks=(
        LetterBlock(
            "amounts", "the amounts before and after", blocks.amount_box, needs=("amount_before", "amount_after")
        ),
    ),
    must=("received_on", "finding", "amounts"),
    sample={
        "received_on": _NOV_12, "about": "the visit of September 14, 2026",
        "finding": "One test was billed twice. We took the second one off.",
        "amount_before": Decimal("240.00"), "amount_after": Decimal("180.00"),
    },
    why_not=occasions.held_for_any(_DISPUTES, "No dispute is recorded on the account."),
    known=occasions.amounts_facts,
)  # fmt: skip

CEASE_ACKNOWLEDGED = LetterKind(
    code="cease_acknowledged",
    name="We stop contacting you",
    group=LetterGroup.ANSWERS,
    does="That a request to stop was received and is kept",
    fields=(MergeField("received_on", "received on", _DAY),),
    must=("received_on",),
    sample={"received_on": _NOV_12},
    why_not=occasions.held_for("cease", "No request to stop is recorded on the account."),
    known=occasions.held_since("cease"),
    purpose="legal_notice",
)

REFUND_NOTICE = LetterKind(
    code="refund_notice",
    name="Refund notice",
    group=LetterGroup.MONEY,
    does="That money goes back, how much and why",
    fields=(
        MergeField("amount", "amount", _MONEY),
        MergeField("why", "reason", asks="Your plan paid after you did"),
        MergeField("method", "how it is sent", asks="Check"),
        MergeField("number", "number of the check", is_optional=True),
    ),
    blocks=(LetterBlock("refund", "the refund", blocks.refund_box, needs=("amount", "method")),),
    must=("refund", "why"),
    sample={"amount": Decimal("35.20"), "why": "Your plan paid after you did.", "method": "Check", "number": "10482"},
    purpose="receipt",
)

RETURNED_PAYMENT = LetterKind(
    code="returned_payment",
    name="Returned payment",
    group=LetterGroup.MONEY,
    does="That a bank returned a payment, and what can be done",
    fields=(
        MergeField("amount", "amount", _MONEY),
        MergeField("paid_on", "day of the payment", _DAY),
        MergeField("method", "how it was paid", asks="Bank debit"),
        MergeField("why", "why it was returned", asks="Not enough money in the account"),
    ),
    blocks=(
        LetterBlock("payment", "the payment", blocks.returned_box, needs=("amount", "paid_on", "method", "why")),
    ),
    must=("payment",),
    sample={
        "amount": Decimal("85.00"), "paid_on": _NOV_12, "method": "Bank debit",
        "why": "Not enough money in the account",
    },
    why_not=occasions.payment_fits,
    known=occasions.last_payment_facts,
    purpose="receipt",
)  # fmt: skip

ACH_AUTHORIZATION = LetterKind(
    code="ach_authorization",
    name="Copy of a bank debit authorization",
    group=LetterGroup.MONEY,
    does="What was authorized by phone or in writing, and how to take it back",
    fields=(
        MergeField("authorized_on", "day of the authorization", _DAY),
        MergeField("payer_name", "name of the account holder"),
        MergeField("bank_account", "account that is debited", asks="Checking account ending in 6789"),
        MergeField("amount", "amount", _MONEY),
        MergeField("debit_on", "debited on or after", _DAY),
        MergeField("schedule", "how often", asks="Once, or on the 5th of each month", is_optional=True),
        MergeField("revoke_words", "how it is taken back", asks="Call us 3 business days before"),
    ),
    blocks=(
        LetterBlock(
            "authorization", "the authorization", blocks.authorization_box,
            needs=("authorized_on", "payer_name", "bank_account", "amount", "debit_on"),
        ),
    ),
    must=("authorization", "revoke_words", "practice_phone"),
    sample={
        "authorized_on": _NOV_12, "payer_name": "Gus Guarino", "bank_account": "Checking account ending in 6789",
        "amount": Decimal("85.00"), "debit_on": dt.date(2026, 12, 5), "schedule": "On the 5th of each month",
        "revoke_words": "Call us at least 3 business days before a debit.",
    },
    purpose="legal_notice",
)  # fmt: skip

RECEIPT = LetterKind(
    code="receipt",
    name="Receipt",
    group=LetterGroup.MONEY,
    does="What was paid, when and how",
    fields=(
        MergeField("amount", "amount", _MONEY),
        MergeField("paid_on", "received on", _DAY),
        MergeField("method", "paid by", asks="Check"),
        MergeField("reference", "reference", asks="Check number or confirmation", is_optional=True),
        MergeField("balance_after", "left to pay", _MONEY, is_optional=True),
    ),
    blocks=(
        LetterBlock("receipt", "the receipt", blocks.receipt_box, needs=("amount", "paid_on", "method")),
        LetterBlock("applied", "what it paid for"),
    ),
    must=("receipt",),
    sample={
        "amount": Decimal("85.00"), "paid_on": _NOV_12, "method": "Check", "reference": "No. 1042",
        "balance_after": Decimal("155.00"),
    },
    why_not=occasions.payment_fits,
    known=occasions.last_payment_facts,
    purpose="receipt",
)  # fmt: skip

PLAIN = LetterKind(
    code="plain",
    name="Plain letter",
    group=LetterGroup.FREE,
    does="Your own words, on the letterhead of the practice",
    fields=(
        MergeField("topic", "subject", asks="What it is about, as its title"),
        MergeField("words", "words", _WORDS, asks="What you say; an empty line begins a new paragraph"),
    ),
    must=("words",),
    sample={"topic": "Your question of November 12", "words": "Thank you for your call."},
    purpose="collection",
)
KINDS = (
    VALIDATION, SETTLEMENT_OFFER, SETTLEMENT_ACCEPTED, PAID_IN_FULL, ASSISTANCE_APPLICATION, ASSISTANCE_APPROVED,
    ASSISTANCE_DENIED, ASSISTANCE_INCOMPLETE, DISPUTE_RECEIVED, DISPUTE_ANSWERED, CEASE_ACKNOWLEDGED, REFUND_NOTICE,
    RETURNED_PAYMENT, ACH_AUTHORIZATION, RECEIPT, PLAIN,
)  # fmt: skip
