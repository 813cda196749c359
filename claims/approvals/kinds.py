"""What can be asked of a second person, and how an approval is carried out.

Each slice that needs a second person brings its kinds; `ready()` of the app registers them, nobody else.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.db import transaction

from arwork.lib.errors import DomainError, NotFound
from claims.approvals.models import ApprovalRequest

if TYPE_CHECKING:
    from arwork.staff.models import User

Requests = Sequence[ApprovalRequest]


class CarryOut(Protocol):
    """Does what approved questions asked, in the caller's transaction and in the name of who approved.

    Returns, by id, a sentence for each question that no longer fits; nothing may be done for those.
    """

    def __call__(self, requests: Requests, *, actor: "User", today: dt.date, now: dt.datetime) -> Mapping[int, str]: ...


def nothing_to_lock(requests: Requests) -> None:
    """For a kind whose subject needs no lock of its own."""


def nothing_follows(requests: Requests, *, actor: "User", now: dt.datetime) -> None:
    """For a kind of which nothing else hears when a question was refused, withdrawn or superseded."""


@dataclass(frozen=True)
class ApprovalKind:
    """One kind of question.

    `words` name it for people. `carry_out` does what was asked. `lock` takes the locks of what the questions are about,
    in id order, before the questions themselves are locked: whoever changes the subject asks in the same order.
    `ended` hears, in the same transaction, of questions that were not approved. `address` is the page (the name of its
    address, with the subject's id as argument) that shows what it is about, where that is neither claim nor account.
    """

    code: str
    words: str
    carry_out: CarryOut
    lock: Callable[[Requests], None] = nothing_to_lock
    ended: Callable[..., None] = nothing_follows
    address: str = ""


_kinds: dict[str, ApprovalKind] = {}


def register_kind(kind: ApprovalKind) -> None:
    """Let questions of `kind` be asked; the app says so when it is ready, nobody else."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> ApprovalKind:
    """The kind of that code. Raises `NotFound`."""
    found = _kinds.get(code)
    if found is None:
        raise NotFound("Nobody can be asked about this.")
    return found


def kind_words() -> dict[str, str]:
    """Every kind by its code, in words."""
    return {code: kind.words for code, kind in _kinds.items()}


def one_by_one(carry_out: Callable[..., object]) -> CarryOut:
    """For a kind that is carried out question by question: `carry_out(request, actor=, today=, now=)` raises a
    `DomainError` where what was asked no longer fits."""

    def carry_out_each(requests: Requests, *, actor: "User", today: dt.date, now: dt.datetime) -> Mapping[int, str]:
        troubles = {}
        for request in requests:
            try:
                with transaction.atomic():
                    carry_out(request, actor=actor, today=today, now=now)
            except DomainError as error:
                troubles[request.pk] = error.message
        return troubles

    return carry_out_each
