"""The kinds of letters: what each is for, the facts it is made from, and what its text must hold.

A slice registers its kinds when the app is ready (`register_kind`). The words of a kind are in its seed, and admins
change them as text with merge fields (`texts`); what a kind must say by law is named here and can't be edited away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from arwork.lib.errors import NotFound
from collections_app.letters.blocks import LetterBlock
from collections_app.letters.occasions import Known, WhyNot

SEEDS = Path(__file__).parent / "seeds"


class FactShape(StrEnum):
    """What a fact is. `WORDS` are free words that somebody types."""

    TEXT = "text"
    WORDS = "words"
    MONEY = "money"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class MergeField:
    """A fact that a text may name as `{name}`; `asks` is what the form that asks for it says."""

    name: str
    label: str
    shape: FactShape = FactShape.TEXT
    asks: str = ""
    is_optional: bool = False


class LetterGroup(StrEnum):
    """Under which heading a kind stands."""

    NOTICES = "Notices the law asks for"
    PLANS = "Plans and settlements"
    ASSISTANCE = "Financial assistance"
    ANSWERS = "Answers"
    MONEY = "Payments and refunds"
    APPEALS = "Appeals to payers"
    FREE = "In your own words"


@dataclass(frozen=True, slots=True)
class LetterKind:
    """One kind of letter.

    `template` is a typst file beside `rendering`; `fields` and `blocks` are all that its texts may name; `must` are the
    names without which a text is refused; `sample` are facts for a preview; `seed` has the shipped texts. A kind that
    is not `is_written` by hand is made only by the slice that knows its facts. `check` refuses facts that contradict
    each other; `overlay` says which paragraphs of states follow (`overlays`). `why_not` says when it does not fit an
    account, `known` which facts are known already (`occasions`); `purpose` is that of `contacts.gate.Purpose` for which
    it is sent. `gives_up` is what it takes off a bill, in dollars: whoever writes it must be allowed to settle as much.
    """

    code: str
    name: str
    group: str
    fields: Sequence[MergeField] = ()
    blocks: Sequence[LetterBlock] = ()
    must: Sequence[str] = ()
    sample: Mapping[str, Any] | None = None
    template: str = "letter"
    seed: Path = SEEDS / "texts.yaml"
    is_written: bool = True
    does: str = ""
    check: Callable[[Mapping[str, Any]], None] | None = None
    overlay: str = ""
    purpose: str = "requested"
    gives_up: Callable[[Mapping[str, Any]], Decimal] | None = None
    why_not: WhyNot | None = None
    known: Known | None = None


#: What every text may name.
COMMON = (
    MergeField("practice_name", "name of the practice"),
    MergeField("practice_phone", "phone of the practice"),
    MergeField("practice_hours", "business hours"),
    MergeField("remit_to", "where payments are sent"),
    MergeField("mail_to", "where letters to us go"),
    MergeField("account_number", "account number"),
    MergeField("addressee", "who the letter goes to"),
    MergeField("letter_day", "day of the letter", FactShape.DAY),
    MergeField("balance", "what the patient owes on the account", FactShape.MONEY),
)
#: Those that the letterhead gives.
OF_THE_PRACTICE = frozenset({"practice_name", "practice_phone", "practice_hours", "remit_to", "mail_to"})
_kinds: dict[str, LetterKind] = {}


def register_kind(kind: LetterKind) -> None:
    """Let letters of this kind be made; the app says so when it is ready."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> LetterKind:
    """The kind of that code. Raises `NotFound`."""
    if code not in _kinds:
        raise NotFound("There is no such kind of letter.", field="kind")
    return _kinds[code]


def all_kinds() -> list[LetterKind]:
    """Every kind, in the order in which slices registered them."""
    return list(_kinds.values())


def fields_of(kind: LetterKind) -> dict[str, MergeField]:
    """The fields that texts of a kind may name, by name."""
    return {field.name: field for field in (*COMMON, *kind.fields)}
