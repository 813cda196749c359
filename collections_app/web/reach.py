"""How the people of an account may be reached: every number, what they allow, told and forbade, who speaks for them,
and the holds, each with its history; and the forms that enter it."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page, posted
from claims.amendments import selectors as amendments
from claims.amendments.selectors import Member
from claims.documents.selectors import documents_of_account
from claims.web.people_pages import back_of, opened, query_of
from claims.web.setup_pages import form_page
from collections_app.contacts import consents, contact_points, hold_facts, identity, person_records
from collections_app.contacts import services as contacts
from collections_app.contacts.consent_rules import EMAIL, MANUAL
from collections_app.web import reach_forms as forms

if TYPE_CHECKING:
    from collections_app.contacts.models import Hold

Made = Callable[[], object]
_HOLDS = {
    "bankruptcy": "Bankruptcy", "cease": "Asked us to stop", "attorney": "Represented by an attorney",
    "deceased": "Deceased",
}  # fmt: skip


@page(Capability.SEE_CLAIMS)
def reach(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Everybody of an account, and how they may be reached."""
    account, members = amendments.members_of(account_id, actor=request.user)
    now, today = clock.now(), clock.today()
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=now)
    standing, past = contact_points.holds_told(account.pk, today)
    context = {
        "account": account,
        "people": contact_points.people_reached(members, actor=request.user, today=today, now=now),
        "history": consents.consent_history([one.person.pk for one in members], actor=request.user),
        "checks": identity.checks_of(account.pk, actor=request.user),
        "holds": standing,
        "past_holds": past,
        "reasons": _HOLDS,
        "back": back_of(request),
        "query": query_of(request),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "may_lift": may(request.user, Capability.ASSIGN_WORK),
        "today": today,
    }
    return TemplateResponse(request, "collections/reach/reach.html", context)


@page(Capability.WORK_ITEMS)
def phone_consent(request: StaffRequest, account_id: int, person_id: int, phone_id: int) -> HttpResponseBase:
    """What somebody allows or withdraws for a number."""
    account, one = opened(request, account_id, person_id)
    shown = next((text for row, text, *_ in one.numbers if row.pk == phone_id), None)
    return _consent(request, account, one, phone_id, shown, MANUAL)


@page(Capability.WORK_ITEMS)
def email_consent(request: StaffRequest, account_id: int, person_id: int, email_id: int) -> HttpResponseBase:
    """What somebody allows or withdraws for an e-mail address."""
    account, one = opened(request, account_id, person_id)
    shown = next((row.address for row in one.emails if row.pk == email_id), None)
    return _consent(request, account, one, email_id, shown, EMAIL)


@page(Capability.WORK_ITEMS)
def forbid(request: StaffRequest, account_id: int, person_id: int) -> HttpResponseBase:
    """Somebody forbids all calls, texts and e-mail at once."""
    account, one = opened(request, account_id, person_id)
    form = forms.ForbidForm(posted(request), initial={"said_on": clock.today()})

    def save() -> object:
        data = form.cleaned_data
        return consents.revoke_consent(
            actor=request.user, person_id=person_id, source=data["source"], said_on=data["said_on"],
            words=data["words"], now=clock.now(), today=clock.today(),
        )  # fmt: skip

    return _entry(
        request, account, form, save, title=f"{one.person} forbids everything", submit="Stop all of it",
        intro="No calls, texts or e-mail any more, to any number or address; letters may still be sent. At once.",
    )  # fmt: skip


@page(Capability.WORK_ITEMS)
def fact(request: StaffRequest, account_id: int, person_id: int) -> HttpResponseBase:
    """What somebody told of themselves: hours, places, work, confidential mail, service, what to be careful about."""
    account, one = opened(request, account_id, person_id)
    homes = [(home.pk, f"{home.line1}, {home.city} {home.state} {home.zip}") for home, _ in one.homes]
    initial = {"from_on": clock.today(), "kind": request.GET.get("kind", "quiet")}
    form = forms.FactForm(posted(request), initial=initial, addresses=homes)

    def save() -> object:
        return person_records.record_fact(person_id, form.entry(), actor=request.user, now=clock.now())

    return _entry(request, account, form, save, title=f"What {one.person} told us")


@page(Capability.WORK_ITEMS)
def fact_end(request: StaffRequest, account_id: int, person_id: int, fact_id: int) -> HttpResponseBase:
    """Something is no longer so."""
    account, one = opened(request, account_id, person_id)
    form = forms.NoLongerForm(posted(request))

    def save() -> object:
        because = form.cleaned_data["because"]
        return person_records.end_fact(
            fact_id, person_id=person_id, actor=request.user, because=because, now=clock.now()
        )

    return _entry(request, account, form, save, title=f"No longer so of {one.person}", submit="End it")


