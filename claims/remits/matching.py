"""Find the claims that a batch of claim payments means: one query a rung, never one a claim (RULES 2.3).

Rungs: patient control number, the payer's ICN stored before, member id with day and charge, name with day and charge.
The number alone is looked for where nothing speaks against the claim that bears it; `match_rules.choose_claim` weighs
what was found. Two claims that fit equally are a question.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.staff.access import practice_ids
from claims.billing.billed_lines import BilledSubmission, billed_submissions_of
from claims.billing.claim_numbers import ICN, NUMBER, claims_under
from claims.billing.models import Claim, ClaimLine
from claims.billing.service_lines import SentLine
from claims.billing.submitted_claims import number_apart
from claims.practices.models import Practice
from claims.remits.identity import surname_words
from claims.remits.match_rules import (
    ELSEWHERE,
    UNMATCHED,
    BilledVersion,
    Candidate,
    ClaimMatch,
    Likeness,
    NumberedClaim,
    SoughtClaim,
    SoughtLine,
    charge_as_billed,
    choose_claim,
    compare,
    days_agree,
    match_billed_lines,
)
from claims.remits.models import RemitClaim, RemitClaimRow, RemitLine, RemitLineRow

if TYPE_CHECKING:
    from arwork.staff.models import User

_MEMBERS = ("coverage1__member_id", "coverage2__member_id", "coverage3__member_id")
_PAYERS = ("coverage1__payer_id", "coverage2__payer_id", "coverage3__payer_id")
_PERSON = ("patient__person__last", "patient__person__first", "patient__person__middle")
_FIGURES = ("id", "number", "icn", "charge", "service_from", "service_to", "rendering_npi", "is_revised")
_COLUMNS = (*_FIGURES, *_PERSON, *_MEMBERS, *_PAYERS)

_Places = Mapping[int, SoughtClaim]  # by their place among those sought
_Found = dict[int, set[int]]  # claim ids, by place
_Met = tuple[int, int]  # place and claim id


def match_claims(practice_id: int, sought: Sequence[SoughtClaim]) -> list[ClaimMatch]:
    """A match for each of `sought`, in their order. A fixed number of queries, whatever theirs."""
    ours = Claim.objects.filter(practice_id=practice_id, merged_into=None)
    numbered = _by_number(ours, sought)
    unsure = {place: one for place, one in enumerate(sought) if place not in numbered or numbered[place][1].differs}
    rungs = {"icn": _by_icn(ours, unsure), "member": _by_member(ours, unsure), "name": _by_name(ours, unsure)}
    claims = _met(ours, sought, rungs)
    chosen = [
        choose_claim(
            one,
            numbered.get(place),
            {
                by: [claims[place, pk] for pk in sorted(found.get(place, ())) if (place, pk) in claims]
                for by, found in rungs.items()
            },
        )
        for place, one in enumerate(sought)
    ]
    missing = {place: sought[place] for place, one in enumerate(chosen) if one.trouble == UNMATCHED}
    elsewhere = _elsewhere(practice_id, missing)
    return [ELSEWHERE if place in elsewhere else one for place, one in enumerate(chosen)]


def _met(ours: QuerySet[Claim], sought: Sequence[SoughtClaim], rungs: Mapping[str, _Found]) -> dict[_Met, Candidate]:
    """The claims that the rungs found, each as the one that is sought meets it."""
    places = {(place, pk) for found in rungs.values() for place, ids in found.items() for pk in ids}
    met = {pk for _, pk in places}
    claims = {claim.id: claim for claim in _candidates(ours.filter(bulk.Among("id", met)))} if met else {}
    found = {(place, pk): claims[pk] for place, pk in places if pk in claims}
    for place, ids in rungs["icn"].items():  # a number that the payer gave it once is as good as the one it bears
        found |= {(place, pk): replace(found[place, pk], icn=sought[place].icn) for pk in ids if (place, pk) in found}
    return found | _as_sent({key: (sought[key[0]], claim) for key, claim in found.items()})


def sister_practices(practice_id: int) -> QuerySet[Practice]:
    """The other practices under the tax number of this one."""
    ours = Practice.objects.filter(pk=practice_id).exclude(tin="")
    return Practice.objects.filter(tin__in=ours.values("tin")).exclude(pk=practice_id)


def practices_within_reach(practice_id: int, *, actor: "User") -> list[int]:
    """The practices whose claims `actor` may match with a payment to this one: it, and its sisters that they see."""
    sisters = sister_practices(practice_id).filter(pk__in=practice_ids(actor))
    return [practice_id, *sisters.values_list("pk", flat=True)]


def _elsewhere(practice_id: int, missing: _Places) -> set[int]:
    """Which of them bear the number of a sister practice's claim that may well be meant."""
    numbers = {one.number for one in missing.values() if one.number}
    if not numbers:
        return set()
    theirs = Claim.objects.filter(bulk.Among("number", numbers), practice__in=sister_practices(practice_id))
    known: dict[str, list[Candidate]] = defaultdict(list)
    for claim in _candidates(theirs):
        known[claim.number].append(claim)
    return {
        place
        for place, one in missing.items()
        if any(not compare(one, claim).is_another for claim in known.get(one.number, ()))
    }


