"""The second factor: an authenticator app (RFC 6238), passkeys (WebAuthn), and recovery codes for when they are lost.

Who has one is asked for it at every sign-in. Whose role must have one (`SECOND_FACTOR_ROLES`) sees nothing before it is
set up. Recovery codes stand in for the others, each once; alone they count as none. A code is taken once: the step of
time it stands for is kept, so one that was looked over somebody's shoulder is worth nothing (RFC 6238, 5.2).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import qrcode
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit, mail, open_sessions
from arwork.staff.factor_secrets import FactorAdapter, renewed
from arwork.staff.models import User

APP, PASSKEY, CODE = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
WORDS = {APP: "the authenticator app", PASSKEY: "a passkey", CODE: "a recovery code"}
STEP = 30  # seconds a code of an app stands for
DRIFT = 1  # steps by which the clock of a telephone may be wrong
MOST_PASSKEYS = 10


class WrongCode(DomainError):
    """The code or passkey is not one of this person's, or was used already."""

    code = "wrong_code"
    status = 422


@dataclass(frozen=True)
class Factor:
    """One authenticator app or passkey of somebody."""

    id: int
    is_app: bool
    name: str
    added_at: dt.datetime
    used_at: dt.datetime | None


@dataclass(frozen=True)
class Factors:
    """All that somebody has: what they sign in with, and how many recovery codes are left."""

    main: tuple[Factor, ...]
    codes_left: int

    @property
    def has_app(self) -> bool:
        return any(one.is_app for one in self.main)

    @property
    def has_passkey(self) -> bool:
        return any(not one.is_app for one in self.main)


def is_required(user: Any) -> bool:
    """Whether the role of `user` must have a second factor."""
    roles = settings.SECOND_FACTOR_ROLES
    return bool(roles) and ("all" in roles or user.role in roles)


def factors(user: User) -> Factors:
    """What `user` has. One query."""
    rows = list(Authenticator.objects.filter(user=user).order_by("id"))
    left = [mfa_settings.RECOVERY_CODE_COUNT - row.data["used_mask"].bit_count() for row in rows if row.type == CODE]
    main = [
        Factor(row.pk, row.type == APP, row.data.get("name") or "Authenticator app", row.created_at, row.last_used_at)
        for row in rows
        if row.type != CODE
    ]
    return Factors(tuple(main), sum(left))


def has_any(user: User) -> bool:
    """Whether `user` is asked for a second factor."""
    return Authenticator.objects.filter(user=user, type__in=(APP, PASSKEY)).exists()


def new_app_secret() -> str:
    """A secret for an app, 160 bits in base 32 (RFC 4226, 4)."""
    return totp.generate_totp_secret()


def qr_path(user: User, secret: str) -> tuple[int, str]:
    """The code that an app photographs: its width in squares, and the dark ones as an SVG path."""
    code = qrcode.QRCode(border=4)
    code.add_data(FactorAdapter().build_totp_url(user, secret))
    rows = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return len(rows), "".join(dark)


@transaction.atomic
def add_app(user: User, secret: str, code: str, *, here: str | None, now: dt.datetime) -> list[str]:
    """Set up an app that shows `code` now; the recovery codes that were made with it, if any."""
    step = _step_of(secret, code, after=-1, now=now)
    if step is None:
        raise WrongCode("That is not the code the app shows now. Check that the telephone’s clock is set by itself.")
    _lock(user)
    if Authenticator.objects.filter(user=user, type=APP).exists():
        raise DomainError("There is an authenticator app already. Remove it before you set up another.")
    data = {"secret": encrypt(secret), "step": step}
    Authenticator.objects.create(user=user, type=APP, data=data, created_at=now)
    return _note_added(user, APP, here=here, now=now)


def begin_passkey(user: User) -> dict[str, Any]:
    """What the browser is told to make a passkey; the challenge is kept in the session."""
    return webauthn.begin_registration(user, passwordless=False)


@transaction.atomic
def add_passkey(user: User, credential: Any, *, name: str, here: str | None, now: dt.datetime) -> list[str]:
    """Keep the passkey that the browser made; the recovery codes that were made with it, if any."""
    try:
        webauthn.complete_registration(_mapping(credential))
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise WrongCode("The passkey could not be kept. Try again.") from error
    _lock(user)
    if Authenticator.objects.filter(user=user, type=PASSKEY).count() >= MOST_PASSKEYS:
        raise DomainError(f"There are {MOST_PASSKEYS} passkeys already. Remove one first.")
    data = {"name": name.replace("\x00", "").strip()[:60] or "Passkey", "credential": credential}
    Authenticator.objects.create(user=user, type=PASSKEY, data=data, created_at=now)
    return _note_added(user, PASSKEY, here=here, now=now)


@transaction.atomic
def new_recovery_codes(user: User, *, now: dt.datetime) -> list[str]:
    """New recovery codes; those of before are void."""
    _lock(user)
    if not has_any(user):
        raise DomainError("Set up an authenticator app or a passkey first.")
    Authenticator.objects.filter(user=user, type=CODE).delete()
    audit.record(user, "recovery_codes_made", "user", user.pk, practice_id=None, now=now)
    return _spaced(RecoveryCodes.activate(user).generate_codes())


