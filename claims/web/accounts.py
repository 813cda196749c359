"""Accounts: the list, one guarantor account with its money, how its bill came about, and a check or cash received."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import bulk, clock
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page
from claims.adjustments import selectors as adjustments
from claims.amendments import selectors as amendments
from claims.ledger import guarantor_accounts
from claims.ledger.visits import VisitBill, visit_bills
from claims.parties import reach
from claims.parties import selectors as parties
from claims.payers.phones import shown_number
from claims.plausible.particulars import LANGUAGES
from claims.receipts import recording
from claims.receipts.allocation import BadAllocation
from claims.receipts.selectors import receipts_of
from claims.web import documents
from claims.web.allocation_form import AllocationTable, allocation_table, chosen_visits
from claims.web.claim_forms import AccountFilterForm, ReceiptForm
from claims.web.claim_words import told_posting
from claims.web.shown import accounts_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from claims.parties.models import Account

_COLUMNS = (
    Column("Account"), Column("Guarantor"), Column("Practice"), Column("Opened", Kind.DATE),
    Column("Patient balance", Kind.MONEY), Column("At payers and others", Kind.MONEY), Column("Credits", Kind.MONEY),
    Column("Unapplied", Kind.MONEY),
)  # fmt: skip
_BATCH = 1000
_CHANGES = 5  # that stand on the page; all of them on that of the people


@page(Capability.SEE_CLAIMS)
def accounts(request: StaffRequest) -> HttpResponseBase:
    """The accounts that pass the filters in the address; `export=xlsx` or `csv` gives them all as numbers."""
    form = AccountFilterForm(request.GET)
    owing, text = form.asked("owing") or "", form.asked("text") or ""
    rows = guarantor_accounts.accounts(actor=request.user, owing=owing, text=text)
    sort = request.GET.get("sort", "")
    sort = sort if sort.lstrip("-") in guarantor_accounts.SORTS else "name"
    if kind := asked_for(request):
        after = ({"owing": owing} if owing else {}) | ({"text": True} if text else {})
        taken = audit_reads.record_export(
            request.user, "accounts", _by_key(rows), count=rows.count(), shows=accounts_shown, after=after,
            now=clock.now(),
        )  # fmt: skip
        sheet = Sheet("Accounts", _COLUMNS, _cells(taken))
        return table_response(kind, f"accounts-{clock.today()}", sheet)
    shown = guarantor_accounts.accounts_page(rows, sort=sort, after=form.asked("after"), before=form.asked("before"))
    narrowed = {"owing": owing} if owing else {}
    audit_reads.record_listed(
        request.user, "accounts", [row for row, *_ in shown.rows], shows=accounts_shown, after=narrowed, now=clock.now()
    )
    context = {
        "form": form,
        "page": shown,
        "sort": sort,
        "is_filtered": bool(owing or text),
    }
    return TemplateResponse(request, "claims/accounts.html", context)


@page(Capability.SEE_CLAIMS)
def account(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """One guarantor account."""
    return _show(request, parties.guarantor_account(actor=request.user, account_id=account_id))


@page(Capability.SEE_CLAIMS)
def account_bill(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """How the patient's bill came about, visit by visit, in words to read to a caller or to print."""
    found = parties.guarantor_account(actor=request.user, account_id=account_id)
    row = found.account
    audit.record_read(request.user, "account", row.pk, practice_id=row.practice_id, now=clock.now())
    claims, is_cut = guarantor_accounts.claims_of_account(row)
    visits = [one for one in visit_bills(claims) if one.patient_owes or request.GET.get("all")]
    context = {
        "guarantor_account": found,
        "account": row,
        "visits": visits,
        "total": sum((one.patient_owes for one in visits), ZERO),
        "practice_phone": shown_number(row.practice.phone),
        "is_cut": is_cut,
        "shows_all": bool(request.GET.get("all")),
        "today": clock.today(),
    }
    return TemplateResponse(request, "claims/account_bill.html", context)


