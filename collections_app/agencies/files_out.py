"""Files that go to an agency: accounts placed, called back, paid to us. Made once, frozen, given out at need.

What leaves is recorded as an export with every account that it names; it is a disclosure for payment, which needs no
accounting (45 CFR 164.528(a)(1)(i)).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from arwork.lib.bulk import Among
from arwork.lib.errors import Conflict, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.parties.models import Account, PersonAddress, PersonPhone
from claims.receipts.models import Receipt
from collections_app.agencies.gate_facts import has_agreement
from collections_app.agencies.layouts import DEFAULT, MadeFile, table_file
from collections_app.agencies.models import Agency, AgencyFile, AgencyPlacement, PlacedVisit, PlacementBatch
from collections_app.agencies.states import BatchState, FileKind

if TYPE_CHECKING:
    from arwork.staff.models import User

RECALL_COLUMNS = ("reference", "account", "date", "code", "amount")
DIRECT_COLUMNS = ("key", "reference", "account", "date", "amount")


def write_placements(
    agency: Agency,
    placements: Sequence[AgencyPlacement],
    visits: Sequence[PlacedVisit],
    *,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> AgencyFile:
    """The file of accounts placed: a row for each visit. Eight queries."""
    rows = _placed_rows(agency, placements, visits, today)
    made = table_file(agency.columns or DEFAULT, rows, date_format=agency.date_format)
    return keep(agency, FileKind.PLACED, made, actor=actor, today=today, now=now)


def keep(agency: Agency, kind: str, made: MadeFile, *, actor: "User", today: dt.date, now: dt.datetime) -> AgencyFile:
    """Freeze a file that goes out."""
    number = AgencyFile.objects.filter(agency=agency, kind=kind, made_on=today).count() + 1
    return AgencyFile.objects.create(
        practice_id=agency.practice_id, agency=agency, kind=kind,
        name=f"{kind}-{agency.pk}-{today:%Y%m%d}-{number}.csv", content=made.content, sha256=made.sha256,
        count=made.count, amount=made.amount, made_on=today, made_at=now, made_by=actor,
    )  # fmt: skip


def file_seen_by(actor: "User", file_id: int) -> AgencyFile:
    """A file of the actor's practices. Raises `NotFound`."""
    rows = AgencyFile.objects.filter(pk=file_id, practice__in=practice_ids(actor))
    found = rows.select_related("agency__practice", "made_by", "taken_by").first()
    if found is None:
        raise NotFound("There is no such file in your practices.")
    return found


def download(file_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AgencyFile:
    """The file, to be given to the agency; from the first time on its batch can't be taken back any more.

    Raises `Conflict` where its batch was taken back or no business associate agreement is in force, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        rows = AgencyFile.objects.select_for_update(of=("self",)).select_related("agency")
        file = rows.filter(pk=file_id, practice__in=practice_ids(actor)).exclude(kind=FileKind.ANSWER).first()
        if file is None:
            raise NotFound("There is no such file in your practices.")
        batch = PlacementBatch.objects.select_for_update().filter(file=file).first()
        if batch is not None and batch.state == BatchState.UNDONE:
            raise Conflict("This batch was taken back: its file goes nowhere.")
        if file.kind == FileKind.PLACED and not has_agreement(file.agency, today=today):
            raise Conflict("The business associate agreement is not in force: nothing about patients goes there.")
        if file.taken_at is None:
            file.taken_at, file.taken_by = now, actor
            file.save(update_fields=["taken_at", "taken_by"])
        if batch is not None and batch.state == BatchState.MADE:
            batch.state, batch.ended_at = BatchState.TAKEN, now
            batch.save(update_fields=["state", "ended_at"])
        audit.record_seen(
            actor, audit.EXPORTED, "agency_file", {"account": accounts_named(file)}, subject_id=file.pk,
            practice_id=file.practice_id, after={"agency": file.agency_id, "sha256": file.sha256}, now=now,
        )  # fmt: skip
    return file


def accounts_named(file: AgencyFile) -> list[int]:
    """The accounts that a file names."""
    if file.kind == FileKind.PLACED:
        rows = AgencyPlacement.objects.filter(batch__file=file)
    else:
        rows = AgencyPlacement.objects.filter(reported__file=file)
    return sorted(set(rows.values_list("account_id", flat=True)))


def _placed_rows(
    agency: Agency, placements: Sequence[AgencyPlacement], visits: Sequence[PlacedVisit], today: dt.date
) -> list[dict[str, Any]]:
    accounts = Account.objects.select_related("guarantor").in_bulk([one.account_id for one in placements])
    people = {one.guarantor_id for one in accounts.values()}
    homes, phones = _homes(people), _phones(people)
    claims = Claim.objects.filter(Among("pk", [one.claim_id for one in visits])).in_bulk()
    paid = _last_payments(accounts)
    theirs: dict[int, list[PlacedVisit]] = defaultdict(list)
    for visit in visits:
        theirs[visit.placement.account_id].append(visit)
    rows = []
    for one in placements:
        account = accounts[one.account_id]
        person, home = account.guarantor, homes.get(account.guarantor_id)
        about: dict[str, Any] = {
            "reference": one.reference, "account": account.number, "last": person.last, "first": person.first,
            "street": home.line1 if home else "", "street2": home.line2 if home else "",
            "city": home.city if home else "", "state": home.state if home else "", "zip": home.zip if home else "",
            "phone": phones.get(person.pk, ""), "birth": person.birth_on, "language": person.language,
            "creditor": agency.practice.name, "last_payment": paid.get(account.pk), "placement": one.number,
        }  # fmt: skip
        for visit in theirs[one.account_id]:
            claim = claims[visit.claim_id]
            rows.append(
                about | {
                    "visit": claim.number, "service": claim.service_from, "amount": visit.amount,
                    "first_statement": claim.first_statement_on,
                }
            )  # fmt: skip
    return rows


def _homes(people: Collection[int]) -> dict[int, PersonAddress]:
    found: dict[int, PersonAddress] = {}
    for row in PersonAddress.objects.filter(Among("person", people), is_current=True).order_by("is_bad", "-pk"):
        found.setdefault(row.person_id, row)
    return found


def _phones(people: Collection[int]) -> dict[int, str]:
    """The number at which somebody asked to be called, or the first one that is not known to be wrong."""
    found: dict[int, str] = {}
    rows = PersonPhone.objects.filter(Among("person", people), is_wrong=False).order_by("-is_preferred", "pk")
    for row in rows:
        found.setdefault(row.person_id, row.number)
    return found


def _last_payments(accounts: Mapping[int, Account]) -> dict[int, dt.date]:
    rows = Receipt.objects.filter(Among("account", accounts), state=Receipt.State.RECORDED)
    return dict(rows.order_by().values_list("account_id").annotate(Max("received_on")))
