"""The bank's word: files taken in, lines matched to deposits, what is no deposit of ours set aside.

A file is known by its bytes and a line by what it says, so neither the same file nor one that overlaps it brings
anything twice. What is certain matches by itself (`deposit_matching`), again with each file and each new deposit; the
rest is matched by hand, to the cent. Every match can be undone.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk, locks
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.cash import selectors
from claims.cash.bai2 import is_bai2, read_bai2
from claims.cash.bank_csv import ColumnNames, read_csv
from claims.cash.bank_lines import BadBankFile, BankStatement, keys_of
from claims.cash.deposit_matching import DepositId, SaidByBank, match_deposits
from claims.cash.models import BankFile, BankLayout, BankLine, BankMatch

if TYPE_CHECKING:
    from arwork.staff.models import User

SLIP, REMITTANCE, PAYOUT, DEBITS, BY_HAND = "slip", "remittance", "payout", "debits", "hand"
#: What is locked while bank lines are taken in and matched: those of a practice.
BANK = 15
#: A deposit is looked for at the bank for so long.
LOOKED_FOR = dt.timedelta(days=400)


class NoLayout(DomainError):
    """Nobody has said which columns of the practice's bank files say what. Facts: `columns`, the names it has."""

    code = "no_bank_layout"


def take_in(
    name: str, content: bytes, *, practice_id: int, actor: "User", today: dt.date, now: dt.datetime
) -> BankFile:
    """Read a file, keep its lines and match what is certain. The same file again is the file of before, unchanged.

    Raises `BadBankFile` naming line and field, `NoLayout` for a table whose columns nobody has named.
    """
    _ensure_ours(practice_id, actor)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        locks.hold(BANK, practice_id)
        if known := BankFile.objects.filter(practice=practice_id, sha256=digest).first():
            return known
        statement = _read(content, practice_id)
        keys = keys_of(statement.entries)
        before = set(
            BankLine.objects.filter(bulk.Among("key", keys), practice=practice_id).values_list("key", flat=True)
        )
        fresh = [(key, one) for key, one in zip(keys, statement.entries, strict=True) if key not in before]
        file = BankFile.objects.create(
            practice_id=practice_id, name=name[:120], form=statement.form, sha256=digest, line_count=len(fresh),
            known_count=len(before), taken_at=now, taken_by=actor,
        )  # fmt: skip
        bulk.insert(
            BankLine,
            [
                BankLine(
                    file=file, practice_id=practice_id, number=one.number, on=one.on, amount=one.amount,
                    description=one.description, reference=one.reference, key=key,
                )
                for key, one in fresh
            ],
        )  # fmt: skip
        facts = {"form": file.form, "lines": len(fresh), "known": len(before)}
        audit.record(actor, "bank_file_taken", "bank_file", file.pk, practice_id=practice_id, after=facts, now=now)
        _match_all(practice_id, actor=actor, today=today, now=now)
    return file


