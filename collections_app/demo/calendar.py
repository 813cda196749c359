"""When the files of the demo arrive: one delivery a practice, kind and cycle, oldest first. Pure.

Stories are told twice (when billed, when paid) instead of being kept, so memory grows with the number of claims that
wait for their payer, not with their stories.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from random import Random

from arwork.lib.money import ZERO
from collections_app.demo.files import DemoDeposit, accept_file, claim_file, remittance_file, status_file
from collections_app.demo.places import PRACTICES, DemoPractice
from collections_app.demo.story import DemoClaim, DemoClaimPayment
from collections_app.demo.world import YEAR, story

LARGEST = 10_000  # claims a file
_Event = tuple[int, int, int]  # claim, its bill, the advice to that


@dataclass(frozen=True, slots=True)
class FileDelivery:
    """One file and the day it arrives."""

    on: dt.date
    name: str
    text: str


class Year:
    """Every file of the year that ends on `until`, in the order of arrival."""

    def __init__(self, *, seed: int, claims: int, until: dt.date, cycle: int = 14) -> None:
        self._seed, self._claims, self._until, self._cycle = seed, claims, until, cycle
        self._control = 0
        self._forward: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        #: By number, of the claims told so far: whether the patient surely pays the share, or surely does not.
        self.pays_share: dict[str, bool] = {}

    def cycles(self) -> Iterator[tuple[dt.date, Iterator[FileDelivery]]]:
        """Day by day of delivery: the claims of the cycle with their answers, then remittances of earlier claims.

        Each cycle's deliveries must be taken before the next cycle is asked for.
        """
        due: dict[int, list[_Event]] = defaultdict(list)
        again: dict[int, list[tuple[int, int]]] = defaultdict(list)
        told = 0
        for cycle, on in enumerate(self._days()):
            billed: dict[str, list[DemoClaim]] = defaultdict(list)
            for index, bill in again.pop(cycle, []):
                later = self._bill(index, bill)
                billed[later.patient.practice.npi].append(later)
            while told < self._claims:
                one = self._story(told)
                if one.billed_on > on:
                    break
                billed[one.patient.practice.npi].append(one)
                if one.pays_share is not None:
                    self.pays_share[one.number] = one.pays_share
                for bill, sent in enumerate(one.bills()):
                    if bill:
                        again[self._cycle_of(sent.billed_on)].append((told, bill))
                    for position, advice in enumerate(sent.advices):
                        due[self._paid_in(one, advice, after=cycle)].append((told, bill, position))
                told += 1
            yield on, self._deliveries(billed, due.pop(cycle, []), on=on)

    def _deliveries(
        self, billed: dict[str, list[DemoClaim]], paid: list[_Event], *, on: dt.date
    ) -> Iterator[FileDelivery]:
        for practice in PRACTICES:
            yield from self._billed(practice, billed[practice.npi], on=on)
        yield from self._paid(paid, on=on)

    def _days(self) -> list[dt.date]:
        days = range(self._cycle, YEAR + self._cycle, self._cycle)
        first = self._until - dt.timedelta(days=YEAR)
        return [min(first + dt.timedelta(days=number), self._until) for number in days]

    def _cycle_of(self, day: dt.date) -> int:
        first = self._until - dt.timedelta(days=YEAR)
        return max(-(-(day - first).days // self._cycle) - 1, 0)

    def _paid_in(self, one: DemoClaim, advice: DemoClaimPayment, *, after: int) -> int:
        """The cycle of an advice: each payer pays each practice every second cycle, the last one excepted."""
        cycle = max(self._cycle_of(advice.on), after + 1)
        rhythm = int(advice.payer.tin) + int(one.patient.practice.tin)
        return min(cycle + (rhythm + cycle) % 2, max(self._cycle_of(self._until), after + 1))

    def _story(self, index: int) -> DemoClaim:
        return story(seed=self._seed, index=index, total=self._claims, until=self._until)

    def _bill(self, index: int, bill: int) -> DemoClaim:
        return next(islice(self._story(index).bills(), bill, None))

    def _next(self) -> int:
        self._control += 1
        return self._control

    def _billed(self, practice: DemoPractice, stories: list[DemoClaim], *, on: dt.date) -> Iterator[FileDelivery]:
        for start in range(0, len(stories), LARGEST):
            some = stories[start : start + LARGEST]
            control = self._next()
            stem = f"{on:%Y%m%d}-{practice.npi}-{control:05d}"
            yield FileDelivery(on, f"{stem}.837", claim_file(practice, some, on=on, control=control))
            answer = accept_file(practice, on=on, control=self._next(), of=control)
            yield FileDelivery(on, f"{stem}.999", answer)
            insured = [one for one in some if one.patient.payer]
            if not insured:
                continue
            later = min(on + dt.timedelta(days=1), self._until)
            answer = status_file(practice, insured, on=later, control=self._next())
            yield FileDelivery(later, f"{stem}.277ca", answer)

    def _paid(self, events: list[_Event], *, on: dt.date) -> Iterator[FileDelivery]:
        deposits: dict[str, dict[str, DemoDeposit]] = defaultdict(dict)
        count = 0
        for index, bill, position in sorted(events):
            one = self._bill(index, bill)
            advice = one.advices[position]
            of_practice = deposits[one.patient.practice.npi]
            payer = advice.payer
            if payer.payer_id not in of_practice:
                of_practice[payer.payer_id] = DemoDeposit(payer, on=on, trace=f"EFT{self._next():08d}")
            of_practice[payer.payer_id].claims.append((one, advice))
            count += 1
            if count >= LARGEST:
                yield from self._advices(deposits, on)
                deposits, count = defaultdict(dict), 0
        yield from self._advices(deposits, on)

    def _advices(self, deposits: dict[str, dict[str, DemoDeposit]], on: dt.date) -> Iterator[FileDelivery]:
        for practice in PRACTICES:
            mine = list(deposits.get(practice.npi, {}).values())
            for deposit in mine:
                self._settle(practice, deposit)
            if mine:
                control = self._next()
                text = remittance_file(practice, mine, on=on, control=control)
                yield FileDelivery(on, f"{on:%Y%m%d}-{practice.npi}-{control:05d}.835", text)

    def _settle(self, practice: DemoPractice, deposit: DemoDeposit) -> None:
        """Add what is withheld and money for no claim: interest now and then; a negative total is carried over."""
        place = (practice.npi, deposit.payer.payer_id)
        dice = Random(f"{self._seed}/{deposit.trace}")  # noqa: S311
        provider = [("WO", one.number, advice.withheld) for one, advice in deposit.claims if advice.withheld]
        if dice.random() < 0.06:
            provider.append(("L6", f"INT{deposit.trace[-6:]}", -Decimal(dice.randrange(50, 4200)).scaleb(-2)))
        if carried := self._forward.pop(place, ZERO):
            provider.append(("FB", "BALFWD", carried))
        deposit.provider = tuple(provider)
        if deposit.total < 0:
            self._forward[place] = -deposit.total
            deposit.provider = (*deposit.provider, ("FB", "BALFWD", deposit.total))
