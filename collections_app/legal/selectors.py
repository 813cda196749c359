"""Questions about cases and referrals: the lists, one of them with its clocks, and what is owed by its person."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.models import Role, User
from claims.billing.models import Claim, ClaimLine
from claims.parties.models import Account, PersonAddress
from collections_app.contacts.hold_facts import day_of
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase
from collections_app.legal.clocks import (
    CourtClock,
    CourtFigures,
    PetitionLine,
    SplitVisit,
    bankruptcy_clocks,
    estate_clocks,
    split_at,
)
from collections_app.legal.models import (
    OPEN_CASES,
    OPEN_REFERRALS,
    WITH_THE_FIRM,
    CourtCase,
    LawFirm,
    LegalReferral,
)
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from collections_app.limits.figures import LimitBook

OPEN, ENDED = "open", "ended"
#: The tabs of a list of cases or referrals.
TABS = {OPEN: "Open", ENDED: "Over"}
_WORKING = (Role.COLLECTOR, Role.SUPERVISOR, Role.ADMIN, Role.OWNER)


def cases(actor: User, *, kind: str, tab: str) -> "QuerySet[CourtCase]":
    """Cases of a kind in the actor's practices: the next day first, what is over last ended first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _cases().filter(practice__in=practice_ids(actor), kind=kind)
    if tab == ENDED:
        return rows.exclude(state__in=OPEN_CASES).order_by("-ended_on", "-pk")
    return rows.filter(state__in=OPEN_CASES).order_by(F("next_on").asc(nulls_first=True), "pk")


def open_case_count(actor: User, *, kind: str) -> int:
    """How many cases of a kind are open in the actor's practices. One query."""
    rows = CourtCase.objects.filter(practice__in=practice_ids(actor), kind=kind, state__in=OPEN_CASES)
    return rows.count()


def case_seen_by(actor: User, case_id: int) -> CourtCase:
    """One case of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    found = _cases().filter(pk=case_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such case in your practices.")
    return found


def cases_of_person(person_id: int) -> list[CourtCase]:
    """The cases of somebody, the open ones first. One query."""
    rows = _cases().filter(person=person_id).order_by("-pk")
    return sorted(rows, key=lambda one: not one.is_open)


def clocks_of(case: CourtCase, *, book: "LimitBook | None" = None) -> list[CourtClock]:
    """The days of a case. Two queries, one with the `book`."""
    figures = court_figures(case, book or limit_book())
    facts, is_filed = case.hold.facts or {}, case.claim_filed_on is not None
    if case.kind == CourtCase.Kind.BANKRUPTCY:
        return bankruptcy_clocks(
            figures, chapter=facts.get("chapter", ""), filed_on=day_of(facts, "filed_on"),
            meeting_on=day_of(facts, "meeting_on"), notice_on=case.claim_until, is_filed=is_filed,
        )  # fmt: skip
    return estate_clocks(figures, died_on=day_of(facts, "died_on"), notice_on=case.claim_until, is_filed=is_filed)


def court_figures(case: CourtCase, book: "LimitBook") -> CourtFigures:
    """The days that are counted for a case: those in force when it was opened."""
    on, practice_id = case.opened_at.date(), case.practice_id
    row = None
    if case.kind == CourtCase.Kind.ESTATE:
        homes = PersonAddress.objects.filter(person=case.person_id, is_current=True).exclude(state="")
        rows = [
            book.pick("estate_claim_days", on=on, practice_id=practice_id, scope=state)
            for state in sorted(set(homes.values_list("state", flat=True)))
        ]
        row = min((one for one in rows if one is not None), key=lambda one: one.value, default=None)
    return CourtFigures(
        book.value("bankruptcy_proof_days", on=on, practice_id=practice_id),
        book.value("bankruptcy_objection_days", on=on, practice_id=practice_id),
        row.value if row else None,
        row.source if row else "",
    )


def accounts_of_person(person_id: int) -> list[int]:
    """Every account that somebody answers for. One query."""
    return list(Account.objects.filter(guarantor=person_id).order_by("pk").values_list("pk", flat=True))


def lines_owed(person_id: int) -> list[PetitionLine]:
    """Every line of which somebody owes something, over all their accounts. One query."""
    rows = ClaimLine.objects.filter(claim__account__guarantor=person_id, patient__gt=0).order_by("claim_id", "number")
    return [PetitionLine(*row) for row in rows.values_list("claim_id", "pk", "service_from", "patient")]


def split_of(case: CourtCase) -> list[SplitVisit]:
    """What is owed of each visit before and after the petition; empty while nobody knows its day. One query."""
    filed_on = day_of(case.hold.facts, "filed_on")
    return split_at(lines_owed(case.person_id), filed_on) if filed_on else []


def owed_by(person_id: int) -> Decimal:
    """What somebody owes over all their accounts. One query."""
    return sum((one.owed for one in lines_owed(person_id)), ZERO)


def claims_named(claim_ids: Collection[int]) -> dict[int, Claim]:
    """Claims by id, to be named on a page. One query."""
    return {one.pk: one for one in Claim.objects.filter(Among("pk", claim_ids))}


def accounts_named(account_ids: Collection[int]) -> dict[int, Account]:
    """Accounts with their guarantor by id, to be named on a page. One query."""
    return {one.pk: one for one in Account.objects.filter(Among("pk", account_ids)).select_related("guarantor")}


def referrals(actor: User, *, tab: str) -> "QuerySet[LegalReferral]":
    """Referrals of the actor's practices: the next day first, what is over last ended first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _referrals().filter(practice__in=practice_ids(actor))
    if tab == ENDED:
        return rows.exclude(state__in=OPEN_REFERRALS).order_by("-ended_on", "-pk")
    return rows.filter(state__in=OPEN_REFERRALS).order_by(F("next_on").asc(nulls_first=True), "pk")


