"""The journal of a month for the general ledger, and the accounts that it uses."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.dated_rules import standing
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, table_response
from arwork.web.pages import StaffRequest, page, posted
from claims.closing import gl_exports
from claims.closing.gl_accounts import SHIPPED, GlName, gl_names
from claims.closing.gl_journal import Journal, kind_words
from claims.closing.months import Month
from claims.closing.selectors import practice_for
from claims.ledger.periods import closed_through
from claims.ledger.posting_words import account_words
from claims.web.closing_forms import GlAccountForm
from claims.web.closing_places import asked_month, chosen_practice
from claims.web.setup_pages import form_page, may_change


@page(Capability.SEE_REPORTS)
def gl_journal(request: StaffRequest, practice_id: int, month: str) -> HttpResponseBase:
    """What a month did to each account, what was exported of it, and what changed since."""
    of = asked_month(request, practice_id, month)
    found = gl_exports.journal_of_month(of)
    last = closed_through(practice_id)
    context = {
        "practice": practice_for(practice_id, actor=request.user),
        "month": of,
        "found": found,
        "lines": [(line, kind_words(line)) for line in found.journal.lines],
        "changes": [(one, kind_words(one.line)) for one in found.changes],
        "is_closed": last is not None and of.ends_on <= last,
        "may_export": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "claims/closing/journal.html", context)


@require_POST
@page(Capability.POST_MONEY)
def gl_export(request: StaffRequest, practice_id: int, month: str) -> HttpResponseBase:
    """The journal as a file, marked as exported."""
    of = asked_month(request, practice_id, month)
    journal = gl_exports.export_journal(of, actor=request.user, now=clock.now())
    kind = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return table_response(kind, f"journal-{of.code}", _sheet(journal, of))


@page(Capability.SEE_REPORTS)
def gl_accounts(request: StaffRequest) -> HttpResponseBase:
    """Where each account of the books goes in a practice's general ledger: its own rows, and what is shipped."""
    today, practice = clock.today(), chosen_practice(request)
    rows = gl_exports.mappings_of(practice.id)
    now = gl_names(rows, on=today)
    context: dict[str, Any] = {
        "practice": practice,
        "accounts": [(name, account_words(name), now[name], now[name] == SHIPPED[name]) for name in SHIPPED],
        "rows": [(row, account_words(row.account), standing(row.valid_from, row.valid_to, today)) for row in rows],
        "may_change": may_change(request),
    }
    return TemplateResponse(request, "claims/closing/gl_accounts.html", context)


@page(Capability.CONFIGURE_PAYERS)
def gl_account_new(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Let an account go elsewhere from a day on."""
    practice = practice_for(practice_id, actor=request.user)
    asked = request.GET.get("account", "")
    now = gl_names(gl_exports.mappings_of(practice_id), on=clock.today()).get(asked)
    initial: dict[str, Any] = {"account": asked, "number": now.number, "name": now.name} if now else {}
    choices = [(name, account_words(name).capitalize()) for name in SHIPPED]
    initial["valid_from"] = clock.today().replace(day=1)
    form = GlAccountForm(posted(request), choices=choices, initial=initial)

    def save() -> str:
        data = form.cleaned_data
        gl_exports.map_account(
            data["account"], GlName(data["number"], data["name"]), practice_id=practice_id,
            valid_from=data["valid_from"], actor=request.user, now=clock.now(),
        )  # fmt: skip
        return ""

    done = f"{reverse('gl_accounts')}?practice={practice_id}"
    return form_page(
        request, form, save, title=f"An account of {practice}", done=done,
        crumbs=[(reverse("setup"), "Setup"), (done, "General ledger")],
        intro="A journal uses the accounts that hold on the last day of its month.",
    )  # fmt: skip


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def gl_account_end(request: StaffRequest, mapping_id: int) -> HttpResponseBase:
    """End a row as soon as may be."""
    gl_exports.end_mapping(mapping_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Ended. What stood before it, or what is shipped, holds again.")
    return redirect("gl_accounts")


def _sheet(journal: Journal, month: Month) -> Sheet:
    columns = [
        Column("Date", Kind.DATE),
        Column("Journal"),
        Column("Account", width=12),
        Column("Account name", width=40),
        Column("Debit", Kind.MONEY),
        Column("Credit", Kind.MONEY),
    ]
    rows = [
        (month.ends_on, kind_words(line), line.number, line.name, line.debit, line.credit) for line in journal.lines
    ]
    return Sheet("Journal", columns, rows, ("", "Total", "", "", journal.debits, journal.credits))
