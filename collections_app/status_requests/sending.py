"""Questions on their way: put into a file of the clearinghouse's connection, or asked at once over the network.

A question that lacks what its guide requires fails alone, and the others leave (the validator that claims pass has no
guide for 276 and 270 in 005010). The answer over the network is taken in as any file is: its bytes are kept, and the
listeners hear it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction

from arwork.lib.bulk import Among, chunks
from arwork.lib.errors import DomainError
from claims.edi import services as edi
from claims.edi.x12.claim_text import Segment
from claims.practices.models import Practice
from collections_app.clearinghouses import files as outgoing
from collections_app.clearinghouses import sending as drops
from collections_app.clearinghouses.control_numbers import next_number
from collections_app.clearinghouses.envelopes import OutgoingTransaction, interchange
from collections_app.clearinghouses.models import ClearinghouseConnection, OutgoingFile
from collections_app.clearinghouses.selectors import standing_connections
from collections_app.clearinghouses.states import GS, ISA, SFTP, ST
from collections_app.status_requests.asked_facts import coverage_inquiries, payer_codes, status_inquiries
from collections_app.status_requests.models import AskingWay, ClaimQuestion, CoverageQuestion
from collections_app.status_requests.network import ANSWERS, exchange
from collections_app.status_requests.request_270 import coverage_transaction, lacks_for_coverage
from collections_app.status_requests.request_276 import Asker, lacks_for_status, status_transaction
from collections_app.status_requests.states import ELIGIBILITY, REAL_TIME, STATUS, QuestionState
from collections_app.status_requests.ways import open_ways

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Questions in one transaction, and in one exchange over the network.
MOST_IN_FILE, MOST_AT_ONCE = 1_000, 50
_NO_CONNECTION = "The practice has no connection to a clearinghouse (Setup, Clearinghouses)."
Question = Any  # a ClaimQuestion or a CoverageQuestion: the same columns carry both on their way


@dataclass(slots=True)
class SentQuestions:
    """How many answers came at once, and how many questions failed."""

    answered: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Topic:
    """How one kind of question is written."""

    model: type[Any]
    inquiries: Callable[[Iterable[Question]], list[Any]]
    lacks: Callable[[Any], str]
    write: Callable[..., list[Segment]]


def send_questions(
    topic: str, question_ids: Iterable[int], *, actor: "User | None", today: dt.date, now: dt.datetime
) -> SentQuestions:
    """Send what is ready, practice by practice and payer by payer; what can't be sent fails and says why. Never within
    a transaction: answers are taken in."""
    kind, sent = _TOPICS[topic], SentQuestions()
    rows = kind.model.objects.filter(Among("pk", list(question_ids)), state=QuestionState.READY)
    by_way: dict[tuple[int, int, str], list[Question]] = {}
    for one in rows.order_by("practice_id", "payer_id", "pk"):
        by_way.setdefault((one.practice_id, one.payer_id, one.way), []).append(one)
    ways = open_ways(topic, {payer for _, payer, _ in by_way})
    codes = payer_codes(ways.values())
    for (practice_id, payer_id, how), group in by_way.items():
        connection = _connection(practice_id, payer_id, today=today)
        way = ways.get(payer_id)
        if connection is None or way is None or not codes.get(payer_id):
            why = _NO_CONNECTION if connection is None else "The payer has no id for questions (Setup, Questions)."
            sent.failed += _fail(kind, group, why)
            continue
        one_way = _Way(topic, kind, connection, way, codes[payer_id], actor, today, now)
        for batch in chunks(group, MOST_AT_ONCE if how == REAL_TIME else MOST_IN_FILE):
            one_way.carry(batch, sent, is_at_once=how == REAL_TIME)
    return sent


class _Way:
    """Questions of one practice to one payer, through one connection."""

    def __init__(
        self,
        topic: str,
        kind: _Topic,
        connection: ClearinghouseConnection,
        way: AskingWay,
        code: str,
        actor: "User | None",
        today: dt.date,
        now: dt.datetime,
    ) -> None:
        self._topic, self._kind, self._connection, self._way = topic, kind, connection, way
        self._asker = Asker(way.payer.name, code, connection.submitter_name, connection.submitter_id)
        self._actor, self._today, self._now = actor, today, now
        practice = Practice.objects.get(pk=connection.practice_id)
        self._made_at = now.astimezone(ZoneInfo(practice.time_zone))

    def carry(self, batch: list[Question], sent: SentQuestions, *, is_at_once: bool) -> None:
        passed = self._passing(batch, sent)
        if not passed:
            return
        if is_at_once:
            self._ask_at_once(passed, sent)
        else:
            self._put_in_file(passed)

    def _passing(self, batch: list[Question], sent: SentQuestions) -> list[Question]:
        """What can be asked: a question that lacks what its guide requires fails and says what it lacks."""
        inquiries = {one.trace: one for one in self._kind.inquiries(batch)}
        passed = []
        for one in batch:
            if lacking := self._kind.lacks(inquiries[one.trace]):
                sent.failed += _fail(self._kind, [one], f"not known here: {lacking}")
            else:
                passed.append(one)
        return passed

    def _transaction(self, batch: Sequence[Question], st: int) -> OutgoingTransaction:
        reference = f"{batch[0].trace}-{len(batch)}"
        inquiries = self._kind.inquiries(batch)
        segments = self._kind.write(inquiries, self._asker, reference=reference, made_at=self._made_at)
        return OutgoingTransaction(self._topic, f"{st:04d}", segments)

    def _text(self, batch: Sequence[Question], *, control: int, gs: int, st: int) -> str:
        return interchange(
            [self._transaction(batch, st)], parties=self._connection.parties, isa_control=control, gs_controls=[gs],
            made_at=self._made_at,
        )  # fmt: skip

    def _put_in_file(self, batch: list[Question]) -> None:
        with transaction.atomic():
            st = next_number(self._connection, ST)
            file = outgoing.keep(
                self._connection, [self._transaction(batch, st)], kind=self._topic, items=len(batch),
                actor=self._actor, now=self._now, local_now=self._made_at,
            )  # fmt: skip
            self._rows(batch).update(state=QuestionState.ASKED, file=file, sent_at=self._now)
        if self._connection.delivery == SFTP:
            _drop(file, actor=self._actor, now=self._now)

    def _ask_at_once(self, batch: list[Question], sent: SentQuestions) -> None:
        with transaction.atomic():
            numbers = [next_number(self._connection, kind) for kind in (ISA, GS, ST)]
            text = self._text(batch, control=numbers[0], gs=numbers[1], st=numbers[2])
            self._rows(batch).update(state=QuestionState.ASKED, sent_at=self._now)
        try:
            answer = exchange(self._topic, text)
        except DomainError as error:
            sent.failed += _fail(self._kind, batch, error.message)
            return
        name = f"{ANSWERS[self._topic]}-{numbers[0]:09d}.edi"
        edi.take_in(
            BytesIO(answer.encode()), name=name, via="network", practice_id=self._connection.practice_id,
            actor=self._actor, today=self._today, now=self._now,
        )  # fmt: skip
        silent = self._rows(batch).filter(state=QuestionState.ASKED)
        failed = silent.update(state=QuestionState.FAILED, failure="the answer said nothing about it")
        sent.failed += failed
        sent.answered += len(batch) - failed

    def _rows(self, batch: Sequence[Question]) -> Any:
        return self._kind.model.objects.filter(Among("pk", [one.pk for one in batch]))


def _drop(file: OutgoingFile, *, actor: "User | None", now: dt.datetime) -> None:
    """Hand the file over; one that does not arrive stays to be downloaded, and says so where files are listed."""
    try:
        outcome = drops.drop(file.pk, actor=actor, now=now)
    except DomainError:
        return
    if outcome.is_done:
        with transaction.atomic():
            outgoing.mark_sent(outgoing.locked(file.pk, actor=actor), actor=actor, now=now, how=SFTP)


def _connection(practice_id: int, payer_id: int, *, today: dt.date) -> ClearinghouseConnection | None:
    """The connection that names the payer, else the one for all payers."""
    rows = standing_connections(today=today, practice_id=practice_id)
    named = rows.filter(all_payers=False, payers__payer=payer_id).first()
    return named or rows.filter(all_payers=True).first()


def _fail(kind: _Topic, batch: Sequence[Question], why: str) -> int:
    rows = kind.model.objects.filter(Among("pk", [one.pk for one in batch]))
    return rows.update(state=QuestionState.FAILED, failure=why[:200])


_TOPICS = {
    STATUS: _Topic(ClaimQuestion, status_inquiries, lacks_for_status, status_transaction),
    ELIGIBILITY: _Topic(CoverageQuestion, coverage_inquiries, lacks_for_coverage, coverage_transaction),
}
