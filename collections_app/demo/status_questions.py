"""Questions to payers of the demo: those with the most due claims are asked, two of them at once, and a night's answers
are here; coverage is looked for at one practice."""

import datetime as dt
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from arwork.lib import events
from arwork.lib.payer_network_settings import SANDBOX
from arwork.staff.access import practice_ids
from arwork.staff.models import User
from claims.payers.models import Payer, PayerIdentifier
from claims.practices.models import Practice
from collections_app.clearinghouses import services as clearinghouses
from collections_app.clearinghouses.selectors import standing_connections
from collections_app.status_requests import asking, coverage_asking, ways
from collections_app.status_requests.models import AskingWay
from collections_app.status_requests.states import ELIGIBILITY, FILE, REAL_TIME, STATUS
from collections_app.status_requests.work import due_claims
from collections_app.worklist.models import WorkItem

if TYPE_CHECKING:
    from django.db.models import QuerySet

_PAYERS = 3
_QUESTIONS = 12  # a night for each payer
_PATIENTS = 8
_BY_HAND = 4


def ask_payers(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day; nothing where payers can't be asked at once, or another network is set."""
    if AskingWay.objects.exists() or settings.PAYER_NETWORK.url != SANDBOX:
        return
    admin, owner = (User.objects.get(username=name) for name in ("admin", "owner"))
    for practice in Practice.objects.filter(pk__in=practice_ids(owner)).order_by("pk"):
        if not standing_connections(today=until, practice_id=practice.pk).exists():
            _connect(practice, owner, since=until, now=now)
    asked = _payers(until)
    for number, payer in enumerate(asked):
        for topic in (STATUS, ELIGIBILITY):
            ways.set_way(
                payer.pk, topic, way=REAL_TIME if number < _PAYERS - 1 else FILE, payer_code="",
                most_a_day=_QUESTIONS, is_likely=topic == ELIGIBILITY and number == 0, is_on=True, actor=admin, now=now,
            )  # fmt: skip
    if not asked:
        return
    first = Practice.objects.filter(pk__in=practice_ids(admin)).order_by("pk").first()
    if first is not None:
        ways.set_discovery(first.pk, is_on=True, most_a_month=_PATIENTS, actor=admin, now=now)
    with events.quiet():
        asking.sweep(today=until, now=now)
        _ask_by_hand(asked, until, now=now)
        coverage_asking.sweep_denials(today=until, now=now)
        coverage_asking.discover(today=until, now=now)


def _payers(until: dt.date) -> list[Payer]:
    """Those with the most due claims, then the most unanswered ones, and an electronic id, in a fixed order."""
    known = PayerIdentifier.objects.filter(qualifier="PI", payer__is_active=True).values_list("payer_id", flat=True)
    due = due_claims(practice_ids=None, payer_ids=set(known), today=until, most=_QUESTIONS * 10)
    counted = Counter(one.payer_id for one in due)
    open_at = Counter(_unanswered().filter(payer__in=known).values_list("payer_id", flat=True))
    best = sorted(counted | open_at, key=lambda payer: (-counted[payer], -open_at[payer], payer))[:_PAYERS]
    return list(Payer.objects.filter(pk__in=best).order_by("pk"))


def _unanswered() -> "QuerySet[WorkItem]":
    return WorkItem.objects.filter(state="open", kind="no_response", claim__isnull=False).order_by("pk")


def _ask_by_hand(payers: list[Payer], until: dt.date, *, now: dt.datetime) -> None:
    """A collector asks about a few claims of the first payer before their day."""
    collector = User.objects.get(username="collector")
    rows = _unanswered().filter(payer=payers[0], practice__in=practice_ids(collector), claim__questions=None)
    if claims := list(rows.values_list("claim_id", flat=True)[:_BY_HAND]):
        with suppress(asking.NotAsked):
            asking.ask_claims(claims, actor=collector, today=until, now=now)


def _connect(practice: Practice, owner: User, *, since: dt.date, now: dt.datetime) -> None:
    with transaction.atomic():
        clearinghouses.enter_connection(
            practice.pk, actor=owner, now=now, name="Bay Clearing", submitter_name=practice.name[:60],
            submitter_id=f"BAY{practice.pk:04d}", contact="Billing office", phone="5550100100",
            receiver_name="Bay Clearing", sender_qualifier="ZZ", sender_id=f"BAY{practice.pk:04d}",
            group_sender=f"BAY{practice.pk:04d}", receiver_qualifier="ZZ", receiver_id="BAYCLEARING",
            group_receiver="BAYCLEARING", usage="T", characters="extended", forms="PI", most_claims=500,
            delivery="download", place="", folder="", is_nightly=False, answer_hours=24, from_on=since,
        )  # fmt: skip
