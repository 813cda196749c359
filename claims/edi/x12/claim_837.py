"""One claim of an 837 in the making: CLM, its providers, other coverages and lines.

Segments belong to the latest NM1 of their loop (N3, N4, PER, REF, ...), and else to the line, the other coverage
or the claim that is open. SBR opens another coverage, LX a line, SVD another payer's verdict on that line.
"""

from datetime import date
from decimal import Decimal

from .elements import read_amount, read_cas, require
from .entities_837 import DESCRIBING, Entity, payer_of, provider_of
from .lines_837 import LineDraft837, OtherCoverageDraft, SvdDraft
from .problems import Log
from .records_837 import Claim837, Code, Party, Subscriber
from .values import amount, at, days, whole

_DIAGNOSES = frozenset({"BK", "ABK", "BF", "ABF", "BJ", "ABJ", "ZZ", "PR", "APR", "BN", "ABN"})
_POINTED_AT = frozenset({"BK", "ABK", "BF", "ABF"})
_PASSED_OVER = frozenset(
    {
        *("CL1", "PWK", "CN1", "K3", "NTE", "CR1", "CR2", "CR3", "CR4", "CR5", "CR6", "CR7", "CRC", "HCP"),  # 2300
        *("DN1", "DN2", "HSD", "CUR", "PAT", "QTY", "OI", "MIA", "MOA"),  # 2300 dental, home health; 2320
        *("SV4", "SV5", "SV6", "SV7", "TOO", "MEA", "PS1", "CTP", "LQ", "FRM", "DSB", "UR"),  # 2400
    }
)
_PROVIDERS = frozenset({"82", "DN", "P3", "77", "FA", "LI", "TL", "71", "72", "DQ", "DD", "QB", "QD"})


class Above:
    """What the levels above a claim say: billing provider, subscriber, patient and payer."""

    def __init__(self) -> None:
        self.billing: Entity | None = None
        self.pay_to: Entity | None = None
        self.taxonomy = ""
        self.sbr: list[str] = []
        self.relationship = ""
        self.insured: Entity | None = None
        self.payer: Entity | None = None
        self.patient: Entity | None = None
        self.submitted_on: date | None = None


