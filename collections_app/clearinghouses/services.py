"""Connections to clearinghouses are entered, changed and ended by an administrator; a connection tells its test."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from collections_app.clearinghouses import selectors, sending
from collections_app.clearinghouses.characters import written
from collections_app.clearinghouses.control_numbers import begin_after
from collections_app.clearinghouses.models import CarriedPayer, ClearinghouseConnection
from collections_app.clearinghouses.states import FORM_NAMES, SFTP, OutgoingFileState

if TYPE_CHECKING:
    from arwork.staff.models import User

SUBJECT = "clearinghouse_connection"
#: What an administrator enters; everything else of a connection is set here.
FIELDS = (
    "name", "submitter_name", "submitter_id", "contact", "phone", "receiver_name", "sender_qualifier", "sender_id",
    "group_sender", "receiver_qualifier", "receiver_id", "group_receiver", "usage", "characters", "forms",
    "most_claims", "delivery", "place", "folder", "is_nightly", "answer_hours", "from_on",
)  # fmt: skip
_NUMBERS = ("sender_id", "receiver_id", "group_sender", "group_receiver", "submitter_id")


def enter_connection(
    practice_id: int,
    *,
    payer_ids: Collection[int] = (),
    last_number: int = 0,
    actor: "User",
    now: dt.datetime,
    **entered: Any,
) -> ClearinghouseConnection:
    """Enter a connection (`FIELDS`). Without `payer_ids` it carries all payers; `last_number` was used last with these
    ids by another system. Raises `DomainError` naming the field, `Conflict` for a name that is taken."""
    require(actor, Capability.CONFIGURE_INTEGRATIONS)
    ensure_in_view(actor, practice_id)
    values = _checked(entered)
    with transaction.atomic():
        if ClearinghouseConnection.objects.filter(
            practice=practice_id, name=values["name"], from_on=values["from_on"]
        ).exists():
            raise Conflict("This practice has a connection of that name from that day already.", field="name")
        made = ClearinghouseConnection.objects.create(
            practice_id=practice_id, all_payers=not payer_ids, entered_at=now, entered_by=actor, **values
        )
        _carry(made, payer_ids)
        if last_number:
            begin_after(made, last=last_number)
        _note(made, "clearinghouse_entered", actor=actor, now=now)
    return made


def change_connection(
    connection_id: int, *, payer_ids: Collection[int] = (), last_number: int = 0, actor: "User", now: dt.datetime,
    **entered: Any,
) -> ClearinghouseConnection:  # fmt: skip
    """Change a connection. Raises `Conflict` while a file of it is made and not sent: it bears the ids as they were."""
    require(actor, Capability.CONFIGURE_INTEGRATIONS)
    values = _checked(entered)
    with transaction.atomic():
        found = _locked(connection_id, actor)
        if found.files.filter(state=OutgoingFileState.MADE).exists():
            raise Conflict("A file of this connection is made and not sent. Send it or make it void first.")
        for name, value in values.items():
            setattr(found, name, value)
        found.all_payers = not payer_ids
        found.save()
        _carry(found, payer_ids)
        if last_number:
            begin_after(found, last=last_number)
        _note(found, "clearinghouse_changed", actor=actor, now=now)
    return found


def end_connection(connection_id: int, *, until_on: dt.date, actor: "User", now: dt.datetime) -> None:
    """No file goes there after `until_on`. Raises `DomainError` for a day before its first."""
    require(actor, Capability.CONFIGURE_INTEGRATIONS)
    with transaction.atomic():
        found = _locked(connection_id, actor)
        if until_on < found.from_on:
            raise DomainError("The last day can't be before the first.", field="until_on")
        found.until_on = until_on
        found.save(update_fields=["until_on"])
        _note(found, "clearinghouse_ended", actor=actor, now=now)


def test_connection(connection_id: int, *, actor: "User", now: dt.datetime) -> str:
    """Sign in at the SFTP place of a connection; what came of it, in words. Raises `DomainError`, `NotFound`."""
    require(actor, Capability.CONFIGURE_INTEGRATIONS)
    found = selectors.connection_seen_by(actor, connection_id)
    told = sending.test(found)
    audit.record(
        actor, "clearinghouse_tested", SUBJECT, found.pk, practice_id=found.practice_id, after={"answer": told}, now=now
    )
    return told


def _checked(entered: dict[str, Any]) -> dict[str, Any]:
    """What was entered, in the characters that may leave. Raises `DomainError`."""
    values = {name: entered[name] for name in FIELDS}
    ensure_not_sensitive(name=values["name"], folder=values["folder"])
    for name in (*_NUMBERS, "submitter_name", "contact", "receiver_name"):
        [_, *rest] = written(("NM1", values[name].strip()), characters=values["characters"])
        values[name] = rest[0] if rest else ""
        if not values[name] or any(one in values[name] for one in ":^"):
            raise DomainError("Enter it in letters and digits.", field=name)
    for name in ("group_sender", "group_receiver", "submitter_id"):
        if len(values[name]) < 2:
            raise DomainError("Two characters at least.", field=name)
    values["forms"] = "".join(one for one in FORM_NAMES if one in values["forms"])
    if not values["forms"]:
        raise DomainError("Choose what it carries.", field="forms")
    values["place"] = values["place"] if values["delivery"] == SFTP else ""
    if values["delivery"] == SFTP and values["place"] not in selectors.places():
        raise DomainError("Choose one of the SFTP places that are set here.", field="place")
    folder = values["folder"].strip().strip("/")
    if ".." in folder.split("/"):
        raise DomainError("Enter a folder below the one of that place.", field="folder")
    values["folder"] = folder
    return values


def _carry(connection: ClearinghouseConnection, payer_ids: Collection[int]) -> None:
    connection.payers.exclude(payer__in=payer_ids).delete()
    rows = [CarriedPayer(connection=connection, payer_id=one) for one in sorted(set(payer_ids))]
    CarriedPayer.objects.bulk_create(rows, ignore_conflicts=True)


def _locked(connection_id: int, actor: "User") -> ClearinghouseConnection:
    rows = ClearinghouseConnection.objects.select_for_update(of=("self",))
    found = rows.filter(pk=connection_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such connection in your practices.")
    return found


def _note(connection: ClearinghouseConnection, deed: str, *, actor: "User", now: dt.datetime) -> None:
    after = {name: getattr(connection, name) for name in (*FIELDS, "all_payers", "until_on")}
    after["payers"] = sorted(connection.payers.values_list("payer", flat=True))
    audit.record(actor, deed, SUBJECT, connection.pk, practice_id=connection.practice_id, after=after, now=now)
