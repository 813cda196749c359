"""Which payers take questions, which way, how many a day: entered under Setup, and read before anything is asked."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.status_requests.models import AskingWay, DiscoveryConsent
from collections_app.status_requests.network import is_network_set
from collections_app.status_requests.states import REAL_TIME

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User


class BadWay(DomainError):
    """What was entered about asking a payer does not hold."""

    code = "bad_way"


def all_ways() -> "QuerySet[AskingWay]":
    """Every payer that is asked, by name."""
    return AskingWay.objects.select_related("payer", "changed_by").order_by("payer__name", "topic")


def open_ways(topic: str, payer_ids: Iterable[int] | None = None) -> Mapping[int, AskingWay]:
    """The ways that are on for a topic, by payer. One query."""
    rows = AskingWay.objects.filter(topic=topic, is_on=True, payer__is_active=True)
    if payer_ids is not None:
        rows = rows.filter(payer__in=set(payer_ids))
    return {way.payer_id: way for way in rows.select_related("payer")}


@transaction.atomic
def set_way(
    payer_id: int,
    topic: str,
    *,
    way: str,
    payer_code: str,
    most_a_day: int,
    is_likely: bool,
    is_on: bool,
    actor: "User",
    now: dt.datetime,
) -> AskingWay:
    """Enter or change how a payer is asked. Raises `BadWay`, `Forbidden`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_not_sensitive(payer_code=payer_code)
    if way == REAL_TIME and not is_network_set():
        raise BadWay("Payers can't be asked at once here: whoever runs arwork has to set the network.", field="way")
    if not Payer.objects.filter(pk=payer_id).exists():
        raise NotFound("There is no such payer.")
    told = {
        "way": way, "payer_code": payer_code.strip(), "most_a_day": most_a_day, "is_likely": is_likely, "is_on": is_on,
    }  # fmt: skip
    before = AskingWay.objects.filter(payer=payer_id, topic=topic).values(*told).first()
    found, _ = AskingWay.objects.update_or_create(
        payer_id=payer_id, topic=topic, defaults={**told, "changed_at": now, "changed_by": actor}
    )
    audit.record(
        actor, "set_asking_way", "payer", payer_id, practice_id=None, before=before, after={"topic": topic, **told},
        now=now,
    )  # fmt: skip
    return found


def discovery_of(practice_id: int) -> DiscoveryConsent | None:
    """Whether a practice lets coverage be looked for; None: nobody has said so."""
    return DiscoveryConsent.objects.select_related("changed_by").filter(practice=practice_id).first()


def discoveries(actor: "User") -> list[tuple[Practice, DiscoveryConsent | None]]:
    """The actor's practices with what each has said about looking for coverage. Two queries."""
    rows = Practice.objects.filter(pk__in=practice_ids(actor), is_active=True).order_by("name")
    said = {one.practice_id: one for one in DiscoveryConsent.objects.select_related("changed_by")}
    return [(practice, said.get(practice.pk)) for practice in rows]


@transaction.atomic
def set_discovery(
    practice_id: int, *, is_on: bool, most_a_month: int, actor: "User", now: dt.datetime
) -> DiscoveryConsent:
    """Let a practice's uninsured patients be asked about at likely payers, or no longer. Raises `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")
    told = {"is_on": is_on, "most_a_month": most_a_month}
    found, _ = DiscoveryConsent.objects.update_or_create(
        practice_id=practice_id, defaults={**told, "changed_at": now, "changed_by": actor}
    )
    audit.record(actor, "set_coverage_discovery", "practice", practice_id, practice_id=practice_id, after=told, now=now)
    return found
