"""Questions about statements, for other slices and for pages."""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.lib.ids import id_of
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.documents.store import kept_documents
from claims.practices.models import Practice
from claims.practices.selectors import practices_of
from collections_app.limits.selectors import limit_book
from collections_app.statements.cycle import REASON_WORDS, Reason
from collections_app.statements.explained import ExplainedBill, explained_bill, explained_bills
from collections_app.statements.models import (
    LeftOut,
    PrintFile,
    Statement,
    StatementRun,
    StatementVisit,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from arwork.staff.models import User

__all__ = ["ExplainedBill", "explained_bill", "explained_bills"]
State = Statement.State
#: What an account was sent, or handed: never what a run has not released.
_LEFT = (State.RELEASED, State.VOID)


def first_statement_days(claim_ids: Collection[int]) -> dict[int, dt.date]:
    """On which day each visit was first billed to its patient; one of which that is not known is left out."""
    rows = Claim.objects.filter(Among("pk", claim_ids), first_statement_on__isnull=False)
    return {pk: on for pk, on in rows.values_list("pk", "first_statement_on") if on is not None}


def statements_of(account_id: int, *, actor: "User") -> QuerySet[Statement]:
    """The statements that an account got, the newest first."""
    rows = Statement.objects.filter(account=account_id, practice__in=practice_ids(actor), state__in=_LEFT)
    return rows.order_by("-made_on", "-pk")


def runs_seen_by(actor: "User") -> QuerySet[StatementRun]:
    """The runs of the actor's practices, the newest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = StatementRun.objects.filter(practice__in=practice_ids(actor))
    return rows.select_related("practice", "started_by").order_by("-run_on", "-pk")


@dataclass(frozen=True, slots=True)
class RunCounts:
    """How far a run is: statements by state, and how much those ask for that were sent."""

    queued: int = 0
    made: int = 0
    released: int = 0
    held_back: int = 0
    returned: int = 0
    left_out: int = 0

    @property
    def total(self) -> int:
        return self.queued + self.made + self.released + self.held_back

    @property
    def done(self) -> int:
        """Made, whatever became of it."""
        return self.total - self.queued


def counts_of(run: StatementRun) -> RunCounts:
    """Two queries."""
    names = ("queued", "made", "released", "held_back")
    wanted = {name: Count("pk", filter=Q(state=name)) for name in names}
    found = Statement.objects.filter(run=run).aggregate(
        **wanted, returned=Count("pk", filter=Q(returned_on__isnull=False))
    )
    return RunCounts(**found, left_out=LeftOut.objects.filter(run=run).count())


def left_out_of(run: StatementRun) -> list[tuple[str, str, int, "Decimal"]]:
    """Who was left out of a run: reason, its words, how many accounts, what they owe. One query."""
    rows = LeftOut.objects.filter(run=run).order_by().values_list("reason").annotate(Count("pk"), Sum("amount"))
    found = {reason: (count, amount) for reason, count, amount in rows}
    return [(one.value, REASON_WORDS[one], found[one][0], found[one][1] or ZERO) for one in Reason if one in found]


def left_out_rows(run: StatementRun, reason: str) -> QuerySet[LeftOut]:
    """The accounts that a run left out for a reason."""
    rows = LeftOut.objects.filter(run=run, reason=reason)
    return rows.select_related("account__guarantor").order_by("-amount", "pk")


def run_statements(run: StatementRun, state: str = "") -> QuerySet[Statement]:
    """The statements of a run, all or those in a state, in the order of the print file."""
    rows = Statement.objects.filter(run=run)
    rows = rows.filter(state=state) if state else rows
    return rows.select_related("account__guarantor").order_by("sequence", "pk")


def practices_to_bill(actor: "User", *, today: dt.date) -> list[tuple[Practice, bool]]:
    """The actor's practices, and whether somebody said of each that its statements are sent elsewhere."""
    limits = limit_book()
    return [
        (one, limits.pick("first_statement_days", on=today, practice_id=one.pk) is not None)
        for one in practices_of(actor)
    ]


def practice_named(practice_id: int, *, actor: "User") -> Practice:
    """A practice of the actor's. Raises `NotFound`."""
    found = Practice.objects.filter(pk=practice_id, id__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such practice among yours.", practice_id=practice_id)
    return found


def print_files_of(run: StatementRun) -> QuerySet[PrintFile]:
    """The parts of the print batch of a run, in order."""
    return PrintFile.objects.filter(run=run).order_by("part")


def print_file(run: StatementRun, part: int) -> PrintFile:
    """One of them. Raises `NotFound`."""
    found = PrintFile.objects.filter(run=run, part=part).first()
    if found is None:
        raise NotFound("This part is not made, or there is no such part.")
    return found


def accounts_of_part(one: PrintFile) -> list[int]:
    """Whom a part of the print batch names."""
    rows = Statement.objects.filter(run=one.run_id, sequence__range=(one.first_sequence, one.last_sequence))
    return list(rows.filter(channel=Statement.Channel.MAIL).values_list("account_id", flat=True))


def accounts_of_run(run: StatementRun) -> list[int]:
    """Whom the print batch of a run names."""
    rows = Statement.objects.filter(run=run, sequence__gt=0, channel=Statement.Channel.MAIL)
    return list(rows.values_list("account_id", flat=True))


def visits_of(statement: Statement) -> list[StatementVisit]:
    """The visits that a statement tells of."""
    return list(statement.visits.select_related("claim").order_by("-claim__service_from", "pk"))


def void_statement_of(account_id: int, statement_id: str, *, actor: "User") -> Statement | None:
    """The void statement of an account that has no correction yet and that an address names, if there is one."""
    rows = Statement.objects.filter(account=account_id, practice__in=practice_ids(actor), state=State.VOID)
    return rows.filter(pk=id_of(statement_id) or 0, corrected_by=None).first()


def frozen_hash(statement: Statement) -> str:
    """The hash of its document. Raises `NotFound` where it has none yet."""
    if not statement.sha256:
        raise NotFound("This statement is not made yet.")
    return statement.sha256


def kept_bytes(sha256: str) -> Iterator[bytes]:
    """A kept PDF block by block. Raises `NotFound` where its bytes are gone."""
    if not kept_documents.has(sha256):
        raise NotFound("Its bytes are not here any more: they were past their term, or were lost.")
    return kept_documents.blocks(sha256)


def is_unchanged(statement: Statement) -> bool | None:
    """Whether what is kept is what was frozen, bit by bit; None where its bytes are gone, or never were."""
    if not statement.sha256 or not kept_documents.has(statement.sha256):
        return None
    digest = hashlib.sha256()
    for block in kept_documents.blocks(statement.sha256):
        digest.update(block)
    return digest.hexdigest() == statement.sha256
