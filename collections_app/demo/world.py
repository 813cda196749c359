"""What happens in the demo: each claim's whole story from one seed and its number. Pure and deterministic.

Claim `i` of `n` depends on nothing but the seed, `i`, `n` and the last day, so a story can be told again when its
remittance is due, and a million claims need no memory. Rates come from published surveys (`docs/demo.md`).
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from arwork.lib.money import ZERO, round_money
from collections_app.demo.places import (
    CHARGES,
    DENIALS,
    DIAGNOSES,
    FIRST_NAMES,
    HOMES,
    LAST_NAMES,
    PAYERS,
    PRACTICES,
    SECONDARY,
    SELF_PAY_SHARE,
    STREETS,
    DemoPayer,
    DemoPractice,
)

YEAR = 365


@dataclass(frozen=True, slots=True)
class DemoPatient:
    last: str
    first: str
    birth_on: dt.date
    sex: str
    street: str
    city: str
    state: str
    zip: str
    phone: str
    member_id: str
    payer: DemoPayer | None
    secondary: DemoPayer | None
    practice: DemoPractice


@dataclass(frozen=True, slots=True)
class DemoAdjustment:
    group: str
    carc: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DemoLine:
    """A service line; `contract` is the fee agreed with the payer."""

    code: str
    modifier: str
    charge: Decimal
    contract: Decimal


@dataclass(frozen=True, slots=True)
class DemoServicePayment:
    paid: Decimal
    adjustments: tuple[DemoAdjustment, ...]
    rarcs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoClaimPayment:
    """One CLP to come: when, from whom, with which status."""

    on: dt.date
    payer: DemoPayer
    status: str
    lines: tuple[DemoServicePayment, ...]
    sign: int = 1
    mangled: bool = False

    @property
    def paid(self) -> Decimal:
        return self.sign * sum((line.paid for line in self.lines), ZERO)

    @property
    def patient(self) -> Decimal:
        shares = (a.amount for line in self.lines for a in line.adjustments if a.group == "PR")
        return self.sign * sum(shares, ZERO)


@dataclass(frozen=True, slots=True)
class DemoClaim:
    """A claim from service to the last advice."""

    number: str
    patient: DemoPatient
    service_on: dt.date
    billed_on: dt.date
    lines: tuple[DemoLine, ...]
    diagnoses: tuple[str, ...]
    rejected: bool
    advices: tuple[DemoClaimPayment, ...] = field(default_factory=tuple)

    @property
    def charge(self) -> Decimal:
        return sum((line.charge for line in self.lines), ZERO)


def story(*, seed: int, index: int, total: int, until: dt.date) -> DemoClaim:
    """The story of claim `index` (0 is the oldest) of `total`, over the year that ends on `until`."""
    dice = Random(f"{seed}/{index}")  # noqa: S311  the same seed must give the same books
    people = max(total * 2 // 5, 1)
    patient = patient_of(seed=seed, index=dice.randrange(people))
    service_on = until - dt.timedelta(days=YEAR - index * (YEAR - 3) // max(total, 1))
    billed_on = service_on + dt.timedelta(days=dice.choice((1, 2, 2, 3, 5)))
    lines = _lines(dice, patient)
    rejected = patient.payer is not None and dice.random() < 0.03
    base = DemoClaim(
        number=f"{patient.practice.name[0]}{index + 1:07d}",
        patient=patient,
        service_on=service_on,
        billed_on=billed_on,
        lines=lines,
        diagnoses=tuple(dice.sample(DIAGNOSES, dice.choice((1, 1, 2, 3)))),
        rejected=rejected,
    )
    if patient.payer is None or rejected or dice.random() < patient.payer.silent:
        return base
    advices = tuple(one for one in _advices(dice, base, patient.payer) if one.on <= until)
    return DemoClaim(
        base.number, patient, service_on, billed_on, lines, base.diagnoses, rejected=False, advices=advices
    )


def patient_of(*, seed: int, index: int) -> DemoPatient:
    """Patient number `index` with home, insurance and the practice that treats them."""
    dice = Random(f"{seed}/patient/{index}")  # noqa: S311
    city, state, postcode, area = dice.choice(HOMES)
    deck = [*PAYERS, None]
    payer = dice.choices(deck, weights=[*(p.share for p in PAYERS), SELF_PAY_SHARE])[0]
    is_old = payer is not None and payer.payer_class.startswith("medicare")
    born = dt.date(1932 if is_old else 1950, 1, 1) + dt.timedelta(days=dice.randrange(9000 if is_old else 20000))
    return DemoPatient(
        last=dice.choice(LAST_NAMES),
        first=dice.choice(FIRST_NAMES),
        birth_on=born,
        sex=dice.choice("MF"),
        street=f"{dice.randrange(1, 999)} {dice.choice(STREETS)} Street",
        city=city,
        state=state,
        zip=postcode,
        phone=f"{area}55501{dice.randrange(100):02d}",
        member_id=f"{(payer.payer_id[:3] if payer else 'SLF')}{index:08d}",
        payer=payer,
        secondary=SECONDARY if payer and payer.payer_class == "medicare" and dice.random() < 0.45 else None,
        practice=dice.choice(PRACTICES),
    )


def contract_fee(code: str, payer: DemoPayer) -> Decimal:
    """What the payer agreed to allow for a code."""
    return round_money(CHARGES[code] * payer.allowed)


def _lines(dice: Random, patient: DemoPatient) -> tuple[DemoLine, ...]:
    codes = dice.sample(patient.practice.codes, dice.choice((1, 1, 2, 2, 3)))
    return tuple(
        DemoLine(
            code=code,
            modifier="25" if code.startswith("992") and len(codes) > 1 else "",
            charge=CHARGES[code],
            contract=contract_fee(code, patient.payer) if patient.payer else CHARGES[code],
        )
        for code in codes
    )


def _advices(dice: Random, base: DemoClaim, payer: DemoPayer) -> list[DemoClaimPayment]:
    on = base.billed_on + dt.timedelta(days=dice.randint(*payer.pays_after))
    if dice.random() < payer.denies:
        return _denied(dice, base, payer, on)
    mangled = dice.random() < 0.004
    paid = tuple(_paid_line(dice, payer, line) for line in base.lines)
    crossover = base.patient.secondary is not None
    first = DemoClaimPayment(on, payer, "19" if crossover else "1", paid, mangled=mangled)
    if crossover and base.patient.secondary:
        later = on + dt.timedelta(days=dice.randint(*base.patient.secondary.pays_after))
        return [
            first,
            DemoClaimPayment(later, base.patient.secondary, "2", tuple(_secondary_line(line) for line in paid)),
        ]
    if dice.random() < 0.012:
        again = on + dt.timedelta(days=dice.randint(15, 50))
        corrected = tuple(_paid_line(dice, payer, line) for line in base.lines)
        gap = dt.timedelta(days=dice.choice((0, 14)))
        return [
            first,
            DemoClaimPayment(again, payer, "22", paid, sign=-1),
            DemoClaimPayment(again + gap, payer, "1", corrected),
        ]
    return [first]


def _denied(dice: Random, base: DemoClaim, payer: DemoPayer, on: dt.date) -> list[DemoClaimPayment]:
    group, carc, _, rarcs = dice.choices(DENIALS, weights=[row[2] for row in DENIALS])[0]
    whole = dice.random() < 0.7
    lines = tuple(
        DemoServicePayment(ZERO, (DemoAdjustment(group, carc, line.charge),), rarcs)
        if whole or number == 0
        else _paid_line(dice, payer, line)
        for number, line in enumerate(base.lines)
    )
    denied = DemoClaimPayment(on, payer, "1", lines)
    if dice.random() < 0.45:  # worked and won, some months later: a reversal, then the payment
        later = on + dt.timedelta(days=dice.randint(35, 110))
        won = tuple(_paid_line(dice, payer, line) for line in base.lines)
        return [denied, DemoClaimPayment(later, payer, "22", lines, sign=-1), DemoClaimPayment(later, payer, "1", won)]
    return [denied]


def _paid_line(dice: Random, payer: DemoPayer, line: DemoLine) -> DemoServicePayment:
    """Allowed by contract (sometimes below it), less the patient's share."""
    careless = payer.payer_class in {"commercial", "bcbs"} and dice.random() < 0.035
    allowed = round_money(line.contract * Decimal("0.82")) if careless else line.contract
    roll = dice.random()
    patient: tuple[DemoAdjustment, ...] = ()
    share = ZERO
    if payer.payer_class not in {"medicaid", "medicaid_mco", "workers_comp"}:
        if roll < 0.16:
            share = allowed
            patient = (DemoAdjustment("PR", "1", share),)
        elif roll < 0.62 or payer.payer_class == "medicare":
            share = round_money(allowed * Decimal("0.20"))
            patient = (DemoAdjustment("PR", "2", share),)
        elif roll < 0.85:
            share = min(Decimal("35.00"), allowed)
            patient = (DemoAdjustment("PR", "3", share),)
    adjustments = (DemoAdjustment("CO", "45", line.charge - allowed), *patient)
    paid = allowed - share
    if payer.payer_class == "medicare" and paid:
        held = round_money(paid * Decimal("0.02"))
        adjustments, paid = (*adjustments, DemoAdjustment("CO", "253", held)), paid - held
    return DemoServicePayment(paid, tuple(one for one in adjustments if one.amount))


def _secondary_line(primary: DemoServicePayment) -> DemoServicePayment:
    """A supplement pays the coinsurance and repeats the primary's effect as OA-23."""
    share = sum((a.amount for a in primary.adjustments if a.group == "PR"), ZERO)
    charge = primary.paid + sum((a.amount for a in primary.adjustments), ZERO)
    paid = round_money(share * Decimal("0.9"))
    rest = (DemoAdjustment("PR", "2", share - paid),) if share - paid else ()
    return DemoServicePayment(paid, (DemoAdjustment("OA", "23", charge - share), *rest))
