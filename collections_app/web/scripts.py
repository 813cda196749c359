"""Setup: what is said on the phone, practice by practice, in English and Spanish; shown as it would be said first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_choice, practice_ids
from arwork.web.pages import StaffRequest, page, posted
from claims.web.setup_forms import day_field
from claims.web.setup_pages import may_change, two_steps
from collections_app.contacts import script_texts
from collections_app.contacts.scripts import FIELDS, LONGEST, ensure_sayable, filled


class PassageForm(forms.Form):
    """A passage as the practice says it, from a day on."""

    words = forms.CharField(
        label="What is said", max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Empty: the text that ships with the product.",
    )  # fmt: skip
    from_on = day_field("From")


@page(Capability.SEE_CLAIMS)
def scripts(request: StaffRequest) -> HttpResponseBase:
    """Every passage of a practice in both languages."""
    mine = practice_ids(request.user)
    asked = request.GET.get("practice", "")
    chosen = int(asked) if asked.isdigit() and int(asked) in mine else (mine[0] if mine else 0)
    rows = script_texts.script_rows(chosen, actor=request.user, today=clock.today()) if chosen else []
    context = {
        "rows": rows,
        "practices": [one for one in practice_choice(request.user).practices if one.id in mine],
        "chosen": chosen,
        "may_change": may_change(request),
    }
    return TemplateResponse(request, "collections/scripts/scripts.html", context)


@page(Capability.CONFIGURE_PAYERS)
def passage(request: StaffRequest, practice_id: int, code: str, language: str) -> HttpResponseBase:
    """One passage: write it, see it as it would be said, save it from a day on."""
    rows = script_texts.script_rows(practice_id, actor=request.user, today=clock.today())
    row = next((one for one in rows if (one.passage.code, one.language) == (code, language)), None)
    if row is None:
        raise NotFound("There is no such passage.")
    form = PassageForm(posted(request), initial={"words": row.words, "from_on": clock.today()})
    back = f"{reverse('scripts')}?practice={practice_id}"

    def preview() -> tuple[str, dict[str, Any]]:
        words = " ".join(form.cleaned_data["words"].split())
        if words:
            ensure_sayable(code, language, words)
        said = filled(words or row.passage.texts[language], FIELDS)
        return "collections/scripts/preview.html", {"said": said, "is_shipped": not words}

    def save() -> HttpResponseBase:
        script_texts.write_script(
            actor=request.user, practice_id=practice_id, code=code, language=language,
            words=form.cleaned_data["words"], from_on=form.cleaned_data["from_on"], now=clock.now(),
            today=clock.today(),
        )  # fmt: skip
        messages.success(request, "Saved. It is said from that day on.")
        return redirect(back)

    context = {
        "row": row,
        "back": back,
        "title": f"{row.title}, {row.language_name}",
        "crumbs": [(reverse("setup"), "Setup"), (back, "Scripts")],
        "versions": script_texts.versions_of(practice_id, code, language, actor=request.user),
        "fields": [f"{{{name}}}" for name in row.passage.fields],
    }
    return two_steps(
        request, form, context, template="collections/scripts/passage.html", preview=preview, save=save
    )  # fmt: skip
