"""What an agency reports, taken in: shown before line by line, once, tied to what it remitted to the cent.

What it says it was paid is posted as receipts of the accounts, on the visits that were placed; what it keeps of that is
an expense of the practice and stands with the file, never in a patient's ledger. A line that names nobody we know, or
more than is left, loses nothing: it waits for a person, or its money stays unapplied on the account.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.adjustments import services as adjustments
from claims.adjustments.standing import Target
from claims.receipts.allocation import ReceiptShare, nearly_as_chosen
from claims.receipts.models import Receipt
from claims.receipts.recording import ReceivedMoney, lock_accounts, new_receipts, patient_lines, post_shares
from claims.transfers.many_moves import ClaimMove, move_many
from collections_app.agencies import recalling
from collections_app.agencies.judging import JudgedRow, Report, judged
from collections_app.agencies.models import Agency, AgencyFile, AgencyFileRow, AgencyPlacement
from collections_app.agencies.placing import agency_of
from collections_app.agencies.states import (
    RETURN_CODES,
    FileKind,
    PlacementState,
    RowKind,
    RowState,
)

if TYPE_CHECKING:
    from arwork.staff.models import User


def take_in(
    agency_id: int,
    name: str,
    content: bytes,
    *,
    deposit: Decimal,
    deposit_reference: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> AgencyFile:
    """Take a file in: post what was paid, end what was returned, note the rest. `deposit` is what arrived at the bank.

    Raises `Conflict` where this file was taken in before, `DomainError` where a line can't be read or the deposit does
    not tie (nothing is done then), `PeriodClosed`, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(deposit_reference=deposit_reference)
    with transaction.atomic():
        Agency.objects.select_for_update().filter(pk=agency_id, practice__in=practice_ids(actor)).first()
        agency = agency_of(agency_id, actor=actor)
        report = judged(agency, content, today=today)
        _ensure_may_be_taken(report, deposit)
        placements = {one.placement.pk: one.placement for one in report.fresh if one.placement}
        lock_accounts(one.account_id for one in placements.values())
        file = AgencyFile.objects.create(
            practice_id=agency.practice_id, agency=agency, kind=FileKind.ANSWER, name=name[:120],
            content=content.decode("utf-8-sig"), sha256=report.sha256, count=len(report.fresh), amount=report.gross,
            fee=report.fee, fee_due=report.fee_due, deposit=deposit,
            deposit_reference=deposit_reference.strip()[:40], made_on=today, made_at=now, made_by=actor,
        )  # fmt: skip
        rows = [_row(file, one) for one in report.fresh]
        bulk.insert(AgencyFileRow, rows)
        by_key = {one.key: one for one in rows}
        _post([by_key[one.told.key] for one in report.fresh if _pays(one)], placements, actor, today, now)
        _give_back(rows, placements, actor=actor, today=today, now=now)
        _settle(rows, placements, actor=actor, today=today, now=now)
        recalling.close_empty(placements, today=today, now=now)
        audit.record(
            actor, "agency_file_taken_in", "agency_file", file.pk, practice_id=agency.practice_id,
            after={"rows": file.count, "amount": file.amount, "fee": file.fee, "deposit": deposit}, now=now,
        )  # fmt: skip
    return file


