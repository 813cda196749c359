"""Lists of codes that admins took in, and codes looked up in them: by the day of service, in code or words.

Of the lists of one kind that hold on a day the one that began last decides; for diagnoses the shipped list stands
behind them. Where no list holds, nothing is said: a code is then judged by its form alone.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.dated_rules import check_dates, in_force
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.code_words import places_of_service
from collections_app.claim_edits import shipped_codes
from collections_app.claim_edits.code_files import read_codes
from collections_app.claim_edits.code_forms import modifiers_known, plain_icd
from collections_app.claim_edits.models import CodeList, ListedCode

if TYPE_CHECKING:
    from arwork.staff.models import User

ICD10, HCPCS, MODIFIER, PLACE = "icd10cm", "hcpcs", "modifier", "place"
SYSTEMS = {ICD10: "ICD-10-CM", HCPCS: "HCPCS level II", MODIFIER: "modifiers", PLACE: "places of service"}
#: Kinds of codes whose lists an admin takes in.
LIST_SYSTEMS = (ICD10, HCPCS, MODIFIER)
_FEWEST = {ICD10: 1_000, HCPCS: 100, MODIFIER: 5}
MOST_SHOWN = 25


class BadCodeList(DomainError):
    """A list that cannot be what it is said to be."""

    code = "bad_code_list"


@dataclass(frozen=True, slots=True)
class CodeBook:
    """What the lists say of the codes that were asked for; see `code_book`."""

    lists: tuple[CodeList, ...]
    codes: Mapping[tuple[int, str], ListedCode]

    def is_valid(self, system: str, code: str, on: dt.date) -> bool | None:
        """Whether a code can be billed for a service of that day; None where no list says."""
        deciding = _deciding(self.lists, system, on)
        if deciding is not None:
            row = self.codes.get((deciding.pk, code))
            return row is not None and in_force(row.valid_from, row.valid_to, on)
        if system == ICD10 and in_force(shipped_codes.VALID_FROM, shipped_codes.VALID_TO, on):
            return bool(shipped_codes.shipped_words(code))
        return None


def code_book(codes: Collection[str]) -> CodeBook:
    """What the lists know of some codes. Two queries, one where there are no lists."""
    lists = tuple(CodeList.objects.order_by("valid_from", "pk"))
    found: dict[tuple[int, str], ListedCode] = {}
    for batch in bulk.chunks(sorted(codes)) if lists else ():
        for row in ListedCode.objects.filter(code__in=batch):
            found[row.code_list_id, row.code] = row
    return CodeBook(lists, found)


def matches(system: str, search: str, *, on: dt.date) -> list[tuple[str, str]]:
    """Codes of one kind that begin with `search`, or whose words hold all of its words: at most 25, with words."""
    words = search.lower().split()
    if not words or system not in SYSTEMS:
        return []
    if system == PLACE:
        return _among(places_of_service(), words)
    deciding = _deciding(CodeList.objects.filter(system=system).order_by("valid_from", "pk"), system, on)
    if deciding is None:
        if system == MODIFIER:
            return _among(modifiers_known(), words)
        plain = [plain_icd(words[0]).lower(), *words[1:]] if any(one.isdigit() for one in words[0]) else words
        return shipped_codes.shipped_matches(plain, most=MOST_SHOWN) if system == ICD10 else []
    asked = Q(code__startswith=plain_icd(search)) if len(words) == 1 else Q()
    told = Q()
    for word in words:
        told &= Q(words__icontains=word)
    rows = deciding.codes.filter(told | asked if asked else told)
    rows = rows.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))
    return [(row.code, row.words) for row in rows.order_by("code")[:MOST_SHOWN]]


def code_lists(*, actor: "User") -> QuerySet[CodeList]:
    """The lists that were taken in, the newest days first."""
    require(actor, Capability.SEE_CLAIMS)
    return CodeList.objects.select_related("imported_by").order_by("system", "-valid_from", "-pk")


@transaction.atomic
def take_in(
    file: tuple[str, bytes],
    *,
    system: str,
    name: str,
    valid_from: dt.date,
    valid_to: dt.date,
    actor: "User",
    now: dt.datetime,
) -> CodeList:
    """Take in a file (name, bytes) as the list for services of those days.

    Raises `Forbidden`, `BadCodeList`, `BadDates`, `Conflict` for the same file again, and what `read_codes` raises.
    """
    require(actor, Capability.CONFIGURE_SHARED)
    check_dates(valid_from, valid_to)
    codes = read_codes(*file)
    if system not in CodeList.System.values:
        raise BadCodeList("Say which kind of codes it is.", field="system")
    if len(codes) < _FEWEST[system]:
        raise BadCodeList(
            f"The file has {len(codes)} codes, and such a list has thousands: codes left out would be refused.",
            field="file",
        )
    sha256 = hashlib.sha256(file[1]).hexdigest()
    if CodeList.objects.filter(system=system, valid_from=valid_from, sha256=sha256).exists():
        raise Conflict("This file was taken in for these days already.")
    row = CodeList.objects.create(
        system=system, name=name, valid_from=valid_from, valid_to=valid_to, count=len(codes), sha256=sha256,
        imported_at=now, imported_by=actor,
    )  # fmt: skip
    for batch in bulk.chunks(codes):
        listed = [
            ListedCode(code_list=row, code=one.code, words=one.words, valid_from=one.valid_from, valid_to=one.valid_to)
            for one in batch
        ]
        bulk.insert(ListedCode, listed)
    audit.record(actor, "code_list_added", "code_list", row.pk, practice_id=None, now=now, after=_facts(row))
    return row


@transaction.atomic
def take_out(list_id: int, *, actor: "User", now: dt.datetime) -> None:
    """Take a list out again: what stood before it decides. Raises `Forbidden`, `NotFound`."""
    require(actor, Capability.CONFIGURE_SHARED)
    row = CodeList.objects.select_for_update(of=("self",)).filter(pk=list_id).first()
    if row is None:
        raise NotFound("This list was taken out already.")
    audit.record(actor, "code_list_withdrawn", "code_list", row.pk, practice_id=None, now=now, before=_facts(row))
    row.delete()


def _facts(row: CodeList) -> dict[str, object]:
    return {
        "system": row.system, "name": row.name, "valid_from": row.valid_from, "valid_to": row.valid_to,
        "count": row.count, "sha256": row.sha256,
    }  # fmt: skip


def _deciding(lists: Iterable[CodeList], system: str, on: dt.date) -> CodeList | None:
    holding = [one for one in lists if one.system == system and in_force(one.valid_from, one.valid_to, on)]
    return holding[-1] if holding else None


def _among(table: Mapping[str, str], words: list[str]) -> list[tuple[str, str]]:
    found = [
        (code, text)
        for code, text in sorted(table.items())
        if all(word in text.lower() for word in words) or code.lower().startswith(words[0])
    ]
    return found[:MOST_SHOWN]
