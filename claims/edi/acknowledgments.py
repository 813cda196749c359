"""Take in 999, 997, TA1, 277CA and 277: move submissions on, keep the proof, say what matched nothing.

Every acknowledgment becomes a row with its source, also one that names no claim we know: a payer's receipt is the
proof of timely filing (RULES 9.2), and the claim may only be read tomorrow. Then `services.apply_parked` reads the
acknowledgment again and it finds its place.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from arwork.lib.events import announce
from claims.billing import submission_answers
from claims.billing.models import Submission
from claims.billing.selectors import AnsweredDays, submissions_from
from claims.billing.submission_answers import ReceivedAcknowledgment
from claims.billing.submission_progress import Verdict, meaning_of
from claims.billing.submitted_claims import number_apart
from claims.edi.answer_listeners import HeardStatus, tell_statuses
from claims.edi.files import ImportRequest, TransactionTally, batch, figures_of, take_items, with_retries
from claims.edi.models import EdiTransaction
from claims.edi.practice_lookup import practice_of_npi, practices_of_sender
from claims.edi.x12.records import (
    Ack,
    AckError,
    AckRead,
    ClaimStatus,
    Event,
    GroupAck,
    InterchangeAck,
    SetAck,
    StatusCode,
    StatusRead,
    TransactionEnd,
    TransactionStart,
)

#: A receipt of an envelope comes within hours. Much older is not it but an envelope of the same number: control numbers
#: come round again, and the file that is meant may only be read tomorrow.
ANSWERED_WITHIN = dt.timedelta(days=14)


def take_acknowledgments(intake: ImportRequest, row: EdiTransaction, events: Iterator[Event]) -> None:
    """Take in one acknowledgment transaction; `row` holds status and figures afterwards."""
    taking = _Taking(intake, row)
    if end := take_items(row, events, begin=taking.begin, items_of=taking.items_of, take=taking.take):
        taking.finish(end)


class _Taking:
    def __init__(self, intake: ImportRequest, row: EdiTransaction) -> None:
        self._intake, self._row = intake, row
        self._tally = TransactionTally.resumed(row)
        self._on = self._until = intake.today
        self._parties: frozenset[str] = frozenset()
        self._source = f"{intake.file.sha256[:40]}/{row.position}"
        self._groups_with_sets: set[str] = set()
        self._npis: dict[str, list[int] | None] = {}
        self._heard: list[HeardStatus] = []
        self._references: list[tuple[int, str]] = []

    def begin(self, start: TransactionStart) -> None:
        self._on = start.envelope.date or self._intake.today
        self._until = self._on + dt.timedelta(days=1)  # the answer may carry an earlier day than what it answers
        self._parties = frozenset(filter(None, (start.envelope.sender, start.envelope.receiver)))
        if not self._row.done:
            submission_answers.drop_unmatched_acknowledgments(f"{self._source}/")

    def items_of(self, event: Event) -> Sequence[Ack | ClaimStatus]:
        """What an event says of a submission; of a status also which 837 it is about."""
        if isinstance(event, StatusRead):
            self._heed(event.status)
            return [event.status]
        return [event.ack] if isinstance(event, AckRead) else []

    def _heed(self, status: ClaimStatus) -> None:
        """Remember which 837 is answered: what is said of a provider in it comes later, without its reference."""
        if status.level == "receiver":
            self._references.append((status.first_segment, status.trace))

    def take(self, items: Sequence[Ack | ClaimStatus]) -> None:
        if items:
            self._tally = with_retries(lambda: self._batch(items))

    def _batch(self, items: Sequence[Ack | ClaimStatus]) -> TransactionTally:
        row, tally = self._row, TransactionTally.resumed(self._row)
        self._heard = []
        with batch(row, size=len(items)):
            statuses = [item for item in items if isinstance(item, ClaimStatus)]
            receipts = [
                receipt for item in items if not isinstance(item, ClaimStatus) for receipt in self._syntax(item, tally)
            ]
            receipts += self._statuses(statuses, tally)
            changed = submission_answers.record_acknowledgments(receipts)
            tell_statuses(self._heard, today=self._intake.today, now=self._intake.now)
            announce("ack", claims=changed)
            tally.practices |= {receipt.practice_id for receipt in receipts if receipt.practice_id}
            row.summary = {**row.summary, "progress": tally.saved()}
            row.problems = tally.problems
            row.practice_id = row.practice_id or min(tally.practices, default=self._intake.practice_id)
        return tally

    def finish(self, end: TransactionEnd) -> None:
        row, tally = self._row, self._tally
        tally.note(end.problems)
        unmatched = tally.counts.get("unmatched", 0)
        row.status = "partly" if unmatched else "posted"
        row.summary = {
            **figures_of(end.totals),
            "posted": tally.counts.get("matched", 0),
            "exceptions": unmatched,
            "progress": tally.saved(),
        }
        row.problems = tally.problems
        row.save(update_fields=["status", "summary", "problems"])

    # Syntax: 999, 997, TA1

    def _syntax(self, ack: Ack, tally: TransactionTally) -> list[ReceivedAcknowledgment]:
        tally.note(ack.problems)
        if isinstance(ack, InterchangeAck):
            verdict = syntax_verdict(ack.code)
            text = f"interchange {syntax_words(ack.code, (), ())}"
            text += f" (note {ack.note})" if verdict == "rejected" else ""
            found = submission_answers.latest_submissions_in_interchange(
                ack.interchange_control, self._practice_ids(), answered=self._answered(self._until)
            )
            where, name = "TA101", f"interchange {ack.interchange_control}"
            return self._receipts(found, "TA1", verdict, text, where=where, name=name, tally=tally)
        if isinstance(ack, SetAck):
            self._groups_with_sets.add(ack.group_control)
            found = submission_answers.latest_submissions_in_group(
                ack.group_control, ack.set_control, self._practice_ids(), answered=self._answered(self._on)
            )
            verdict = syntax_verdict(ack.code)
            text = syntax_words(ack.code, ack.set_errors, ack.errors)
            where, name = f"segment {ack.first_segment}, AK202", f"group {ack.group_control}, set {ack.set_control}"
            return self._receipts(
                found, self._row.kind, verdict, text, where=where, name=name, tally=tally, at=ack.first_segment
            )
        return self._group(ack, tally)

    def _answered(self, until: dt.date) -> AnsweredDays:
        return AnsweredDays(self._on - ANSWERED_WITHIN, until, self._parties)

    def _group(self, ack: GroupAck, tally: TransactionTally) -> list[ReceivedAcknowledgment]:
        """AK9 speaks for the whole group only where no AK2 spoke for its sets, and never when it says "partly"."""
        if ack.group_control in self._groups_with_sets or ack.code == "P":
            return []
        found = submission_answers.latest_submissions_in_group(
            ack.group_control, "", self._practice_ids(), answered=self._answered(self._until)
        )
        verdict = syntax_verdict(ack.code)
        text = syntax_words(ack.code, ack.errors, ())
        name = f"group {ack.group_control}"
        return self._receipts(found, self._row.kind, verdict, text, where="AK901", name=name, tally=tally)

    def _receipts(
        self,
        found: submission_answers.FoundSubmissions,
        kind: str,
        verdict: Verdict,
        text: str,
        *,
        where: str,
        name: str,
        tally: TransactionTally,
        at: int = 0,
    ) -> list[ReceivedAcknowledgment]:
        source = f"{self._source}/{at}"
        if not found.submissions:
            tally.count("unmatched")
            many = (
                "Claims of several practices were sent as"
                if found.is_ambiguous
                else "No claim in the books was sent as"
            )
            tally.add(where, "unmatched", f"{many} {name}. The acknowledgment was kept.")
            return [ReceivedAcknowledgment(None, None, kind, verdict, text, self._on, source, is_syntax=True)]
        if verdict == "info":
            tally.count("unmatched")
            message = f"It does not say what became of {name}; nothing was changed. Ask the clearinghouse for it again."
            tally.add(where, "no_verdict", message)
        else:
            tally.count("matched", len(found.submissions))
        return [
            ReceivedAcknowledgment(one, one.claim, kind, verdict, text, self._on, f"{source}/{one.pk}", is_syntax=True)
            for one in found.submissions
        ]

    # Status: 277CA, 277

    def _statuses(self, statuses: Sequence[ClaimStatus], tally: TransactionTally) -> list[ReceivedAcknowledgment]:
        named = [status for status in statuses if status.level in ("claim", "line")]
        whole = [status for status in statuses if status.level not in ("claim", "line")]
        receipts = [receipt for status in whole for receipt in self._batch_level(status, tally)]
        by_scope: dict[tuple[int, ...] | None, list[ClaimStatus]] = {}
        for status in named:
            ids = self._scope(status.provider_npi)
            by_scope.setdefault(None if ids is None else tuple(ids), []).append(status)
        for scope, group in by_scope.items():
            found = submission_answers.submitted_claims([_named(status) for status in group], practice_ids=scope)
            parts = submission_answers.submitted_claims(
                [(number, "") for status in group if (number := _part_named(status, found))], practice_ids=scope
            )
            receipts += [self._claim_level(status, found, parts, tally) for status in group]
        return receipts

    def _claim_level(
        self,
        status: ClaimStatus,
        found: submission_answers.SubmittedClaims,
        parts: submission_answers.SubmittedClaims,
        tally: TransactionTally,
    ) -> ReceivedAcknowledgment:
        tally.note(status.problems)
        code, verdict = deciding_status(status, kind=self._row.kind)
        on = (code.effective_on if code else None) or self._on
        claim, submission = parts.of(_part_named(status, found), "", on=on)
        if claim is None:
            claim, submission = found.of(*_named(status), on=on)
        if claim is None:
            tally.count("unmatched")
            where = f"segment {status.first_segment}, TRN02"
            message = "No claim in the books carries this claim number, or more than one does. The status was kept."
            tally.add(where, "unknown_claim", message)
        else:
            tally.count("matched")
        if status.level == "line" and verdict in ("accepted", "rejected", "received"):
            verdict = "info"  # a line never moves the claim: its claim has a status of its own
        receipt = self._receipt(status, code, verdict, on, claim, submission)
        if self._row.kind == "277" and status.level == "claim":
            scope = self._scope(status.provider_npi)
            within = None if scope is None else tuple(scope)
            self._heard.append(HeardStatus(status, claim.pk if claim else None, within, on, receipt.source))
        return receipt

    def _batch_level(self, status: ClaimStatus, tally: TransactionTally) -> list[ReceivedAcknowledgment]:
        tally.note(status.problems)
        code, verdict = deciding_status(status, kind=self._row.kind)
        on = (code.effective_on if code else None) or self._on
        own = self._receipt(status, code, verdict, on, None, None)
        if verdict != "rejected":
            return [own]
        npi = status.provider_npi if status.level == "provider" else ""
        sent = submissions_of_batch(
            self._reference(status), practice_ids=self._scope(npi), npi=npi, until=max(on, self._until)
        )
        tally.count("matched" if sent else "unmatched", len(sent) or 1)
        where = f"segment {status.first_segment}, STC01"
        tally.add(where, "batch_refused", rejected_batch_words(status.level, len(sent)))
        return [replace(own, claim=one.claim, submission=one, source=f"{own.source}/{one.pk}") for one in sent] or [own]

    def _reference(self, status: ClaimStatus) -> str:
        """The reference of the 837 that a status of a whole batch is about."""
        above = [trace for segment, trace in self._references if segment <= status.first_segment]
        return above[-1] if above else ""

    def _receipt(
        self, status: ClaimStatus, code: Any, verdict: Verdict, on: dt.date, claim: Any, submission: Any
    ) -> ReceivedAcknowledgment:
        return ReceivedAcknowledgment(
            submission=submission,
            claim=claim,
            kind=self._row.kind,
            verdict=verdict,
            text=code.message if code else "",
            on=on,
            source=f"{self._source}/{status.first_segment}",
            category=code.category if code else "",
            status_code=code.status if code else "",
            entity=code.entity if code else "",
            icn=status.icn,
            amount=code.amount if code else None,
        )

    def _scope(self, npi: str) -> list[int] | None:
        if npi not in self._npis:
            own = None if self._intake.practice_id else practice_of_npi(npi)
            allowed = self._practice_ids()
            is_open = own is not None and (allowed is None or own in allowed)
            self._npis[npi] = [own] if own is not None and is_open else allowed
        return self._npis[npi]

    def _practice_ids(self) -> list[int] | None:
        """Where to look: the forced practice, the sender's, or everywhere."""
        return [self._intake.practice_id] if self._intake.practice_id else practices_of_sender(self._intake.actor)


