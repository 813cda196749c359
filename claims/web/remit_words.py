"""What posting a claim payment did, would do, or waits for, in plain words."""

from decimal import Decimal

from arwork.web.formats import usd
from claims.remits.exception_view import reason_words
from claims.remits.selectors import PostingPreview


def verdict_words(verdict: PostingPreview) -> tuple[str, str, str]:
    """(color, word, sentence) of what posting did, would do, or waits for."""
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
    if plan.line_denials:
        told.append(f"{usd(sum((one.amount for one in plan.line_denials), Decimal(0)))} denied, stays with the payer")
    return ("green", "ready", ", ".join(told) or "nothing to post")


_KINDS = {
    "payer_payment": "paid",
    "contractual": "written off as contractual",
    "sequestration": "sequestration",
    "transfer": "transferred",
    "statutory": "not billable to anybody",
    "unapplied": "unapplied cash",
}
