"""Writing a letter by hand: which kinds fit an account, what is known already, how it would look."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arwork.lib.dates import long_day
from arwork.lib.errors import DomainError, NotFound
from arwork.staff.access import Capability, require
from claims.billing.models import Claim
from claims.parties.selectors import own_account
from collections_app.letters.drafting import drafted
from collections_app.letters.from_books import occasion_of
from collections_app.letters.kinds import LetterKind, all_kinds, kind_of
from collections_app.letters.rendering import render_pictures
from collections_app.letters.services import ensure_may_give_up
from collections_app.letters.words import LetterLanguage, language_of

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.models import Account
    from collections_app.letters.services import AskedLetter

#: A letter is about one of the latest visits, or about the account.
_VISITS = 40


class LetterDoesNotFit(DomainError):
    """A kind of letter that what is known of the account does not allow."""

    code = "letter_does_not_fit"


@dataclass(frozen=True, slots=True)
class OfferedKind:
    """A kind of letter, and why it does not fit (empty: it does)."""

    kind: LetterKind
    why_not: str


def kinds_for(account: "Account", *, today: dt.date, now: dt.datetime) -> list[OfferedKind]:
    """The kinds that are written by hand, with what stands in the way of each."""
    seen = occasion_of(account, language=LetterLanguage.ENGLISH, today=today, now=now)
    return [OfferedKind(kind, kind.why_not(seen) if kind.why_not else "") for kind in all_kinds() if kind.is_written]


def written_kind(code: str) -> LetterKind:
    """A kind that is written by hand. Raises `NotFound` for one that only its own work makes."""
    kind = kind_of(code)
    if not kind.is_written:
        raise NotFound("Letters of this kind are made where their work is done, not by hand.", field="kind")
    return kind


def why_not(kind: LetterKind, account: "Account", *, today: dt.date, now: dt.datetime) -> str:
    """Why one kind does not fit an account; empty where it does."""
    return next((one.why_not for one in kinds_for(account, today=today, now=now) if one.kind.code == kind.code), "")


def ensure_fits(kind: LetterKind, account: "Account", *, today: dt.date, now: dt.datetime) -> None:
    """Raise `LetterDoesNotFit` with the reason why a kind does not fit an account."""
    if reason := why_not(kind, account, today=today, now=now):
        raise LetterDoesNotFit(reason)


def known_facts(
    kind: LetterKind, account: "Account", *, language: str, today: dt.date, now: dt.datetime
) -> dict[str, Any]:
    """The facts that the books and the work know already."""
    if kind.known is None:
        return {}
    return kind.known(occasion_of(account, language=language_of(language), today=today, now=now))


def language_for(account: "Account") -> str:
    """The language in which the guarantor is written to."""
    return language_of(account.guarantor.language).value


def visits_of(account: "Account") -> list[tuple[int, str]]:
    """The latest visits of an account, for a choice: (id, words)."""
    rows = Claim.objects.filter(account=account, merged_into=None).order_by("-service_from", "-pk")[:_VISITS]
    return [(one.pk, f"{long_day(one.service_from)}, claim {one.number}") for one in rows]


def preview(asked: "AskedLetter", *, actor: "User", today: dt.date) -> list[bytes]:
    """How a letter would look, one PNG a page. Raises as making it would."""
    require(actor, Capability.WORK_ITEMS)
    kind, account = kind_of(asked.kind), own_account(asked.account_id, actor=actor)
    draft = drafted(kind, account, asked.facts, language=asked.language, today=today)
    ensure_may_give_up(kind, draft.given, account=account, actor=actor, today=today)
    return render_pictures(kind.template, draft.data, language=asked.language, on=today)
