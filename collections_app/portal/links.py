"""Links to the patient's own page: made for a guarantor, kept as a digest, revoked at any time.

The token is 256 random bits and stands in clear nowhere but in the link itself (a message that holds one is encrypted),
so who reads the database can open nothing, and a link that was made can't be shown again, only replaced.
"""

import datetime as dt
import secrets
from typing import TYPE_CHECKING

import qrcode
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from arwork.lib.errors import Conflict, DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account, PersonAddress
from claims.parties.selectors import own_account
from collections_app.deliveries.doors import digest_of
from collections_app.limits.selectors import limit_book
from collections_app.portal.models import PortalLink, PortalVisit

if TYPE_CHECKING:
    from arwork.staff.models import User

DAYS = "portal_link_days"


class NoLink(DomainError):
    """An account whose guarantor could not answer the questions at the door."""

    code = "no_link"


def portal_link(account: Account, *, actor: "User | None", now: dt.datetime, today: dt.date) -> str:
    """A new link to the account's page: its whole address. Earlier ones go on. Raises `NoLink`.

    `actor` None is the house itself: a statement, a message.
    """
    if missing := unanswerable(account):
        raise NoLink(missing, field="account")
    token = secrets.token_urlsafe(32)
    days = limit_book().value(DAYS, on=today, practice_id=account.practice_id)
    with transaction.atomic():
        link = PortalLink.objects.create(
            practice_id=account.practice_id,
            account=account,
            digest=digest_of(token),
            made_at=now,
            made_by=actor,
            ends_at=now + dt.timedelta(days=days),
        )
        facts = {"account": account.pk, "days": days}
        audit.record(actor, "portal_link_made", "portal_link", link.pk, practice_id=account.practice_id,
                     after=facts, now=now)  # fmt: skip
    return f"{settings.MESSAGES.public_url}/my-bill/open?key={token}"


def link_for(account_id: int, *, actor: "User", now: dt.datetime, today: dt.date) -> str:
    """The same, asked for by a member of staff. Raises `Forbidden`, `NotFound`, `NoLink`."""
    require(actor, Capability.WORK_ITEMS)
    return portal_link(own_account(account_id, actor=actor), actor=actor, now=now, today=today)


def link_in_message(account: Account, *, now: dt.datetime, today: dt.date) -> str:
    """What a message says where to read it (`deliveries.links`); empty where the page could not be opened."""
    if not settings.MESSAGES.public_url or unanswerable(account):
        return ""
    return portal_link(account, actor=None, now=now, today=today)


def unanswerable(account: Account) -> str:
    """Why the guarantor could not answer the questions at the door; empty where they can."""
    if account.merged_into_id:
        return "Another account stands for this one. Make the link there."
    if account.guarantor.birth_on is None:
        return "The guarantor's date of birth is not known, and the page asks for it. Add it first."
    if not zips_of(account):
        return "No ZIP code of the guarantor is known, and the page asks for it. Add an address first."
    return ""


def zips_of(account: Account) -> frozenset[str]:
    """The ZIP codes (five digits) at which the guarantor lives or lived."""
    rows = PersonAddress.objects.filter(person=account.guarantor_id).values_list("zip", flat=True)
    return frozenset(one[:5] for one in rows if len(one) >= 5)


def revoke(*, account_id: int, actor: "User", now: dt.datetime) -> int:
    """End every link of an account and whoever is on its page; how many links. Raises `Conflict` where none stands."""
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    with transaction.atomic():
        rows = PortalLink.objects.filter(account=account, revoked_at=None, ends_at__gt=now)
        PortalVisit.objects.filter(link__in=rows, ended_at=None).update(ended_at=now)
        count = rows.update(revoked_at=now, revoked_by=actor)
        if not count:
            raise Conflict("No link of this account is open any more.")
        audit.record(actor, "portal_links_revoked", "account", account.pk, practice_id=account.practice_id,
                     after={"links": count}, now=now)  # fmt: skip
    return count


def links_of(account_id: int, *, actor: "User") -> QuerySet[PortalLink]:
    """Every link of an account, the newest first."""
    rows = PortalLink.objects.filter(account=account_id, practice__in=practice_ids(actor))
    return rows.select_related("made_by", "revoked_by").order_by("-pk")


def qr_path(link: str) -> tuple[int, str]:
    """A link for a camera: its width in squares, and the dark ones as an SVG path."""
    code = qrcode.QRCode(border=4)
    code.add_data(link)
    rows = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return len(rows), "".join(dark)
