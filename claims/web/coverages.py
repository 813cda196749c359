"""A patient's coverages and who answers for an account, corrected by people; what it does to claims is said first."""

from typing import Any

from django.http import HttpResponseBase

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.amendments import coverages, guarantors, selectors
from claims.amendments.coverage_effects import CoverEffect
from claims.amendments.history import Turn
from claims.amendments.selectors import Member
from claims.payers import selectors as payers
from claims.web import people_forms as forms
from claims.web.people_pages import bound, correction_page, opened

_COLUMNS = ("member_id", "group_number", "group_name", "relationship", "valid_from", "valid_to")


@page(Capability.CORRECT_PEOPLE)
def add(request: StaffRequest, account_id: int, person_id: int) -> HttpResponseBase:
    """A coverage that no bill named yet."""
    account, one = _patient(request, account_id, person_id)
    rank = min(len(coverages.current_coverages(one.patient, clock.today())) + 1, 3)
    form = _form(request, account_id, one, {"rank": rank})

    def save(turn: Turn) -> coverages.CoverOutcome:
        return coverages.add_coverage(
            one.patient.pk, form.facts(), turn=turn, on_claims=form.cleaned_data["on_claims"]
        )  # fmt: skip

    title = f"New coverage of {one.person}"
    return correction_page(request, account, form, save, title=title, effect=_told(save))


@page(Capability.CORRECT_PEOPLE)
def correct(request: StaffRequest, account_id: int, person_id: int, coverage_id: int) -> HttpResponseBase:
    """Member id, group, insured and days of a coverage."""
    account, one = _patient(request, account_id, person_id)
    row = _cover(one, coverage_id)
    initial = {name: getattr(row, name) for name in _COLUMNS} | {"subscriber": row.subscriber_id}
    form = _form(request, account_id, one, initial)
    form.fix(row.payer_id, row.rank)
    return correction_page(
        request, account, form, lambda turn: coverages.correct_coverage(row.pk, form.facts(), turn=turn),
        title=f"{row.payer.name}, coverage of {one.person}",
    )  # fmt: skip


@page(Capability.CORRECT_PEOPLE)
def end(request: StaffRequest, account_id: int, person_id: int, coverage_id: int) -> HttpResponseBase:
    """The last day on which a coverage answers."""
    account, one = _patient(request, account_id, person_id)
    row = _cover(one, coverage_id)
    form = bound(request, forms.CoverageEndForm, {"valid_to": row.valid_to})

    def save(turn: Turn) -> coverages.CoverOutcome:
        data = form.cleaned_data
        return coverages.end_coverage(row.pk, data["valid_to"], turn=turn, off_claims=data["off_claims"])

    title = f"End {row.payer.name}, coverage of {one.person}"
    return correction_page(request, account, form, save, title=title, effect=_told(save))


@page(Capability.CORRECT_PEOPLE)
def order(request: StaffRequest, account_id: int, person_id: int) -> HttpResponseBase:
    """Which coverage comes first, second and third."""
    account, one = _patient(request, account_id, person_id)
    standing = coverages.current_coverages(one.patient, clock.today())
    choices = [(row.pk, f"{row.payer.name} {row.member_id}") for row in standing]
    form = bound(request, forms.CoverageOrderForm, {}, covers=choices)

    def save(turn: Turn) -> coverages.CoverOutcome:
        on_claims = form.cleaned_data["on_claims"]
        return coverages.order_coverages(one.patient.pk, form.order(), turn=turn, on_claims=on_claims)

    title = f"Order of coverages of {one.person}"
    return correction_page(request, account, form, save, title=title, effect=_told(save))


@page(Capability.CORRECT_PEOPLE)
def guarantor(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Who answers for an account."""
    found, members = selectors.members_of(account_id, actor=request.user)
    account, _ = opened(request, account_id, found.guarantor_id)
    people = [(one.person.pk, str(one.person)) for one in members if one.person.pk != account.guarantor_id]
    form = bound(request, forms.GuarantorForm, {"from_on": clock.today()}, people=people)
    born = {one.person.pk: one.person.birth_on for one in members}

    def odd() -> list[str]:
        data = form.cleaned_data
        day = born.get(data["person"]) if data["person"] else data["birth_on"]
        return guarantors.guarantor_warnings(day, today=clock.today())

    def save(turn: Turn) -> object:
        data = form.cleaned_data
        return guarantors.change_guarantor(
            account_id, turn, person_id=data["person"], named=form.named(), from_on=data["from_on"]
        )

    return correction_page(
        request, account, form, save, title=f"Who answers for account {account.number}", odd=odd,
        owes=guarantors.patient_balance(account_id), guarantor=account.guarantor,
    )  # fmt: skip


def _told(save: Any) -> Any:
    def effect(turn: Turn) -> CoverEffect:
        return coverages.told_before(lambda: save(turn))

    return effect


def _form(request: StaffRequest, account_id: int, one: Member, initial: dict[str, Any]) -> Any:
    _, members = selectors.members_of(account_id, actor=request.user)
    people = [(other.person.pk, str(other.person)) for other in members if other.person.pk != one.person.pk]
    known = [(payer.pk, payer.name) for payer in payers.payers(actor=request.user)]
    return bound(request, forms.CoverageForm, initial, payers=known, people=people)


def _patient(request: StaffRequest, account_id: int, person_id: int) -> tuple[Any, Any]:
    account, one = opened(request, account_id, person_id)
    if one.patient is None:
        raise NotFound("That person is no patient of this account.")
    return account, one


def _cover(one: Member, coverage_id: int) -> Any:
    found = next((row for row in one.coverages if row.pk == coverage_id), None)
    if found is None:
        raise NotFound("There is no such coverage of this patient.")
    return found
