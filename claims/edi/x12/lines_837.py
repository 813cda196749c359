"""Service lines and other payers' coverages of an 837 claim in the making."""

from datetime import date
from decimal import Decimal

from .elements import procedure, read_amount, read_quantity
from .entities_837 import NOBODY, Entity, payer_of
from .problems import Log
from .records_835 import Cas
from .records_837 import Line837, OtherCoverage, Svd
from .values import at, whole

_ONE = Decimal(1)


class SvdDraft:
    """What another payer did with a line: SVD, its CAS and its date."""

    def __init__(self, e: list[str], n: int, component: str, log: Log) -> None:
        _, self._code, _, _ = procedure(at(e, 3), component)
        self._payer, self._paid = at(e, 1), read_amount(e, 2, n, log)
        self._units = read_quantity(e, 5, n, log)
        self.adjustments: list[Cas] = []
        self.adjudicated_on: date | None = None

    def done(self) -> Svd:
        """The finished record."""
        return Svd(
            payer_id=self._payer,
            paid=self._paid,
            units=self._units,
            code=self._code,
            adjustments=tuple(self.adjustments),
            adjudicated_on=self.adjudicated_on,
        )


class LineDraft837:
    """One LX loop."""

    def __init__(self, number: int, n: int) -> None:
        self._number, self._n = number, n
        self._sv: list[str] = []
        self.refs: dict[str, str] = {}
        self.dates: tuple[date | None, date | None] = (None, None)
        self.ndc = self.rendering_npi = ""
        self.svds: list[SvdDraft] = []

    @property
    def form(self) -> str:
        """P, I or D by the kind of SV segment, "" before one came."""
        return {"SV1": "P", "SV2": "I", "SV3": "D"}.get(self._sv[0], "") if self._sv else ""

    def service(self, e: list[str], n: int) -> None:
        """Take the SV1, SV2 or SV3."""
        self._sv, self._n = e, n

    def done(self, component: str, log: Log) -> Line837:
        """The finished line; a line without SV is kept with an error."""
        sv, n = self._sv, self._n
        if not sv:
            log.error(n, "LX", None, "missing_segment", f"Segment {n}, LX: expected SV1, SV2 or SV3 after it.")
            sv = ["SV1", "", "0"]
        revenue = at(sv, 1) if sv[0] == "SV2" else ""
        code, charge, basis, units, pointers, place = _LAYOUT[sv[0]]
        qualifier, procedure_code, modifiers, description = procedure(at(sv, code), component)
        counted = read_quantity(sv, units, n, log) if units else None
        return Line837(
            number=self._number,
            control=self.refs.get("6R", ""),
            code=procedure_code,
            qualifier=qualifier,
            modifiers=modifiers,
            revenue_code=revenue,
            charge=read_amount(sv, charge, n, log, required=True),
            units=_ONE if counted is None else counted,
            unit_basis=at(sv, basis) if basis else "UN",
            dx_pointers=_pointers(at(sv, pointers), component) if pointers else (),
            place=at(sv, place) if place else "",
            service_from=self.dates[0],
            service_to=self.dates[1],
            ndc=self.ndc,
            description=description,
            rendering_npi=self.rendering_npi,
            svds=tuple(svd.done() for svd in self.svds),
            segment=n,
        )


# Where SV1, SV2 and SV3 keep procedure, charge, unit basis, units, diagnosis pointers, place (0: nowhere).
_LAYOUT = {"SV1": (1, 2, 3, 4, 7, 5), "SV2": (2, 3, 4, 5, 0, 0), "SV3": (1, 2, 0, 6, 11, 3)}


def _pointers(composite: str, component: str) -> tuple[int, ...]:
    return tuple(number for part in composite.split(component) if (number := whole(part.strip())) is not None)


class OtherCoverageDraft:
    """One loop 2320 with its 2330A and 2330B."""

    def __init__(self, sbr: list[str]) -> None:
        self._sbr = sbr
        self.adjustments: list[Cas] = []
        self.amounts: dict[str, Decimal] = {}
        self.adjudicated_on: date | None = None
        self.insured: Entity | None = None
        self.payer: Entity | None = None

    def done(self) -> OtherCoverage:
        """The finished record."""
        insured = self.insured or Entity(NOBODY)
        return OtherCoverage(
            subscriber=insured.subscriber(self._sbr, at(self._sbr, 2)),
            payer=payer_of(self.payer),
            paid=self.amounts.get("D"),
            remaining_patient_liability=self.amounts.get("EAF"),
            adjustments=tuple(self.adjustments),
            adjudicated_on=self.adjudicated_on,
            icn=self.payer.ids.get("F8", "") if self.payer else "",
        )
