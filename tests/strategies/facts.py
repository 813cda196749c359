"""Facts and steps of accounts that the tests of strategies begin from."""

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from collections_app.strategies.grammar import FIELDS, Condition, Op, Stop, StrategyFacts
from collections_app.strategies.steps import Anchor, StepKind, StrategyStep

#: A Monday.
NOV_2 = dt.date(2026, 11, 2)


def facts(owed="84.20", *, day=NOV_2, since_on=NOV_2, **how):
    """An account that owes and was first billed on the day itself, unless said otherwise."""
    return StrategyFacts(account_id=7, practice_id=1, day=day, owed=Decimal(owed), since_on=since_on, **how)


def days(low: int, high: int):
    return st.integers(low, high).map(lambda count: NOV_2 + dt.timedelta(days=count))


CONDITIONS = st.one_of(
    st.builds(Condition, st.just("balance"), st.sampled_from([Op.AT_LEAST, Op.UNDER]),
              st.integers(0, 5000).map(lambda one: f"{one}.00")),
    st.builds(Condition, st.just("age"), st.sampled_from([Op.AT_LEAST, Op.UNDER]), st.integers(0, 200).map(str)),
    *(st.builds(Condition, st.just(code), st.sampled_from([Op.IS, Op.IS_NOT]), st.sampled_from(list(one.choices)))
      for code, one in FIELDS.items() if one.choices),
)  # fmt: skip
FACTS = st.builds(
    StrategyFacts, account_id=st.integers(1, 10**9), practice_id=st.just(1), day=st.just(NOV_2),
    owed=st.integers(1, 500_000).map(lambda cents: Decimal(cents) / 100), since_on=days(-300, 0),
    state=st.sampled_from(["NY", "NJ", "TX"]), insurance=st.sampled_from(["none", "commercial"]),
    paid_visits=st.integers(0, 4), last_paid_on=st.none() | days(-800, 0), broken=st.integers(0, 2),
    broken_on=st.none() | days(-60, 0), language=st.sampled_from(["en", "es", "zh"]), is_minor=st.booleans(),
    ways=st.frozensets(st.sampled_from(["mail", "text", "email", "phone"])),
)  # fmt: skip
STOPS = st.builds(
    Stop,
    st.sampled_from(["plan", "promise", "bankruptcy", "dispute", "assistance", "cease", "later_law"]),
    st.just("w"),
)


def _steps(rows) -> tuple[StrategyStep, ...]:
    made = [StrategyStep(f"s{number}", kind, count, anchor, tuple(conditions))
            for number, (kind, count, anchor, conditions) in enumerate(rows)]  # fmt: skip
    starts = sorted((one for one in made if one.anchor is Anchor.START), key=lambda one: one.days)
    return (*starts, *(one for one in made if one.anchor is not Anchor.START))


STEPS = st.lists(
    st.tuples(st.sampled_from(list(StepKind)), st.integers(0, 60), st.sampled_from(list(Anchor)),
              st.lists(CONDITIONS, max_size=2)), max_size=7,
).map(_steps)  # fmt: skip
