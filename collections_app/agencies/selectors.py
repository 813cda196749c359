"""Questions about agencies and what is placed with them."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from arwork.lib.bulk import Among
from arwork.lib.dates import long_day
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Receivable
from claims.parties.models import Account
from collections_app.agencies.models import (
    Agency,
    AgencyFee,
    AgencyFile,
    AgencyFileRow,
    AgencyLicence,
    AgencyPlacement,
    PlacedVisit,
    PlacementBatch,
)
from collections_app.agencies.states import BatchState, FileKind, PlacementState, RowState
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase

if TYPE_CHECKING:
    from arwork.staff.models import User

_PLACED = PlacementState.PLACED


def placed_accounts(account_ids: Collection[int]) -> set[int]:
    """Those of these accounts that are with an agency. One query."""
    rows = AgencyPlacement.objects.filter(Among("account", account_ids), state=_PLACED)
    return set(rows.values_list("account_id", flat=True))


def placed_standing(account_ids: Collection[int], today: dt.date) -> Mapping[int, str]:  # noqa: ARG001 (as a source)
    """Why these accounts are not asked for money by us, in words. One query."""
    rows = AgencyPlacement.objects.filter(Among("account", account_ids), state=_PLACED)
    columns = ("account_id", "agency__name", "placed_on")
    return {pk: f"{name} collects it since {long_day(on)}" for pk, name, on in rows.values_list(*columns)}


def placed_on_both(gone: Account, kept: Account) -> list[str]:
    """Why two accounts can't become one: both are with an agency."""
    rows = AgencyPlacement.objects.filter(account__in=(gone, kept), state=_PLACED)
    if len(set(rows.values_list("account_id", flat=True))) < len((gone, kept)):
        return []
    return ["Both accounts are with an agency, and an account is with one at a time. Call one of them back."]


def placement_of(account_id: int) -> AgencyPlacement | None:
    """The placement of an account that stands; None where there is none."""
    rows = AgencyPlacement.objects.filter(account=account_id, state=_PLACED)
    return rows.select_related("agency", "owner").first()


def placements_of(account_id: int) -> QuerySet[AgencyPlacement]:
    """Every placement of an account, the newest first."""
    rows = AgencyPlacement.objects.filter(account=account_id).exclude(state=PlacementState.UNDONE)
    return rows.select_related("agency").order_by("-pk")


def open_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:  # noqa: ARG001 (as a source)
    """Placements that stand, as cases that somebody follows."""
    rows = AgencyPlacement.objects.filter(practice__in=practices, state=_PLACED).order_by("next_on", "pk")
    columns = ("pk", "account_id", "owner_id", "next_action", "next_on")
    return [
        OpenCase("With an agency", pk, account, "agency_placement", owner, action, on)
        for pk, account, owner, action, on in rows.values_list(*columns)[:MOST_OF_A_SOURCE]
    ]


def agencies(*, actor: "User") -> QuerySet[Agency]:
    """The agencies of the actor's practices, by practice and name."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Agency.objects.filter(practice__in=practice_ids(actor)).select_related("practice")
    return rows.order_by("practice__name", "name")


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """An agency in the list: how many accounts it has, what is left there, what should come back, what waits."""

    agency: Agency
    accounts: int
    left: Decimal
    to_recall: int
    waiting: int


def agency_lines(*, actor: "User") -> list[AgencyLine]:
    """Every agency with what is there. Four queries."""
    found = list(agencies(actor=actor))
    placed = AgencyPlacement.objects.filter(agency__in=found, state=_PLACED).order_by()
    counts = dict(placed.values_list("agency_id").annotate(Count("pk")))
    recalls = dict(placed.exclude(recall_code="").values_list("agency_id").annotate(Count("pk")))
    waiting = dict(
        AgencyFileRow.objects.filter(agency__in=found, state=RowState.WAITING)
        .order_by()
        .values_list("agency_id")
        .annotate(Count("pk"))
    )
    left = _left_by_agency([one.pk for one in found])
    return [
        AgencyLine(one, counts.get(one.pk, 0), left.get(one.pk, ZERO), recalls.get(one.pk, 0), waiting.get(one.pk, 0))
        for one in found
    ]


def _left_by_agency(agency_ids: Collection[int]) -> dict[int, Decimal]:
    """What the accounts of each agency still owe there. Two queries."""
    placed = AgencyPlacement.objects.filter(agency__in=agency_ids, state=_PLACED)
    owner = dict(placed.values_list("account_id", "agency_id"))
    rows = Receivable.objects.filter(
        bucket="AGENCY", account__in=placed.values("account"), claim__placed_visits__placement__in=placed
    )
    found: dict[int, Decimal] = {}
    for account_id, amount, _ in rows.order_by().distinct().values_list("account_id", "amount", "claim_id"):
        found[owner[account_id]] = found.get(owner[account_id], ZERO) + amount
    return found


def waiting_count(actor: "User", today: dt.date) -> int:  # noqa: ARG001 (as a count of the hub)
    """How much waits at the agencies: what should be called back, and lines that wait for a person. Two queries."""
    mine = practice_ids(actor)
    recalls = AgencyPlacement.objects.filter(practice__in=mine, state=_PLACED).exclude(recall_code="").count()
    return recalls + AgencyFileRow.objects.filter(practice__in=mine, state=RowState.WAITING).count()


def placement_seen_by(actor: "User", placement_id: int) -> AgencyPlacement:
    """A placement of the actor's practices. Raises `NotFound`."""
    rows = AgencyPlacement.objects.filter(pk=placement_id, practice__in=practice_ids(actor))
    found = rows.select_related("agency__practice", "account__guarantor", "batch__file", "owner").first()
    if found is None:
        raise NotFound("There is no such placement in your practices.")
    return found


