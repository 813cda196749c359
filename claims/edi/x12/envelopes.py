"""Follow ISA, GS, ST and their ends, and note where counts and control numbers disagree (warnings)."""

from .problems import Log
from .records import Envelope, Kind
from .values import at, day, whole

_FORMS: dict[str, Kind] = {
    "X096": "837I", "X097": "837D", "X098": "837P",
    "X222": "837P", "X223": "837I", "X224": "837D",
    "X291": "837P", "X292": "837I", "X293": "837D",
    "X298": "837P", "X299": "837I", "X300": "837D",
    "X167": "277CA", "X214": "277CA",
}  # fmt: skip
_SUPPLEMENTS = slice(6, 10)  # of a version such as 005010X222A1
_KINDS: dict[str, Kind] = {"835": "835", "277": "277", "276": "276", "271": "271", "999": "999", "997": "997"}


class Envelopes:
    """The envelopes open at this point of the file."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.interchanges = 0
        self._isa: list[str] = []
        self._gs: list[str] = []
        self._st: list[str] = []
        self._st_at = self._groups = self._sets = 0

    def open_interchange(self, e: list[str], n: int) -> None:
        """An ISA begins; whatever was open is lost its end."""
        self._leave_group(n)
        if self._isa:
            self._log.warn(n, "IEA", None, "missing_iea", f"Segment {n}: expected IEA before the next ISA.")
        self.interchanges += 1
        self._isa, self._groups = e, 0

    def close_interchange(self, e: list[str], n: int) -> None:
        """An IEA ends the interchange."""
        self._leave_group(n)
        if not self._isa:
            self._log.warn(n, "IEA", None, "misplaced_segment", f"Segment {n}, IEA: no ISA before it.")
            return
        self._count(e, n, self._groups, "groups (GS)")
        self._control(e, n, at(self._isa, 13), "ISA13")
        self._isa = []

    def open_group(self, e: list[str], n: int) -> None:
        """A GS begins."""
        self._leave_group(n)
        self._groups += 1
        self._gs, self._sets = e, 0

    def close_group(self, e: list[str], n: int) -> None:
        """A GE ends the group."""
        if not self._gs:
            self._log.warn(n, "GE", None, "misplaced_segment", f"Segment {n}, GE: no GS before it.")
            return
        self._count(e, n, self._sets, "transactions (ST)")
        self._control(e, n, at(self._gs, 6), "GS06")
        self._gs = []

    def open_set(self, e: list[str], n: int) -> tuple[Envelope, Kind]:
        """An ST begins: its envelope, and the kind that set code and version name."""
        self._st, self._st_at = e, n
        self._sets += 1
        envelope = self._envelope(at(e, 1), at(e, 2), at(e, 3) or at(self._gs, 8))
        return envelope, self._kind(at(e, 1), at(e, 3), at(self._gs, 8))

    def close_set(self, e: list[str], n: int, log: Log) -> None:
        """An SE ends the transaction; its count and control number are checked into that transaction's log."""
        counted = n - self._st_at + 1
        if whole(at(e, 1)) != counted:
            log.warn(n, "SE", 1, "count", f"Segment {n}, SE01: expected {counted}, the number of segments.")
        if at(e, 2) != at(self._st, 2):
            log.warn(n, "SE", 2, "control", f"Segment {n}, SE02: expected the control number of ST02.")

    def interchange_envelope(self) -> Envelope:
        """The envelope of what stands directly in the interchange (TA1)."""
        return self._envelope("TA1", "", at(self._isa, 12))

    def end(self, n: int) -> None:
        """The file is over."""
        self._leave_group(n)
        if self._isa:
            self._log.warn(n, "IEA", None, "missing_iea", f"Segment {n}: expected IEA at the end of the file.")

    def _leave_group(self, n: int) -> None:
        if self._gs:
            self._log.warn(n, "GE", None, "missing_ge", f"Segment {n}: expected GE before it.")
            self._gs = []

    def _envelope(self, code: str, control: str, version: str) -> Envelope:
        isa, gs = self._isa, self._gs
        return Envelope(
            isa_control=at(isa, 13),
            gs_control=at(gs, 6),
            st_control=control,
            set_code=code,
            version=version,
            sender=at(isa, 6) or at(gs, 2),
            receiver=at(isa, 8) or at(gs, 3),
            date=day(at(isa, 9)) or day(at(gs, 4)),
            usage=at(isa, 15),
        )

    def _kind(self, code: str, *versions: str) -> Kind:
        if code in ("837", "277"):
            for version in versions:
                form = _FORMS.get(version[_SUPPLEMENTS])
                if form and form.startswith(code):
                    return form
        if code == "837":
            return "837P"  # until the first claim says otherwise
        return _KINDS.get(code, "other")

    def _count(self, e: list[str], n: int, counted: int, what: str) -> None:
        if whole(at(e, 1)) != counted:
            message = f"Segment {n}, {e[0]}01: expected {counted}, the number of {what}."
            self._log.warn(n, e[0], 1, "count", message)

    def _control(self, e: list[str], n: int, opened: str, name: str) -> None:
        if at(e, 2) != opened:
            message = f"Segment {n}, {e[0]}02: expected the control number of {name}."
            self._log.warn(n, e[0], 2, "control", message)


def names_a_form(version: str) -> bool:
    """Whether a version (ST03 or GS08) says which kind of claim or status it is, as 005010X222A1 does."""
    return version[_SUPPLEMENTS] in _FORMS


def form_named(*versions: str) -> str:
    """The form of an 837 (P, I or D) that the first of these versions names; "" where none does."""
    kinds = (_FORMS.get(version[_SUPPLEMENTS], "") for version in versions)
    return next((kind[3:] for kind in kinds if kind.startswith("837")), "")
