"""A file of debits on its way to the bank by SFTP: to the bank that it is written for, and at most once.

Where the connection broke as the file got its name, or a worker died, nobody knows whether the bank has it: it is not
sent again before somebody has asked the bank, for a file that arrives twice debits everybody twice.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.sftp_settings import DebitBank
from arwork.staff.access import Capability, require
from collections_app.ach.files import SUBJECT, locked_file, mark_sent
from collections_app.ach.models import AchFile
from collections_app.ach.states import FileState
from collections_app.deliveries import handovers, sftp

if TYPE_CHECKING:
    from arwork.staff.models import User


def takes(file: AchFile) -> bool:
    """Whether the bank that is set here takes this file: it is written for one of its routing numbers."""
    bank = settings.DEBIT_BANK
    return bank is not None and file.content[4:13] in bank.routings


def hand_over(
    file_id: int, *, actor: "User", today: dt.date, now: dt.datetime, bank_has_none: bool = False
) -> handovers.HandedOver:
    """Hand a file to the bank; what came of it. Once the bank has it, it counts as sent.

    Raises `Conflict` where it was or just is, and where nobody knows whether the bank has it already unless somebody
    asked (`bank_has_none`); `DomainError` where no bank that takes it is set, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        file = locked_file(file_id, actor)
        bank = _bank_of(file)
        if file.state != FileState.MADE:
            raise Conflict(f"This file is {FileState(file.state).label.lower()} already.")
        last = handovers.last_of(SUBJECT, file.pk, now=now)
        if last is not None and last.is_unsure and not bank_has_none:
            raise Conflict("Nobody knows whether the bank has this file already. Ask the bank before it is sent again.")
        handovers.begin(SUBJECT, file.pk, place=bank.place, practice_id=file.practice_id, actor=actor, now=now)
    problem = None
    try:
        sftp.drop({_name(file): file.content.encode()}, place=bank.place)
    except sftp.NotHandedOver as error:
        problem = error
    with transaction.atomic():
        file = locked_file(file_id, actor)
        handovers.end(
            SUBJECT, file.pk, practice_id=file.practice_id, files=1, error=problem, actor=actor, now=now
        )  # fmt: skip
        if problem is None and file.state == FileState.MADE:
            mark_sent(file.pk, actor=actor, today=today, now=now)
    if problem is None:
        return handovers.HandedOver(handovers.DONE, now, actor)
    return handovers.HandedOver(handovers.FAILED, now, actor, str(problem), problem.is_unsure)


def _bank_of(file: AchFile) -> DebitBank:
    bank: DebitBank | None = settings.DEBIT_BANK
    if bank is None:
        raise DomainError("No bank is set for files. Whoever runs arwork can (ACH_BANK_SFTP); else download it.")
    if not takes(file):
        raise DomainError("This file is written for another bank than the one that is set. Download it, and take it.")
    return bank


def _name(file: AchFile) -> str:
    """Of its own: files of several practices stand in one folder."""
    return f"debits-{file.made_on:%Y%m%d}-{file.pk}.ach"
