"""Small 835s as text, and the way they take into the books: what a payer would send for the claims of a story."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from arwork.lib.money import ZERO, money
from claims.billing.models import Claim
from claims.edi.files import RemitSummary
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.remits_835 import take_835
from claims.edi.x12.reading import read
from claims.practices.models import Practice
from tests import cast

_files = count(1)
PAID_ON = dt.date(2026, 10, 5)


@dataclass
class Svc:
    """One paid line. `cas` as ("CO-45", "20.00") pairs."""

    charge: str
    paid: str
    cas: Sequence[tuple[str, str]] = ()
    code: str = "99214"
    control: str = ""
    rarcs: Sequence[str] = ()
    on: dt.date | None = dt.date(2026, 9, 14)

    def text(self) -> str:
        parts = [f"SVC*HC:{self.code}*{self.charge}*{self.paid}**1~"]
        if self.on:
            parts.append(f"DTM*472*{self.on:%Y%m%d}~")
        parts += _cas(self.cas)
        if self.control:
            parts.append(f"REF*6R*{self.control}~")
        parts += [f"LQ*HE*{rarc}~" for rarc in self.rarcs]
        return "".join(parts)


@dataclass
class Clp:
    """One claim payment; charge and payment default to the sums of its lines."""

    number: str
    lines: Sequence[Svc] = ()
    status: str = "1"
    charge: str = ""
    paid: str = ""
    cas: Sequence[tuple[str, str]] = ()
    icn: str = "ICN1"
    last: str = "GUARINO"
    first: str = "GUS"
    member: str = "M100"

    @property
    def paid_amount(self) -> Decimal:
        return money(self.paid) if self.paid else sum((money(line.paid) for line in self.lines), ZERO)

    def text(self) -> str:
        charge = money(self.charge) if self.charge else sum((money(line.charge) for line in self.lines), ZERO)
        every = [*self.cas, *(cas for line in self.lines for cas in line.cas)]
        patient = sum((money(amount) for code, amount in every if code.startswith("PR")), ZERO)
        head = f"CLP*{self.number}*{self.status}*{charge}*{self.paid_amount}*{patient}*12*{self.icn}*11*1~"
        name = f"NM1*QC*1*{self.last}*{self.first}****MI*{self.member}~"
        return head + "".join(_cas(self.cas)) + name + "".join(line.text() for line in self.lines)


@dataclass
class Era:
    """One remittance; the deposit defaults to what its claims and provider adjustments make."""

    claims: Sequence[Clp]
    plb: Sequence[tuple[str, str]] = ()
    trace: str = "EFT1001"
    bpr: str = ""
    paid_on: dt.date = PAID_ON
    payer: str = "Meridian Choice"
    payer_id: str = "MER01"
    practice: Practice = field(default_factory=cast.make_practice)

    def text(self) -> str:
        provider = sum((money(amount) for _, amount in self.plb), ZERO)
        total = sum((claim.paid_amount for claim in self.claims), ZERO) - provider
        day = f"{self.paid_on:%Y%m%d}"
        body = [
            "ST*835*0001~",
            f"BPR*I*{self.bpr or total}*C*ACH*CCP*01*021000021*DA*1*1512345678**01*021000089*DA*2*{day}~",
            f"TRN*1*{self.trace}*1512345678~DTM*405*{day}~",
            f"N1*PR*{self.payer.upper()}~N3*1 MAIN ST~N4*ALBANY*NY*12207~REF*2U*{self.payer_id}~",
            f"N1*PE*HARBOR CLINIC*XX*{self.practice.npi}~LX*1~",
            *(claim.text() for claim in self.claims),
            *(f"PLB*{self.practice.npi}*20261231*{code}*{amount}~" for code, amount in self.plb),
        ]
        text = "".join(body)
        isa = (
            "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PROVIDER       *261005*1200*^*00501*000000001*0*P*:~"
        )
        group = "GS*HP*PAYER*PROVIDER*20261005*1200*1*X*005010X221A1~"
        return f"{isa}{group}{text}SE*{text.count('~') + 1}*0001~GE*1*1~IEA*1*000000001~"


def take(
    era: Era | str,
    *,
    create_missing: bool = False,
    today: dt.date = cast.TODAY,
    practice: Practice | None = None,
    transaction: EdiTransaction | None = None,
) -> RemitSummary:
    """Import a remittance as a new file (or once more as `transaction`) and say what became of it."""
    text = era if isinstance(era, str) else era.text()
    row = transaction or new_transaction()
    return take_835(
        file=row.file,
        transaction=row,
        events=(event for event in read(text.encode())),
        practice_id=practice.pk if practice else None,
        create_missing=create_missing,
        today=today,
        now=cast.NOW,
    )


def new_transaction() -> EdiTransaction:
    number = next(_files)
    sha = hashlib.sha256(str(number).encode()).hexdigest()
    file = EdiFile.objects.create(sha256=sha, name=f"era{number}.835", size=1, received_at=cast.NOW)
    return EdiTransaction.objects.create(file=file, position=1, kind="835")


def buckets(claim: Claim) -> dict[str, str]:
    """What each bucket of a claim owes, as text, without the ones that owe nothing."""
    from tests.balances import balance_of

    claim.refresh_from_db()
    owed = {bucket: str(amount) for bucket, amount in balance_of(claim.pk).items() if amount}
    assert claim.balance == sum((money(amount) for amount in owed.values()), ZERO)
    return owed


def _cas(pairs: Sequence[tuple[str, str]]) -> list[str]:
    return [f"CAS*{code.partition('-')[0]}*{code.partition('-')[2]}*{amount}~" for code, amount in pairs]