@transaction.atomic
def remove(user: User, factor_id: int, *, now: dt.datetime) -> None:
    """Remove one of one's own; with the last one the recovery codes go. The last that a role must have stays."""
    _lock(user)
    main = Authenticator.objects.filter(user=user, type__in=(APP, PASSKEY))
    row = main.filter(pk=factor_id).first()
    if row is None:
        raise NotFound("That was removed already.")
    is_last = main.count() == 1
    if is_last and is_required(user):
        raise DomainError("Your role needs a second factor, and this is the last. Set up another one first.")
    if is_last:
        Authenticator.objects.filter(user=user).delete()
    else:
        row.delete()
    audit.record(user, "second_factor_removed", "user", user.pk, practice_id=None, after={"kind": row.type}, now=now)
    _tell(user, f"{WORDS[row.type]} was removed from your account")


def reset(user: User, *, actor: User | None, now: dt.datetime) -> None:
    """Remove all that `user` has, who is signed out everywhere and told. In the caller's transaction."""
    kinds = sorted(set(Authenticator.objects.filter(user=user).values_list("type", flat=True)))
    if not kinds:
        raise DomainError(f"{user} has no second factor.")
    Authenticator.objects.filter(user=user).delete()
    open_sessions.drop_all(user)
    before = {"kinds": kinds}
    audit.record(actor, "second_factor_reset", "user", user.pk, practice_id=None, before=before, now=now)
    _tell(user, f"{actor or 'whoever runs arwork'} removed the second factor of your account")


@transaction.atomic
def check_code(user: User, code: str, *, now: dt.datetime) -> str:
    """The kind of factor that `code` is: of the app, or a recovery code, which is used up; raises `WrongCode`."""
    code = "".join(code.split()).replace("-", "")
    for row in Authenticator.objects.select_for_update().filter(user=user, type__in=(APP, CODE)).order_by("id"):
        if _fits(row, code, now=now):
            row.last_used_at = now
            row.save(update_fields=["data", "last_used_at"])
            return row.type
    raise WrongCode("That code is not right, or was used already. Wait for the next one and type it again.")


def begin_check(user: User) -> dict[str, Any]:
    """What the browser is told to ask for a passkey; the challenge is kept in the session."""
    return webauthn.begin_authentication(user)


def check_passkey(user: User, answer: Any, *, now: dt.datetime) -> str:
    """The kind, where the browser's `answer` is of one of the person's passkeys; raises `WrongCode`."""
    try:
        row = webauthn.complete_authentication(user, _mapping(answer))
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise WrongCode("That passkey is not one of this account. Try again.") from error
    row.last_used_at = now
    row.save(update_fields=["last_used_at"])
    return PASSKEY


def note_refused(user: User, *, now: dt.datetime) -> None:
    """Record a second factor that was not right."""
    audit.record(None, "second_factor_refused", "user", user.pk, practice_id=None, now=now)


def _fits(row: Authenticator, code: str, *, now: dt.datetime) -> bool:
    """Whether `code` is of this row, which then remembers that it was used (not saved)."""
    try:
        if row.type == CODE:
            wrapped = RecoveryCodes(row)
            is_right = wrapped.validate_code(code)
            row.data = renewed(wrapped.instance.data) if is_right else row.data
            return is_right
        secret = decrypt(row.data["secret"])
    except InvalidTag:  # SECRET_KEY was replaced and its predecessor forgotten
        return False
    step = _step_of(secret, code, after=row.data.get("step", -1), now=now)
    if step is None:
        return False
    row.data = {"secret": encrypt(secret), "step": step}  # encrypted anew: with the key of today
    return True


def _step_of(secret: str, code: str, *, after: int, now: dt.datetime) -> int | None:
    """Which step of time, later than `after`, `code` is right for."""
    present = int(now.timestamp()) // STEP
    typed = "".join(code.split())
    for step in range(max(present - DRIFT, after + 1), present + DRIFT + 1):
        if totp.compare_user_code(actual=typed, expected=totp.format_hotp_value(totp.hotp_value(secret, step))):
            return step
    return None


def _note_added(user: User, kind: str, *, here: str | None, now: dt.datetime) -> list[str]:
    is_first = not Authenticator.objects.filter(user=user, type=CODE).exists()
    after = {"kind": kind}
    audit.record(user, "second_factor_added", "user", user.pk, practice_id=None, after=after, now=now)
    _tell(user, f"{WORDS[Authenticator.Type(kind)]} was added to your account")
    if not is_first:
        return []
    open_sessions.drop_all(user, but=here)  # they were begun without
    return _spaced(RecoveryCodes.activate(user).generate_codes())


def _tell(user: User, what: str) -> None:
    words = f"{what}. If you don't know why, tell an administrator at once."
    mail.tell(user, subject="Your sign-in to arwork was changed", words=words)


def _lock(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)


def _spaced(codes: list[str]) -> list[str]:
    return [f"{code[:5]} {code[5:]}" for code in codes]


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("a credential is a mapping")
    return dict(value)
