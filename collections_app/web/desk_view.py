"""What the desk shows of one item, put together from selectors: nothing is decided and nothing written here."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from arwork.lib import clock
from arwork.lib.dates import short_day
from arwork.lib.money import ZERO
from arwork.staff import audit_reads
from claims.adjustments import selectors as adjustments
from claims.credits.sources import CLAIM, CreditSource
from claims.refunds.selectors import asked_refund
from claims.transfers.selectors import hand_moves_of
from collections_app.web.desk_clock import ClockMark, strip_of
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
from collections_app.worklist.dispositions import Disposition, OutcomeBook, actions_for, outcomes_that_fit
from collections_app.worklist.headline import DeniedPart, Matter, headline, why_now, written_name
from collections_app.worklist.outcome_rules import outcome_book
from collections_app.worklist.timeline import Timeline, account_timeline, claim_timeline
from collections_app.worklist.timeline_summary import TimelineFold, folded, summary_of

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.payers.deadlines import Deadline
    from claims.refunds.models import Refund
    from claims.transfers.selectors import HandMoves
    from collections_app.routes.selectors import DenialRoutes
    from collections_app.worklist.models import WorkItem
    from collections_app.worklist.score_words import Score

SAME_CALL = 20
#: How many outcomes stand in sight; the others a key away.
LIKELY = 8
NEAR_DAYS, SOON_DAYS = 7, 30


@dataclass(frozen=True, slots=True)
class PrimaryDeed:
    """The one thing to do, as a button that does it: `href` dials, opens or leads there."""

    label: str
    href: str
    note: str = ""

    @property
    def is_outside(self) -> bool:
        """Leads to somebody else's site."""
        return self.href.startswith("http")


@dataclass(frozen=True, slots=True)
class OutcomeColumn:
    """What came of it, the likeliest first; what is rare, and what has consequences in law, stand apart."""

    likely: Sequence[Disposition]
    more: Sequence[Disposition]
    legal: Sequence[Disposition]


def column_of(
    item: "WorkItem", *, outcomes: OutcomeBook, today: dt.date, first: str = "call_payer", chosen: str = ""
) -> OutcomeColumn:
    """The outcomes that fit an item: those of the action `first`, then the others in the order of the field, a few at
    once. The one that is `chosen` is always in sight."""
    fits = outcomes_that_fit(
        item.kind, hold=item.hold, bucket=item.bucket, outcomes=outcomes, practice_id=item.practice_id, on=today
    )
    order = [one.code for one in actions_for(item.kind)]
    plain = sorted(
        (one for one in fits if not one.is_legal),
        key=lambda one: (one.action != first, order.index(one.action)),
    )
    likely = [one for index, one in enumerate(plain) if index < LIKELY or one.code == chosen]
    return OutcomeColumn(likely, [one for one in plain if one not in likely], [one for one in fits if one.is_legal])


