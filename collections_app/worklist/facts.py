"""What only the items that change need to know: dates of the claim, its last submission, promises, places.

Read for the changed part of a batch, never for everything.
"""

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from arwork.lib.bulk import Among
from claims.billing.buckets import PAYERS, SEQUENCES, next_payer
from claims.billing.models import Acknowledgment, Claim, Submission
from claims.billing.submitted_claims import is_sent_again
from claims.credits.clock import OverpaymentDates
from claims.credits.selectors import recorded_dates
from claims.denials.claim_windows import (
    CORRECTED,
    INSTITUTIONAL,
    NoticeStanding,
    NoticeWindow,
    PayerCorrespondence,
    notice_of,
    window_of_underpayment,
    windows_of_denial,
)
from claims.denials.models import Denial, Underpayment
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.payers.deadlines import RuleScope, governing_state
from claims.payers.models import Payer
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook
from claims.practices.closures import ClosureBook, closure_book
from claims.practices.models import Practice
from claims.remits.models import RemitClaim
from collections_app.appeals.lists import standings_of_appeals
from collections_app.contacts import asking, windows
from collections_app.contacts.frequency import CallPause
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book
from collections_app.promises.models import Promise
from collections_app.promises.rules import last_day_to_keep
from collections_app.status_requests.selectors import said_on_file
from collections_app.worklist.dispositions import BY_CODE, UPHELD
from collections_app.worklist.first_calls import StatementClock
from collections_app.worklist.from_books import BUCKETS_NOT_WORKED, RowScope, pauses
from collections_app.worklist.history import PayerHistory, SegmentHistory, payer_histories, segment_histories
from collections_app.worklist.lanes import LaneFigures, lane_figures
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.plan_work import plan_work
from collections_app.worklist.rate_models import PayerPace, SegmentRate
from collections_app.worklist.scoring import age_limits
from collections_app.worklist.window_models import NoticeAnswer

#: What a payer says who has the claim, and who has not: filing is proven by the one and open again by the other.
ON_FILE = ("in_process", "paid_eft", "paid_check", "denied_see_eob", "needs_records", "waits_for_patient")
NOT_ON_FILE = ("not_on_file",)
#: Outcomes that keep a window, or bear on filing.
TELLING_OUTCOMES = frozenset([
    *(code for code, one in BY_CODE.items() if one.answers), *ON_FILE, *NOT_ON_FILE, UPHELD,
])  # fmt: skip


class LastSubmission(NamedTuple):
    """The last time a claim went to one of its payers: sent by us, or forwarded by the one before it (a crossover)."""

    on: dt.date
    is_electronic: bool = True
    is_forwarded: bool = False
    state_on: dt.date | None = None


class OwingSince(NamedTuple):
    """Who owes a bucket other than the patient's, and since when."""

    payer_id: int | None
    since_on: dt.date


@dataclass(slots=True)
class ClaimFacts:
    """Dates of one claim, the windows of what was denied or paid short on it, and its last submission to each payer
    (P, S, T). `overpaid` are the clocks that people recorded of its credits. `again_on` are the days on which it
    was sent again and not rejected; `told_on` is when it went to a later payer with what the first one had decided."""

    service_from: dt.date
    service_to: dt.date
    plan_id: int | None
    opened_on: dt.date
    awaiting_since: dt.date | None = None
    is_institutional: bool = False
    denied_by: int | None = None
    denial_windows: frozenset[NoticeWindow] = frozenset()
    short_windows: frozenset[NoticeWindow] = frozenset()
    notice_buckets: dict[str, str] = field(default_factory=dict)
    sent: dict[str, LastSubmission] = field(default_factory=dict)
    again_on: list[dt.date] = field(default_factory=list)
    told_on: dt.date | None = None
    owing: dict[str, OwingSince] = field(default_factory=dict)
    overpaid: dict[str, OverpaymentDates] = field(default_factory=dict)
    correspondence: PayerCorrespondence = field(default_factory=PayerCorrespondence)

    def notices_to(self, bucket: str, windows: Iterable[NoticeWindow]) -> list[NoticeWindow]:
        """Those that the payer behind a bucket gave; every one where the bucket is the patient's."""
        return [one for one in windows if bucket not in PAYERS or self.notice_buckets.get(one.notice, bucket) == bucket]

    def since_on(self, bucket: str) -> dt.date | None:
        """Since when a bucket owes: for a later payer the day of the earlier one's answer."""
        return self.owing[bucket].since_on if bucket in self.owing else None

    def last_submission_to(self, bucket: str) -> LastSubmission | None:
        """The last submission to the payer behind a bucket."""
        return self.sent.get(SEQUENCES.get(bucket, "P"))


