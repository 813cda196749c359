"""Practices that files name and that are none of the sender's: who they are, and how their files get in after all.

A refused transaction keeps whom it named in its summary (`progress.strangers`: name, NPI, tax number of a provider,
never of a patient). An administrator opens or corrects the practice, and every file that names it is read again.
"""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arwork.lib.background import BellUnheard
from arwork.staff.access import Capability, require
from claims.edi import selectors, uploads
from claims.edi.models import EdiTransaction
from claims.practices.npi import is_npi
from claims.practices.selectors import practices_of

if TYPE_CHECKING:
    from arwork.staff.models import User

_LOOKED_AT = 200  # the newest refused transactions


@dataclass(frozen=True, slots=True)
class Stranger:
    """A provider whom files name; `known` is the actor's practice of that number, once there is one."""

    name: str
    npi: str
    tin: str
    known: str = ""
    file_id: int = 0
    files: int = 1

    @property
    def may_be_opened(self) -> bool:
        """Whether a practice can be opened under this NPI: its last digit checks the others."""
        return is_npi(self.npi)


def named_in(transactions: Iterable[EdiTransaction], *, actor: "User") -> list[Stranger]:
    """The strangers of these transactions, each once, beside the actor's practice of the same number."""
    practices = list(practices_of(actor).values_list("name", "npi", "tin"))
    found: dict[tuple[str, str], Stranger] = {}
    files: dict[tuple[str, str], set[int]] = {}
    for row in transactions:
        for one in _kept(row):
            key = one["npi"], one["tin"]
            files.setdefault(key, set()).add(row.file_id)
            known = next((name for name, npi, tin in practices if _same(one, npi=npi, tin=tin)), "")
            found.setdefault(key, Stranger(one["name"], one["npi"], one["tin"], known, row.file_id))
    return [Stranger(one.name, one.npi, one.tin, one.known, one.file_id, len(files[key])) for key, one in found.items()]


def waiting(actor: "User") -> list[Stranger]:
    """Strangers in files that the actor sees and that were refused for them, newest first."""
    return named_in(selectors.refused_seen_by(actor)[:_LOOKED_AT], actor=actor)


def read_again(*, npi: str, tin: str, actor: "User", now: dt.datetime) -> int:
    """Have the files that name this practice read again, in the actor's name; how many."""
    require(actor, Capability.IMPORT_FILES)
    rows = selectors.refused_seen_by(actor)[:_LOOKED_AT]
    again = {row.file_id for row in rows if any(_same(one, npi=npi, tin=tin) for one in _kept(row))}
    for file_id in sorted(again):
        with suppress(BellUnheard):  # it is found again without a bell
            uploads.retry(file_id, actor=actor, now=now)
    return len(again)


def _kept(row: EdiTransaction) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = row.summary.get("progress", {}).get("strangers", [])
    return kept


def _same(one: dict[str, Any], *, npi: str, tin: str) -> bool:
    return one["npi"] == npi if one["npi"] else bool(tin) and one["tin"] == tin
