"""Questions about claims and their submissions, and claims found by the numbers that people and payers call them."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.lib.prefixes import begins
from arwork.staff.access import practice_ids
from claims.billing.claim_numbers import ICN, NUMBER, bore, bore_beginning, claims_under, ending, icns_of, tail_of
from claims.billing.models import Claim, ClaimLine, Submission
from claims.billing.submitted_claims import CORRECTIONS, REPLACEMENT, VOID, Bill, KnownClaim, is_counterpart

if TYPE_CHECKING:
    from arwork.staff.models import User


#: Of the beginning of a payer's number.
FEWEST_OF_ICN = 4
_RANK = {VOID: 2, REPLACEMENT: 1}
_CORRECTED = Q(frequency__in=CORRECTIONS)
PracticeNumber = tuple[int, str]


def known_claims_of(bills: Sequence[Bill]) -> list[KnownClaim | None]:
    """What the books know under each bill's number, or for replacements and voids under the payer's number.

    Six queries for a batch without corrections, however large.
    """
    by_number = _claims(bills, NUMBER, lambda bill: bill.number)
    named = [bill for bill in bills if bill.frequency in _RANK and bill.original_icn]
    by_icn = _claims(named, ICN, lambda bill: bill.original_icn) if named else {}
    found = [
        by_number.get((bill.practice_id, bill.number))
        or (by_icn.get((bill.practice_id, bill.original_icn)) if bill.frequency in _RANK else None)
        for bill in bills
    ]
    ids = {claim.pk for claim in found if claim}
    submissions, services = _submissions(ids), _services(ids) if ids else {}
    repeats = _repeats(ids) if ids else {}
    return [
        replace(
            _known(claim, submissions.get(claim.pk, []), services.get(claim.pk, frozenset())),
            is_repeat=tail_of(bill.number) in repeats.get(claim.pk, ()),
        )
        if claim
        else None
        for bill, claim in zip(bills, found, strict=True)
    ]


def counterparts_of(bills: Sequence[tuple[Bill, str]]) -> list[list[KnownClaim]]:
    """Of bills under numbers that nobody knows, each with its patient's key: the claims that they may be submissions
    of, though those bear other numbers. One query a practice, four more where there are any."""
    rows: list[Claim] = []
    for practice_id in sorted({bill.practice_id for bill, _ in bills}):
        ours = [(bill, key) for bill, key in bills if bill.practice_id == practice_id]
        correcting = [key for bill, key in ours if bill.frequency in CORRECTIONS]
        is_met = _CORRECTED | Q(patient__match_key__in=correcting)
        found = Claim.objects.filter(is_met, practice=practice_id, patient__practice=practice_id)
        days = {bill.service_from for bill, _ in ours}
        theirs = found.filter(patient__match_key__in={key for _, key in ours}, service_from__in=days)
        rows += theirs.select_related("patient").order_by("pk")
    if not rows:
        return [[] for _ in bills]
    ids = {claim.pk for claim in rows}
    submissions, services, icns = _submissions(ids), _services(ids), icns_of(ids)
    known = [
        replace(
            _known(claim, sent := submissions.get(claim.pk, []), services.get(claim.pk, frozenset())),
            icns=icns.get(claim.pk, frozenset()) | ({claim.icn} if claim.icn else set()),
            is_orphan=bool(sent) and all(one.frequency in CORRECTIONS for one in sent),
        )
        for claim in rows
    ]
    return [[one for one in known if is_counterpart(bill, one, patient_key=key)] for bill, key in bills]


def claims_by_number(numbers: Iterable[str], *, practice_ids: Sequence[int] | None) -> Mapping[str, list[Claim]]:
    """Claims of each number, over the given practices (all when None): more than one is ambiguous. A claim that bears
    the number itself comes before one that was once sent under it."""
    return _by(NUMBER, set(numbers), practice_ids)


def claims_by_icn(icns: Iterable[str], *, practice_ids: Sequence[int] | None) -> Mapping[str, list[Claim]]:
    """Claims of each payer claim control number, in the same way; the caller leaves out blank ones."""
    return _by(ICN, set(icns), practice_ids)


_FACTS = ("id", "number", "practice_id", "account_id", "icn", "service_from", "service_to")


def _by(column: str, values: Collection[str], practice_ids: Sequence[int] | None) -> Mapping[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for batch in bulk.chunks(sorted(values)):
        rows = Claim.objects.filter(**{f"{column}__in": batch})
        if practice_ids is not None:
            rows = rows.filter(practice__in=practice_ids)
        for claim in rows.only(*_FACTS):
            found.setdefault(getattr(claim, column), []).append(claim)
    missing = [value for value in values if value not in found]
    others = claims_under(column, missing, practice_ids=practice_ids) if missing else {}
    known = Claim.objects.only(*_FACTS).in_bulk([pk for ids in others.values() for pk in ids]) if others else {}
    return found | {value: [known[pk] for pk in ids] for value, ids in others.items()}


def same_claims(claim_id: int) -> QuerySet[Claim]:
    """The claim, and those that turned out to be it: what is never rewritten names them. Ids, to ask within a query."""
    return Claim.objects.filter(Q(pk=claim_id) | Q(merged_into=claim_id)).values("pk")  # type: ignore[return-value]


def submissions_of(claim_ids: Iterable[int]) -> Mapping[int, list[Submission]]:
    """The submissions of each claim, oldest first."""
    found: dict[int, list[Submission]] = {}
    for batch in bulk.chunks(sorted(set(claim_ids))):
        for row in Submission.objects.filter(claim__in=batch).order_by("claim_id", "submitted_on", "id"):
            found.setdefault(row.claim_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class AnsweredDays:
    """What an acknowledgment of an envelope can be about: sent on these days, between parties of which it names one.

    Control numbers come round again. `parties` are ISA06 and ISA08 of the answer; none: any. A submission of which the
    books know no parties fits any.
    """

    since: dt.date
    until: dt.date
    parties: frozenset[str] = frozenset()

    @property
    def condition(self) -> Q:
        within = Q(submitted_on__gte=self.since, submitted_on__lte=self.until)
        if not self.parties:
            return within
        unknown = Q(sent_by="", sent_to="")
        return within & (unknown | Q(sent_by__in=self.parties) | Q(sent_to__in=self.parties))


def submissions_in_group(
    *, gs_control: str, st_control: str = "", practice_ids: Sequence[int] | None, answered: AnsweredDays
) -> QuerySet[Submission]:
    """Submissions in a functional group (or one set of it) that can be meant, newest first.

    The caller keeps to the newest day and refuses several practices.
    """
    rows = Submission.objects.filter(answered.condition, gs_control=gs_control)
    if st_control:
        rows = rows.filter(st_control=st_control)
    return _of_practices(rows, practice_ids)


def submissions_from(
    files: Sequence[tuple[str, str]], *, practice_ids: Sequence[int] | None, npi: str, until: dt.date
) -> dict[str, list[Submission]]:
    """Submissions read from each of `files` (source, group control number), on or before `until`."""
    found: dict[str, list[Submission]] = {}
    for source, gs_control in files:
        rows = Submission.objects.filter(
            gs_control=gs_control, source__startswith=f"{source}/", submitted_on__lte=until
        )
        rows = rows.filter(claim__billing_npi=npi) if npi else rows
        if sent := list(_of_practices(rows, practice_ids)):
            found[source] = sent
    return found


def submissions_in_interchange(
    *, isa_control: str, practice_ids: Sequence[int] | None, answered: AnsweredDays
) -> QuerySet[Submission]:
    """Submissions in an interchange that can be meant, newest first."""
    return _of_practices(Submission.objects.filter(answered.condition, isa_control=isa_control), practice_ids)


def _of_practices(rows: QuerySet[Submission], practice_ids: Sequence[int] | None) -> QuerySet[Submission]:
    if practice_ids is not None:
        rows = rows.filter(claim__practice__in=practice_ids)
    return rows.select_related("claim").order_by("-submitted_on", "id")


def _claims(bills: Sequence[Bill], column: str, value: Callable[[Bill], str]) -> dict[PracticeNumber, Claim]:
    wanted: dict[int, set[str]] = {}
    for bill in bills:
        wanted.setdefault(bill.practice_id, set()).add(value(bill))
    found: dict[PracticeNumber, Claim] = {}
    for practice_id, values in sorted(wanted.items()):
        for batch in bulk.chunks(sorted(values)):
            asked = Q(practice=practice_id, **{f"{column}__in": batch})
            for claim in Claim.objects.filter(asked).select_related("patient"):
                found[practice_id, getattr(claim, column)] = claim
        others = claims_under(
            column, (one for one in values if (practice_id, one) not in found), practice_ids=[practice_id]
        )
        alone = {value: ids[0] for value, ids in others.items() if len(ids) == 1}
        known = Claim.objects.select_related("patient").in_bulk(set(alone.values())) if alone else {}
        found |= {(practice_id, value): known[pk] for value, pk in alone.items()}
    return found


class _Sent(NamedTuple):
    submitted_on: dt.date
    frequency: str
    state: str
    state_on: dt.date


def _submissions(claim_ids: set[int]) -> dict[int, list[_Sent]]:
    found: dict[int, list[_Sent]] = {}
    for batch in bulk.chunks(sorted(claim_ids)):
        rows = Submission.objects.filter(claim__in=batch).order_by("submitted_on", "id")
        columns = ("claim_id", "submitted_on", "frequency", "state", "state_on")
        for claim_id, day, frequency, state, since in rows.values_list(*columns):
            found.setdefault(claim_id, []).append(_Sent(day, frequency, state, since))
    return found


def _services(claim_ids: set[int]) -> dict[int, frozenset[str]]:
    """The codes of each claim's lines."""
    found: dict[int, set[str]] = {}
    rows = ClaimLine.objects.filter(bulk.Among("claim", sorted(claim_ids))).exclude(code="", revenue_code="")
    for claim_id, code, revenue_code in rows.values_list("claim_id", "code", "revenue_code"):
        found.setdefault(claim_id, set()).add(code or revenue_code)
    return {claim_id: frozenset(codes) for claim_id, codes in found.items()}