def match_again(*, practice_id: int, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """Match what has become certain since, as when a slip was deposited; how many lines."""
    _ensure_ours(practice_id, actor)
    with transaction.atomic():
        locks.hold(BANK, practice_id)
        return _match_all(practice_id, actor=actor, today=today, now=now)


def match_by_hand(line_id: int, deposits: Sequence[DepositId], *, actor: "User", now: dt.datetime) -> BankLine:
    """Say that a line is these deposits. Raises `DomainError` unless they come to its amount, `Conflict` where one of
    them or the line is matched already."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        line = _locked(line_id, actor)
        locks.hold(BANK, line.practice_id)
        if line.set_aside_why or line.matches.exists():
            raise Conflict("This line is matched or set aside already. Undo that first.")
        wanted = set(deposits)
        known = [one for one in selectors.unmatched_deposits(line.practice_id) if one.id in wanted]
        if not wanted or len(known) != len(wanted):
            raise Conflict("One of these deposits is matched already, or is none of this practice.")
        if (total := sum((one.amount for one in known), ZERO)) != line.amount:
            raise DomainError(f"They come to {total:,.2f}, the bank has {line.amount:,.2f}. Choose what adds up to it.")
        _keep(((line.pk, one.id, BY_HAND) for one in known), actor=actor, now=now)
        facts = {"deposits": [list(one.id) for one in known]}
        audit.record(
            actor, "bank_line_matched", "bank_line", line.pk, practice_id=line.practice_id, after=facts, now=now
        )
    return line


def unmatch(line_id: int, *, actor: "User", now: dt.datetime) -> BankLine:
    """Undo the match of a line, or that it was set aside. Raises `Conflict` where there is nothing to undo."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        line = _locked(line_id, actor)
        undone, _ = line.matches.all().delete()
        if not undone and not line.set_aside_why:
            raise Conflict("There is nothing to undo: the line waits.")
        before = {"matches": undone, "set_aside": line.set_aside_why}
        line.set_aside_why, line.set_aside_by = "", None
        line.save(update_fields=["set_aside_why", "set_aside_by"])
        audit.record(
            actor, "bank_line_undone", "bank_line", line.pk, practice_id=line.practice_id, before=before, now=now
        )
    return line


def set_aside(line_id: int, *, why: str, actor: "User", now: dt.datetime) -> BankLine:
    """Say that a line is no deposit of ours, and what it is. Raises `Conflict` for one that is matched."""
    require(actor, Capability.POST_MONEY)
    why = why.strip()[:300]
    ensure_not_sensitive(why=why)
    if not why:
        raise DomainError("Say what it is: interest of the bank, a transfer between own accounts.", field="why")
    with transaction.atomic():
        line = _locked(line_id, actor)
        if line.matches.exists():
            raise Conflict("This line is matched. Undo that first.")
        line.set_aside_why, line.set_aside_by = why, actor
        line.save(update_fields=["set_aside_why", "set_aside_by"])
        facts = {"why": why}
        audit.record(actor, "bank_line_aside", "bank_line", line.pk, practice_id=line.practice_id, after=facts, now=now)
    return line


def set_layout(names: ColumnNames, *, practice_id: int, actor: "User", now: dt.datetime) -> BankLayout:
    """Say which columns of a practice's bank files say what."""
    _ensure_ours(practice_id, actor)
    with transaction.atomic():
        found, _ = BankLayout.objects.update_or_create(
            practice_id=practice_id,
            defaults={
                "date_column": names.date.strip(), "amount_column": names.amount.strip(),
                "description_column": names.description.strip(), "reference_column": names.reference.strip(),
            },
        )  # fmt: skip
        facts = {"date": found.date_column, "amount": found.amount_column}
        audit.record(actor, "bank_layout_set", "bank_layout", found.pk, practice_id=practice_id, after=facts, now=now)
    return found


def decode(content: bytes) -> str:
    """The text of a bank file: UTF-8, else as Windows writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read(content: bytes, practice_id: int) -> BankStatement:
    text = decode(content)
    if "\x00" in text or not text.strip():
        raise BadBankFile("This is no text file. Ask the bank for CSV or BAI2.", line=1, name="file")
    if is_bai2(text):
        return read_bai2(text)
    names = selectors.layout_of(practice_id)
    if names is None:
        raise NoLayout("Say first which columns of this practice's bank files say what.")
    return read_csv(text, names)


def _match_all(practice_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> int:
    waiting = selectors.waiting_lines(practice_id).filter(on__gte=today - LOOKED_FOR)
    lines = [SaidByBank(one.pk, one.amount, one.on, f"{one.reference} {one.description}") for one in waiting]
    since = today - LOOKED_FOR
    found = match_deposits(lines, selectors.unmatched_deposits(practice_id, since=since)) if lines else []
    _keep(found, actor=actor, now=now)
    return len(found)


def _keep(found: Iterable[tuple[int, DepositId, str]], *, actor: "User", now: dt.datetime) -> None:
    rows = [
        BankMatch(
            line_id=line_id,
            slip_id=deposit.id if deposit.kind == SLIP else None,
            remittance_id=deposit.id if deposit.kind == REMITTANCE else None,
            payout_id=deposit.id if deposit.kind == PAYOUT else None,
            debits_id=deposit.id if deposit.kind == DEBITS else None,
            why=why, matched_at=now, matched_by=actor if why == BY_HAND else None,
        )
        for line_id, deposit, why in found
    ]  # fmt: skip
    BankMatch.objects.bulk_create(rows)


def _ensure_ours(practice_id: int, actor: "User") -> None:
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, practice_id)


def _locked(line_id: int, actor: "User") -> BankLine:
    ours = BankLine.objects.select_for_update().filter(practice__in=practice_ids(actor))
    found = ours.filter(pk=line_id).first()
    if found is None:
        raise NotFound("There is no such bank line in your practices.")
    return found
