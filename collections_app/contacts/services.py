"""Recording contacts and placing or lifting holds."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.parties.models import Account
from collections_app.contacts.hold_facts import OF_PERSONS, clean_facts
from collections_app.contacts.hold_followers import hold_changed
from collections_app.contacts.models import Channel, Contact, ContactOutcome, Direction, Hold
from collections_app.contacts.selectors import holds_in_force, people_of

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Why holds can't be lifted by hand, by hold: something stands on them that ends them by itself.
Keeper = Callable[[Collection[int]], Mapping[int, str]]
_keepers: list[Keeper] = []


def register_keeper(keeper: Keeper) -> None:
    """Ask `keeper` before a hold is lifted; the app does when it is ready."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def log_contact(contact: Contact) -> Contact:
    """Keep one attempt to reach somebody. Raises `SensitiveText`. The caller holds the transaction."""
    ensure_not_sensitive(note=contact.note, spoken_to=contact.spoken_to, reference=contact.reference)
    contact.save(force_insert=True)
    return contact


def withdraw_contact(*, actor: "User", contact: Contact, now: dt.datetime) -> Contact:
    """Say that a contact was never made: an entry against it, so that it counts in no limit. Nothing is erased.

    Takes who logged it. Raises `DomainError` for somebody else's, and where it was told anew or withdrawn already.
    The caller holds the transaction.
    """
    if contact.by_id != actor.pk:
        raise DomainError("Only who logged a call can say that it was never made.")
    if hasattr(contact, "retold_by"):
        raise DomainError("This call was told anew or withdrawn already.")
    about = ("practice_id", "account_id", "claim_id", "person_id", "payer_id", "channel", "direction", "purpose")
    against = Contact(
        **{name: getattr(contact, name) for name in about},
        outcome=ContactOutcome.WITHDRAWN,
        retells=contact,
        at=now,
        by=actor,
    )
    against.save(force_insert=True)
    audit.record(
        actor, "contact_withdrawn", "contact", contact.pk, practice_id=contact.practice_id,
        after={"account": contact.account_id, "claim": contact.claim_id, "person": contact.person_id}, now=now,
    )  # fmt: skip
    if contact.account_id:
        announce("contact", accounts=[contact.account_id])  # the day of the next call follows from it
    return against


def log_unasked(
    *,
    actor: "User",
    now: dt.datetime,
    is_call: bool,
    note: str,
    account_id: int | None = None,
    claim_id: int | None = None,
    person_id: int | None = None,
    spoke_to: str = "",
    reference: str = "",
) -> Contact:
    """Keep a note, or a call that came in, about an account, a claim or one of their people, whatever work is open.

    No rule of when to call bears on either. A call that came in is a conversation all the same: where nobody says with
    whom, with the guarantor, and the next call waits for it (12 CFR 1006.14(b)(2)(i)(B)). Raises `NotFound`,
    `SensitiveText`, and `DomainError` naming the field that is missing.
    """
    require(actor, Capability.WORK_ITEMS)
    if not note.strip():
        raise DomainError("Write what was said, or what to remember.", field="note")
    with transaction.atomic():
        claim = Claim.objects.filter(pk=claim_id or 0, practice__in=practice_ids(actor)).first()
        account = Account.objects.filter(
            pk=claim.account_id if claim else account_id or 0, practice__in=practice_ids(actor)
        ).first()
        if account is None:
            raise NotFound("There is no such record among your practices.")
        contact = log_contact(
            Contact(
                practice_id=account.practice_id,
                account=account,
                claim=claim,
                person_id=_among(account, person_id) or (account.guarantor_id if is_call and claim is None else None),
                channel=Channel.PHONE if is_call else Channel.NOTE,
                direction=Direction.IN if is_call else Direction.OUT,
                outcome=ContactOutcome.REACHED if is_call else ContactOutcome.NOTED,
                spoken_to=spoke_to.strip()[:80],
                reference=reference.strip()[:50],
                note=note.strip(),
                at=now,
                by=actor,
            )
        )
        audit.record(
            actor, "contact_logged", "contact", contact.pk, practice_id=account.practice_id,
            after={"account": account.pk, "claim": claim_id, "person": contact.person_id, "is_call": is_call}, now=now,
        )  # fmt: skip
    return contact


def _among(account: Account, person_id: int | None) -> int | None:
    if person_id is None or person_id in {pk for pk, _ in people_of(account)}:
        return person_id
    raise DomainError("Choose one of the people of this account.", field="person")


def place_hold(
    *,
    actor: "User",
    account_id: int,
    reason: str,
    now: dt.datetime,
    today: dt.date,
    claim_id: int | None = None,
    until_on: dt.date | None = None,
    note: str = "",
    facts: Mapping[str, object] | None = None,
) -> Hold:
    """Stop contact or billing of an account (or one claim) from today, and announce it.

    A bankruptcy, a request to stop, an attorney or a death is the guarantor's and binds all their accounts; `facts` are
    what is known of it (see `hold_facts`). Raises `DomainError` for an unknown reason, an end before today or a fact
    that can't be so, `NotFound` for an account out of sight.
    """
    require(actor, Capability.WORK_ITEMS)
    known = clean_facts(reason, facts or {}, today=today)
    ensure_not_sensitive(note=note, **known)
    if reason not in Hold.Reason.values:
        raise DomainError("Choose a reason for the hold.", field="reason")
    if until_on is not None and until_on < today:
        raise DomainError("A hold can't end before it begins.", field="until_on")
    with transaction.atomic():
        account = Account.objects.filter(pk=account_id, practice__in=practice_ids(actor)).first()
        if account is None:
            raise NotFound("There is no such account among your practices.", account_id=account_id)
        hold = Hold.objects.create(
            practice_id=account.practice_id,
            account=account,
            claim_id=claim_id,
            person_id=account.guarantor_id if reason in OF_PERSONS and claim_id is None else None,
            reason=reason,
            facts=known or None,
            note=note[:300],
            from_on=today,
            until_on=until_on,
            placed_at=now,
            placed_by=actor,
        )
        _trail(actor, "hold_placed", hold, now=now)
        hold_changed(hold, actor=actor, now=now)
        _announce(hold)
    return hold