@page(Capability.WORK_ITEMS)
def representative(request: StaffRequest, account_id: int, person_id: int) -> HttpResponseBase:
    """Who speaks for somebody, by what right."""
    account, one = opened(request, account_id, person_id)
    papers = [(row.pk, row.name) for row in documents_of_account(account.pk)]
    form = forms.RepresentativeForm(posted(request), initial={"from_on": clock.today()}, documents=papers)

    def save() -> object:
        return person_records.add_representative(person_id, form.authority_given(), actor=request.user, now=clock.now())

    return _entry(request, account, form, save, title=f"Who speaks for {one.person}")


@require_POST
@page(Capability.WORK_ITEMS)
def representative_end(
    request: StaffRequest, account_id: int, person_id: int, representative_id: int
) -> HttpResponseBase:
    """Somebody no longer speaks for a person."""
    opened(request, account_id, person_id)
    person_records.end_representative(representative_id, person_id=person_id, actor=request.user, now=clock.now())
    messages.success(request, "Ended. Who they were stays on record.")
    return redirect(_page_of(request, account_id))


@page(Capability.WORK_ITEMS)
def hold_new(request: StaffRequest, account_id: int, reason: str) -> HttpResponseBase:
    """Place a hold of a person, with what is known of it; it binds all their accounts at once."""
    account, _ = _account(request, account_id)
    if reason not in _HOLDS:
        raise NotFound("There is no such hold.")
    form = forms.HoldForm(posted(request), reason=reason, is_new=True)

    def save() -> object:
        data = form.cleaned_data
        return contacts.place_hold(
            actor=request.user, account_id=account.pk, reason=reason, note=data["note"], until_on=data["until_on"],
            facts=form.facts(), now=clock.now(), today=clock.today(),
        )  # fmt: skip

    return _entry(
        request, account, form, save, title=_HOLDS[reason], submit="Stop contact",
        intro=f"Stops contact about every account of {account.guarantor} at once, until it is lifted.",
    )  # fmt: skip


@page(Capability.WORK_ITEMS)
def hold_told(request: StaffRequest, account_id: int, hold_id: int) -> HttpResponseBase:
    """What is known of a hold by now."""
    account, _ = _account(request, account_id)
    standing, past = contact_points.holds_told(account.pk, clock.today())
    found = next((one.hold for one in [*standing, *past] if one.hold.pk == hold_id), None)
    if found is None or found.reason not in hold_facts.FIELDS:
        raise NotFound("There is no such hold of this account, or nothing more to know of it.")
    form = forms.HoldForm(posted(request), reason=found.reason, is_new=False, initial=_as_entered(found))

    def save() -> object:
        return contacts.tell_of_hold(
            actor=request.user, hold_id=hold_id, facts=form.facts(), now=clock.now(), today=clock.today()
        )

    return _entry(request, account, form, save, title=f"{found.get_reason_display()}: what is known")


def _consent(
    request: StaffRequest, account: Any, one: Member, address_id: int, shown: str | None, channel: str
) -> HttpResponseBase:
    if shown is None:
        raise NotFound("There is no such number or address of this person.")
    choices = consents.channel_choices(channel)
    initial = {"said_on": clock.today(), "word": forms.GIVEN, "channels": [choices[-1][0]]}
    form = forms.ConsentForm(posted(request), initial=initial, channels=choices)

    def save() -> object:
        data = form.cleaned_data
        said: dict[str, Any] = {
            "actor": request.user, "person_id": one.person.pk, "address_id": address_id, "source": data["source"],
            "said_on": data["said_on"], "words": data["words"], "now": clock.now(), "today": clock.today(),
        }  # fmt: skip
        if data["word"] == forms.WITHDRAWN:
            return [consents.revoke_consent(channel=asked, **said) for asked in data["channels"]]
        more = {"expires_on": data["expires_on"], "is_opt_in": data["is_opt_in"]}
        return [consents.give_consent(channel=asked, **said, **more) for asked in data["channels"]]

    return _entry(request, account, form, save, title=f"{shown} of {one.person}")


def _account(request: StaffRequest, account_id: int) -> tuple[Any, list[Member]]:
    account, members = amendments.members_of(account_id, actor=request.user)
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    return account, members


def _page_of(request: StaffRequest, account_id: int) -> str:
    return reverse("account_reach", args=[account_id]) + query_of(request)


def _entry(
    request: StaffRequest, account: Any, form: Any, save: Made, *, title: str, **context: Any
) -> HttpResponseBase:
    """A form that enters something about somebody, and leads back to how they may be reached."""
    done = _page_of(request, account.pk)
    crumbs = [(reverse("account", args=[account.pk]), account.number), (done, "How we may reach them")]

    def kept() -> str:
        save()
        return ""

    return form_page(
        request, form, kept, title=title, crumbs=crumbs, done=done, said="Saved. The history below tells it.", **context
    )


def _as_entered(hold: "Hold") -> dict[str, object]:
    """What is known of a hold as its form takes it."""
    days = {one.name for one in hold_facts.FIELDS[hold.reason] if one.kind == hold_facts.DAY}
    known = hold.facts or {}
    return {name: dt.date.fromisoformat(value) if name in days else value for name, value in known.items()}