@dataclass(slots=True)
class AccountFacts:
    """The guarantor's call window, what forbids calling them for now, what was promised (due: the last day that keeps
    it; broken: its day, and when that was found; of a broken plan the same), until when money keeps a plan, the first
    statements of the visits that may be asked for, and since when a payer's correction may need the credit."""

    window_id: int | None = None
    pause: CallPause | None = None
    promise_due_on: dt.date | None = None
    promise_broken_on: dt.date | None = None
    promise_broken_at: dt.datetime | None = None
    plan_kept_until: dt.date | None = None
    plan_is: str = "payment plan"
    statements: tuple[dt.date | None, ...] = ()
    awaiting_since: dt.date | None = None


def claim_facts(claim_ids: Collection[int]) -> dict[int, ClaimFacts]:
    """Eleven queries."""
    rows = Claim.objects.filter(Among("pk", claim_ids)).values_list(
        "pk", "service_from", "service_to", "plan_id", "opened_on", "awaiting_correction_since", "form"
    )
    found = {
        pk: ClaimFacts(service_from, service_to, plan_id, opened_on, awaiting_since, form == INSTITUTIONAL)
        for pk, service_from, service_to, plan_id, opened_on, awaiting_since, form in rows
    }
    owing = Receivable.objects.filter(Among("claim", claim_ids), amount__gt=0).exclude(bucket__in=BUCKETS_NOT_WORKED)
    for claim, bucket, payer, since in owing.values_list("claim_id", "bucket", "payer_id", "since_on"):
        found[claim].owing[bucket] = OwingSince(payer, since)
    for (claim, bucket), dates in recorded_dates(claim_ids).items():
        found[claim].overpaid[bucket] = dates
    sent = Submission.objects.filter(Among("claim", claim_ids)).order_by("submitted_on", "pk")
    columns = ("claim_id", "submitted_on", "sequence", "is_electronic", "state", "state_on", "frequency", "prior_paid")
    for claim, day, sequence, electronic, state, state_on, frequency, prior_paid in sent.values_list(*columns):
        is_again = is_sent_again(frequency, is_first=sequence not in found[claim].sent)
        found[claim].sent[sequence] = LastSubmission(day, electronic, state_on=state_on)
        found[claim].told_on = found[claim].told_on if prior_paid is None else day
        if is_again and state != Submission.State.REJECTED:
            found[claim].again_on.append(day)
    forwarded = RemitClaim.objects.filter(
        Among("claim", claim_ids), state=RemitClaim.State.POSTED, is_forwarded=True, reversals__isnull=True
    ).order_by("-remittance__paid_on")
    for claim_id, bucket, day in forwarded.values_list("claim_id", "bucket", "remittance__paid_on"):
        if following := next_payer(bucket):
            found[claim_id or 0].sent.setdefault(SEQUENCES[following], LastSubmission(day, is_forwarded=True))
    denials = Denial.objects.filter(Among("claim", claim_ids), state=Denial.State.OPEN).order_by("amount", "-pk")
    for denial in denials.select_related("payer", "rule"):
        detail = found[denial.claim_id]
        detail.denied_by = denial.payer_id
        detail.denial_windows |= set(windows_of_denial(denial))
        detail.notice_buckets[notice_of(denial)] = denial.bucket
    short = Underpayment.objects.filter(Among("claim", claim_ids), state__in=("open", "disputed"))
    for row in short.only("claim_id", "opened_on"):
        found[row.claim_id].short_windows |= {window_of_underpayment(row)}
    for claim, correspondence in correspondence_of_claims(claim_ids).items():
        found[claim].correspondence = correspondence
    for detail in found.values():
        detail.correspondence.add_corrections(detail.again_on)
    return found