def batch_seen_by(actor: "User", batch_id: int) -> PlacementBatch:
    """A batch of the actor's practices. Raises `NotFound`."""
    rows = PlacementBatch.objects.filter(pk=batch_id, practice__in=practice_ids(actor))
    found = rows.select_related("agency__practice", "file", "made_by").first()
    if found is None:
        raise NotFound("There is no such batch in your practices.")
    return found


def placements_with(agency: Agency, *, which: str = "") -> QuerySet[AgencyPlacement]:
    """The placements of an agency: those that stand, those to be called back (`recall`), or those that are over
    (`over`)."""
    rows = AgencyPlacement.objects.filter(agency=agency).exclude(state=PlacementState.UNDONE)
    rows = rows.select_related("account__guarantor", "owner")
    if which == "over":
        return rows.exclude(state=_PLACED).order_by("-ended_on", "-pk")
    rows = rows.filter(state=_PLACED)
    return (rows.exclude(recall_code="") if which == "recall" else rows).order_by("-placed_on", "-amount", "pk")


def placements_of_batch(batch: PlacementBatch) -> QuerySet[AgencyPlacement]:
    """The accounts of a batch, the largest first."""
    return batch.placements.select_related("account__guarantor").order_by("-amount", "pk")


def visits_of(placement: AgencyPlacement) -> list[tuple[PlacedVisit, Decimal]]:
    """The visits of a placement with what the agency's bucket owes of each now. Two queries."""
    visits = list(placement.visits.select_related("claim").order_by("claim__service_from", "pk"))
    rows = Receivable.objects.filter(claim__in=[one.claim_id for one in visits], bucket="AGENCY")
    owed = dict(rows.values_list("claim_id", "amount"))
    return [(one, owed.get(one.claim_id, ZERO)) for one in visits]


def reported_of(placement: AgencyPlacement) -> QuerySet[AgencyFileRow]:
    """What was told about a placement in files, the newest first."""
    return placement.reported.select_related("file", "receipt").order_by("-on", "-pk")


def batches_of(agency: Agency) -> QuerySet[PlacementBatch]:
    """The batches of an agency, the newest first."""
    return agency.batches.select_related("made_by", "file").order_by("-pk")


def files_of(agency: Agency) -> QuerySet[AgencyFile]:
    """The files of an agency, the newest first."""
    return agency.files.select_related("made_by").order_by("-pk")


def rows_of(file: AgencyFile) -> QuerySet[AgencyFileRow]:
    """The lines of a file, what waits first."""
    rows = file.rows.select_related("placement__account__guarantor", "receipt", "answered_by")
    return rows.order_by("-state", "line")


def row_seen_by(actor: "User", row_id: int) -> AgencyFileRow:
    """A line of a file of the actor's practices. Raises `NotFound`."""
    rows = AgencyFileRow.objects.filter(pk=row_id, practice__in=practice_ids(actor))
    found = rows.select_related("file", "agency__practice", "placement__account__guarantor", "receipt").first()
    if found is None:
        raise NotFound("There is no such line in your practices.")
    return found


def waiting_rows(agency: Agency) -> QuerySet[AgencyFileRow]:
    """Lines of an agency's files that wait for a person, the oldest first."""
    return AgencyFileRow.objects.filter(agency=agency, state=RowState.WAITING).select_related("file").order_by("pk")


def not_taken(agency: Agency) -> QuerySet[AgencyFile]:
    """Files that the agency has not got yet."""
    rows = agency.files.filter(taken_at=None).exclude(kind=FileKind.ANSWER)
    return rows.exclude(batch__state=BatchState.UNDONE).order_by("pk")


def licences_of(agency: Agency) -> QuerySet[AgencyLicence]:
    """The licenses of an agency, by state."""
    return agency.licences.order_by("state", "-valid_from")


def fees_of(agency: Agency) -> QuerySet[AgencyFee]:
    """The fees of its contract, as they are read: by placement, age and day."""
    return agency.fees.order_by("placement_number", "age_from", "-valid_from")


def medicare_returns(practices: Collection[int], *, since: dt.date, until: dt.date) -> QuerySet[PlacedVisit]:
    """Shares that Medicare left and that came back from an agency in a time: all effort has ceased, so they may be
    claimed as bad debt (42 CFR 413.89(e), RULES 11.2)."""
    rows = PlacedVisit.objects.filter(
        is_medicare=True, placement__practice__in=practices, placement__ended_on__range=(since, until),
        placement__state__in=(PlacementState.RETURNED, PlacementState.RECALLED),
    )  # fmt: skip
    return rows.select_related("claim", "placement__agency", "placement__account").order_by("placement__ended_on", "pk")
