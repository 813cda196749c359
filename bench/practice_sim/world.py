"""A world: payers and items with their hidden truths, drawn from a seed, and the history a practice has of it."""

import datetime as dt
import math
import random
from bisect import bisect_left
from dataclasses import dataclass, field

from bench.practice_sim import figures
from claims.denials.claim_windows import NoticeWindow
from claims.denials.routing import route, windows_of_route
from collections_app.worklist.facts import ClaimFacts, LastSubmission, OwingSince
from collections_app.worklist.models import WorkItem

FIRST_DAY = dt.date(2026, 3, 2)
PRACTICE = 1


@dataclass(frozen=True)
class SimPayer:
    """A payer as it is, not as anybody knows it."""

    id: int
    payer_class: str
    bias: float
    allowed: float
    hold: float


@dataclass
class Truth:
    """What is so, whoever knows it. `status` says what waits behind the item; `win` is the chance of the work that its
    status asks for, before age and windows; `mail` are days on which something comes by itself."""

    status: str
    win: float
    share: float
    category: str = ""
    answers: float = 0.0
    noise: float = 0.0
    tries: int = 0
    promised: float = 0.0
    asked_inside: bool = False
    pays_on: dt.date | None = None


@dataclass
class SimItem:
    """One item, its truth, its facts as the product sees them, and its dice."""

    number: int
    seed: int
    work: WorkItem
    truth: Truth
    payer: SimPayer | None
    claim: ClaimFacts | None
    arrives: dt.date
    mail: list[tuple[dt.date, str]] = field(default_factory=list)
    rolls: dict[str, int] = field(default_factory=dict)
    windows: tuple = ()
    last: dict[str, dt.date | None] = field(default_factory=dict)
    touched_on: dt.date | None = None
    reason_on: dt.date | None = None
    won: float = 0.0

    def roll(self, what: str) -> float:
        """The next throw of one of its dice: the same for every order that throws it as often."""
        count = self.rolls[what] = self.rolls.get(what, 0) + 1
        return random.Random(f"{self.seed}:{self.number}:{what}:{count}").random()

    def days(self, what: str, least: int, most: int) -> int:
        """So many days, by its dice."""
        return least + int(self.roll(what) * (most - least))

    @property
    def dollars(self) -> float:
        """What the payer would allow, or the person owes."""
        return float(self.work.amount) * self.truth.share


@dataclass
class World:
    """Payers, what is open on the first day, and what comes later."""

    seed: int
    payers: list[SimPayer]
    items: list[SimItem]

    def fresh(self) -> list[SimItem]:
        """The items anew, for another order."""
        return make_world(self.seed, with_items=True).items


def logit_shift(share: float, by: float) -> float:
    """A chance moved on the logit."""
    share = min(max(share, 0.001), 0.999)
    return 1.0 / (1.0 + math.exp(-(math.log(share / (1.0 - share)) + by)))


def step(table, value):
    """The entry of the first step that is not below `value`."""
    return next(entry for top, entry in table if value <= top)


def make_world(seed: int, *, with_items: bool = True) -> World:
    """A world by its seed."""
    dice = random.Random(f"world {seed}")
    payers = [_payer(number, dice) for number in range(1, figures.PAYERS + 1)]
    last = figures.BUSINESS_DAYS * 7 // 5 + 7
    items = []
    if with_items:
        for number in range(1, figures.OPEN_ITEMS + 1):
            items.append(_item(seed, number, payers, FIRST_DAY, is_mail=False))
        number = figures.OPEN_ITEMS
        for ahead in range(1, last):
            day = FIRST_DAY + dt.timedelta(days=ahead)
            for _ in range(figures.MAIL_A_DAY if day.weekday() < 5 else 0):
                number += 1
                items.append(_item(seed, number, payers, day, is_mail=True))
    return World(seed, payers, items)


def _payer(number: int, dice: random.Random) -> SimPayer:
    names = list(figures.CLASSES)
    weights = [figures.CLASSES[name][0] for name in names]
    of_class = names[number - 1] if number <= len(names) else dice.choices(names, weights)[0]
    allowed = figures.CLASSES[of_class][2]
    return SimPayer(
        id=number,
        payer_class=of_class,
        bias=math.log(figures.CLASSES[of_class][1]) * 2 + dice.gauss(0, figures.PAYER_SPREAD),
        allowed=min(max(allowed * math.exp(dice.gauss(0, 0.15)), 0.1), 0.95),
        hold=figures.HOLD[0] * math.exp(dice.gauss(0, figures.HOLD[1])),
    )


def _amount(dice: random.Random, of: tuple[float, float]) -> float:
    return round(max(5.0, of[0] * math.exp(dice.gauss(0, of[1]))), 2)