def _named(status: ClaimStatus) -> tuple[str, str]:
    """Our claim number and the payer's, as the status gives them."""
    return status.claim_number or status.trace, status.icn


def _part_named(status: ClaimStatus, found: submission_answers.SubmittedClaims) -> str:
    """The number of the part of a hospital stay that a status means, where its days are not those of the stay's
    first claim; else ""."""
    number, _ = _named(status)
    claims, day = found.by_number.get(number, ()), status.service_from
    if day is None or len(claims) != 1 or claims[0].service_from <= day <= claims[0].service_to:
        return ""
    return number_apart(number, day)


#: What decides where a status carries several codes: the strongest, and of two alike the first.
_STRENGTH: tuple[Verdict, ...] = ("rejected", "accepted", "received", "pending", "info")
_ACCEPTED_SYNTAX = frozenset({"A", "E"})  # IK501, AK501, AK901, TA104
_REJECTED_SYNTAX = frozenset({"R", "M", "W", "X"})


def verdict_of(code: StatusCode, *, kind: str) -> Verdict:
    """The verdict of one status code of a 277CA or 277. Only the 277CA acknowledges a submission: in a 277, the answer
    to a question about a claim, the same codes move nothing."""
    meaning = meaning_of(code.category)
    if kind != "277CA":
        return meaning if meaning == "pending" else "info"
    is_turned_away = code.action == "U" and meaning != "accepted"  # STC03: reject
    return "rejected" if is_turned_away else meaning


