"""Bankruptcies and estates: the lists by the day of their next step, one case with its clocks, and each step of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page, posted
from claims.web.setup_pages import form_page
from collections_app.contacts.hold_facts import day_of, told
from collections_app.legal import cases, history, selectors
from collections_app.limits.selectors import limit_book
from collections_app.web import legal_forms as entry

if TYPE_CHECKING:
    from datetime import date

    from collections_app.legal.cases import CaseEnd
    from collections_app.legal.clocks import CourtClock
    from collections_app.legal.models import CourtCase
    from collections_app.limits.figures import LimitBook

PER_PAGE = 50
BANKRUPTCY, ESTATE = "bankruptcy", "estate"
_TITLES = {BANKRUPTCY: "Bankruptcies", ESTATE: "Estates"}
_TONES = {
    "open": "tag-amber", "allowed": "tag-blue", "discharged": "tag-plain", "dismissed": "tag-plain",
    "denied": "tag-plain", "no_estate": "tag-plain", "closed": "tag-plain",
}  # fmt: skip
BANKRUPTCIES = HubPlace(
    "bankruptcies", "Bankruptcies", "Proofs of claim, orders of the court, what is stayed and what is not",
    lambda actor, _: selectors.open_case_count(actor, kind=BANKRUPTCY),
)  # fmt: skip
ESTATES = HubPlace(
    "estates", "Estates", "Who settles them, and until when a creditor files",
    lambda actor, _: selectors.open_case_count(actor, kind=ESTATE),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def bankruptcies(request: StaffRequest) -> HttpResponseBase:
    """Bankruptcies, the next day first."""
    return _listed(request, BANKRUPTCY)


@page(Capability.SEE_CLAIMS)
def estates(request: StaffRequest) -> HttpResponseBase:
    """Estates, the next day first."""
    return _listed(request, ESTATE)


@page(Capability.SEE_CLAIMS)
def case(request: StaffRequest, court_case_id: int) -> HttpResponseBase:
    """One case: its clocks, what is owed before and after the petition, its history, and what may be done."""
    actor, today = request.user, clock.today()
    found = selectors.case_seen_by(actor, court_case_id)
    audit.record_read(actor, "account", found.account_id, practice_id=found.practice_id, now=clock.now())
    split = selectors.split_of(found) if found.kind == BANKRUPTCY else []
    claims = selectors.claims_named([one.claim_id for one in split])
    filed_on = day_of(found.hold.facts, "filed_on")
    context = {
        "case": found,
        "tone": _TONES[found.state],
        "clocks": [(one, one.is_past(today)) for one in selectors.clocks_of(found)],
        "facts": told(found.hold.reason, found.hold.facts),
        "visits": [(claims[one.claim_id], one) for one in split],
        "before": sum((one.before for one in split), ZERO),
        "after": sum((one.after for one in split), ZERO),
        "owed": selectors.owed_by(found.person_id),
        "filed_on": filed_on,
        "history": [(history.event_words(one), one) for one in history.history_of(found)],
        "deeds": [(name, deed.words) for name, deed in _DEEDS.items() if _fits(deed, found, request)],
        "list": reverse("estates" if found.kind == ESTATE else "bankruptcies"),
        "list_title": _TITLES[found.kind],
        "is_overdue": found.next_on is not None and found.next_on < today,
        "today": today,
    }
    return TemplateResponse(request, "collections/legal/case.html", context)


@page(Capability.WORK_ITEMS)
def case_deed(request: StaffRequest, court_case_id: int, deed: str) -> HttpResponseBase:
    """One step of a case: its form, then the step."""
    actor, today, now = request.user, clock.today(), clock.now()
    found = selectors.case_seen_by(actor, court_case_id)
    step = _DEEDS.get(deed)
    if step is None or not _fits(step, found, request):
        raise NotFound("This can’t be done with this case, or not by you. Look at it again.")
    audit.record_read(actor, "account", found.account_id, practice_id=found.practice_id, now=now)
    form = step.form(request, found)
    where = reverse("court_case", args=[found.pk])

    def save() -> str:
        said = step.do(found.pk, form.cleaned_data, {"actor": actor, "today": today, "now": now})
        messages.success(request, said)
        return where

    crumbs = [(reverse("estates" if found.kind == ESTATE else "bankruptcies"), _TITLES[found.kind]),
              (where, str(found.person))]  # fmt: skip
    return form_page(
        request, form, save, title=step.words, crumbs=crumbs, done=where, submit=step.words, said="", intro=step.intro
    )


def _listed(request: StaffRequest, kind: str) -> HttpResponseBase:
    actor, today = request.user, clock.today()
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.TABS else selectors.OPEN
    shown = Paginator(selectors.cases(actor, kind=kind, tab=tab), PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        actor, "court_cases", shown, shows=lambda one: [("account", one.account_id)], after={"tab": tab, "kind": kind},
        now=clock.now(),
    )  # fmt: skip
    book = limit_book()
    context = {
        "title": _TITLES[kind],
        "kind": kind,
        "tab": tab,
        "tabs": selectors.TABS.items(),
        "page": shown,
        "rows": [(one, _TONES[one.state], *_clocks(one, book, today)) for one in shown],
        "today": today,
    }
    return TemplateResponse(request, "collections/legal/cases.html", context)


def _clocks(one: "CourtCase", book: "LimitBook", today: "date") -> tuple[list["CourtClock"], bool]:
    """The days of a case that are to come or were missed, and whether one was."""
    clocks = [clock for clock in selectors.clocks_of(one, book=book) if not clock.is_done]
    return clocks, any(clock.is_past(today) for clock in clocks)


class _Deed:
    """One thing that may be done with a case: its words, its form, for which kind, and by whom."""

    def __init__(
        self,
        words: str,
        form: Callable[[StaffRequest, "CourtCase"], forms.Form],
        do: Callable[[int, dict[str, Any], dict[str, Any]], str],
        *,
        kind: str = "",
        needs: Capability = Capability.WORK_ITEMS,
        intro: str = "",
    ) -> None:
        self.words, self.form, self.do = words, form, do
        self.kind, self.needs, self.intro = kind, needs, intro


def _fits(deed: _Deed, found: "CourtCase", request: StaffRequest) -> bool:
    return found.is_open and deed.kind in ("", found.kind) and may(request.user, deed.needs)


def _step_form(request: StaffRequest, found: "CourtCase") -> forms.Form:
    owners = selectors.owner_choices(request.user, found.practice_id)
    initial = {"next_action": found.next_action, "next_on": found.next_on, "owner": found.owner_id or request.user.pk}
    return entry.CaseStepForm(posted(request), owners=owners, initial=initial)


def _notice_form(request: StaffRequest, found: "CourtCase") -> forms.Form:
    listed = {None: "", True: "yes", False: "no"}[found.is_listed]
    return entry.CourtNoticeForm(posted(request), initial={"claim_until": found.claim_until, "is_listed": listed})


def _claim_form(request: StaffRequest, found: "CourtCase") -> forms.Form:
    split = selectors.split_of(found)
    owed = sum((one.before for one in split), ZERO) if split else selectors.owed_by(found.person_id)
    initial = {"amount": owed or None, "filed_on": clock.today()}
    return entry.ClaimForm(posted(request), request.FILES or None, initial=initial)


def _day_form(request: StaffRequest, _: "CourtCase") -> forms.Form:
    return entry.CourtDayForm(posted(request), initial={"on": clock.today()})


def _answer_form(request: StaffRequest, _: "CourtCase") -> forms.Form:
    return entry.EstateAnswerForm(posted(request), initial={"on": clock.today()})


def _plan(pk: int, data: dict[str, Any], by: dict[str, Any]) -> str:
    cases.plan_step(pk, next_action=data["next_action"], next_on=data["next_on"], owner_id=data["owner"], **by)
    return "Saved. It stands on their list for that day."


def _notice(pk: int, data: dict[str, Any], by: dict[str, Any]) -> str:
    cases.read_notice(pk, claim_until=data["claim_until"], is_listed=data["is_listed"], **by)
    return "Saved. The clocks go by the notice."


def _file(pk: int, data: dict[str, Any], by: dict[str, Any]) -> str:
    brought = data["copy"]
    copy = (brought.name, brought.read()) if brought else None
    cases.file_claim(pk, amount=data["amount"], filed_on=data["filed_on"], copy=copy, **by)
    return "Noted: the claim is filed."


def _discharge(pk: int, data: dict[str, Any], by: dict[str, Any]) -> str:
    return f"Discharged: these visits are never asked for again. {_given_up(cases.discharge(pk, on=data['on'], **by))}"


def _dismiss(pk: int, data: dict[str, Any], by: dict[str, Any]) -> str:
    cases.dismiss(pk, on=data["on"], **by)
    return "Dismissed. The hold is lifted, and the accounts are worked again."


def _answer(pk: int, data: dict[str, Any], by: dict[str, Any]) -> str:
    done = cases.answer_of_estate(pk, answer=data["answer"], on=data["on"], **by)
    return f"Noted. {_given_up(done)}"


def _close(pk: int, data: dict[str, Any], by: dict[str, Any]) -> str:
    cases.close(pk, words=data["words"], **by)
    return "The case is closed. Its hold stands as it did."


def _given_up(done: "CaseEnd") -> str:
    if not done.amount:
        return "Nothing was written off."
    how = "waits for a second person to be written off" if done.waits else "is written off"
    more = f" {done.troubles} lines could not be: something waits on them already." if done.troubles else ""
    return f"${done.amount:,.2f} {how}.{more}"


_LEAD = Capability.ASSIGN_WORK
_DEEDS: dict[str, _Deed] = {
    "step": _Deed("Set the next step", _step_form, _plan),
    "notice": _Deed("Enter the court’s notice", _notice_form, _notice),
    "claim": _Deed("Note that a claim was filed", _claim_form, _file),
    "discharge": _Deed(
        "Enter a discharge", _day_form, _discharge, kind=BANKRUPTCY, needs=_LEAD,
        intro="What was owed for services up to the petition is written off and never asked for again (11 USC 524). "
        "The hold ends: what came after is billed as ever. This can’t be undone here.",
    ),
    "dismissal": _Deed(
        "Enter a dismissal", _day_form, _dismiss, kind=BANKRUPTCY, needs=_LEAD,
        intro="The stay ends: the hold is lifted, and what is owed is asked for again.",
    ),
    "answer": _Deed(
        "Enter the answer to the claim", _answer_form, _answer, kind=ESTATE, needs=_LEAD,
        intro="Where it is denied, or there is no estate, what is owed is written off as bad debt, by your limits or "
        "after approval. The hold stays.",
    ),
    "close": _Deed(
        "Close the case", lambda request, _: entry.CloseCaseForm(posted(request)), _close, needs=_LEAD,
        intro="Paid by the trustee or the estate, or nothing else to do. The hold is not lifted by it.",
    ),
}  # fmt: skip
