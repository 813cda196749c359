"""Questions about requests for records: the list, one with its story, the directory, the log, what waits."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from collections_app.contacts.open_cases import OpenCase
from collections_app.releases.authorization import Point, RequestBasis, points_named
from collections_app.releases.models import RecordRelease, RecordRequest, Requester, RequestPaper, Screening

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.models import Account
    from claims.practices.models import Practice

State = RecordRequest.State
#: The tabs of the list: their code, their word, and the states in them.
TABS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("screen", "To screen", (State.RECEIVED,)),
    ("defective", "Defective", (State.DEFECTIVE,)),
    ("release", "To release", (State.VALID, State.INVOICED)),
    ("released", "Released", (State.RELEASED,)),
    ("all", "All", tuple(State.values)),
)


def open_requests(account_ids: Collection[int]) -> set[int]:
    """Those of these accounts of which a request for records is open. One query."""
    rows = RecordRequest.objects.filter(Among("account", account_ids), closed_on=None)
    return set(rows.values_list("account_id", flat=True))


def requests(actor: "User", *, tab: str = "screen", requester_id: int | None = None) -> QuerySet[RecordRequest]:
    """Requests of the actor's practices in a tab: open ones by their last day, closed ones the latest first."""
    require(actor, Capability.SEE_CLAIMS)
    states = next((states for code, _, states in TABS if code == tab), TABS[0][2])
    rows = RecordRequest.objects.filter(practice__in=practice_ids(actor), state__in=states)
    if requester_id is not None:
        rows = rows.filter(requester=requester_id)
    rows = rows.select_related("requester", "account", "patient__person", "owner")
    return rows.order_by("-closed_on", "-pk") if tab == "released" else rows.order_by("due_on", "pk")


def tab_counts(actor: "User", *, requester_id: int | None = None) -> list[tuple[str, str, int]]:
    """Each tab with how many are in it. One query."""
    rows = RecordRequest.objects.filter(practice__in=practice_ids(actor))
    if requester_id is not None:
        rows = rows.filter(requester=requester_id)
    by_state = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    return [(code, label, sum(by_state.get(state, 0) for state in states)) for code, label, states in TABS]


def waiting_count(actor: "User", today: dt.date) -> int:
    """How many are to be screened or released, or are past their last day."""
    rows = RecordRequest.objects.filter(practice__in=practice_ids(actor), closed_on=None)
    return rows.filter(Q(state__in=(State.RECEIVED, State.VALID)) | Q(due_on__lt=today)).count()


def request_seen_by(actor: "User", request_id: int) -> RecordRequest:
    """One request with what its page shows. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    rows = RecordRequest.objects.filter(pk=request_id, practice__in=practice_ids(actor))
    related = ("requester", "account__guarantor", "patient__person", "owner", "document", "practice", "hold")
    found = rows.select_related(*related).first()
    if found is None:
        raise NotFound("There is no such request in your practices.")
    return found


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """A screening with what it found missing, in words."""

    screening: Screening
    lacks: tuple[Point, ...]

    @property
    def is_revoked(self) -> bool:
        """Whether the patient took it back."""
        return hasattr(self.screening.relies_on or self.screening, "revocation")


def verdicts_of(request: RecordRequest) -> list[ShownVerdict]:
    """Every screening of a request, the latest first. One query."""
    related = ("screened_by", "document", "revocation", "relies_on__revocation")
    rows = Screening.objects.filter(request=request).select_related(*related).order_by("-screened_at", "-pk")
    return [ShownVerdict(row, tuple(points_named(row.lacks))) for row in rows]


def standing_authorizations(request: RecordRequest, *, today: dt.date) -> list[Screening]:
    """Authorizations of the same patient for the same requester that still hold. One query."""
    if request.kind != RequestBasis.AUTHORIZATION:
        return []
    rows = Screening.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=today), request__patient=request.patient_id,
        request__requester=request.requester_id, is_valid=True, basis=RequestBasis.AUTHORIZATION, relies_on=None,
        revocation=None,
    ).exclude(request=request)  # fmt: skip
    return list(rows.select_related("document", "request").order_by("-screened_at", "-pk"))


def releases_of(request: RecordRequest) -> list[RecordRelease]:
    """What left by a request, the latest first. One query."""
    rows = RecordRelease.objects.filter(request=request).select_related("released_by", "document")
    return list(rows.order_by("-released_at"))


def requests_of(account: "Account") -> list[RecordRequest]:
    """The requests of an account, open ones first. One query."""
    rows = RecordRequest.objects.filter(account=account).select_related("requester", "patient__person")
    return sorted(rows, key=lambda one: (not one.is_open, -one.pk))


def release_log(
    actor: "User", *, requester_id: int | None = None, account_id: int | None = None
) -> QuerySet[RecordRelease]:
    """What left the actor's practices, the latest first: all of it, to one firm, or of one account."""
    require(actor, Capability.SEE_CLAIMS)
    rows = RecordRelease.objects.filter(request__practice__in=practice_ids(actor))
    if requester_id is not None:
        rows = rows.filter(request__requester=requester_id)
    if account_id is not None:
        rows = rows.filter(request__account=account_id)
    related = ("request__requester", "request__account", "request__patient__person", "released_by")
    return rows.select_related(*related).order_by("-released_at", "-pk")


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """A requester, and how it goes with them; `days` is the median from receipt to release, `defective` how many of
    the screened forms lacked something, in percent. None where there is nothing to say it of."""

    requester: Requester
    open_count: int
    released_count: int
    days: int | None
    defective: int | None


