"""What payers and practices do besides billing, paying and denying once: each kind of it, told of a few claims.

A hand of claims in a row has each kind once (0.8 % of a large demo), in its earlier part, so that a small demo sees how
each ends. Pure.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from random import Random

from arwork.lib.money import ZERO, round_money
from collections_app.demo.answers import paid_line, secondary_line
from collections_app.demo.places import CHARGES, FIRST_NAMES, LAST_NAMES, PAYERS, SECONDARY, DemoPayer
from collections_app.demo.story import (
    DemoAdjustment,
    DemoClaim,
    DemoClaimPayment,
    DemoLine,
    DemoPatient,
    DemoServicePayment,
)

HAND, LEAST_HAND = 125, 24  # claims among which each kind is told once


class PayerStory(StrEnum):
    """What befalls a claim."""

    BUNDLED = "bundled"  # two services paid as one
    UNBUNDLED = "unbundled"  # one service paid as two
    FORWARDED = "forwarded"  # crossed over, which only remarks say
    REPLACED = "replaced"  # a corrected claim without one service, the payment corrected
    VOIDED = "voided"  # taken back by the practice, then by the payer
    COVERED_LATE = "covered_late"  # a second payer answers after the patient was asked
    MEDICAID_LAST = "medicaid_last"  # the same, and it leaves the patient nothing
    KEPT_BACK = "kept_back"  # kept back from another payment without a word before
    ANNOUNCED = "announced"  # reversed and announced, kept back later
    SHARE_CORRECTED = "share_corrected"  # the patient had paid more than the correction leaves
    PENDING = "pending"
    VERIFY_FIRST = "verify_first"  # called the patient's for a reason of coverage
    INSURED_CORRECTED = "insured_corrected"
    PAID_AT_VISIT = "paid_at_visit"  # the bill says what the patient paid
    OTHER_PERSON = "other_person"  # the number is right, the person is not


#: The payers between whom and the patient there is a share, and nobody behind them.
_SHARING = frozenset({"commercial", "bcbs", "medicare_advantage"})
_TWO_SERVICES = frozenset({PayerStory.BUNDLED, PayerStory.REPLACED})
_MEDICAID = next(one for one in PAYERS if one.payer_class == "medicaid")
#: Code pairs that move a charge: what adds it to the paying line, what takes it off its own.
_MOVES = ((("OA", "94"), ("CO", "97")), (("CO", "94"), ("CO", "97")), (("OA", "94"), ("OA", "97")),
          (("CO", "59"), ("CO", "59")))  # fmt: skip
_OTHER_DIGITS = str.maketrans("0123456789", "9876543210")
_VISIT = Decimal("25.00")


def story_of(*, seed: int, index: int, total: int) -> PayerStory | None:
    """Which kind befalls claim `index` of `total`, if any."""
    hand = max(min(total, HAND), LEAST_HAND)
    return _dealt(seed, index // hand, hand).get(index % hand)


@lru_cache(maxsize=8)
def _dealt(seed: int, number: int, hand: int) -> dict[int, PayerStory]:
    dice = Random(f"{seed}/stories/{number}")  # noqa: S311
    return dict(zip(dice.sample(range(hand * 2 // 3), len(PayerStory)), PayerStory, strict=True))


def lines_needed(kind: PayerStory | None) -> int:
    """How many services a claim must have to be told this of."""
    return 2 if kind in _TWO_SERVICES else 1


def fits(kind: PayerStory, patient: DemoPatient) -> bool:
    """Whether the patient has the payers that the story needs."""
    if kind is PayerStory.FORWARDED:
        return patient.secondary is not None
    return patient.payer is not None and patient.payer.payer_class in _SHARING


def tell(kind: PayerStory, dice: Random, base: DemoClaim, payer: DemoPayer) -> DemoClaim:
    """The claim with everything that comes of it, whatever the last day of the demo."""
    on = base.billed_on + dt.timedelta(days=dice.randint(*payer.pays_after))
    return _TELL[kind](dice, base, DemoClaimPayment(on, payer, "1", tuple(_shared(line) for line in base.lines)))


def _shared(line: DemoLine, share: Decimal = Decimal("0.20")) -> DemoServicePayment:
    """Allowed by contract; `share` of that is the patient's coinsurance."""
    patient = round_money(line.contract * share)
    return DemoServicePayment(line.contract - patient, _priced(line.charge - line.contract, patient))


