"""Deciding about an application: shown to the cent first, then posted as charity, by authority; and taken back.

What was previewed is what is posted: where the books moved in between, it is shown anew. Above what its maker settles
alone a second person allows it (`claims.approvals`), and everything is carried out then, in one transaction. Locks: the
account, its application, then the claims.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.approvals import services as approvals
from claims.approvals.authority import settles_alone
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.receipts.recording import lock_accounts
from collections_app.assistance.granted import carry_out_decision, carry_out_denial, take_back
from collections_app.assistance.guidelines import guideline_for
from collections_app.assistance.household import household_of
from collections_app.assistance.keeping import locked_application, note_event, placed_hold, record
from collections_app.assistance.models import WORDS, AssistanceApplication, AssistanceVisit
from collections_app.assistance.policies import policy_of
from collections_app.assistance.policy import AssistancePolicy, PolicyFinding, VisitDecision, decide_visits, find
from collections_app.assistance.visits import AssistedVisit, visits_for

if TYPE_CHECKING:
    from arwork.staff.models import User

State = AssistanceApplication.State
#: The kinds of questions, and whose limits count: those of charity.
DECISION, REVERSAL, AUTHORITY, SUBJECT, BOOKS_TO = (
    "assistance", "assistance_reversal", "wo_charity", "assistance", "WO_CHARITY",
)  # fmt: skip
_MOVED = "What is owed has changed since this was shown. Look at it again, then decide."


class NotDecidable(DomainError):
    """A decision that can't be made as asked; `field` names what to change."""

    code = "not_decidable"


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A decision before it is made: what the policy finds, and what follows for each visit, dollars."""

    application: AssistanceApplication
    policy: AssistancePolicy
    finding: PolicyFinding
    visits: Sequence[tuple[AssistedVisit, VisitDecision]]
    guideline_year: int
    needs_second: bool = False

    @property
    def before(self) -> Decimal:
        return sum((one.before for _, one in self.visits if not one.left_out), ZERO)

    @property
    def due(self) -> Decimal:
        return sum((one.due for _, one in self.visits if not one.left_out), ZERO)

    @property
    def written_off(self) -> Decimal:
        return sum((one.written_off for _, one in self.visits), ZERO)

    @property
    def back(self) -> Decimal:
        """What goes back of what was paid."""
        return sum((one.back for _, one in self.visits), ZERO)

    @property
    def covered(self) -> Decimal:
        """What assistance takes off in all."""
        return self.written_off + self.back

    @property
    def is_capped(self) -> bool:
        return any(one.is_capped for _, one in self.visits)

    @property
    def digest(self) -> str:
        """What was shown, in short: the same figures have the same."""
        rows = [f"{one.claim_id}:{one.before}:{one.due}:{one.written_off}:{one.back}" for _, one in self.visits]
        return hashlib.sha256("|".join([str(self.finding.discount), *rows]).encode()).hexdigest()[:16]


def draft_decision(
    application: AssistanceApplication, *, actor: "User | None", today: dt.date, only: Sequence[int] = ()
) -> DecisionDraft:
    """What the policy of the day of the application says, and what it does to each visit. About twenty queries."""
    policy = policy_of(application.practice_id, on=application.received_on)
    seen = visits_for(application.account_id, policy, received_on=application.received_on, today=today, only=only)
    line = guideline_for(application.area, on=application.received_on)
    bill = sum((one.figures.owed for one in seen if not one.figures.left_out and one.figures.owed > ZERO), ZERO)
    finding = find(
        policy, household_of(application.household), line, bill=bill, presumptive=application.presumptive
    )  # fmt: skip
    decided = decide_visits(policy, finding.discount, [one.figures for one in seen])
    draft = DecisionDraft(application, policy, finding, list(zip(seen, decided, strict=True)), line.year)
    if actor is None or settles_alone(
        AUTHORITY, draft.covered, actor=actor, practice_id=application.practice_id, today=today
    ):
        return draft
    return DecisionDraft(application, policy, finding, draft.visits, line.year, needs_second=True)


def decide(
    application_id: int, *, is_approved: bool, reason: str, digest: str = "", actor: "User", today: dt.date,
    now: dt.datetime,
) -> AssistanceApplication:  # fmt: skip
    """Decide: approve what the policy finds (`digest` is that of what was shown), or deny it for a reason. What is more
    than the actor settles alone is asked of a second person. Raises `NotDecidable`, `Conflict`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        one = locked_application(application_id, actor)
        if one.state not in (State.READY, State.INCOMPLETE):
            raise Conflict(f"It can't be decided now: {one.outcome.lower()}.")
        draft = draft_decision(one, actor=actor, today=today)
        if not is_approved:
            return carry_out_denial(one, draft.policy, reason=reason, actor=actor, today=today, now=now)
        _ensure_approvable(draft, digest)
        _keep(draft, reason)
        if draft.needs_second:
            one.state, one.next_action, one.next_on = State.WAITING, "A second person answers", today
            one.decided_by = actor
            one.save()
            question = approvals.Question(
                DECISION, AUTHORITY, one.practice_id, SUBJECT, one.pk, draft.covered, account_id=one.account_id,
                books_to=BOOKS_TO, payload={"digest": draft.digest},
            )  # fmt: skip
            approvals.ask(question, reason=one.reason, actor=actor, today=today, now=now)
            note_event(one, "asked", words=one.reason, actor=actor, today=today, now=now)
            record(one, "assistance_asked", facts={"covered": draft.covered}, actor=actor, now=now)
            return one
        return carry_out_decision(one, draft.policy, asked_by=actor, actor=actor, today=today, now=now)


