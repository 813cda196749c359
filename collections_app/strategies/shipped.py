"""Strategies to start from: one of a hospital, one of a small practice. Pure.

Both offer help before they ask twice, say so before anything final, and place nothing before day 120.
"""

from collections_app.strategies.definition import Definition
from collections_app.strategies.grammar import Condition, Op
from collections_app.strategies.segments import Segment
from collections_app.strategies.steps import Anchor
from collections_app.strategies.steps import StepKind as Kind
from collections_app.strategies.steps import StrategyStep as Step

_TEXTABLE = (Condition("ways", Op.IS, "text"),)
_EMAILABLE = (Condition("ways", Op.IS, "email"),)
_CALLABLE = (Condition("ways", Op.IS, "phone"),)


def _under(dollars: str) -> Condition:
    return Condition("balance", Op.UNDER, dollars)


_HOSPITAL = Definition((
    Segment("g1", "Minors", (Condition("minor", Op.IS, "minor"),), (Step("s1", Kind.REVIEW, 0),)),
    Segment("g2", "Small balance", (_under("50.00"),), (
        Step("s2", Kind.STATEMENT, 30), Step("s3", Kind.TEXT, 45, conditions=_TEXTABLE),
        Step("s4", Kind.STATEMENT, 60), Step("s5", Kind.WRITE_OFF, 180, conditions=(_under("15.00"),)),
    )),
    Segment("g3", "Likely to pay", (Condition("propensity", Op.IS, "high"),), (
        Step("s6", Kind.TEXT, 10, conditions=_TEXTABLE), Step("s7", Kind.STATEMENT, 30),
        Step("s8", Kind.EMAIL, 40, conditions=_EMAILABLE), Step("s9", Kind.STATEMENT, 60),
        Step("s10", Kind.CALL, 75, conditions=_CALLABLE), Step("s11", Kind.HELP, 90), Step("s12", Kind.REVIEW, 150),
    )),
    Segment("g4", "Large, help first", (Condition("balance", Op.AT_LEAST, "1500.00"),), (
        Step("s13", Kind.HELP, 5), Step("s14", Kind.CALL, 14, conditions=_CALLABLE), Step("s15", Kind.STATEMENT, 30),
        Step("s16", Kind.CALL, 45, conditions=_CALLABLE), Step("s17", Kind.STATEMENT, 60), Step("s18", Kind.HELP, 75),
        Step("s19", Kind.FINAL_NOTICE, 95), Step("s20", Kind.REVIEW, 125), Step("s21", Kind.PLACEMENT, 130),
        Step("s22", Kind.CALL, 1, Anchor.BROKEN, _CALLABLE),
    )),
    Segment("g5", "Everybody else", (), (
        Step("s23", Kind.TEXT, 14, conditions=_TEXTABLE), Step("s24", Kind.STATEMENT, 30),
        Step("s25", Kind.CALL, 40, conditions=_CALLABLE), Step("s26", Kind.STATEMENT, 60), Step("s27", Kind.HELP, 70),
        Step("s28", Kind.FINAL_NOTICE, 95), Step("s29", Kind.PLACEMENT, 130),
        Step("s30", Kind.CALL, 1, Anchor.BROKEN, _CALLABLE),
    )),
))  # fmt: skip

_PRACTICE = Definition((
    Segment("g1", "Small, paid before", (_under("200.00"), Condition("behavior", Op.IS, "of_late")), (
        Step("s1", Kind.TEXT, 10, conditions=_TEXTABLE), Step("s2", Kind.STATEMENT, 30), Step("s3", Kind.STATEMENT, 60),
        Step("s4", Kind.CALL, 75, conditions=_CALLABLE),
    )),
    Segment("g2", "Small balance", (_under("200.00"),), (
        Step("s5", Kind.STATEMENT, 30), Step("s6", Kind.TEXT, 40, conditions=_TEXTABLE), Step("s7", Kind.STATEMENT, 60),
        Step("s8", Kind.WRITE_OFF, 180, conditions=(_under("15.00"),)),
    )),
    Segment("g3", "Everybody else", (), (
        Step("s9", Kind.CALL, 14, conditions=_CALLABLE), Step("s10", Kind.STATEMENT, 30), Step("s11", Kind.HELP, 40),
        Step("s12", Kind.STATEMENT, 60), Step("s13", Kind.CALL, 70, conditions=_CALLABLE),
        Step("s14", Kind.FINAL_NOTICE, 95), Step("s15", Kind.PLACEMENT, 125),
        Step("s16", Kind.CALL, 1, Anchor.BROKEN, _CALLABLE),
    )),
))  # fmt: skip

#: By code: the name of the template and what it holds.
TEMPLATES = {"practice": ("A small practice", _PRACTICE), "hospital": ("A hospital", _HOSPITAL)}