def _priced(contractual: Decimal, patient: Decimal) -> tuple[DemoAdjustment, ...]:
    return tuple(
        one for one in (DemoAdjustment("CO", "45", contractual), DemoAdjustment("PR", "2", patient)) if one.amount
    )


def _later(first: DemoClaimPayment, days: int) -> dt.date:
    return first.on + dt.timedelta(days=days)


def _reversed(first: DemoClaimPayment, days: int) -> DemoClaimPayment:
    return replace(first, on=_later(first, days), status="22", sign=-1)


def _unpaid(base: DemoClaim, group: str, carc: str) -> tuple[DemoServicePayment, ...]:
    return tuple(DemoServicePayment(ZERO, (DemoAdjustment(group, carc, line.charge),)) for line in base.lines)


def _bundled(dice: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    bearer, moved, *others = base.lines
    (added, off) = dice.choice(_MOVES)
    allowed = bearer.contract + round_money(moved.contract / 2)
    share = round_money(allowed / 5)
    lines = (
        DemoServicePayment(
            allowed - share,
            (
                DemoAdjustment(*added, -moved.charge),
                *_priced(bearer.charge + moved.charge - allowed, share),
            ),
        ),
        DemoServicePayment(ZERO, (DemoAdjustment(*off, moved.charge),), paid_as=bearer.code),
        *(_shared(line) for line in others),
    )
    return replace(base, advices=(replace(first, lines=lines),))


def _unbundled(dice: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    split, *others = base.lines
    moved, one = round_money(split.charge / 2), round_money(split.contract / 2)
    two = split.contract - one
    billed = {line.code for line in base.lines}
    part = dice.choice([code for code in CHARGES if code not in billed])
    lines = (
        DemoServicePayment(one, (*_priced(split.charge - moved - one, ZERO), DemoAdjustment("OA", "94", moved))),
        *(_shared(line) for line in others),
        DemoServicePayment(
            two, (DemoAdjustment("OA", "94", -moved), *_priced(moved - two, ZERO)),
            line=1, charge=ZERO, paid_as=part,
        ),
    )  # fmt: skip
    return replace(base, advices=(replace(first, lines=lines),))


def _forwarded(dice: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    behind = base.patient.secondary or SECONDARY
    paid = tuple(paid_line(dice, first.payer, line) for line in base.lines)
    answer = DemoClaimPayment(
        _later(first, dice.randint(*behind.pays_after)), behind, "2", tuple(secondary_line(line) for line in paid)
    )
    return replace(base, advices=(replace(first, lines=paid, rarcs=("MA18", "N89"), forwarded_to=behind), answer))


def _replaced(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    """The last service was not done: billed again without it, taken back and paid again."""
    left = tuple(_shared(line) for line in base.lines[:-1])
    again = _sent_again(base, first, "7", lines=base.lines[:-1])
    again = replace(again, advices=(replace(first, on=_later(first, 46), lines=left),))
    return replace(base, again=again, advices=(first, _reversed(first, 46)))


def _voided(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    again = _sent_again(base, first, "8", lines=base.lines)
    return replace(base, again=again, advices=(first, _reversed(first, 46)))


def _sent_again(base: DemoClaim, first: DemoClaimPayment, how: str, *, lines: tuple[DemoLine, ...]) -> DemoClaim:
    """Behind the answer before and before those after it: a payer pays each second fortnight (see `calendar`)."""
    return replace(base, billed_on=_later(first, 30), lines=lines, frequency=how, replaces=base.icn)


def _covered_late(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    lines = tuple(secondary_line(line) for line in first.lines)
    return replace(base, advices=(first, DemoClaimPayment(_later(first, 45), SECONDARY, "2", lines)))


def _medicaid_last(dice: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    part = dice.choice((ZERO, Decimal("0.3")))
    lines = []
    for line, paid in zip(base.lines, first.lines, strict=True):
        share = line.contract - paid.paid
        pays = round_money(share * part)
        before = DemoAdjustment("OA", "23", line.charge - share)
        lines.append(DemoServicePayment(pays, (before, *_priced(share - pays, ZERO))))
    return replace(base, advices=(first, DemoClaimPayment(_later(first, 45), _MEDICAID, "2", tuple(lines))))


def _kept_back(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    taken = DemoClaimPayment(_later(first, 45), first.payer, "", (), withheld=first.paid)
    return replace(base, advices=(first, taken))


def _announced(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    """Another payer should have paid first: reversed without touching that deposit, kept back from a later one."""
    undone = replace(_reversed(first, 30), withheld=-first.paid)
    denied = DemoClaimPayment(undone.on, first.payer, "1", _unpaid(base, "CO", "22"))
    taken = DemoClaimPayment(_later(undone, 25), first.payer, "", (), withheld=first.paid)
    return replace(base, advices=(first, undone, denied, taken))


def _share_corrected(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    right = tuple(_shared(line, Decimal("0.05")) for line in base.lines)
    corrected = replace(first, on=_later(first, 50), lines=right)
    return replace(base, advices=(first, _reversed(first, 50), corrected), pays_share=True)


def _pending(dice: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    held = replace(first, lines=_unpaid(base, "OA", "133"))
    if dice.random() < 0.3:  # and so it stays
        return replace(base, advices=(held,))
    decided = replace(first, on=_later(first, 35))
    return replace(base, advices=(held, _reversed(held, 35), decided))


def _verify_first(dice: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    unpaid = replace(first, lines=_unpaid(base, "PR", dice.choice(("27", "31"))))
    return replace(base, advices=(unpaid,), pays_share=False)


def _insured_corrected(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    return replace(base, advices=(replace(first, insured_id=f"{base.patient.member_id}01"),))


def _paid_at_visit(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    return replace(base, advices=(first,), patient_paid=min(_VISIT, base.charge))


def _other_person(_: Random, base: DemoClaim, first: DemoClaimPayment) -> DemoClaim:
    patient = base.patient
    named = replace(
        patient,
        last=LAST_NAMES[LAST_NAMES.index(patient.last) - 1],
        first=FIRST_NAMES[FIRST_NAMES.index(patient.first) - 1],
        member_id=patient.member_id.translate(_OTHER_DIGITS),
    )
    return replace(base, advices=(replace(first, named=named),))


_TELL: dict[PayerStory, Callable[[Random, DemoClaim, DemoClaimPayment], DemoClaim]] = {
    PayerStory.BUNDLED: _bundled,
    PayerStory.UNBUNDLED: _unbundled,
    PayerStory.FORWARDED: _forwarded,
    PayerStory.REPLACED: _replaced,
    PayerStory.VOIDED: _voided,
    PayerStory.COVERED_LATE: _covered_late,
    PayerStory.MEDICAID_LAST: _medicaid_last,
    PayerStory.KEPT_BACK: _kept_back,
    PayerStory.ANNOUNCED: _announced,
    PayerStory.SHARE_CORRECTED: _share_corrected,
    PayerStory.PENDING: _pending,
    PayerStory.VERIFY_FIRST: _verify_first,
    PayerStory.INSURED_CORRECTED: _insured_corrected,
    PayerStory.PAID_AT_VISIT: _paid_at_visit,
    PayerStory.OTHER_PERSON: _other_person,
}
