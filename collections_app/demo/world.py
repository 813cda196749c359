"""What happens in the demo: each claim's whole story from one seed and its number. Pure and deterministic.

Claim `i` of `n` depends on nothing but the seed, `i`, `n` and the last day, so a story can be told again when its
remittance is due, and a million claims need no memory. Rates come from published surveys (`docs/demo.md`).
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import count
from random import Random

from arwork.lib.money import round_money
from collections_app.demo.answers import advices_to
from collections_app.demo.payer_stories import PayerStory, fits, lines_needed, story_of, tell
from collections_app.demo.places import (
    CHARGES,
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
)
from collections_app.demo.story import DemoClaim, DemoLine, DemoPatient

YEAR = 365


def story(*, seed: int, index: int, total: int, until: dt.date) -> DemoClaim:
    """The story of claim `index` (0 is the oldest) of `total`, over the year that ends on `until`."""
    dice = Random(f"{seed}/{index}")  # noqa: S311  the same seed must give the same books
    kind = story_of(seed=seed, index=index, total=total)
    patient = _patient(dice, kind, seed=seed, people=max(total * 2 // 5, 1))
    service_on = until - dt.timedelta(days=YEAR - index * (YEAR - 3) // max(total, 1))
    base = DemoClaim(
        number=f"{patient.practice.name[0]}{index + 1:07d}",
        patient=patient,
        service_on=service_on,
        billed_on=service_on + dt.timedelta(days=dice.choice((1, 2, 2, 3, 5))),
        lines=_lines(dice, patient, least=lines_needed(kind)),
        diagnoses=tuple(dice.sample(DIAGNOSES, dice.choice((1, 1, 2, 3)))),
        rejected=False,
    )
    if patient.payer is None:
        return base
    if kind:
        return _as_of(until, tell(kind, dice, base, patient.payer))
    if dice.random() < 0.03:
        return _as_of(until, _rejected(dice, base, patient.payer))
    if dice.random() < patient.payer.silent:
        return base
    return _as_of(until, replace(base, advices=tuple(advices_to(dice, base, patient.payer))))


def _rejected(dice: Random, base: DemoClaim, payer: DemoPayer) -> DemoClaim:
    """Most are corrected and sent again within the fortnight; some lie until their filing limit."""
    if dice.random() < 0.25:
        return replace(base, rejected=True)
    sent = replace(base, billed_on=base.billed_on + dt.timedelta(days=dice.randint(4, 12)))
    return replace(base, rejected=True, again=replace(sent, advices=tuple(advices_to(dice, sent, payer))))


def _as_of(until: dt.date, one: DemoClaim) -> DemoClaim:
    """What has happened of a story by its last day."""
    again = _as_of(until, one.again) if one.again and one.again.billed_on <= until else None
    return replace(one, again=again, advices=tuple(advice for advice in one.advices if advice.on <= until))


def _patient(dice: Random, kind: PayerStory | None, *, seed: int, people: int) -> DemoPatient:
    """Whoever is drawn; for a story that needs certain payers, the next one who has them, if need be a new one."""
    drawn = dice.randrange(people)
    if kind is None:
        return patient_of(seed=seed, index=drawn)
    everybody = (patient_of(seed=seed, index=index) for index in count(drawn))
    return next(one for one in everybody if fits(kind, one))


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


def _lines(dice: Random, patient: DemoPatient, *, least: int) -> tuple[DemoLine, ...]:
    codes = dice.sample(patient.practice.codes, max(dice.choice((1, 1, 2, 2, 3)), least))
    return tuple(
        DemoLine(
            code=code,
            modifier="25" if code.startswith("992") and len(codes) > 1 else "",
            charge=CHARGES[code],
            contract=contract_fee(code, patient.payer) if patient.payer else CHARGES[code],
        )
        for code in codes
    )
