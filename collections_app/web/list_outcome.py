"""One outcome for many rows of the list: what they have in common, what would come of it, then the deed."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.adjustments.classes import CLASSES
from collections_app.web.item_lease import LIST
from collections_app.worklist import batch as batches
from collections_app.worklist import list_filters, lists, selectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collections_app.worklist.batch import Batch

SHOWN = 10
_COUNT = re.compile(r"[0-9]{1,5}")


class BatchForm(forms.Form):
    """What is decided, and what it needs, once for all."""

    outcome = forms.ChoiceField(label="Outcome")
    books_to = forms.ChoiceField(label="Kind of write-off", required=False)
    reason = forms.CharField(label="Reason", required=False, max_length=200)
    document = forms.CharField(label="Document", required=False, max_length=80)
    reference = forms.CharField(label="Reference no.", required=False, max_length=50)
    until_on = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}))

    def __init__(self, data: Any = None, *, batch: "Batch") -> None:
        super().__init__(data)
        choices = [("", "Choose"), *((one.code, one.label) for one in batch.outcomes)]
        cast(forms.ChoiceField, self.fields["outcome"]).choices = choices
        known = [each for one in batch.outcomes for each in one.by_kind.values()]
        asked = {name for each in known for name in (*each.requires, *each.asks)}
        cast(forms.ChoiceField, self.fields["books_to"]).choices = [
            ("", "Choose"),
            *((one.code, one.label) for one in CLASSES.values()),
        ]
        for name in ("books_to", "reason", "document", "reference", "until_on"):
            if name not in asked:
                del self.fields[name]

    def entered(self) -> dict[str, Any]:
        """What stands in the fields that outcomes may need."""
        return {name: self.cleaned_data[name] for name in batches.SHARED if self.cleaned_data.get(name)}


@require_POST
@page(Capability.WORK_ITEMS)
def outcome(request: StaffRequest) -> HttpResponseBase:
    """Choose the outcome, look at what it leads to (`look`), confirm it."""
    now, today = clock.now(), clock.today()
    back = f"{reverse('worklist')}?{urlencode(request.session.get(LIST) or {})}"
    batch = batches.batch_of(actor=request.user, item_ids=_chosen(request, today=today), today=today)
    form = BatchForm(request.POST if "outcome" in request.POST else None, batch=batch)
    context: dict[str, Any] = {
        "batch": batch, "shown": batch.items[:SHOWN], "form": form, "back": back, "is_most": False,
    }  # fmt: skip
    context["is_most"] = len(batch.items) == batches.MOST_IN_BATCH
    audit_reads.record_listed(request.user, "worklist", batch.items, shows=selectors.items_shown, now=now)
    if not form.is_bound:
        return TemplateResponse(request, "collections/list_outcome.html", context)
    if form.is_valid():
        try:
            if request.POST.get("confirmed"):
                return _record(request, batch, form, back=back, now=now, today=today)
            context["steps"] = batches.preview_batch(
                actor=request.user, batch=batch, code=form.cleaned_data["outcome"], entered=form.entered(),
                now=now, today=today,
            )  # fmt: skip
            return TemplateResponse(request, "collections/list_outcome.html", context)
        except DomainError as error:
            form.add_error(None, error.message)
    return TemplateResponse(request, "collections/list_outcome.html", context, status=422)


def _record(
    request: StaffRequest, batch: "Batch", form: BatchForm, *, back: str, now: dt.datetime, today: dt.date
) -> HttpResponseBase:
    done, refused = batches.record_batch(
        actor=request.user, batch=batch, code=form.cleaned_data["outcome"], entered=form.entered(),
        note=form.cleaned_data["note"], seen=_seen(request, batch), now=now, today=today,
    )  # fmt: skip
    if done:
        messages.success(request, f"Recorded on {done:,} item{'s' * (done != 1)} at once.")
    for words in refused[:5]:
        messages.warning(request, words)
    if len(refused) > len(refused[:5]):
        messages.warning(request, f"{len(refused) - 5:,} more were not recorded.")
    return redirect(back)


def _seen(request: StaffRequest, batch: "Batch") -> dict[int, int]:
    """How often each had been worked when the page was made that they send."""
    sent = {item.pk: request.POST.get(f"touches-{item.pk}", "") for item in batch.items}
    return {item.pk: int(sent[item.pk]) if _COUNT.fullmatch(sent[item.pk]) else item.touches for item in batch.items}


def _chosen(request: StaffRequest, *, today: dt.date) -> "Sequence[int]":
    """The ticked rows; with `all`, the first of what fits the filter."""
    if not request.POST.get("all"):
        return [pk for one in request.POST.getlist("item") if (pk := id_of(one))]
    rows = lists.items(actor=request.user, filters=list_filters.parse(request.POST.get("q", "")), today=today)
    return list(rows.values_list("pk", flat=True)[: batches.MOST_IN_BATCH])
