"""Denials as the examples write them: a reason, a payer, days that are visible in each test."""

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from claims.denials.routing import route, win_rate
from claims.payers.deadlines import APPEALS, ClaimDates, Deadline, RuleScope, deadline_of
from claims.payers.rules import RuleBook, default_rules
from collections_app.routes.route_facts import RouteFacts, payer_kind
from collections_app.routes.route_options import RouteOption, best_of, route_options
from collections_app.routes.route_rules import RouteCode

BOOK = RuleBook(default_rules())
NOTICE = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 10)
SERVICE = dt.date(2026, 2, 2)
KINDS = ("corrected", "records", "filing", "filing_secondary", *APPEALS)


@cache
def windows(payer_class: str, *, notice_on: dt.date, service_on: dt.date, form: str = "P") -> dict[str, Deadline]:
    """Every window by the shipped rules."""
    dates = ClaimDates(
        dos_on=service_on, through_on=service_on, notice_on=notice_on, primary_eob_on=notice_on,
        is_institutional=form == "I",
    )  # fmt: skip
    scope = RuleScope(payer_class=payer_class)
    found = {
        kind: deadline_of(
            kind, dates, scope=scope, rules=BOOK, on=service_on if kind.startswith("filing") else notice_on
        )
        for kind in KINDS
    }
    return {kind: one for kind, one in found.items() if one}


def facts(
    reason: str = "CO-197",
    *remarks: str,
    payer_class: str = "commercial",
    funding: str = "insured",
    form: str = "P",
    notice_on: dt.date = NOTICE,
    service_on: dt.date = SERVICE,
    amount: str = "1000.00",
    **more: Any,
) -> RouteFacts:
    """A denial of 1,000 dollars of which 400 are worth something, with the claim number of the payer known."""
    group, _, carc = reason.partition("-")
    way = route(group, carc, remarks, payer_class=payer_class)
    usual = win_rate(way.category)
    known = {
        "windows": windows(payer_class, notice_on=notice_on, service_on=service_on, form=form),
        "has_icn": True,
        "worth": Decimal("400.00"),
        "usual_win": usual.rate,
        "win_source": usual.source,
        "level": 2 if way.deadline_kind == "appeal_2" else 1,
    }
    return RouteFacts(
        kind=payer_kind(payer_class, funding=funding, form=form), way=way, group=group, carc=carc, rarcs=remarks,
        amount=Decimal(amount), notice_on=notice_on, **(known | more),
    )  # fmt: skip


def options(found: RouteFacts, *, today: dt.date = TODAY) -> dict[RouteCode, RouteOption]:
    """The routes by their code, in their order."""
    return {one.code: one for one in route_options(found, today=today)}


def best(found: RouteFacts, *, today: dt.date = TODAY) -> str:
    """The code of the best route."""
    option = best_of(route_options(found, today=today))
    return option.code.value if option else ""
