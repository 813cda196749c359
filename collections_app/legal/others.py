"""What other slices know that speaks against a suit: a plan that is kept, a promise that is awaited."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from arwork.lib.bulk import Among
from collections_app.plans.selectors import plans_kept
from collections_app.promises.models import Promise


def words_against(account_ids: Collection[int], today: dt.date) -> dict[int, list[str]]:
    """By account, each reason as a sentence."""
    found: dict[int, list[str]] = defaultdict(list)
    for pk, words in plans_kept(account_ids, today).items():
        found[pk].append(words)
    waiting = Promise.objects.filter(
        Among("account", account_ids), state__in=(Promise.State.OPEN, Promise.State.PARTLY)
    )
    for pk in waiting.values_list("account_id", flat=True):
        found[pk].append("A promise to pay is awaited")
    return found


def help_offered_on(account_ids: Collection[int], today: dt.date) -> dict[int, dt.date]:
    """The latest day on which help was offered, by account."""
    return {}