def reverse(
    application_id: int, *, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """Take a decision back: what it took off is owed again, the hold stands again, and it waits to be decided. Beyond
    what the actor settles alone a second person is asked. Raises `NotDecidable`, `Conflict`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    if not reason.strip():
        raise NotDecidable("Say why: whoever looks at it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        one = locked_application(application_id, actor)
        if one.state not in (State.APPROVED, State.DENIED):
            raise Conflict("It is not decided, or was taken back already. Look at it again.")
        if settles_alone(AUTHORITY, one.covered, actor=actor, practice_id=one.practice_id, today=today):
            return take_back(one, reason=reason, actor=actor, today=today, now=now)
        question = approvals.Question(
            REVERSAL, AUTHORITY, one.practice_id, SUBJECT, one.pk, one.covered, account_id=one.account_id,
            books_to=BOOKS_TO,
        )  # fmt: skip
        approvals.ask(question, reason=reason, actor=actor, today=today, now=now)
        one.next_action, one.next_on = "A second person answers whether to take it back", today
        one.save(update_fields=["next_action", "next_on"])
    return one


def _ensure_approvable(draft: DecisionDraft, digest: str) -> None:
    if draft.finding.lacks:
        raise NotDecidable(f"It is not known yet {draft.finding.lacks[0]}. Enter it first.", field="approve")
    if not draft.finding.is_eligible:
        raise NotDecidable(f"The policy gives nothing: {draft.finding.why}", field="approve")
    if digest and digest != draft.digest:
        raise Conflict(_MOVED)


def _keep(draft: DecisionDraft, reason: str) -> None:
    """The decision as it was shown: on the application, and visit by visit."""
    one = draft.application
    one.discount, one.guideline_year = draft.finding.discount, draft.guideline_year
    one.covered = draft.covered
    one.reason = " ".join(part for part in (draft.finding.why, reason.strip()) if part)[:WORDS]
    AssistanceVisit.objects.filter(application=one, adjustment=None, is_later=False).delete()
    AssistanceVisit.objects.bulk_create(
        [
            AssistanceVisit(
                application=one, claim_id=decided.claim_id, before=decided.before, due=decided.due,
                written_off=decided.written_off, back=decided.back, left_out=decided.left_out[:120],
            )
            for _, decided in draft.visits
        ],
    )  # fmt: skip


def lock_applications(requests: Requests) -> None:
    """Lock the accounts of the applications that are asked about, then the applications, each in id order."""
    rows = AssistanceApplication.objects.filter(pk__in=[one.subject_id for one in requests])
    lock_accounts(rows.values_list("account_id", flat=True))
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def allow(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The second person agreed: what was shown is posted. Raises `Conflict` where the books moved since."""
    one = AssistanceApplication.objects.select_related("account__guarantor").get(pk=request.subject_id)
    draft = draft_decision(one, actor=None, today=today)
    if one.state != State.WAITING or draft.digest != request.payload.get("digest"):
        raise Conflict("What is owed has changed since it was asked. Refuse this, and decide anew.")
    asked_by = request.asked_by
    carry_out_decision(one, draft.policy, asked_by=asked_by or actor, actor=actor, today=today, now=now)


def allow_reversal(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The second person agreed: the decision is taken back. Raises `Conflict` where it was meanwhile."""
    one = AssistanceApplication.objects.select_related("account__guarantor").get(pk=request.subject_id)
    if one.state not in (State.APPROVED, State.DENIED):
        raise Conflict("It was taken back meanwhile. Refuse this, there is nothing left to do.")
    take_back(one, reason=request.reason, actor=actor, today=today, now=now)


def note_ended(requests: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """The second person did not agree, or the question was withdrawn: it waits to be decided again."""
    for request in requests:
        one = AssistanceApplication.objects.select_related("account").get(pk=request.subject_id)
        if one.state != State.WAITING:
            continue
        AssistanceVisit.objects.filter(application=one, adjustment=None, is_later=False).delete()
        day = now.date()
        one.hold = placed_hold(one.account, note="Assistance was applied for.", actor=actor, today=day, now=now)
        one.state, one.discount, one.covered, one.decided_by, one.reason = State.READY, None, ZERO, None, ""
        one.next_action, one.next_on = "Decide", day
        one.save()
        note_event(one, "refused", words=request.note, actor=actor, today=day, now=now)
        record(one, "assistance_refused", facts={}, actor=actor, now=now)


def note_reversal_ended(requests: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """It stays as it was decided."""
    ids = [request.subject_id for request in requests]
    AssistanceApplication.objects.filter(pk__in=ids, state__in=(State.APPROVED, State.DENIED)).update(
        next_action="", next_on=None
    )


KINDS = (
    ApprovalKind(
        DECISION, "Financial assistance", carry_out=one_by_one(allow), lock=lock_applications, ended=note_ended,
        address="assistance_application",
    ),
    ApprovalKind(
        REVERSAL, "Take a decision about assistance back", carry_out=one_by_one(allow_reversal),
        lock=lock_applications, ended=note_reversal_ended, address="assistance_application",
    ),
)  # fmt: skip
