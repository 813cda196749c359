"""On which day visits were first billed to their patients: by a statement of ours that left, or by one that was sent
elsewhere and that somebody tells of.

The earliest that stands is copied to the claim and to what its patient owes; from there calls, aging and the clocks of
the law read it (RULES 5.1, 11.1, 11.2). A date that is told anew takes the place of the one before, which stays on
record.
"""

import csv
import datetime as dt
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Min, Q

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.dates import long_day
from arwork.lib.errors import DomainError
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.parties.selectors import own_account
from collections_app.statements.models import FirstStatement

if TYPE_CHECKING:
    from arwork.staff.models import User

Source = FirstStatement.Source
ANNOUNCED = "statement"
#: A file of first statements holds at most so many rows.
MOST_ROWS = 20_000
_COLUMNS = ("claim", "first_statement_on")


class BadFirstStatement(DomainError):
    """A day that can't be a first statement, or a file that can't be read."""

    code = "bad_first_statement"


def note_released(
    asked: Mapping[int, int], *, practice_id: int, on: dt.date, actor: "User", now: dt.datetime
) -> frozenset[int]:
    """Statements left on a day: `asked` is the statement that asked for each visit. The visits for which that is the
    first of ours get their day. In the caller's transaction; the accounts are announced by the caller."""
    told = FirstStatement.objects.filter(Among("claim", asked), source=Source.RELEASED, withdrawn_at=None)
    known = set(told.values_list("claim_id", flat=True))
    fresh = {claim: statement for claim, statement in asked.items() if claim not in known}
    bulk.insert(
        FirstStatement,
        [
            FirstStatement(
                practice_id=practice_id, claim_id=claim, on=on, source=Source.RELEASED, statement_id=statement,
                told_at=now, told_by=actor,
            )
            for claim, statement in fresh.items()
        ],
    )  # fmt: skip
    copy_to_claims(fresh)
    return frozenset(fresh)


def tell_elsewhere(
    *, account_id: int, on: dt.date, note: str, actor: "User", today: dt.date, now: dt.datetime,
    claim_ids: Collection[int] = (),
) -> int:  # fmt: skip
    """Say that a first statement about visits of an account was sent elsewhere on a day; how many visits. Without
    `claim_ids`: all that its patient owes and that were rendered by then.

    Raises `BadFirstStatement`, `NotFound`, `SensitiveText`.
    """
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    claims = Claim.objects.filter(account=account, receivables__bucket="PATIENT").distinct()
    if claim_ids:
        claims = claims.filter(pk__in=claim_ids)
    days = {pk: on for pk, served in claims.values_list("pk", "service_from") if claim_ids or served <= on}
    if not days:
        raise BadFirstStatement("No visit of this account that is owed was before that day.", field="on")
    with transaction.atomic():
        return _tell(days, account.practice_id, note=note, actor=actor, today=today, now=now)


@dataclass(frozen=True, slots=True)
class ReadDays:
    """What a file says: the day of each claim number, in order of the file, with the line it stands on."""

    days: Mapping[str, tuple[dt.date, int]]


def read_days(text: str) -> ReadDays:
    """A CSV of `claim,first_statement_on` (2026-11-30). Pure. Raises `BadFirstStatement` naming the line."""
    reader = csv.reader(io.StringIO(text))
    head = [name.strip().lower() for name in next(reader, [])]
    if not set(_COLUMNS) <= set(head):
        raise BadFirstStatement(f"The first line names the columns {', '.join(_COLUMNS)}.", field="file")
    number_at, day_at = (head.index(name) for name in _COLUMNS)
    days: dict[str, tuple[dt.date, int]] = {}
    for line, row in enumerate(reader, 2):
        if not any(cell.strip() for cell in row):
            continue
        if line > MOST_ROWS:
            raise BadFirstStatement(f"A file has at most {MOST_ROWS:,} lines. Split it.", field="file")
        try:
            number, day = row[number_at].strip(), dt.date.fromisoformat(row[day_at].strip())
        except (IndexError, ValueError):
            raise BadFirstStatement(f"Line {line}: write the day as 2026-11-30.", field="file") from None
        if not number or number in days:
            why = "names a claim twice" if number else "names no claim"
            raise BadFirstStatement(f"Line {line} {why}.", field="file")
        days[number] = (day, line)
    if not days:
        raise BadFirstStatement("The file has no lines below the names of its columns.", field="file")
    return ReadDays(days)