class Desk:
    """One item as the desk shows it; each part is asked for once, when the template comes to it."""

    def __init__(
        self,
        item: "WorkItem",
        *,
        actor: "User",
        today: dt.date,
        now: dt.datetime,
        routes_of: "Callable[[int], Sequence[DenialRoutes]]",
    ) -> None:
        self.routes_of = routes_of
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
            rows.append(("Can wait", f"not worth a touch now; looked after on {short_day(item.look_after_on)}"))
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
        left = (item.deadline_on - self.today).days if item.deadline_on else -1
        if left < 0:
            return ""
        return "red" if left <= NEAR_DAYS else ("amber" if left <= SOON_DAYS else "")

    @cached_property
    def answers(self) -> timeline_books.Answers:
        return timeline_books.answers_to(claim_id) if (claim_id := self.item.claim_id) else timeline_books.Answers()

    @cached_property
    def account_sheet(self) -> "patient_account.AccountSheet | None":
        if not self.is_patient:
            return None
        return patient_account.account_sheet_of(
            actor=self.actor, item=self.item, today=self.today, now=self.now, viewer_zone=self.zone
        )

    @cached_property
    def timeline(self) -> Timeline:
        looked_at = audit_reads.last_look(self.actor, *self.subject, now=self.now)
        if self.item.claim_id:
            return claim_timeline(actor=self.actor, item=self.item, answers=self.answers, looked_at=looked_at)
        visits = self.account_sheet.visits if self.account_sheet else ()
        claim_ids = [visit.claim_id for visit in visits]
        return account_timeline(actor=self.actor, item=self.item, claim_ids=claim_ids, looked_at=looked_at)

    @cached_property
    def write_offs(self) -> list[adjustments.ShownAdjustment]:
        """Write-offs that were proposed here, the latest first, with what was answered."""
        claim_id, account_id = self.item.claim_id, self.item.account_id
        if claim_id:
            return adjustments.adjustments_of_claim(claim_id, actor=self.actor, now=self.now)
        return adjustments.adjustments_of_account(account_id or 0, actor=self.actor, now=self.now)

    @property
    def story(self) -> list[TimelineFold]:
        """What happened, with what only machines told folded."""
        return folded(self.timeline.events)

    @property
    def story_summary(self) -> str:
        return summary_of(self.timeline.events)

    @cached_property
    def sheet(self) -> "claim_sheet.ClaimSheet | None":
        item = self.item
        if item.claim is None:
            return None
        return claim_sheet.claim_sheet_of(item.claim, self.answers.payments, is_underpaid=item.kind == "underpaid")

    @cached_property
    def hand(self) -> "HandMoves | None":
        """What was moved by hand on the claim and stands."""
        return hand_moves_of(self.item.claim_id, actor=self.actor, now=self.now) if self.item.claim_id else None

    @cached_property
    def asked_refund(self) -> "Refund | None":
        """The refund of the credit that somebody asked for already, while it waits for approval."""
        item = self.item
        if item.kind != "credit_balance" or not item.claim_id:
            return None
        return asked_refund(CreditSource(CLAIM, item.claim_id, item.bucket), actor=self.actor)

    @cached_property
    def card(self) -> "callcard.CallCard | None":
        if self.is_patient or not self.item.payer_id:
            return None
        return callcard.call_card_of(self.item, now=self.now, viewer_zone=self.zone)

    @cached_property
    def routes(self) -> "DenialRoutes | None":
        """The routes out of the largest denial of a denied claim."""
        if self.item.kind != "denied" or not self.item.claim_id:
            return None
        return next(iter(self.routes_of(self.item.claim_id)), None)

    @cached_property
    def advice(self) -> recommendation.Recommendation:
        payer = self.item.payer
        found = recommendation.recommendation_for(
            self.item, payer_class=payer.payer_class if payer else "", routes=self.routes
        )
        return recommendation.as_offered(found, self.item, self.outcome_book, today=self.today)

    def outcomes(self, chosen: str = "") -> OutcomeColumn:
        """The outcomes that fit, those of what is advised first."""
        return column_of(
            self.item, outcomes=self.outcome_book, today=self.today, first=self.advice.action, chosen=chosen
        )

    @cached_property
    def outcome_book(self) -> OutcomeBook:
        """The outcomes as the practices have them, read once."""
        return outcome_book()

    @cached_property
    def primary(self) -> PrimaryDeed | None:
        """The button of what is advised; None where nothing but the outcome is to be entered."""
        if self.advice.is_wait:
            return None
        if self.item.exception_id:
            return PrimaryDeed("Settle it", reverse("remit_exception", args=[self.item.exception_id]))
        if self.account_sheet is not None:
            if self.item.kind != "patient_balance":
                return None
            number = next((one for one in self.account_sheet.numbers if one.value and not one.is_wrong), None)
            if number is None or self.account_sheet.verdict == "block":
                return None
            return PrimaryDeed(f"Call {number.shown}", f"tel:{number.value}", number.local)
        return self._at_the_payer()

    def _at_the_payer(self) -> PrimaryDeed | None:
        ways = {one.label.split(",")[0]: one for one in reversed(self.card.ways)} if self.card else {}
        if self.advice.action == "call_payer" and self.card and (phone := ways.get("Phone")):
            if self.card.is_open:
                return PrimaryDeed(f"Call {phone.shown or phone.value}", f"tel:{phone.value}", self.card.hours)
            if portal := ways.get("Portal"):
                return PrimaryDeed("Look it up in the portal", portal.value, f"phone: {self.card.hours}")
        if self.advice.action == "corrected_claim" and self.item.claim_id:
            return PrimaryDeed("Draft the claim", reverse("claim_correct", args=[self.item.claim_id]))
        if self.advice.action in ("appeal", "records") and (portal := ways.get("Portal")):
            return PrimaryDeed("Open the payer's portal", portal.value)
        return None

    @cached_property
    def headline(self) -> str:
        """The item in one sentence."""
        sheet, answers = self.sheet, self.answers
        codes = {line.line_id: line.code for line in sheet.lines} if sheet else {}
        opened = sorted((one for one in answers.denials if one.state == "open"), key=lambda one: -one.amount)
        visits = self.account_sheet.visits if self.account_sheet else ()
        claim = self.item.claim
        return headline(
            self.item,
            Matter(
                who=written_name(self.who),
                patient=written_name(self.patient),
                code=max(sheet.lines, key=lambda line: line.charge).code if sheet and sheet.lines else "",
                sent_on=claim.first_billed_on if claim else None,
                denied=[DeniedPart(one.amount, one.group, one.carc, codes.get(one.line_id or 0, "")) for one in opened],
                short=sheet.short if sheet else ZERO,
                rejected=next((one.words for one in self.timeline.events if one.tone == "red" and one.step == 2), ""),
                visits=len(visits),
                since=min((visit.since for visit in visits), default=None),
            ),
            today=self.today,
        )

    @property
    def why_now(self) -> str:
        return why_now(self.item, place=self.standing.place, today=self.today)

    @property
    def clock(self) -> list[ClockMark]:
        """Sent, denied, today, last day; for a patient since when they owe, and the next lawful call."""
        return strip_of(self.item, self.account_sheet, today=self.today, tone=self.press or "amber")

    @cached_property
    def same_call(self) -> "list[WorkItem]":
        """Other due claims that this call could settle, one more than are shown."""
        return selectors.same_call(
            actor=self.actor, item=self.item, today=self.today, now=self.now, limit=SAME_CALL + 1
        )

    @property
    def same_call_words(self) -> str:
        return f"more than {SAME_CALL}" if len(self.same_call) > SAME_CALL else str(len(self.same_call))

    @property
    def same_call_amount(self) -> Decimal:
        return sum((item.amount for item in self.same_call[:SAME_CALL]), ZERO)
