"""What the desk shows of one item, put together from selectors: nothing is decided and nothing written here."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from arwork.lib import clock
from arwork.lib.money import ZERO
from collections_app.web.kind_tags import kind_tone
from collections_app.worklist import (
    callcard,
    claim_sheet,
    my_day,
    patient_account,
    recommendation,
    selectors,
    timeline_books,
    why,
)
from collections_app.worklist.dispositions import Action, Disposition, actions_for, dispositions_for
from collections_app.worklist.timeline import Timeline, account_timeline, claim_timeline

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.payers.deadlines import Deadline
    from collections_app.worklist.models import WorkItem
    from collections_app.worklist.score_words import Score

SAME_CALL = 20
NEAR_DAYS, SOON_DAYS = 7, 30


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """What can be done by digit, with its outcomes by letter."""

    action: Action
    outcomes: Sequence[Disposition]
    on: bool


class Desk:
    """One item as the desk shows it; each part is asked for once, when the template comes to it."""

    def __init__(self, item: "WorkItem", *, actor: "User", today: dt.date, now: dt.datetime) -> None:
        self.item, self.actor, self.today, self.now = item, actor, today, now
        self.zone = clock.office_zone()

    @property
    def kind(self) -> str:
        return str(self.item.get_kind_display())

    @property
    def tone(self) -> str:
        return kind_tone(self.item.kind)

    @property
    def is_patient(self) -> bool:
        """Patient side: the guarantor account is shown instead of a claim."""
        return self.item.claim_id is None and self.item.account_id is not None

    @property
    def subject(self) -> tuple[str, int]:
        """What the trail calls the record that is opened here."""
        item = self.item
        if item.claim_id:
            return "claim", item.claim_id
        return ("account", item.account_id) if item.account_id else ("remit_exception", item.exception_id or 0)

    @property
    def title(self) -> str:
        """The number people quote."""
        item = self.item
        if item.claim:
            return str(item.claim.number)
        return str(item.account.number) if item.account else f"no. {item.exception_id}"

    @property
    def noun(self) -> str:
        return {"claim": "Claim", "account": "Account"}.get(self.subject[0], "Exception")

    @property
    def who(self) -> str:
        """Who owes it: the payer, or the guarantor."""
        item = self.item
        if self.is_patient and item.account:
            guarantor = item.account.guarantor
            return f"{guarantor.first} {guarantor.last}".strip()
        return str(item.payer or "Payer not known")

    @property
    def patient(self) -> str:
        claim = self.item.claim
        return f"{claim.patient.person.first} {claim.patient.person.last}".strip() if claim else ""

    @property
    def full_url(self) -> str:
        """The page of the claim or account, where there is one."""
        name, pk = self.subject
        try:
            return reverse(name, args=[pk])
        except NoReverseMatch:
            return ""

    @cached_property
    def standing(self) -> my_day.QueuePosition:
        return my_day.queue_position_of(actor=self.actor, item=self.item)

    @property
    def elsewhere(self) -> str:
        """Why the actor is not handed an item that has no place in their queue."""
        item = self.item
        if item.next_on is None or item.next_on > self.today:
            return "not due today"
        return f"due, with {item.owner}" if item.owner_id not in (None, self.actor.pk) else "due, but not handed out"

    @cached_property
    def _why(self) -> "tuple[Score, list[Deadline]]":
        return why.reasons_of(self.item, today=self.today, now=self.now)

    @property
    def score(self) -> "Score":
        return self._why[0]

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The whole calculation: each factor in words, and what comes out."""
        names = {
            "collectible": "At stake",
            "recover": "Chance to recover",
            "by_itself": "Comes without work",
            "wins": "This step wins",
            "minutes": "Takes",
            "urgency": "Urgency",
        }
        item = self.item
        rows = [(names.get(part.name, part.name), part.words) for part in self.score.parts]
        rows = [
            (name, f"x {item.urgency / 100:.2f}{': ' + words if words else ', nothing presses'}")
            if name == names["urgency"]
            else (name, words)
            for name, words in rows
        ]
        if item.look_after_on is not None:
            day = f"{item.look_after_on:%b} {item.look_after_on.day}"
            rows.append(("Can wait", f"not worth a touch now; looked after on {day}"))
        return [
            *rows,
            ("Expected", f"${item.expected:,.2f} of this touch"),
            ("Score", f"${self.score.value:,.2f} a minute"),
        ]

    @property
    def deadlines(self) -> "list[Deadline]":
        return self._why[1]

    @property
    def press(self) -> str:
        """`red` when the last day is near or a promise broken, `amber` when it comes into sight."""
        item = self.item
        if item.promise_broken_on:
            return "red"
        left = (item.deadline_on - self.today).days if item.deadline_on else None
        if left is None or left < 0:
            return ""
        return "red" if left <= NEAR_DAYS else ("amber" if left <= SOON_DAYS else "")

    @cached_property
    def answers(self) -> timeline_books.Answers:
        claim_id = self.item.claim_id
        return timeline_books.answers_to(claim_id) if claim_id else timeline_books.Answers()

    @cached_property
    def account_sheet(self) -> "patient_account.AccountSheet | None":
        if not self.is_patient:
            return None
        return patient_account.account_sheet_of(
            actor=self.actor, item=self.item, today=self.today, now=self.now, viewer_zone=self.zone
        )

    @cached_property
    def timeline(self) -> Timeline:
        if self.item.claim_id:
            return claim_timeline(actor=self.actor, item=self.item, answers=self.answers)
        visits = self.account_sheet.visits if self.account_sheet else ()
        return account_timeline(actor=self.actor, item=self.item, claim_ids=[visit.claim_id for visit in visits])

    @cached_property
    def sheet(self) -> "claim_sheet.ClaimSheet | None":
        item = self.item
        if item.claim is None:
            return None
        return claim_sheet.claim_sheet_of(item.claim, self.answers.payments, is_underpaid=item.kind == "underpaid")

    @cached_property
    def card(self) -> "callcard.CallCard | None":
        if self.is_patient or not self.item.payer_id:
            return None
        return callcard.call_card_of(self.item, now=self.now, viewer_zone=self.zone)

    @cached_property
    def advice(self) -> recommendation.Recommendation:
        payer = self.item.payer
        return recommendation.recommendation_for(self.item, payer_class=payer.payer_class if payer else "")

    def groups(self, chosen: str = "") -> list[OutcomeGroup]:
        """The digits with their letters; the one in force is that of `chosen`, else of the advice."""
        hold = self.item.hold
        outcomes = [
            one
            for one in dispositions_for(self.item.kind)
            if one.lifts in ("", hold) and not (hold and one.holds == hold) and one.of_bucket in ("", self.item.bucket)
        ]
        action = next((one.action for one in outcomes if one.code == chosen), self.advice.action)
        offered = actions_for(self.item.kind)
        if action not in {one.code for one in offered}:
            action = offered[0].code
        return [
            OutcomeGroup(one, [outcome for outcome in outcomes if outcome.action == one.code], one.code == action)
            for one in offered
        ]

    @cached_property
    def same_call(self) -> "list[WorkItem]":
        """Other due claims that this call could settle, one more than are shown."""
        return selectors.same_call(
            actor=self.actor, item=self.item, today=self.today, now=self.now, limit=SAME_CALL + 1
        )

    @property
    def same_call_words(self) -> str:
        count = len(self.same_call)
        return f"more than {SAME_CALL}" if count > SAME_CALL else str(count)

    @property
    def same_call_amount(self) -> Decimal:
        return sum((item.amount for item in self.same_call[:SAME_CALL]), ZERO)
