"""The door of the patient's own page: date of birth and ZIP code, for who has a link.

Tries are counted as at every door (`deliveries.doors`): a stranger learns neither that a link exists nor that an
account does (RULES 12.4).
"""

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass

from django.db import transaction

from arwork.staff import audit
from collections_app.deliveries.doors import digest_of, note_right, take_try
from collections_app.portal.deeds import keep_deed
from collections_app.portal.links import zips_of
from collections_app.portal.models import PortalDeed, PortalLink, PortalVisit

#: How long a visit lasts: since the last page, and in all.
IDLE, LONGEST = dt.timedelta(minutes=15), dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of answering: the secret of a visit, or why there is none (`wrong` or `paused`)."""

    secret: str = ""
    why: str = ""


def open_page(
    *, token: str, born_on: dt.date | None, zip_code: str, origin: str, language: str, now: dt.datetime, today: dt.date
) -> Opened:
    """Answer the questions. `origin` is the network address; it is kept as a keyed digest, while tries count."""
    digest = digest_of(token)
    made = take_try(digest, origin=origin, now=now, today=today)
    if made is None:
        return Opened(why="paused")
    with transaction.atomic():
        link = _standing(digest, now=now)
        if link is None or not _is_answered(link, born_on, zip_code):
            if link is not None:
                audit.record(None, "portal_refused", "portal_link", link.pk, practice_id=link.practice_id,
                             after={"account": link.account_id}, now=now)  # fmt: skip
            return Opened(why="wrong")
        note_right(made)
        secret = secrets.token_urlsafe(32)
        PortalVisit.objects.create(
            link=link, person_id=link.account.guarantor_id, digest=digest_of(secret), language=language,
            begun_at=now, seen_at=now,
        )  # fmt: skip
        PortalLink.objects.filter(pk=link.pk).update(opened_at=now)
        keep_deed(link.account, PortalDeed.Kind.OPENED, now=now)
    return Opened(secret=secret)


def visit_of(secret: str, *, now: dt.datetime) -> PortalVisit | None:
    """The visit that a cookie stands for, as long as it lasts: so many minutes after the last page, an hour in all, its
    link neither revoked nor ended, and the account still answered for by who opened it."""
    if not secret:
        return None
    rows = PortalVisit.objects.select_related("link__account__guarantor", "link__account__practice")
    visit = rows.filter(digest=digest_of(secret), ended_at=None, link__revoked_at=None, link__ends_at__gt=now).first()
    if visit is None or visit.person_id != visit.link.account.guarantor_id or visit.link.account.merged_into_id:
        return None
    if now - visit.seen_at > IDLE or now - visit.begun_at > LONGEST:
        return None
    if now - visit.seen_at > dt.timedelta(seconds=30):
        PortalVisit.objects.filter(pk=visit.pk).update(seen_at=now)
    return visit


def leave(visit: PortalVisit, *, now: dt.datetime) -> None:
    """The patient closes the page."""
    PortalVisit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=now)


def _standing(digest: str, *, now: dt.datetime) -> PortalLink | None:
    rows = PortalLink.objects.select_related("account__guarantor").filter(revoked_at=None, ends_at__gt=now)
    return rows.filter(digest=digest).first()


def _is_answered(link: PortalLink, born_on: dt.date | None, zip_code: str) -> bool:
    account = link.account
    born = account.guarantor.birth_on
    typed = zip_code.strip()[:5]
    is_born = born is not None and born_on is not None and hmac.compare_digest(str(born), str(born_on))
    lives = any(hmac.compare_digest(one.encode(), typed.encode()) for one in zips_of(account))
    return is_born and lives and account.merged_into_id is None
