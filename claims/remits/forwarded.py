"""Posted payments that turn out to have been sent on by their payer: what they asked of the patient is sent on."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from arwork.lib import bulk
from claims.ledger.models import Posting
from claims.payers.identify import PayerName, find_or_open
from claims.remits import after_posting
from claims.remits.coverage_models import CrossoverCarrier
from claims.remits.era import ADJUDICATED_STATUSES
from claims.remits.later_answers import SENT_ON, take_back
from claims.remits.models import (
    RemitClaim,
    RemitException,
    Remittance,
)
from claims.remits.posting import post_matched_rows

_AT_ONCE = 500
_WHY = "the payer had sent it on"


def carriers_named(named: Mapping[tuple[int, int], PayerName]) -> int:
    """Keep who payments were sent on to, by their transaction and position; of how many that was not known."""
    by_transaction: dict[int, dict[int, PayerName]] = defaultdict(dict)
    for (transaction_id, position), name in named.items():
        by_transaction[transaction_id][position] = name
    fresh = 0
    for transaction_id, carriers in by_transaction.items():
        for positions in bulk.chunks(sorted(carriers)):
            with transaction.atomic():
                rows = RemitClaim.objects.filter(remittance__transaction_id=transaction_id, position__in=positions)
                unknown = dict(rows.filter(crossover_carrier=None).values_list("pk", "position"))
                payers = find_or_open({carriers[position] for position in unknown.values()}) if unknown else {}
                told = ((pk, payers[carriers[position]]) for pk, position in unknown.items())
                kept = [CrossoverCarrier(remit_claim_id=pk, payer_id=payer_id) for pk, payer_id in told if payer_id]
                bulk.insert(CrossoverCarrier, kept, ignore_conflicts=True)
                RemitClaim.objects.filter(bulk.Among("id", unknown), is_forwarded=False).update(is_forwarded=True)
                fresh += len(kept)
    return fresh


def send_on(*, say: Callable[[str], object], today: dt.date, now: dt.datetime) -> int:
    """Post answers anew that were sent on and put their rest to the patient; how many. A batch is one transaction."""
    done, last = 0, 0
    while ids := list(_asking().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        last = ids[-1]
        rows = RemitClaim.objects.filter(bulk.Among("id", ids)).order_by("remittance_id")
        for remittance_id in rows.values_list("remittance_id", flat=True).distinct():
            done += _send_on(remittance_id, ids, today=today, now=now)
        say(f"{done:,} payments were posted anew, to the payer that they were sent on to.")
    return done


def _asking() -> "QuerySet[RemitClaim]":
    """Answers to a claim that were sent on, with a share that they put to the patient, and nobody behind them."""
    asked = Posting.objects.filter(
        remit_claim_id=OuterRef("pk"), kind="transfer", debit="PATIENT", reverses=None, reversed_by=None
    )
    later = RemitClaim.objects.filter(
        claim=OuterRef("claim"), state=RemitClaim.State.POSTED, bucket__gt=OuterRef("bucket"),
        status__in=ADJUDICATED_STATUSES, reversals__isnull=True,
    )  # fmt: skip
    rows = RemitClaim.objects.filter(
        Exists(asked), ~Exists(later), is_forwarded=True, state=RemitClaim.State.POSTED, reversals__isnull=True,
        status__in=ADJUDICATED_STATUSES, bucket__lt="PAYER3", remittance__practice=F("claim__practice"),
    )  # fmt: skip
    return rows.exclude(exceptions__resolved_by__isnull=False)


def _send_on(remittance_id: int, ids: list[int], *, today: dt.date, now: dt.datetime) -> int:
    with transaction.atomic():
        remittance = Remittance.objects.select_for_update().get(pk=remittance_id)
        rows = list(_asking().filter(bulk.Among("id", ids), remittance=remittance).select_related("remittance"))
        take_back(rows, SENT_ON, today=today, now=now)
        kept = list(RemitClaim.objects.filter(bulk.Among("id", [row.pk for row in rows])).order_by("position"))
        posted = post_matched_rows(kept, remittance=remittance, today=today, now=now)
        waited = RemitException.objects.filter(
            bulk.Among("remit_claim", [row.pk for row in posted]), state=RemitException.State.OPEN
        )
        after_posting.close_exceptions(list(waited), how="retry", reason=_WHY, now=now, actor=None)
        after_posting.refresh_remittance_state(remittance, today=today)
    return len(posted)