@require_POST
@page(Capability.POST_MONEY)
def account_receipt(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Show where a check or cash would go (`preview`), then record it."""
    found = parties.guarantor_account(actor=request.user, account_id=account_id)
    form = ReceiptForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form=form, status=422)
    data, today = form.cleaned_data, clock.today()
    asked = {"actor": request.user, "account_id": account_id, "amount": data["amount"], "today": today}
    try:
        chosen = chosen_visits(request.POST)
        if "post" not in request.POST:
            proposed = recording.proposed_shares(**asked, chosen=chosen)
            return _show(request, found, form=form, allocation=allocation_table(proposed))
        receipt = recording.record_receipt(
            actor=request.user, account_id=account_id, today=today, now=clock.now(), chosen=chosen, **data
        )
    except BadAllocation as error:
        table = allocation_table(recording.proposed_shares(**asked), request.POST.dict(), error)
        return _show(request, found, form=form, allocation=table, problem=error, status=error.status)
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, found, form=form, problem=error, status=error.status)
    messages.success(request, f"{usd(data['amount'])} is posted as receipt {receipt}. Print it, or go on.")
    return redirect("receipt", receipt.pk)


def _show(
    request: StaffRequest,
    found: parties.GuarantorAccount,
    *,
    form: ReceiptForm | None = None,
    allocation: AllocationTable | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page, also beside a receipt that is previewed or failed; that it was opened is recorded."""
    row = found.account
    audit.record_read(request.user, "account", row.pk, practice_id=row.practice_id, now=clock.now())
    claims, is_cut = guarantor_accounts.claims_of_account(row)
    people = [found.guarantor.pk, *(one.person_id for one in found.patients)]
    visits = visit_bills(claims)
    owing = guarantor_accounts.balances_of_accounts([row.pk])[row.pk]
    context: dict[str, Any] = {
        "guarantor_account": found,
        "phones": _phones(found),
        "not_now": reach.not_now(row.pk, now=clock.now()),
        "language": LANGUAGES.get(found.guarantor.language, found.guarantor.language),
        "account": row,
        "visits": visits,
        "totals": _totals(visits),
        "stated_paid": sum((one.stated_paid for one in visits), ZERO),
        "is_cut": is_cut,
        "owing": owing,
        "receipts": [(one, told_posting(one)) for one in guarantor_accounts.receipts_of_account(row)],
        "write_offs": adjustments.adjustments_of_account(row.pk, actor=request.user, now=clock.now()),
        "may_write_off": may(request.user, Capability.WORK_ITEMS),
        "today": clock.today(),
        "problem": problem,
        "allocation": allocation,
        "money_received": receipts_of(row),
        "suggestions": amendments.suggestions_of(people),
        "changes": amendments.changes_of(row, people, actor=request.user, most=_CHANGES),
        "may_contact": may(request.user, Capability.WORK_ITEMS),
        "may_see_audit": may(request.user, Capability.SEE_AUDIT),
        "may_settle": may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "merged": parties.accounts_merged_into(row),
        **documents.documents_panel(request, "account", row.pk),
    }
    if may(request.user, Capability.POST_MONEY):
        offered = {"amount": request.GET.get("receipt", ""), "received_on": clock.today()}
        context["receipt_form"] = form or ReceiptForm(initial=offered)
    return TemplateResponse(request, "claims/account.html", context, status=status)


def _phones(found: parties.GuarantorAccount) -> list[tuple[Any, str, str]]:
    """The guarantor's numbers, as they are shown and where they come from: the preferred one first, wrong ones last."""
    rows = sorted(found.guarantor.phones.all(), key=lambda one: (one.is_wrong, not one.is_preferred, one.pk))
    return [(one, shown_number(one.number), amendments.source_words(one.source)) for one in rows]


def _totals(visits: list[VisitBill]) -> dict[str, Any]:
    names = ("charge", "agreed_off", "plan_paid", "patient_paid", "forgiven", "patient_owes", "with_plan")
    return {name: sum((getattr(one, name) for one in visits), ZERO) for name in names}


def _by_key(rows: "QuerySet[Account]") -> "Iterator[Account]":
    """Every account, a thousand at a time."""
    after = 0
    while batch := list(rows.filter(pk__gt=after).order_by("pk")[:_BATCH]):
        yield from batch
        after = batch[-1].pk


def _cells(rows: "Iterator[Account]") -> "Iterator[list[Any]]":
    """Every account with what it owes."""
    for batch in bulk.chunks(rows, _BATCH):
        owing = guarantor_accounts.balances_of_accounts([row.pk for row in batch])
        for row in batch:
            owes = owing[row.pk]
            yield [
                row.number, str(row.guarantor), row.practice.name, row.opened_on, owes.patient, owes.others,
                owes.credits, row.unapplied,
            ]  # fmt: skip
