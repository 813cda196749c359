"""Take in one 835: translate what was read into rows to stage, then stage, finish and release the remittance.

Resumable at any point. Staged claims are a prefix of the file, so a run that was killed skips them; a remittance
that was staged whole is released again, which posts only what is not posted yet. The same payment in another
file has the same key (RULES 2.4), posts nothing and is reported as a duplicate (`copies`).
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO, to_cents
from claims.edi import translate_835
from claims.edi.duplicate_835 import complete_truncated, read_duplicate
from claims.edi.files import RemitSummary, batch, figures_of
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.practice_lookup import (
    may_bring_files_for,
    practices_sharing,
    resolve_practice,
    unknown_provider,
    unknown_provider_sentence,
    which_practice_sentence,
)
from claims.edi.x12.records import (
    ClaimRead,
    Clp,
    Event,
    Remittance835,
    TransactionEnd,
    TransactionStart,
)
from claims.payers.identify import PayerName, find_or_open
from claims.remits import selectors, staging
from claims.remits.duplicate_remits import completion_of, replace_with_copy
from claims.remits.match_rules import SoughtClaim
from claims.remits.models import Remittance
from claims.remits.release import release_remittance

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 1_000

Progress = Callable[[int, int], None]  # claims done, claims in the file


def take_835(
    *,
    file: EdiFile,
    transaction: EdiTransaction,
    events: Iterator[Event],
    practice_id: int | None,
    create_missing: bool,
    today: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    progress: Progress | None = None,
    may_open: bool = False,
) -> RemitSummary:
    """Take in the transaction whose events follow, up to its end; `practice_id` forces whose money it is.

    The status is `posted`, `partly` (exceptions wait), `staged` (nothing posts before a person has decided),
    `duplicate`, `rejected`, or `received`: to be read again, for a broken copy gave way to it. `may_open` allows a
    practice to be opened for an unknown payee.
    """
    summary = RemitSummary("rejected", practice_id=practice_id)
    start = next(events)
    header = start.header if isinstance(start, TransactionStart) else None
    if not isinstance(start, TransactionStart) or not isinstance(header, Remittance835):
        return _refused(summary, events, "no_header", "Expected a BPR and a TRN that say what was paid.", start)
    events, sought = (events, []) if header.payee_npi or practice_id else _claims_ahead(events)
    practice = resolve_practice(
        npi=header.payee_npi,
        tin=header.payee_tin,
        name=header.payee_name,
        forced_id=practice_id,
        may_open=may_open or (create_missing and actor is None),
        opened_by=actor,
        sought=sought,
    )
    shared = practices_sharing(npi=header.payee_npi, tin=header.payee_tin) if practice is None else []
    if len(shared) > 1:
        return _refused(
            summary, events, "which_practice", which_practice_sentence(shared, role="payee", actor=actor), start
        )
    if practice is None or not may_bring_files_for(actor, practice.pk):
        who = unknown_provider(npi=header.payee_npi, tin=header.payee_tin, name=header.payee_name)
        transaction.summary = {**transaction.summary, "progress": {"strangers": [who]}}
        return _refused(summary, events, "unknown_practice", unknown_provider_sentence(who, role="payee"), start)
    summary.practice_id = practice.pk
    first = next(events)
    draft = _draft(header, start, first, practice_id=practice.pk, transaction=transaction, today=today)
    draft.create_missing = create_missing
    remittance = staging.open_remittance(draft)
    if remittance.transaction_id != transaction.pk and replace_with_copy(remittance, now=now):
        remittance = staging.open_remittance(draft)
    summary.remittance_id = remittance.pk
    if draft.paid_on > today:
        segment = start.first_segment
        where = f"segment {segment + 1}, BPR16" if header.paid_on else f"segment {segment}, ST02"
        summary.add(where, "future_date", "The day of payment has not come yet.")
    follow = chain([first], events)
    if remittance.transaction_id != transaction.pk:
        if completion := completion_of(remittance):
            if complete_truncated(completion, transaction, follow, summary, today=today, now=now):
                return _told(summary, remittance, Remittance.State.STAGED)
            return summary
        return read_duplicate(remittance, follow, summary, now=now)
    interest: dict[str, Decimal] = {}
    told = _noting_interest(follow, interest)
    ended = _stage_all(remittance, transaction, told, summary, today=today, now=now, report=_reporter(file, progress))
    if ended is not None and remittance.state == Remittance.State.STAGING:
        _finish(remittance, ended, summary, interest=interest, now=now)
    state = release_remittance(remittance, today=today, now=now, actor=actor)
    return _told(summary, remittance, state)


def _claims_ahead(events: Iterator[Event]) -> tuple[Iterator[Event], list[SoughtClaim]]:
    """The events again, and the claims that the first of them pay."""
    ahead = []
    for event in events:
        ahead.append(event)
        if len(ahead) == BATCH or isinstance(event, TransactionEnd):
            break
    read = [one.claim for one in ahead if isinstance(one, ClaimRead)]
    return chain(ahead, events), [translate_835.sought_claim_of(one) for one in read if isinstance(one, Clp)]


def _stage_all(
    remittance: Remittance,
    row: EdiTransaction,
    events: Iterator[Event],
    summary: RemitSummary,
    *,
    today: dt.date,
    now: dt.datetime,
    report: Callable[[], None],
) -> TransactionEnd | None:
    waiting: list[staging.ClaimPaymentDraft] = []
    done = row.done
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Clp):
            summary.note(event.claim.problems)
            if event.claim.position > done:
                waiting.append(translate_835.claim_payment_draft(event.claim, remittance))
            if len(waiting) >= BATCH:
                _stage(remittance, row, waiting, today=today, now=now)
                waiting = []
                report()
        elif isinstance(event, TransactionEnd):
            _stage(remittance, row, waiting, today=today, now=now)
            report()
            summary.note(event.problems)
            summary.figures = figures_of(event.totals)
            return event
    return None


def _stage(
    remittance: Remittance,
    row: EdiTransaction,
    waiting: list[staging.ClaimPaymentDraft],
    *,
    today: dt.date,
    now: dt.datetime,
) -> None:
    if waiting:
        with batch(row, size=len(waiting)):
            staging.stage_payments(remittance, waiting, today=today, now=now)


def _noting_interest(events: Iterator[Event], found: dict[str, Decimal]) -> Iterator[Event]:
    """The same events; `found` gets the interest that payers name at a claim (AMT*I), by claim number."""
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Clp) and (named := event.claim.amounts.get("I")):
            found[event.claim.clp01] = found.get(event.claim.clp01, ZERO) + named
        yield event


def _finish(
    remittance: Remittance,
    end: TransactionEnd,
    summary: RemitSummary,
    *,
    interest: Mapping[str, Decimal],
    now: dt.datetime,
) -> None:
    translate_835.set_totals(remittance, end)
    rows = translate_835.provider_rows(remittance, end.plbs)
    remittance.state = Remittance.State.STAGED
    errors = [
        one.message
        for one in end.problems
        if one.severity == "error" and one.code not in translate_835.BALANCE_PROBLEMS
    ]
    if interest and remittance.amount != remittance.total_paid - remittance.total_provider:
        rows += translate_835.interest_rows(remittance, interest, after=len(rows))
        is_the_difference = len(rows) > len(end.plbs)
        words = translate_835.interest_words(interest, is_posted=is_the_difference)
        summary.add("AMT01", "interest_named", words)
        errors += [] if is_the_difference else [words]
    staging.finish_staging(remittance, rows, errors=errors, now=now)


def _draft(
    header: Remittance835,
    start: TransactionStart,
    first: Event,
    *,
    practice_id: int,
    transaction: EdiTransaction,
    today: dt.date,
) -> Remittance:
    amount = -header.bpr02 if header.credit_debit == "D" and header.bpr02 > 0 else header.bpr02
    stated = header.paid_on or header.production_on
    paid_on = stated or start.envelope.date or today
    payer_id = _payer(header)
    # The day of the envelope is the file's, not the payment's: it tells payments apart only where nothing else does.
    day = stated or ("" if header.trace else paid_on)
    parts: list[object] = [practice_id, header.trace, header.payer_tin, str(day), to_cents(amount)]
    if not amount and isinstance(first, ClaimRead) and isinstance(first.claim, Clp):
        # Payers repeat a placeholder trace over remittances without money; their first claim tells them apart.
        parts += [first.claim.clp01, first.claim.icn, first.claim.status]
    return Remittance(
        practice_id=practice_id,
        payer_id=payer_id,
        transaction_id=transaction.pk,
        key=staging.remittance_key(*parts),
        trace=header.trace[:50],
        payer_tin=header.payer_tin[:20],
        payer_name=header.payer_name[:80],
        method=header.method[:3],
        amount=amount,
        paid_on=paid_on,
        received_on=today,
    )


def _payer(header: Remittance835) -> int | None:
    tin = header.payer_tin[1:] if len(header.payer_tin) == 10 and header.payer_tin[0] in "139" else header.payer_tin
    identifiers = (*header.payer_ids, ("TIN", tin)) if tin else header.payer_ids
    name = PayerName(name=header.payer_name, identifiers=tuple(identifiers))
    return find_or_open([name])[name]


def _reporter(file: EdiFile, progress: Progress | None) -> Callable[[], None]:
    def report() -> None:
        if progress:
            file.refresh_from_db(fields=["done_claims", "total_claims"])
            progress(file.done_claims, file.total_claims)

    return report


def _refused(summary: RemitSummary, events: Iterator[Event], code: str, message: str, start: Event) -> RemitSummary:
    segment = start.first_segment if isinstance(start, TransactionStart) else 0
    summary.add(f"segment {segment}, ST02", code, message)
    return _read_out(summary, events)


def _read_out(summary: RemitSummary, events: Iterator[Event]) -> RemitSummary:
    """Read to the end for the figures alone: also what is refused is reported in full."""
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Clp):
            summary.note(event.claim.problems)
        elif isinstance(event, TransactionEnd):
            summary.note(event.problems)
            summary.figures = figures_of(event.totals)
            break
    return summary


def _told(summary: RemitSummary, remittance: Remittance, state: str) -> RemitSummary:
    counts = selectors.counts_of(remittance.pk)
    summary.status = state if state in ("posted", "partly") else "staged"
    summary.posted, summary.exceptions = counts.posted, counts.exceptions
    return summary
