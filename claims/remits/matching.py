"""Find the claims that a batch of claim payments means: one query a rung, never one a claim (RULES 2.3).

Rungs: patient control number, the payer's ICN stored before, member id with day and charge, name with day and
charge. Two claims that fit a rung equally are none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet

from arwork.lib import bulk
from claims.billing.billed_lines import BilledSubmission, billed_submissions_of
from claims.billing.claim_numbers import ICN, NUMBER, claims_under
from claims.billing.models import Claim, ClaimLine
from claims.billing.submitted_claims import number_apart
from claims.remits.era import ExceptionReason, Trouble
from claims.remits.match_rules import (
    BilledVersion,
    Candidate,
    CandidateLine,
    SoughtClaim,
    SoughtLine,
    claim_mismatch,
    days_agree,
    match_billed_lines,
    plain_name,
)
from claims.remits.models import RemitClaim, RemitClaimRow, RemitLine, RemitLineRow

_PAYERS = ("coverage1__payer_id", "coverage2__payer_id", "coverage3__payer_id")
_COLUMNS = ("id", "number", "icn", "charge", "service_from", "service_to", "patient__person__last", *_PAYERS)
_MEMBERS = ("coverage1__member_id", "coverage2__member_id", "coverage3__member_id")


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """The claim meant and the rung that found it; or the trouble that kept it from being taken."""

    claim_id: int | None = None
    by: str = ""
    payers: tuple[int | None, ...] = (None, None, None)
    trouble: Trouble | None = None


_Found = tuple[int, tuple[int | None, ...]]  # claim id, payers of its coverages


def match_claims(practice_id: int, sought: Sequence[SoughtClaim]) -> list[ClaimMatch]:
    """A match for each of `sought`, in their order."""
    found: list[ClaimMatch | None] = [None] * len(sought)
    ours = Claim.objects.filter(practice_id=practice_id)
    _by_number(ours, sought, found)
    for rung in (_by_icn, _by_member, _by_name):
        open_places = [place for place, match in enumerate(found) if match is None]
        if open_places:
            rung(ours, sought, found, open_places)
    none = ClaimMatch(
        trouble=Trouble(ExceptionReason.UNMATCHED, "No claim with this number, payer control number, member or name.")
    )
    return [match or none for match in found]


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


def sought_lines(row: RemitClaim, lines: Iterable[RemitLine]) -> list[SoughtLine]:
    """The lines of a kept payment as `match_rules.match_lines` looks for them, in their order."""
    return [
        SoughtLine(
            one.control,
            one.code or one.revenue_code,
            one.modifiers,
            one.submitted_code,
            abs(one.charge),
            one.service_from or row.service_from,
        )
        for one in lines
    ]


def candidate_lines(claim_ids: Iterable[int]) -> dict[int, list[BilledVersion]]:
    """The lines of claims, by claim, in line order; of a claim whose submissions differ, as each of them billed it."""
    lines: dict[int, list[CandidateLine]] = defaultdict(list)
    revised: set[int] = set()
    rows = ClaimLine.objects.filter(bulk.Among("claim", claim_ids)).order_by("claim_id", "number")
    columns = ("claim_id", "id", "number", "control", "code", "revenue_code", "modifiers", "charge", "service_from")
    for claim_id, pk, number, control, code, revenue, modifiers, charge, day, is_revised in rows.values_list(
        *columns, "claim__is_revised"
    ):
        lines[claim_id].append(CandidateLine(pk, number, control, code or revenue, modifiers, charge, day))
        if is_revised:
            revised.add(claim_id)
    found = {claim_id: [BilledVersion(theirs)] for claim_id, theirs in lines.items()}
    for claim_id, submissions in billed_submissions_of(revised).items():
        found[claim_id] += [
            BilledVersion(
                [
                    CandidateLine(
                        line.line_id, line.number, line.control, line.code, line.modifiers, line.charge,
                        line.service_from,
                    )
                    for line in one.lines
                ],
                one.charge,
            )
            for one in submissions
        ]  # fmt: skip
    return found


def _by_number(ours: QuerySet[Claim], sought: Sequence[SoughtClaim], found: list[ClaimMatch | None]) -> None:
    rows = ours.filter(bulk.Among("number", {one.number for one in sought if one.number}))
    known = {row[1]: _candidate(row) for row in rows.values_list(*_COLUMNS)}
    known |= _once_numbered(ours, (one.number for one in sought if one.number not in known))
    doubted = _mismatches({place: (one, known[one.number]) for place, one in enumerate(sought) if one.number in known})
    elsewhere = [
        place for place, one in enumerate(sought) if (claim := known.get(one.number)) and not days_agree(one, claim)
    ]
    parts = _parts_of_stays(ours, {place: sought[place] for place in (*doubted, *elsewhere)})
    for place, one in enumerate(sought):
        claim = parts.get(place) or known.get(one.number)
        if claim is None:
            continue
        wrong = "" if place in parts else doubted.get(place, "")
        detail = f"A claim has this number, but not the same facts: {wrong}."
        found[place] = (
            ClaimMatch(by="number", trouble=Trouble(ExceptionReason.MISMATCH, detail))
            if wrong
            else ClaimMatch(claim.id, "number", claim.payers)
        )


def _once_numbered(ours: QuerySet[Claim], numbers: Iterable[str]) -> dict[str, Candidate]:
    """The claims of these numbers that bear another by now, or always did: a replacement goes out under its own."""
    others = claims_under(NUMBER, numbers, practice_ids=None)
    rows = (
        ours.filter(bulk.Among("id", sorted({pk for ids in others.values() for pk in ids}))) if others else ours.none()
    )
    claims = {row[0]: _candidate(row) for row in rows.values_list(*_COLUMNS)}
    found = {number: [claims[pk] for pk in ids if pk in claims] for number, ids in others.items()}
    return {number: theirs[0] for number, theirs in found.items() if len(theirs) == 1}


def _mismatches(pairs: Mapping[int, tuple[SoughtClaim, Candidate]]) -> dict[int, str]:
    """Why claims cannot be what was sought, by place: neither as they are, nor as any of their submissions billed
    them."""
    wrong = {place: why for place, (one, claim) in pairs.items() if (why := claim_mismatch(one, claim))}
    sent = billed_submissions_of(pairs[place][1].id for place in wrong)
    return {place: why for place, why in wrong.items() if not _was_sent(*pairs[place], sent)}


def _was_sent(one: SoughtClaim, claim: Candidate, sent: Mapping[int, Sequence[BilledSubmission]]) -> bool:
    return any(
        not claim_mismatch(one, replace(claim, charge=submission.charge, service_from=min(days), service_to=max(days)))
        for submission in sent.get(claim.id, ())
        if (days := [line.service_from for line in submission.lines])
    )


def _parts_of_stays(ours: QuerySet[Claim], doubted: Mapping[int, SoughtClaim]) -> dict[int, Candidate]:
    """The interim bills that payments under the number of a stay mean: payers repeat that number and the days."""
    wanted = {
        place: number
        for place, one in doubted.items()
        if one.service_from and (number := number_apart(one.number, one.service_from))
    }
    if not wanted:
        return {}
    rows = ours.filter(bulk.Among("number", set(wanted.values()))).values_list(*_COLUMNS)
    known = {row[1]: _candidate(row) for row in rows}
    return {
        place: claim
        for place, number in wanted.items()
        if (claim := known.get(number)) and not claim_mismatch(doubted[place], claim)
    }


def _by_icn(
    ours: QuerySet[Claim], sought: Sequence[SoughtClaim], found: list[ClaimMatch | None], places: Iterable[int]
) -> None:
    wanted = {sought[place].icn for place in places if sought[place].icn}
    known: dict[str, list[Candidate]] = defaultdict(list)
    if wanted:
        for row in ours.filter(bulk.Among("icn", wanted)).values_list(*_COLUMNS):
            known[row[2]].append(_candidate(row))
    for icn, ids in claims_under(ICN, wanted - known.keys(), practice_ids=None).items():
        for row in ours.filter(bulk.Among("id", ids)).values_list(*_COLUMNS):
            known[icn].append(_candidate(row))
    alone = {place: claims[0] for place in places if len(claims := known.get(sought[place].icn, [])) == 1}
    doubted = _mismatches({place: (sought[place], claim) for place, claim in alone.items()})
    for place, claim in alone.items():
        if place not in doubted:
            found[place] = ClaimMatch(claim.id, "icn", claim.payers)


def _by_member(
    ours: QuerySet[Claim], sought: Sequence[SoughtClaim], found: list[ClaimMatch | None], places: Iterable[int]
) -> None:
    wanted = {sought[place].member_id for place in places if sought[place].member_id}
    if not wanted:
        return
    known: dict[Any, set[_Found]] = defaultdict(set)
    holders = Q(coverage1__member_id__in=wanted) | Q(coverage2__member_id__in=wanted)
    holders |= Q(coverage3__member_id__in=wanted)
    rows = _on_days(ours, sought, places).filter(holders)
    for pk, day, charge, *rest in rows.values_list("id", "service_from", "charge", *_MEMBERS, *_PAYERS):
        for member in rest[:3]:
            known[member, day, charge].add((pk, tuple(rest[3:])))
    _settle(
        known,
        found,
        {place: (one.member_id, one.service_from, one.charge) for place, one in _at(sought, places)},
        "member",
    )


def _by_name(
    ours: QuerySet[Claim], sought: Sequence[SoughtClaim], found: list[ClaimMatch | None], places: Iterable[int]
) -> None:
    known: dict[Any, set[_Found]] = defaultdict(set)
    columns = ("id", "service_from", "charge", "patient__person__last", "patient__person__first", *_PAYERS)
    for pk, day, charge, last, first, *payers in _on_days(ours, sought, places).values_list(*columns):
        known[plain_name(last), plain_name(first), day, charge].add((pk, tuple(payers)))
    keys = {
        place: (plain_name(one.last), plain_name(one.first), one.service_from, one.charge)
        for place, one in _at(sought, places)
        if one.last
    }
    _settle(known, found, keys, "name")


def _on_days(ours: QuerySet[Claim], sought: Sequence[SoughtClaim], places: Iterable[int]) -> QuerySet[Claim]:
    """Claims whose first day and charge are among those sought: few enough to compare in memory."""
    wanted = [sought[place] for place in places]
    days = {one.service_from for one in wanted if one.service_from}
    return ours.filter(service_from__in=days, charge__in={one.charge for one in wanted})


def _settle(known: Mapping[Any, set[_Found]], found: list[ClaimMatch | None], keys: Mapping[int, Any], by: str) -> None:
    for place, key in keys.items():
        claims = known.get(key, ())
        if found[place] is None and len(claims) == 1:
            pk, payers = next(iter(claims))
            found[place] = ClaimMatch(pk, by, payers)


def _candidate(row: tuple[Any, ...]) -> Candidate:
    pk, number, icn, charge, service_from, service_to, last, *payers = row
    return Candidate(pk, number, icn, charge, service_from, service_to, last, tuple(payers))


def _at(sought: Sequence[SoughtClaim], places: Iterable[int]) -> list[tuple[int, SoughtClaim]]:
    return [(place, sought[place]) for place in places]
