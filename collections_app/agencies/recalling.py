"""Accounts that come back from an agency: called back by us, given back by it, or with nothing left to collect.

What the agency's bucket still owes of each visit goes back to the patient and is owed since the day it was before; a
call-back stands in a file for the agency. What should come back is found nightly and proposed, never done by itself.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.receipts.models import Receipt
from claims.receipts.recording import lock_accounts
from claims.transfers.many_moves import ClaimMove, move_many
from collections_app.agencies import files_out
from collections_app.agencies.gate_facts import account_facts, agency_facts
from collections_app.agencies.gates import calls_back, why_not
from collections_app.agencies.layouts import table_file
from collections_app.agencies.models import Agency, AgencyFile, AgencyFileRow, AgencyPlacement, PlacedVisit
from collections_app.agencies.states import RECALL_REASONS, BatchState, FileKind, PlacementState, RowKind

if TYPE_CHECKING:
    from arwork.staff.models import User

WORDS = 200
PLACED = PlacementState.PLACED


def recall(
    placement_ids: Collection[int], *, code: str, because: str, actor: "User", today: dt.date, now: dt.datetime
) -> list[AgencyFile]:
    """Call accounts back: their balances are the patient's again, and each agency gets a file that says so.

    `code` is one of `RECALL_REASONS`; empty takes what was proposed of each. Raises `DomainError` naming the field,
    `NotFound` where one is not with an agency (any more), `PeriodClosed`.
    """
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(because=because)
    if code and code not in RECALL_REASONS:
        raise DomainError("Choose why it is called back.", field="code")
    with transaction.atomic():
        found = locked_placements(placement_ids, actor)
        if not code and any(not one.recall_code for one in found):
            raise DomainError("Choose why it is called back.", field="code")
        left = send_back(found, actor=actor, words="Called back", today=today, now=now)
        files = []
        for agency, theirs in _by_agency(found).items():
            files.append(_recall_file(agency, theirs, left, code=code, actor=actor, today=today, now=now))
        for one in found:
            end(one, PlacementState.RECALLED, code=code or one.recall_code, because=because, on=today)
        write_ended(found)
        note(found, "called_back", actor=actor, now=now)
    return files


def send_back(
    placements: Sequence[AgencyPlacement], *, actor: "User", words: str, today: dt.date, now: dt.datetime
) -> dict[int, Decimal]:
    """Let the patient owe again what is left with the agency, by placement. The caller holds the accounts."""
    visits = visits_left(placements)
    move_many(
        [ClaimMove(visit.claim_id, amount, visit.since_on) for visit, amount in visits],
        origin="AGENCY", target="PATIENT", reason="recalled", words=words[:WORDS], actor=actor, today=today, now=now,
    )  # fmt: skip
    left: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for visit, amount in visits:
        left[visit.placement_id] += amount
    return left


def visits_left(placements: Sequence[AgencyPlacement]) -> list[tuple[PlacedVisit, Decimal]]:
    """The visits of placements of which the agency's bucket owes something, the oldest service first. Two queries.

    A visit that two placements name (two claims became one) is told once.
    """
    visits = list(
        PlacedVisit.objects.filter(Among("placement", [one.pk for one in placements]))
        .select_related("claim").order_by("claim__service_from", "claim_id", "pk")
    )  # fmt: skip
    rows = Receivable.objects.filter(Among("claim", {one.claim_id for one in visits}), bucket="AGENCY", amount__gt=0)
    owed = dict(rows.values_list("claim_id", "amount"))
    return [(visit, owed.pop(visit.claim_id)) for visit in visits if visit.claim_id in owed]


def locked_placements(placement_ids: Collection[int], actor: "User") -> list[AgencyPlacement]:
    """Placements of the actor's practices that stand, with their accounts locked. Raises `NotFound`."""
    wanted = set(placement_ids)
    mine = AgencyPlacement.objects.filter(Among("pk", wanted), practice__in=practice_ids(actor))
    lock_accounts(mine.values_list("account_id", flat=True))
    rows = mine.filter(state=PLACED).exclude(batch__state=BatchState.UNDONE)
    found = list(rows.select_related("agency__practice", "account").order_by("account_id"))
    if not wanted or len(found) < len(wanted):
        raise NotFound("One of these accounts is not with an agency, or not any more. Look at them again.")
    return found


