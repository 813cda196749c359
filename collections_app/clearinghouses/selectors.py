"""Which connections there are, which claim goes through which, and the files that went."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from arwork.lib.errors import NotFound
from arwork.staff.access import practice_ids
from collections_app.clearinghouses.models import CarriedPayer, ClearinghouseConnection, OutgoingFile

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User


def connections_seen_by(actor: "User") -> "QuerySet[ClearinghouseConnection]":
    """Those of the actor's practices, by practice and name, with the payers they carry."""
    rows = ClearinghouseConnection.objects.filter(practice__in=practice_ids(actor)).select_related("practice")
    return rows.prefetch_related("payers__payer").order_by("practice__name", "name", "pk")


def connection_seen_by(actor: "User", connection_id: int) -> ClearinghouseConnection:
    """One of the actor's practices. Raises `NotFound`."""
    found = connections_seen_by(actor).filter(pk=connection_id).first()
    if found is None:
        raise NotFound("There is no such connection in your practices.")
    return found


def standing_connections(*, today: dt.date, practice_id: int | None = None) -> "QuerySet[ClearinghouseConnection]":
    """Connections that files may go through today, of one practice or of all."""
    rows = ClearinghouseConnection.objects.filter(Q(until_on=None) | Q(until_on__gte=today), from_on__lte=today)
    return rows if practice_id is None else rows.filter(practice=practice_id)


def payers_named_elsewhere(connection: ClearinghouseConnection, *, today: dt.date) -> dict[str, list[int]]:
    """By form (P, I, D), the payers whose claims go through another standing connection of the practice that names
    them and carries the form, for tests or in production as this one; one for all payers leaves them to it."""
    others = standing_connections(today=today, practice_id=connection.practice_id).filter(
        all_payers=False, usage=connection.usage
    )
    named = list(CarriedPayer.objects.filter(connection__in=others).values_list("connection__forms", "payer"))
    return {form: [payer for forms, payer in named if form in forms] for form in connection.forms}


def places() -> list[str]:
    """Names of the SFTP places that are set here."""
    return sorted(settings.CLEARINGHOUSES)


def file_seen_by(actor: "User", file_id: int) -> OutgoingFile:
    """A file of the actor's practices. Raises `NotFound`."""
    found = OutgoingFile.objects.filter(pk=file_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such file in your practices.")
    return found
