"""Statements that came back in the mail, for the one page where returned mail is entered (`deliveries.returned`).

The address that is marked is the one printed on the statement, whatever became of the person's addresses since.
"""

import datetime as dt
import re
from typing import TYPE_CHECKING

from django.utils import timezone

from arwork.lib.bulk import Among
from arwork.staff import audit
from arwork.staff.access import practice_ids
from arwork.staff.models import AuditEvent
from claims.parties.models import PersonAddress
from collections_app.deliveries.returned import ADDRESS_STANDS, REASONS, CameBack, MailKind, MailPiece, Told
from collections_app.letters.letterheads import lines_of
from collections_app.statements.models import Statement

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

KIND, RETURNED = "statement", "statement_returned"
#: As it is printed and coded in bars: `S0000123`.
_TYPED = re.compile(r"[Ss]\s*0*(\d{1,12})")


def _named(typed: str, actor: "User") -> MailPiece | None:
    found = _TYPED.fullmatch(typed)
    return _with_id(int(found[1]), actor) if found else None


def _with_id(pk: int, actor: "User") -> MailPiece | None:
    found = _mailed(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    return _piece(found) if found else None


def _last_of(number: str, actor: "User") -> MailPiece | None:
    rows = _mailed(actor).select_for_update(of=("self",)).filter(account__number=number, returned_on=None)
    rows = rows.filter(released_on__isnull=False).order_by("-released_on", "-pk")
    found = rows.first()
    return _piece(found) if found else None


def _mailed(actor: "User") -> "QuerySet[Statement]":
    """Those on paper: one that was handed over may have been mailed."""
    rows = Statement.objects.filter(practice__in=practice_ids(actor)).exclude(channel=Statement.Channel.EMAIL)
    return rows.select_related("account__guarantor", "run")


def _piece(one: Statement) -> MailPiece:
    home = _home_of(one)
    left_at = _left_at(one) if one.released_on else None
    return MailPiece(
        KIND, one.pk, one.number, one.account_id, home.pk if home else None, left_at, one.returned_on is not None
    )


def _left_at(one: Statement) -> dt.datetime | None:
    """When its run was released; one by itself left as it was made."""
    return one.run.released_at if one.run is not None else one.made_at


def _home_of(one: Statement) -> PersonAddress | None:
    """The address that is printed on it, as it stands among the person's; None where it was put right since."""
    printed = tuple(one.facts.get("to", ())[1:])
    rows = PersonAddress.objects.filter(person=one.account.guarantor_id).order_by("is_bad", "-is_current", "-pk")
    return next((home for home in rows if printed and lines_of(home) == printed), None)


def _mark(piece: MailPiece, told: Told) -> None:
    _write(piece, told, told.today, RETURNED)


def _unmark(piece: MailPiece, told: Told) -> None:
    _write(piece, told, None, "statement_not_returned")


def _write(piece: MailPiece, told: Told, on: dt.date | None, deed: str) -> None:
    one = Statement.objects.get(pk=piece.pk)
    one.returned_on = on
    one.save(update_fields=["returned_on"])
    facts = {"account": one.account_id, "address": piece.address_id, "reason": told.reason}
    audit.record(told.actor, deed, KIND, one.pk, practice_id=one.practice_id, after=facts, now=told.now)


def _is_back_from(home: PersonAddress, but: MailPiece) -> bool:
    rows = Statement.objects.filter(account__guarantor=home.person_id, returned_on__isnull=False)
    rows = rows.exclude(pk=but.pk if but.kind == KIND else 0).select_related("account")
    back = [one for one in rows if _home_of(one) == home]
    why = {pk: reason for pk, (reason, _) in _reasons([one.pk for one in back]).items()}
    return any(why.get(one.pk) not in ADDRESS_STANDS for one in back)


def _recent(actor: "User", most: int) -> list[CameBack]:
    rows = list(_mailed(actor).filter(returned_on__isnull=False).order_by("-returned_on", "-pk")[:most])
    told = _reasons([one.pk for one in rows])
    found = []
    for one in rows:
        midnight = timezone.make_aware(dt.datetime.combine(one.returned_on or one.made_on, dt.time.min))
        reason, at = told.get(one.pk, ("", midnight))
        found.append(CameBack(KIND, one.pk, one.number, one.account, REASONS.get(reason, ""), at))
    return found


def _reasons(statement_ids: list[int]) -> dict[int, tuple[str, dt.datetime]]:
    """Why and when each was last entered as returned, by the trail, which keeps both. One query."""
    rows = AuditEvent.objects.filter(Among("subject_id", statement_ids), subject=KIND, action=RETURNED)
    said = rows.order_by("at", "pk").values_list("subject_id", "after", "at")
    return {pk: ((after or {}).get("reason", ""), at) for pk, after, at in said if pk is not None}


MAIL = MailKind(KIND, _named, _last_of, _with_id, _mark, _unmark, _is_back_from, _recent)
