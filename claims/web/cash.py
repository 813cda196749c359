"""Days and batches: what was taken in, counting it, carrying it to the bank, closing the day."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff.access import Capability, may
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page, posted
from claims.cash import batches, days, selectors, slips
from claims.cash.days import DayOfCash
from claims.cash.takings import COUNTED, Taking, total_of
from claims.closing.selectors import practice_for
from claims.web.closing_forms import DepositedForm, SlipForm, TapeForm, WhyForm
from claims.web.closing_places import chosen_practice, day_of

if TYPE_CHECKING:
    from claims.cash.models import CashBatch, DepositSlip

LATEST_SLIPS = 12


@page(Capability.SEE_REPORTS)
def cash_days(request: StaffRequest) -> HttpResponseBase:
    """The days with money of the last weeks, and how each stands."""
    today, practice = clock.today(), chosen_practice(request)
    found = days.days_of_cash(practice.id, since=today - days.LISTED, until=today)
    context = {
        "practice": practice,
        "days": found,
        "open_count": sum(one.needs_closing for one in found),
        "slips": selectors.slips([practice.id])[:LATEST_SLIPS],
        "today": today,
    }
    return TemplateResponse(request, "claims/cash/days.html", context)


@page(Capability.SEE_REPORTS)
def cash_day(request: StaffRequest, practice_id: int, day: str) -> HttpResponseBase:
    """One day: what is to be counted, its batches, its slips, closing it."""
    return _show_day(request, practice_id, day_of(day))


@require_POST
@page(Capability.POST_MONEY)
def batch_open(request: StaffRequest, practice_id: int, day: str) -> HttpResponseBase:
    """Open the batch of a kind and a person."""
    found = batches.open_batch(
        practice_id=practice_id, day=day_of(day), kind=request.POST.get("kind", ""),
        owner_id=id_of(request.POST.get("owner", "")), actor=request.user, today=clock.today(), now=clock.now(),
    )  # fmt: skip
    return redirect("cash_batch", found.pk)


@require_POST
@page(Capability.POST_MONEY)
def slip_make(request: StaffRequest, practice_id: int, day: str) -> HttpResponseBase:
    """Put closed batches of a day on a deposit slip."""
    on = day_of(day)
    form = _slip_form(days.day_of_cash(practice_id, on), request)
    if not form.is_valid():
        return _show_day(request, practice_id, on, slip_form=form, status=422)
    try:
        found = slips.make_slip(
            form.cleaned_data["batches"], practice_id=practice_id, bank_account=form.cleaned_data["bank_account"],
            actor=request.user, today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return _show_day(request, practice_id, on, slip_form=form, problem=error, status=error.status)
    return redirect("deposit_slip", found.pk)


@require_POST
@page(Capability.POST_MONEY)
def day_close(request: StaffRequest, practice_id: int, day: str) -> HttpResponseBase:
    """Close a day."""
    on, why = day_of(day), request.POST.get("why", "")
    return _changed_day(
        request, practice_id, on,
        lambda: days.close_day(
            practice_id=practice_id, day=on, note=why, actor=request.user, today=clock.today(), now=clock.now()
        ),
        said="The day is closed.",
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def day_reopen(request: StaffRequest, practice_id: int, day: str) -> HttpResponseBase:
    """Open a day again."""
    on, why = day_of(day), request.POST.get("why", "")
    return _changed_day(
        request, practice_id, on,
        lambda: days.reopen_day(practice_id=practice_id, day=on, why=why, actor=request.user, now=clock.now()),
        said="The day is open again.",
    )  # fmt: skip


@page(Capability.SEE_REPORTS)
def cash_batch(request: StaffRequest, batch_id: int) -> HttpResponseBase:
    """One batch: what is in it, its tape, closing it."""
    return _show_batch(request, batch_id)


@require_POST
@page(Capability.POST_MONEY)
def batch_tape(request: StaffRequest, batch_id: int) -> HttpResponseBase:
    """Type what the tape says."""
    form = TapeForm(request.POST)
    if not form.is_valid():
        return _show_batch(request, batch_id, tape=form, status=422)
    return _changed_batch(
        request, batch_id,
        lambda: batches.set_tape(batch_id, actor=request.user, now=clock.now(), **form.cleaned_data),
        said="", tape=form,
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def batch_close(request: StaffRequest, batch_id: int) -> HttpResponseBase:
    """Close a batch; a difference needs a reason."""
    why = request.POST.get("why", "")
    return _changed_batch(
        request, batch_id,
        lambda: batches.close_batch(batch_id, why=why, actor=request.user, now=clock.now()),
        said="The batch is closed.",
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def batch_reopen(request: StaffRequest, batch_id: int) -> HttpResponseBase:
    """Count a batch again."""
    return _changed_batch(
        request, batch_id,
        lambda: batches.reopen_batch(batch_id, actor=request.user, now=clock.now()),
        said="The batch is open again.",
    )  # fmt: skip


@page(Capability.SEE_REPORTS)
def deposit_slip(request: StaffRequest, slip_id: int) -> HttpResponseBase:
    """A deposit slip, to be printed and taken to the bank."""
    return _show_slip(request, slip_id)


@require_POST
@page(Capability.POST_MONEY)
def slip_deposit(request: StaffRequest, slip_id: int) -> HttpResponseBase:
    """Say that it went to the bank."""
    form = DepositedForm(request.POST)
    if not form.is_valid():
        return _show_slip(request, slip_id, form=form, status=422)
    try:
        slips.deposit_slip(
            slip_id, on=form.cleaned_data["on"], actor=request.user, today=clock.today(), now=clock.now()
        )
    except DomainError as error:
        return _show_slip(request, slip_id, form=form, problem=error, status=error.status)
    messages.success(request, "Deposited. It is looked for in the files of the bank.")
    return redirect("deposit_slip", slip_id)


@require_POST
@page(Capability.POST_MONEY)
def slip_void(request: StaffRequest, slip_id: int) -> HttpResponseBase:
    """Take the batches off a slip again."""
    try:
        slips.void_slip(slip_id, actor=request.user, now=clock.now())
    except DomainError as error:
        return _show_slip(request, slip_id, problem=error, status=error.status)
    messages.success(request, "The slip is void. Its batches wait for another one.")
    return redirect("deposit_slip", slip_id)


def _show_day(
    request: StaffRequest,
    practice_id: int,
    on: dt.date,
    *,
    slip_form: SlipForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    practice = practice_for(practice_id, actor=request.user)
    found = days.day_of_cash(practice_id, on)
    waiting: dict[tuple[str, int | None], list[Taking]] = {}
    for one in found.uncounted:
        waiting.setdefault((one.kind, one.owner_id), []).append(one)
    people = {person.pk: person for person in practice.staff.filter(pk__in=[owner for _, owner in waiting if owner])}
    under_way = {(one.kind, one.owner_id) for one in found.open_batches}
    to_count = [
        (kind, owner, people.get(owner or 0), len(some), total_of(some))
        for (kind, owner), some in waiting.items()
        if (kind, owner) not in under_way
    ]
    context = {
        "practice": practice,
        "found": found,
        "to_count": to_count,
        "slip_form": slip_form or (_slip_form(found) if _unslipped(found) else None),
        "slips": list({one.slip_id: one.slip for one in found.batches if one.slip}.values()),
        "why": WhyForm(posted(request)),
        "problem": problem,
        "today": clock.today(),
        "may_count": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "claims/cash/day.html", context, status=status)


def _changed_day(
    request: StaffRequest, practice_id: int, on: dt.date, change: Callable[[], object], *, said: str
) -> HttpResponseBase:
    try:
        change()
    except DomainError as error:
        return _show_day(request, practice_id, on, problem=error, status=error.status)
    messages.success(request, said)
    return redirect("cash_day", practice_id, on.isoformat())


def _unslipped(found: DayOfCash) -> "list[CashBatch]":
    return [one for one in found.undeposited if one.slip_id is None]


def _slip_form(found: DayOfCash, request: StaffRequest | None = None) -> SlipForm:
    waiting = _unslipped(found)
    choices = [(one.pk, f"Batch {one.pk}, {usd(one.counted_amount + one.over_short_amount)}") for one in waiting]
    initial = {"batches": [one.pk for one in waiting]}
    return SlipForm(request.POST if request else None, choices=choices, initial=initial)


def _show_batch(
    request: StaffRequest,
    batch_id: int,
    *,
    tape: TapeForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    batch = selectors.batch_of(batch_id, actor=request.user)
    items = selectors.items_of(batch)
    amount, count = total_of(items), len(items)
    said = {"count": batch.expected_count, "amount": batch.expected_amount}
    context = {
        "batch": batch,
        "items": items,
        "count": count,
        "amount": amount,
        "over_short": None if batch.expected_amount is None else batch.expected_amount - amount,
        "is_equal": (batch.expected_count, batch.expected_amount) == (count, amount),
        "needs_slip": batch.kind in COUNTED,
        "tape": tape or TapeForm(initial={name: value for name, value in said.items() if value is not None}),
        "why": WhyForm(posted(request) if "why" in request.POST else None),
        "problem": problem,
        "may_count": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "claims/cash/batch.html", context, status=status)


def _changed_batch(
    request: StaffRequest, batch_id: int, change: Callable[[], object], *, said: str, tape: TapeForm | None = None
) -> HttpResponseBase:
    try:
        change()
    except DomainError as error:
        return _show_batch(request, batch_id, tape=tape, problem=error, status=error.status)
    if said:
        messages.success(request, said)
    return redirect("cash_batch", batch_id)


def _show_slip(
    request: StaffRequest,
    slip_id: int,
    *,
    form: DepositedForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    slip: DepositSlip = selectors.slip_of(slip_id, actor=request.user)
    on_slip = list(slip.batches.order_by("day", "pk"))
    context = {
        "slip": slip,
        "checks": selectors.checks_of(slip),
        "batches": on_slip,
        "form": form or DepositedForm(initial={"on": clock.today()}),
        "problem": problem,
        "may_count": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "claims/cash/slip.html", context, status=status)
