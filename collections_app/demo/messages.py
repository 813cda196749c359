"""What goes to patients in the demo: consents, letters in a print batch of which one comes back, texts of which one
bounces, what patients asked on their page, and a link to try.

Few rows, and the same ones for the same books. `portal_try` holds the link that the command prints: by itself it opens
nothing, and the demo's people are invented.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Sum

from arwork.lib import events
from arwork.lib.errors import DomainError
from arwork.staff.access import practice_ids
from arwork.staff.models import User
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress, PersonEmail, PersonPhone
from collections_app.contacts.consents import give_consent
from collections_app.deliveries import outcomes, print_batches, replies, returned
from collections_app.deliveries.leaving import deliver_due
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.numbers import number_of
from collections_app.deliveries.services import send
from collections_app.letters.services import make_letter
from collections_app.portal import contents, requests
from collections_app.portal.links import portal_link, unanswerable

_ACCOUNTS = 10
HOUR = 14  # UTC: ten in the morning in New York


def send_some(until: dt.date) -> None:
    """Write to some who owe, and let some of it fail."""
    now = dt.datetime.combine(until, dt.time(HOUR), tzinfo=dt.UTC)
    accounts = _owing()
    collector = User.objects.filter(username="collector").first()
    if collector is None or len(accounts) < _ACCOUNTS:
        return
    with events.quiet():
        for place, account in enumerate(accounts):
            _allow(account, place, on=until, now=now - dt.timedelta(days=40))
        mailed = [_mailed(one, collector, now=now, today=until) for one in accounts[:4]]
        _texted(accounts[4:8], collector, now=now, today=until)
        _printed(mailed, collector, now=now, today=until)
        with transaction.atomic():
            _ask(accounts[8], accounts[9], now=now, today=until)


def link_to_try(now: dt.datetime, today: dt.date) -> tuple[str, str] | None:
    """A link to the page of somebody who owes, and what its questions ask; None where nobody can answer them."""
    for account in _owing():
        if not unanswerable(account):
            link = portal_link(account, actor=None, now=now, today=today)
            home = PersonAddress.objects.filter(person=account.guarantor_id).exclude(zip="").order_by("pk").first()
            born = account.guarantor.birth_on
            if home is not None and born is not None:
                return link, f"born {born:%B} {born.day}, {born.year}, ZIP {home.zip[:5]}"
    return None


def _owing() -> list[Account]:
    """Those who owe most, of all practices, in one order."""
    rows = Receivable.objects.filter(bucket="PATIENT", amount__gt=0, account__isnull=False).order_by()
    most = rows.values("account_id").annotate(owed=Sum("amount")).order_by("-owed", "account_id")[: _ACCOUNTS * 3]
    found = {
        one.pk: one
        for one in Account.objects.filter(pk__in=[row["account_id"] for row in most], merged_into=None).select_related(
            "guarantor", "practice"
        )
    }
    ours = [found[row["account_id"]] for row in most if row["account_id"] in found]
    return [one for one in ours if one.guarantor.birth_on is not None][:_ACCOUNTS]


def _allow(account: Account, place: int, *, on: dt.date, now: dt.datetime) -> None:
    """A mobile number and an address of theirs, and their consent to both."""
    person = account.guarantor
    phone = PersonPhone.objects.filter(person=person, is_wrong=False).order_by("pk").first()
    email, _ = PersonEmail.objects.get_or_create(
        person=person, source="staff", defaults={"address": f"patient{place}@example.com"}
    )
    for channel, row_id in (("text", phone.pk if phone else None), ("email", email.pk)):
        if row_id is not None:
            give_consent(
                actor=None, person_id=person.pk, channel=channel, address_id=row_id, source="portal",
                said_on=on - dt.timedelta(days=40), now=now, today=on, is_opt_in=True,
            )  # fmt: skip


def _mailed(account: Account, actor: User, *, now: dt.datetime, today: dt.date) -> Delivery | None:
    try:
        letter = make_letter(
            kind="plain", account_id=account.pk, language="en", actor=actor, today=today, now=now,
            facts={"topic": "Your question", "words": "Thank you for your call. Here is what we agreed on."},
        )  # fmt: skip
        return send(
            account_id=account.pk, channel="mail", purpose="requested", letter=letter, actor=actor, now=now, today=today
        )
    except DomainError:  # no address, or a fact of the letter that this practice lacks
        return None


def _texted(accounts: list[Account], actor: User, *, now: dt.datetime, today: dt.date) -> None:
    made = []
    for account in accounts:
        try:
            made.append(
                send(account_id=account.pk, channel="text", purpose="requested", actor=actor, now=now, today=today)
            )
        except DomainError:
            continue
    deliver_due(clock=lambda: now)
    for place, one in enumerate(Delivery.objects.filter(pk__in=[one.pk for one in made], state="sent").order_by("pk")):
        with transaction.atomic():
            row = Delivery.objects.select_for_update().get(pk=one.pk)
            if place == 0:
                outcomes.bounced(row, why="a landline, or a carrier that takes no texts", is_for_good=True, now=now)
            else:
                outcomes.delivered(row, now=now)
        if place == 1:
            said = "Can I pay after the first of the month?"
            replies.hear(number=one.to, said=said, provider_id=f"demo-{one.pk}", now=now, today=today)


def _printed(mailed: list[Delivery | None], actor: User, *, now: dt.datetime, today: dt.date) -> None:
    practices = {one.practice_id for one in mailed if one is not None and one.state == "queued"}
    for practice_id in sorted(practices):
        try:
            print_batches.make_batch(practice_id=practice_id, actor=actor, now=now)
        except DomainError:
            continue
    sent = [one for one in mailed if one is not None]
    came = Delivery.objects.filter(pk__in=[one.pk for one in sent], state="sent").order_by("pk").first()
    if came is not None and came.practice_id in practice_ids(actor):
        returned.came_back(typed=number_of(came.pk), reason="moved", actor=actor, now=now, today=today)


def _ask(one: Account, other: Account, *, now: dt.datetime, today: dt.date) -> None:
    bill = contents.seen_bill(one, language="en", today=today)
    disputed = next((visit for visit in bill.visits if visit.may_be_disputed), None)
    if disputed is not None:
        words = "My plan told me that this visit is covered in full. Please look again."
        requests.dispute(one, bill, claim_id=disputed.claim_id, words=words, kind="insurance", now=now, today=today)
    requests.ask(other, words="Which doctor was the second visit for?", now=now, today=today)
