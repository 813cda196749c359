"""What has to be known of a denial before its routes can be told apart, and who the payer is in law. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from arwork.lib.money import ZERO
from claims.denials.routing import Route
from claims.payers.deadlines import Deadline

INSTITUTIONAL = "I"


class PayerKind(StrEnum):
    """Whose law a payer is under. Medicare's own program is two: Part A takes adjustment claims, Part B none."""

    MEDICARE_A = "medicare_a"
    MEDICARE_B = "medicare_b"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID = "medicaid"
    MEDICAID_MANAGED = "medicaid_managed"
    COMMERCIAL = "commercial"
    SELF_FUNDED = "self_funded"
    TRICARE = "tricare"
    VA = "va"
    WORKERS_COMP = "workers_comp"
    AUTO = "auto"
    OTHER = "other"

    @property
    def is_medicare(self) -> bool:
        """Whether it is Medicare itself, not a plan."""
        return self in (PayerKind.MEDICARE_A, PayerKind.MEDICARE_B)


_KINDS = {
    "medicare_advantage": PayerKind.MEDICARE_ADVANTAGE,
    "medicaid": PayerKind.MEDICAID,
    "medicaid_mco": PayerKind.MEDICAID_MANAGED,
    "tricare": PayerKind.TRICARE,
    "va": PayerKind.VA,
    "workers_comp": PayerKind.WORKERS_COMP,
    "auto_liability": PayerKind.AUTO,
}


def payer_kind(payer_class: str, *, funding: str = "", form: str = "P") -> PayerKind:
    """The kind of a payer: `payer_class` as the directory has it, `funding` of the plan, `form` of the claim."""
    if payer_class == "medicare":
        return PayerKind.MEDICARE_A if form == INSTITUTIONAL else PayerKind.MEDICARE_B
    if payer_class in ("commercial", "bcbs"):
        return PayerKind.SELF_FUNDED if funding == "self_funded" else PayerKind.COMMERCIAL
    return _KINDS.get(payer_class, PayerKind.OTHER)


@dataclass(frozen=True, slots=True)
class RouteResults:
    """How often something was won: cases won of those decided."""

    won: float = 0
    decided: float = 0


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """One denial as its routes see it. Dollars, days.

    `way` is what the reason asks for (`claims.denials.routing`). `windows` are the deadlines by their rule kind,
    counted from the notice of this denial; `next_window` that of the other payer. `level` is that of the next appeal;
    `is_appealed` says that one was sent and is not decided, `kept` which windows of this notice were kept by what was
    sent. `sent_again_on` is when the claim went out again after the
    notice, unanswered. `paid` is what this payer paid on the claim, `worth` what is allowed of `amount`. `own` are the
    practice's results with this category and class of payers, `by_route` those of each route that was chosen.
    """

    kind: PayerKind
    way: Route
    group: str
    carc: str
    amount: Decimal
    notice_on: dt.date
    rarcs: tuple[str, ...] = ()
    windows: Mapping[str, Deadline] = field(default_factory=dict)
    next_window: Deadline | None = None
    level: int = 1
    is_appealed: bool = False
    kept: frozenset[str] = frozenset()
    sent_again_on: dt.date | None = None
    has_icn: bool = False
    other_payers: tuple[str, ...] = ()
    is_forwarded: bool = False
    paid: Decimal = ZERO
    worth: Decimal = ZERO
    bucket: str = "PAYER1"
    usual_win: Decimal = ZERO
    win_source: str = ""
    own: RouteResults = RouteResults()
    by_route: Mapping[str, RouteResults] = field(default_factory=dict)
    call_minutes: float = 0
    closures: frozenset[dt.date] = frozenset()

    @property
    def reason(self) -> str:
        """`CO-197`."""
        return f"{self.group}-{self.carc}" if self.group else self.carc