def open_referral_count(actor: User) -> int:
    """How many referrals are open in the actor's practices. One query."""
    return LegalReferral.objects.filter(practice__in=practice_ids(actor), state__in=OPEN_REFERRALS).count()


def referral_seen_by(actor: User, referral_id: int) -> LegalReferral:
    """One referral of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    found = _referrals().filter(pk=referral_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such referral in your practices.")
    return found


def referral_of(account_id: int) -> LegalReferral | None:
    """The open referral of an account. One query."""
    return _referrals().filter(account=account_id, state__in=OPEN_REFERRALS).first()


def with_a_firm(account_ids: Collection[int], today: dt.date) -> dict[int, str]:
    """Why nobody of ours asks for these accounts: a law firm does. One query."""
    rows = LegalReferral.objects.filter(Among("account", account_ids), state__in=WITH_THE_FIRM, sent_on__lte=today)
    return {account: f"{firm} works it" for account, firm in rows.values_list("account_id", "firm__name")}


def referred_on_both(gone: Account, kept: Account) -> list[str]:
    """Why two accounts can't become one: both are referred, and an account is referred once at a time."""
    rows = LegalReferral.objects.filter(account__in=(gone, kept), state__in=OPEN_REFERRALS)
    if len(set(rows.values_list("account_id", flat=True))) < len((gone, kept)):
        return []
    return ["Both accounts are referred to a law firm. Recall one of them first."]


def open_cases(practice_ids: Collection[int], today: dt.date) -> list[OpenCase]:
    """Every case and referral of some practices that needs a next step. Two queries."""
    found = [
        OpenCase(str(one.get_kind_display()), one.pk, one.account_id, "court_case", one.owner_id, one.next_action,
                 one.next_on)
        for one in _by_day(CourtCase.objects.filter(practice__in=practice_ids, state__in=OPEN_CASES))
    ]  # fmt: skip
    found += [
        OpenCase("Legal referral", one.pk, one.account_id, "legal_referral", one.owner_id, one.next_action, one.next_on)
        for one in _by_day(LegalReferral.objects.filter(practice__in=practice_ids, state__in=OPEN_REFERRALS))
    ]
    return found


def firms(actor: User) -> list[LawFirm]:
    """Every law firm of the actor's practices, those that get no new accounts last. One query."""
    require(actor, Capability.SEE_CLAIMS)
    rows = LawFirm.objects.filter(practice__in=practice_ids(actor)).select_related("practice")
    return sorted(rows, key=lambda one: (one.ended_on is not None, one.practice.name, one.name))


def owner_choices(actor: User, practice_id: int) -> list[tuple[int, str]]:
    """Who may own a case of a practice: its people who work, by name. One query."""
    rows = User.objects.filter(is_active=True, is_service=False, role__in=_WORKING, practices=practice_id).distinct()
    found = {one.pk: str(one) for one in rows}
    if practice_id in practice_ids(actor):
        found.setdefault(actor.pk, str(actor))
    return sorted(found.items(), key=lambda one: one[1])


def _by_day(rows: "QuerySet") -> "QuerySet":
    return rows.order_by(F("next_on").asc(nulls_first=True), "pk")[:MOST_OF_A_SOURCE]


def _cases() -> "QuerySet[CourtCase]":
    return CourtCase.objects.select_related("practice", "person", "account", "hold", "owner", "claim_document")


def _referrals() -> "QuerySet[LegalReferral]":
    return LegalReferral.objects.select_related(
        "practice", "account__guarantor", "firm", "owner", "asked_by", "package"
    )