def point(
    row: RemitClaim | RemitClaimRow,
    lines: Sequence[RemitLine | RemitLineRow],
    match: ClaimMatch,
    *,
    sought: Sequence[SoughtLine],
    candidates: Sequence[BilledVersion],
    bucket: str = "",
) -> None:
    """Point a claim payment at the claim of a match, or at none, and each of its lines at the claim's line: the only
    place where that is done. Nothing is written.

    `sought` are the `lines` as the ladder looks for them, `candidates` those of the claim, as each of its submissions
    billed them. `bucket` is whose payment it
    is; left blank, posting finds it out.
    """
    row.claim_id, row.matched_by, row.bucket = match.claim_id, match.by[:20], bucket
    meant = match_billed_lines(sought, candidates, charge=abs(row.charge))
    for line, line_id in zip(lines, meant, strict=True):
        line.line_id = line_id


def point_kept(matches: Mapping[RemitClaim, ClaimMatch], *, bucket: str = "") -> None:
    """Point payments that are kept already, and write that down. Two queries and two statements, whatever their
    number."""
    lines: dict[int, list[RemitLine]] = defaultdict(list)
    ours = RemitLine.objects.filter(bulk.Among("remit_claim", [row.pk for row in matches]))
    for line in ours.order_by("remit_claim_id", "position"):
        lines[line.remit_claim_id].append(line)
    candidates = candidate_lines(match.claim_id for match in matches.values() if match.claim_id)
    for row, match in matches.items():
        theirs, found = lines[row.pk], candidates.get(match.claim_id or 0, [])
        point(row, theirs, match, sought=sought_lines(row, theirs), candidates=found, bucket=bucket)
    bulk.write(RemitLine, ["line"], {line.pk: (line.line_id,) for theirs in lines.values() for line in theirs})
    bulk.write(
        RemitClaim,
        ["claim", "matched_by", "bucket"],
        {row.pk: (row.claim_id, row.matched_by, row.bucket) for row in matches},
    )


def sought_claim(row: RemitClaim) -> SoughtClaim:
    """What a kept payment says of the claim it pays."""
    last, _, first = row.patient_name.partition(",")
    return SoughtClaim(
        number=row.number,
        icn=row.icn,
        member_id=row.member_id,
        last=last.strip(),
        first=first.strip(),
        charge=abs(row.charge),
        service_from=row.service_from,
        service_to=row.service_to,
        rendering_npi=row.rendering_npi,
    )


def likeness_to(row: RemitClaim, claim_ids: Iterable[int]) -> dict[int, Likeness]:
    """How each of these claims compares with a kept payment, by claim. One query."""
    sought = sought_claim(row)
    found = _candidates(Claim.objects.filter(bulk.Among("id", claim_ids)))
    return {claim.id: compare(sought, claim) for claim in found}


