"""What an answer to a question about coverage says (271, 005010X279A1)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .problems import Problem


@dataclass(frozen=True, slots=True)
class Benefit:
    """One EB with what stands below it until the next: dates, messages, another payer (loop 2120)."""

    information: str  # EB01: 1..8 active and inactive, B copayment, C deductible, G out of pocket, R other payer, ...
    level: str  # EB02: IND, FAM, ...
    services: tuple[str, ...]  # EB03: 30 is the plan as a whole
    insurance: str  # EB04: MA, MB, MC, HM, PR, ...
    plan: str  # EB05
    period: str  # EB06: 23 calendar year, 29 what remains, ...
    amount: Decimal | None  # EB07
    percent: Decimal | None  # EB08, as a share of one
    in_network: str  # EB12: Y, N, W not applicable, U
    dates: Mapping[str, tuple[datetime.date | None, datetime.date | None]]  # DTP01 -> first and last day
    messages: tuple[str, ...]  # MSG01
    payer_name: str  # loop 2120, NM1 with PR, PRP, SEP, TTP
    payer_id: str
    other_member_id: str  # REF*1W or NM109 of the other insured, where one is named


@dataclass(frozen=True, slots=True)
class CoverageAnswer:
    """What a payer says of one person's coverage."""

    trace: str  # TRN02 of the TRN*2: the number under which we asked
    payer_name: str
    payer_id: str
    provider_npi: str
    name: str  # "LAST, FIRST" of who was asked about
    member_id: str  # NM109 of the subscriber
    group_number: str  # REF*6P
    dates: Mapping[str, tuple[datetime.date | None, datetime.date | None]]  # of the person: 291, 307, 346, 347, ...
    benefits: tuple[Benefit, ...]
    refusals: tuple[str, ...]  # AAA03: why there is no answer
    follow_up: str  # AAA04 of the first refusal
    problems: tuple[Problem, ...]
    first_segment: int