def directory(actor: "User", *, asked: str = "") -> list[DirectoryRow]:
    """Who asks for records at the actor's practices, by name. Three queries."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Requester.objects.filter(practice__in=practice_ids(actor)).select_related("practice")
    if asked.strip():
        rows = rows.filter(name__icontains=asked.strip())
    return directory_rows(rows.order_by("name", "pk")[:500])


def directory_rows(requesters: Iterable[Requester]) -> list[DirectoryRow]:
    """These requesters with their figures. Two queries."""
    listed = list(requesters)
    ids = [one.pk for one in listed]
    days: dict[int, list[int]] = {pk: [] for pk in ids}
    waiting = dict.fromkeys(ids, 0)
    columns = ("requester_id", "state", "received_on", "closed_on")
    for pk, state, received_on, closed_on in RecordRequest.objects.filter(Among("requester", ids)).values_list(
        *columns
    ):
        if closed_on is None:
            waiting[pk] += 1
        elif state == State.RELEASED:
            days[pk].append((closed_on - received_on).days)
    screened = Screening.objects.filter(Among("request__requester", ids), relies_on=None).values_list(
        "request__requester_id"
    )
    rates = {
        pk: (total, bad)
        for pk, total, bad in screened.annotate(
            total=Count("request", distinct=True),
            bad=Count("request", distinct=True, filter=Q(is_valid=False)),
        ).order_by()
    }
    return [
        DirectoryRow(
            one, waiting[one.pk], len(days[one.pk]), round(median(days[one.pk])) if days[one.pk] else None,
            round(100 * rates[one.pk][1] / rates[one.pk][0]) if one.pk in rates else None,
        )
        for one in listed
    ]  # fmt: skip


def requesters_of(practice: "Practice") -> list[tuple[int, str]]:
    """The directory of a practice for a choice: id and name with its town."""
    rows = Requester.objects.filter(practice=practice).order_by("name", "pk")
    return [(one.pk, f"{one.name}, {one.city}" if one.city else one.name) for one in rows]


def open_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:
    """Open requests, as the list of all open cases of people wants them."""
    del today
    rows = RecordRequest.objects.filter(practice__in=practices, closed_on=None).order_by("next_on", "pk")[:2000]
    return [
        OpenCase(
            kind="Request for records", pk=one.pk, account_id=one.account_id, url_name="record_request",
            owner_id=one.owner_id, next_action=one.next_action, next_on=one.next_on,
        )
        for one in rows
    ]  # fmt: skip


def papers_of(request: RecordRequest) -> list[RequestPaper]:
    """Our letters about a request, the latest first. One query."""
    return list(RequestPaper.objects.filter(request=request).select_related("document").order_by("-made_at"))