def deciding_status(status: ClaimStatus, *, kind: str) -> tuple[StatusCode | None, Verdict]:
    """The status code that decides and its verdict: a rejection before an acceptance, that before a mere receipt."""
    judged = [(code, verdict_of(code, kind=kind)) for code in status.codes]
    return min(judged, key=lambda pair: _STRENGTH.index(pair[1]), default=(None, "info"))


def syntax_verdict(code: str) -> Verdict:
    """What a 999, 997 or TA1 says; "info" where the file broke off before its verdict, for that rejects nothing."""
    return "accepted" if code in _ACCEPTED_SYNTAX else "rejected" if code in _REJECTED_SYNTAX else "info"


def rejected_batch_words(level: str, count: int) -> str:
    """What to do when everything was rejected at once; `count` claims in the books were sent so."""
    said = f"Everything the {level} sent was rejected"
    if count:
        return f"{said}: {count} claims are marked as rejected. Put right what the payer names and send them again."
    return f"{said}, and no file of claims in the books has its reference. Find it, put it right and send it again."


def syntax_words(code: str, set_errors: Sequence[str], errors: Sequence[AckError]) -> str:
    """A 999 or 997 verdict in words, with the first places it complains about (never a value)."""
    known = {"A": "accepted", "E": "accepted with errors", "P": "partly accepted"}
    said = known.get(code, "rejected" if code in _REJECTED_SYNTAX else "no verdict given")
    places = [_place(error) for error in errors[:3]]
    codes = f"set errors {', '.join(set_errors)}" if set_errors else ""
    return "; ".join(part for part in (said, codes, *places) if part)[:300]


def _place(error: AckError) -> str:
    element = f"{error.element:02d}" if error.element else ""
    position = f" at {error.segment_position}" if error.segment_position else ""
    return f"{error.segment_id}{element}{position} (code {error.code})"


#: Written where nobody gave a reference.
_NONE = ("", "0")
_MOST = 20


def submissions_of_batch(
    reference: str, *, practice_ids: Sequence[int] | None, npi: str, until: dt.date
) -> Sequence[Submission]:
    """What was sent under `reference` on or before `until`, by the billing provider `npi` unless that is blank.

    References come round again: the newest file is meant.
    """
    if reference in _NONE:
        return ()
    sent = EdiTransaction.objects.filter(reference=reference[:50], kind__startswith="837").order_by("-id")[:_MOST]
    files = [(transaction_source(row.file.sha256, row.position), row.gs_control) for row in sent.select_related("file")]
    found = submissions_from(files, practice_ids=practice_ids, npi=npi, until=until)
    return max(found.values(), key=lambda rows: (rows[0].submitted_on, rows[0].pk), default=())


def transaction_source(sha256: str, position: int) -> str:
    """Where the claims of a transaction were read from, to which each adds its own position."""
    return f"{sha256[:40]}/{position}"
