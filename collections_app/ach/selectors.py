"""Questions about bank debits: lists, one debit, one authorization, files, answers, return rates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.selectors import same_accounts
from claims.refunds.models import PayingAccount
from collections_app.ach.banking_days import add_banking_days
from collections_app.ach.figures import ach_figures
from collections_app.ach.files import UNNOTIFIED
from collections_app.ach.models import (
    AchAnswer,
    AchAnswerFile,
    AchEntry,
    AchFile,
    AuthorizationChange,
    BankAuthorization,
    RiskCheck,
)
from collections_app.ach.rates import RATES, ReturnRate, Threshold, counts_for, rates_on
from collections_app.ach.states import (
    DEBIT,
    NOTICE,
    RECURRING,
    AnswerState,
    AuthorizationState,
    EntryState,
    FileState,
    SecCode,
)
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User

_TREND_WEEKS = 12
_NOT_SENT = "Nothing is debited before it went out. Print it, mail it, and enter the day."
_NOT_CONFIRMED = (
    "Nobody has confirmed that this account is open and theirs; the first debit is held for that. What confirms it: a "
    "person who posts money says so, having seen a check or heard from the bank; or a prenote of $0.00 to which the "
    "bank answers nothing within {days} banking days. Then what is held goes out by itself."
)
#: The chips of the list of debits.
GROUPS: dict[str, tuple[str, Q]] = {
    "held": ("Held", Q(state=EntryState.HELD)),
    "pending": ("For the next files", Q(state=EntryState.PENDING)),
    "sent": ("In a file", Q(state=EntryState.SENT)),
    "settled": ("Settled", Q(state=EntryState.SETTLED)),
    "returned": ("Returned", Q(state=EntryState.RETURNED)),
    "cancelled": ("Canceled", Q(state=EntryState.CANCELLED)),
}


@dataclass(frozen=True, slots=True)
class DebitGroup:
    """One chip of the list."""

    code: str
    label: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DuePractice:
    """What the next file of a practice would take; dollars."""

    practice_id: int
    name: str
    count: int
    amount: Decimal
    has_bank: bool


@dataclass(frozen=True, slots=True)
class RatesOfPractice:
    """The return rates of a practice now, and at the end of each of the last weeks."""

    practice_id: int
    practice: str
    rates: Sequence[ReturnRate]
    trend: Sequence[tuple[dt.date, Sequence[ReturnRate]]]
    days: int


def entries(*, actor: "User", group: str = "") -> QuerySet[AchEntry]:
    """Debits of the actor's practices: of a group, the latest day first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = AchEntry.objects.filter(practice__in=practice_ids(actor))
    if group in GROUPS:
        rows = rows.filter(GROUPS[group][1])
    return rows.select_related("practice", "account__guarantor", "authorization", "file").order_by(
        "-effective_on", "-pk"
    )


def entry_groups(*, actor: "User") -> list[DebitGroup]:
    """How many debits stand where, and what they come to. One query."""
    require(actor, Capability.SEE_CLAIMS)
    asked: dict[str, Count | Sum] = {f"n_{code}": Count("pk", filter=some) for code, (_, some) in GROUPS.items()}
    asked |= {f"sum_{code}": Sum("amount", filter=some, default=ZERO) for code, (_, some) in GROUPS.items()}
    found = AchEntry.objects.filter(practice__in=practice_ids(actor)).aggregate(**asked)
    return [DebitGroup(code, label, found[f"n_{code}"], found[f"sum_{code}"]) for code, (label, _) in GROUPS.items()]


def entry(entry_id: int, *, actor: "User") -> AchEntry:
    """One debit. Raises `NotFound`."""
    found = entries(actor=actor).select_related("receipt", "represents", "created_by").filter(pk=entry_id).first()
    if found is None:
        raise NotFound("There is no such debit in your practices.")
    return found


def tries_of(one: AchEntry) -> list[AchEntry]:
    """Every presentment of the same debit, in order."""
    first = one.represents_id or one.pk
    rows = AchEntry.objects.filter(Q(pk=first) | Q(represents=first))
    return list(rows.select_related("file").order_by("presentment", "pk"))


def checks_of(one: AchEntry) -> list[RiskCheck]:
    """What was looked at before it left, the latest first."""
    return list(one.checks.select_related("checked_by").order_by("-pk"))


def answers_of(one: AchEntry) -> list[AchAnswer]:
    """What the bank said of it, the latest first."""
    return list(one.answers.select_related("file").order_by("-pk"))


