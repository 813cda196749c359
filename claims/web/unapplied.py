"""Unapplied cash: of patients, applied to visits one account at a time or all that owe; of payers, where it waits."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import bulk, clock
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.ids import id_of
from arwork.lib.money import ZERO, NotMoney, money
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page
from claims.parties import selectors as parties
from claims.receipts import recording, selectors
from claims.receipts import unapplied as services
from claims.receipts.allocation import BadAllocation
from claims.remits.exception_view import reason_words
from claims.remits.undo import UNDO_WITHIN
from claims.web.allocation_form import AllocationTable, allocation_table, chosen_visits
from claims.web.receipt_forms import ApplyForm
from claims.web.shown import accounts_shown, exceptions_shown

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from arwork.staff.models import User
    from claims.parties.models import Account

PER_PAGE = 50
_OF_PATIENTS = (
    Column("Account"), Column("Guarantor"), Column("Practice"), Column("Since", Kind.DATE),
    Column("Unapplied", Kind.MONEY), Column("Patient owes", Kind.MONEY), Column("From receipts"), Column("Who last"),
)  # fmt: skip
_OF_PAYERS = (
    Column("Payer"), Column("Check or trace"), Column("Practice"), Column("Since", Kind.DATE),
    Column("Unapplied", Kind.MONEY), Column("Why"), Column("Claim"), Column("Who last"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def unapplied(request: StaffRequest) -> HttpResponseBase:
    """What no visit has got: of patients, or with `whose=payers` of payers; exports both."""
    whose = "payers" if request.GET.get("whose") == "payers" else "patients"
    is_owing = request.GET.get("owing") == "1"
    rows = selectors.unapplied_accounts(actor=request.user, is_owing=is_owing)
    held = selectors.unapplied_of_payers(actor=request.user)
    now = clock.now()
    if kind := asked_for(request):
        if whose == "payers":
            shown = audit_reads.record_export(
                request.user, "unapplied", iter(held), count=len(held), shows=_exception_shown, now=now
            )
            return table_response(kind, "unapplied-of-payers", Sheet("Payers", _OF_PAYERS, map(_payer_cells, shown)))
        taken = audit_reads.record_export(
            request.user, "unapplied", rows.iterator(chunk_size=1000), count=rows.count(), shows=accounts_shown, now=now
        )
        return table_response(kind, "unapplied-of-patients", Sheet("Patients", _OF_PATIENTS, _patient_cells(taken)))
    shown_page: Any = Paginator(held if whose == "payers" else rows, PER_PAGE).get_page(request.GET.get("page"))
    if whose == "payers":
        audit_reads.record_listed(request.user, "unapplied", shown_page, shows=_exception_shown, now=now)
    else:
        audit_reads.record_listed(request.user, "unapplied", shown_page, shows=accounts_shown, now=now)
    context = {
        "page": shown_page,
        "whose": whose,
        "is_owing": is_owing,
        "cash": selectors.unapplied_cash(list(shown_page)) if whose == "patients" else [],
        "held": [(one, reason_words(one.exception.code)) for one in shown_page] if whose == "payers" else [],
        "of_patients": selectors.total_of(rows),
        "of_payers": sum((one.amount for one in held), ZERO),
        "runs": selectors.last_runs(actor=request.user, since=now - UNDO_WITHIN),
        "may_post": may(request.user, Capability.POST_MONEY),
        "today": clock.today(),
    }
    return TemplateResponse(request, "claims/receipts/unapplied.html", context)


@page(Capability.POST_MONEY)
def unapplied_account(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Apply the unapplied cash of one account: shown first, changed visit by visit, then posted."""
    found = parties.guarantor_account(actor=request.user, account_id=account_id).account
    if request.method != "POST":
        asked = {"amount": max(found.unapplied, ZERO)}
        return _show_account(request, found, ApplyForm(initial=asked), _table(request, found, asked["amount"]))
    form = ApplyForm(request.POST)
    if not form.is_valid():
        return _show_account(request, found, form, None, status=422)
    amount, today = form.cleaned_data["amount"], clock.today()
    try:
        chosen = chosen_visits(request.POST)
        if "post" not in request.POST:
            return _show_account(request, found, form, _table(request, found, amount, chosen))
        made = services.apply_unapplied(
            actor=request.user, account_id=account_id, amount=amount, chosen=chosen, today=today, now=clock.now()
        )
    except BadAllocation as error:
        proposed = recording.proposed_shares(actor=request.user, account_id=account_id, amount=amount, today=today)
        table = allocation_table(proposed, request.POST.dict(), error)
        return _show_account(request, found, form, table, problem=error, status=error.status)
    except DomainError as error:
        form.add_error("amount", error.message)
        return _show_account(request, found, form, _table(request, found, amount), problem=error, status=error.status)
    messages.success(request, f"{usd(made.amount)} is applied. It can be undone below.")
    return redirect("unapplied_account", account_id)