def _item(seed: int, number: int, payers: list[SimPayer], day: dt.date, *, is_mail: bool) -> SimItem:
    dice = random.Random(f"{seed} item {number}")
    kind = dice.choices(list(figures.KINDS), list(figures.KINDS.values()))[0]
    noise = dice.gauss(0, figures.ITEM_SPREAD)
    age = _age(kind, dice, is_mail=is_mail)
    if kind == "patient_balance":
        return _patient(seed, number, dice, day, age, noise)
    payer = dice.choices(payers, [figures.CLASSES[one.payer_class][0] for one in payers])[0]
    amount = _amount(dice, figures.SHORT if kind == "underpaid" else figures.CHARGE)
    share = 1.0 if kind == "underpaid" else min(payer.allowed * math.exp(dice.gauss(0, figures.ALLOWED_SPREAD)), 1.0)
    service = day - dt.timedelta(days=age + dice.randint(4, 25))
    sent = service + dt.timedelta(days=dice.randint(2, 6))
    claim = ClaimFacts(service_from=service, service_to=service, plan_id=None, opened_on=sent)
    claim.sent["P"] = LastSubmission(sent)
    claim.owing["PAYER1"] = OwingSince(payer.id, sent)
    work = _work(number, kind, amount, day, payer)
    truth = Truth(status=kind, win=0.0, share=share, noise=noise)
    item = SimItem(number, seed, work, truth, payer, claim, day)
    if kind in ("denied", "underpaid"):
        work.denied_on = day - dt.timedelta(days=age)
        work.aged_from = sent if kind == "denied" else work.denied_on
        category = dice.choices(list(figures.DENIALS), [one[0] for one in figures.DENIALS.values()])[0]
        set_denied(item, category if kind == "denied" else "", work.denied_on)
        return item
    work.aged_from = sent
    claim.service_from = claim.service_to = sent - dt.timedelta(days=dice.randint(2, 20))
    if kind == "rejected":
        truth.win, work.submission_state = logit_shift(figures.FIXED, noise + payer.bias * 0.3), "rejected"
        return item
    shares = step(figures.UNANSWERED, (day - sent).days)
    truth.status = dice.choices(["coming", "lost", "records", "denied", "dead"], shares)[0]
    truth.category = dice.choices(list(figures.DENIALS), [one[0] for one in figures.DENIALS.values()])[0]
    truth.win = logit_shift(
        {"lost": figures.RESENT, "records": figures.RECORDS}.get(truth.status, 0.5), noise + payer.bias * 0.4
    )
    if truth.status == "coming":
        item.mail.append((day + dt.timedelta(days=dice.randint(3, 40)), "pays"))
    if truth.status == "denied" and dice.random() < 0.3:
        item.mail.append((day + dt.timedelta(days=dice.randint(3, 40)), "denied"))
    return item


def _age(kind: str, dice: random.Random, *, is_mail: bool) -> int:
    """Days since it was sent, denied or the patient's; what is open has aged as accounts do (MGMA), mail is new."""
    if is_mail:
        return {"no_response": dice.randint(24, 34), "patient_balance": dice.randint(28, 34)}.get(
            kind, dice.randint(0, 4)
        )
    first = {"no_response": 24, "patient_balance": 25}.get(kind, 0)
    return first + min(int(dice.expovariate(1 / (48 if kind != "patient_balance" else 70))), 330)


def _work(number: int, kind: str, amount: float, day: dt.date, payer: SimPayer | None) -> WorkItem:
    from decimal import Decimal

    return WorkItem(
        pk=number, practice_id=PRACTICE, kind=kind, account_id=number, payer_id=payer.id if payer else None,
        claim_id=number if payer else None, opened_on=day, amount=Decimal(str(amount)), aged_from=day,
        bucket="PAYER1" if payer else "PATIENT", next_action="", same_answers=0, quiet_touches=0, touches=0,
    )  # fmt: skip


def _patient(seed: int, number: int, dice: random.Random, day: dt.date, age: int, noise: float) -> SimItem:
    amount = _amount(dice, figures.PATIENT)
    work = _work(number, "patient_balance", amount, day, None)
    work.aged_from = day - dt.timedelta(days=age)
    truth = Truth(
        "patient", logit_shift(step(figures.AGREES, amount), noise), 1.0, answers=dice.betavariate(*figures.ANSWERS)
    )
    item = SimItem(number, seed, work, truth, None, None, day)
    if dice.random() < step(figures.PAYS_ALONE, age):
        item.mail.append((day + dt.timedelta(days=dice.randint(2, 50)), "pays"))
    return item


def set_denied(item: SimItem, category: str, notice: dt.date) -> None:
    """It is denied (or paid short): its truth, its windows."""
    of = figures.DENIALS[category][1] if category else figures.SHORT_WON
    item.truth.win = logit_shift(of, item.truth.noise + item.payer.bias)
    item.truth.status, item.truth.category = ("denied_open", category) if category else ("short", "")
    item.work.kind, item.work.category = ("denied", category) if category else ("underpaid", "")
    item.work.denied_on = notice
    item.last.clear()
    item.work.submission_state = "adjudicated"
    way = route("CO", figures.CARC[category], ["M127"], payer_class=item.payer.payer_class) if category else None
    kinds = windows_of_route(way, "PAYER1") if way else ("appeal_1",)
    windows = frozenset(NoticeWindow(kind, notice, f"{item.number}:{notice}") for kind in kinds)
    if category:
        item.claim.denial_windows = windows
    else:
        item.claim.short_windows = windows


def band_of(age: int, limits: tuple[int, ...]) -> str:
    """The age band of the product's history."""
    index = bisect_left(limits, age)
    return str(limits[index]) if index < len(limits) else "over"
