"""What a person typed of an EOB, read: what each line proposes, what is wrong at which cell, whether it ties. Pure.

An entry is kept as it was typed, so nothing is lost that is wrong. A line says charge = paid + adjustments. Its common
reasons have cells of their own (contractual CO-45, deductible PR-1, coinsurance PR-2, copay PR-3); whatever else it
says stands in `other`, as `CO-97 12.00, PI-16 3.00`. On the reversal of an earlier payment every amount has a minus.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from arwork.lib.money import ZERO, NotMoney, money
from claims.payers.code_words import is_known_carc, is_known_rarc
from claims.remits.era import CROSSOVER_STATUSES, REVERSAL_STATUS, Adjustment, figure
from claims.remits.provider_adjustments import PLB_NAMES

#: What cells stand for which reason.
REASONS = {"contractual": ("CO", "45"), "deductible": ("PR", "1"), "coinsurance": ("PR", "2"), "copay": ("PR", "3")}
GROUPS = ("CO", "PR", "OA", "PI", "CR")
#: The cells of a line, in the order of the grid.
CELLS = ("allowed", "paid", *REASONS, "other", "remarks")
#: How a payer may have processed a claim that is entered by hand (CLP02).
STATUSES = ("1", "2", "3", "4", *CROSSOVER_STATUSES, REVERSAL_STATUS)
_OTHER = re.compile(rf"({'|'.join(GROUPS)})[- ]?([A-Z]?\d{{1,4}})\s*[: ]\s*(\S+)")
_AMOUNT = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d{1,2})?|-?\d*\.?\d{0,2}")


class BadCell(ValueError):
    """What stands in a cell can't be read; the message is for the person who typed it."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as it was typed."""

    line: int
    allowed: str = ""
    paid: str = ""
    contractual: str = ""
    deductible: str = ""
    coinsurance: str = ""
    copay: str = ""
    other: str = ""
    remarks: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether the EOB, as far as it is entered, says nothing of it."""
        return not any(getattr(self, cell).strip() for cell in CELLS)


@dataclass(frozen=True, slots=True)
class TypedClaim:
    """One claim as it was typed; `remarks` are those of the whole claim."""

    claim: int
    status: str = "1"
    icn: str = ""
    remarks: str = ""
    lines: tuple[TypedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class TypedAdjustment:
    """One row at provider level: what it changes the check by, with a minus where it takes off."""

    code: str = ""
    reference: str = ""
    amount: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.reference.strip() or self.amount.strip())


@dataclass(frozen=True, slots=True)
class TypedEntry:
    """A whole entry as it was typed."""

    claims: tuple[TypedClaim, ...] = ()
    provider: tuple[TypedAdjustment, ...] = ()

    def kept(self) -> dict[str, Any]:
        """As it is kept: only what was typed."""
        return {
            "claims": [
                {"claim": one.claim, "status": one.status, "icn": one.icn, "remarks": one.remarks, "lines": [
                    {"line": line.line} | {cell: text for cell in CELLS if (text := getattr(line, cell))}
                    for line in one.lines
                ]} for one in self.claims
            ],
            "provider": [
                {"code": one.code, "reference": one.reference, "amount": one.amount} for one in self.provider
            ],
        }  # fmt: skip


def entry_from(kept: Mapping[str, Any] | None) -> TypedEntry:
    """The entry that was kept so."""
    kept = kept or {}
    claims = (
        TypedClaim(**{**one, "lines": tuple(TypedLine(**line) for line in one["lines"])})
        for one in kept.get("claims", ())
    )
    return TypedEntry(tuple(claims), tuple(TypedAdjustment(**one) for one in kept.get("provider", ())))


@dataclass(frozen=True, slots=True)
class EnteredLine:
    """One line as it was read. `rest` is what of the charge nothing explains."""

    line: int
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]

    @property
    def rest(self) -> Decimal:
        return self.charge - self.paid - sum((one.amount for one in self.adjustments), ZERO)

    @property
    def patient_share(self) -> Decimal:
        return sum((one.amount for one in self.adjustments if one.group == "PR"), ZERO)


@dataclass(frozen=True, slots=True)
class EnteredClaim:
    """One claim as it was read; only the lines of which the EOB says something."""

    claim: int
    status: str
    icn: str
    remarks: tuple[str, ...]
    lines: tuple[EnteredLine, ...]

    @property
    def charge(self) -> Decimal:
        return sum((line.charge for line in self.lines), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((line.paid for line in self.lines), ZERO)

    @property
    def patient_share(self) -> Decimal:
        return sum((line.patient_share for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class EnteredAdjustment:
    """One row at provider level; `amount` changes the check by so much."""

    code: str
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class EntryReading:
    """An entry as it was read. `errors` are sentences by the name of their cell, as `c0.l2.paid` or `p1.amount`."""

    check: Decimal
    claims: tuple[EnteredClaim, ...] = ()
    provider: tuple[EnteredAdjustment, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def paid(self) -> Decimal:
        return sum((one.paid for one in self.claims), ZERO)

    @property
    def at_provider_level(self) -> Decimal:
        return sum((one.amount for one in self.provider), ZERO)

    @property
    def difference(self) -> Decimal:
        """What of the check is not entered yet; below zero, what is entered beyond it."""
        return self.check - self.paid - self.at_provider_level

    @property
    def is_tied(self) -> bool:
        """Whether it may post: something is entered, all of it can be read and balances, and it makes the check."""
        return bool(self.claims or self.provider) and not self.errors and not self.difference


def read_amount(text: str) -> Decimal:
    """Dollars as people type them: `80`, `80.5`, `1,240.00`, `$12`, `-5`, `(5.00)`; nothing is 0. Raises `BadCell`."""
    bare = text.strip().replace("\N{MINUS SIGN}", "-").replace("$", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    if not bare:
        return ZERO
    if not _AMOUNT.fullmatch(bare) or not any(map(str.isdigit, bare)):
        raise BadCell("Enter an amount such as 1,240.50.")
    try:
        return money(bare.replace(",", ""))
    except NotMoney as error:
        raise BadCell("Enter an amount such as 1,240.50.") from error


def read_other(text: str) -> tuple[Adjustment, ...]:
    """Adjustments as people type them: `CO-97 12.00, pi16 3`. Raises `BadCell`."""
    found = []
    for part in _parts(text):
        match = _OTHER.fullmatch(part.upper())
        if match is None:
            raise BadCell(f"Type group, code and amount, as CO-97 12.00; this is none: {part}.")
        if not is_known_carc(match[2]):
            raise BadCell(f"There is no adjustment reason {match[2]}.")
        found.append(Adjustment(match[1], match[2], read_amount(match[3])))
    return tuple(found)


def read_remarks(text: str) -> tuple[str, ...]:
    """Remark codes, separated by blanks or commas. Raises `BadCell`."""
    codes = tuple(dict.fromkeys(text.upper().replace(",", " ").replace(";", " ").split()))
    if unknown := [code for code in codes if not is_known_rarc(code)]:
        raise BadCell(f"There is no remark code {unknown[0]}.")
    return codes


def proposed(typed: TypedLine, *, charge: Decimal) -> TypedLine:
    """The line with what its amounts leave open filled in: the contract takes what was not allowed (CO-45), and what
    was allowed and not paid is the patient's coinsurance (PR-2). Only into empty cells, and only where both fit; where
    nothing was allowed the EOB says why, so nothing is proposed."""
    try:
        allowed, paid, others = read_amount(typed.allowed), read_amount(typed.paid), read_other(typed.other)
        known = {cell: read_amount(getattr(typed, cell)) for cell in REASONS}
    except BadCell:
        return typed
    if not typed.paid.strip() or not typed.allowed.strip() or not allowed:
        return typed
    sign = -1 if charge < 0 else 1
    rest = charge - paid - sum(known.values(), ZERO) - sum((one.amount for one in others), ZERO)
    empty = [cell for cell in ("contractual", "coinsurance") if not getattr(typed, cell).strip()]
    if not empty or rest * sign <= 0:
        return typed
    off = min(max((charge - allowed) * sign, ZERO), rest * sign) * sign
    shares = {"contractual": off, "coinsurance": rest - off} if len(empty) == 2 else {empty[0]: rest}
    filled: dict[str, Any] = {cell: f"{amount}" for cell, amount in shares.items() if amount}
    return replace(typed, **filled)


def read_entry(typed: TypedEntry, *, check: Decimal, charges: Mapping[int, Decimal]) -> EntryReading:
    """Read a whole entry for a check of so much; `charges` are those of the lines of its claims, by line."""
    errors: dict[str, str] = {}
    claims = [_claim(f"c{place}", one, charges, errors) for place, one in enumerate(typed.claims)]
    provider = [_provider(f"p{place}", one, errors) for place, one in enumerate(typed.provider) if not one.is_blank]
    return EntryReading(check, tuple(claims), tuple(provider), errors)


def line_charge(claim: TypedClaim, charge: Decimal) -> Decimal:
    """The charge of a line as the EOB prints it: a reversal repeats it with a minus."""
    return -charge if claim.status == REVERSAL_STATUS else charge


def _claim(name: str, typed: TypedClaim, charges: Mapping[int, Decimal], errors: dict[str, str]) -> EnteredClaim:
    cell = _Cells(name, errors)
    if typed.status not in STATUSES:
        errors[f"{name}.status"] = "Say how the payer processed it."
    lines = tuple(
        _line(f"{name}.l{place}", one, line_charge(typed, charges[one.line]), errors)
        for place, one in enumerate(typed.lines)
        if one.line in charges and not one.is_blank
    )
    if not lines:
        errors[f"{name}.claim"] = "Nothing is entered for this claim. Enter its lines, or take it out."
    remarks = cell.read("remarks", typed.remarks, read_remarks, ())
    return EnteredClaim(typed.claim, typed.status, typed.icn.strip()[:50], remarks, lines)


def _line(name: str, typed: TypedLine, charge: Decimal, errors: dict[str, str]) -> EnteredLine:
    cell = _Cells(name, errors)
    before = len(errors)
    adjustments = [
        Adjustment(group, carc, cell.read(where, getattr(typed, where), read_amount, ZERO))
        for where, (group, carc) in REASONS.items()
    ]
    adjustments += cell.read("other", typed.other, read_other, ())
    found = EnteredLine(
        line=typed.line,
        charge=charge,
        paid=cell.read("paid", typed.paid, read_amount, ZERO),
        allowed=cell.read("allowed", typed.allowed, read_amount, ZERO) if typed.allowed.strip() else None,
        adjustments=tuple(one for one in adjustments if one.amount),
        remarks=cell.read("remarks", typed.remarks, read_remarks, ()),
    )
    if len(errors) == before and not typed.paid.strip():
        errors[f"{name}.paid"] = "Enter what was paid; 0 where nothing was."
    elif len(errors) == before and found.rest > 0:
        errors[f"{name}.rest"] = f"Nothing explains {figure(found.rest)} of the charge: give group, code and amount."
    elif len(errors) == before and found.rest < 0:
        errors[f"{name}.rest"] = f"Paid and adjusted are {figure(-found.rest)} more than the charge."
    return found


def _provider(name: str, typed: TypedAdjustment, errors: dict[str, str]) -> EnteredAdjustment:
    cell = _Cells(name, errors)
    code = typed.code.strip().upper()
    if code not in PLB_NAMES:
        errors[f"{name}.code"] = "Say what it is."
    amount = cell.read("amount", typed.amount, read_amount, ZERO)
    if not amount and f"{name}.amount" not in errors:
        errors[f"{name}.amount"] = "Enter what it changes the check by; a minus where it takes off."
    return EnteredAdjustment(code[:2], typed.reference.strip()[:50], amount)


class _Cells:
    def __init__(self, name: str, errors: dict[str, str]) -> None:
        self._name, self._errors = name, errors

    def read(self, cell: str, text: str, reader: Callable[[str], Any], otherwise: Any) -> Any:
        """What a cell says; `otherwise`, with a sentence at the cell, where it can't be read."""
        try:
            return reader(text)
        except BadCell as error:
            self._errors[f"{self._name}.{cell}"] = str(error)
            return otherwise


def _parts(text: str) -> Sequence[str]:
    """The parts of a list; a comma within an amount parts nothing."""
    return [part for one in re.split(r"[;\n]|,(?!\d{3}\b)", text) if (part := " ".join(one.split()))]


def with_proposals(typed: TypedEntry, charges: Mapping[int, Decimal]) -> TypedEntry:
    """The entry with what its lines propose."""

    def filled(claim: TypedClaim) -> TypedClaim:
        lines = (
            proposed(line, charge=line_charge(claim, charges[line.line])) if line.line in charges else line
            for line in claim.lines
        )
        return replace(claim, lines=tuple(lines))

    return replace(typed, claims=tuple(filled(claim) for claim in typed.claims))
