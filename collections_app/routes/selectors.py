"""The routes of a claim's denials from the books: the facts of each denial, its windows, and what was chosen."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Max, Min, Sum

from arwork.lib.money import ZERO
from claims.billing.buckets import PAYERS, SEQUENCES
from claims.billing.models import Claim, Submission
from claims.billing.submitted_claims import is_sent_again
from claims.denials.claim_windows import NoticeStanding, PayerCorrespondence, correspondence_with_payers, notice_of
from claims.denials.denial_rules import ruling_of
from claims.denials.models import Denial
from claims.denials.routing import Route, Ruling, route, win_rate
from claims.ledger.models import Receivable
from claims.parties.models import Coverage
from claims.payers.deadlines import ClaimDates, Deadline, RuleScope, deadline_of, governing_state
from claims.payers.models import Payer, Plan
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook
from claims.practices.closures import closure_book
from claims.remits.era import ADJUDICATED_STATUSES
from claims.remits.models import RemitClaim
from collections_app.routes.listening import LearnedFacts, learned_of
from collections_app.routes.models import RouteChoice
from collections_app.routes.outcomes import results_by_route, with_outcomes
from collections_app.routes.route_facts import INSTITUTIONAL, RouteFacts, RouteResults, payer_kind
from collections_app.routes.route_options import RouteOption, best_of, route_options

_OF_NOTICE = ("corrected", "records")
_LEVELS = 5
#: What was sent and is not awaited any more.
_SETTLED = (Submission.State.REJECTED, Submission.State.ADJUDICATED)


@dataclass(frozen=True, slots=True)
class DenialRoutes:
    """The routes out of one denial; its facts, and the denials that have the same reason and day (`denials`, itself
    the first)."""

    denial: Denial
    denials: tuple[Denial, ...]
    facts: RouteFacts
    options: tuple[RouteOption, ...]

    @property
    def best(self) -> RouteOption | None:
        return best_of(self.options)

    @property
    def open_options(self) -> list[RouteOption]:
        return [one for one in self.options if one.is_open]

    @property
    def shut_options(self) -> list[RouteOption]:
        return [one for one in self.options if not one.is_open]


def routes_of_claim(claim_id: int, *, today: dt.date) -> list[DenialRoutes]:
    """The routes of a claim's open denials on a day, the largest first; denials for one reason, by one payer of one
    day, are one. Sixteen queries at most, four more for each further payer, one where nothing is denied. The caller has
    seen that it may be shown."""
    rows = Denial.objects.filter(claim=claim_id, state=Denial.State.OPEN, claim__merged_into=None)
    found = list(rows.select_related("payer", "rule", "remit_claim", "line").order_by("-amount", "pk"))
    if not found:
        return []
    books = _Books.read(claim_id, found, today=today)
    told = []
    for group in _alike(found):
        facts = books.facts_of(group)
        told.append(DenialRoutes(group[0], tuple(group), facts, route_options(facts, today=today)))
    return told


def routes_of_denial(claim_id: int, denial_ids: Collection[int], *, today: dt.date) -> DenialRoutes | None:
    """The routes of the denials that are named (none named: the largest); None where none of them is open."""
    told = routes_of_claim(claim_id, today=today)
    if not denial_ids:
        return told[0] if told else None
    return next((one for one in told if {row.pk for row in one.denials} & set(denial_ids)), None)


def choices_of_claim(claim_id: int) -> list[RouteChoice]:
    """What was chosen for a claim, the newest first, with what became of each. One query."""
    rows = with_outcomes(RouteChoice.objects.filter(claim=claim_id)).select_related("chosen_by", "withdrawn__by")
    return list(rows.order_by("-pk"))


def standing_choice(claim_id: int) -> RouteChoice | None:
    """The choice by which a claim is worked now: the last one that was not taken back and whose denials are open."""
    rows = with_outcomes(RouteChoice.objects.filter(claim=claim_id)).filter(
        is_pending=True, is_replaced=False, is_taken_back=False
    )
    return rows.select_related("chosen_by").order_by("-pk").first()


def _alike(rows: Sequence[Denial]) -> list[list[Denial]]:
    groups: dict[tuple[object, ...], list[Denial]] = {}
    for one in rows:
        key = (one.bucket, one.payer_id, one.group, one.carc, one.rarcs, one.initial_on, one.rule_id)
        groups.setdefault(key, []).append(one)
    return sorted(groups.values(), key=lambda group: (-_refused(group), group[0].pk))


def _refused(group: Sequence[Denial]) -> Decimal:
    """What the payer still refuses: of a denial that was paid in part the rest."""
    return sum((one.amount - one.recovered for one in group), ZERO)


@dataclass(frozen=True, slots=True)
class _Books:
    """What the routes of one claim read of the books, once for all its denials."""

    claim: Claim
    coverages: dict[str, Coverage]
    sent: list[Submission]
    paid: dict[str, tuple[Decimal, bool]]
    answered: dict[str, tuple[dt.date, dt.date]]  # by bucket: its payer's first and last answer that stands
    owing_since: dict[str, dt.date]
    rules: RuleBook
    closures: frozenset[dt.date]
    correspondence: PayerCorrespondence
    learned: Mapping[int, LearnedFacts]
    by_route: Mapping[str, Mapping[str, Mapping[str, RouteResults]]]
    today: dt.date

    @classmethod
    def read(cls, claim_id: int, denials: Sequence[Denial], *, today: dt.date) -> "_Books":
        claim = Claim.objects.select_related("practice", "plan").get(pk=claim_id)
        ids = {PAYERS[0]: claim.coverage1_id, PAYERS[1]: claim.coverage2_id, PAYERS[2]: claim.coverage3_id}
        covers = Coverage.objects.select_related("payer", "plan").in_bulk([pk for pk in ids.values() if pk])
        told = RemitClaim.objects.filter(claim=claim_id, state=RemitClaim.State.POSTED, reversals__isnull=True)
        told = told.filter(status__in=ADJUDICATED_STATUSES)
        paid: dict[str, tuple[Decimal, bool]] = {}
        answered: dict[str, tuple[dt.date, dt.date]] = {}
        days = {"first": Min("remittance__paid_on"), "last": Max("remittance__paid_on")}
        rows = told.order_by().values_list("bucket", "is_forwarded").annotate(Sum("paid"), **days)
        for bucket, is_forwarded, total, first, last in rows:
            before, was = paid.get(bucket, (ZERO, False))
            paid[bucket] = (before + total, was or is_forwarded)
            known = answered.get(bucket, (first, last))
            answered[bucket] = min(first, known[0]), max(last, known[1])
        owing = Receivable.objects.filter(claim=claim_id, bucket__in=PAYERS[1:], amount__gt=0)
        payers = {one.payer.pk if one.payer else 0: one.payer.payer_class if one.payer else "" for one in denials}
        return cls(
            claim=claim,
            coverages={bucket: covers[pk] for bucket, pk in ids.items() if pk in covers},
            sent=list(Submission.objects.filter(claim=claim_id).order_by("submitted_on", "pk")),
            paid=paid,
            answered=answered,
            owing_since=dict(owing.values_list("bucket", "since_on")) if len(covers) > 1 else {},
            rules=rule_book(),
            closures=closure_book().of(claim.practice_id),
            correspondence=correspondence_with_payers(claim_id),
            learned={
                pk: learned_of(claim_id, payer_id=pk, payer_class=payer_class) for pk, payer_class in payers.items()
            },
            by_route={name: results_by_route(claim.practice_id, payer_class=name) for name in set(payers.values())},
            today=today,
        )

    def facts_of(self, group: Sequence[Denial]) -> RouteFacts:
        """The facts of denials for one reason."""
        first = group[0]
        payer, cover = first.payer, self.coverages.get(first.bucket)
        plan = cover.plan if cover else self.claim.plan
        ruling = ruling_of(first.rule)
        payer_class = payer.payer_class if payer else ""
        way = route(first.group, first.carc, first.rarcs.split(), payer_class=payer_class or None, ruling=ruling)
        standing = self._standing(group)
        level, is_appealed, notice_on = _where_appealed(standing, way, first)
        amount = _refused(group)
        learned = self.learned[first.payer_id or 0]
        usual, source = _usual(way, ruling)
        paid, is_forwarded = self.paid.get(first.bucket, (ZERO, False))
        scope = self._scope(payer, plan)
        facts = RouteFacts(
            kind=payer_kind(payer_class, funding=plan.funding if plan else "", form=self.claim.form),
            way=way,
            group=first.group,
            carc=first.carc,
            rarcs=tuple(first.rarcs.split()),
            amount=amount,
            notice_on=first.initial_on,
            level=level,
            is_appealed=is_appealed,
            kept=standing.kept,
            sent_again_on=self._sent_again_on(first),
            has_icn=bool(first.remit_claim.icn or (first.bucket == PAYERS[0] and self.claim.icn)),
            is_forwarded=is_forwarded,
            paid=paid,
            worth=(amount * learned.allowed_share).quantize(amount if amount else ZERO),
            bucket=first.bucket,
            usual_win=usual,
            win_source=source,
            own=learned.results.get(first.category, RouteResults()),
            by_route=self.by_route[payer_class].get(first.category, {}),
            call_minutes=learned.call_minutes,
            closures=self.closures,
        )
        following = self._next_cover(first)
        return replace(
            facts,
            windows=self._windows(first, scope, notice_on=notice_on, level=level),
            other_payers=(str(following.payer),) if following else (),
            next_window=self._next_window(first, following),
        )

    def _standing(self, group: Sequence[Denial]) -> NoticeStanding:
        """What was done about these notices: the furthest of them."""
        known = [self.correspondence.standings.get(notice_of(one), NoticeStanding()) for one in group]
        return max(known, key=lambda one: (one.level, one.upheld_on is not None))

    def _sent_again_on(self, denial: Denial) -> dt.date | None:
        """When the claim went to this payer again after the notice, by our files or as people say, where it has not
        answered that since."""
        days = [
            one.submitted_on
            for index, one in enumerate(self._sent_to(denial.bucket))
            if one.state not in _SETTLED and is_sent_again(one.frequency, is_first=index == 0)
        ]
        said_on, (_, heard_on) = self.correspondence.corrected_on, self.answered.get(denial.bucket, (None, None))
        if said_on and (heard_on is None or said_on >= heard_on):
            days.append(said_on)
        later = [day for day in days if day >= denial.initial_on]
        return max(later, default=None)

    def _sent_to(self, bucket: str) -> list[Submission]:
        return [one for one in self.sent if one.sequence == SEQUENCES.get(bucket, "P")]

    def _dates(self, **more: dt.date | None) -> ClaimDates:
        return ClaimDates(
            dos_on=self.claim.service_from,
            through_on=self.claim.service_to,
            is_institutional=self.claim.form == INSTITUTIONAL,
            **more,
        )

    def _windows(self, denial: Denial, scope: RuleScope, *, notice_on: dt.date, level: int) -> dict[str, Deadline]:
        """The deadlines of a denial by rule kind: an answer by the rules of its notice's day, filing by those of the
        service. An appeal after a decision runs from that (`notice_on`)."""
        found: dict[str, Deadline | None] = {}
        of_notice = self._dates(notice_on=denial.initial_on)
        for kind in _OF_NOTICE:
            found[kind] = deadline_of(kind, of_notice, scope=scope, rules=self.rules, on=denial.initial_on)
        if level <= _LEVELS:
            kind, dates = f"appeal_{level}", self._dates(notice_on=notice_on)
            found[kind] = deadline_of(kind, dates, scope=scope, rules=self.rules, on=notice_on)
        filing = "filing" if denial.bucket == PAYERS[0] else "filing_secondary"
        dates = self._dates(primary_eob_on=self._owes_since(denial.bucket) if filing == "filing_secondary" else None)
        found[filing] = deadline_of(filing, dates, scope=scope, rules=self.rules, on=self.claim.service_from)
        return {kind: one for kind, one in found.items() if one is not None}

    def _next_cover(self, denial: Denial) -> Coverage | None:
        """The coverage that answers after all that have answered, where that is another payer than the one that denied
        it; the claim to it carries the decision of the one before it (RULES 3.1)."""
        ranks = [PAYERS.index(bucket) for bucket in self.answered if bucket in PAYERS]
        rank = max(ranks, default=PAYERS.index(denial.bucket) if denial.bucket in PAYERS else 0) + 1
        cover = self.coverages.get(PAYERS[rank]) if rank < len(PAYERS) else None
        return cover if cover and cover.payer_id != denial.payer_id else None

    def _owes_since(self, bucket: str) -> dt.date | None:
        """Since when a later payer owes, as the worklist counts: by the books, else since the payer before answered."""
        before = [self.answered[one][0] for one in PAYERS if one < bucket and one in self.answered]
        return self.owing_since.get(bucket) or max(before, default=None)

    def _next_window(self, denial: Denial, cover: Coverage | None) -> Deadline | None:
        """Until when that payer takes it: since it owes, or from this payer's answer, by its own rule (RULES 9.2)."""
        if cover is None:
            return None
        scope = self._scope(cover.payer, cover.plan)
        bucket = next(one for one, known in self.coverages.items() if known.pk == cover.pk)
        dates = self._dates(primary_eob_on=self._owes_since(bucket) or denial.initial_on)
        return deadline_of("filing_secondary", dates, scope=scope, rules=self.rules, on=self.claim.service_from)

    def _scope(self, payer: Payer | None, plan: Plan | None) -> RuleScope:
        return RuleScope(
            payer_class=payer.payer_class if payer else None,
            payer_id=payer.pk if payer else None,
            plan_id=plan.pk if plan else None,
            practice_id=self.claim.practice_id,
            state=governing_state(payer=payer.state if payer else "", practice=self.claim.practice.state),
            closures=self.closures,
            funding=plan.funding if plan else "",
        )


def _where_appealed(standing: NoticeStanding, way: Route, denial: Denial) -> tuple[int, bool, dt.date]:
    """The level of the next appeal, whether one waits for its decision, and the day of the notice that the next one
    answers."""
    first = 2 if way.deadline_kind == "appeal_2" else 1
    if standing.upheld_on is not None:
        return max(standing.level + 1, first), False, standing.upheld_on
    if standing.level:
        return max(standing.level, first), True, denial.initial_on
    return first, False, denial.initial_on


def _usual(way: Route, ruling: Ruling | None) -> tuple[Decimal, str]:
    if ruling is not None and ruling.win_rate is not None:
        return ruling.win_rate, f"own rule: {ruling.source}"
    usual = win_rate(way.category)
    return usual.rate, usual.source
