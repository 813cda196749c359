"""Carrying out one step for one account: what leaves by itself leaves through the same doors as everything else.

Messages and letters go by `deliveries.send`, which asks the contact gate; a refusal is kept with its reason. A call
raises the account on the worklist; whatever people decide is put on the list of what waits.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import DomainError
from claims.parties.models import Account
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.services import send
from collections_app.letters import writing
from collections_app.letters.kinds import kind_of
from collections_app.letters.services import make_letter
from collections_app.limits.selectors import limit_book
from collections_app.strategies.letters import FINAL_NOTICE, answer_by
from collections_app.strategies.models import StepRun
from collections_app.strategies.steps import TRIES, DueStep, Outcome, StepKind

if TYPE_CHECKING:
    from collections_app.strategies.models import StrategyVersion

_LONGEST_WORDS = 200
_PURPOSE = "collection"
#: What is noted of a step that needs nothing sent.
DONE_WORDS = {
    StepKind.STATEMENT: "the next run of statements takes it",
    StepKind.CALL: "raised on the worklist",
    StepKind.REVIEW: "on the list of reviews",
    StepKind.HELP: "on the list of help to offer",
    StepKind.TRACING: "on the list of addresses to find",
    StepKind.PLACEMENT: "a candidate: somebody decides",
    StepKind.WRITE_OFF: "proposed: somebody decides",
}
#: What a person is asked to do.
ASKED = {
    StepKind.REVIEW: "Look at the account and decide what follows",
    StepKind.HELP: "Offer assistance, a plan or a settlement",
    StepKind.TRACING: "Find out where they can be reached",
    StepKind.PLACEMENT: "Place it with an agency, or not yet",
    StepKind.WRITE_OFF: "Write off the small balance, or not yet",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message: its delivery, where one was made, and words."""

    outcome: Outcome
    words: str
    delivery: Delivery | None = None


def run_of(
    due: DueStep, *, practice_id: int, account_id: int, version_id: int, today: dt.date, now: dt.datetime, sent: Sent
) -> StepRun:
    """The row that tells of a step."""
    return StepRun(
        practice_id=practice_id,
        account_id=account_id,
        version_id=version_id,
        step=due.step.key,
        kind=due.step.kind.value,
        anchor_on=due.anchor_on,
        due_on=due.on,
        on=today,
        tried=due.tried + 1,
        outcome=sent.outcome.value,
        words=sent.words[:_LONGEST_WORDS],
        delivery=sent.delivery,
        at=now,
    )


def send_step(
    due: DueStep, *, account_id: int, version: "StrategyVersion", today: dt.date, now: dt.datetime
) -> StepRun:
    """Send the message of a step and keep what became of it, both or neither. What was refused the last time it is
    tried is given up, and the next step comes."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                sent = _send(due, account_id, today=today, now=now)
        except DomainError as error:
            sent = Sent(Outcome.REFUSED, error.message)
        if sent.outcome is Outcome.REFUSED and due.tried + 1 >= TRIES:
            sent = Sent(Outcome.GIVEN_UP, sent.words, sent.delivery)
        run = run_of(
            due, practice_id=version.practice_id, account_id=account_id, version_id=version.pk, today=today, now=now,
            sent=sent,
        )  # fmt: skip
        run.save(force_insert=True)
    return run


def _send(due: DueStep, account_id: int, *, today: dt.date, now: dt.datetime) -> Sent:
    kind = due.step.kind
    letter = None
    if kind in (StepKind.LETTER, StepKind.FINAL_NOTICE):
        letter = _letter(due, account_id, today=today, now=now)
    channel = {StepKind.TEXT: "text", StepKind.EMAIL: "email"}.get(kind, "mail")
    delivery = send(
        account_id=account_id, channel=channel, purpose=_PURPOSE, letter=letter, actor=None, now=now, today=today
    )
    if delivery.state == Delivery.State.REFUSED:
        return Sent(Outcome.REFUSED, delivery.problem, delivery)
    return Sent(Outcome.DONE, "", delivery)


def _letter(due: DueStep, account_id: int, *, today: dt.date, now: dt.datetime) -> object:
    account = Account.objects.select_related("guarantor", "practice").get(pk=account_id)
    kind = kind_of(FINAL_NOTICE if due.step.kind is StepKind.FINAL_NOTICE else due.step.detail)
    language = writing.language_for(account)
    facts = writing.known_facts(kind, account, language=language, today=today, now=now)
    if kind.code == FINAL_NOTICE:
        facts["answer_by"] = answer_by(limit_book(), practice_id=account.practice_id, today=today)
    return make_letter(
        kind=kind.code, account_id=account_id, facts=facts, language=language, actor=None, today=today, now=now
    )