def end(one: AgencyPlacement, state: str, *, code: str, because: str, on: dt.date) -> None:
    """Mark a placement as over, to be written by `write_ended`."""
    one.state, one.ended_on, one.ended_code = state, on, code[:12]
    one.because = because.strip()[:WORDS]
    one.owner_id, one.next_action, one.next_on, one.recall_code, one.recall_since = None, "", None, "", None


_ENDED = (
    "state", "ended_on", "ended_code", "because", "owner", "next_action", "next_on", "recall_code", "recall_since",
)  # fmt: skip


def write_ended(placements: Iterable[AgencyPlacement]) -> None:
    """Write what `end` marked."""
    names = [one.removesuffix("_id") for one in _ENDED]
    rows = {one.pk: [getattr(one, "owner_id" if name == "owner" else name) for name in names] for one in placements}
    bulk.write(AgencyPlacement, names, rows)


def note(placements: Sequence[AgencyPlacement], action: str, *, actor: "User | None", now: dt.datetime) -> None:
    """Tell the audit trail, and those who follow accounts."""
    audit.record_many(
        actor,
        [
            audit.Deed(
                action, "agency_placement", one.pk, one.practice_id,
                after={"account": one.account_id, "state": str(one.state), "code": one.ended_code or one.recall_code},
            )
            for one in placements
        ],
        now=now,
    )  # fmt: skip
    announce("placement", accounts=[one.account_id for one in placements])


