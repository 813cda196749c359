"""Settlements of the demo: one that was offered, one that waits for a second person, one that is settled, one broken;
help that was offered, a hardship, and a counselor who was asked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from arwork.lib import events
from arwork.lib.money import round_money
from arwork.staff.access import practice_ids
from arwork.staff.models import User
from claims.parties.models import Account
from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.demo.owing import in_order, owing_accounts
from collections_app.demo.setting import collectors
from collections_app.help_offers import services as help_offers
from collections_app.help_offers.models import HelpOffer
from collections_app.settlements import services
from collections_app.settlements.drafts import SettlementDraft, draft_settlement, ground_of
from collections_app.settlements.models import Settlement
from collections_app.settlements.terms import BadSettlement

_LEAST, _MOST = Decimal("40.00"), Decimal("2500.00")
_NOON = dt.time(17)
_DOCUMENTED = "Benefit letter: $1,140.00 a month for two"


@dataclass(frozen=True, slots=True)
class SettlementStory:
    """Offered so many days ago for so many percent of what is owed, to be paid `due` days after; what came of it.
    `by` says who offered it: a collector asks a second person for what goes beyond their authority."""

    ago: int
    percent: int
    due: int
    ends: str
    by: str = "owner"


STORIES = (
    SettlementStory(ago=3, percent=80, due=14, ends="offered"),
    SettlementStory(ago=1, percent=50, due=20, ends="waiting", by="collector"),
    SettlementStory(ago=24, percent=70, due=10, ends="paid"),
    SettlementStory(ago=40, percent=75, due=12, ends="accepted"),
)


def settle_some(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day; the opening of that day finds what is settled and what is broken."""
    if Settlement.objects.exists():
        return
    owner, people = User.objects.get(username="owner"), collectors()
    accounts = _accounts(len(STORIES) + 2, until=until)
    with events.quiet():
        for account, story in zip(accounts, STORIES, strict=False):
            able = [one for one in people if account.practice_id in practice_ids(one)]
            actor = able[0] if story.by == "collector" and able else owner
            with transaction.atomic():
                _tell(account, story, actor=actor, until=until, now=now)
        for account in accounts[len(STORIES) :]:
            _help(account, people, owner=owner, until=until, now=now)


def _accounts(most: int, *, until: dt.date) -> Sequence[Account]:
    """The first that owe enough; best those that paid nothing of late."""
    since = until - dt.timedelta(days=max(story.ago for story in STORIES))
    return in_order(owing_accounts(_LEAST, _MOST, since=since)[:most])


def _tell(account: Account, story: SettlementStory, *, actor: User, until: dt.date, now: dt.datetime) -> None:
    today = until - dt.timedelta(days=story.ago)
    at = dt.datetime.combine(today, _NOON, dt.UTC)
    due = today + dt.timedelta(days=story.due)
    try:
        draft = _draft(account, story, actor=actor, due=due, today=today)
    except BadSettlement:
        return
    found = services.offer(draft, actor=actor, today=today, now=at, reason="Lost work in October; a lump sum is there")
    if story.ends not in ("paid", "accepted") or found.state != Settlement.State.OFFERED:
        return
    guarantor = account.guarantor
    said_by = f"{guarantor.first} {guarantor.last}".strip() or "the guarantor"
    services.accept(found.pk, said_by=said_by, how="spoken", actor=actor, today=today, now=at)
    if story.ends == "paid":
        money = ReceivedMoney(account.pk, account.practice_id, draft.offer, due, f"ST{found.pk}")
        post_receipts([money], posted_on=until, now=now)


def _draft(account: Account, story: SettlementStory, *, actor: User, due: dt.date, today: dt.date) -> SettlementDraft:
    ground = ground_of(actor=actor, account_id=account.pk, today=today)
    offer = round_money(ground.total * story.percent / 100)
    hardship = _DOCUMENTED if ground.federal else ""
    return draft_settlement(ground, offer=offer, due_days=[due], hardship=hardship)


def _help(account: Account, people: Sequence[User], *, owner: User, until: dt.date, now: dt.datetime) -> None:
    """What was offered on a call; the first time also a hardship, and a counselor."""
    able = [one for one in people if account.practice_id in practice_ids(one)]
    if not able:
        return
    actor, is_first = able[0], not HelpOffer.objects.filter(code="settlement").exists()
    answers = {"assistance": "thinks", "pay_now": "declined", "plan": "thinks", "settlement": "declined"}
    help_offers.record_answers(account.pk, answers, actor=actor, now=now, said="Calls back after payday")
    if not is_first:
        return
    help_offers.note_hardship(
        account.pk, kind="job", words="The plant closed in October.", documents="Letter of the employer",
        until_on=until + dt.timedelta(days=60), actor=actor, today=until, now=now,
    )  # fmt: skip
    place = help_offers.add_place(
        practice_id=account.practice_id, name="Lakeshore Credit Counseling", kind="counselor", phone="(216) 555-0144",
        website="", helps_with="budgets, and talking with everybody who is owed", states="", actor=owner, now=now,
    )  # fmt: skip
    help_offers.refer(
        account.pk, place_id=place.pk, words="Asked for help with all bills", next_action="Ask what came of it",
        next_on=until + dt.timedelta(days=14), actor=actor, today=until, now=now,
    )  # fmt: skip
