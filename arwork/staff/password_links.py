"""Choosing a new password by e-mail: a link that opens once, within the hour.

Whether a name or an address is anybody's is told to nobody: the page answers alike, and looks alike long, for all. The
link does not sign anybody in, so a second factor stands as it stood. It ends with the password, and with the next
sign-in (Django's token is made of both).
"""

import datetime as dt

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from arwork.lib.background import enqueue
from arwork.lib.errors import DomainError
from arwork.lib.ids import LARGEST
from arwork.staff import audit, lockout, mail, open_sessions, passwords
from arwork.staff.models import AuditEvent, User

TASK = "arwork.web.tasks.send_password_link"
MOST_AN_HOUR = 3  # messages to one person, however often somebody asks
SENT = "password_link_sent"


class LinkEnded(DomainError):
    """The link was used, is older than an hour, or was never one."""

    code = "link_ended"


@transaction.atomic
def ask(typed: str, *, base: str) -> None:
    """Have a link sent to the one active person whose user name or address was typed. `base`: https://host"""
    typed = typed.strip()
    people = User.objects.filter(is_active=True, is_service=False)
    found = list(people.filter(username__iexact=typed).values_list("pk", flat=True)[:2])
    found = found or list(people.filter(email__iexact=typed).values_list("pk", flat=True)[:2])
    enqueue(TASK, user_id=found[0] if len(found) == 1 else None, base=base)


def send(user_id: int, *, base: str, now: dt.datetime) -> None:
    """Send the link, at most `MOST_AN_HOUR` times an hour, to the person's address if there is one.

    Whoever has no password, and signs in by single sign-on alone, gets none: the mailbox is no second way in.
    """
    user = User.objects.get(pk=user_id)
    lately = AuditEvent.objects.filter(
        subject="user", subject_id=user.pk, action=SENT, at__gt=now - dt.timedelta(hours=1)
    )
    if not user.email or not user.is_active or not user.has_usable_password() or lately.count() >= MOST_AN_HOUR:
        return
    who = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("staff:forgotten_link", args=[who, default_token_generator.make_token(user)])
    audit.record(None, SENT, "user", user.pk, practice_id=None, now=now)
    mail.send(
        user.pk,
        subject="A new password for arwork",
        words=(
            f"somebody, probably you, asked for a new password of {user.username}. Choose it here within the hour:\n\n"
            f"{base}{path}\n\nIf it wasn't you, do nothing: the present password stays."
        ),
    )


def person_of(who: str, token: str) -> User:
    """Whose link it is; raises `LinkEnded`."""
    try:
        user_id = int(urlsafe_base64_decode(who))
    except ValueError:
        user_id = 0
    user = User.objects.filter(pk=user_id, is_active=True).first() if 0 < user_id <= LARGEST else None
    if user is None or not default_token_generator.check_token(user, token):
        raise LinkEnded("This link was used already or is older than an hour. Ask for another one.")
    return user


@transaction.atomic
def choose(who: str, token: str, password: str, *, now: dt.datetime) -> User:
    """Set the new password (validated by the form): the link and every session of the account end."""
    user = User.objects.select_for_update().get(pk=person_of(who, token).pk)
    person_of(who, token)  # again, under the lock: of two that come at once, one finds it used
    passwords.set_own(user, password)
    user.save(update_fields=["password", "must_change_password", "password_expires_at"])
    open_sessions.drop_all(user)
    lockout.unlock(user.username)
    audit.record(user, "password_changed_by_email", "user", user.pk, practice_id=None, now=now)
    mail.tell(
        user,
        subject="Your password for arwork was changed",
        words="your password was changed by the link in an e-mail, and you were signed out everywhere. If it wasn't "
        "you, tell an administrator at once.",
    )
    return user