class ClaimDraft837:
    """Gathers one CLM loop; `log` holds what was wrong in it."""

    def __init__(self, e: list[str], n: int, *, position: int, component: str, repetition: str) -> None:
        self.log = Log()
        self._e, self._n, self._position = e, n, position
        self._component, self._repetition = component, repetition
        self._providers: dict[str, Entity] = {}
        self._refs: dict[str, str] = {}
        self._amounts: dict[str, Decimal] = {}
        self._dates: dict[str, tuple[date | None, date | None]] = {}
        self._codes: list[Code] = []
        self._coverages: list[OtherCoverageDraft] = []
        self._lines: list[LineDraft837] = []
        self._coverage: OtherCoverageDraft | None = None
        self._line: LineDraft837 | None = None
        self._svd: SvdDraft | None = None
        self._entity: Entity | None = None

    @property
    def form(self) -> str:
        """P, I or D by the lines so far, "" where none says."""
        return next((line.form for line in self._lines if line.form), "")

    def feed(self, tag: str, e: list[str], n: int) -> None:
        """Take one segment of the claim."""
        if tag in DESCRIBING and self._entity is not None:
            self._entity.feed(tag, e, n, self.log)
        elif tag == "REF":
            refs = self._line.refs if self._line else self._refs
            refs.setdefault(at(e, 1), at(e, 2))
        elif tag == "NM1":
            self._read_nm1(e)
        elif tag == "DTP":
            self._read_dtp(e, n)
        elif tag == "HI":
            self._read_hi(e)
        elif tag == "AMT":
            self._read_amt(e, n)
        elif tag == "CAS":
            self._read_cas(e, n)
        elif tag == "SBR":
            self._coverage, self._line, self._entity = OtherCoverageDraft(e), None, None
            self._coverages.append(self._coverage)
        elif tag == "LX" or tag in ("SV1", "SV2", "SV3", "LIN", "SVD"):
            self._read_line(tag, e, n)
        elif tag not in _PASSED_OVER and tag not in DESCRIBING:
            self.log.unknown(n, tag, "a segment of an 837 claim, such as REF, HI, NM1, SBR, LX or SV1")

    def done(self, above: Above, *, form: str, last_segment: int) -> Claim837:
        """The claim, with the problems of reading it."""
        e, n, log, component = self._e, self._n, self.log, self._component
        number = require(e, 1, n, log, "our claim number")
        charge = read_amount(e, 2, n, log, required=True)
        place = [*at(e, 5).split(component), "", ""]
        causes = [*at(e, 11).split(component), "", "", "", ""]
        lines = tuple([line.done(component, log) for line in self._lines])
        first, to = self._span([(line.service_from, line.service_to) for line in lines])
        subscriber = self._subscriber(above)
        refs, named = self._refs, self._providers
        return Claim837(
            position=self._position,
            number=number,
            charge=charge,
            form=form,
            facility_code=place[0].strip(),
            frequency=place[2].strip(),
            assignment=at(e, 7),
            benefits_assigned=at(e, 8),
            service_from=first,
            service_to=to,
            admitted_on=self._day("435"),
            onset_on=self._day("431"),
            accident_on=self._day("439"),
            related_causes=tuple(cause.strip() for cause in causes[:3] if cause.strip()),
            accident_state=causes[3].strip(),
            original_icn=refs.get("F8", ""),
            prior_auth=refs.get("G1", ""),
            referral=refs.get("9F", ""),
            claim_control=refs.get("D9", ""),
            medical_record=refs.get("EA", ""),
            patient_paid=self._amounts.get("F5"),
            refs=refs,
            diagnoses=self._diagnoses(),
            codes=tuple(code for code in self._codes if code.qualifier not in _DIAGNOSES),
            billing=provider_of(above.billing),
            pay_to=provider_of(above.pay_to),
            rendering=provider_of(named.get("82")),
            referring=provider_of(named.get("DN") or named.get("P3")),
            facility=provider_of(next((named[code] for code in ("77", "FA", "LI", "TL") if code in named), None)),
            attending=provider_of(named.get("71")),
            subscriber=subscriber,
            patient=above.patient.party() if above.patient else subscriber.party,
            payer=payer_of(above.payer),
            other_coverages=tuple(coverage.done() for coverage in self._coverages),
            lines=lines,
            submitted_on=above.submitted_on,
            problems=log.take(),
            first_segment=n,
            last_segment=last_segment,
            submission_reason=at(e, 19),
        )

    def _subscriber(self, above: Above) -> Subscriber:
        if above.insured is None:
            message = f"Segment {self._n}, CLM: expected NM1*IL, the subscriber, before the claim."
            self.log.error(self._n, "NM1", None, "missing_subscriber", message)
            return Subscriber(Party(), "", at(above.sbr, 1), above.relationship, "", "", at(above.sbr, 9))
        return above.insured.subscriber(above.sbr, above.relationship)

    def _diagnoses(self) -> tuple[Code, ...]:
        found = [code for code in self._codes if code.qualifier in _DIAGNOSES]
        return tuple(sorted(found, key=lambda code: code.qualifier not in _POINTED_AT))

    def _read_nm1(self, e: list[str]) -> None:
        entity = self._entity = Entity(e)
        if self._line is not None:
            if entity.code == "82":
                self._line.rendering_npi = entity.ids.get("XX", "")
        elif self._coverage is not None:
            if entity.code == "IL":
                self._coverage.insured = entity
            elif entity.code == "PR":
                self._coverage.payer = entity
        elif entity.code in _PROVIDERS:
            self._providers.setdefault(entity.code, entity)

    def _read_dtp(self, e: list[str], n: int) -> None:
        qualifier, found = at(e, 1), days(at(e, 2), at(e, 3))
        if found[0] is None and at(e, 2) in ("D8", "RD8", "DT"):
            self.log.warn(n, "DTP", 3, "bad_date", f"Segment {n}, DTP03: expected a date as CCYYMMDD.")
        if self._svd is not None and qualifier == "573":
            self._svd.adjudicated_on = found[0]
        elif self._line is not None:
            if qualifier == "472":
                self._line.dates = found
        elif self._coverage is not None:
            if qualifier == "573":
                self._coverage.adjudicated_on = found[0]
        else:
            self._dates.setdefault(qualifier, found)

    def _read_hi(self, e: list[str]) -> None:
        for element in e[1:]:
            for composite in element.split(self._repetition) if self._repetition else [element]:
                parts = [part.strip() for part in composite.split(self._component)] + [""] * 4
                if parts[1]:
                    self._codes.append(Code(parts[0], parts[1], parts[3], amount(parts[4]) if parts[4] else None))

    def _read_amt(self, e: list[str], n: int) -> None:
        if self._line is None:
            amounts = self._coverage.amounts if self._coverage else self._amounts
            amounts.setdefault(at(e, 1), read_amount(e, 2, n, self.log))
            if at(e, 1) == "F5" and amounts["F5"]:
                message = (
                    f"Segment {n}, AMT02: the patient had paid something (AMT*F5). It is shown on the claim; the books "
                    "have it once a receipt is posted."
                )
                self.log.warn(n, "AMT", 2, "patient_paid", message)

    def _read_cas(self, e: list[str], n: int) -> None:
        if self._svd is not None:
            self._svd.adjustments += read_cas(e, n, self.log)
        elif self._coverage is not None and self._line is None:
            self._coverage.adjustments += read_cas(e, n, self.log)
        else:
            message = f"Segment {n}, CAS: expected SBR or SVD before it, to say which payer adjusted."
            self.log.error(n, "CAS", None, "misplaced_segment", message)

    def _read_line(self, tag: str, e: list[str], n: int) -> None:
        if tag == "LX" or self._line is None:
            ordinal = len(self._lines) + 1
            number = whole(at(e, 1)) if tag == "LX" else None
            self._line, self._svd, self._entity = LineDraft837(ordinal if number is None else number, n), None, None
            self._lines.append(self._line)
        if tag == "LIN":
            self._line.ndc = at(e, 3) if at(e, 2) == "N4" else ""
        elif tag == "SVD":
            self._svd = SvdDraft(e, n, self._component, self.log)
            self._line.svds.append(self._svd)
        elif tag != "LX":
            self._line.service(e, n)
        self._entity = None

    def _day(self, qualifier: str) -> date | None:
        return self._dates.get(qualifier, (None, None))[0]

    def _span(self, lines: list[tuple[date | None, date | None]]) -> tuple[date | None, date | None]:
        stated = self._dates.get("434") or self._dates.get("472")
        if stated and stated[0]:
            return stated
        firsts = [first for first, _ in lines if first]
        lasts = [last for _, last in lines if last]
        return (min(firsts) if firsts else None, max(lasts) if lasts else None)
