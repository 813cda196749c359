"""Files of debits: made, checked, sent or void (RULES 13.1; Nacha Operating Rules).

One batch for each class, day and description: what is presented again says RETRY PYMT, as the rules ask. The file is
frozen with its hash, and checked by a reader of its own before it is kept. Trace numbers go on from file to file, void
ones too. Whoever makes files of a practice comes one after the other.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from arwork.lib import nacha_reading
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.nacha import (
    DEBIT_CODES,
    DEBIT_PRENOTE_CODES,
    DEBITS_ONLY,
    NachaBatch,
    NachaEntry,
    Originator,
    nacha_file,
    trace_number,
)
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.receipts.recording import lock_accounts
from claims.refunds.models import PayingAccount
from collections_app.ach.banking_days import add_banking_days
from collections_app.ach.models import AchEntry, AchFile, BankAuthorization
from collections_app.ach.states import (
    NOTICE,
    ONCE,
    PRENOTE_ENTRY,
    RECURRING,
    AuthorizationState,
    EntryState,
    FileState,
    SecCode,
)
from collections_app.deliveries import handovers

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

ABOUT, RETRY = "MEDICAL", "RETRY PYMT"
SUBJECT = "ach_file"
#: Debits count from here, so that none ever bears the trace of a refund of the same practice.
FIRST_NUMBER = 5_000_001
#: Files of a day from the other end of the alphabet than refunds take theirs.
_MODIFIERS = "9876543210ZYXWVUTSRQPON"


#: Debits whose notice or copy has not gone out: nothing settles before it (RULES 13.1).
UNNOTIFIED = Q(authorization__sec_code=SecCode.TEL, authorization__notice_on=None) & (
    Q(authorization__proof=NOTICE) | Q(authorization__frequency=RECURRING)
)


def due_entries(practice_id: int, *, today: dt.date) -> "QuerySet[AchEntry]":
    """What the next file takes: debits that settle on the next banking day, or that are late for theirs. One whose
    written notice (of several debits by phone: copy) has not gone out waits for it."""
    rows = AchEntry.objects.filter(
        practice=practice_id, state=EntryState.PENDING, file=None, effective_on__lte=add_banking_days(today, 1)
    )
    return rows.exclude(UNNOTIFIED)


def make_file(practice_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AchFile:
    """Make the file of what is due. Raises `Conflict` where nothing is, or without an account to collect to."""
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, practice_id)
    with transaction.atomic():
        entries = _locked_due(practice_id, today)
        if not entries:
            raise Conflict("No debit is due for the next banking day: it may be in a file already.")
        bank = PayingAccount.objects.select_for_update().filter(practice=practice_id).first()  # one file after another
        if bank is None:
            raise Conflict("This practice has no bank account. An administrator enters it in Setup, Practices.")
        _not_before(entries, add_banking_days(today, 1))
        files = AchFile.objects.filter(practice=practice_id)
        last = files.aggregate(last=Max("last_number"))["last"]
        first = FIRST_NUMBER if last is None else last + 1
        of_today = files.filter(made_on=today).count()
        if of_today >= len(_MODIFIERS):
            raise Conflict("No more files can be told apart today. Send this one tomorrow.")
        originator = Originator(bank.company, bank.company_id, bank.bank, bank.routing)
        modifier = _MODIFIERS[of_today]
        ordered, batches = _batches(entries, first)
        text = nacha_file(originator, batches, made_at=now, modifier=modifier)
        if wrong := nacha_reading.problems(text):
            raise Conflict(f"The file would be refused: {wrong[0]}")
        file = AchFile.objects.create(
            practice_id=practice_id,
            made_on=today,
            made_at=now,
            made_by=actor,
            modifier=modifier,
            first_number=first,
            last_number=first + len(ordered) - 1,
            count=len(ordered),
            amount=sum((one.amount for one in ordered), ZERO),
            file_name=f"debits-{today:%Y%m%d}-{of_today + 1}.ach",
            content=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
        for number, entry in enumerate(ordered, first):
            entry.file, entry.trace, entry.state = file, trace_number(bank.routing, number), EntryState.SENT
        AchEntry.objects.bulk_update(ordered, ["file", "trace", "state", "effective_on"], batch_size=500)
        _note(file, "ach_file_made", actor=actor, now=now)
    return file


def download_file(file_id: int, *, actor: "User", now: dt.datetime) -> AchFile:
    """The file whose content is taken; the trail keeps who took it, and its hash. Raises `NotFound`."""
    require(actor, Capability.POST_MONEY)
    file = AchFile.objects.filter(pk=file_id, practice__in=practice_ids(actor)).first()
    if file is None:
        raise NotFound("There is no such file in your practices.")
    seen = {"account": list(file.entries.values_list("account_id", flat=True))}
    audit.record_seen(
        actor, audit.DOWNLOADED, SUBJECT, seen, subject_id=file.pk, practice_id=file.practice_id,
        after={"sha256": file.sha256}, now=now,
    )  # fmt: skip
    return file


def mark_sent(file_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AchFile:
    """The bank has the file: its debits settle on their day. Raises `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        file = locked_file(file_id, actor)
        if file.state != FileState.MADE:
            raise Conflict(f"This file is {FileState(file.state).label.lower()} already.")
        file.state, file.ended_at, file.ended_by = FileState.SENT, now, actor
        file.save(update_fields=["state", "ended_at", "ended_by"])
        file.entries.update(sent_on=today)
        _note(file, "ach_file_sent", actor=actor, now=now)
    return file


def void_file(file_id: int, *, why: str, actor: "User", now: dt.datetime) -> AchFile:
    """The file never goes to the bank: its debits wait for the next one, under new numbers. Raises `Conflict` for one
    that was sent."""
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(why=why)
    if not why.strip():
        raise DomainError("Say why the file is not sent.", field="why")
    with transaction.atomic():
        file = locked_file(file_id, actor)
        if file.state != FileState.MADE:
            raise Conflict("Only a file that was not sent can be made void. Ask the bank to delete it.")
        last = handovers.last_of(SUBJECT, file.pk, now=now)
        if last is not None and last.is_running:
            raise Conflict("It is being handed to the bank just now. Look again in a while.")
        file.state, file.ended_at, file.ended_by, file.why_void = FileState.VOID, now, actor, why.strip()[:200]
        file.save(update_fields=["state", "ended_at", "ended_by", "why_void"])
        back = file.entries.filter(state=EntryState.SENT)
        for entry in back.select_related("authorization").order_by("pk"):
            if covers(entry.authorization, entry):
                continue
            entry.state, entry.ended_at, entry.why = EntryState.CANCELLED, now, "The authorization ended."
            entry.save(update_fields=["state", "ended_at", "why"])
        back.update(state=EntryState.PENDING, file=None, trace="")
        _note(file, "ach_file_void", actor=actor, now=now)
    return file


def _locked_due(practice_id: int, today: dt.date) -> list[AchEntry]:
    """What is due, locked after its accounts and authorizations; read again under the locks."""
    due = due_entries(practice_id, today=today)
    lock_accounts(due.values_list("account_id", flat=True))
    authorizations = sorted(set(due.values_list("authorization_id", flat=True)))
    held = BankAuthorization.objects.select_for_update().filter(pk__in=authorizations).order_by("pk")
    known = {one.pk: one for one in held}
    rows = list(due.select_for_update().filter(authorization__in=authorizations).order_by("pk"))
    for one in rows:
        one.authorization = known[one.authorization_id]
    return [one for one in rows if covers(one.authorization, one)]


def covers(authorization: BankAuthorization, entry: AchEntry) -> bool:
    """Whether a debit may still leave: one that is presented again rests on the authorization of the first time, which
    ended by being used."""
    is_again = entry.represents_id is not None and authorization.state == AuthorizationState.ENDED
    return is_again or authorization.state == AuthorizationState.ACTIVE


def _not_before(entries: Sequence[AchEntry], earliest: dt.date) -> None:
    for one in entries:
        one.effective_on = max(one.effective_on, earliest)


def _batches(entries: Sequence[AchEntry], first: int) -> tuple[list[AchEntry], list[NachaBatch]]:
    """The entries in the order of the file, and its batches; numbered from `first`."""
    groups: dict[tuple[str, dt.date, str], list[AchEntry]] = defaultdict(list)
    for one in entries:
        about = RETRY if one.presentment > 1 and not one.is_corrected else ABOUT
        groups[one.authorization.sec_code, one.effective_on, about].append(one)
    ordered: list[AchEntry] = []
    batches = []
    for (sec_code, day, about), some in sorted(groups.items()):
        numbered = list(enumerate(some, first + len(ordered)))
        batches.append(NachaBatch(sec_code, DEBITS_ONLY, about, day, [_line(one, number) for number, one in numbered]))
        ordered += some
    return ordered, batches


def _line(entry: AchEntry, number: int) -> NachaEntry:
    authorization = entry.authorization
    is_prenote = entry.kind == PRENOTE_ENTRY
    codes = DEBIT_PRENOTE_CODES if is_prenote else DEBIT_CODES
    typed = authorization.sec_code in (SecCode.TEL, SecCode.WEB)
    return NachaEntry(
        transaction=codes[authorization.bank_account_kind],
        routing=authorization.routing,
        account=authorization.bank_account,
        amount=Decimal(entry.amount),
        name=authorization.holder,
        reference=f"DEBIT{entry.pk}",
        number=number,
        discretionary=("S" if authorization.frequency == ONCE else "R") if typed else "",
    )


def locked_file(file_id: int, actor: "User") -> AchFile:
    """A file of the actor's practices, locked. Raises `NotFound`."""
    found = AchFile.objects.select_for_update().filter(pk=file_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such file in your practices.")
    return found


def _note(file: AchFile, deed: str, *, actor: "User", now: dt.datetime) -> None:
    after = {"count": file.count, "amount": file.amount, "sha256": file.sha256, "state": file.state}
    audit.record(actor, deed, SUBJECT, file.pk, practice_id=file.practice_id, after=after, now=now)
