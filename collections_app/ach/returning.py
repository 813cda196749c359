"""What a return does to a debit, its receipt, its authorization and to what is tried next (RULES 13.3)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import long_day
from arwork.lib.errors import Conflict
from arwork.staff.access import Capability, require
from claims.receipts import corrections
from claims.receipts.models import Receipt
from collections_app.ach.authorizations import end, locked_authorization
from collections_app.ach.figures import ach_figures
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.ach.returns import (
    DISABLING,
    ReturnClass,
    class_of,
    is_late,
    may_be_corrected,
    next_try_on,
    words_of,
)
from collections_app.ach.services import NotAuthorized, earliest_day, locked_entry, note
from collections_app.ach.states import AuthorizationState, EntryState

if TYPE_CHECKING:
    from arwork.staff.models import User

_WHY = {
    ReturnClass.FUNDS: Receipt.Why.NSF,
    ReturnClass.STOPPED: Receipt.Why.STOPPED,
}


def take_back(entry: AchEntry, *, code: str, on: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> str:
    """The bank sent a debit back: its money is owed again, to the cent; what follows, in a sentence. The caller holds
    the transaction and the lock on the account.

    Raises `Conflict` where the money went elsewhere since (a refund).
    """
    authorization = BankAuthorization.objects.select_for_update().get(pk=entry.authorization_id)
    entry.refresh_from_db(from_queryset=AchEntry.objects.select_for_update())
    figures = ach_figures(practice_id=entry.practice_id, on=today).returns
    settled_on = entry.settled_on or entry.effective_on
    receipt = corrections.standing_part(entry.receipt) if entry.receipt else None
    if receipt is not None:
        corrections.return_receipt(
            receipt.pk, actor=actor, why=_why(code), returned_on=min(max(on, receipt.received_on), today),
            words=f"{code} {words_of(code)}", today=today, now=now,
        )  # fmt: skip
    entry.state, entry.return_code, entry.returned_on, entry.ended_at = EntryState.RETURNED, code, today, now
    entry.save(update_fields=["state", "return_code", "returned_on", "ended_at"])
    note(entry, "ach_returned", actor=actor, now=now)
    said = [class_of(code).next_step]
    if class_of(code) in DISABLING:
        if authorization.state in (AuthorizationState.ACTIVE, AuthorizationState.ENDED):
            why = f"{code} {words_of(code)}"
            end(authorization, AuthorizationState.DISABLED, why=why, actor=actor, today=today, now=now)
    elif class_of(code) == ReturnClass.FUNDS and not entry.is_prenote:
        said = [_try_again(entry, code, actor=actor, today=today, now=now)]
    if is_late(code, settled_on=settled_on, came_on=on, figures=figures):
        said.append("It came late: your bank may dishonor it (R68).")
    return " ".join(said)


def _try_again(entry: AchEntry, code: str, *, actor: "User", today: dt.date, now: dt.datetime) -> str:
    first = entry.represents or entry
    figures = ach_figures(practice_id=entry.practice_id, on=today).returns
    day = next_try_on(
        code,
        presentment=entry.presentment,
        first_on=first.settled_on or first.effective_on,
        today=today,
        figures=figures,
    )
    if day is None:
        return "It was presented as often as the rules allow. Ask for another way to pay."
    if entry.authorization.state not in (AuthorizationState.ACTIVE, AuthorizationState.ENDED):
        return "It is not tried again: the authorization was revoked."
    again = AchEntry.objects.create(
        practice_id=entry.practice_id,
        account_id=entry.account_id,
        authorization_id=entry.authorization_id,
        key=f"again-{first.pk}-{entry.presentment + 1}",
        amount=entry.amount,
        chosen=entry.chosen,
        effective_on=earliest_day(day, today=today),
        presentment=entry.presentment + 1,
        represents=first,
        created_on=today,
        created_at=now,
        created_by=actor,
    )
    note(again, "ach_tried_again", actor=actor, now=now)
    return f"It is tried again on {long_day(again.effective_on)}, the {_ORDINALS[again.presentment]} time."


def originate_corrected(
    entry_id: int, *, effective_on: dt.date, actor: "User", today: dt.date, now: dt.datetime
) -> AchEntry:
    """Send a debit again that came back as not according to its authorization (R11), put right, within 60 days.

    Raises `Conflict` where it may not, or was already.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        entry = locked_entry(entry_id, actor)
        authorization = locked_authorization(entry.authorization_id, actor)
        figures = ach_figures(practice_id=entry.practice_id, on=today).returns
        settled_on = entry.settled_on or entry.effective_on
        if not may_be_corrected(entry.return_code, settled_on=settled_on, today=today, figures=figures):
            raise Conflict("Only what came back with R11 is put right and sent again, and only within its days.")
        if authorization.state not in (AuthorizationState.ACTIVE, AuthorizationState.ENDED):
            raise NotAuthorized("The authorization is not in force any more. Ask for a new one.")
        first = entry.represents or entry
        key = f"corrected-{entry.pk}"
        if AchEntry.objects.filter(practice=entry.practice_id, key=key).exists():
            raise Conflict("It was put right and sent again before.")
        found = AchEntry.objects.create(
            practice_id=entry.practice_id,
            account_id=entry.account_id,
            authorization=authorization,
            key=key,
            amount=entry.amount,
            chosen=entry.chosen,
            effective_on=earliest_day(effective_on, today=today),
            presentment=entry.presentment + 1,
            represents=first,
            is_corrected=True,
            created_on=today,
            created_at=now,
            created_by=actor,
        )
        note(found, "ach_corrected", actor=actor, now=now)
    return found


def _why(code: str) -> str:
    if code == "R02":
        return Receipt.Why.ACCOUNT_CLOSED
    return _WHY.get(class_of(code), Receipt.Why.REFUSED)


_ORDINALS = {2: "second", 3: "third"}
