"""What we make from the books for a packet: itemized statement, claims as billed, ledger. Elements of a letter."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from arwork.lib.bulk import Among
from claims.billing.models import Claim, ClaimLine
from claims.ledger.models import Posting
from claims.ledger.posting_words import posting_words
from claims.payers.code_words import adjustment_words
from collections_app.letters.words import money_words
from collections_app.statements.itemized import items_of

Element = dict[str, Any]
Columns = Sequence[tuple[str, dict[str, Any]]]
_RIGHT = {"align": "right"}
_WIDE = {"wide": True}
_ITEM_COLUMNS: Columns = [("Day", {}), ("Code", {}), ("Service", _WIDE), ("Units", _RIGHT), ("Amount", _RIGHT)]
_LINE_COLUMNS: Columns = [("Day", {}), ("Code", _WIDE), ("Dx", {}), ("Units", _RIGHT), ("Charge", _RIGHT)]
_LEDGER_COLUMNS: Columns = [("Day", {}), ("What", _WIDE), ("Amount", _RIGHT)]


def sections_of(claims: Sequence[Claim], parts: Sequence[str]) -> list[Element]:
    """The parts, one after the other, each visit by visit. At most four queries."""
    makers = {"itemized": _itemized, "claims": _billed, "ledger": _ledger}
    return [element for code in parts for element in makers[code](claims)]


def _itemized(claims: Sequence[Claim]) -> list[Element]:
    items = items_of([claim.pk for claim in claims])
    found: list[Element] = [{"kind": "heading", "text": "Itemized statement"}]
    for claim in claims:
        rows = []
        for item in items.get(claim.pk, []):
            rows.append([item["on"], item["code"], item["what"], item["units"], item["charge"]])
            rows += [["", "", step["label"], "", step["amount"]] for step in item["steps"]]
        total = ["Open today", "", "", "", _usd(claim.balance)]
        found.append(_table(_title(claim), _ITEM_COLUMNS, rows, total))
    return found


def _billed(claims: Sequence[Claim]) -> list[Element]:
    lines: dict[int, list[ClaimLine]] = defaultdict(list)
    for line in ClaimLine.objects.filter(Among("claim", [claim.pk for claim in claims]), number__gt=0).order_by(
        "claim", "number"
    ):
        lines[line.claim_id].append(line)
    found: list[Element] = [{"kind": "heading", "text": "Claims as they were billed"}]
    for claim in claims:
        rows = [
            [f"{one.service_from:%m/%d/%Y}", " ".join(filter(None, (one.code or one.revenue_code, one.modifiers))),
             one.dx_pointers, f"{one.units.normalize():f}", _usd(one.charge)]
            for one in lines[claim.pk]
        ]  # fmt: skip
        found.append(
            {"kind": "box", "title": _title(claim), "rows": [
                {"label": label, "value": value} for label, value in (
                    ("Billed to", claim.payer.name if claim.payer else "the patient"),
                    ("Payer’s number", claim.icn), ("Diagnoses", claim.diagnoses),
                    ("Rendered by", claim.rendering_name),
                ) if value]}
        )  # fmt: skip
        found.append(_table("", _LINE_COLUMNS, rows, ["Charged", "", "", "", _usd(claim.charge)]))
    return found


def _ledger(claims: Sequence[Claim]) -> list[Element]:
    """Charges, payments and adjustments by day; what was reversed never counted, and is not told."""
    rows: dict[int, list[list[str]]] = defaultdict(list)
    postings = Posting.objects.filter(
        Among("claim", [claim.pk for claim in claims]), reverses=None, reversed_by=None
    ).order_by("effective_on", "pk")  # fmt: skip
    columns = ("claim_id", "kind", "debit", "credit", "amount", "effective_on", "group", "carc")
    for claim_id, kind, debit, credit, amount, on, group, carc in postings.values_list(*columns):
        because = f": {adjustment_words(group, carc)}" if carc else ""
        words = f"{posting_words(kind, debit=debit, credit=credit)}{because}"
        rows[claim_id].append([f"{on:%m/%d/%Y}", words, _usd(amount)])
    found: list[Element] = [{"kind": "heading", "text": "Ledger of payments and adjustments"}]
    for claim in claims:
        total = ["Open today", "", _usd(claim.balance)]
        found.append(_table(_title(claim), _LEDGER_COLUMNS, rows[claim.pk], total))
    return found


def _title(claim: Claim) -> str:
    days = f"{claim.service_from:%m/%d/%Y}"
    if claim.service_to != claim.service_from:
        days = f"{days} to {claim.service_to:%m/%d/%Y}"
    return f"Visit of {days}, claim {claim.number}"


def _table(title: str, columns: Columns, rows: list[list[str]], total: list[str]) -> Element:
    shown = [{"label": label, **how} for label, how in columns]
    return {"kind": "table", "title": title or None, "columns": shown, "rows": rows, "total": total}


def _usd(amount: Any) -> str:
    return money_words(amount, "en")