def sought_lines(row: RemitClaim, lines: Iterable[RemitLine]) -> list[SoughtLine]:
    """The lines of a kept payment as `match_rules.match_lines` looks for them, in their order."""
    return [
        SoughtLine(
            one.control,
            one.code,
            one.modifiers,
            one.submitted_code,
            charge_as_billed(one.charge, row.charge),
            one.service_from or row.service_from,
            one.revenue_code,
        )
        for one in lines
    ]


def candidate_lines(claim_ids: Iterable[int]) -> dict[int, list[BilledVersion]]:
    """The lines of claims, by claim, in line order; of a claim whose submissions differ, as each of them billed it."""
    lines: dict[int, list[SentLine]] = defaultdict(list)
    revised: set[int] = set()
    rows = ClaimLine.objects.filter(bulk.Among("claim", claim_ids)).order_by("claim_id", "number")
    columns = ("claim_id", "id", "number", "control", "code", "revenue_code", "modifiers", "charge", "service_from")
    for claim_id, pk, number, control, code, revenue, modifiers, charge, day, is_revised in rows.values_list(
        *columns, "claim__is_revised"
    ):
        lines[claim_id].append(SentLine(pk, number, control, code, modifiers, charge, day, revenue))
        if is_revised:
            revised.add(claim_id)
    found = {claim_id: [BilledVersion(theirs)] for claim_id, theirs in lines.items()}
    for claim_id, submissions in billed_submissions_of(revised).items():
        found[claim_id] += [BilledVersion(one.lines, one.charge) for one in submissions]
    return found


def _by_number(ours: QuerySet[Claim], sought: Sequence[SoughtClaim]) -> dict[int, NumberedClaim]:
    """The claim that bears the number of each, by place; of a stay that was billed in parts, the part meant."""
    rows = ours.filter(bulk.Among("number", {one.number for one in sought if one.number}))
    known = {claim.number: claim for claim in _candidates(rows)}
    known |= _once_numbered(ours, (one.number for one in sought if one.number not in known))
    found = {place: known[one.number] for place, one in enumerate(sought) if one.number in known}
    met = {(place, claim.id): (sought[place], claim) for place, claim in found.items() if claim.is_revised}
    found |= {place: claim for (place, _), claim in _as_sent(met).items()}
    compared = {place: (claim, compare(sought[place], claim)) for place, claim in found.items()}
    doubted = {
        place: sought[place]
        for place, (claim, likeness) in compared.items()
        if likeness.is_another or (likeness.differs and not days_agree(sought[place], claim))
    }
    parts = _parts_of_stays(ours, doubted)
    return compared | {place: (claim, compare(sought[place], claim)) for place, claim in parts.items()}


def _once_numbered(ours: QuerySet[Claim], numbers: Iterable[str]) -> dict[str, Candidate]:
    """The claims of these numbers that bear another by now, or always did: a replacement goes out under its own."""
    others = claims_under(NUMBER, numbers, practice_ids=None)
    ids = {pk for theirs in others.values() for pk in theirs}
    claims = {claim.id: claim for claim in _candidates(ours.filter(bulk.Among("id", ids)))} if ids else {}
    found = {number: [claims[pk] for pk in theirs if pk in claims] for number, theirs in others.items()}
    return {number: theirs[0] for number, theirs in found.items() if len(theirs) == 1}


def _as_sent(met: Mapping[_Met, tuple[SoughtClaim, Candidate]]) -> dict[_Met, Candidate]:
    """Candidates that differ from what is sought, as the submission of theirs billed them that differs least: a payment
    answers one submission, and not always the newest. Only claims whose submissions differ have any of their own."""
    differing = {key: pair for key, pair in met.items() if pair[1].is_revised and compare(*pair).differs}
    sent = billed_submissions_of([claim.id for _, claim in differing.values()])
    found = {}
    for key, (one, claim) in differing.items():
        versions = [claim, *(_as_billed_by(billed, claim) for billed in sent.get(claim.id, ()) if billed.lines)]
        differences = [len(compare(one, version).differs) for version in versions]
        found[key] = versions[differences.index(min(differences))]
    return found


