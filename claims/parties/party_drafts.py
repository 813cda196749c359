"""People and their cover as a file names them, before they are found or opened. Pure: no Django import."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A human being as one loop names them. `otherwise` tells people apart whose day of birth is not given."""

    last: str
    first: str = ""
    middle: str = ""
    suffix: str = ""
    birth_on: dt.date | None = None
    sex: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    otherwise: str = ""

    @property
    def search_name(self) -> str:
        return f"{self.last} {self.first}".strip().upper()[:100]

    @property
    def turned_name(self) -> str:
        return f"{self.first} {self.last}".strip().upper()[:100]


@dataclass(frozen=True, slots=True)
class CoverageDraft:
    """One policy of the patient; `rank` 1 is primary. `is_learned`: no bill names it, a remittance does."""

    payer_id: int
    rank: int
    member_id: str = ""
    group_number: str = ""
    group_name: str = ""
    filing_code: str = ""
    relationship: str = ""
    subscriber: PersonDraft | None = None
    is_learned: bool = False


@dataclass(frozen=True, slots=True)
class PartiesDraft:
    """Everybody one claim names: who was treated, who answers for the patient's share, who is insured; in which bill of
    which day."""

    practice_id: int
    patient: PersonDraft
    guarantor: PersonDraft
    coverages: tuple[CoverageDraft, ...] = ()
    medical_record: str = ""
    file_source: str = ""
    told_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Parties:
    """The rows behind a draft; `coverages` maps rank to the id of the coverage."""

    patient_id: int
    account_id: int
    patient_key: str
    coverages: dict[int, int]
