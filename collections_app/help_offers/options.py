"""The ways to pay less or later, in the order that helps: what costs a patient nothing comes first. Pure.

Coverage that answers for a visit helps most, then assistance; a settlement gives away what either might have paid. Each
is open or says why not, so that nobody offers what can't be had and nobody forgets what can.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

#: Code and words of each way, the most helpful first.
WAYS = {
    "coverage": "Insurance or Medicaid that was not billed",
    "assistance": "Financial assistance",
    "pay_now": "Pay now by card, bank account or check",
    "prompt_pay": "Discount for paying soon",
    "plan": "Payment plan",
    "settlement": "Settlement for less",
    "referral": "Help from elsewhere: counselor, foundation, charity",
}
#: Ways without which nobody goes further: an agency or a suit follows only once each that was open was offered. Paying
#: now and a settlement are no help that a patient could be owed.
OWED_BEFORE = ("coverage", "assistance", "plan", "referral")


@dataclass(frozen=True, slots=True)
class HelpOption:
    """One way, as an account has it. `url` is the name of the address that starts it, with the account's number as
    its argument; "" where it starts elsewhere. `words` add what is known: how long, how much."""

    code: str
    words: str
    is_open: bool
    why_not: str = ""
    url: str = ""

    @property
    def label(self) -> str:
        """The way, in words."""
        return WAYS[self.code]


def missing(offered: Collection[str], options: Collection[HelpOption]) -> list[str]:
    """The codes of ways that were open and were not offered, of those that are owed before anybody goes further."""
    is_open = {one.code: one.is_open for one in options}
    return [code for code in OWED_BEFORE if is_open.get(code, True) and code not in offered]


def said(answers: Mapping[str, str]) -> str:
    """Answers as one sentence: `Payment plan: declined; Settlement for less: thinks it over`."""
    return "; ".join(f"{WAYS[code]}: {answer.lower()}" for code, answer in answers.items())