def give_to_account(row_id: int, reference: str, *, actor: "User", today: dt.date, now: dt.datetime) -> AgencyFileRow:
    """Say which placement a waiting line means: what it reports is done there. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        row = _waiting(row_id, actor)
        mine = AgencyPlacement.objects.filter(agency=row.agency_id, reference=reference.strip().upper())
        placement = mine.exclude(state=PlacementState.UNDONE).select_related("account", "agency__practice").first()
        if placement is None:
            raise DomainError("This agency has no placement of this reference.", field="reference")
        lock_accounts([placement.account_id])
        row.placement, row.state, row.why = placement, RowState.APPLIED, f"Given to {placement.reference} by hand"
        row.answered_at, row.answered_by = now, actor
        row.save(update_fields=["placement", "state", "why", "answered_at", "answered_by"])
        placements = {placement.pk: placement}
        if row.kind == RowKind.PAYMENT:
            _post([row], placements, actor, today, now)
        _give_back([row], placements, actor=actor, today=today, now=now)
        _settle([row], placements, actor=actor, today=today, now=now)
        recalling.close_empty(placements, today=today, now=now)
        audit.record(
            actor, "agency_row_given", "agency_file_row", row.pk, practice_id=row.practice_id,
            after={"placement": placement.pk}, now=now,
        )  # fmt: skip
    return row


def seen_to(row_id: int, *, why: str, actor: "User", now: dt.datetime) -> AgencyFileRow:
    """Say what was done about a waiting line otherwise (the agency took it back). Raises `DomainError`, `NotFound`."""
    require(actor, Capability.POST_MONEY)
    if not why.strip():
        raise DomainError("Say what was done about it.", field="why")
    ensure_not_sensitive(why=why)
    with transaction.atomic():
        row = _waiting(row_id, actor)
        row.state, row.why, row.answered_at, row.answered_by = RowState.SETTLED, why.strip()[:200], now, actor
        row.save(update_fields=["state", "why", "answered_at", "answered_by"])
        audit.record(
            actor, "agency_row_seen_to", "agency_file_row", row.pk, practice_id=row.practice_id, now=now
        )  # fmt: skip
    return row


def _waiting(row_id: int, actor: "User") -> AgencyFileRow:
    rows = AgencyFileRow.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise NotFound("There is no such line in your practices.")
    if row.state != RowState.WAITING:
        raise Conflict("Somebody saw to this line already.")
    return row


def _ensure_may_be_taken(report: Report, deposit: Decimal) -> None:
    if report.is_taken:
        raise Conflict("This very file was taken in before; nothing was done.")
    if report.bad:
        first = report.bad[0]
        raise DomainError(
            f"{len(report.bad)} lines can't be taken in; the first is line {first.told.line}: {first.trouble}. "
            "Ask the agency for a file that is right; nothing was done.", field="file",
        )  # fmt: skip
    if not report.fresh:
        raise Conflict("Every line of this file was taken in before; nothing was done.")
    if deposit != report.deposit:
        raise DomainError(
            f"The file comes to a deposit of ${report.deposit:,.2f}, and ${deposit:,.2f} arrived: "
            f"${abs(deposit - report.deposit):,.2f} {'more' if deposit > report.deposit else 'less'}. "
            "Settle that with the agency first; nothing was posted.", field="deposit",
        )  # fmt: skip


def _row(file: AgencyFile, one: JudgedRow) -> AgencyFileRow:
    told = one.told
    is_waiting = bool(one.trouble)
    return AgencyFileRow(
        practice_id=file.practice_id, agency_id=file.agency_id, file=file, line=told.line, key=told.key,
        kind=told.kind, reference=told.reference, placement=None if is_waiting else one.placement,
        amount=told.amount, fee=one.fee, fee_due=one.fee_due, on=told.on or file.made_on, code=told.code,
        note=told.note, state=RowState.WAITING if is_waiting else RowState.APPLIED, why=one.trouble[:200],
    )  # fmt: skip


def _pays(one: JudgedRow) -> bool:
    return one.told.kind == RowKind.PAYMENT and not one.trouble


def _post(
    rows: Sequence[AgencyFileRow],
    placements: Mapping[int, AgencyPlacement],
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Post what was paid as receipts: the oldest visit first, what is over unapplied on the account."""
    if not rows:
        return
    left: dict[int, dict[int, Decimal]] = defaultdict(dict)
    since: dict[int, dt.date] = {}
    for visit, amount in recalling.visits_left(list(placements.values())):
        left[placements[visit.placement_id].account_id][visit.claim_id] = amount
        since[visit.claim_id] = visit.since_on
    parts: dict[int, dict[int, Decimal]] = {row.pk: {} for row in rows}
    moves: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        owing, rest = left[_account(row, placements)], row.amount
        for claim_id in owing:
            part = min(rest, owing[claim_id])
            if part > ZERO:
                owing[claim_id] -= part
                moves[claim_id] += part
                parts[row.pk][claim_id] = part
                rest -= part
    move_many(
        [ClaimMove(claim_id, amount, since[claim_id]) for claim_id, amount in moves.items()],
        origin="AGENCY", target="PATIENT", reason="recalled", words="Paid to the agency", actor=actor, today=today,
        now=now,
    )  # fmt: skip
    money = [
        ReceivedMoney(
            _account(row, placements), row.practice_id, row.amount, row.on, f"AG{row.pk}", Receipt.Method.AGENCY
        )
        for row in rows
    ]
    owed = patient_lines(sorted({one.account_id for one in money}), today=today)
    shares: list[list[ReceiptShare]] = [
        nearly_as_chosen(row.amount, parts[row.pk], owed[_account(row, placements)]) for row in rows
    ]
    receipts = new_receipts(money, posted_on=today, now=now, actor=actor)
    post_shares(zip(receipts, shares, strict=True), posted_on=today, now=now, actor=actor)
    bulk.write(AgencyFileRow, ["receipt"], {row.pk: (one.pk,) for row, one in zip(rows, receipts, strict=True)})


def _account(row: AgencyFileRow, placements: Mapping[int, AgencyPlacement]) -> int:
    return placements[row.placement_id or 0].account_id


def _give_back(
    rows: Sequence[AgencyFileRow],
    placements: Mapping[int, AgencyPlacement],
    *,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> None:
    """End what the agency returned: its balance is the patient's again."""
    returned = {row.placement_id: row for row in rows if row.kind == RowKind.RETURN and row.state == RowState.APPLIED}
    found = [placements[pk] for pk in returned if pk and placements[pk].state == PlacementState.PLACED]
    if not found:
        return
    recalling.send_back(found, actor=actor, words="Returned by the agency", today=today, now=now)
    for one in found:
        code = returned[one.pk].code
        recalling.end(one, PlacementState.RETURNED, code=code, because=RETURN_CODES.get(code, ""), on=today)
    recalling.write_ended(found)
    recalling.note(found, "returned_by_agency", actor=actor, now=now)


def _settle(
    rows: Sequence[AgencyFileRow],
    placements: Mapping[int, AgencyPlacement],
    *,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Take off what is left of accounts that the agency settled: at once within the actor's authority, else after a
    second person agreed; till then the balance stays where it is."""
    for row in rows:
        if row.kind != RowKind.SETTLED or row.state != RowState.APPLIED:
            continue
        visits = recalling.visits_left([placements[row.placement_id or 0]])
        if not visits:
            continue
        targets = [Target("AGENCY", amount, claim_id=visit.claim_id) for visit, amount in visits]
        reason = f"Settled by {placements[row.placement_id or 0].agency.name}"
        done = adjustments.propose_many(
            targets, books_to="WO_SETTLEMENT", reason=reason, actor=actor, today=today, now=now
        )
        left = sum((amount for _, amount in visits), ZERO)
        if done.troubles:
            row.state, row.why = RowState.WAITING, f"${left:,.2f} could not be taken off: see the account"
        elif done.is_waiting:
            row.why = f"${left:,.2f} are taken off once a second person agrees"
        else:
            row.why = f"${left:,.2f} taken off"
        row.save(update_fields=["state", "why"])
