"""What patients get in writing about a plan: the agreement, new terms, a reminder, that it broke, that it is paid.

Each is a letter of `letters`, made from the stored schedule, frozen with its hash, in English or Spanish.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arwork.lib.errors import Conflict, DomainError
from arwork.staff.access import Capability, require
from collections_app.deliveries.services import send
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField
from collections_app.letters.models import Letter
from collections_app.letters.services import make_letter
from collections_app.plans.keeping import installments_of, note_event
from collections_app.plans.models import PaymentPlan, PlanConsent
from collections_app.plans.selectors import plan_seen_by
from collections_app.plans.words import ENGLISH, SPANISH, day_words, read_back, usd_words

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.deliveries.models import Delivery

SEED = Path(__file__).parent / "seeds" / "letters.yaml"
_MONEY, _DAY, _WORDS = FactShape.MONEY, FactShape.DAY, FactShape.WORDS
_SAMPLE_TERMS = (
    "You agree to pay Harbor Clinic $500.00 in all.\n\n5 payments of $100.00 are due every month, the first on "
    "December 1, 2026, the last on April 1, 2027."
)
_AGREED = (
    MergeField("agreed_on", "agreed on", _DAY),
    MergeField("terms", "the terms as they were read", _WORDS),
    MergeField("schedule", "every due day", _WORDS),
    MergeField("consent", "who agreed, and how", _WORDS),
)
_AGREED_SAMPLE = {
    "agreed_on": dt.date(2026, 11, 20), "terms": _SAMPLE_TERMS, "schedule": "December 1, 2026: $100.00",
    "consent": "Agreed by Gus Guarino, spoken on November 20, 2026.",
}  # fmt: skip
_DUE = (
    MergeField("amount", "what is due", _MONEY),
    MergeField("due_on", "due on", _DAY),
    MergeField("remaining", "what remains", _MONEY),
)
_DUE_SAMPLE = {"amount": Decimal("100.00"), "due_on": dt.date(2026, 12, 1), "remaining": Decimal("400.00")}
AGREEMENT, RENEGOTIATED, REMINDER, BROKEN, PAID = (
    "plan_agreement", "plan_renegotiated", "plan_reminder", "plan_broken", "plan_paid",
)  # fmt: skip
KINDS = (
    LetterKind(
        AGREEMENT, "Payment plan agreement", LetterGroup.PLANS, _AGREED, must=("terms", "schedule", "consent"),
        sample=_AGREED_SAMPLE, seed=SEED, is_written=False, purpose="plan", does="The plan as it was agreed",
    ),
    LetterKind(
        RENEGOTIATED, "Payment plan renegotiated", LetterGroup.PLANS, _AGREED, must=("terms", "schedule", "consent"),
        sample=_AGREED_SAMPLE, seed=SEED, is_written=False, purpose="plan", does="New terms, in place of those before",
    ),
    LetterKind(
        REMINDER, "Payment plan reminder", LetterGroup.PLANS, (*_DUE, MergeField("how", "how it is paid")),
        must=("amount", "due_on"), sample=_DUE_SAMPLE | {"how": "Send a check, or pay online."}, seed=SEED,
        is_written=False, purpose="plan", does="What is due soon",
    ),
    LetterKind(
        BROKEN, "Broken payment plan", LetterGroup.PLANS, _DUE, must=("amount", "due_on"), sample=_DUE_SAMPLE,
        seed=SEED, is_written=False, purpose="plan", does="A payment did not come, and what can be done",
    ),
    LetterKind(
        PAID, "Payment plan paid in full", LetterGroup.PLANS, (MergeField("total", "what was paid", _MONEY),),
        must=("total",), sample={"total": Decimal("500.00")}, seed=SEED, is_written=False, purpose="plan", 
        does="All is paid",
    ),
)  # fmt: skip
_HOW = {
    ENGLISH: ("It is taken from {method} on that day; you need do nothing.", "Send a check, pay online or call us."),
    SPANISH: ("Se cobra de {method} ese día; no tiene que hacer nada.", "Envíe un cheque, pague en línea o llámenos."),
}
_CONSENT = {
    ENGLISH: "Agreed by {who} on {day}, {how}.",
    SPANISH: "Acordado por {who} el {day}, {how}.",
}
_HOW_GIVEN = {
    ENGLISH: {"spoken": "spoken after the terms were read", "signed": "signed", "typed": "typed"},
    SPANISH: {"spoken": "de palabra, después de leer las condiciones", "signed": "con firma", "typed": "por escrito"},
}


def write_agreement(plan_id: int, *, actor: "User", today: dt.date, now: dt.datetime, language: str = "") -> Letter:
    """The schedule in force as a letter, frozen, and kept with the plan. Raises `Conflict` where nothing is in force,
    `NoAddress` where the patient has none."""
    plan = plan_seen_by(actor, plan_id)
    consent = PlanConsent.objects.filter(schedule=plan.schedule_id).first() if plan.schedule_id else None
    if plan.schedule is None or consent is None or plan.state == PaymentPlan.State.CANCELLED:
        raise Conflict("There is no agreement to write down.")
    language = language or language_of(plan)
    rows = installments_of(plan.schedule)
    terms = read_back(
        rows, practice=plan.practice.name, frequency=plan.schedule.frequency, position=plan.schedule.position,
        grace_days=plan.schedule.grace_days, language=language,
    )  # fmt: skip
    facts: dict[str, Any] = {
        "agreed_on": plan.agreed_on,
        "terms": "\n\n".join(terms),
        "schedule": "; ".join(f"{day_words(row.due_on, language)}: {usd_words(row.amount)}" for row in rows),
        "consent": _CONSENT[language].format(
            who=consent.said_by, day=day_words(plan.agreed_on or today, language), how=_HOW_GIVEN[language][consent.how]
        ),
    }
    letter = make_letter(
        kind=AGREEMENT if plan.schedule.number == 1 else RENEGOTIATED, account_id=plan.account_id, facts=facts,
        language=language, actor=actor, today=today, now=now,
        claim_ids=plan.schedule.visits.filter(left_out="").values_list("claim_id", flat=True),
    )  # fmt: skip
    PaymentPlan.objects.filter(pk=plan.pk, schedule=plan.schedule_id).update(agreement=letter)
    return letter


def write_letter(plan_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Letter:
    """What is to be told about a plan as it stands: that it broke, that it is paid, else the agreement. Raises
    `Conflict`, `NoAddress`."""
    plan = plan_seen_by(actor, plan_id)
    asked: dict[str, Any] = {
        "account_id": plan.account_id,
        "language": language_of(plan),
        "actor": actor,
        "today": today,
        "now": now,
    }
    if plan.state == PaymentPlan.State.BROKEN:
        facts = {"amount": plan.late_amount, "due_on": plan.late_since, "remaining": plan.remaining}
        return make_letter(kind=BROKEN, facts=facts, **asked)
    if plan.state == PaymentPlan.State.PAID:
        return make_letter(kind=PAID, facts={"total": plan.received}, **asked)
    return plan.agreement or write_agreement(plan_id, actor=actor, today=today, now=now)


def mail_letter(plan_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> "Delivery":
    """Put what is to be told about a plan into the next batch of mail; an agreement is confirmed in writing by it."""
    require(actor, Capability.WORK_ITEMS)
    letter = write_letter(plan_id, actor=actor, today=today, now=now)
    sent = send(
        account_id=letter.account_id, channel="mail", purpose="plan", letter=letter, actor=actor, now=now, today=today
    )
    if sent.state == "refused":
        raise DomainError("It may not be mailed now. The delivery says why.")
    plan = plan_seen_by(actor, plan_id)
    code = "confirmed" if letter.kind in (AGREEMENT, RENEGOTIATED) else "mailed"
    if code == "confirmed":
        PaymentPlan.objects.filter(pk=plan.pk, confirmed_at=None).update(confirmed_at=now)
    note_event(plan, code, f"{letter.title}, by mail", actor=actor, today=today, now=now, schedule=plan.schedule)
    return sent


def write_reminder(plan: PaymentPlan, *, today: dt.date, now: dt.datetime) -> Letter:
    """What is due next, as a letter of the house itself. The plan has a next installment."""
    language = language_of(plan)
    at = 0 if plan.autopay_id else 1
    facts = {
        "amount": plan.next_amount, "due_on": plan.next_due_on, "remaining": plan.remaining - plan.next_amount,
        "how": _HOW[language][at].format(method=plan.autopay or ""),
    }  # fmt: skip
    return make_letter(
        kind=REMINDER, account_id=plan.account_id, facts=facts, language=language, actor=None, today=today, now=now
    )


def language_of(plan: PaymentPlan) -> str:
    """English, or Spanish where the guarantor's language is."""
    return SPANISH if plan.account.guarantor.language.lower().startswith(("es", "spa")) else ENGLISH
