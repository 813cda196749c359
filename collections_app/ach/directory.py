"""Which bank a routing number belongs to: from the list that a practice brought (FedACH participants, fixed layout).

None is shipped. Without one, a number that checks is taken and its bank is not known. The layout, by positions counted
from 1: routing number 1-9, new routing number 27-35, name of the bank 36-71 (Federal Reserve, FedACH directory format).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk, nacha
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, require
from collections_app.ach.models import BankDirectory, DirectoryBank

if TYPE_CHECKING:
    from arwork.staff.models import User

_LEAST_WIDTH = 71
_NO_NUMBER = ("", "000000000")


class BadDirectory(DomainError):
    """A file that is no list of routing numbers. Facts: `line`."""

    code = "bad_directory"


@dataclass(frozen=True, slots=True)
class KnownBank:
    """A bank of the list; `replaced_by` is its newer number, if it has one."""

    routing: str
    name: str
    replaced_by: str = ""


def bank_of(routing: str, *, practice_id: int) -> KnownBank | None:
    """The bank of a routing number in the practice's list; None where it is not known."""
    row = DirectoryBank.objects.filter(directory__practice=practice_id, routing=routing).first()
    return KnownBank(row.routing, row.name, row.replaced_by) if row else None


def read_directory(text: str) -> Iterator[KnownBank]:
    """The banks of a list, in order. Raises `BadDirectory` naming the line."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        routing, replaced, name = line[:9], line[26:35], line[35:71].strip()
        if len(line) < _LEAST_WIDTH or not nacha.checks(routing) or not name:
            raise BadDirectory(f"Line {number} is no entry of a FedACH directory.", line=number, field="file")
        yield KnownBank(routing, " ".join(name.split()).title(), "" if replaced in _NO_NUMBER else replaced)


def bring_directory(
    file_name: str, content: bytes, *, practice_id: int, actor: "User", now: dt.datetime
) -> BankDirectory:
    """Take the list in; it takes the place of the one before. Raises `BadDirectory`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    banks = {one.routing: one for one in read_directory(content.decode("cp1252", errors="replace"))}
    if not banks:
        raise BadDirectory("The file is empty.", line=0, field="file")
    with transaction.atomic():
        BankDirectory.objects.filter(practice=practice_id).delete()
        made = BankDirectory.objects.create(
            practice_id=practice_id, file_name=file_name[:120], count=len(banks), brought_at=now, brought_by=actor
        )
        rows = [(made.pk, one.routing, one.name[:36], one.replaced_by) for one in banks.values()]
        bulk.insert_rows(DirectoryBank, ("directory_id", "routing", "name", "replaced_by"), rows)
        audit.record(
            actor,
            "bank_directory",
            "practice",
            practice_id,
            practice_id=practice_id,
            after={"banks": made.count},
            now=now,
        )
    return made


def directory_of(practice_id: int) -> BankDirectory | None:
    """The list of a practice, without its banks."""
    return BankDirectory.objects.filter(practice=practice_id).first()