def _repeats(claim_ids: set[int]) -> dict[int, set[str]]:
    """The numbers, turned round (`tail_of`), of the claims that were merged into these."""
    found: dict[int, set[str]] = {}
    rows = Claim.objects.filter(bulk.Among("merged_into", sorted(claim_ids)))
    for claim_id, tail in rows.values_list("merged_into_id", "tail"):
        found.setdefault(claim_id, set()).add(tail)
    return found


def _known(claim: Claim, submissions: Sequence[_Sent], services: frozenset[str]) -> KnownClaim:
    revisions = [(one.submitted_on, _RANK[one.frequency]) for one in submissions if one.frequency in _RANK]
    last = submissions[-1] if submissions else None
    return KnownClaim(
        claim_id=claim.pk,
        patient_key=claim.patient.match_key,
        charge=claim.charge,
        service_from=claim.service_from,
        service_to=claim.service_to,
        is_void=claim.state == Claim.State.VOID,
        rejected_on=last.state_on if last and last.state == Submission.State.REJECTED else None,
        services=services,
        origin=claim.origin,
        revised=max(revisions, default=None),
    )


def recorded_sources(sources: Iterable[str]) -> frozenset[str]:
    """Which of these sources are recorded as submissions already."""
    found: set[str] = set()
    for batch in bulk.chunks(sources):
        found.update(Submission.objects.filter(source__in=batch).values_list("source", flat=True))
    return frozenset(found)


