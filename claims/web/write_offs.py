"""Write-offs on the pages of claims and accounts: propose one, with what is open said as it is typed; undo, reverse."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page, posted
from claims.adjustments import selectors, services
from claims.adjustments.classes import CLASSES, class_for, classes_for
from claims.adjustments.standing import Target
from claims.billing import claim_detail
from claims.billing.buckets import Bucket
from claims.parties import selectors as parties
from claims.web.setup_pages import form_page
from claims.web.write_off_forms import ReverseForm, WriteOffForm

if TYPE_CHECKING:
    from claims.adjustments.models import WriteOff
    from claims.billing.models import Claim
    from claims.parties.models import Account


@page(Capability.WORK_ITEMS)
def claim_write_off(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Propose to write off what a bucket of a claim owes, or of one of its lines."""
    claim = claim_detail.claim_seen_by(request.user, claim_id)
    openings = selectors.openings_of_claim(claim.pk)
    audit.record_read(request.user, "claim", claim.pk, practice_id=claim.practice_id, now=clock.now())
    first = openings[0] if openings else None
    initial = {"bucket": first.bucket, "amount": first.denied or first.open} if first else {}
    context = {
        "title": f"Write off: claim {claim.number}",
        "crumbs": [(reverse("claims"), "Claims"), (reverse("claim", args=[claim.pk]), f"Claim {claim.number}")],
        "openings": [(Bucket(one.bucket).label, one) for one in openings],
        "back": reverse("claim", args=[claim.pk]),
        "check": reverse("claim_write_off_check", args=[claim.pk]),
    }
    form = _claim_form(claim, posted(request), initial=initial)
    return _proposed(request, form, context, claim_id=claim.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def claim_check(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """What would come of what is typed: a fragment beside the form."""
    claim = claim_detail.claim_seen_by(request.user, claim_id)
    return _checked(request, _claim_form(claim, request.POST), claim.practice_id, claim_id=claim.pk)


@page(Capability.WORK_ITEMS)
def account_write_off(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Propose to write off what the patients of an account owe, the oldest first."""
    account = parties.guarantor_account(actor=request.user, account_id=account_id).account
    opening = selectors.opening_of_account(account.pk)
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    here = (reverse("account", args=[account.pk]), f"Account {account.number}")
    context = {
        "title": f"Write off: account {account.number}",
        "crumbs": [(reverse("accounts"), "Accounts"), here],
        "openings": [("Patient, all visits", opening)] if opening.open else [],
        "back": here[0],
        "check": reverse("account_write_off_check", args=[account.pk]),
    }
    form = _account_form(posted(request), initial={"amount": opening.open or ""})
    return _proposed(request, form, context, account_id=account.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def account_check(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """What would come of what is typed: a fragment beside the form."""
    account: Account = parties.guarantor_account(actor=request.user, account_id=account_id).account
    return _checked(request, _account_form(request.POST), account.practice_id, account_id=account.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def undo(request: StaffRequest, write_off_id: int) -> HttpResponseBase:
    """Take one's own back."""
    found = services.undo(write_off_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Withdrawn." if found.state == "withdrawn" else "Undone: it is owed again.")
    return redirect(_home(found))


@page(Capability.WORK_ITEMS)
def reverse_one(request: StaffRequest, write_off_id: int) -> HttpResponseBase:
    """Reverse a posted write-off, with a reason."""
    found = selectors.adjustment_seen_by(request.user, write_off_id)
    form, home = ReverseForm(posted(request)), _home(found)
    audit.record_read(
        request.user, "claim" if found.claim_id else "account", found.claim_id or found.account_id,
        practice_id=found.practice_id, now=clock.now(),
    )  # fmt: skip

    def save() -> str:
        done = services.reverse(
            found.pk, reason=form.cleaned_data["reason"], actor=request.user, today=clock.today(), now=clock.now()
        )
        if done.state == "reversed":
            messages.success(request, f"Reversed: {usd(done.amount)} is owed again.")
        else:
            messages.success(request, "Asked. It is reversed once somebody else approves it.")
        return ""

    return form_page(
        request, form, save, title=f"Reverse the write-off of {usd(found.amount)}", submit="Reverse it", said="",
        done=home, crumbs=[(home, "Back")],
        intro=f"{CLASSES[found.books_to].label}, posted for {found.reason}. What it took off is owed again from today; "
        "the day it was posted on stays as it was.",
    )  # fmt: skip


def _claim_form(claim: "Claim", data: Any, *, initial: dict[str, Any] | None = None) -> WriteOffForm:
    openings = selectors.openings_of_claim(claim.pk)
    buckets = [
        (one.bucket, f"{Bucket(one.bucket).label}: {claim_detail.payer_words(claim, one.bucket)}") for one in openings
    ]
    fitting = {found.code: found for one in openings for found in classes_for(one.bucket)}
    rows = claim_detail.lines_of(claim)
    lines = [(line.pk, f"Line {line.number}, {line.code or line.revenue_code}") for line in rows]
    return WriteOffForm(
        data, buckets=buckets, classes=list(fitting.values()), lines=lines if len(lines) > 1 else (), initial=initial
    )


def _account_form(data: Any, *, initial: dict[str, Any] | None = None) -> WriteOffForm:
    buckets = [("PATIENT", Bucket.PATIENT.label)]
    return WriteOffForm(data, buckets=buckets, classes=classes_for("PATIENT"), initial=initial)


def _target(form: WriteOffForm, **about: int) -> Target:
    data = form.cleaned_data
    return Target(data["bucket"], data["amount"], line_id=data.get("line_id"), **about)


def _proposed(request: StaffRequest, form: WriteOffForm, context: dict[str, Any], **about: int) -> HttpResponseBase:
    """The form; when it is sent, the write-off, posted or asked for."""
    problem: DomainError | None = None
    if form.is_bound and form.is_valid():
        try:
            made = services.propose(
                _target(form, **about), books_to=form.cleaned_data["books_to"], reason=form.cleaned_data["reason"],
                actor=request.user, today=clock.today(), now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            problem = error
            if (name := error.facts.get("field")) in form.fields:
                form.add_error(str(name), error.message)
        else:
            waits = "waits for somebody else to approve it" if made.state == "waiting" else "is written off"
            messages.success(request, f"{usd(made.amount)} {waits}.")
            return redirect(context["back"])
    status = problem.status if problem else 422 if form.errors else 200
    context |= {"form": form, "problem": problem}
    return TemplateResponse(request, "claims/write_off.html", context, status=status)


def _checked(request: StaffRequest, form: WriteOffForm, practice_id: int, **about: int) -> HttpResponseBase:
    form.is_valid()
    data, problem, at_once = form.cleaned_data, "", False
    bucket, amount = data.get("bucket"), data.get("amount")
    open_now: Decimal = ZERO
    if bucket:
        target = Target(bucket, amount or ZERO, line_id=data.get("line_id"), **about)
        open_now = selectors.open_for(target)
        try:
            services.ensure_open(target, open_now)
            if books_to := data.get("books_to"):
                class_for(books_to, bucket)
                at_once = amount is not None and selectors.posts_at_once(
                    books_to, amount, actor=request.user, practice_id=practice_id, today=clock.today()
                )
        except DomainError as error:
            problem = error.message
    context = {
        "problem": problem, "open_now": open_now, "at_once": at_once,
        "is_whole": bool(amount and data.get("books_to")),
    }  # fmt: skip
    return TemplateResponse(request, "claims/write_off_check.html", context)


def _home(found: "WriteOff") -> str:
    if found.claim_id:
        return reverse("claim", args=[found.claim_id])
    return reverse("account", args=[found.account_id])
