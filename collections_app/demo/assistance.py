"""Financial assistance of the demo: one application to complete, one to decide, one that waits for a second person, one
approved for 75 percent, one denied, one presumed."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from arwork.lib import events
from arwork.lib.errors import DomainError
from arwork.lib.money import from_cents, to_cents
from arwork.staff.access import practice_ids
from arwork.staff.models import Role, User
from claims.parties.models import Account, PersonAddress
from collections_app.assistance import services
from collections_app.assistance.guidelines import area_of, guideline_for
from collections_app.assistance.household import Household, Income
from collections_app.assistance.models import AssistanceApplication, AssistanceDocument
from collections_app.assistance.services import AskedAssistance
from collections_app.demo.owing import in_order, owing_accounts
from collections_app.demo.setting import collectors

_LEAST, _MOST = Decimal("40.00"), Decimal("900.00")
#: What befell each: how many people, percent of the guideline, what became of it.
_STORIES = (
    (3, None, "complete"),
    (3, 110, "decide"),
    (2, 180, "second"),
    (4, 250, "approve"),
    (1, 520, "deny"),
    (None, None, "presume"),
)


def help_some(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day, a few days back."""
    if AssistanceApplication.objects.exists():
        return
    people, owner = collectors(), User.objects.filter(role=Role.OWNER).order_by("pk").first()
    if owner is None:
        return
    with events.quiet():
        accounts = in_order(owing_accounts(_LEAST, _MOST)[: len(_STORIES)])
        for number, (account, story) in enumerate(zip(accounts, _STORIES, strict=False)):
            able = [one for one in people if account.practice_id in practice_ids(one)]
            if able:
                with transaction.atomic():
                    _tell(account, *story, actor=able[number % len(able)], owner=owner, until=until, now=now)


def _tell(
    account: Account, people: int | None, percent: int | None, became: str, *, actor: User, owner: User,
    until: dt.date, now: dt.datetime,
) -> None:  # fmt: skip
    came = until - dt.timedelta(days=6)
    asked = AskedAssistance(
        _household(account, people, percent, came), channel="paper" if became == "deny" else "desk", received_on=came,
        presumptive="snap" if became == "presume" else "",
        words="Works two part-time jobs; the rent went up in spring." if people else "Food stamps since August.",
    )  # fmt: skip
    one = services.apply(account.pk, asked, actor=actor, today=until, now=now)
    if became == "complete":
        return
    for paper in AssistanceDocument.objects.filter(application=one).order_by("pk"):
        services.change_document(one.pk, paper.kind, state="accepted", actor=actor, today=until, now=now)
    if became == "decide":
        return
    decides = actor if became == "second" else owner
    try:
        services.decide(
            one.pk, is_approved=became != "deny", actor=decides, today=until, now=now,
            reason="Your household's income is above the limit of our policy." if became == "deny" else "",
        )  # fmt: skip
    except DomainError:
        return  # what is owed here is nothing that the policy covers: it waits to be decided


def _household(account: Account, people: int | None, percent: int | None, on: dt.date) -> Household:
    if people is None or percent is None:
        return Household(people)
    home = PersonAddress.objects.filter(person=account.guarantor_id, is_current=True).order_by("-pk").first()
    line = guideline_for(area_of(home.state if home else ""), on=on).of(people)
    a_month = from_cents(to_cents(line) * percent // 1200)
    return Household(people, (Income("work", "monthly", a_month),))
