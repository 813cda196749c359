"""Denials and underpayments follow what remittances post: opened, recovered, reversed, in the same transaction.

A denial stays one denial however often the payer repeats it, and keeps the day it was first denied (RULES 7.3). A
later payment on its line recovers it; a reversal of its remittance reverses it, and a correction that pays more than
was paid before recovers it. That a second bill is a duplicate of the first reverses nothing: the first denial
stands, and its window runs from its own day. Nor does an older answer that is read later: remittances come in any
order.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q, Sum

from arwork.lib import bulk
from arwork.lib.errors import Conflict, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from arwork.webhooks.listening import DENIAL_OPENED
from arwork.webhooks.publishing import Subject, publish
from claims.billing.models import Claim
from claims.denials import underpayments
from claims.denials.causes import cause_of
from claims.denials.denial_rules import rule_for, rulings_in_force
from claims.denials.models import Denial, Underpayment
from claims.denials.outcomes import Win, outcomes_of
from claims.denials.routing import reason_words, route
from claims.payers.models import Payer
from claims.remits import undo
from claims.remits.after_posting import PostedPayment
from claims.remits.era import LineDenial
from claims.remits.models import RemitLine

if TYPE_CHECKING:
    from arwork.staff.models import User

DenialReason = tuple[int, str, str]  # line id, group, CARC
_UNDECIDED: dict[str, object] = {"outcome": "", "decided_on": None, "came_by": ""}
DUPLICATE = "18"

#: What a decision changes of denials, and the undo of the decision puts back.
UNDOABLE = undo.SnapshotTable(
    Denial,
    (
        "state",
        "closed_on",
        "recovered",
        "amount",
        "initial_on",
        "remit_claim",
        "rarcs",
        "outcome",
        "decided_on",
        "came_by",
    ),
    opened_by="remit_claim",
)


def follow_posted_payments(outcomes: Sequence[PostedPayment], today: dt.date) -> None:
    """Bring denials and underpayments to what a batch of posted claim payments says.

    Six queries a batch, seven where denials had been reversed.
    """
    reversed_ = {one.reversed_id: one.paid_on for one in outcomes if one.reversed_id}
    if reversed_:
        _close_reversed(reversed_)
    told = _told(outcomes)
    known, lifted = _newest(told, Denial.State.OPEN), _newest(told, Denial.State.REVERSED)
    _recover(outcomes, known, lifted)
    _open(outcomes, known, lifted, _first_days(told))
    underpayments.follow_underpayments(outcomes)


def close_unbilled(claim_ids: Collection[int], *, on: dt.date) -> None:
    """What was denied or paid short on a line that a replacement dropped, or on a void claim, is nobody's work any
    more. Two statements."""
    gone = Q(line__charge=0) | Q(claim__state=Claim.State.VOID)
    denied = Denial.objects.filter(gone, claim__in=claim_ids, state=Denial.State.OPEN)
    short = Underpayment.objects.filter(gone, claim__in=claim_ids, state__in=underpayments.OPEN)
    Denial.objects.filter(pk__in=denied.values("pk")).update(state=Denial.State.REVERSED, closed_on=on)
    Underpayment.objects.filter(pk__in=short.values("pk")).update(state=Underpayment.State.ACCEPTED, closed_on=on)


def accept_denial(denial_id: int, *, actor: "User", reason: str, today: dt.date, now: dt.datetime) -> Denial:
    """Give a denial up as right: nothing is written off by it, the money stays where it stands."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = _own(denial_id, actor=actor)
        if found.state != Denial.State.OPEN:
            raise Conflict("This denial is closed already.")
        found.state, found.closed_on = Denial.State.ACCEPTED, today
        found.save(update_fields=["state", "closed_on"])
        after = {"state": found.state, "reason": reason}
        audit.record(actor, "accept", "denial", found.pk, practice_id=found.practice_id, after=after, now=now)
        announce("denial", claims=[found.claim_id], accounts=[found.claim.account_id])
    return found