def _as_billed_by(submission: BilledSubmission, claim: Candidate) -> Candidate:
    days = [line.service_from for line in submission.lines]
    return replace(claim, charge=submission.charge, service_from=min(days), service_to=max(days))


def _parts_of_stays(ours: QuerySet[Claim], doubted: _Places) -> dict[int, Candidate]:
    """The interim bills that payments under the number of a stay mean: payers repeat that number and the days."""
    wanted = {
        place: number
        for place, one in doubted.items()
        if one.service_from and (number := number_apart(one.number, one.service_from))
    }
    if not wanted:
        return {}
    known = {claim.number: claim for claim in _candidates(ours.filter(bulk.Among("number", set(wanted.values()))))}
    return {
        place: claim
        for place, number in wanted.items()
        if (claim := known.get(number)) and not compare(doubted[place], claim).is_another
    }


def _by_icn(ours: QuerySet[Claim], unsure: _Places) -> _Found:
    wanted = {one.icn for one in unsure.values() if one.icn}
    known: dict[str, set[int]] = defaultdict(set)
    if wanted:
        for icn, pk in ours.filter(bulk.Among("icn", wanted)).values_list("icn", "id"):
            known[icn].add(pk)
        for icn, ids in claims_under(ICN, wanted - known.keys(), practice_ids=None).items():
            known[icn].update(ids)
    return {place: known[one.icn] for place, one in unsure.items() if one.icn in known}


def _by_member(ours: QuerySet[Claim], unsure: _Places) -> _Found:
    wanted = {one.member_id for one in unsure.values() if one.member_id}
    if not wanted:
        return {}
    known: dict[Any, set[int]] = defaultdict(set)
    holders = Q(coverage1__member_id__in=wanted) | Q(coverage2__member_id__in=wanted)
    holders |= Q(coverage3__member_id__in=wanted)
    rows = _on_days(ours, unsure).filter(holders)
    for pk, day, charge, *members in rows.values_list("id", "service_from", "charge", *_MEMBERS):
        for member in members:
            known[member, day, charge].add(pk)
    return {place: known.get((one.member_id, one.service_from, one.charge), set()) for place, one in unsure.items()}


def _by_name(ours: QuerySet[Claim], unsure: _Places) -> _Found:
    """Claims of the day and charge whose surname has a word of the one sought."""
    named = {place: one for place, one in unsure.items() if one.last}
    if not named:
        return {}
    known: dict[Any, set[int]] = defaultdict(set)
    columns = ("id", "service_from", "charge", "patient__person__last")
    for pk, day, charge, last in _on_days(ours, named).values_list(*columns):
        for word in surname_words(last):
            known[word, day, charge].add(pk)
    return {
        place: {pk for word in surname_words(one.last) for pk in known.get((word, one.service_from, one.charge), ())}
        for place, one in named.items()
    }


def _on_days(ours: QuerySet[Claim], unsure: _Places) -> QuerySet[Claim]:
    """Claims whose first day and charge are among those sought: few enough to compare in memory."""
    days = {one.service_from for one in unsure.values() if one.service_from}
    return ours.filter(service_from__in=days, charge__in={one.charge for one in unsure.values()})


def _candidates(rows: QuerySet[Claim]) -> list[Candidate]:
    found = []
    for row in rows.values_list(*_COLUMNS):
        pk, number, icn, charge, service_from, service_to, npi, is_revised, last, first, middle, *rest = row
        given = f"{first} {middle}".strip()
        members, payers = tuple(member for member in rest[:3] if member), tuple(rest[3:])
        found.append(
            Candidate(
                pk, number, icn, charge, service_from, service_to, last, given, members, npi, payers, is_revised
            )
        )  # fmt: skip
    return found
