"""Whose account an identity of elsewhere opens: one that an administrator opened here, or none.

A provider vouches for who somebody is, never for what they may do: no account and no role comes from it. The first time
an account is found by its e-mail address, if the provider verified that; from then on by the provider's own name for
the person (`subject`), whatever happens to addresses.
"""

import datetime as dt

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from arwork.lib.errors import Conflict, Forbidden, NotFound
from arwork.staff import audit, open_sessions
from arwork.staff.models import AnsweredSignOn, User

SKEW_SECONDS = 60  # by which the clock of a provider may be behind
ANSWER_SECONDS = 600  # for how long a question that a browser took to a provider waits for its answer


class AnsweredBefore(Conflict):
    """The question has its answer: it is shown again, or by somebody who found it."""

    code = "answered_before"


@transaction.atomic
def account_of(subject: str, *, provider: str, verified_email: str | None, now: dt.datetime) -> User:
    """The active account that `subject` opens, linked now if it was found by address; raises `Forbidden`."""
    links = SocialAccount.objects.filter(provider=provider)
    link = links.filter(uid=subject).select_related("user").first()
    user = link.user if link else _by_address(verified_email)
    if user is None or not user.is_active:
        raise Forbidden(
            "That identity opens no account here. Ask an administrator to open one, or to enter the same e-mail "
            "address as there."
        )
    if link is None:
        if links.filter(user=user).exists():
            raise Forbidden("Your account is linked with another identity there. Ask an administrator.")
        SocialAccount.objects.create(user=user, provider=provider, uid=subject)
        audit.record(user, "sign_in_linked", "user", user.pk, practice_id=None, now=now)
    if user.must_change_password:  # the password that another chose is not needed any more, so it goes
        user.set_unusable_password()
        user.must_change_password, user.password_expires_at = False, None
        user.save(update_fields=["password", "must_change_password", "password_expires_at"])
    return user


def providers_of(user: User) -> set[str]:
    """The providers at which an identity opens the account. One query."""
    return set(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))


def opens(user_id: int, subject: str, *, provider: str) -> bool:
    """Whether `subject` is the identity that opens that account; links nothing."""
    return SocialAccount.objects.filter(user=user_id, provider=provider, uid=subject).exists()


def is_anew(signed_in_at: float, *, asked_at: float) -> bool:
    """Whether somebody signed in there after they were asked to, by clocks that differ a little (both in seconds)."""
    return signed_in_at >= asked_at - SKEW_SECONDS


def is_linked(user: User) -> bool:
    """Whether an identity of elsewhere opens the account."""
    return SocialAccount.objects.filter(user=user).exists()


def unlink(user: User, *, actor: User, now: dt.datetime) -> None:
    """Part `user` from the identity that opens the account, and sign them out. In the caller's transaction."""
    count, _ = SocialAccount.objects.filter(user=user).delete()
    if not count:
        raise NotFound(f"{user} is linked with no identity.")
    open_sessions.drop_all(user)
    audit.record(actor, "sign_in_unlinked", "user", user.pk, practice_id=None, now=now)


def take_answer(request_id: str, *, now: dt.datetime) -> None:
    """Let the question `request_id` have been answered: once. Raises `AnsweredBefore`.

    What it is answered with names the question and is good for no other, so that no answer opens twice either.
    """
    ends = now + dt.timedelta(seconds=ANSWER_SECONDS)  # afterwards the question is not believed any more
    _, is_first = AnsweredSignOn.objects.get_or_create(request_id=request_id, defaults={"expires_at": ends})
    if not is_first:
        raise AnsweredBefore("This sign-in was used before. Go back to the sign-in page and try again.")


def is_answered(request_id: str) -> bool:
    """Whether the question has its answer."""
    return bool(request_id) and AnsweredSignOn.objects.filter(request_id=request_id).exists()


def drop_answered(now: dt.datetime) -> int:
    """Forget the answered questions that are too old to be asked again, and say how many."""
    count, _ = AnsweredSignOn.objects.filter(expires_at__lt=now).delete()
    return count


def note_refused(*, now: dt.datetime) -> None:
    """Record that an identity of elsewhere opened nothing."""
    audit.record(None, "sign_in_refused", "user", None, practice_id=None, after={"by": "single sign-on"}, now=now)


def note_refused_proof(user_id: int, *, now: dt.datetime) -> None:
    """Record that who is signed in did not prove it by an identity of elsewhere."""
    after = {"by": "single sign-on"}
    audit.record(None, "proof_refused", "user", user_id, practice_id=None, after=after, now=now)


def _by_address(verified_email: str | None) -> User | None:
    if not verified_email:
        return None
    found = list(
        User.objects.select_for_update().filter(email__iexact=verified_email, is_active=True, is_service=False)[:2]
    )
    return found[0] if len(found) == 1 else None
