"""Passwords: how hard to guess they must be, and for how long one that another chose opens anything.

Strength is estimated as a guesser works (zxcvbn), not by which kinds of signs there are; what a guesser would try
first here counts as known: the person's names, their practices' and the product's (OWASP ASVS 5, 6.2).
"""

import datetime as dt
import re
import secrets
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from arwork.lib.errors import DomainError
from arwork.staff.models import User

ENOUGH = 3  # of zxcvbn's 0 to 4: safe from 10^8 guesses
ENOUGH_BARE = 2  # the same without the figures and marks around it: `Summer2026!!!` is but `Summer`
_JUDGED = 72  # characters that zxcvbn looks at
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
# Without the letters and digits that are mistaken for one another when a password is read aloud.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class PasswordExpired(DomainError):
    """A password that another chose was not used in time."""

    code = "password_expired"


class StrengthValidator:
    """Refuses what is guessed easily, and says why."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` unless `password` withstands a hundred million guesses."""
        known = sorted(set(_known_words(user)))
        found = zxcvbn(password[:_JUDGED], user_inputs=known)
        bare = _AROUND.sub("", password[:_JUDGED])
        if found["score"] >= ENOUGH and bare and zxcvbn(bare, user_inputs=known)["score"] < ENOUGH_BARE:
            raise ValidationError(
                "That is too easy to guess: a word with a year, figures or marks around it is tried first. "
                "Take several unrelated words."
            )
        if found["score"] < ENOUGH:
            advice = found["feedback"]
            said = [advice["warning"].rstrip("."), *(one.rstrip(".") for one in advice["suggestions"])]
            words = ". ".join(one for one in said if one) or "Take several unrelated words"
            raise ValidationError(f"That is too easy to guess. {words}.")

    def get_help_text(self) -> str:
        """What is asked for."""
        return "Hard to guess: several unrelated words are good; names of people and practices are not."


def temporary() -> str:
    """A password to tell somebody, about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def set_temporary(user: User, password: str, *, now: dt.datetime) -> None:
    """Give `user` (not saved) a password that another chose: to be replaced, and in time."""
    user.set_password(password)
    user.must_change_password = True
    user.password_expires_at = now + dt.timedelta(hours=settings.TEMPORARY_PASSWORD_HOURS)


def set_own(user: User, password: str) -> None:
    """Give `user` (not saved) the password that they chose."""
    user.set_password(password)
    user.must_change_password = False
    user.password_expires_at = None


def require_in_time(user: User, *, now: dt.datetime) -> None:
    """Raise `PasswordExpired` for a password that another chose and that waited too long."""
    if user.password_expires_at is not None and user.password_expires_at < now:
        raise PasswordExpired(
            f"The password you were given was good for {settings.TEMPORARY_PASSWORD_HOURS} hours, and they are over. "
            "Ask an administrator for a new one."
        )


def _known_words(user: Any) -> Iterator[str]:
    yield "arwork"
    if user is None:
        return
    names = [user.username, user.first_name, user.last_name, user.email]
    if user.pk:
        names += user.practices.values_list("name", flat=True)
    for name in names:
        yield from (part for part in {name.lower(), *re.split(r"[\W_]+", name.lower())} if len(part) > 2)