def accept_probable(claim_id: int, *, actor: "User", reason: str, today: dt.date, now: dt.datetime) -> list[int]:
    """Coverage was verified: what the payer called the patient's of a claim is; the ids of the denials that closed."""
    rows = Denial.objects.filter(claim=claim_id, practice__in=practice_ids(actor), group="PR", state=Denial.State.OPEN)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        accept_denial(pk, actor=actor, reason=reason, today=today, now=now)
    return ids


def reopen(denial_ids: Sequence[int], *, actor: "User", now: dt.datetime) -> None:
    """Take back that denials were accepted; what a payer has changed since stays as it is."""
    require(actor, Capability.WORK_ITEMS)
    rows = Denial.objects.filter(pk__in=denial_ids, practice__in=practice_ids(actor), state=Denial.State.ACCEPTED)
    for found in rows.select_for_update(of=("self",)).select_related("claim").order_by("pk"):
        found.state, found.closed_on = Denial.State.OPEN, None
        found.save(update_fields=["state", "closed_on"])
        audit.record(actor, "reopen", "denial", found.pk, practice_id=found.practice_id, now=now)
        announce("denial", claims=[found.claim_id], accounts=[found.claim.account_id])


@transaction.atomic
def lose(denial_id: int, *, reason: str, came_by: str, actor: "User", today: dt.date, now: dt.datetime) -> Denial:
    """The last decision upheld a denial and nothing more is sent: lost. Its money stays where it stands and its work
    goes on until it is written off or another pays; what is paid after all wins it still. `came_by`: what was decided
    (`Denial.CameBy`), empty where nothing was sent. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(reason=reason)
    found = _own(denial_id, actor=actor)
    if found.state != Denial.State.OPEN or found.outcome:
        raise Conflict("This denial is decided already.")
    found.outcome, found.decided_on, found.came_by = Denial.Outcome.LOST, today, came_by
    found.save(update_fields=list(_UNDECIDED))
    after = {"outcome": found.outcome, "reason": reason, "came_by": came_by}
    audit.record(actor, "lose", "denial", found.pk, practice_id=found.practice_id, after=after, now=now)
    announce("denial", claims=[found.claim_id], accounts=[found.claim.account_id])
    return found


@transaction.atomic
def take_back_loss(denial_id: int, *, actor: "User", now: dt.datetime) -> Denial:
    """A denial is not lost after all: another way was found, or it was a mistake. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    found = _own(denial_id, actor=actor)
    if found.outcome != Denial.Outcome.LOST:
        raise Conflict("This denial is not lost.")
    found.outcome, found.decided_on, found.came_by = "", None, ""
    found.save(update_fields=list(_UNDECIDED))
    audit.record(actor, "take_back_loss", "denial", found.pk, practice_id=found.practice_id, now=now)
    announce("denial", claims=[found.claim_id], accounts=[found.claim.account_id])
    return found


