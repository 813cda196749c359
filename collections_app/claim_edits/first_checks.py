"""What the first check of each claim found, and the clean-claim rate that comes of it.

A claim is clean when the edits found nothing the first time that it was to leave for a payer (HFMA MAP Keys: claims
that pass all edits without a manual touch over claims accepted for billing; RULES 6). Corrected and repeated claims
count by what their first sending was. Claims that another system sent are read from its files the night after; those
made here count when they are first checked.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from arwork.lib import bulk
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim, Submission
from collections_app.claim_edits.facts import NAMES, TextsOf, ToCheck
from collections_app.claim_edits.findings import Finding
from collections_app.claim_edits.models import FirstCheck
from collections_app.claim_edits.selectors import findings_of_many

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 500
#: How far back a night looks for claims that were sent: what came late is still found.
LOOKED_BACK = dt.timedelta(days=60)
_LONGEST = 400
#: What says of the day on which it is read, not of how the claim was made.
_NOT_COUNTED = frozenset({"filing_passed", "filing_near", "sent_before"})
TARGET_PERCENT = 95


@dataclass(frozen=True, slots=True)
class CleanRow:
    """A month, payer or practice: claims first checked and those that were clean."""

    name: str
    checked: int
    clean: int
    key: int | None = None

    @property
    def percent(self) -> int | None:
        return self.clean * 100 // self.checked if self.checked else None


@dataclass(frozen=True, slots=True)
class CleanRates:
    """The clean-claim rate of a span: over all, by month, payer and practice, and the edits that failed most."""

    total: CleanRow
    months: list[CleanRow] = field(default_factory=list)
    payers: list[CleanRow] = field(default_factory=list)
    practices: list[CleanRow] = field(default_factory=list)
    edits: list[tuple[str, int]] = field(default_factory=list)


def record_first_check(
    claim: Claim,
    findings: Iterable[Finding],
    *,
    payer_id: int | None,
    sequence: str,
    form: str,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Note what the edits found when a claim was first to leave here; a later check of the same changes nothing."""
    row = _row(claim, findings, payer_id=payer_id, sequence=sequence, form=form, on=today, now=now)
    bulk.insert(FirstCheck, [row], ignore_conflicts=True)


def check_what_was_sent(*, texts_of: TextsOf, since: dt.date, now: dt.datetime) -> int:
    """Check claims that were sent since that day and not yet looked at, in batches; how many. Takes up where it
    stopped. `texts_of` reads them from the files in which they came; what cannot be read is passed over."""
    checked, after = 0, 0
    known = FirstCheck.objects.filter(claim=OuterRef("claim"), sequence=OuterRef("sequence"))
    while True:
        rows = Submission.objects.filter(pk__gt=after, submitted_on__gte=since, frequency="1", is_electronic=True)
        rows = rows.filter(~Exists(known)).order_by("pk")
        batch = list(rows.select_related("claim", *(f"claim__{name}" for name in NAMES))[:BATCH])
        if not batch:
            return checked
        after = batch[-1].pk
        checked += _check(batch, texts_of=texts_of, now=now)


def _check(batch: Sequence[Submission], *, texts_of: TextsOf, now: dt.datetime) -> int:
    texts = texts_of(batch)
    found: dict[tuple[int, str], Submission] = {}
    for one in sorted(batch, key=lambda row: (row.submitted_on, row.pk)):
        if one.pk in texts:
            found.setdefault((one.claim_id, one.sequence), one)
    sent = list(found.values())
    asked = [ToCheck(texts[one.pk], one.claim, one.sequence, one.frequency, one.submitted_on) for one in sent]
    results = findings_of_many(asked)
    rows = [
        _row(
            one.claim, findings, payer_id=one.payer_id, sequence=one.sequence, form=to_check.text.form,
            on=one.submitted_on, now=now, submission=one,
        )
        for one, to_check, findings in zip(sent, asked, results, strict=True)
    ]  # fmt: skip
    bulk.insert(FirstCheck, rows, ignore_conflicts=True)
    return len(rows)


