"""Refused sign-ins, told without flooding the trail: who guesses a hundred times shall not write a hundred events.

Refusals are counted by account (names that nobody has count as one) and address, in windows as long as the lock. The
first of a window is told at once, then the tenth, the hundredth and so on, and what is left when the window ends: the
trail knows the number to the last one, and grows with its digits.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction

from arwork.staff import audit
from arwork.staff.models import RefusedSignIns

_AT_ONCE = 500  # windows that one sweep ends; the next one takes more


@transaction.atomic
def record_refusal(user_id: int | None, *, address: str, now: dt.datetime) -> None:
    """Count one refusal, and tell the trail of it where its turn has come."""
    row, _ = RefusedSignIns.objects.select_for_update().get_or_create(
        user_id=user_id or 0, address=address, defaults={"began_at": now}
    )
    if row.began_at <= now - _window():
        _tell_rest(row, now=now)
        row.began_at, row.count, row.told = now, 0, 0
    row.count += 1
    if _is_power_of_ten(row.count):
        _tell(row, now=now)
    row.save(update_fields=["began_at", "count", "told"])


def tell_ended(*, now: dt.datetime) -> int:
    """Tell what is left of the windows that have ended, and forget them; how many they were."""
    ended = RefusedSignIns.objects.filter(began_at__lte=now - _window()).order_by("pk")
    count = 0
    for row_id in list(ended.values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            if (row := ended.select_for_update().filter(pk=row_id).first()) is not None:
                _tell_rest(row, now=now)
                row.delete()
                count += 1
    return count


def _tell_rest(row: RefusedSignIns, *, now: dt.datetime) -> None:
    if row.count > row.told:
        _tell(row, now=now)


def _tell(row: RefusedSignIns, *, now: dt.datetime) -> None:
    after = {"count": row.count, "since": row.began_at.isoformat(), "address": row.address}
    audit.record(None, "sign_in_refused", "user", row.user_id or None, practice_id=None, after=after, now=now)
    row.told = row.count


def _window() -> dt.timedelta:
    return dt.timedelta(hours=settings.AXES_COOLOFF_TIME)


def _is_power_of_ten(count: int) -> bool:
    return str(count).strip("0") == "1"