def due_by_practice(*, actor: "User", today: dt.date) -> list[DuePractice]:
    """What the next file of each practice would take. Two queries."""
    rows = AchEntry.objects.filter(
        practice__in=practice_ids(actor), state=EntryState.PENDING, effective_on__lte=add_banking_days(today, 1)
    ).exclude(UNNOTIFIED)
    banks = set(PayingAccount.objects.filter(practice__in=practice_ids(actor)).values_list("practice_id", flat=True))
    told = rows.values_list("practice_id", "practice__name").annotate(n=Count("pk"), sum=Sum("amount"))
    return [DuePractice(pk, name, n, total, pk in banks) for pk, name, n, total in told.order_by("practice__name")]


def files(*, actor: "User") -> QuerySet[AchFile]:
    """The files of the actor's practices, the latest first; without what they hold."""
    require(actor, Capability.SEE_CLAIMS)
    rows = AchFile.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "made_by", "ended_by")
    return rows.defer("content").order_by("-pk")


def file(file_id: int, *, actor: "User") -> AchFile:
    """One file, with what it holds. Raises `NotFound`."""
    found = files(actor=actor).defer(None).filter(pk=file_id).first()
    if found is None:
        raise NotFound("There is no such file in your practices.")
    return found


def entries_of_file(one: AchFile) -> QuerySet[AchEntry]:
    """The debits of a file, in its order."""
    return one.entries.select_related("account__guarantor", "authorization").order_by("trace")


def authorizations(*, actor: "User", state: str = "") -> QuerySet[BankAuthorization]:
    """Authorizations of the actor's practices, the latest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = BankAuthorization.objects.filter(practice__in=practice_ids(actor))
    if state in list(AuthorizationState):
        rows = rows.filter(state=state)
    return rows.select_related("practice", "account__guarantor", "taken_by").order_by("-pk")


def authorization(authorization_id: int, *, actor: "User") -> BankAuthorization:
    """One authorization. Raises `NotFound`."""
    found = authorizations(actor=actor).select_related("validated_by").filter(pk=authorization_id).first()
    if found is None:
        raise NotFound("There is no such authorization in your practices.")
    return found


def entries_under(one: BankAuthorization) -> list[AchEntry]:
    """The debits under an authorization, the latest first."""
    return list(one.entries.select_related("file").order_by("-pk"))


def needs_notice(one: BankAuthorization) -> bool:
    """Whether its written notice (of several debits by phone: copy) has to go out before anything is debited."""
    is_told = one.proof == NOTICE or one.frequency == RECURRING
    return one.sec_code == SecCode.TEL and is_told and one.notice_on is None


def needs_confirming(one: BankAuthorization) -> bool:
    """Whether its first debit is held until the account is known to be open and theirs."""
    return one.state == AuthorizationState.ACTIVE and one.validated_on is None and one.sec_code != SecCode.PPD


def waits_for(one: BankAuthorization, *, today: dt.date) -> list[tuple[str, str]]:
    """What the debits under an authorization in force wait for, in a word, and what ends the wait; empty: nothing."""
    if one.state != AuthorizationState.ACTIVE:
        return []
    found = []
    if needs_notice(one):
        what = "copy" if one.frequency == RECURRING else "notice"
        found.append((f"Send the {what}", _NOT_SENT))
    if needs_confirming(one):
        days = ach_figures(practice_id=one.practice_id, on=today).prenote_days
        found.append(("Not confirmed", _NOT_CONFIRMED.format(days=days)))
    return found


def changes_of(one: BankAuthorization) -> list[AuthorizationChange]:
    """What notices of change altered, the latest first."""
    return list(one.changes.order_by("-pk"))


def authorizations_of(account_id: int, *, actor: "User") -> list[BankAuthorization]:
    """The authorizations of an account, and of those it stands for; the latest first."""
    return list(authorizations(actor=actor).filter(account__in=same_accounts(account_id)))


def entries_of(account_id: int, *, actor: "User", limit: int = 10) -> list[AchEntry]:
    """The latest debits of an account, prenotes left out."""
    rows = entries(actor=actor).filter(account__in=same_accounts(account_id), kind=DEBIT)
    return list(rows.order_by("-pk")[:limit])


def answers(*, actor: "User", state: str = "") -> QuerySet[AchAnswer]:
    """What banks answered, the latest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = AchAnswer.objects.filter(practice__in=practice_ids(actor))
    if state in list(AnswerState):
        rows = rows.filter(state=state)
    return rows.select_related("practice", "file", "entry__account__guarantor", "answered_by").order_by("-pk")


def waiting_of(one: AchAnswerFile) -> int:
    """How many lines of a file wait."""
    return one.answers.filter(state=AnswerState.WAITING).count()


