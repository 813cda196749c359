"""Disputes of the demo: one open, one for which a coder was asked, one whose answer came, one corrected, one of a bill
above its good-faith estimate; and a link with its code to try."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from arwork.lib import events
from arwork.lib.errors import DomainError
from arwork.staff.access import practice_ids
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from collections_app.contacts.models import Hold
from collections_app.deliveries.doors import digest_of
from collections_app.demo.setting import collectors
from collections_app.disputes import asking, guests, services
from collections_app.disputes.models import BillingDispute, GuestVisit

_LEAST = Decimal("40.00")
_AGO = dt.timedelta(days=9)  # since when they wait; the one that is late came before its term
_LATE = dt.timedelta(days=33)
_DAY = dt.timedelta(days=1)
_ESTIMATED = Decimal("450.00")  # so far above its estimate is the bill
_STORIES = (
    ("insurance", "My plan says that this visit is covered in full.", _AGO, "open"),
    ("service", "I had one test that day, not two.", _AGO, "asked"),
    ("duplicate", "This was on the bill in summer already.", _LATE, "answered"),
    ("paid", "I paid this at the front desk.", _AGO, "corrected"),
)


def dispute_some(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day."""
    if BillingDispute.objects.exclude(came_by="page").exists():
        return
    people = collectors()
    with events.quiet():
        for number, (claim, story) in enumerate(zip(_visits(len(_STORIES)), _STORIES, strict=False)):
            able = [one for one in people if claim.practice_id in practice_ids(one)]
            if able:
                with transaction.atomic():
                    _tell(claim, story, actor=able[number % len(able)], until=until, now=now)
        _estimated(people, until=until, now=now)


def question_to_try(now: dt.datetime, today: dt.date) -> tuple[str, str] | None:
    """A new question about the case that waits for a coder: its link and its code; None where there is no such case."""
    found = BillingDispute.objects.filter(state=BillingDispute.State.ASKED, owner__isnull=False).order_by("pk").first()
    if found is None or found.owner is None:
        return None
    made = _ask(found, found.owner, today=today, now=now)
    return made.link, made.code


def _visits(most: int) -> list[Claim]:
    """Visits that owe enough and hold nothing, in the order of their numbers, each of another account."""
    held = Hold.objects.filter(lifted_at=None).values("account")
    rows = Receivable.objects.filter(bucket="PATIENT", amount__gte=_LEAST).exclude(account__in=held).order_by()
    owing = Claim.objects.filter(pk__in=rows.values("claim"), merged_into=None).order_by("-number")
    found: dict[int, Claim] = {}
    for claim in owing[: most * 20]:
        found.setdefault(claim.account_id, claim)
    return list(found.values())[:most]


def _tell(
    claim: Claim, story: tuple[str, str, dt.timedelta, str], *, actor: User, until: dt.date, now: dt.datetime
) -> None:
    kind, words, ago, ends = story
    came = until - ago
    entered = services.Entered(received_on=came, came_by="phone" if ago is _AGO else "letter")
    at = now - ago
    found = services.open_dispute(
        claim.account_id,
        claim.pk,
        kind=kind,
        words=words,
        amount=None,
        actor=actor,
        today=came,
        now=at,
        entered=entered,
    )
    if ends in ("asked", "answered"):
        made = _ask(found, actor, today=until, now=now - _DAY)
        if ends == "answered":
            visit = GuestVisit.objects.create(
                question=made.question, digest=digest_of(made.link), begun_at=now, seen_at=now
            )
            guests.reply(
                visit, choice="wrong", words="The second one is the same test. Take it off.", now=now, today=until
            )
            guests.leave(visit, now=now)
    elif ends == "corrected":
        services.close(
            found.pk,
            to="corrected",
            answer="We found your payment and took it over.",
            actor=actor,
            today=until,
            now=now,
        )


def _ask(found: BillingDispute, actor: User, *, today: dt.date, now: dt.datetime) -> asking.MadeQuestion:
    asked = asking.Asked(
        role="coder", name="Cora, coding", words="Was the second test done that day, or is it billed twice?",
        due_on=today + 7 * _DAY, facts=("day", "doctor", "line-1", "line-2", "said"),
    )  # fmt: skip
    return asking.ask(found.pk, asked, actor=actor, today=today, now=now)


def _estimated(people: list[User], *, until: dt.date, now: dt.datetime) -> None:
    """The first visit of somebody without a payer that is billed far enough above what they were told."""
    rows = Receivable.objects.filter(bucket="PATIENT", amount__gte=_ESTIMATED).order_by()
    held = Hold.objects.filter(lifted_at=None).values("account")
    claims = Claim.objects.filter(pk__in=rows.values("claim"), coverage1=None, merged_into=None)
    for claim in claims.exclude(account__in=held).order_by("-service_from", "-number")[:10]:
        actor = next((one for one in people if claim.practice_id in practice_ids(one)), None)
        if actor is None:
            continue
        billed, _ = services.estimate_of(claim, Decimal(0), received_on=until)
        entered = services.Entered(received_on=until, came_by="letter", estimate=max(billed - _ESTIMATED, Decimal(0)))
        try:
            services.open_dispute(
                claim.account_id, claim.pk, kind="estimate", words="You told me it would cost much less.", amount=None,
                actor=actor, today=until, now=now, entered=entered,
            )  # fmt: skip
        except DomainError:
            continue
        return
