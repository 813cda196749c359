"""Appeals follow the books: a later payment on what was denied closes them as recovered, by itself.

What recovered a denial is decided where payments are posted (`claims.denials.services`): money of the payer that
denied it, on its line. An appeal that was sent is won by it, in full or in part; one that was not sent is needless.
One that was sent is lost by a remittance that denies the same line anew (CO-193): the next level follows.
Told twice, or late, it does no harm.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import transaction

from arwork.lib.bulk import Among, chunks
from arwork.lib.dates import long_day
from arwork.lib.money import ZERO
from claims.denials.models import Denial
from collections_app.appeals.models import OVER, UNSENT, WAITING, AppealCase, AppealedDenial
from collections_app.appeals.services import Did, State, changed, close, level_above, next_window, tell

_OPEN = Denial.State.OPEN
_MOST = 500
_NOTICE = ("denial__remit_claim__remittance",)


def follow_books(claim_ids: Collection[int], *, today: dt.date, now: dt.datetime) -> int:
    """Close the open appeals of these claims that have nothing left to win; how many. What is not sent yet asks for
    what is still denied. Two queries where nothing is to be done."""
    return sum(_follow(batch, today=today, now=now) for batch in chunks(sorted(claim_ids), _MOST))


def _follow(claim_ids: list[int], *, today: dt.date, now: dt.datetime) -> int:
    open_ones = AppealCase.objects.filter(Among("claim", claim_ids)).exclude(state__in=OVER)
    ids = list(open_ones.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    told = list(AppealedDenial.objects.filter(case__in=ids).select_related(*_NOTICE, "case").order_by("pk"))
    standing = {one.case_id for one in told if one.denial.state == _OPEN and not _is_denied_since(one.case, one.denial)}
    unsent = {one.case_id for one in told if one.denial.state != _OPEN and one.case.state in UNSENT}
    partly = standing & unsent
    for pk in sorted(partly):
        _ask_for_less(pk, now=now)
    ended = [pk for pk in ids if pk not in standing]
    return sum(_end(pk, today=today, now=now) for pk in ended)


@transaction.atomic
def _ask_for_less(case_id: int, *, now: dt.datetime) -> None:
    """What was paid or closed before an appeal was sent is asked for no more: its letter is to be made ready anew."""
    rows = AppealCase.objects.select_for_update(of=("self",)).select_related("claim")
    case = rows.filter(pk=case_id, state__in=UNSENT).first()
    if case is None:
        return
    links = list(case.denials.select_related("denial").order_by("pk"))
    left = [one.denial for one in links if one.denial.state == _OPEN]
    gone = [one.pk for one in links if one.denial.state != _OPEN]
    if not left or not gone:
        return
    case.denials.filter(pk__in=gone).delete()
    case.amount = sum((one.amount - one.recovered for one in left), ZERO)
    case.category = max(left, key=lambda one: one.amount).category
    changed(case, now=now)
    words = f"What was paid or closed since is asked for no more: it asks for ${case.amount:,.2f}."
    tell(case, Did.WRITTEN, actor=None, now=now, words=words)


@transaction.atomic
def _end(case_id: int, *, today: dt.date, now: dt.datetime) -> int:
    rows = AppealCase.objects.select_for_update(of=("self",)).select_related("claim").filter(pk=case_id)
    case = rows.exclude(state__in=OVER).first()
    if case is None:
        return 0
    denials = [one.denial for one in case.denials.select_related(*_NOTICE)]
    if any(one.state == _OPEN and not _is_denied_since(case, one) for one in denials):
        return 0
    paid = [one for one in denials if one.state == Denial.State.RECOVERED]
    recovered = min(sum((one.recovered for one in paid), ZERO), case.amount)
    paid_on = max((one.closed_on or today for one in paid), default=today)
    if recovered > ZERO and case.state in WAITING and case.sent_on and paid_on >= case.sent_on:
        _won(case, recovered, paid_on, today=today, now=now)
        return 1
    if anew := _denied_anew(case, denials):
        _lost(case, anew, today=today, now=now)
        return 1
    words = "The payer paid before it was sent." if paid else "The denial was given up, or the payer took it back."
    close(case, State.WITHDRAWN, words=words, today=today)
    tell(case, Did.PAID if paid else Did.WITHDRAWN, actor=None, now=now, words=words)
    return 1


def _is_denied_since(case: AppealCase, denial: Denial) -> bool:
    """Whether the payer took the answer back after the sending, and gave it once more: the denial opened again."""
    told_on = denial.remit_claim.remittance.paid_on
    return case.state in WAITING and case.sent_on is not None and told_on > case.sent_on


def _denied_anew(case: AppealCase, denials: Sequence[Denial]) -> list[Denial]:
    """What a remittance since the sending denies of the same lines (CO-193, the same reason or another); nothing for an
    appeal that is not out."""
    if case.state not in WAITING or case.sent_on is None:
        return []
    lines = {one.line_id for one in denials}
    rows = Denial.objects.filter(
        claim=case.claim_id, payer=case.payer_id, state=_OPEN, remit_claim__remittance__paid_on__gte=case.sent_on
    )
    rows = rows.select_related("remit_claim__remittance").order_by("pk")
    return [one for one in rows if one.line_id in lines]


def _lost(case: AppealCase, anew: Sequence[Denial], *, today: dt.date, now: dt.datetime) -> None:
    """The case names what is denied now as well: the next level asks for that, and its window runs from that day."""
    links = [AppealedDenial(case=case, denial=one, is_open=False) for one in anew]
    AppealedDenial.objects.bulk_create(links, ignore_conflicts=True)  # the same denial may have been opened again
    case.outcome = AppealCase.Outcome.LOST
    case.decided_on = max(one.remit_claim.remittance.paid_on for one in anew)
    words = "A later remittance upheld it."
    close(case, State.DECIDED, words=words, today=today)
    above = level_above(case)
    last = next_window(case).last_day if above else None
    following = f" The next level is open{f' until {long_day(last)}' if last else ''}." if above else ""
    tell(case, Did.DECIDED, actor=None, now=now, words=words + following, outcome=case.outcome)


def _won(case: AppealCase, recovered: Decimal, paid_on: dt.date, *, today: dt.date, now: dt.datetime) -> None:
    is_full = recovered >= case.amount
    case.outcome = AppealCase.Outcome.WON if is_full else AppealCase.Outcome.PART
    case.won, case.decided_on = recovered, paid_on
    words = f"A later remittance paid ${recovered:,.2f} of ${case.amount:,.2f}."
    close(case, State.DECIDED, words=words, today=today)
    tell(case, Did.PAID, actor=None, now=now, words=words, outcome=case.outcome)