def correspondence_of_claims(claim_ids: Iterable[int]) -> dict[int, PayerCorrespondence]:
    """What was recorded at the desk, or in an appeal, as sent to the payers of these claims, or heard from them, and
    what payers answered to questions about their status. Four queries."""
    rows = WorkAction.objects.filter(
        Among("item__claim", claim_ids), disposition__in=TELLING_OUTCOMES, undone_by=None
    ).order_by("pk")
    found: dict[int, PayerCorrespondence] = defaultdict(PayerCorrespondence)
    for claim, code, at in rows.values_list("item__claim_id", "disposition", "at"):
        add_to_correspondence(found[claim or 0], code, timezone.localdate(at))
    answers = NoticeAnswer.objects.filter(Among("action__item__claim", claim_ids), action__undone_by=None)
    columns = ("action__item__claim_id", "denial_id", "underpayment_id", "kept", "level", "upheld_on")
    for claim, denial, short, kept, level, upheld_on in answers.order_by("action", "pk").values_list(*columns):
        notice = f"denial:{denial}" if denial else f"underpayment:{short}"
        before = found[claim or 0].standings.get(notice, NoticeStanding())
        found[claim or 0].standings[notice] = NoticeStanding(
            before.kept | set(kept.split()), level or before.level, upheld_on
        )
    for claim, verdict, day in said_on_file(claim_ids):
        standing = found[claim]
        if day >= max(standing.on_file or day, standing.not_on_file or day):
            standing.on_file, standing.not_on_file = (day, None) if verdict else (None, day)
    for claim, standings in standings_of_appeals(claim_ids).items():
        found[claim].standings |= standings
    return found


def add_to_correspondence(correspondence: PayerCorrespondence, disposition: str, day: dt.date) -> None:
    """Add what an outcome of `day` says of the claim as a whole."""
    if "filing" in BY_CODE[disposition].answers and CORRECTED in BY_CODE[disposition].answers:
        correspondence.corrected_on = day
    if disposition in ON_FILE:
        correspondence.on_file, correspondence.not_on_file = day, None
    elif disposition in NOT_ON_FILE:
        correspondence.on_file, correspondence.not_on_file = None, day


def account_facts(
    account_ids: Collection[int], *, today: dt.date, limits: LimitBook, closures: ClosureBook
) -> dict[int, AccountFacts]:
    """Sixteen queries at most."""
    rows_of = Account.objects.filter(Among("pk", account_ids)).values_list("pk", "guarantor_id", "practice_id")
    guarantors = {account: (person, practice) for account, person, practice in rows_of}
    noon = timezone.make_aware(dt.datetime.combine(today, dt.time(12)))
    calling = asking.calling_facts(account_ids, at=noon)
    keys = {account: windows.person_key(one, today) for account, one in calling.items()}
    ids = windows.window_ids(keys.values())
    call_pauses = asking.pauses_for(calling, today)
    found = {account: AccountFacts(window_id=ids[keys[account]], pause=call_pauses[account]) for account in guarantors}
    made = Promise.objects.filter(Among("account", account_ids)).exclude(state=Promise.State.CANCELLED)
    columns = ("account_id", "state", "due_on", "grace_days", "settled_on", "broken_at")
    for account, state, due, grace, settled, broken_at in made.order_by("made_on", "pk").values_list(*columns):
        detail = found[account]
        is_open = state in (Promise.State.OPEN, Promise.State.PARTLY)
        closed = closures.of(guarantors[account][1])
        detail.promise_due_on = last_day_to_keep(due, grace, closures=closed) if is_open else None
        detail.promise_broken_on = settled if state == Promise.State.BROKEN else None
        detail.promise_broken_at = broken_at if state == Promise.State.BROKEN else None
    for account, plan in plan_work(account_ids, today=today, closures=closures).items():
        detail = found[account]
        detail.plan_kept_until, detail.plan_is = plan.kept_until, plan.what
        if plan.kept_until is not None:  # what was promised before is what was agreed since
            detail.promise_due_on = detail.promise_broken_on = detail.promise_broken_at = None
        if plan.is_called and plan.broken_on and plan.broken_on > (detail.promise_broken_on or dt.date.min):
            detail.promise_broken_on, detail.promise_broken_at = plan.broken_on, plan.broken_at
    awaiting_correction = Receivable.objects.filter(
        Among("account", account_ids), bucket="PATIENT", amount__lt=0, claim__awaiting_correction_since__isnull=False
    ).order_by("claim__awaiting_correction_since")
    for account, since in awaiting_correction.values_list("account_id", "claim__awaiting_correction_since"):
        found[account].awaiting_since = since
    why_not = pauses(RowScope(ids=tuple(account_ids)))
    statements = StatementClock(limits, today)
    owed = Receivable.objects.filter(Among("account", account_ids), bucket="PATIENT", amount__gt=0)
    owed_columns = ("account_id", "claim_id", "practice_id", "since_on", "first_statement_on")
    for account, claim, practice, since, sent_on in owed.values_list(*owed_columns):
        if claim not in why_not:
            found[account].statements += (statements.statement_on(practice, since, sent_on),)
    return found


_NO_SEGMENT, _NO_PAYER = SegmentHistory(), PayerHistory()


