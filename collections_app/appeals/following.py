"""Appeals follow the books: a later payment on what was denied closes them as recovered, by itself.

What recovered a denial is decided where payments are posted (`claims.denials.services`): money of the payer that
denied it, on its line. An appeal that was sent is won by it, in full or in part; one that was not sent is needless.
Told twice, or late, it does no harm.
"""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal

from django.db import transaction

from arwork.lib.bulk import Among, chunks
from arwork.lib.money import ZERO
from claims.denials.models import Denial
from collections_app.appeals.models import OVER, WAITING, AppealCase, AppealedDenial
from collections_app.appeals.services import Did, State, close, tell

_OPEN = Denial.State.OPEN
_MOST = 500


def follow_books(claim_ids: Collection[int], *, today: dt.date, now: dt.datetime) -> int:
    """Close the open appeals of these claims that have nothing left to win; how many. Two queries where none is."""
    return sum(_follow(batch, today=today, now=now) for batch in chunks(sorted(claim_ids), _MOST))


def _follow(claim_ids: list[int], *, today: dt.date, now: dt.datetime) -> int:
    open_ones = AppealCase.objects.filter(Among("claim", claim_ids)).exclude(state__in=OVER)
    ids = list(open_ones.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    standing = set(AppealedDenial.objects.filter(case__in=ids, denial__state=_OPEN).values_list("case_id", flat=True))
    ended = [pk for pk in ids if pk not in standing]
    return sum(_end(pk, today=today, now=now) for pk in ended)


@transaction.atomic
def _end(case_id: int, *, today: dt.date, now: dt.datetime) -> int:
    rows = AppealCase.objects.select_for_update(of=("self",)).select_related("claim").filter(pk=case_id)
    case = rows.exclude(state__in=OVER).first()
    if case is None:
        return 0
    denials = [one.denial for one in case.denials.select_related("denial")]
    if any(one.state == _OPEN for one in denials):
        return 0
    paid = [one for one in denials if one.state == Denial.State.RECOVERED]
    recovered = min(sum((one.recovered for one in paid), ZERO), case.amount)
    paid_on = max((one.closed_on or today for one in paid), default=today)
    if recovered > ZERO and case.state in WAITING and case.sent_on and paid_on >= case.sent_on:
        _won(case, recovered, paid_on, today=today, now=now)
        return 1
    words = "The payer paid before it was sent." if paid else "The denial was given up, or the payer took it back."
    close(case, State.WITHDRAWN, words=words, today=today)
    tell(case, Did.PAID if paid else Did.WITHDRAWN, actor=None, now=now, words=words)
    return 1


def _won(case: AppealCase, recovered: Decimal, paid_on: dt.date, *, today: dt.date, now: dt.datetime) -> None:
    is_full = recovered >= case.amount
    case.outcome = AppealCase.Outcome.WON if is_full else AppealCase.Outcome.PART
    case.won, case.decided_on = recovered, paid_on
    words = f"A later remittance paid ${recovered:,.2f} of ${case.amount:,.2f}."
    close(case, State.DECIDED, words=words, today=today)
    tell(case, Did.PAID, actor=None, now=now, words=words, outcome=case.outcome)
