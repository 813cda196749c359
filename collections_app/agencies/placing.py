"""Placing accounts with an agency: who may be, shown before; done once, whole; taken back whole until the file left."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min, Q, Sum

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.payers.models import PayerClass
from claims.receipts.recording import lock_accounts
from claims.transfers.many_moves import ClaimMove, move_many, undo_many
from claims.transfers.models import HandTransfer
from collections_app.agencies import files_out
from collections_app.agencies.gate_facts import account_facts, agency_facts
from collections_app.agencies.gates import AccountFacts, PlacementGate, may_be_placed, why_not
from collections_app.agencies.models import Agency, AgencyPlacement, PlacedVisit, PlacementBatch
from collections_app.agencies.states import BatchState, PlacementState

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So many accounts are placed at a time: what a person looks over, and what one transaction moves.
MOST = 2_000
MEDICARE = (PayerClass.MEDICARE,)
FIRST_LOOK_DAYS = 90
_DUE = "Ask the agency how it stands"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that is looked at: its facts, what speaks against it, how old its oldest visit is."""

    account: Account
    facts: AccountFacts
    gates: Sequence[PlacementGate]
    age: int

    @property
    def fits(self) -> bool:
        """Whether it may be placed."""
        return may_be_placed(self.gates)


@dataclass(frozen=True, slots=True)
class Preview:
    """What placing would do: who fits, who does not, with the sum and how often each reason was met."""

    agency: Agency
    candidates: Sequence[Candidate]

    @property
    def fitting(self) -> list[Candidate]:
        return [one for one in self.candidates if one.fits]

    @property
    def refused(self) -> list[Candidate]:
        return [one for one in self.candidates if not one.fits]

    @property
    def amount(self) -> Decimal:
        return sum((one.facts.owed for one in self.fitting), ZERO)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Each reason in words and how many accounts it keeps, the most frequent first."""
        counted = Counter(gate.words for one in self.refused for gate in one.gates if not gate.is_warning)
        return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def agency_of(agency_id: int, *, actor: "User") -> Agency:
    """An agency of the actor's practices. Raises `NotFound`."""
    found = Agency.objects.filter(pk=agency_id, practice__in=practice_ids(actor)).select_related("practice").first()
    if found is None:
        raise NotFound("There is no such agency in your practices.")
    return found


def gates_of(account_ids: Collection[int], agency: Agency, *, today: dt.date) -> dict[int, list[PlacementGate]]:
    """What speaks against placing each of these accounts; nothing for one that may be. Accounts of another practice
    are of no agency of this one and are refused."""
    facts, agencys = account_facts(account_ids, today=today), agency_facts(agency, today=today)
    ours = set(
        Account.objects.filter(Among("pk", account_ids), practice=agency.practice_id).values_list("pk", flat=True)
    )
    foreign = PlacementGate("foreign", "It is another practice's account", "your books")
    return {pk: why_not(facts[pk], agencys, today=today) if pk in ours else [foreign] for pk in account_ids}


def candidates(
    agency: Agency,
    *,
    actor: "User",
    today: dt.date,
    least: Decimal | None = None,
    older_than: int = 0,
    account_ids: Collection[int] | None = None,
) -> Preview:
    """The accounts of an agency's practice whose patients owe, judged; the largest balances first, at most `MOST`.

    `least` in dollars, `older_than` in days since the oldest service of what they owe; `account_ids` asks about those
    alone, whoever they are.
    """
    require(actor, Capability.SEE_CLAIMS)
    owing = Receivable.objects.filter(practice=agency.practice_id, bucket="PATIENT", amount__gt=0)
    if account_ids is not None:
        owing = owing.filter(Among("account", account_ids))
    rows = owing.order_by().values_list("account_id").annotate(owed=Sum("amount"), oldest=Min("service_on"))
    if least is not None:
        rows = rows.filter(owed__gte=least)
    if older_than:
        rows = rows.filter(oldest__lte=today - dt.timedelta(days=older_than))
    looked_at = {pk: (owed, oldest) for pk, owed, oldest in rows.order_by("-owed", "account_id")[:MOST]}
    accounts = Account.objects.filter(Among("pk", looked_at)).select_related("guarantor").in_bulk()
    facts, agencys = account_facts(looked_at, today=today), agency_facts(agency, today=today)
    found = [
        Candidate(accounts[pk], facts[pk], why_not(facts[pk], agencys, today=today), (today - oldest).days)
        for pk, (_, oldest) in looked_at.items()
    ]
    return Preview(agency, sorted(found, key=lambda one: (not one.fits, -one.facts.owed, one.account.pk)))


