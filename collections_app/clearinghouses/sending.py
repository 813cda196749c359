"""A file on its way by SFTP to the clearinghouse of its connection: a pinned host key, whole or not at all.

A file that arrives twice under the same numbers is refused by the receiver as a duplicate, so one of which nobody knows
whether it arrived is simply dropped again under its name: the receiver has it once.
"""

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.sftp_settings import SftpPlace
from collections_app.clearinghouses import files
from collections_app.clearinghouses.models import ClearinghouseConnection
from collections_app.clearinghouses.states import SFTP, OutgoingFileState
from collections_app.deliveries import handovers, sftp

if TYPE_CHECKING:
    from arwork.staff.models import User


def place_of(connection: ClearinghouseConnection) -> SftpPlace:
    """Where files of a connection are dropped. Raises `DomainError` where it is not set here."""
    place: SftpPlace | None = settings.CLEARINGHOUSES.get(connection.place)
    if connection.delivery != SFTP or place is None:
        raise DomainError(
            "No SFTP place of that name is set here. Whoever runs arwork can set it (CLEARINGHOUSES); else download "
            "the file and upload it yourself.",
            field="place",
        )
    folder = f"{place.folder}/{connection.folder}" if connection.folder else place.folder
    return dataclasses.replace(place, folder=folder)


def drop(file_id: int, *, actor: "User | None", now: dt.datetime) -> handovers.HandedOver:
    """Drop a file, and say what came of it: also one that was sent before (again: same content, same numbers).

    Never within a transaction: the trail says that it began before the first byte leaves. Raises `Conflict` for a void
    file or while somebody else drops it, `DomainError`, `NotFound`.
    """
    with transaction.atomic():
        file = files.locked(file_id, actor=actor)
        place = place_of(file.connection)
        if file.state == OutgoingFileState.VOID:
            raise Conflict("This file is void: it never leaves.")
        handovers.begin(
            files.SUBJECT, file.pk, place=place, practice_id=file.practice_id, actor=actor, now=now, is_again=True
        )
    problem = None
    try:
        sftp.drop({file.name: file.content.encode("ascii")}, place=place)
    except sftp.NotHandedOver as error:
        problem = error
    with transaction.atomic():
        handovers.end(
            files.SUBJECT, file.pk, practice_id=file.practice_id, files=1, error=problem, actor=actor, now=now
        )  # fmt: skip
    if problem is None:
        return handovers.HandedOver(handovers.DONE, now, actor)
    return handovers.HandedOver(handovers.FAILED, now, actor, str(problem), problem.is_unsure)


def test(connection: ClearinghouseConnection) -> str:
    """Sign in and look into the folder; what came of it, in words. Raises `DomainError` where no place is set."""
    try:
        sftp.check(place_of(connection))
    except sftp.NotHandedOver as error:
        return f"It does not work: {error}."
    return "It works: we signed in, and the folder is there."
