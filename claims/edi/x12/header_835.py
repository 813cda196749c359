"""The header of an 835: BPR, TRN, and the N1 loops of payer and payee."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from .elements import read_amount, read_day
from .problems import Log
from .records_835 import Remittance835
from .values import ZERO, at

_KNOWN = frozenset({"N2", "N3", "N4", "CUR", "RDM", "NTE"})


class HeaderDraft:
    """Gathers the header until the first LX, CLP or PLB."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.bpr_segment = 0
        self.bpr02: Decimal = ZERO
        self.credit_debit = ""
        self._bpr: Sequence[str] = ()
        self._paid_on: date | None = None
        self._production_on: date | None = None
        self._trace = self._payer_tin = self._receiver_id = ""
        self._names = {"PR": "", "PE": ""}
        self._ids: dict[str, list[tuple[str, str]]] = {"PR": [], "PE": []}
        self._phones: list[str] = []
        self._party = ""

    def feed(self, tag: str, e: list[str], n: int) -> None:
        """Take one segment of the header."""
        if tag == "BPR":
            self._read_bpr(e, n)
        elif tag == "TRN":
            self._trace, self._payer_tin = at(e, 2), at(e, 3)
        elif tag == "DTM":
            if at(e, 1) == "405":
                self._production_on = read_day(e, 2, n, self._log)
        elif tag == "N1":
            self._read_n1(e)
        elif tag == "REF":
            self._read_ref(e)
        elif tag == "PER":
            self._phones += [at(e, i + 1) for i in (3, 5, 7) if at(e, i) == "TE" and self._party == "PR"]
        elif tag not in _KNOWN:
            self._log.unknown(n, tag, "a header segment of an 835 (BPR, TRN, REF, DTM, N1, LX)")

    def done(self, first_segment: int) -> Remittance835 | None:
        """The header, or None with an error where there is no BPR."""
        if not self.bpr_segment:
            message = f"Segment {first_segment}: expected BPR after ST; this 835 does not say what was paid."
            self._log.error(first_segment, "BPR", None, "missing_segment", message)
            return None
        payees = self._ids["PE"]
        return Remittance835(
            handling=at(list(self._bpr), 1),
            bpr02=self.bpr02,
            credit_debit=self.credit_debit,
            method=at(list(self._bpr), 4),
            paid_on=self._paid_on,
            trace=self._trace,
            payer_tin=self._payer_tin,
            production_on=self._production_on,
            payer_name=self._names["PR"],
            payer_ids=tuple(self._ids["PR"]),
            payer_phones=tuple(self._phones),
            payee_name=self._names["PE"],
            payee_npi=_first(payees, "XX"),
            payee_tin=_first(payees, "FI") or _first(payees, "TJ"),
            payee_ids=tuple(payees),
            receiver_id=self._receiver_id,
        )

    def _read_bpr(self, e: list[str], n: int) -> None:
        if self.bpr_segment:
            message = f"Segment {n}, BPR: expected one BPR in a transaction, found another."
            self._log.error(n, "BPR", None, "repeated_segment", message)
            return
        self._bpr, self.bpr_segment = e, n
        self.bpr02 = read_amount(e, 2, n, self._log, required=True)
        self.credit_debit = at(e, 3)
        self._paid_on = read_day(e, 16, n, self._log)

    def _read_n1(self, e: list[str]) -> None:
        self._party = at(e, 1)
        if self._party in self._names:
            self._names[self._party] = at(e, 2)
            if at(e, 4):
                self._ids[self._party].append((at(e, 3), at(e, 4)))

    def _read_ref(self, e: list[str]) -> None:
        if self._party in self._ids:
            self._ids[self._party].append((at(e, 1), at(e, 2)))
        elif at(e, 1) == "EV":
            self._receiver_id = at(e, 2)


def _first(ids: list[tuple[str, str]], qualifier: str) -> str:
    return next((value for known, value in ids if known == qualifier), "")
