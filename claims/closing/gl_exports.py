"""Journals exported to a practice's general ledger: which accounts it uses, what was exported, what changed since."""

import datetime as dt
import hashlib
import json
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dated_rules import DAY, ending
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.closing.gl_accounts import SHIPPED, GlMapping, GlName, gl_names
from claims.closing.gl_journal import Journal, JournalChange, JournalLine, changes, journal_of
from claims.closing.models import GlAccount, GlExport
from claims.closing.months import Month
from claims.ledger.selectors import activity

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True)
class JournalOfMonth:
    """The journal as the books have it, the last export of it, and what differs."""

    journal: Journal
    last: GlExport | None
    changes: list[JournalChange]

    @property
    def is_exported(self) -> bool:
        """Whether what was exported is what the books say."""
        return self.last is not None and not self.changes


def mappings_of(practice_id: int) -> list[GlMapping]:
    """The rows of a practice, by account and day."""
    rows = GlAccount.objects.filter(practice=practice_id).order_by("account", "valid_from", "pk")
    return [GlMapping(one.pk, one.account, GlName(one.number, one.name), one.valid_from, one.valid_to) for one in rows]


def journal_of_month(month: Month) -> JournalOfMonth:
    """The journal of a month by the accounts that hold on its last day."""
    names = gl_names(mappings_of(month.practice_id), on=month.ends_on)
    journal = journal_of(activity([month.practice_id], since=month.since, until=month.until), names)
    last = GlExport.objects.filter(practice=month.practice_id, ends_on=month.ends_on).order_by("-pk").first()
    return JournalOfMonth(journal, last, changes(_kept(last), journal) if last else [])


def export_journal(month: Month, *, actor: "User", now: dt.datetime) -> Journal:
    """Mark the journal as exported and give it. The same journal again is not kept twice."""
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, month.practice_id)
    with transaction.atomic():
        found = journal_of_month(month)
        lines = [[str(value) for value in astuple(line)] for line in found.journal.lines]
        digest = hashlib.sha256(json.dumps(lines).encode()).hexdigest()
        if not found.is_exported:
            GlExport.objects.create(
                practice_id=month.practice_id, ends_on=month.ends_on, lines=lines, sha256=digest,
                total=found.journal.debits, exported_at=now, exported_by=actor,
            )  # fmt: skip
        facts = {"ends_on": month.ends_on.isoformat(), "sha256": digest, "changed": len(found.changes)}
        audit.record(actor, "exported", "gl_journal", None, practice_id=month.practice_id, after=facts, now=now)
    return found.journal


def map_account(
    account: str,
    gl: GlName,
    *,
    practice_id: int,
    valid_from: dt.date,
    actor: "User",
    now: dt.datetime,
) -> GlAccount:
    """Let an account go to another one of the general ledger from a day on; the row before ends the day before."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    if account not in SHIPPED:
        raise DomainError("Choose an account of the books.", field="account")
    number, name = gl.number.strip()[:20], " ".join(gl.name.split())[:80]
    ensure_not_sensitive(number=number, name=name)
    if not number or not name:
        raise DomainError("Give the number and the name of the account in the general ledger.", field="number")
    with transaction.atomic():
        rows = GlAccount.objects.select_for_update().filter(practice=practice_id, account=account)
        if rows.filter(valid_from=valid_from).exists():
            raise DomainError("It is mapped from this day on already: choose another one.", field="valid_from")
        for before in rows.filter(valid_from__lt=valid_from, valid_to=None):
            before.valid_to = valid_from - DAY
            before.save(update_fields=["valid_to"])
        later = rows.filter(valid_from__gt=valid_from).order_by("valid_from").first()
        row = GlAccount.objects.create(
            practice_id=practice_id, account=account, number=number, name=name, valid_from=valid_from,
            valid_to=later.valid_from - DAY if later else None,
        )  # fmt: skip
        facts = {"account": account, "number": number, "valid_from": valid_from.isoformat()}
        audit.record(actor, "gl_account_mapped", "gl_account", row.pk, practice_id=practice_id, after=facts, now=now)
    return row


def end_mapping(row_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """End a row as soon as may be; one that has not begun is taken out. Raises `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    with transaction.atomic():
        row = GlAccount.objects.select_for_update().filter(pk=row_id, practice__in=practice_ids(actor)).first()
        if row is None:
            raise NotFound("It is not there any more. Look at the list again.")
        last = ending(row.valid_from, row.valid_to, wanted=None, today=today)
        facts = {"account": row.account, "number": row.number, "valid_to": last.isoformat() if last else None}
        audit.record(actor, "gl_account_ended", "gl_account", row.pk, practice_id=row.practice_id, after=facts, now=now)
        if last is None:
            row.delete()
        else:
            row.valid_to = last
            row.save(update_fields=["valid_to"])


def _kept(export: GlExport) -> Journal:
    rows = [(*place, Decimal(debit), Decimal(credit)) for *place, debit, credit in export.lines]
    return Journal([JournalLine(*row) for row in rows])
