"""Who gets a statement on a day, of which level, and what stops one: worked with visible dates."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.statements.cycle import (
    REASON_WORDS,
    CycleFacts,
    CycleFigures,
    Reason,
    SentBefore,
    SetApart,
    decide,
    is_minor,
    set_apart,
)

NOV_20 = dt.date(2026, 11, 20)
MONTHLY = CycleFigures(
    days_between=30, levels=4, minimum=Decimal("5.00"), small_below=Decimal("15.00"), small_levels=2, due_days=21
)
FIRST, SECOND = 7001, 7002
OWES = CycleFacts(asked=Decimal("180.00"), claim_ids=frozenset({FIRST}), unbilled=frozenset({FIRST}))


def sent(day: dt.date, level: int, *claims: int) -> SentBefore:
    return SentBefore(day, level, frozenset(claims or (FIRST,)))


def after(day: dt.date, level: int, **facts) -> CycleFacts:
    """An account that got a statement before."""
    return replace(OWES, last=sent(day, level), unbilled=frozenset(), **facts)


class TestTheDays:
    @pytest.mark.parametrize(
        ("last", "today", "level", "next_on"),
        [
            (dt.date(2026, 10, 21), dt.date(2026, 11, 19), 0, NOV_20),  # 29 days
            (dt.date(2026, 10, 21), NOV_20, 2, None),  # 30 days
            (dt.date(2026, 1, 31), dt.date(2026, 3, 1), 0, dt.date(2026, 3, 2)),
            (dt.date(2028, 1, 31), dt.date(2028, 3, 1), 2, None),  # February has 29 days
        ],
    )
    def test_thirty_days_lie_between_two(self, last, today, level, next_on):
        found = decide(after(last, 1), MONTHLY, today=today)
        assert (found.level, found.next_on) == (level, next_on)
        assert (found.reason == Reason.NOT_DUE) == (level == 0)

    def test_the_first_one_is_due_at_once(self):
        assert decide(OWES, MONTHLY, today=NOV_20).level == 1


class TestTheLevels:
    AUG_1 = dt.date(2026, 8, 1)

    @pytest.mark.parametrize(("before", "level"), [(1, 2), (2, 3), (3, 4)])
    def test_each_is_one_more(self, before, level):
        assert decide(after(self.AUG_1, before), MONTHLY, today=NOV_20).level == level

    def test_after_the_last_somebody_decides(self):
        found = decide(after(self.AUG_1, 4), MONTHLY, today=NOV_20)
        assert (found.reason, found.words) == (
            Reason.LEVELS_DONE,
            "Got its last statement: somebody decides what follows",
        )

    def test_a_visit_that_was_never_billed_is_billed_all_the_same_and_not_by_a_last_notice(self):
        facts = replace(after(self.AUG_1, 4), claim_ids=frozenset({FIRST, SECOND}), unbilled=frozenset({SECOND}))
        assert decide(facts, MONTHLY, today=NOV_20).level == 1

    def test_it_begins_again_when_all_that_is_asked_for_is_new(self):
        facts = replace(OWES, last=sent(self.AUG_1, 3, SECOND))
        assert decide(facts, MONTHLY, today=NOV_20).level == 1

    def test_a_small_balance_gets_two(self):
        small = {"asked": Decimal("14.99")}
        assert decide(replace(after(self.AUG_1, 1), **small), MONTHLY, today=NOV_20).level == 2
        assert decide(replace(after(self.AUG_1, 2), **small), MONTHLY, today=NOV_20).reason == Reason.SMALL_DONE
        assert decide(replace(after(self.AUG_1, 2), asked=Decimal("15.00")), MONTHLY, today=NOV_20).level == 3


class TestWhatStopsOne:
    @pytest.mark.parametrize(
        ("facts", "reason"),
        [
            ({"asked": Decimal("4.99")}, Reason.BELOW_MINIMUM),
            ({"asked": Decimal("0.00"), "set_apart": Decimal("180.00")}, Reason.SET_ASIDE),
            ({"on_account": Decimal("180.00")}, Reason.ON_ACCOUNT),
            ({"on_account": Decimal("175.01")}, Reason.BELOW_MINIMUM),
            ({"has_address": False}, Reason.NO_ADDRESS),
            ({"is_returned": True}, Reason.RETURNED),
            ({"born_on": dt.date(2008, 11, 21)}, Reason.MINOR),
            ({"holds": frozenset({"bankruptcy", "dispute"})}, Reason.BANKRUPTCY),
            ({"holds": frozenset({"attorney", "cease"})}, Reason.CEASE),
            ({"holds": frozenset({"deceased"})}, Reason.DECEASED),
            ({"forbidden": "No contact before December 1"}, Reason.GATE),
        ],
    )
    def test_it_says_so(self, facts, reason):
        found = decide(replace(OWES, **facts), MONTHLY, today=NOV_20)
        assert (found.sends, found.reason) == (False, reason)
        assert found.words == (facts.get("forbidden") or REASON_WORDS[reason])

    def test_a_plan_that_is_kept_gets_its_plan_statement(self):
        found = decide(after(dt.date(2026, 8, 1), 4, has_plan=True), MONTHLY, today=NOV_20)
        assert (found.sends, found.is_plan) == (True, True)

    def test_somebody_is_of_age_on_the_birthday(self):
        assert is_minor(dt.date(2008, 11, 21), today=NOV_20)
        assert not is_minor(dt.date(2008, 11, 20), today=NOV_20)
        assert not is_minor(None, today=NOV_20)
        assert is_minor(dt.date(2008, 2, 29), today=dt.date(2026, 2, 28))


class TestWhatIsNotAskedFor:
    @pytest.mark.parametrize(
        ("facts", "reason"),
        [
            ({}, None),
            ({"holds": ["dispute"]}, SetApart.DISPUTE),
            ({"holds": ["assistance", "nsa"]}, SetApart.NSA),
            ({"holds": ["bankruptcy"]}, None),  # stops the whole statement instead
            ({"is_medicaid": True, "holds": ["dispute"]}, SetApart.MEDICAID),
            ({"is_qmb": True}, SetApart.QMB),
            ({"is_settled": True}, SetApart.SETTLED),
            ({"owes": Decimal("-12.00"), "is_medicaid": True}, SetApart.CREDIT),
        ],
    )
    def test_it_is_set_apart(self, facts, reason):
        asked = {"owes": Decimal("60.00"), "holds": [], "is_medicaid": False, "is_qmb": False} | facts
        assert set_apart(**asked) == reason


AMOUNTS = st.decimals(0, 500, places=2)


@given(
    asked=AMOUNTS,
    on_account=AMOUNTS,
    level=st.none() | st.integers(1, 6),
    days=st.integers(0, 90),
    is_new=st.booleans(),
    holds=st.sets(st.sampled_from(["bankruptcy", "cease", "attorney", "deceased", "dispute", "appeal"])),
)
def test_no_statement_is_ever_too_early_too_small_or_to_whom_the_law_protects(
    asked, on_account, level, days, is_new, holds
):
    last = None if level is None else sent(NOV_20 - dt.timedelta(days=days), level)
    facts = replace(
        OWES, asked=asked, on_account=on_account, last=last, holds=frozenset(holds),
        unbilled=frozenset({FIRST}) if is_new else frozenset(),
    )  # fmt: skip
    found = decide(facts, MONTHLY, today=NOV_20)
    assert found.sends == (found.level > 0)
    if found.sends:
        assert asked - on_account >= Decimal("5.00")
        assert level is None or days >= 30
        assert not holds & {"bankruptcy", "cease", "attorney", "deceased"}
        assert 1 <= found.level <= 4
    else:
        assert found.words