def ensure_held(
    account: Account,
    reason: str,
    *,
    claim_id: int | None,
    note: str,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
) -> Hold:
    """The hold of that reason that stands on a visit, or on the account, until it is lifted; placed where there is
    none. `actor` None is the patient. In the caller's transaction, who has locked the account and asked who may."""
    standing = Hold.objects.filter(holds_in_force(today), account=account, claim=claim_id, reason=reason, until_on=None)
    if found := standing.first():
        return found
    hold = Hold.objects.create(
        practice_id=account.practice_id, account=account, claim_id=claim_id, reason=reason, note=note,
        from_on=today, placed_at=now, placed_by=actor,
    )  # fmt: skip
    _trail(actor, "hold_placed", hold, now=now)
    _announce(hold)
    return hold


def tell_of_hold(*, actor: "User", hold_id: int, facts: Mapping[str, object], now: dt.datetime, today: dt.date) -> Hold:
    """Enter what is known of a hold by now (see `hold_facts`); what stood there before is in the trail.

    Raises `BadHoldFacts` naming the field, `NotFound`, `SensitiveText`.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        hold = _locked(hold_id, actor)
        known = clean_facts(hold.reason, facts, today=today)
        ensure_not_sensitive(**known)
        before, hold.facts = hold.facts or {}, known or None
        hold.save(update_fields=["facts"])
        changed = sorted(name for name in {*before, *known} if before.get(name) != known.get(name))
        audit.record(
            actor, "hold_told", "hold", hold.pk, practice_id=hold.practice_id,
            after={"account": hold.account_id, "reason": hold.reason, "fields": changed}, now=now,
        )  # fmt: skip
        _announce(hold)
    return hold


def lift_hold(*, actor: "User", hold_id: int, now: dt.datetime, why: str = "") -> Hold:
    """End a hold; lifting it twice changes nothing. Raises `Conflict` where something stands on it, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        hold = _locked(hold_id, actor)
        if hold.lifted_at is None:
            for keeper in _keepers:
                if why_kept := keeper([hold.pk]).get(hold.pk):
                    raise Conflict(why_kept)
            hold.lifted_at, hold.lifted_by = now, actor
            hold.note = f"{hold.note} Lifted: {why}".strip()[:300] if why else hold.note
            _changed(hold, "hold_lifted", actor=actor, now=now)
    return hold


def lift_by_decision(*, actor: "User", hold_id: int, reason: str, now: dt.datetime) -> Hold:
    """End a hold that no outcome at the desk ends (a cease request, an attorney, a bankruptcy), and say why.

    Takes somebody who assigns work. Raises `DomainError` without a reason, `NotFound`.
    """
    require(actor, Capability.ASSIGN_WORK)
    if not reason.strip():
        raise DomainError("Say why the hold ends: who calls next needs to know that they may.", field="reason")
    ensure_not_sensitive(reason=reason)
    return lift_hold(actor=actor, hold_id=hold_id, now=now, why=reason.strip())


def reinstate_hold(*, actor: "User", hold_id: int, now: dt.datetime) -> None:
    """Take the lifting of a hold back: it is in force as it was. Raises `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        hold = _locked(hold_id, actor)
        hold.lifted_at = hold.lifted_by = None
        _changed(hold, "hold_restored", actor=actor, now=now)


def _locked(hold_id: int, actor: "User") -> Hold:
    hold = Hold.objects.select_for_update().filter(pk=hold_id, practice__in=practice_ids(actor)).first()
    if hold is None:
        raise NotFound("There is no such hold among your practices.", hold_id=hold_id)
    return hold


def _changed(hold: Hold, action: str, *, actor: "User", now: dt.datetime) -> None:
    hold.save(update_fields=["lifted_at", "lifted_by", "note"])
    _trail(actor, action, hold, now=now)
    hold_changed(hold, actor=actor, now=now)
    _announce(hold)


def _announce(hold: Hold) -> None:
    """The work of every account that the hold binds, and of its claim, follows."""
    accounts = {hold.account_id}
    if hold.person_id:
        accounts |= set(Account.objects.filter(guarantor=hold.person_id).values_list("pk", flat=True))
    announce("hold", accounts=sorted(accounts), claims=[hold.claim_id] if hold.claim_id else [])


def _trail(actor: "User | None", action: str, hold: Hold, *, now: dt.datetime) -> None:
    facts = {"account": hold.account_id, "claim": hold.claim_id, "reason": hold.reason}
    audit.record(actor, action, "hold", hold.pk, practice_id=hold.practice_id, after=facts, now=now)
