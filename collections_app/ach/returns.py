"""What the return codes of banks mean and what follows from each (RULES 13.3; Nacha Operating Rules). Pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from collections_app.ach.banking_days import add_banking_days, banking_days_between, payday_after
from collections_app.ach.states import AnswerKind


class ReturnClass(StrEnum):
    """What a return asks for."""

    FUNDS = "funds"
    ACCOUNT = "account"
    UNAUTHORIZED = "unauthorized"
    STOPPED = "stopped"
    INCORRECT = "incorrect"
    OTHER = "other"

    @property
    def next_step(self) -> str:
        """What to do, in a sentence."""
        return _NEXT_STEPS[self]


_NEXT_STEPS = {
    "funds": "It is tried again on a payday, three times in all at most.",
    "account": "The account can't be debited. Ask for another account.",
    "unauthorized": "They say they did not allow it. The account is not debited again without a new authorization.",
    "stopped": "They stopped this payment. Ask them before anything else is debited.",
    "incorrect": "It did not match what was authorized. Correct it and send it again within 60 days.",
    "other": "Read the reason and talk to them or to the bank.",
}
_CLASSES = {
    ReturnClass.FUNDS: ("R01", "R09"),
    ReturnClass.ACCOUNT: ("R02", "R03", "R04", "R16", "R20"),
    ReturnClass.UNAUTHORIZED: ("R05", "R07", "R10", "R29", "R51"),
    ReturnClass.STOPPED: ("R08",),
    ReturnClass.INCORRECT: ("R11",),
}
_CLASS_OF = {code: cls for cls, codes in _CLASSES.items() for code in codes}
WORDS = {
    "R01": "Not enough funds",
    "R02": "Account closed",
    "R03": "No such account",
    "R04": "Invalid account number",
    "R05": "Debit of a business to a consumer account, not authorized",
    "R07": "Authorization revoked by the customer",
    "R08": "Payment stopped",
    "R09": "Uncollected funds",
    "R10": "Customer says it was not authorized",
    "R11": "Not according to the authorization",
    "R12": "Account sold to another bank",
    "R13": "Not a valid routing number",
    "R14": "The payee can't act for themselves any more",
    "R15": "The holder has died",
    "R16": "Account frozen",
    "R17": "The bank's own file checks refused it",
    "R20": "Not an account that can be debited",
    "R29": "The company says it was not authorized",
    "R51": "The check behind it does not allow it",
}
#: The rates that Nacha watches, by the codes that count for each; overall counts every return.
UNAUTHORIZED_RATE = ("R05", "R07", "R10", "R11", "R29", "R51")
ADMINISTRATIVE_RATE = ("R02", "R03", "R04")
#: Consumers may say for 60 calendar days that they did not allow a debit.
LATE_UNAUTHORIZED = ("R05", "R07", "R10", "R11", "R51")
_DISHONORED, _CONTESTED = ("R61", "R67", "R68", "R69", "R70"), ("R71", "R72", "R73", "R74", "R75", "R76", "R77")
#: Whose debits are stopped under the authorization.
DISABLING = (ReturnClass.ACCOUNT, ReturnClass.UNAUTHORIZED)


@dataclass(frozen=True, slots=True)
class ReturnFigures:
    """The figures that hold: presentments in all, days for them, days to correct (R11), calendar days of an
    unauthorized return and banking days of any other."""

    presentments: int
    represent_days: int
    correct_days: int
    unauthorized_days: int
    banking_days: int


def class_of(code: str) -> ReturnClass:
    """What a code asks for."""
    return _CLASS_OF.get(code, ReturnClass.OTHER)


def kind_of(code: str) -> AnswerKind:
    """Whether it is a return, a dishonored one, a contested one or a notice of change."""
    if code.startswith("C"):
        return AnswerKind.NOC
    if code in _DISHONORED:
        return AnswerKind.DISHONORED
    return AnswerKind.CONTESTED if code in _CONTESTED else AnswerKind.RETURN


def words_of(code: str) -> str:
    """The code in words; a code that is not listed is called by itself."""
    return WORDS.get(code, "Another reason")


def next_try_on(
    code: str, *, presentment: int, first_on: dt.date, today: dt.date, figures: ReturnFigures
) -> dt.date | None:
    """When a debit is presented again; None where it is not: for another reason than funds, after the last presentment,
    or after the days that the rules give, counted from its first settlement."""
    if class_of(code) != ReturnClass.FUNDS or presentment >= figures.presentments:
        return None
    last = first_on + dt.timedelta(days=figures.represent_days)
    return payday_after(add_banking_days(today, 1), last=last)


def is_late(code: str, *, settled_on: dt.date, came_on: dt.date, figures: ReturnFigures) -> bool:
    """Whether the bank sent it back later than it may; then our bank may dishonor it (R68)."""
    if code in LATE_UNAUTHORIZED:
        return (came_on - settled_on).days > figures.unauthorized_days
    return banking_days_between(settled_on, came_on) > figures.banking_days


def may_be_corrected(code: str, *, settled_on: dt.date, today: dt.date, figures: ReturnFigures) -> bool:
    """Whether a debit that came back as incorrect (R11) may still be put right and sent again."""
    return class_of(code) == ReturnClass.INCORRECT and (today - settled_on).days <= figures.correct_days