def tell_from_file(text: str, *, practice_id: int, note: str, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """The same for claims of one practice by number, from a CSV; all of it or nothing; how many visits.

    Raises `BadFirstStatement` naming lines that no claim of the practice has.
    """
    require(actor, Capability.IMPORT_FILES)
    if practice_id not in practice_ids(actor):
        raise BadFirstStatement("Choose one of your practices.", field="practice")
    read = read_days(text)
    found: dict[str, int] = {}
    for batch in bulk.chunks(read.days):
        rows = Claim.objects.filter(practice=practice_id, number__in=batch)
        found.update(rows.values_list("number", "pk"))
    if lacking := [line for number, (_, line) in read.days.items() if number not in found]:
        shown = ", ".join(map(str, lacking[:10]))
        raise BadFirstStatement(
            f"No claim of this practice has the number on line {shown}{' and others' if len(lacking) > 10 else ''}. "  # noqa: PLR2004 (as many as are shown)
            "Nothing was taken in.",
            field="file",
        )
    days = {found[number]: day for number, (day, _) in read.days.items()}
    with transaction.atomic():
        return _tell(days, practice_id, note=note, actor=actor, today=today, now=now)


def _tell(
    days: Mapping[int, dt.date], practice_id: int, *, note: str, actor: "User", today: dt.date, now: dt.datetime
) -> int:
    note = " ".join(note.split())[:120]
    if not note:
        raise BadFirstStatement("Say who sent it, or where that is known from.", field="note")
    ensure_not_sensitive(note=note)
    if late := next((day for day in days.values() if day > today), None):
        raise BadFirstStatement(f"{long_day(late)} is still to come: it has not been sent yet.", field="on")
    served = dict(Claim.objects.filter(Among("pk", days)).values_list("pk", "service_from"))
    if any(days[pk] < day for pk, day in served.items()):
        raise BadFirstStatement("A statement can't precede the visit that it is about.", field="on")
    before = FirstStatement.objects.filter(Among("claim", days), source=Source.ELSEWHERE, withdrawn_at=None)
    before.update(withdrawn_at=now, withdrawn_by=actor)
    bulk.insert(
        FirstStatement,
        [
            FirstStatement(
                practice_id=practice_id, claim_id=claim, on=day, source=Source.ELSEWHERE, note=note, told_at=now,
                told_by=actor,
            )
            for claim, day in days.items()
        ],
    )  # fmt: skip
    after = {"first": min(days.values()), "last": max(days.values())}
    whose = dict.fromkeys(days, practice_id)
    _changed(days, whose, action="first_statements_told", after=after, actor=actor, now=now)
    return len(days)


def _changed(
    claims: Collection[int], practices: Mapping[int, int], *, action: str, after: Mapping[str, object], actor: "User",
    now: dt.datetime,
) -> None:  # fmt: skip
    copy_to_claims(claims)
    accounts = set(Claim.objects.filter(Among("pk", claims)).values_list("account_id", flat=True))
    for practice in sorted(set(practices.values())):
        facts = {**after, "claims": len(claims), "accounts": len(accounts)}
        audit.record(actor, action, "first_statement", None, practice_id=practice, after=facts, now=now)
    announce(ANNOUNCED, claims=claims, accounts=accounts)


def copy_to_claims(claim_ids: Iterable[int]) -> None:
    """Bring claims, and what their patients owe, to the earliest first statement that stands. Four queries a thousand
    claims."""
    for batch in bulk.chunks(sorted(claim_ids)):
        list(Claim.objects.select_for_update(of=("self",)).filter(Among("pk", batch)).order_by("pk").values_list("pk"))
        standing = Q(first_statements__withdrawn_at=None)
        rows = Claim.objects.filter(Among("pk", batch)).annotate(first=Min("first_statements__on", filter=standing))
        days: dict[int, Sequence[dt.date | None]] = {pk: (first,) for pk, first in rows.values_list("pk", "first")}
        bulk.write(Claim, ["first_statement_on"], days)
        owed = Receivable.objects.filter(Among("claim", batch), bucket="PATIENT").values_list("pk", "claim_id")
        bulk.write(Receivable, ["first_statement_on"], {pk: days[claim] for pk, claim in owed})