def place(
    account_ids: Collection[int], agency_id: int, *, key: UUID, actor: "User", today: dt.date, now: dt.datetime
) -> PlacementBatch:
    """Place accounts with an agency: their balances go to its bucket, the file is made and frozen.

    `key` is of what was confirmed: the same one places once. All of them or none: raises `DomainError` naming how many
    may not be placed (by now), `Conflict`, `PeriodClosed`, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    agency = agency_of(agency_id, actor=actor)
    wanted = sorted(set(account_ids))
    if not 0 < len(wanted) <= MOST:
        raise DomainError(f"Choose from one to {MOST:,} accounts.", field="accounts")
    with transaction.atomic():
        accounts = lock_accounts(wanted)
        if (known := PlacementBatch.objects.filter(key=key).first()) is not None:
            return known
        refused = {pk: found for pk, found in gates_of(wanted, agency, today=today).items() if not may_be_placed(found)}
        if refused:
            first = next(iter(refused.values()))[0].words.lower()
            raise DomainError(
                f"{len(refused)} of these {len(wanted)} accounts may not be placed now: {first}. Look at them again; "
                "nothing was placed.", field="accounts",
            )  # fmt: skip
        rows = list(
            Receivable.objects.filter(Among("account", wanted), bucket="PATIENT", amount__gt=0)
            .select_related("claim__payer").order_by("account_id", "claim_id")
        )  # fmt: skip
        moves = [ClaimMove(row.claim_id, row.amount, today) for row in rows]
        moved = move_many(
            moves, origin="PATIENT", target="AGENCY", reason="placed", words=f"Placed with {agency.name}"[:200],
            actor=actor, today=today, now=now,
        )  # fmt: skip
        batch = _write(agency, accounts, rows, moved, key=key, actor=actor, today=today, now=now)
        audit.record(
            actor, "accounts_placed", "placement_batch", batch.pk, practice_id=agency.practice_id,
            after={"agency": agency.pk, "accounts": wanted, "amount": batch.amount}, now=now,
        )  # fmt: skip
        announce("placement", accounts=wanted)
    return batch


def undo_batch(batch_id: int, *, because: str, actor: "User", today: dt.date, now: dt.datetime) -> PlacementBatch:
    """Take a batch back whole, as if it had never been, while nobody has taken its file.

    Raises `Conflict` where the agency has it (then accounts are called back), or something was paid; `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    if not because.strip():
        raise DomainError("Say why it is taken back.", field="because")
    with transaction.atomic():
        batch = locked_batch(batch_id, actor)
        if batch.state != BatchState.MADE:
            raise Conflict("The agency has this batch, or it is taken back already. Call accounts back instead.")
        placements = list(batch.placements.order_by("account_id"))
        lock_accounts(one.account_id for one in placements)
        undo_many(
            list(HandTransfer.objects.filter(placed_visit__placement__batch=batch)),
            because=because.strip(), actor=actor, today=today, now=now,
        )  # fmt: skip
        batch.placements.update(state=PlacementState.UNDONE, ended_on=today, owner=None, next_action="", next_on=None)
        batch.state, batch.ended_at = BatchState.UNDONE, now
        batch.save(update_fields=["state", "ended_at"])
        audit.record(
            actor, "placing_undone", "placement_batch", batch.pk, practice_id=batch.practice_id,
            before={"amount": batch.amount}, now=now,
        )  # fmt: skip
        announce("placement", accounts=[one.account_id for one in placements])
    return batch


def locked_batch(batch_id: int, actor: "User") -> PlacementBatch:
    """A batch of the actor's practices, locked. Raises `NotFound`."""
    rows = PlacementBatch.objects.select_for_update(of=("self",)).select_related("agency", "file")
    found = rows.filter(pk=batch_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such batch in your practices.")
    return found


def _write(
    agency: Agency,
    accounts: dict[int, Account],
    rows: Sequence[Receivable],
    moved: Sequence[HandTransfer],
    *,
    key: UUID,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> PlacementBatch:
    by_account: dict[int, list[tuple[Receivable, HandTransfer]]] = defaultdict(list)
    for row, transfer in zip(rows, moved, strict=True):
        by_account[row.account_id].append((row, transfer))
    before = dict(
        AgencyPlacement.objects.filter(~Q(state=PlacementState.UNDONE), Among("account", by_account))
        .order_by().values_list("account_id").annotate(Max("number"))
    )  # fmt: skip
    placements = [
        AgencyPlacement(
            practice_id=agency.practice_id, account_id=pk, agency=agency, number=before.get(pk, 0) + 1,
            age=max((today - row.service_on).days for row, _ in theirs), placed_on=today,
            amount=sum((row.amount for row, _ in theirs), ZERO), owner=actor, next_action=_DUE,
            next_on=today + dt.timedelta(days=FIRST_LOOK_DAYS),
        )
        for pk, theirs in sorted(by_account.items())
    ]  # fmt: skip
    for one, number in zip(placements, bulk.reserve(AgencyPlacement, len(placements)), strict=True):
        one.pk, one.reference = number, f"P{number:08d}"
    visits = [
        PlacedVisit(
            placement=one, claim_id=row.claim_id, transfer=transfer, amount=row.amount, since_on=row.since_on,
            is_medicare=bool(row.claim.payer and row.claim.payer.payer_class in MEDICARE),
        )
        for one in placements
        for row, transfer in by_account[one.account_id]
    ]  # fmt: skip
    file = files_out.write_placements(agency, placements, visits, actor=actor, today=today, now=now)
    batch = PlacementBatch.objects.create(
        practice_id=agency.practice_id, agency=agency, key=key, count=len(placements),
        amount=sum((one.amount for one in placements), ZERO), file=file, placed_on=today, made_at=now, made_by=actor,
    )  # fmt: skip
    for one in placements:
        one.batch = batch
    bulk.insert(AgencyPlacement, placements)
    bulk.insert(PlacedVisit, visits)
    return batch