@require_POST
@page(Capability.POST_MONEY)
def unapplied_undo(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Take back what was applied: the cash is unapplied again."""
    found = parties.guarantor_account(actor=request.user, account_id=account_id).account
    services.undo_applications(
        _run(request), account_id=found.pk, actor=request.user, today=clock.today(), now=clock.now()
    )
    messages.success(request, "Undone: it is unapplied again.")
    return redirect("unapplied_account", found.pk)


@page(Capability.POST_MONEY)
def unapplied_all(request: StaffRequest) -> HttpResponseBase:
    """Apply all that would pay something: shown account by account, then posted as it was shown."""
    if request.method == "POST":
        proposed = dict(_proposed(request))
        made = services.apply_all(actor=request.user, proposed=proposed, today=clock.today(), now=clock.now())
        left = len(proposed) - len(made)
        total = sum((one.amount for one in made), ZERO)
        messages.success(
            request,
            f"{usd(total)} of {len(made)} accounts is applied."
            + (f" {left} changed meanwhile and stayed as they are." if left else ""),
        )
        return redirect("unapplied")
    rows = services.proposed_applications(actor=request.user, today=clock.today())
    accounts = parties.accounts(actor=request.user).in_bulk([one.account_id for one in rows])
    shown = [(accounts[one.account_id], one) for one in rows]
    audit_reads.record_listed(
        request.user, "unapplied", [account for account, _ in shown], shows=accounts_shown, now=clock.now()
    )
    total = sum((one.applies for one in rows), ZERO)
    return TemplateResponse(request, "claims/receipts/apply_all.html", {"rows": shown, "total": total})


@require_POST
@page(Capability.POST_MONEY)
def unapplied_undo_all(request: StaffRequest) -> HttpResponseBase:
    """Take back all that was applied together."""
    rows = services.undo_applications(_run(request), actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, f"Undone on {len(rows)} account{'' if len(rows) == 1 else 's'}: it is unapplied again.")
    return redirect("unapplied")


def waiting(actor: "User", _: "dt.date") -> int:
    """How many accounts and payments hold cash that no visit has got, for the page that leads here."""
    return selectors.unapplied_accounts(actor=actor).count() + len(selectors.unapplied_of_payers(actor=actor))


def _show_account(
    request: StaffRequest,
    found: "Account",
    form: ApplyForm,
    table: AllocationTable | None,
    *,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    audit.record_read(request.user, "account", found.pk, practice_id=found.practice_id, now=clock.now())
    context = {
        "account": found,
        "form": form,
        "allocation": table,
        "problem": problem,
        "cash": selectors.unapplied_cash([found])[0],
        "applications": selectors.applications_of(found),
    }
    return TemplateResponse(request, "claims/receipts/unapplied_account.html", context, status=status)


def _table(
    request: StaffRequest, found: "Account", amount: Decimal, chosen: dict[int, Decimal] | None = None
) -> AllocationTable:
    proposed = recording.proposed_shares(
        actor=request.user, account_id=found.pk, amount=amount, today=clock.today(), chosen=chosen
    )
    return allocation_table(proposed)


def _run(request: StaffRequest) -> UUID:
    try:
        return UUID(request.POST.get("run", ""))
    except ValueError:
        raise NotFound("There is no such application in your practices.") from None


def _proposed(request: StaffRequest) -> "Iterator[tuple[int, Decimal]]":
    """What was shown, by account: `12:40.00`."""
    for text in request.POST.getlist("applies"):
        account, _, amount = text.partition(":")
        try:
            yield id_of(account) or 0, money(amount)
        except NotMoney:
            continue


def _exception_shown(one: selectors.UnappliedOfPayer) -> "Iterable[tuple[str, int | None]]":
    return exceptions_shown(one.exception)


def _patient_cells(rows: "Iterable[Account]") -> "Iterator[list[Any]]":
    for batch in bulk.chunks(rows):
        for one in selectors.unapplied_cash(batch):
            yield [
                one.account.number, str(one.account.guarantor), one.account.practice.name, one.since_on, one.amount,
                one.owed, ", ".join(f"{row} {row.name}" for row in one.receipts), one.last_by,
            ]  # fmt: skip


def _payer_cells(one: selectors.UnappliedOfPayer) -> list[Any]:
    row = one.exception
    claim = row.remit_claim.claim if row.remit_claim else None
    return [
        one.payer, row.remittance.trace, row.remittance.practice.name, row.remittance.paid_on, one.amount,
        reason_words(row.code), claim.number if claim else "", one.last_by,
    ]  # fmt: skip
