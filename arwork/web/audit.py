"""The audit trail as a page and as CSV."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone

from arwork.lib import clock
from arwork.staff import api_tokens, audit, audit_trail, origin, people
from arwork.staff.access import Capability, may, practice_choice
from arwork.web.exports import csv_response
from arwork.web.forms import AuditFilterForm
from arwork.web.pages import StaffRequest, page

if TYPE_CHECKING:
    from arwork.staff.models import AuditEvent

PAGE = 50
#: The page that shows what an event was done to.
_PAGES = {
    "account": "account",
    "claim": "claim",
    "contract": "contract",
    "edi_file": "import_file",
    "payer": "payer",
    "remit_exception": "remit_exception",
    "remittance": "remittance",
    "user": "staff:person",
    "work_item": "desk_item",
}


@dataclass(frozen=True)
class About:
    """What an event was done to, as the page writes it: a person's name, a practice's, and the page that shows it;
    `token` is what the API token begins with by which it was done; `by_known` where the page can be narrowed to whoever
    did it."""

    person: str
    practice: str
    url: str
    token: str
    by_known: bool


@page(Capability.SEE_AUDIT)
def trail(request: StaffRequest) -> HttpResponseBase:
    """Events, newest first; filters in the address; `export=csv` gives every row of the filter."""
    names = people.names(actor=request.user)
    form = AuditFilterForm(request.GET or None, people=names)
    form.is_valid()
    asked = getattr(form, "cleaned_data", {})  # without what makes no sense, which is marked in the form
    chosen = audit_trail.Filter(
        actor_id=asked.get("who"),
        action=_name(asked.get("action")),
        subject=_name(asked.get("subject")),
        subject_id=asked.get("number"),
        since=asked.get("since"),
        until=asked.get("until"),
    )
    found = audit_trail.events(chosen, actor=request.user, zone=timezone.get_current_timezone())
    if request.GET.get("export") == "csv":
        after = {name: value for name, value in asdict(chosen).items() if value not in (None, "")}
        audit.record(request.user, "exported", "audit", None, practice_id=None, after=after, now=clock.now())
        return csv_response("audit", audit_trail.export_rows(found, actor=request.user))
    shown = audit_trail.events_page(
        found, actor=request.user, after=asked.get("after"), before=asked.get("before"), size=PAGE
    )
    called = dict(names)
    tokens = {event.pk: token for event in shown.rows if (token := origin.token_in(event.session))}
    begin = api_tokens.beginnings(set(tokens.values()))
    practices = {one.id: one.name for one in practice_choice(request.user).practices}
    rows = [
        (event, audit_trail.changes_of(event), About(
            person=called.get(event.subject_id or 0, "") if event.subject == "user" else "",
            practice=practices.get(event.practice_id or 0, ""),
             url=page_of(request, event),
             token=begin.get(tokens.get(event.pk, 0), ""),
            by_known=event.actor_id in called,
        ))
        for event in shown.rows
    ]  # fmt: skip
    context = {"form": form, "page": shown.with_rows(rows)}
    return TemplateResponse(request, "staff/audit.html", context)


def page_of(request: StaffRequest, event: "AuditEvent") -> str:
    """The page of what the event was done to, if there is one and the reader's role opens it."""
    if event.subject not in _PAGES or event.subject_id is None:
        return ""
    try:
        url = reverse(_PAGES[event.subject], args=[event.subject_id])
    except NoReverseMatch:
        return ""
    capability = getattr(resolve(url).func, "capability", None)
    return url if capability is None or may(request.user, capability) else ""


def _name(words: str | None) -> str:
    """`Person opened`, as the page writes it, back to `person_opened`."""
    return (words or "").strip().lower().replace(" ", "_")
