"""Questions about promises."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from arwork.staff.access import practice_ids
from claims.parties.models import Account
from collections_app.promises.models import Promise

if TYPE_CHECKING:
    from arwork.staff.models import User


#: How somebody may say that they will pay, the usual way first.
METHODS = sorted(Promise.Method.choices, key=lambda choice: choice[0] != Promise.Method.CHECK)


def promised_on_both(gone: Account, kept: Account) -> list[str]:
    """Why two accounts can't become one: both wait for a promise, and an account has one open promise."""
    rows = Promise.objects.filter(account__in=(gone, kept), state__in=(Promise.State.OPEN, Promise.State.PARTLY))
    if len(set(rows.values_list("account_id", flat=True))) < len((gone, kept)):
        return []
    return ["A promise is open on both accounts, and one account has one. Take one of them back, or await it."]


def promises_of(*, actor: "User", account_id: int) -> QuerySet[Promise]:
    """What was promised on an account, the newest first."""
    rows = Promise.objects.filter(account=account_id, practice__in=practice_ids(actor))
    return rows.select_related("made_by").order_by("-made_on", "-pk")