def numbered(text: str) -> Q:
    """Claims whose number, or whose payer's number, begins with `text`, as typed or in capitals, or that were ever sent
    or answered under one that does. Of what is shorter than four signs payers' numbers have to be the whole."""
    texts = {text, text.upper()}
    own = reduce(or_, (begins("number", one) for one in texts))
    if len(text) < FEWEST_OF_ICN:
        return own | Q(icn__in=texts) | bore(texts)
    return own | reduce(or_, (begins("icn", one) for one in texts)) | bore_beginning(texts)


def claims_numbered(*, actor: "User", text: str) -> QuerySet[Claim]:
    """The claims that `text` numbers, among those the actor may see."""
    return _seen(actor).filter(numbered(text)).order_by("number", "id")


def claims_ending(*, actor: "User", text: str) -> QuerySet[Claim]:
    """The claims whose number ends so, or has these letters first and these digits last: `c1851` finds C0001851."""
    wanted = ending(text)
    return (_seen(actor).filter(wanted) if wanted else Claim.objects.none()).order_by("number", "id")


def claims_charged(*, actor: "User", amount: Decimal) -> QuerySet[Claim]:
    """The claims of exactly this charge, the newest first."""
    return _seen(actor).filter(Q(charge=amount)).order_by("-service_from", "-id")


def claims_among(*, actor: "User", claim_ids: list[int]) -> QuerySet[Claim]:
    """Those of the named claims that the actor may see."""
    return _seen(actor).filter(pk__in=claim_ids).order_by("-service_from", "id")


def claims_of_accounts(*, actor: "User", account_ids: list[int]) -> QuerySet[Claim]:
    """The claims of guarantor accounts, the newest first."""
    return _seen(actor).filter(account__in=account_ids).order_by("-service_from", "-id")


def own_claim(claim_id: int, *, actor: "User", lock: bool = False) -> Claim:
    """A claim of the actor's practices, locked in the caller's transaction where asked. Raises `NotFound`."""
    rows = Claim.objects.select_for_update(of=("self",)) if lock else Claim.objects.all()
    found = rows.filter(pk=claim_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such claim in your practices.")
    return found


def _seen(actor: "User") -> QuerySet[Claim]:
    return Claim.objects.filter(practice__in=practice_ids(actor)).select_related("patient__person", "payer")