def keep_up(*, today: dt.date, now: dt.datetime, practices: Collection[int] | None = None) -> tuple[int, int]:
    """Nightly: propose to call back what a gate has closed for since, and close what nothing is left of.

    How many were proposed, and how many were closed. The same day again does nothing.
    """
    proposed = closed = 0
    rows = AgencyPlacement.objects.filter(state=PLACED).order_by("pk")
    if practices is not None:
        rows = rows.filter(practice__in=practices)
    for batch in bulk.chunks(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            lock_accounts(AgencyPlacement.objects.filter(Among("pk", batch)).values_list("account_id", flat=True))
            found = list(
                AgencyPlacement.objects.filter(Among("pk", batch), state=PLACED).select_related("agency__practice")
            )
            closed += len(_close_empty(found, today=today, now=now))
            proposed += len(_propose([one for one in found if one.state == PLACED], today=today, now=now))
    return proposed, closed


def close_empty(placement_ids: Collection[int], *, today: dt.date, now: dt.datetime) -> None:
    """Close those of placements of which nothing is left. The caller holds the accounts."""
    rows = AgencyPlacement.objects.filter(Among("pk", placement_ids), state=PLACED)
    _close_empty(list(rows), today=today, now=now)


def _close_empty(placements: Sequence[AgencyPlacement], *, today: dt.date, now: dt.datetime) -> list[AgencyPlacement]:
    holding = {visit.placement_id for visit, _ in visits_left(placements)}
    empty = [one for one in placements if one.pk not in holding]
    if not empty:
        return []
    reported: dict[int, set[str]] = defaultdict(set)
    rows = AgencyFileRow.objects.filter(Among("placement", [one.pk for one in empty]))
    for pk, kind in rows.values_list("placement_id", "kind"):
        reported[pk].add(kind)
    for one in empty:
        state = PlacementState.CLOSED
        if RowKind.SETTLED in reported[one.pk]:
            state = PlacementState.SETTLED
        elif {RowKind.PAYMENT, RowKind.DIRECT} & reported[one.pk]:
            state = PlacementState.PAID
        end(one, state, code="", because="", on=today)
    write_ended(empty)
    note(empty, "placement_closed", actor=None, now=now)
    return empty


def _propose(placements: Sequence[AgencyPlacement], *, today: dt.date, now: dt.datetime) -> list[AgencyPlacement]:
    """Mark what should come back; a mark whose reason is gone is taken off."""
    facts = account_facts([one.account_id for one in placements], today=today, is_placed=True)
    agencies = {one.agency_id: agency_facts(one.agency, today=today) for one in placements}
    paid_us = _paid_us(placements)
    changed = []
    for one in placements:
        code = calls_back(why_not(facts[one.account_id], agencies[one.agency_id], today=today))
        code = code or ("paid_us" if one.account_id in paid_us else "")
        if code != one.recall_code:
            one.recall_code, one.recall_since = code, today if code else None
            if code:
                one.next_action, one.next_on = "Call it back, or say why not", today
            changed.append(one)
    rows = {one.pk: (one.recall_code, one.recall_since, one.next_action, one.next_on) for one in changed}
    bulk.write(AgencyPlacement, ("recall_code", "recall_since", "next_action", "next_on"), rows)
    note([one for one in changed if one.recall_code], "call_back_proposed", actor=None, now=now)
    return [one for one in changed if one.recall_code]


def _paid_us(placements: Sequence[AgencyPlacement]) -> set[int]:
    """Accounts whose patients paid us since they were placed, and whose money is not on a visit yet."""
    since = {one.account_id: one.placed_on for one in placements}
    waiting = Account.objects.filter(Among("pk", since), unapplied__gt=0).values_list("pk", flat=True)
    rows = direct_receipts(list(waiting)).values_list("account_id", "received_on")
    return {account_id for account_id, received_on in rows if received_on >= since[account_id]}


def direct_receipts(account_ids: Collection[int]) -> QuerySet[Receipt]:
    """What the patients of accounts paid us themselves."""
    rows = Receipt.objects.filter(Among("account", account_ids), state=Receipt.State.RECORDED)
    return rows.exclude(method=Receipt.Method.AGENCY)


def report_direct(agency: Agency, *, actor: "User", today: dt.date, now: dt.datetime) -> AgencyFile | None:
    """The file of what patients of an agency's accounts paid us since they were placed, each payment once; None where
    there is nothing to tell."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=agency.pk)
        placed = {one.account_id: one for one in agency.placements.filter(state=PLACED).select_related("account")}
        told = set(AgencyFileRow.objects.filter(agency=agency, key__startswith=OURS).values_list("key", flat=True))
        fresh = [
            one
            for one in direct_receipts(list(placed)).order_by("received_on", "pk")
            if one.received_on >= placed[one.account_id].placed_on and f"{OURS}{one.pk}" not in told
        ]
        if not fresh:
            return None
        rows = [
            {
                "key": f"{OURS}{one.pk}", "reference": placed[one.account_id].reference,
                "account": placed[one.account_id].account.number, "date": one.received_on, "amount": one.amount,
            }
            for one in fresh
        ]  # fmt: skip
        made = table_file(files_out.DIRECT_COLUMNS, rows, date_format=agency.date_format)
        file = files_out.keep(agency, FileKind.DIRECT, made, actor=actor, today=today, now=now)
        bulk.insert(
            AgencyFileRow,
            [
                AgencyFileRow(
                    practice_id=agency.practice_id, agency=agency, file=file, line=line, key=f"{OURS}{one.pk}",
                    kind=RowKind.DIRECT, reference=placed[one.account_id].reference,
                    placement=placed[one.account_id], amount=one.amount, on=one.received_on,
                )
                for line, one in enumerate(fresh, 2)
            ],
        )  # fmt: skip
        audit.record(
            actor, "direct_payments_reported", "agency_file", file.pk, practice_id=agency.practice_id,
            after={"rows": len(fresh), "amount": made.amount}, now=now,
        )  # fmt: skip
    return file


#: Keys of what we report ourselves begin so; an agency's own never do.
OURS, CALLED_BACK = "ours-receipt-", "ours-recall-"


def _recall_file(
    agency: Agency,
    placements: Sequence[AgencyPlacement],
    left: Mapping[int, Decimal],
    *,
    code: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> AgencyFile:
    rows = [
        {
            "reference": one.reference, "account": one.account.number, "date": today, "code": code or one.recall_code,
            "amount": left.get(one.pk, ZERO),
        }
        for one in placements
    ]  # fmt: skip
    made = table_file(files_out.RECALL_COLUMNS, rows, date_format=agency.date_format)
    file = files_out.keep(agency, FileKind.RECALLED, made, actor=actor, today=today, now=now)
    bulk.insert(
        AgencyFileRow,
        [
            AgencyFileRow(
                practice_id=one.practice_id, agency=agency, file=file, line=line, key=f"{CALLED_BACK}{one.pk}",
                kind=RowKind.RETURN, reference=one.reference, placement=one, amount=left.get(one.pk, ZERO), on=today,
                code=code or one.recall_code,
            )
            for line, one in enumerate(placements, 2)
        ],
    )  # fmt: skip
    return file


def _by_agency(placements: Iterable[AgencyPlacement]) -> dict[Agency, list[AgencyPlacement]]:
    found: dict[Agency, list[AgencyPlacement]] = defaultdict(list)
    for one in placements:
        found[one.agency].append(one)
    return found
