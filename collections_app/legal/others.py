"""What other slices know that speaks against a suit: a plan or a promise, an application for assistance, a dispute, a
settlement, a hardship, an agency, the clocks of 26 CFR 1.501(r); and when help was last offered."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Max

from arwork.lib.bulk import Among
from collections_app.assistance.selectors import eca_gates, open_applications
from collections_app.disputes.selectors import open_disputes
from collections_app.help_offers.models import Hardship, HelpOffer
from collections_app.plans.selectors import plans_kept
from collections_app.promises.models import Promise
from collections_app.settlements.selectors import settled_accounts, settlements_kept


def words_against(account_ids: Collection[int], today: dt.date) -> dict[int, list[str]]:
    """By account, each reason as a sentence. As many queries for one as for many."""
    found: dict[int, list[str]] = defaultdict(list)
    for pk, words in plans_kept(account_ids, today).items():
        found[pk].append(words)
    waiting = Promise.objects.filter(
        Among("account", account_ids), state__in=(Promise.State.OPEN, Promise.State.PARTLY)
    )
    for pk in set(waiting.values_list("account_id", flat=True)):
        found[pk].append("A promise to pay is awaited")
    for pk in open_applications(account_ids):
        found[pk].append("An application for assistance waits for a decision")
    for pk in open_disputes(account_ids):
        found[pk].append("A dispute is not answered yet")
    for pk in settled_accounts(account_ids):
        found[pk].append("Something of it was settled for less: look at what is owed before anything is asked")
    for pk, words in settlements_kept(account_ids, today).items():
        found[pk].append(words)
    paused = Hardship.objects.filter(Among("account", account_ids), ended_on=None, paused_until_on__gte=today)
    for pk in set(paused.values_list("account_id", flat=True)):
        found[pk].append("A hardship was told, and nothing is asked of them for now")
    for pk, words in eca_gates(account_ids, today).items():
        found[pk].append(words)
    return found


def help_offered_on(account_ids: Collection[int]) -> dict[int, dt.date]:
    """The latest day on which help was offered, by account. One query."""
    rows = HelpOffer.objects.filter(Among("account", account_ids)).values("account_id")
    return dict(rows.annotate(latest=Max("on")).order_by().values_list("account_id", "latest"))
