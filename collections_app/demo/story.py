"""What the demo's stories are made of: a patient, what was billed for them, and what payers say to it. Pure records."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from collections_app.demo.places import DemoPayer, DemoPractice


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
    """One SVC: `line` is the place, from 1, of the service that it answers (0: the place where it stands itself).

    `charge` is what it says was charged where that is not the service's, `paid_as` the code paid where that is another.
    """

    paid: Decimal
    adjustments: tuple[DemoAdjustment, ...]
    rarcs: tuple[str, ...] = ()
    line: int = 0
    charge: Decimal | None = None
    paid_as: str = ""


@dataclass(frozen=True, slots=True)
class DemoClaimPayment:
    """One CLP to come: when, from whom, with which status ("": none, only what is withheld).

    `withheld` is what the deposit keeps back (above zero) or announces (below) for the claim, as PLB WO. `named` is
    whom the payer takes for the patient, `insured_id` the member id it corrects, `forwarded_to` the next payer.
    """

    on: dt.date
    payer: DemoPayer
    status: str
    lines: tuple[DemoServicePayment, ...]
    sign: int = 1
    mangled: bool = False
    rarcs: tuple[str, ...] = ()
    forwarded_to: DemoPayer | None = None
    named: DemoPatient | None = None
    insured_id: str = ""
    withheld: Decimal = ZERO

    @property
    def paid(self) -> Decimal:
        return self.sign * sum((line.paid for line in self.lines), ZERO)

    @property
    def patient(self) -> Decimal:
        shares = (a.amount for line in self.lines for a in line.adjustments if a.group == "PR")
        return self.sign * sum(shares, ZERO)


@dataclass(frozen=True, slots=True)
class DemoClaim:
    """A claim from service to the last advice; `again` is its next bill (frequency 7, 8), which names `replaces`.

    `patient_paid` is what it says the patient has paid; `pays_share` whether the patient pays
    the share, soon (None: as patients do).
    """

    number: str
    patient: DemoPatient
    service_on: dt.date
    billed_on: dt.date
    lines: tuple[DemoLine, ...]
    diagnoses: tuple[str, ...]
    rejected: bool
    advices: tuple[DemoClaimPayment, ...] = ()
    frequency: str = "1"
    replaces: str = ""
    again: "DemoClaim | None" = None
    patient_paid: Decimal = ZERO
    pays_share: bool | None = None

    @property
    def charge(self) -> Decimal:
        return sum((line.charge for line in self.lines), ZERO)

    @property
    def icn(self) -> str:
        """The payer's number for this bill."""
        return f"{self.billed_on:%y%j}{self.number}"

    def bills(self) -> Iterator["DemoClaim"]:
        """Every bill of the claim, in order."""
        yield self
        if self.again:
            yield from self.again.bills()
