"""The levels of an appeal by kind of payer: who decides, within how many days, what must be on file. Pure.

How long there is to file at a level is a dated rule of the payer (`claims.payers.deadlines`, kinds `appeal_1` to
`appeal_5`); a payer without such a rule at a level has no window there, and the page says so instead of inventing one.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from arwork.lib.dated_rules import read_seed

SEED = Path(__file__).parent / "seeds" / "levels.yaml"
#: What a provider needs on file before it may appeal at some payers, in words (RULES 8.4, 8.5, 8.6).
NEEDS = {
    "waiver": "a provider without a contract signs a waiver of liability (42 CFR 422.574(b))",
    "consent": "the patient consents in writing, or the state’s contract gives providers a dispute of their own",
    "assignment": "the patient has assigned the benefits or named the provider as representative",
}
_SAME = frozenset(
    {"medicare", "medicare_advantage", "medicaid", "medicaid_mco", "tricare", "va", "workers_comp", "auto_liability"}
)


@dataclass(frozen=True, slots=True)
class AppealLevel:
    """One level. `days` in which it is decided from receipt of the request, `hours` if it is urgent (None: no term);
    `needs` is a key of `NEEDS` or empty."""

    ladder: str
    number: int
    name: str
    by: str
    days: int | None
    hours: int | None
    needs: str
    source: str

    @property
    def rule_kind(self) -> str:
        """The payer rule that says how long there is to file: `appeal_1` ..."""
        return f"appeal_{self.number}"


def ladder_code(payer_class: str, funding: str = "") -> str:
    """Which levels a claim has. A self-funded plan of an employer is ERISA's, whoever administers it."""
    if payer_class in _SAME:
        return payer_class
    if payer_class in ("commercial", "bcbs"):
        return "erisa" if funding == "self_funded" else "commercial"
    return "other"


def ladder_of(code: str) -> tuple[AppealLevel, ...]:
    """The levels of a ladder, the first one first; an unknown code has those of `other`."""
    return _ladders().get(code) or _ladders()["other"]


def level_of(code: str, number: int) -> AppealLevel | None:
    """One level; None where the ladder does not go as high."""
    levels = ladder_of(code)
    return levels[number - 1] if 1 <= number <= len(levels) else None


def next_level(level: AppealLevel) -> AppealLevel | None:
    """Where it goes on after a decision against us; None after the last one."""
    return level_of(level.ladder, level.number + 1)


@cache
def _ladders() -> dict[str, tuple[AppealLevel, ...]]:
    return {
        code: tuple(
            AppealLevel(
                ladder=code,
                number=number,
                name=told["name"],
                by=told["by"],
                days=told["days"],
                hours=told.get("hours"),
                needs=told.get("needs", ""),
                source=told["source"],
            )
            for number, told in enumerate(levels, 1)
        )
        for code, levels in read_seed(SEED)["ladders"].items()
    }
