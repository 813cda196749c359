"""Who saw a patient's record, and the accounting of disclosures: both to be printed and handed to the patient."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.dates import EARLIEST
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit, audit_trail
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page, posted
from claims.parties import selectors as parties
from claims.privacy import selectors, services

_DAYS = 90  # that are shown when nobody asked for others
_LATEST = dt.date(9998, 12, 31)
_SENTENCES = {
    audit.READ: "Opened",
    audit.LISTED: "Had it on a list",
    audit.SEARCHED: "Found it by a search",
    audit.EXPORTED: "Took it out in a file",
    audit.DOWNLOADED: "Took away the file as it came",
    audit.RAW_READ: "Read it as it was sent",
}
_LEAVES = (audit.EXPORTED, audit.DOWNLOADED)


class DaysForm(forms.Form):
    """From which day to the end of which."""

    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To the end of", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            self.fields[name].validators += [MinValueValidator(EARLIEST), MaxValueValidator(_LATEST)]


class DisclosureForm(forms.Form):
    """What 45 CFR 164.528(b)(2) asks of each disclosure."""

    disclosed_on = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    recipient = forms.CharField(label="To whom", max_length=200)
    recipient_address = forms.CharField(label="Address, if known", max_length=300, required=False)
    what = forms.CharField(
        label="What was disclosed", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Briefly: which records, of which visits.",
    )  # fmt: skip
    purpose = forms.CharField(
        label="Purpose", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Why it was disclosed, or a reference to the request.",
    )  # fmt: skip
    event_id = forms.IntegerField(required=False, widget=forms.HiddenInput)


@page(Capability.SEE_AUDIT)
def seen(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Who saw this person, across the account, its claims, lists, searches and files; filtered by days."""
    found = parties.guarantor_account(actor=request.user, account_id=account_id)
    row, today = found.account, clock.today()
    audit.record_read(request.user, "account", row.pk, practice_id=row.practice_id, now=clock.now())
    days = {"since": today - dt.timedelta(days=_DAYS), "until": today}
    form = DaysForm(request.GET) if request.GET else DaysForm(initial=days)
    form.is_valid()
    asked = getattr(form, "cleaned_data", {})
    days |= {name: day for name, day in asked.items() if day}
    looks = selectors.who_saw(row, actor=request.user, zone=timezone.get_current_timezone(), **days)
    numbers = {("claim", pk): number for pk, number in selectors.claim_numbers(row).items()}
    numbers["account", row.pk] = row.number
    context = {
        "account": row,
        "guarantor_account": found,
        "form": form,
        "since": days["since"],
        "until": days["until"],
        "looks": looks,
        "rows": [
            (look, _SENTENCES[look.event.action], look.event.action in _LEAVES, _facts(look, numbers))
            for look in looks.rows
        ],
        "people": len({look.event.actor_id for look in looks.rows}),
        "may_record": may(request.user, Capability.RECORD_DISCLOSURES),
        "today": today,
    }
    return TemplateResponse(request, "claims/account_seen.html", context)


@page(Capability.SEE_AUDIT)
def disclosures(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """The accounting of six years; who may, records another by POST."""
    found = parties.guarantor_account(actor=request.user, account_id=account_id)
    row, today = found.account, clock.today()
    event_id = id_of(request.GET.get("event", ""))
    form = DisclosureForm(posted(request), initial={"disclosed_on": today, "event_id": event_id})
    if request.method == "POST" and form.is_valid():
        try:
            services.record_disclosure(
                actor=request.user, account_id=account_id, today=today, now=clock.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(error.facts.get("field") if error.facts.get("field") in form.fields else None, error.message)
        else:
            messages.success(request, "Recorded. The accounting below tells it.")
            return redirect("account_disclosures", account_id)
    audit.record_read(request.user, "account", row.pk, practice_id=row.practice_id, now=clock.now())
    context = {
        "account": row,
        "guarantor_account": found,
        "rows": selectors.accounting(row, actor=request.user, today=today),
        "withdrawn": selectors.withdrawn(row, actor=request.user),
        "first_day": selectors.first_day(today),
        "form": form if may(request.user, Capability.RECORD_DISCLOSURES) else None,
        "today": today,
    }
    return TemplateResponse(request, "claims/account_disclosures.html", context, status=422 if form.errors else 200)


@require_POST
@page(Capability.RECORD_DISCLOSURES)
def withdraw(request: StaffRequest, disclosure_id: int) -> HttpResponseBase:
    """Take one out of the accounting, with the reason."""
    row = services.withdraw_disclosure(
        actor=request.user, disclosure_id=disclosure_id, reason=request.POST.get("reason", ""), now=clock.now()
    )
    messages.success(request, "Withdrawn. It stays on record with your reason.")
    return redirect("account_disclosures", row.account_id)


def _facts(look: audit_trail.Look, numbers: dict[tuple[str, int], str]) -> str:
    """What was looked at, in words; `numbers` are those by which people know the patient's own records."""
    event = look.event
    about = event.subject.replace("_", " ")
    if event.subject_id is not None:
        about = f"{about} {numbers.get((event.subject, event.subject_id), event.subject_id)}"
    return f"{about}, with {look.others:,} other{'s' * (look.others != 1)}" if look.others > 0 else about