@dataclass
class ScoringContext:
    """The surroundings of a batch on one day."""

    today: dt.date
    now: dt.datetime
    rules: RuleBook
    limits: LimitBook
    payer_class: dict[int, str] = field(default_factory=dict)
    payer_window: dict[int, int] = field(default_factory=dict)
    payer_state: dict[int, str] = field(default_factory=dict)
    practice_state: dict[int, str] = field(default_factory=dict)
    acknowledged: frozenset[int] = frozenset()
    rates: dict[tuple[int, str, str, str, str], SegmentHistory] = field(default_factory=dict)
    paces: dict[tuple[int, int], PayerHistory] = field(default_factory=dict)
    figures: dict[int, LaneFigures] = field(default_factory=dict)
    closures: ClosureBook = ClosureBook()

    def scope(self, *, practice_id: int, payer_id: int | None, plan_id: int | None) -> RuleScope:
        """Whose rules apply to a claim."""
        return RuleScope(
            payer_class=self.payer_class.get(payer_id or 0),
            payer_id=payer_id,
            plan_id=plan_id,
            practice_id=practice_id,
            state=governing_state(
                payer=self.payer_state.get(payer_id or 0, ""), practice=self.practice_state.get(practice_id, "")
            ),
            closures=self.closures.of(practice_id),
        )

    def limit(self, name: str, *, practice_id: int) -> int:
        """The figure that holds today for a practice, in the unit of its kind."""
        return self.limits.value(name, on=self.today, practice_id=practice_id)

    def lane_figures(self, practice_id: int) -> LaneFigures:
        """What decides about lanes in a practice today."""
        found = self.figures.get(practice_id)
        if found is None:
            found = lane_figures(self.limits, practice_id=practice_id, on=self.today)
            self.figures[practice_id] = found
        return found

    def history_of(
        self, practice_id: int, kind: str, payer_id: int | None, category: str, age: int
    ) -> "SegmentHistory":
        """The practice's own segment; nothing where there is no history."""
        key = (practice_id, kind, self.payer_class.get(payer_id or 0, ""), category, age_band(age))
        return self.rates.get(key, _NO_SEGMENT)

    def payer_history(self, practice_id: int, payer_id: int | None) -> "PayerHistory":
        """Mean minutes with a payer and what it allows, with their counts."""
        return self.paces.get((practice_id, payer_id or 0), _NO_PAYER)


def age_band(age_days: int) -> str:
    """The age bracket in which rates are kept, by its last day; `over` beyond the last."""
    limits = age_limits()
    index = bisect_left(limits, age_days)
    return str(limits[index]) if index < len(limits) else "over"


def context_of_item(item: WorkItem, *, today: dt.date, now: dt.datetime) -> ScoringContext:
    """The context of a day for one item: of its practice and payer alone, for every outcome waits for it."""
    payers = [item.payer_id] if item.payer_id else []
    return load_context(today=today, now=now, payer_ids=payers, practice_id=item.practice_id)


def load_context(
    *, today: dt.date, now: dt.datetime, payer_ids: Iterable[int] | None = None, practice_id: int | None = None
) -> ScoringContext:
    """The context of a day, for some payers or (None) for all, for one practice or (None) for all. Ten queries, and
    one for each practice."""
    practices = Practice.objects.all() if practice_id is None else Practice.objects.filter(pk=practice_id)
    rates = SegmentRate.objects.all() if practice_id is None else SegmentRate.objects.filter(practice=practice_id)
    states = dict(practices.values_list("pk", "state"))
    payers = Payer.objects.all() if payer_ids is None else Payer.objects.filter(pk__in=set(payer_ids))
    facts = list(payers.values_list("pk", "payer_class", "state"))
    payer_class = {pk: of_class for pk, of_class, _ in facts}
    keys = windows.payer_keys(payer_class)
    ids = windows.window_ids(keys.values())
    return ScoringContext(
        today=today,
        now=now,
        rules=rule_book(),
        limits=limit_book(),
        payer_class=payer_class,
        payer_window={payer: ids[key] for payer, key in keys.items()},
        payer_state={pk: state for pk, _, state in facts if state},
        practice_state=states,
        acknowledged=_with_acknowledgments(states),
        rates=segment_histories(rates),
        paces=payer_histories(PayerPace.objects.filter(payer__in=payer_class)),
        closures=closure_book(),
    )


def _with_acknowledgments(practices: Iterable[int]) -> frozenset[int]:
    """Practices whose clearinghouse reports back: only they can miss an acknowledgment."""
    known = Acknowledgment.objects.filter(kind__in=("277CA", "277")).order_by()
    return frozenset(practice for practice in practices if known.filter(practice=practice).exists())