def _row(
    claim: Claim,
    findings: Iterable[Finding],
    *,
    payer_id: int | None,
    sequence: str,
    form: str,
    on: dt.date,
    now: dt.datetime,
    submission: Submission | None = None,
) -> FirstCheck:
    counted = [one for one in findings if one.code not in _NOT_COUNTED]
    names = " ".join(dict.fromkeys(one.code for one in counted))
    return FirstCheck(
        practice_id=claim.practice_id, claim=claim, payer_id=payer_id, submission=submission, sequence=sequence,
        form=form, leaving_on=on, checked_at=now, stops=sum(one.is_stop for one in counted),
        warnings=sum(not one.is_stop for one in counted), found=names[:_LONGEST].rpartition(" ")[0]
        if len(names) > _LONGEST else names,
    )  # fmt: skip


def clean_rates(
    *, actor: "User", since: dt.date, until: dt.date, payer_id: int | None = None, practices: Collection[int] = ()
) -> CleanRates:
    """The clean-claim rate of claims first to leave in a span, in the actor's practices or some of them."""
    rows = _rows(actor, since, until, payer_id, practices)
    passed = Count("pk", filter=Q(stops=0, warnings=0))
    total = rows.aggregate(checked=Count("pk"), passed=passed)
    months = rows.annotate(month=TruncMonth("leaving_on")).values("month")
    names: Counter[str] = Counter()
    for text, count in rows.exclude(found="").values_list("found").annotate(count=Count("pk")):
        names.update(dict.fromkeys(text.split(), count))
    return CleanRates(
        total=CleanRow("all", total["checked"], total["passed"]),
        months=[
            CleanRow(f"{one['month']:%Y-%m}", one["checked"], one["passed"])
            for one in months.annotate(checked=Count("pk"), passed=passed).order_by("month")
        ],
        payers=_by(rows, "payer", passed),
        practices=_by(rows, "practice", passed),
        edits=names.most_common(20),
    )


def first_checks_of(claim_id: int) -> list[FirstCheck]:
    """What the edits found when a claim first left for each of its payers. One query."""
    return list(FirstCheck.objects.filter(claim=claim_id).select_related("payer").order_by("leaving_on", "pk"))


def unclean(
    *,
    actor: "User",
    since: dt.date,
    until: dt.date,
    payer_id: int | None = None,
    practices: Collection[int] = (),
    edit: str = "",
) -> QuerySet[FirstCheck]:
    """The claims behind the rate that were not clean, the newest first; with `edit` those that failed it."""
    rows = _rows(actor, since, until, payer_id, practices).exclude(stops=0, warnings=0)
    if edit:
        padded = Q(found=edit) | Q(found__startswith=f"{edit} ") | Q(found__endswith=f" {edit}")
        rows = rows.filter(padded | Q(found__contains=f" {edit} "))
    return rows.select_related("claim", "payer", "practice").order_by("-leaving_on", "-pk")


def _rows(
    actor: "User", since: dt.date, until: dt.date, payer_id: int | None, practices: Collection[int]
) -> QuerySet[FirstCheck]:
    require(actor, Capability.SEE_CLAIMS)
    mine = practice_ids(actor)
    asked = [one for one in mine if one in practices] if practices else mine
    rows = FirstCheck.objects.filter(practice__in=asked, leaving_on__range=(since, until))
    return rows.filter(payer=payer_id) if payer_id else rows


def _by(rows: QuerySet[FirstCheck], name: str, passed: Count) -> list[CleanRow]:
    found = rows.values(name, f"{name}__name").annotate(checked=Count("pk"), passed=passed)
    return [
        CleanRow(one[f"{name}__name"] or "no payer", one["checked"], one["passed"], one[name])
        for one in found.order_by("-checked", f"{name}__name")
    ]
