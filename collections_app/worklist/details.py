"""What only the items that change need to know: dates of the claim, its last sending, promises, places.

Read for the changed part of a batch, never for everything.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from arwork.lib.bulk import Among
from claims.billing.models import SEQUENCES, Claim, Submission
from claims.denials.models import Denial
from claims.denials.windows import kinds_of_denial
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress, PersonPhone
from claims.remits.advice import CROSSOVERS
from claims.remits.models import RemitClaim
from collections_app.promises.models import Promise
from collections_app.worklist import windows, zones
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.models import WorkAction
from collections_app.worklist.signals import NOT_OURS

#: Outcomes that keep a window.
_ANSWERS = [code for code, one in BY_CODE.items() if one.answers]
_NEXT = {"PAYER1": "S", "PAYER2": "T"}


class Sending(NamedTuple):
    """The last time a claim went to one of its payers: sent by us, or forwarded by the one before it (a crossover)."""

    on: dt.date
    is_electronic: bool = True
    is_forwarded: bool = False


class Owing(NamedTuple):
    """Who owes a bucket other than the patient's, and since when."""

    payer_id: int | None
    since_on: dt.date


@dataclass(slots=True)
class ClaimDetail:
    """Dates of one claim, and its last sending to each payer (P, S, T).

    `answered` is when a window (a kind of deadline) was last kept.
    """

    service_from: dt.date
    service_to: dt.date
    plan_id: int | None
    opened_on: dt.date
    awaiting_since: dt.date | None = None
    denied_by: int | None = None
    denial_windows: frozenset[str] = frozenset()
    sent: dict[str, Sending] = field(default_factory=dict)
    owing: dict[str, Owing] = field(default_factory=dict)
    answered: dict[str, dt.date] = field(default_factory=dict)

    def since_on(self, bucket: str) -> dt.date | None:
        """Since when a bucket owes: for a later payer the day of the earlier one's answer."""
        return self.owing[bucket].since_on if bucket in self.owing else None

    def sent_to(self, bucket: str) -> Sending | None:
        """The last sending to the payer behind a bucket."""
        return self.sent.get(SEQUENCES.get(bucket, "P"))


@dataclass(slots=True)
class AccountDetail:
    """The guarantor's call window, what was promised, and since when a payer's correction may need the credit."""

    window_id: int | None = None
    promise_due_on: dt.date | None = None
    promise_broken_on: dt.date | None = None
    awaiting_since: dt.date | None = None


def of_claims(claim_ids: Collection[int]) -> dict[int, ClaimDetail]:
    """Six queries."""
    rows = Claim.objects.filter(Among("pk", claim_ids)).values_list(
        "pk", "service_from", "service_to", "plan_id", "opened_on", "awaiting_correction_since"
    )
    found = {
        pk: ClaimDetail(service_from, service_to, plan_id, opened_on, awaiting_since)
        for pk, service_from, service_to, plan_id, opened_on, awaiting_since in rows
    }
    owing = Receivable.objects.filter(Among("claim", claim_ids), amount__gt=0).exclude(bucket__in=NOT_OURS)
    for claim, bucket, payer, since in owing.values_list("claim_id", "bucket", "payer_id", "since_on"):
        found[claim].owing[bucket] = Owing(payer, since)
    sent = Submission.objects.filter(Among("claim", claim_ids)).order_by("submitted_on", "pk")
    for claim, day, sequence, electronic in sent.values_list("claim_id", "submitted_on", "sequence", "is_electronic"):
        found[claim].sent[sequence] = Sending(day, electronic)
    forwarded = RemitClaim.objects.filter(
        Among("claim", claim_ids), state=RemitClaim.State.POSTED, status__in=CROSSOVERS, reversals__isnull=True
    ).order_by("-remittance__paid_on")
    for claim_id, bucket, day in forwarded.values_list("claim_id", "bucket", "remittance__paid_on"):
        if bucket in _NEXT:
            found[claim_id or 0].sent.setdefault(_NEXT[bucket], Sending(day, is_forwarded=True))
    denials = Denial.objects.filter(Among("claim", claim_ids), state=Denial.State.OPEN).order_by("amount", "-pk")
    for denial in denials.select_related("payer"):
        detail = found[denial.claim_id]
        detail.denied_by = denial.payer_id
        detail.denial_windows |= {*kinds_of_denial(denial)}
    sent_back = WorkAction.objects.filter(
        Among("item__claim", claim_ids), disposition__in=_ANSWERS, undone_by=None
    ).order_by("pk")
    for claim, code, at in sent_back.values_list("item__claim_id", "disposition", "at"):
        found[claim].answered |= dict.fromkeys(BY_CODE[code].answers, timezone.localdate(at))
    return found


def of_accounts(account_ids: Collection[int]) -> dict[int, AccountDetail]:
    """Eight queries at most."""
    guarantors = dict(Account.objects.filter(Among("pk", account_ids)).values_list("pk", "guarantor_id"))
    keys = _person_keys(set(guarantors.values()))
    ids = windows.ids_of(keys.values())
    found = {account: AccountDetail(window_id=ids[keys[person]]) for account, person in guarantors.items()}
    rows = Promise.objects.filter(Among("account", account_ids)).order_by("made_on", "pk")
    for account, state, due, grace, settled in rows.values_list(
        "account_id", "state", "due_on", "grace_days", "settled_on"
    ):
        detail = found[account]
        is_open = state in (Promise.State.OPEN, Promise.State.PARTLY)
        detail.promise_due_on = due + dt.timedelta(days=grace) if is_open else None
        detail.promise_broken_on = settled if state == Promise.State.BROKEN else None
    taken_back = Receivable.objects.filter(
        Among("account", account_ids), bucket="PATIENT", amount__lt=0, claim__awaiting_correction_since__isnull=False
    ).order_by("claim__awaiting_correction_since")
    for account, since in taken_back.values_list("account_id", "claim__awaiting_correction_since"):
        found[account].awaiting_since = since
    return found


def _person_keys(person_ids: Collection[int]) -> Mapping[int, windows.Key]:
    zips: dict[int, set[str]] = defaultdict(set)
    phones: dict[int, set[str]] = defaultdict(set)
    for person, code in PersonAddress.objects.filter(Among("person", person_ids), is_current=True).values_list(
        "person_id", "zip"
    ):
        zips[person].add(code)
    for person, number in PersonPhone.objects.filter(Among("person", person_ids), is_wrong=False).values_list(
        "person_id", "number"
    ):
        phones[person].add(number)
    zones.foresee({code for codes in zips.values() for code in codes})
    return {person: windows.person_key(zip_codes=zips[person], phones=phones[person]) for person in person_ids}
