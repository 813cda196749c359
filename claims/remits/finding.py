"""Payments that came before their claims: matched and posted when the claim is read.

A remittance may be read before the bill that it pays, above all in the first weeks of a practice. Its cash waits in
UNAPPLIED under a payment that matched nothing. Once a claim has the number that the payer named, the payment is
matched as if it had come today; what else is wrong with it is told instead. So is the payment of a replacement that is
read before the replacement: until then its number means a claim with another charge.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Abs

from arwork.lib import bulk
from claims.billing.models import Claim
from claims.remits import aftermath
from claims.remits.era import Reason, Trouble
from claims.remits.match_rules import Sought, match_lines
from claims.remits.matching import Match, lines_of, match_claims, sought_of
from claims.remits.models import RemitClaim, RemitException, RemitLine, Remittance
from claims.remits.posting import post_found_rows

_WHY = "its claim was read since"
#: Payments without a claim, or with one that only looked like theirs while the claim of their number was missing.
_HOMELESS = Q(code=Reason.UNMATCHED, remit_claim__claim=None) | Q(remit_claim__matched_by__in=["icn", "member", "name"])


def post_found(*, today: dt.date, now: dt.datetime, remittance: Remittance | None = None) -> int:
    """Match and post what waited for its claim, a remittance at a time; how many payments found theirs."""
    numbers = Claim.objects.filter(practice=OuterRef("practice"), number=OuterRef("remit_claim__number"))
    corrected = Q(code=Reason.MISMATCH, remit_claim__claim=None) & Exists(numbers.filter(charge=OuterRef("charged")))
    ours = RemitException.objects.annotate(charged=Abs("remit_claim__charge"))
    waiting = ours.filter((_HOMELESS & Exists(numbers)) | corrected, state=RemitException.State.OPEN)
    waiting = waiting.filter(remittance=remittance) if remittance else waiting
    ids = set(waiting.values_list("remittance_id", flat=True))
    ordered = Remittance.objects.filter(pk__in=ids).order_by("paid_on", "pk") if ids else []
    return sum(_post_of(one, today=today, now=now) for one in ordered)


def match_again(row: RemitClaim, *, practice_id: int) -> Match:
    """The claim that a kept payment means as the books stand now, by any rung."""
    return match_claims(practice_id, [_sought(row)])[0]


def _post_of(remittance: Remittance, *, today: dt.date, now: dt.datetime) -> int:
    with transaction.atomic():
        Remittance.objects.select_for_update().get(pk=remittance.pk)
        open_now = remittance.exceptions.filter(
            _HOMELESS | Q(code=Reason.MISMATCH, remit_claim__claim=None),
            state=RemitException.State.OPEN,
            remit_claim__state=RemitClaim.State.EXCEPTION,
        )
        open_now = open_now.select_related("remit_claim").order_by("remit_claim__position")
        exceptions = {one.remit_claim_id or 0: one for one in open_now}
        rows = [one.remit_claim for one in exceptions.values() if one.remit_claim]
        matches = match_claims(remittance.practice_id, [_sought(row) for row in rows])
        found = {
            row: one.claim_id for row, one in zip(rows, matches, strict=True) if one.by == "number" and one.claim_id
        }
        _tell({exceptions[row.pk].pk: match.trouble for row, match in zip(rows, matches, strict=True) if match.trouble})
        _attach(found)
        posted = post_found_rows(list(found), remittance=remittance, today=today, now=now)
        settled = [exceptions[row.pk] for row in posted if row.pk in exceptions]
        aftermath.resolve(settled, how="retry", reason=_WHY, now=now, actor=None)
        aftermath.refresh_state(remittance, today=today)
    return len(found)


def _tell(troubles: Mapping[int, Trouble]) -> None:
    """A claim that has the number by now and is not the one that was paid is another question."""
    changed = {pk: (str(one.reason), one.detail[:400]) for pk, one in troubles.items() if one.reason == Reason.MISMATCH}
    bulk.write(RemitException, ["code", "detail"], changed)


def _sought(row: RemitClaim) -> Sought:
    last, _, first = row.patient_name.partition(",")
    return Sought(
        number=row.number,
        icn=row.icn,
        member_id=row.member_id,
        last=last.strip(),
        first=first.strip(),
        charge=abs(row.charge),
        service_from=row.service_from,
        service_to=row.service_to,
    )


def _attach(found: Mapping[RemitClaim, int | None]) -> None:
    """Point payments and their lines at their claims."""
    lines: dict[int, list[RemitLine]] = defaultdict(list)
    ours = RemitLine.objects.filter(bulk.Among("remit_claim", [row.pk for row in found]))
    for line in ours.order_by("remit_claim_id", "position"):
        lines[line.remit_claim_id].append(line)
    candidates = lines_of(claim_id for claim_id in found.values() if claim_id)
    of_lines: dict[int, tuple[int | None]] = {}
    for row, claim_id in found.items():
        row.claim_id, row.matched_by, row.bucket = claim_id, "number", ""
        fitting = match_lines(sought_of(row, lines[row.pk]), candidates.get(claim_id or 0, []))
        of_lines |= {line.pk: (line_id,) for line, line_id in zip(lines[row.pk], fitting, strict=True)}
    bulk.write(RemitLine, ["line"], of_lines)
    bulk.write(
        RemitClaim,
        ["claim", "matched_by", "bucket"],
        {row.pk: (row.claim_id, row.matched_by, row.bucket) for row in found},
    )