def _own(denial_id: int, *, actor: "User") -> Denial:
    rows = Denial.objects.select_for_update(of=("self",)).select_related("claim")
    found = rows.filter(pk=denial_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such denial in your practices.")
    return found


def _close_reversed(reversed_: dict[int, dt.date]) -> None:
    """What a reversed remittance denied is denied no more; its correction will say what is."""
    rows = Denial.objects.filter(remit_claim__in=reversed_, state=Denial.State.OPEN)
    closed = {pk: (Denial.State.REVERSED, reversed_[owner]) for pk, owner in rows.values_list("id", "remit_claim_id")}
    bulk.write(Denial, ["state", "closed_on"], closed)
    Denial.objects.filter(bulk.Among("pk", closed), outcome=Denial.Outcome.LOST).update(**_UNDECIDED)
    _take_back_recovered(reversed_)


def _take_back_recovered(reversed_: Collection[int]) -> None:
    """What the payments of reversed answers had recovered is not recovered: the refusal stands again, or is the
    payer's own to correct where that was reversed before. What they paid alongside of other reasons stays closed."""
    lines = RemitLine.objects.filter(bulk.Among("remit_claim", reversed_), paid__gt=0).order_by()
    place = ("remit_claim__claim_id", "remit_claim__bucket", "line_id", "remit_claim__remittance__paid_on")
    paid = {tuple(row): total for *row, total in lines.values_list(*place).annotate(total=Sum("paid"))}
    if not paid:
        return
    rows = Denial.objects.filter(
        bulk.Among("claim", {claim_id for claim_id, *_ in paid}),
        state__in=(Denial.State.OPEN, Denial.State.RECOVERED),
        recovered__gt=0,
    ).annotate(taken_on=Max("remit_claim__reversals__remittance__paid_on"))
    changed: dict[int, tuple[object, ...]] = {}
    for row in rows.order_by("pk"):
        ours = [
            (on, total)
            for (claim_id, bucket, line_id, on), total in paid.items()
            if (claim_id, bucket, line_id) == (row.claim_id, row.bucket, row.line_id)
        ]
        is_open = row.state == Denial.State.OPEN
        money = sum((sum_ for on, sum_ in ours if (on >= row.initial_on if is_open else on == row.closed_on)), ZERO)
        kept = (row.outcome, row.decided_on, row.came_by) if is_open else ("", None, "")
        if money:
            state = Denial.State.REVERSED if row.taken_on else Denial.State.OPEN
            changed[row.pk] = (state, row.taken_on, max(row.recovered - money, ZERO), *kept)
    bulk.write(Denial, ["state", "closed_on", "recovered", *_UNDECIDED], changed)


def _told(outcomes: Sequence[PostedPayment]) -> list[Denial]:
    """Every denial of the batch's claims, in the order in which they were opened."""
    return list(Denial.objects.filter(bulk.Among("claim", (one.claim_id for one in outcomes))).order_by("pk"))


def _newest(told: Sequence[Denial], state: str) -> dict[int, dict[DenialReason, Denial]]:
    """The newest denial of each claim for each reason, where it is in `state`."""
    newest = {(row.claim_id, _reason_of(row)): row for row in told}
    found: dict[int, dict[DenialReason, Denial]] = defaultdict(dict)
    for (claim_id, reason), row in newest.items():
        if row.state == state:
            found[claim_id][reason] = row
    return found


def _reason_of(row: Denial) -> DenialReason:
    return row.line_id or 0, row.group, row.carc


def _recover(
    outcomes: Sequence[PostedPayment],
    known: dict[int, dict[DenialReason, Denial]],
    lifted: Mapping[int, Mapping[DenialReason, Denial]],
) -> None:
    """A line paid after all has its denial behind it; so has one for which the payer no longer gives the reason.

    Payers overturn by reversing the denial (`lifted`) and paying more in a correction: that is a recovery as well.
    """
    before = _paid_beside(lifted)
    changed: dict[int, tuple[object, ...]] = {}
    won: dict[int, Win] = {}
    for one in outcomes:
        if one.reversed_id:
            continue
        refused = {denied.line_id for denied in one.line_denials}
        still = {reason: denied.amount for reason, denied in _by_reason(one.line_denials).items()}
        duplicates = {denied.line_id for denied in one.line_denials if denied.carc == DUPLICATE}
        paid = {line_id: result.paid for line_id, result in one.results.items()}
        denials = known.get(one.claim_id, {})
        for reason, denial in list(denials.items()):
            if one.paid_on < denial.initial_on:
                continue
            money = paid.get(reason[0], ZERO)
            if reason in still and denial.bucket == one.bucket:
                paid[reason[0]] = money - _recover_part(denial, money, left=still[reason])
            elif money > 0 and reason not in still and denial.bucket == one.bucket:
                paid[reason[0]] = ZERO  # one payment recovers the first reason in full, the others alongside
                recovered = denial.recovered + min(money, denial.amount - denial.recovered)
                changed[denial.pk] = (Denial.State.RECOVERED, one.paid_on, recovered)
                won[denial.pk] = Win(denial, one.paid_on, is_part=reason[0] in refused)
                del denials[reason]
            elif reason[0] in duplicates:
                continue
            elif reason[0] in one.results and reason not in still and denial.bucket == one.bucket:
                state = Denial.State.RECOVERED if denial.recovered else Denial.State.REVERSED
                changed[denial.pk] = (state, one.paid_on, denial.recovered)
                if denial.recovered:  # paid in part before, and the rest is no longer refused
                    won[denial.pk] = Win(denial, one.paid_on, is_part=True)
                del denials[reason]
        for reason, denial in lifted.get(one.claim_id, {}).items():
            money = paid.get(reason[0], ZERO) - before.get((denial.remit_claim_id, reason[0]), ZERO)
            is_later = denial.closed_on is not None and one.paid_on >= denial.closed_on
            if not is_later or denial.bucket != one.bucket:
                continue
            if reason in still:
                paid[reason[0]] -= _recover_part(denial, money, left=still[reason])
            elif money > 0:
                paid[reason[0]] = ZERO
                recovered = denial.recovered + min(money, denial.amount - denial.recovered)
                changed[denial.pk] = (Denial.State.RECOVERED, one.paid_on, recovered)
                won[denial.pk] = Win(denial, one.paid_on, is_part=reason[0] in refused)
    ends = outcomes_of(won)
    columns = ["state", "closed_on", "recovered", "outcome", "decided_on", "came_by"]
    bulk.write(Denial, columns, {pk: (*row, *ends.get(pk, ("", None, ""))) for pk, row in changed.items()})


def _recover_part(denial: Denial, money: Decimal, *, left: Decimal) -> Decimal:
    """What `money` recovered of a denial that stays open because the payer still refuses `left` for the same reason:
    by as much as it refuses less. Noted on the row, which `_open` writes; its outcome waits until it closes."""
    gained = max(min(money, denial.amount - denial.recovered - left), ZERO)
    denial.recovered += gained
    return gained


def _amount_again(denial: Denial, refused: Decimal) -> Decimal:
    """What is denied of a denial that was repeated for `refused`: what was recovered of it before stays a part of it,
    so that `amount - recovered` is what the payer still refuses."""
    return max(refused, min(denial.amount, refused + denial.recovered))


def _paid_beside(lifted: Mapping[int, Mapping[DenialReason, Denial]]) -> dict[tuple[int, int], Decimal]:
    """What was paid on the line of each denial by the remittance that gave it, by remit claim and line."""
    rows = [row for denials in lifted.values() for row in denials.values()]
    if not rows:
        return {}
    lines = RemitLine.objects.filter(bulk.Among("remit_claim", (row.remit_claim_id for row in rows)))
    sums = lines.order_by().values_list("remit_claim_id", "line_id").annotate(total=Sum("paid"))
    return {(remit_claim_id, line_id or 0): total for remit_claim_id, line_id, total in sums}


def _open(
    outcomes: Sequence[PostedPayment],
    known: Mapping[int, Mapping[DenialReason, Denial]],
    lifted: Mapping[int, Mapping[DenialReason, Denial]],
    first_days: Mapping[tuple[int, DenialReason], dt.date],
) -> None:
    """Open what is denied newly; what was denied before, and reversed meanwhile, is the same denial again."""
    classes = dict(
        Payer.objects.filter(id__in={one.payer_id for one in outcomes if one.payer_id}).values_list("id", "payer_class")
    )
    rules = rulings_in_force()
    fresh: list[Denial] = []
    denied_again: dict[int, tuple[object, ...]] = {}
    standing_again: dict[int, tuple[object, ...]] = {}
    opened: list[Subject] = []
    for one in outcomes:
        standing, reversed_before = known.get(one.claim_id, {}), lifted.get(one.claim_id, {})
        for reason, denied in _by_reason(one.line_denials).items():
            if before := standing.get(reason):
                amount = _amount_again(before, denied.amount)
                denied_again[before.pk] = (amount, min(one.paid_on, before.initial_on), before.recovered)
                continue
            if _stands_denied(one, denied, standing):
                continue
            remarks = " ".join(denied.rarcs)[:60]
            again = reversed_before.get(reason)
            if again and again.bucket == one.bucket:
                if again.closed_on and one.paid_on >= again.closed_on:
                    first = min(one.paid_on, again.initial_on)
                    stands = (
                        Denial.State.OPEN, None, _amount_again(again, denied.amount), first, one.remit_claim_id,
                        remarks, again.recovered, "", None, "",
                    )  # fmt: skip
                    standing_again[again.pk] = stands
                    opened.append((one.practice_id, {"claims": one.claim_id}))
                continue
            first_on = first_days.get((one.claim_id, reason), one.paid_on)
            ruling = rule_for(
                rules, reason_words(denied.group, denied.carc), rarcs=denied.rarcs, on=first_on,
                payer_id=one.payer_id, practice_id=one.practice_id,
            )  # fmt: skip
            payer_class = classes.get(one.payer_id or 0)
            way = route(denied.group, denied.carc, denied.rarcs, payer_class=payer_class, ruling=ruling)
            cause = cause_of(way, denied.carc, denied.rarcs, ruling=ruling)
            opened.append((one.practice_id, {"claims": one.claim_id}))
            fresh.append(
                Denial(
                    practice_id=one.practice_id,
                    claim_id=one.claim_id,
                    line_id=denied.line_id,
                    remit_claim_id=one.remit_claim_id,
                    payer_id=one.payer_id,
                    bucket=one.bucket,
                    group=denied.group,
                    carc=denied.carc,
                    rarcs=remarks,
                    amount=denied.amount,
                    category=way.category[:24],
                    kind=way.kind[:8],
                    rule_id=ruling.rule_id if ruling else None,
                    **cause._asdict(),
                    initial_on=first_on,
                )
            )
    told = ["state", "closed_on", "amount", "initial_on", "remit_claim", "rarcs", "recovered", *_UNDECIDED]
    bulk.write(Denial, told, standing_again)
    bulk.write(Denial, ["amount", "initial_on", "recovered"], denied_again)
    bulk.insert(Denial, fresh, ignore_conflicts=True)
    publish(DENIAL_OPENED, opened)


def _by_reason(line_denials: Sequence[LineDenial]) -> dict[DenialReason, LineDenial]:
    """Denials by reason; where the payer gave one twice on a line, both amounts together."""
    found: dict[DenialReason, LineDenial] = {}
    for one in line_denials:
        place = (one.line_id, one.group, one.carc)
        before = found.get(place)
        found[place] = replace(one, amount=one.amount + before.amount) if before else one
    return found


def _stands_denied(one: PostedPayment, denied: LineDenial, denials: Mapping[DenialReason, Denial]) -> bool:
    """Whether the line is denied already, and this denial is a duplicate's or an older one."""
    ours = [row for (line_id, *_), row in denials.items() if line_id == denied.line_id]
    standing = [row for row in ours if row.bucket == one.bucket]
    return any(denied.carc == DUPLICATE or one.paid_on < row.initial_on for row in standing)


def _first_days(told: Sequence[Denial]) -> dict[tuple[int, DenialReason], dt.date]:
    """When each reason was first given for a line, over denials closed since."""
    found: dict[tuple[int, DenialReason], dt.date] = {}
    for row in told:
        place = row.claim_id, _reason_of(row)
        found[place] = min(row.initial_on, found.get(place, row.initial_on))
    return found
