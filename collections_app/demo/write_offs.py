"""What a practice gives up in the demo, through the ordinary door and by two people.

Most denials that nobody overturned are written off once appealing is over: the supervisor proposes the list, the owner
approves it. In the last days collectors ask for a few more: some wait, one was refused, one waits too long, one was
passed on.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from arwork.lib.dates import previous_business_day
from arwork.lib.money import ZERO
from arwork.staff.models import User
from claims.adjustments import services as adjustments
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Target
from claims.approvals import services as approvals
from claims.billing.buckets import PAYERS
from claims.billing.models import ClaimLine
from claims.denials.models import Denial
from collections_app.demo.setting import collectors, supervisor
from collections_app.worklist.actions import record_outcome
from collections_app.worklist.models import WorkItem

#: Later than any answer to an appeal (`answers`), and than most windows.
GIVEN_UP_AFTER = dt.timedelta(days=125)
SHARE = 0.85
_REASON = "Denied, not overturned, and every window is over"
_MORNING = dt.time(16, 30)  # UTC
#: What collectors ask in the last days: business days back, and what became of it.
WAITS, REFUSED, LATE, PASSED_ON = "waits", "refused", "late", "passed on"
_ASKED = ((1, WAITS), (1, WAITS), (1, REFUSED), (4, LATE), (1, PASSED_ON))
_BECAUSE = (
    "Appeal was decided against us, no second level left",
    "The authorization was never asked for; the payer does not reopen",
    "Below what an appeal costs",
    "Records can't be found any more",
    "The payer upheld it twice",
)


def write_off(*, seed: int, on: dt.date, now: dt.datetime) -> int:
    """Write off what was denied long ago and is open still; how many lines."""
    rows = Denial.objects.filter(
        state=Denial.State.OPEN, initial_on__lte=on - GIVEN_UP_AFTER, bucket__in=PAYERS, line__isnull=False
    ).order_by("claim__number", "pk")
    given_up = [row for row in rows.select_related("claim") if _is_given_up(seed, row.claim.number)]
    owed = _owed({row.line_id or 0 for row in given_up})
    classes: dict[str, dict[tuple[int, int, str], Decimal]] = defaultdict(dict)
    for row in given_up:
        place = row.claim_id, row.line_id or 0, row.bucket
        books_to = "WO_TIMELY" if row.carc == "29" else "WO_DENIAL"
        amount = min(row.amount, owed[row.line_id or 0, row.bucket])
        if amount > ZERO:
            owed[row.line_id or 0, row.bucket] -= amount
            classes[books_to][place] = classes[books_to].get(place, ZERO) + amount
    count = 0
    for books_to, amounts in classes.items():
        targets = [
            Target(bucket, amount, claim_id=claim, line_id=line) for (claim, line, bucket), amount in amounts.items()
        ]
        count += _by_two_people(targets, books_to=books_to, reason=_REASON, on=on, now=now)
    return count


def _by_two_people(targets: Sequence[Target], *, books_to: str, reason: str, on: dt.date, now: dt.datetime) -> int:
    """Propose by the supervisor, approve by the owner where that is needed; how many were posted."""
    done = adjustments.propose_many(targets, books_to=books_to, reason=reason, actor=supervisor(), today=on, now=now)
    asked = [one.approval_id for one in done.adjustments.values() if one.approval_id]
    approvals.approve_many(asked, actor=_owner(), today=on, now=now)
    return len(done.adjustments)


def forgive_account(account_id: int, *, reason: str, on: dt.date, now: dt.datetime) -> None:
    """Take off all that an account's patients owe, by a finding of the assistance policy."""
    lines = ClaimLine.objects.filter(claim__account=account_id, patient__gt=0)
    owed = sum(lines.values_list("patient", flat=True), ZERO)
    if owed:
        target = Target("PATIENT", owed, account_id=account_id)
        _by_two_people([target], books_to="WO_CHARITY", reason=reason, on=on, now=now)


def ask_for_some(until: dt.date, *, now: dt.datetime) -> int:
    """What collectors asked in the last days; how many questions. Once: a load that goes on asks nothing twice."""
    if WriteOff.objects.filter(asked_by__in=collectors()).exists():
        return 0
    items = _denied_items()
    people = collectors()
    for place, (item, (back, ends), because) in enumerate(zip(items, _ASKED, _BECAUSE, strict=False)):
        day = _business_days_before(until, back)
        _ask(item, people[place % len(people)], because=because, day=day)
        asked = WriteOff.objects.filter(claim=item.claim_id).latest("pk")
        if asked.approval_id is None:
            continue
        if ends == REFUSED:
            note = "Appeal it first: this reason is won every third time."
            approvals.refuse([asked.approval_id], note=note, actor=supervisor(), now=now)
        elif ends == PASSED_ON:
            approvals.approve_many([asked.approval_id], actor=supervisor(), today=until, now=now)
    return len(items)


def _denied_items() -> list[WorkItem]:
    """As many denied claims as are asked about, the one of most money last."""
    rows = WorkItem.objects.filter(
        state=WorkItem.State.OPEN, kind="denied", claim__isnull=False, lease=None, bucket__in=PAYERS
    )
    most = rows.select_related("claim", "account").order_by("-amount", "claim__number")[: len(_ASKED)]
    return list(most)[::-1]


def _ask(item: WorkItem, by: User, *, because: str, day: dt.date) -> None:
    at = dt.datetime.combine(day, _MORNING, tzinfo=dt.UTC)
    record_outcome(
        actor=by, item_id=item.pk, disposition="payer_write_off_proposed", now=at, today=day, books_to="WO_DENIAL",
        amount=item.amount, reason=because, given_up=because,
    )  # fmt: skip


def _business_days_before(day: dt.date, count: int) -> dt.date:
    for _ in range(count):
        day = previous_business_day(day - dt.timedelta(days=1))
    return day


def _owed(line_ids: set[int]) -> dict[tuple[int, str], Decimal]:
    found: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for line in ClaimLine.objects.filter(pk__in=line_ids):
        found.update({(line.pk, bucket): getattr(line, bucket.lower()) for bucket in PAYERS})
    return found


def _owner() -> User:
    return User.objects.get(username="owner")


def _is_given_up(seed: int, number: str) -> bool:
    return Random(f"{seed}/gives-up/{number}").random() < SHARE  # noqa: S311
