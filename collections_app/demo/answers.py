"""How payers of the demo answer most claims: paid, denied and perhaps won, crossed over, corrected. Pure."""

import datetime as dt
from decimal import Decimal
from random import Random

from arwork.lib.money import ZERO, round_money
from collections_app.demo.places import DENIALS, DemoPayer
from collections_app.demo.story import DemoAdjustment, DemoClaim, DemoClaimPayment, DemoLine, DemoServicePayment


def advices_to(dice: Random, base: DemoClaim, payer: DemoPayer) -> list[DemoClaimPayment]:
    on = base.billed_on + dt.timedelta(days=dice.randint(*payer.pays_after))
    if dice.random() < payer.denies:
        return _denied(dice, base, payer, on)
    mangled = dice.random() < 0.004
    paid = tuple(paid_line(dice, payer, line) for line in base.lines)
    crossover = base.patient.secondary is not None
    first = DemoClaimPayment(on, payer, "19" if crossover else "1", paid, mangled=mangled)
    if crossover and base.patient.secondary:
        later = on + dt.timedelta(days=dice.randint(*base.patient.secondary.pays_after))
        return [
            first,
            DemoClaimPayment(later, base.patient.secondary, "2", tuple(secondary_line(line) for line in paid)),
        ]
    if dice.random() < 0.012:
        again = on + dt.timedelta(days=dice.randint(15, 50))
        corrected = tuple(paid_line(dice, payer, line) for line in base.lines)
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
        else paid_line(dice, payer, line)
        for number, line in enumerate(base.lines)
    )
    denied = DemoClaimPayment(on, payer, "1", lines)
    if dice.random() < 0.45:  # worked and won, some months later: a reversal, then the payment
        later = on + dt.timedelta(days=dice.randint(35, 110))
        won = tuple(paid_line(dice, payer, line) for line in base.lines)
        return [denied, DemoClaimPayment(later, payer, "22", lines, sign=-1), DemoClaimPayment(later, payer, "1", won)]
    return [denied]


def paid_line(dice: Random, payer: DemoPayer, line: DemoLine) -> DemoServicePayment:
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


def secondary_line(primary: DemoServicePayment) -> DemoServicePayment:
    """A supplement pays the coinsurance and repeats the primary's effect as OA-23."""
    share = sum((a.amount for a in primary.adjustments if a.group == "PR"), ZERO)
    charge = primary.paid + sum((a.amount for a in primary.adjustments), ZERO)
    paid = round_money(share * Decimal("0.9"))
    rest = (DemoAdjustment("PR", "2", share - paid),) if share - paid else ()
    return DemoServicePayment(paid, (DemoAdjustment("OA", "23", charge - share), *rest))
