"""One collector is away for a week: one colleague takes their calls to patients, another the rest of their work."""

import datetime as dt

from collections_app.demo.setting import collectors, supervisor
from collections_app.worklist.absence_models import Absence
from collections_app.worklist.absences import AbsenceDraft, NamedStandIn, save_absence, set_capacity

HALF_DAY = 180


def go_on_leave(until: dt.date, *, now: dt.datetime) -> None:
    """Enter it once, under way on `until`."""
    if Absence.objects.exists():
        return
    first, second, away = collectors()
    actor, day = supervisor(), dt.timedelta(days=1)
    draft = AbsenceDraft(
        away.pk,
        until - day,
        until + 5 * day,
        (NamedStandIn(first.pk), NamedStandIn(second.pk, kind="patient_balance")),
        note="On leave",
    )
    save_absence(actor=actor, draft=draft, today=until, now=now)
    set_capacity(actor=actor, person_id=second.pk, minutes=HALF_DAY, now=now)
