"""Coverage asked about: before a denial for it is worked, by a person, and where the uninsured may be covered.

Coverage is looked for only at practices that said so, at likely payers, and for so many patients a month. What is found
waits for a person: nobody is insured here because a payer's computer said so.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.races import LOST_RACE, ChangedMeanwhile, told_when_lost
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.models import Claim
from claims.billing.selectors import own_claim
from claims.denials.models import Denial
from claims.ledger.models import Receivable
from claims.parties.models import Coverage
from collections_app.status_requests.asking import GIVEN_UP_DAYS, MOST_AT_ONCE, REST_DAYS, AskedAbout, NotAsked
from collections_app.status_requests.models import AskingWay, CoverageQuestion, DiscoveryConsent
from collections_app.status_requests.sending import send_questions
from collections_app.status_requests.states import ELIGIBILITY, AskingPurpose, QuestionState
from collections_app.status_requests.ways import open_ways

if TYPE_CHECKING:
    from arwork.staff.models import User

#: CARCs that say somebody was not covered, or not found (RULES 7.2); and remarks that say the same.
COVERAGE_CARCS = ("26", "27", "31", "32", "33", "177", "200")
COVERAGE_RARCS = ("N30", "N382", "MA61")
#: A patient is asked about again at a payer after so many days.
DISCOVERY_REST_DAYS = 90
_WAITING = (QuestionState.READY, QuestionState.ASKED)
#: A denial for coverage is asked about within so many days of it; older ones are for a person.
DENIED_WITHIN_DAYS = 120


def about_coverage() -> Q:
    """Open denials for coverage, as a condition on denials."""
    remarks = Q()
    for code in COVERAGE_RARCS:
        remarks |= Q(rarcs__contains=code)
    return Q(state=Denial.State.OPEN) & (Q(carc__in=COVERAGE_CARCS) | remarks)


def ask_coverage(claim_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AskedAbout:
    """Ask about the coverage under which a claim was billed, on its day of service. Never within a transaction.

    Raises `NotAsked`, `NotFound`, `ChangedMeanwhile`, `Forbidden`.
    """
    require(actor, Capability.WORK_ITEMS)
    with told_when_lost(LOST_RACE), transaction.atomic():
        claim = own_claim(claim_id, actor=actor)
        denial = Denial.objects.filter(about_coverage(), claim=claim).order_by("-initial_on", "-pk").first()
        cover = _coverage_asked(claim, denial)
        if cover is None:
            raise NotAsked("The claim names no coverage, so there is nothing to ask about.")
        purpose = AskingPurpose.DENIAL if denial else AskingPurpose.PERSON
        questions = _insert([(cover, claim, denial)], purpose, actor=actor, today=today)
        audit.record(
            actor, "ask_coverage", "claim", claim.pk, practice_id=claim.practice_id, after={"purpose": purpose}, now=now
        )
    if not questions:
        raise NotAsked(
            "It was asked already and not answered yet, or the payer is not set up to be asked about coverage."
        )
    sent = send_questions(ELIGIBILITY, [one.pk for one in questions], actor=actor, today=today, now=now)
    return AskedAbout(len(questions), sent.answered, sent.failed)


def sweep_denials(*, today: dt.date, now: dt.datetime) -> AskedAbout:
    """Ask about the coverage behind every fresh denial for coverage, once for a claim and payer, and again after a day
    on which it failed. For a job; bounded by each payer's limit of the day."""
    give_up(today=today)
    ways = open_ways(ELIGIBILITY)
    left = _left(ways.values(), today)
    of_payer = Q(payer=OuterRef("payer")) | Q(denial__payer=OuterRef("payer"))  # asked may be another than denied
    asked = CoverageQuestion.objects.filter(of_payer, claim=OuterRef("claim")).exclude(
        state=QuestionState.FAILED, asked_on__lt=today
    )
    rows = Denial.objects.filter(
        about_coverage(), ~Exists(asked), payer__in=[payer for payer, most in left.items() if most > 0],
        initial_on__gte=today - dt.timedelta(days=DENIED_WITHIN_DAYS),
    ).select_related(*(f"claim__coverage{rank}" for rank in (1, 2, 3)))  # fmt: skip
    wanted, seen = [], set()
    for denial in rows.order_by("-amount", "pk")[: sum(max(most, 0) for most in left.values())]:
        cover = _coverage_asked(denial.claim, denial)
        if cover is None or denial.claim_id in seen or left.get(cover.payer_id, 0) <= 0:
            continue
        seen.add(denial.claim_id)
        left[cover.payer_id] -= 1
        wanted.append((cover, denial.claim, denial))
    return _send(wanted, AskingPurpose.DENIAL, today=today, now=now)


def discover(*, today: dt.date, now: dt.datetime, practices: Collection[int] | None = None) -> AskedAbout:
    """Ask likely payers about patients without standing coverage who owe, the largest balances first, within what each
    practice allows a month. For a job."""
    likely = [way for way in open_ways(ELIGIBILITY).values() if way.is_likely]
    left = _left(likely, today)
    consents = DiscoveryConsent.objects.filter(is_on=True)
    if practices is not None:
        consents = consents.filter(practice__in=practices)
    total = AskedAbout()
    for consent in consents.order_by("practice_id"):
        month = CoverageQuestion.objects.filter(
            practice=consent.practice_id, purpose=AskingPurpose.DISCOVERY, asked_on__gte=today.replace(day=1)
        )
        room = consent.most_a_month - month.values("patient").distinct().count()
        if room <= 0:
            continue
        claims = uninsured_claims([consent.practice_id], today=today, most=min(room, MOST_AT_ONCE))
        wanted = []
        for claim in claims:
            for way in likely:
                if left.get(way.payer_id, 0) > 0:
                    left[way.payer_id] -= 1
                    cover = Coverage(patient_id=claim.patient_id, payer_id=way.payer_id)
                    wanted.append((cover, claim, None))
        done = _send(wanted, AskingPurpose.DISCOVERY, today=today, now=now)
        total = AskedAbout(total.asked + done.asked, total.answered + done.answered, total.failed + done.failed)
    return total


