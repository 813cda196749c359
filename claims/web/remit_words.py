"""Claim payments in plain words: what was adjusted and why, and what posting would do."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import from_cents
from arwork.web.formats import usd
from claims.payers.code_words import adjustment_words, claim_status_words, rarc_words
from claims.remits.exception_view import reason_words
from claims.remits.selectors import Verdict

if TYPE_CHECKING:
    from claims.remits.models import RemitClaim


@dataclass(frozen=True, slots=True)
class Reduced:
    """One adjustment: its code, its amount and its words."""

    code: str
    amount: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class DecodedLine:
    """One paid service."""

    service: str
    charge: Decimal
    paid: Decimal
    adjustments: list[Reduced]
    remarks: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A claim payment in words."""

    status: str
    adjustments: list[Reduced]
    remarks: list[tuple[str, str]]
    lines: list[DecodedLine]


def decoded(row: "RemitClaim") -> Decoded:
    """A claim payment in words; reads `row.lines`, so prefetch them for a list."""
    lines = [
        DecodedLine(
            service=f"{line.code or line.revenue_code} {line.modifiers}".strip(),
            charge=line.charge,
            paid=line.paid,
            adjustments=_reduced(line.adjustments),
            remarks=_remarks(line.rarcs),
        )
        for line in sorted(row.lines.all(), key=lambda line: line.position)
    ]
    return Decoded(
        status=claim_status_words(row.status),
        adjustments=_reduced(row.adjustments),
        remarks=_remarks(row.rarcs),
        lines=lines,
    )


def verdict_words(verdict: Verdict) -> tuple[str, str, str]:
    """(colour, word, sentence) of what posting did, would do, or waits for."""
    row, plan = verdict.row, verdict.plan
    if plan is None:
        settled = {"posted": ("green", "posted"), "dismissed": ("", "dismissed")}
        return (*settled.get(row.state, ("", row.state)), "")
    if plan.trouble:
        return ("red", reason_words(plan.trouble.reason), plan.trouble.detail)
    parts: dict[str, Decimal] = {}
    for move in plan.moves:
        parts[move.kind] = parts.get(move.kind, Decimal(0)) + move.amount
    told = [f"{usd(amount)} {_KINDS.get(kind, kind)}" for kind, amount in parts.items()]
    if plan.refusals:
        told.append(f"{usd(sum((one.amount for one in plan.refusals), Decimal(0)))} denied, stays with the payer")
    return ("green", "ready", ", ".join(told) or "nothing to post")


_KINDS = {
    "payer_payment": "paid",
    "contractual": "written off as contractual",
    "sequestration": "sequestration",
    "transfer": "moves on",
    "statutory": "not billable to anybody",
    "unapplied": "unapplied cash",
}


def _reduced(stored: list[list[object]]) -> list[Reduced]:
    return [
        Reduced(f"{group}-{carc}", from_cents(int(str(cents))), adjustment_words(str(group), str(carc)))
        for group, carc, cents, *_ in stored
    ]


def _remarks(rarcs: str) -> list[tuple[str, str]]:
    return [(code, rarc_words(code)) for code in rarcs.split()]
