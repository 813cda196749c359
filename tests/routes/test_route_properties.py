"""Whatever the reason, the payer and the day: no route is offered that the law shuts, no day lies after the law's; and
the desk advises what the chooser calls best. The oracle counts days and reads codes for itself."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arwork.lib.dated_rules import read_seed
from claims.denials.routing import SEEDS, categories_by_carc, route
from claims.payers.code_words import SEEDS as CODE_LISTS
from claims.payers.models import PayerClass
from collections_app.routes.route_options import best_of, day_to_begin, route_options
from collections_app.routes.route_rules import RouteCode, asked_route
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS, actions_for, dispositions_for
from collections_app.worklist.recommendation import ROUTE_STEPS, STEPS, is_named
from tests.routes.examples import NOTICE, SERVICE, TODAY, facts

CARCS = sorted({*map(str, read_seed(CODE_LISTS / "carc.yaml")), *categories_by_carc(), "ZZ9"})
RARCS = [(), *((code,) for entry in read_seed(SEEDS / "routing.yaml")["remarks"] for code in entry["rarcs"][:2])]
CLASSES = [one.value for one in PayerClass]
DAY = dt.timedelta(days=1)
#: Days of law and of the shipped defaults, written down once more: (class, window) -> days after the notice.
LAW = {
    ("medicare", "appeal"): 125,  # 42 CFR 405.942: 120 from a receipt presumed after five
    ("medicare_advantage", "appeal"): 65,
    ("commercial", "appeal"): 180,
    ("medicaid_mco", "appeal"): 60,
    ("tricare", "appeal"): 90,
    ("commercial", "corrected_claim"): 90,
    ("medicare", "reopening"): 365,
}
GROUPS = ("CO", "PR", "PI", "OA")

reasons = st.builds(lambda group, carc: f"{group}-{carc}", st.sampled_from(GROUPS), st.sampled_from(CARCS))
situations = st.fixed_dictionaries({
    "payer_class": st.sampled_from(CLASSES),
    "funding": st.sampled_from(["insured", "self_funded", "unknown"]),
    "form": st.sampled_from(["P", "I", "D"]),
    "level": st.integers(1, 6),
    "is_appealed": st.booleans(),
    "has_icn": st.booleans(),
    "is_forwarded": st.booleans(),
    "other_payers": st.sampled_from([(), ("Second Life",)]),
    "sent_again_on": st.sampled_from([None, NOTICE + 2 * DAY]),
})  # fmt: skip


@given(reasons, st.sampled_from([*RARCS, ("N877",), ("MA130", "N864")]), situations, st.integers(0, 500))
@settings(max_examples=200, deadline=None)
def test_nothing_that_the_law_shuts_is_offered(reason, remarks, of, after):
    today = NOTICE + after * DAY
    found = {one.code: one for one in route_options(facts(reason, *remarks, **of), today=today)}
    is_open = {code for code, one in found.items() if one.is_open}
    assert len(found) == len(RouteCode)
    for code in is_open:
        clock = found[code].clock
        if clock is not None:
            assert today <= clock.last_day, (code, clock)
            assert clock.internal_day <= clock.last_day
            assert day_to_begin(found[code], today=today, closures=frozenset()) <= max(clock.last_day, today)
        law = LAW.get((of["payer_class"], code.value))
        if law is not None and (code is not RouteCode.APPEAL or of["level"] == 1) and "193" not in reason:
            assert clock is None or clock.last_day <= NOTICE + law * DAY or clock.last_day == dt.date(2027, 3, 2)
    if "MA130" in remarks and "OA-23" not in reason:
        assert not is_open & {RouteCode.APPEAL, RouteCode.CORRECTED, RouteCode.REOPENING, RouteCode.VOID}
    if of["payer_class"] == "medicare":
        assert RouteCode.CORRECTED not in is_open or of["form"] == "I"
        assert RouteCode.VOID not in is_open or of["form"] == "I"
        assert RouteCode.APPEAL not in is_open or reason.partition("-")[2] != "29"
        assert RouteCode.ARBITRATION not in is_open
    else:
        assert RouteCode.REOPENING not in is_open
    if not of["has_icn"]:
        assert RouteCode.CORRECTED not in is_open
    if of["sent_again_on"]:
        assert not is_open & {RouteCode.CORRECTED, RouteCode.NEW, RouteCode.REOPENING}
    if of["is_appealed"]:
        assert RouteCode.APPEAL not in is_open
    if of["is_forwarded"] or not of["other_payers"]:
        assert RouteCode.NEXT_PAYER not in is_open
    if not {"N877", "N830", "N859", "N860", "N862"} & set(remarks):
        assert RouteCode.ARBITRATION not in is_open
    for one in found.values():
        assert one.why, one.code
        assert 0 <= one.chance <= 1
        assert one.is_open or one.expected == 0
        assert one.next_action in NEXT_ACTIONS


@given(reasons, st.sampled_from(RARCS), situations, st.integers(0, 500))
@settings(max_examples=80, deadline=None)
def test_open_ones_come_first_and_each_brings_no_less_than_the_next(reason, remarks, of, after):
    found = route_options(facts(reason, *remarks, **of), today=NOTICE + after * DAY)
    states = [one.is_open for one in found]
    assert states == sorted(states, reverse=True)
    dollars = [one.expected for one in found if one.is_open]
    is_demanded = bool(dollars) and found[0].is_asked and not dollars[0]
    assert dollars[is_demanded:] == sorted(dollars[is_demanded:], reverse=True)


def test_there_is_always_a_way_on():
    firsts = {category: carc for carc, category in categories_by_carc().items()}
    for group, carc, payer in product(("CO", "PR", "OA"), firsts.values(), ("commercial", "medicare")):
        reason = f"{group}-{carc}"
        found = route_options(facts(reason, payer_class=payer, has_icn=False), today=TODAY + 1_000 * DAY)
        assert best_of(found) is not None, (reason, payer)


@pytest.mark.parametrize("payer", CLASSES)
def test_the_desk_advises_what_is_best_here(payer):
    """Over every reason, remark and form: where what the reason asks for is open it is the best, and what the desk
    says and does about it is of that route; where not, the desk takes the words of the best route."""
    digits = {
        RouteCode.CORRECTED: "corrected_claim", RouteCode.NEW: "corrected_claim",
        RouteCode.REOPENING: "corrected_claim", RouteCode.NEXT_PAYER: "corrected_claim",
        RouteCode.RECORDS: "records", RouteCode.APPEAL: "appeal", RouteCode.PATIENT: "call_payer",
        RouteCode.CALL: "call_payer", RouteCode.WRITE_OFF: "close", RouteCode.NOTHING: "close",
    }  # fmt: skip
    seen = set()
    for group, carc, remarks, form in product(("CO", "PR", "OA"), CARCS, RARCS, "PI" if payer == "medicare" else "P"):
        way = route(group, carc, remarks, payer_class=payer)
        if (alike := (replace(way, explanation=""), group, form)) in seen:
            continue  # no gate reads the reason beyond its way
        seen.add(alike)
        of = facts(f"{group}-{carc}", *remarks, payer_class=payer, form=form, other_payers=("Second Life",))
        found = {one.code: one for one in route_options(of, today=TODAY)}
        asked, best = asked_route(of), best_of(tuple(found.values()))
        assert best is not None
        told = (group, carc, remarks, payer, form)
        if found[asked].is_open:
            assert best.code is asked, told
        step = STEPS[way.way] if is_named(way, best) else ROUTE_STEPS[best.code]
        assert step.action == digits[best.code], told
        assert "corrected claim" not in step.words.lower() or best.code is RouteCode.CORRECTED, told


def test_every_route_is_a_step_of_the_desk():
    digits = {one.code for one in actions_for("denied")}
    offered = {one.code for one in dispositions_for("denied")}
    for code in RouteCode:
        step = ROUTE_STEPS[code]
        assert step.action in digits
        assert not step.outcome or (step.outcome in offered and BY_CODE[step.outcome].action == step.action), code
    assert SERVICE < NOTICE
