"""Two people of a practice who are one become one, with the accounts they answer for, until that is taken back.

What names the one names the other afterwards: claims, coverages, phones, addresses, holds, promises, work. The ledger
moves by postings only: unapplied cash leaves the one account and comes to the other on the same day. What is
append-only (postings, the contact log) stays where it was recorded; whoever counts calls or tells a story reads it
with the person who stands for both. The keys of both find that person, so that next month's file opens nobody anew.

Taking back gives back all that moved and is still there; what came since stays with the person who was kept.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from arwork.lib import merged_rows
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.merged_rows import Doubled, MergedRows, columns_naming
from arwork.lib.money import ZERO, money
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.duplicates.models import PersonMerge
from claims.ledger import services as ledger
from claims.ledger.balances import lock_claims
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting, Receivable
from claims.parties.contact_details import folded_place
from claims.parties.models import Account, Coverage, Patient, Person, PersonAddress, PersonPhone
from claims.parties.party_drafts import PersonDraft

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What was recorded on a day is not rewritten, and what is decided about two people names both.
KEPT_AS_RECORDED = frozenset(
    {
        "claims.posting", "claims.personmerge", "claims.personpair", "claims.personchange", "collections_app.contact",
        "collections_app.consentevent", "collections_app.identitycheck", "collections_app.letter",
        "collections_app.portaldeed", "collections_app.helpoffer",
        "collections_app.strategyassignment", "collections_app.steprun",
    }
)  # fmt: skip
#: What of a person is chosen where the two differ.
CHOSEN = ("last", "first", "middle", "suffix", "birth_on", "sex", "language")
PAIRED = ((Account, "guarantor"), (Patient, "person"))
#: (account that goes, account that stays) -> why the two can't become one, as sentences.
Obstacle = Callable[[Account, Account], Sequence[str]]
_obstacles: list[Obstacle] = []


class SamePerson(DomainError):
    """A person is merged into another one."""

    code = "same_person"


class PeopleApart(Conflict):
    """What stands in the way of a merger, or of taking it back."""

    code = "people_apart"


def register_obstacle(obstacle: Obstacle) -> None:
    """Let `obstacle` say what else stands in the way of two accounts becoming one; the apps do when they are ready."""
    _obstacles.append(obstacle)


def obstacles(gone: Person, kept: Person) -> list[str]:
    """What stands in the way of merging two people, in words."""
    found = [f"{one} is part of somebody else already." for one in (gone, kept) if one.merged_into_id]
    if gone.practice_id != kept.practice_id:
        found.append("They are known to two practices, and each keeps its own books.")
    ours, theirs = (
        standing_rows(Account, name="guarantor", person=gone),
        standing_rows(Account, name="guarantor", person=kept),
    )
    for account in ours if theirs else ():
        found += [sentence for obstacle in _obstacles for sentence in obstacle(account, theirs[0])]
    return found


def standing_rows(model: type[models.Model], *, name: str, person: Person) -> list[Any]:
    """The accounts or patients of a person that no other one stands for, the oldest first."""
    rows = model._default_manager.filter(**{name: person}).order_by("pk")
    return list(rows.filter(merged_into=None) if model is Account else rows)


@transaction.atomic
def merge_people(
    person_id: int,
    *,
    into: int,
    choices: Mapping[str, str],
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> PersonMerge:
    """Make one person of two; `choices` names what is taken from the one who goes ("gone") where the two differ.

    Raises `Forbidden`, `NotFound`, `SamePerson`, `PeopleApart`, and `PeriodClosed` where unapplied cash would move in
    closed books.
    """
    require(actor, Capability.POST_MONEY)
    if person_id == into:
        raise SamePerson("Choose another person to merge into.")
    pair = _locked_people((person_id, into), actor)
    gone, kept = pair[person_id], pair[into]
    accounts, claims = _locked_books(pair)
    if found := obstacles(gone, kept):
        raise PeopleApart(" ".join(found))
    merger = PersonMerge.objects.create(
        practice_id=kept.practice_id, gone=gone, kept=kept, merged_at=now, merged_by=actor, steps=[], unapplied=[]
    )
    rows = MergedRows(doubled=lambda model: Doubled.LEAVES_ITS_OWN if model is Coverage else Doubled.STAYS)
    left: set[tuple[type[models.Model], int]] = set()
    for model, name in PAIRED:
        ours, theirs = standing_rows(model, name=name, person=gone), standing_rows(model, name=name, person=kept)
        for row in ours:
            if theirs:
                left.add((model, row.pk))
                _join(row, theirs[0], rows, left)
            elif kept.match_key and row is ours[0]:
                rows.write(row, {"match_key": kept.match_key})
    merger.unapplied = _move_unapplied(merger, accounts, today=today, now=now, actor=actor)
    _take_over(gone, kept, rows, left)
    rows.write(kept, _chosen(gone, kept, choices))
    rows.write(gone, {"merged_into_id": kept.pk})
    merger.steps = rows.steps
    merger.save(update_fields=["steps", "unapplied"])
    facts = {"person": gone.pk, "into": kept.pk, "accounts": sorted(accounts), "claims": len(claims)}
    audit.record(actor, "people_merged", "person", kept.pk, practice_id=kept.practice_id, after=facts, now=now)
    announce("people merged", claims=claims, accounts=accounts)
    return merger


@transaction.atomic
def take_people_apart(merge_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> PersonMerge:
    """Take a merger back: both people and their accounts stand as they did, with all that moved and is still there.

    Raises `Forbidden`, `NotFound`, and `PeopleApart` where one of the two was merged again since, or unapplied cash
    that came along was applied; `PeriodClosed`.
    """
    require(actor, Capability.POST_MONEY)
    rows = PersonMerge.objects.select_for_update().filter(pk=merge_id, practice__in=practice_ids(actor), undone_at=None)
    merger = rows.first()
    if merger is None:
        raise NotFound("This merger was taken back already. Look at the account again.")
    if PersonMerge.objects.filter(pk__gt=merge_id, undone_at=None, kept=merger.kept_id).exists():
        raise PeopleApart("Somebody else was merged into this person after it. Take that back first.")
    pair = _locked_people((merger.gone_id, merger.kept_id), actor)
    kept = pair[merger.kept_id]
    if kept.merged_into_id:
        raise PeopleApart("Who was kept is part of somebody else by now. Take that back first.")
    accounts, claims = _locked_books(pair)
    _return_unapplied(merger, today=today, now=now, actor=actor)
    merged_rows.take_back(merger.steps)
    merger.undone_at, merger.undone_by = now, actor
    merger.save(update_fields=["undone_at", "undone_by"])
    facts = {"person": merger.gone_id, "from": kept.pk, "accounts": sorted(accounts)}
    audit.record(actor, "people_unmerged", "person", kept.pk, practice_id=kept.practice_id, after=facts, now=now)
    announce("people apart", claims=claims, accounts=accounts)
    return merger


def _locked_people(person_ids: tuple[int, int], actor: "User") -> dict[int, Person]:
    rows = Person.objects.select_for_update().filter(pk__in=person_ids, practice__in=practice_ids(actor))
    found = {person.pk: person for person in rows.order_by("pk")}
    if len(found) < len(person_ids):
        raise NotFound("There are no such two people in your practices.")
    return found


def _locked_books(pair: Mapping[int, Person]) -> tuple[dict[int, Account], list[int]]:
    """The accounts of both people, and the claims of these and of both as patients, locked against everybody who posts
    to them."""
    rows = Account.objects.select_for_update().filter(guarantor__in=pair).order_by("pk")
    accounts = {account.pk: account for account in rows}
    ours = models.Q(account__in=accounts) | models.Q(patient__person__in=pair)
    claims = list(Claim.objects.filter(ours).order_by("pk").values_list("pk", flat=True))
    lock_claims(claims)
    return accounts, claims


def _join(gone: Any, kept: Any, rows: MergedRows, left: set[tuple[type[models.Model], int]]) -> None:
    """One account, or one patient, becomes part of the other; what stays behind with it is in `left`."""
    model = type(gone)
    for column in columns_naming(model, but=KEPT_AS_RECORDED):
        stay = [pk for other, pk in left if other is column.model]
        only = ~models.Q(pk__in=stay)
        if column.model is Patient and Patient.objects.filter(person=kept.guarantor_id).exists():
            only &= ~models.Q(person=gone.guarantor_id)  # becomes part of that one, and stays with the emptied account
        rows.move(column, gone.pk, kept.pk, only=only)
    if model is Account:
        rows.write(gone, {"merged_into_id": kept.pk})
    elif gone.medical_record and not kept.medical_record:
        rows.write(kept, {"medical_record": gone.medical_record})


def _take_over(gone: Person, kept: Person, rows: MergedRows, left: set[tuple[type[models.Model], int]]) -> None:
    """Phones, addresses, policies and whatever else names the person; of a number both had, what forbids more."""
    known = {phone.number: phone for phone in PersonPhone.objects.filter(person=kept)}
    for phone in PersonPhone.objects.filter(person=gone):
        if twin := known.get(phone.number):
            rows.write(twin, {"is_wrong": twin.is_wrong or phone.is_wrong})
    left = left | _settled_addresses(gone, kept, rows)
    for column in columns_naming(Person, but=KEPT_AS_RECORDED):
        stay = [pk for model, pk in left if model is column.model]
        rows.move(column, gone.pk, kept.pk, only=~models.Q(pk__in=stay))


def _settled_addresses(gone: Person, kept: Person, rows: MergedRows) -> set[tuple[type[models.Model], int]]:
    """One address is the current one: that of the person who stays. Those that both had stay behind."""
    homes = {folded_place(one.line1, one.zip): one for one in PersonAddress.objects.filter(person=kept).order_by("pk")}
    has_current = any(one.is_current for one in homes.values())
    doubled: set[tuple[type[models.Model], int]] = set()
    for home in PersonAddress.objects.filter(person=gone):
        if twin := homes.get(folded_place(home.line1, home.zip)):
            doubled.add((PersonAddress, home.pk))
            rows.write(twin, {"is_bad": twin.is_bad or home.is_bad})
        elif has_current:
            rows.write(home, {"is_current": False})
    return doubled


def _chosen(gone: Person, kept: Person, choices: Mapping[str, str]) -> dict[str, Any]:
    """What the person is called and was born as: as chosen, else as it stands, else as the other one says."""
    values: dict[str, Any] = {}
    for name in CHOSEN:
        ours, theirs = getattr(kept, name), getattr(gone, name)
        values[name] = theirs if theirs and (choices.get(name) == "gone" or not ours) else ours
    named = PersonDraft(last=values["last"], first=values["first"])
    values |= {"search_name": named.search_name, "turned_name": named.turned_name}
    if not kept.match_key and gone.match_key:  # entered by hand: files find the person by the other one's key
        values["match_key"] = gone.match_key
    return {name: value for name, value in values.items() if value != getattr(kept, name)}


def _move_unapplied(
    merger: PersonMerge, accounts: Mapping[int, Account], *, today: dt.date, now: dt.datetime, actor: "User"
) -> list[list[Any]]:
    """Unapplied cash of accounts that are emptied, by postings; which account it left, where it went, how much."""
    moved = []
    for account in accounts.values():
        account.refresh_from_db()
        if account.merged_into_id and account.unapplied:
            moved.append([account.pk, account.merged_into_id, str(account.unapplied)])
    _post_unapplied(moved, merger, "people merged", memo="Accounts merged", today=today, now=now, actor=actor)
    return moved


def _return_unapplied(merger: PersonMerge, *, today: dt.date, now: dt.datetime, actor: "User") -> None:
    for _, kept_id, amount in merger.unapplied:
        left = Account.objects.get(pk=kept_id).unapplied
        if left < money(amount):
            raise PeopleApart(
                f"Of ${money(amount):,.2f} of unapplied cash that came with the other account ${max(left, ZERO):,.2f} "
                "is left. Take back what the rest was applied to first."
            )
    back = [[kept_id, gone_id, amount] for gone_id, kept_id, amount in merger.unapplied]
    _post_unapplied(back, merger, "people apart", memo="Accounts apart again", today=today, now=now, actor=actor)


def _post_unapplied(
    moved: Sequence[Sequence[Any]],
    merger: PersonMerge,
    source: str,
    *,
    memo: str,
    today: dt.date,
    now: dt.datetime,
    actor: "User",
) -> None:
    """Cash that waited on one account waits on another one; dated to the day it came, for it is no new money."""
    entries = []
    for from_id, to_id, amount in moved:
        rows = Posting.objects.filter(account=from_id, kind="unapplied")
        came = rows.order_by("-effective_on").values_list("effective_on", flat=True).first()
        for account_id, sign in ((from_id, -1), (to_id, 1)):
            signed = money(amount) * sign
            entries.append(
                Entry(
                    practice_id=merger.practice_id,
                    kind="unapplied",
                    debit="CASH" if signed > 0 else "UNAPPLIED",
                    credit="UNAPPLIED" if signed > 0 else "CASH",
                    amount=abs(Decimal(signed)),
                    posted_on=today,
                    effective_on=came or today,
                    key=posting_key(source, merger.pk, from_id, account_id),
                    account_id=account_id,
                    memo=memo,
                )
            )
    ledger.post(entries, now=now, actor=actor, reason=ledger.MERGED)


@transaction.atomic
def gather_strays() -> int:
    """Claims that a file opened for an emptied account, or for somebody who was merged, at the very moment of the
    merger: they go where everything else went; how many."""
    gone = Account.objects.filter(merged_into__isnull=False)
    moved = dict(Claim.objects.filter(account__in=gone).values_list("pk", "account__merged_into_id"))
    merged = Person.objects.filter(merged_into__isnull=False).values("pk")
    patients = dict(Claim.objects.filter(patient__person__in=merged).values_list("pk", "patient__person__merged_into"))
    lock_claims({*moved, *patients})
    for claim_id, account_id in moved.items():
        Claim.objects.filter(pk=claim_id).update(account=account_id)
        Receivable.objects.filter(claim=claim_id).update(account=account_id)
    for claim_id, person_id in patients.items():
        if patient := Patient.objects.filter(person=person_id).order_by("pk").first():
            Claim.objects.filter(pk=claim_id).update(patient=patient)
    if moved or patients:
        announce("people merged", claims={*moved, *patients}, accounts={pk for pk in moved.values() if pk})
    return len({*moved, *patients})
