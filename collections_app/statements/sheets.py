"""What stands on a statement, as data for its template: an explained bill in the words of its language. Pure but for
what it is given.

Every amount is said in words here, so that the template only places them, and what is kept of a statement is exactly
what was printed.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arwork.lib.money import ZERO
from collections_app.letters.letterheads import Head
from collections_app.statements.codes import bars_svg, squares_svg
from collections_app.statements.explained import NEW, BilledVisit, ExplainedBill
from collections_app.statements.words import APART, LABELS, day_words, share_words, usd

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class SheetFrame:
    """What a statement bears beside its bill: its number, days and language, where it goes, what the texts in force
    say (`message`, `help`: elements of a letter) and where it can be paid online ("" where it can't)."""

    number: str
    kind: str
    language: str
    on: dt.date
    due_on: dt.date
    head: Head
    to: Sequence[str]
    addressee: str
    message: Sequence[Mapping[str, Any]] = ()
    help: Sequence[Mapping[str, Any]] = ()
    link: str = ""
    plan: Any = None


def sheet(bill: ExplainedBill, frame: SheetFrame, *, items: Mapping[int, Any] | None = None) -> dict[str, Any]:
    """The data of one statement. With `items` (lines by claim) it is itemized."""
    say = LABELS[frame.language]
    due = amount_due(bill.due, bill.balance, frame.plan)
    title = "title_itemized" if items is not None else "title_plan" if frame.plan else "title"
    return {
        "title": say[title],
        "letterhead": frame.head.shown(),
        "to": list(frame.to),
        "day": day_words(frame.on, frame.language),
        "account": bill.account.number,
        "number": frame.number,
        "say": say,
        "words": {"page": say["page"], "of": say["of"], "account": say["account"]},
        "due": usd(due) if due else "",
        "due_by": day_words(frame.due_on, frame.language) if due else "",
        "summary": summary(bill, frame),
        "message": list(frame.message),
        "visits": [_visit(one, frame, items) for one in bill.asked_visits],
        "apart": [_visit(one, frame, items) for one in bill.apart_visits],
        "payments": _payments(bill, frame),
        "boxes": _boxes(bill, frame),
        "plan": _plan(frame),
        "help": list(frame.help),
        "pay": _ways(frame),
        "link": frame.link,
        "squares": squares_svg(frame.link) if frame.link else "",
        "bars": bars_svg(frame.number),
        "coupon": {"to": list(frame.head.remit), "from": frame.addressee} if due else None,
        "wrong": f"{say['wrong']}: {frame.head.phone}." if frame.head.phone else f"{say['wrong']}.",
        "itemized": items is not None,
    }


def amount_due(due: Decimal, balance: Decimal, plan: Any) -> Decimal:
    """What a statement asks for: under a plan what is late and what is due next, never more than the balance; else what
    the bill asks for (`due`)."""
    if plan is None:
        return due
    asked: Decimal = min(plan.amount + plan.past_due, balance)
    return max(asked, ZERO)


def kept(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a statement beside its document: all but the pictures, and never the link, for who has it is let
    in."""
    left = {name: value for name, value in data.items() if name not in ("squares", "link", "bars", "say", "words")}
    return {**left, "letterhead": {**data["letterhead"], "logo": None}}


def summary(bill: ExplainedBill, frame: SheetFrame) -> Rows:
    """How the amount came about, line by line, in one glance: the lines add up to what is asked."""
    say = LABELS[frame.language]
    bills = [one.bill for one in bill.visits]
    lines: list[tuple[str, Decimal]] = [
        ("summary_charged", sum((one.charge for one in bills), ZERO)),
        ("summary_brought", sum((one.brought_forward for one in bills), ZERO)),
        ("summary_off", -sum((one.agreed_off for one in bills), ZERO)),
        ("summary_plan", -sum((one.plan_paid for one in bills), ZERO)),
        ("summary_you", -sum((one.patient_paid for one in bills), ZERO)),
        ("summary_forgiven", -sum((one.forgiven for one in bills), ZERO)),
        ("summary_refunded", sum((one.refunded for one in bills), ZERO)),
        ("summary_with_plan", -sum((one.with_plan for one in bills), ZERO)),
        ("summary_apart", -bill.apart),
        ("summary_on_account", -min(bill.on_account, bill.asked)),
    ]
    shown = [{"label": say[name], "amount": usd(amount), "is_total": ""} for name, amount in lines if amount]
    return [*shown, {"label": say["summary_due"], "amount": usd(bill.due), "is_total": "1"}]


def _visit(visit: BilledVisit, frame: SheetFrame, items: Mapping[int, Any] | None) -> dict[str, Any]:
    say, bill = LABELS[frame.language], visit.bill
    who = f"{say['for']} {visit.patient}" if visit.patient and visit.patient != frame.addressee else ""
    doctor = f"{say['with']} {visit.doctor}" if visit.doctor else ""
    lines = [
        ("charged", bill.charge), ("brought", bill.brought_forward), ("off", -bill.contractual),
        ("sequestered", -bill.sequestered), ("not_billable", -bill.not_billable), ("plan_paid", -bill.plan_paid),
        ("you_paid", -bill.patient_paid), ("forgiven", -bill.forgiven), ("refunded", bill.refunded),
        ("with_plan", -bill.with_plan),
    ]  # fmt: skip
    return {
        "title": " ".join(part for part in (say["visit_on"], day_words(visit.on, frame.language), who, doctor) if part),
        "number": bill.claim.number,
        "lines": [{"label": say[name], "amount": usd(amount)} for name, amount in lines if amount],
        "share": usd(visit.asked + visit.apart),
        "why": [
            {"label": share_words(share.kind, share.words, frame.language), "amount": usd(amount)}
            for share, amount in bill.why
        ],
        "apart": APART[frame.language][visit.reason] if visit.reason else "",
        "items": items.get(visit.claim_id, []) if items is not None else [],
    }


def _payments(bill: ExplainedBill, frame: SheetFrame) -> Rows | None:
    """What came since the last statement; None where there was none."""
    if bill.last is None:
        return None
    return [{"label": day_words(one.on, frame.language), "amount": usd(one.amount)} for one in bill.payments]


def _boxes(bill: ExplainedBill, frame: SheetFrame) -> Rows:
    """Nothing where all of it is new: an age of nothing tells nobody anything."""
    say = LABELS[frame.language]
    if not any(amount for code, amount in bill.boxes.items() if code != NEW):
        return []
    return [
        {"label": say["age_new"] if code == NEW else f"{code} {say['age_days']}", "amount": usd(amount)}
        for code, amount in bill.boxes.items()
    ]


def _plan(frame: SheetFrame) -> Rows:
    """What is due of a plan from now on, and what is late."""
    if frame.plan is None:
        return []
    left = [(day, amount) for day, amount in frame.plan.installments if day >= frame.on]
    rows = [{"label": day_words(day, frame.language), "amount": usd(amount)} for day, amount in left[:12]]
    if frame.plan.past_due:
        rows.insert(0, {"label": LABELS[frame.language]["plan_late"], "amount": usd(frame.plan.past_due)})
    return rows


def _ways(frame: SheetFrame) -> Rows:
    """How to pay, the easiest first."""
    say = LABELS[frame.language]
    ways = []
    if frame.link:
        ways.append({"label": say["pay_online"], "amount": ""})
    if frame.head.phone:
        hours = f", {frame.head.hours}" if frame.head.hours else ""
        ways.append({"label": say["pay_phone"], "amount": f"{frame.head.phone}{hours}"})
    return [*ways, {"label": say["pay_mail"], "amount": ", ".join(frame.head.remit)}]