def answer(answer_id: int, *, actor: "User") -> AchAnswer:
    """One line of the bank's. Raises `NotFound`."""
    found = answers(actor=actor).filter(pk=answer_id).first()
    if found is None:
        raise NotFound("There is no such line in your practices.")
    return found


def answer_files(*, actor: "User", limit: int = 20) -> list[AchAnswerFile]:
    """The latest files that were taken in."""
    require(actor, Capability.SEE_CLAIMS)
    rows = AchAnswerFile.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "taken_by")
    return list(rows.defer("content").order_by("-pk")[:limit])


def candidates(one: AchAnswer) -> list[AchEntry]:
    """Debits that a line without a match may mean: of its amount, out or settled, the latest first."""
    rows = AchEntry.objects.filter(
        Q(amount=one.amount), practice=one.practice_id, state__in=[EntryState.SENT, EntryState.SETTLED]
    )
    return list(rows.select_related("account__guarantor").order_by("-effective_on", "-pk")[:10])


def return_rates(*, actor: "User", today: dt.date) -> list[RatesOfPractice]:
    """The rates of each practice that debits, with their trend. Three queries."""
    require(actor, Capability.SEE_CLAIMS)
    book = limit_book()
    days = {pk: book.value("ach_rate_days", on=today, practice_id=pk) for pk in practice_ids(actor)}
    since = today - dt.timedelta(days=max(days.values(), default=0) + 7 * _TREND_WEEKS)
    mine = AchEntry.objects.filter(practice__in=practice_ids(actor), kind=DEBIT)
    sent: dict[int, dict[dt.date, int]] = defaultdict(dict)
    names: dict[int, str] = {}
    out = mine.filter(sent_on__gt=since).values_list("practice_id", "practice__name", "sent_on")
    for pk, name, day, count in out.annotate(n=Count("pk")).order_by("practice__name"):
        names[pk], sent[pk][day] = name, count
    returned: dict[int, dict[tuple[dt.date, str], int]] = defaultdict(dict)
    back = mine.filter(returned_on__gt=since).values_list("practice_id", "returned_on", "return_code")
    for pk, day, code, count in back.annotate(n=Count("pk")).order_by():
        returned[pk][day, code] = count
    found = []
    for pk, name in names.items():
        thresholds = {
            rate: Threshold(
                book.value(f"ach_{rate}_warning", on=today, practice_id=pk),
                book.value(f"ach_{rate}_most", on=today, practice_id=pk),
            )
            for rate in RATES
        }
        told = {"days": days[pk], "sent": sent[pk], "returned": returned[pk], "thresholds": thresholds}
        weeks = [today - dt.timedelta(days=7 * back_by) for back_by in range(_TREND_WEEKS - 1, -1, -1)]
        trend = [(day, rates_on(day, **told)) for day in weeks]  # type: ignore[arg-type]
        found.append(RatesOfPractice(pk, name, trend[-1][1], trend, days[pk]))
    return found


def returns_counted(rate: str, *, practice_id: int, actor: "User", today: dt.date) -> list[AchEntry]:
    """The returned debits behind a rate, the latest first. Raises `NotFound` for a rate that is none."""
    if rate not in RATES:
        raise NotFound("There is no such rate.")
    days = limit_book().value("ach_rate_days", on=today, practice_id=practice_id)
    since = today - dt.timedelta(days=days)
    rows = entries(actor=actor).filter(practice=practice_id, kind=DEBIT, returned_on__gt=since, returned_on__lte=today)
    return [one for one in rows.order_by("-returned_on", "-pk") if counts_for(rate, one.return_code)]


def risk_checks(*, actor: "User") -> QuerySet[RiskCheck]:
    """The log of what was looked at before debits left, the latest first."""
    require(actor, Capability.SEE_REPORTS)
    rows = RiskCheck.objects.filter(practice__in=practice_ids(actor))
    return rows.select_related("practice", "entry__account", "checked_by").order_by("-pk")


def waiting_count(*, actor: "User", today: dt.date) -> int:
    """How many debits wait for somebody: held, or due for a file."""
    due = Q(state=EntryState.PENDING, effective_on__lte=add_banking_days(today, 1))
    rows = AchEntry.objects.filter(practice__in=practice_ids(actor))
    return rows.filter(due | Q(state=EntryState.HELD)).count()


def unsent_count(*, actor: "User") -> int:
    """How many files were made and not marked sent."""
    return AchFile.objects.filter(practice__in=practice_ids(actor), state=FileState.MADE).count()


def waiting_answers(*, actor: "User") -> int:
    """How many lines of banks wait."""
    return AchAnswer.objects.filter(practice__in=practice_ids(actor), state=AnswerState.WAITING).count()
