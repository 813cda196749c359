"""Visits that came after a decision and within its validity: nothing is asked for them until a person has covered them
the same way, with one step.

The night finds them and stops them by a hold of the visit; the figures are those of the decision: its percent, its
policy, the charge of the new visit.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, require
from claims.approvals.authority import NeedsSecondPerson, settles_alone
from claims.ledger.models import Receivable
from claims.receipts.recording import lock_accounts
from collections_app.assistance.granted import ask_money_back, post_visits
from collections_app.assistance.keeping import lift_holds, note_event, placed_hold, record
from collections_app.assistance.models import OPEN_STATES, AssistanceApplication, AssistanceVisit
from collections_app.assistance.policies import policy_of
from collections_app.assistance.policy import VisitDecision, decide_visits
from collections_app.assistance.selectors import application_seen_by
from collections_app.assistance.visits import AssistedVisit, visits_for

if TYPE_CHECKING:
    from arwork.staff.models import User

State = AssistanceApplication.State
AUTHORITY = "wo_charity"
COVER = "Cover the visits that came since"


@dataclass(frozen=True, slots=True)
class LaterVisits:
    """What a decision does to the visits that came since, dollars."""

    visits: list[tuple[AssistedVisit, VisitDecision]]

    @property
    def covered(self) -> Decimal:
        return sum((one.covered for _, one in self.visits), ZERO)


def later_claims(applications: Collection[AssistanceApplication]) -> dict[int, set[int]]:
    """The claims that an approval covers and no decision has looked at yet, by application. Two queries."""
    by_account = {one.account_id: one for one in applications if one.state == State.APPROVED and one.valid_until}
    rows = Receivable.objects.filter(Among("account", by_account), bucket="PATIENT", amount__gt=0)
    known = set(
        AssistanceVisit.objects.filter(Among("application", [one.pk for one in by_account.values()])).values_list(
            "application_id", "claim_id"
        )
    )
    found: dict[int, set[int]] = defaultdict(set)
    for account, claim, served, opened in rows.values_list(
        "account_id", "claim_id", "claim__service_from", "claim__opened_on"
    ):
        one = by_account[account]
        is_new = one.decided_on is not None and opened >= one.decided_on
        if is_new and one.valid_until is not None and served <= one.valid_until and (one.pk, claim) not in known:
            found[one.pk].add(claim)
    return dict(found)


def draft_later(application: AssistanceApplication, *, today: dt.date) -> LaterVisits:
    """What the decision does to the visits that came since."""
    claims = later_claims([application]).get(application.pk, set())
    if not claims:
        return LaterVisits([])
    policy = policy_of(application.practice_id, on=application.received_on)
    seen = visits_for(application.account_id, policy, received_on=today, today=today, only=sorted(claims))
    decided = decide_visits(policy, application.discount or 0, [one.figures for one in seen])
    return LaterVisits(list(zip(seen, decided, strict=True)))


def cover_later(
    application_id: int, *, shown: Decimal, actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """Take the same percent off the visits that came since; `shown` is the sum that was previewed. Raises `Conflict`,
    and `NeedsSecondPerson` above what the actor settles alone."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        one = application_seen_by(actor, application_id)
        lock_accounts([one.account_id])
        draft = draft_later(one, today=today)
        if not draft.visits:
            raise Conflict("No visit came since that this decision covers.")
        if draft.covered != shown:
            raise Conflict("What is owed has changed since this was shown. Look at it again.")
        if not settles_alone(AUTHORITY, draft.covered, actor=actor, practice_id=one.practice_id, today=today):
            raise NeedsSecondPerson(
                f"It takes ${draft.covered:,.2f} off, more than you settle alone. Ask a supervisor to do it.",
                kind=AUTHORITY, amount=str(draft.covered),
            )  # fmt: skip
        visits = AssistanceVisit.objects.bulk_create(
            [
                AssistanceVisit(
                    application=one, claim_id=decided.claim_id, before=decided.before, due=decided.due,
                    written_off=decided.written_off, back=decided.back, left_out=decided.left_out[:120], is_later=True,
                )
                for _, decided in draft.visits
            ]
        )  # fmt: skip
        post_visits(one, visits, asked_by=actor, actor=actor, today=today, now=now)
        for visit in visits:
            lift_holds(one.account_id, why="covered by assistance", actor=actor, now=now, claim_id=visit.claim_id)
        one.covered += draft.covered
        one.next_action, one.next_on = "", None
        one.save(update_fields=["covered", "next_action", "next_on"])
        note_event(one, "later", words=f"${draft.covered:,.2f}", actor=actor, today=today, now=now)
        record(one, "assistance_later_visits", facts={"covered": draft.covered}, actor=actor, now=now)
        ask_money_back(one, visits, actor=actor, today=today, now=now)
    return one


def stop_later_visits(*, today: dt.date, now: dt.datetime) -> int:
    """Stop what is asked for visits that approvals cover, and say what is to be done; how many applications. A claim is
    stopped once: who lifts the hold of a visit has decided."""
    rows = AssistanceApplication.objects.filter(state=State.APPROVED, valid_until__gte=today, next_action="")
    rows = rows.exclude(account__assistance__state__in=OPEN_STATES)
    count = 0
    for batch in bulk.chunks(rows.order_by("pk").values_list("pk", flat=True)):
        waiting = AssistanceApplication.objects.in_bulk(batch)
        for pk, claims in later_claims(list(waiting.values())).items():
            _stop(waiting[pk], claims, today=today, now=now)
            count += 1
    return count


def _stop(one: AssistanceApplication, claims: Collection[int], *, today: dt.date, now: dt.datetime) -> None:
    with transaction.atomic():
        account = lock_accounts([one.account_id])[one.account_id]
        for claim in sorted(claims):
            note = "Covered by assistance that was approved before."
            placed_hold(account, note=note, actor=None, today=today, now=now, claim_id=claim)
        AssistanceApplication.objects.filter(pk=one.pk, next_action="").update(next_action=COVER, next_on=today)
        note_event(one, "later", words=f"{len(claims)} to cover", actor=None, today=today, now=now)