def uninsured_claims(practices: Sequence[int], *, today: dt.date, most: int) -> list[Claim]:
    """For each patient without standing coverage who owes and was not asked about lately, the newest open claim; the
    largest balances first. Two queries."""
    standing = Coverage.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), patient=OuterRef("patient"))
    asked = CoverageQuestion.objects.filter(
        patient=OuterRef("patient"), purpose=AskingPurpose.DISCOVERY,
        asked_on__gt=today - dt.timedelta(days=DISCOVERY_REST_DAYS),
    ).exclude(state=QuestionState.FAILED, asked_on__lte=today - dt.timedelta(days=REST_DAYS))  # fmt: skip
    owed = Receivable.objects.filter(bucket="PATIENT", amount__gt=0, practice__in=practices)
    rows = Claim.objects.filter(
        ~Exists(standing), ~Exists(asked), practice__in=practices, pk__in=owed.values("claim")
    ).order_by("-balance", "pk")
    found: dict[int, Claim] = {}
    for claim in rows[: most * 3]:
        kept = found.get(claim.patient_id)
        if kept is None and len(found) >= most:
            continue
        if kept is None or claim.service_from > kept.service_from:
            found[claim.patient_id] = claim
    return list(found.values())


def give_up(*, today: dt.date) -> int:
    """Give up what nobody answered within some days; how many."""
    old = CoverageQuestion.objects.filter(state__in=_WAITING, asked_on__lt=today - dt.timedelta(days=GIVEN_UP_DAYS))
    return old.update(state=QuestionState.FAILED, failure=f"no answer within {GIVEN_UP_DAYS} days")


def _coverage_asked(claim: Claim, denial: Denial | None) -> Coverage | None:
    covers = [one for one in (claim.coverage1, claim.coverage2, claim.coverage3) if one]
    if denial is not None:
        denied = [one for one in covers if one.payer_id == denial.payer_id]
        return next(iter(denied or covers), None)
    return next(iter(covers), None)


_Wanted = tuple[Coverage, Claim, Denial | None]


def _send(wanted: Sequence[_Wanted], purpose: AskingPurpose, *, today: dt.date, now: dt.datetime) -> AskedAbout:
    total = AskedAbout()
    for batch in bulk.chunks(wanted, MOST_AT_ONCE):
        try:
            questions = _batch_questions(batch, purpose, today=today)
        except ChangedMeanwhile:  # somebody asked the same at the same moment: now it is seen, and left out
            questions = _batch_questions(batch, purpose, today=today)
        sent = send_questions(ELIGIBILITY, [one.pk for one in questions], actor=None, today=today, now=now)
        total = AskedAbout(total.asked + len(questions), total.answered + sent.answered, total.failed + sent.failed)
    return total


def _batch_questions(batch: Sequence[_Wanted], purpose: AskingPurpose, *, today: dt.date) -> list[CoverageQuestion]:
    with told_when_lost(LOST_RACE), transaction.atomic():
        return _insert(batch, purpose, actor=None, today=today)


def _insert(
    wanted: Iterable[_Wanted], purpose: AskingPurpose, *, actor: "User | None", today: dt.date
) -> list[CoverageQuestion]:
    asked = list(wanted)
    ways = open_ways(ELIGIBILITY, {cover.payer_id for cover, _, _ in asked})
    rows = CoverageQuestion.objects.filter(Among("patient", [claim.patient_id for _, claim, _ in asked]))
    waiting = set(rows.filter(state__in=_WAITING).values_list("patient_id", "payer_id", "service_on"))
    ready: dict[tuple[int, int, dt.date], _Wanted] = {}
    for cover, claim, denial in asked:
        key = (claim.patient_id, cover.payer_id, claim.service_from)
        if cover.payer_id in ways and key not in waiting:
            ready.setdefault(key, (cover, claim, denial))
    keys = bulk.reserve(CoverageQuestion, len(ready)) if ready else []
    questions = [
        CoverageQuestion(
            pk=key, practice_id=claim.practice_id, patient_id=claim.patient_id, payer_id=cover.payer_id,
            coverage_id=cover.pk, claim=claim, denial=denial, purpose=purpose, way=ways[cover.payer_id].way,
            trace=f"E{key}", service_on=claim.service_from, asked_on=today, asked_by=actor,
        )
        for key, (cover, claim, denial) in zip(keys, ready.values(), strict=True)
    ]  # fmt: skip
    bulk.insert(CoverageQuestion, questions)
    return questions


def _left(ways: Iterable[AskingWay], today: dt.date) -> dict[int, int]:
    left = {way.payer_id: way.most_a_day for way in ways}
    asked = (
        CoverageQuestion.objects.filter(asked_on=today, payer__in=left).order_by().values_list("payer_id", flat=True)
    )
    for payer, count in Counter(asked).items():
        left[payer] -= count
    return left
