"""What people move by hand on a claim: who owes, a payment, a mark to bill it again."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability
from arwork.web.fields import AmountField
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page, posted
from claims.billing import claim_detail
from claims.billing.buckets import Bucket
from claims.ledger import responsible_party
from claims.transfers import bucket_transfers, posting_moves, rebill_marks
from claims.transfers.transfer_rules import REASONS

if TYPE_CHECKING:
    from claims.billing.models import Claim

_NO_MEMORY = {"autocomplete": "off"}
_CHOOSE = ("", "Choose")


def _words(*, required: bool, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label="In a few words", max_length=200, required=required, help_text=help_text,
        widget=forms.TextInput(attrs=_NO_MEMORY),
    )  # fmt: skip


class TransferForm(forms.Form):
    """From whom to whom, how much and why."""

    line = forms.TypedChoiceField(label="Of", coerce=int, required=False, empty_value=None)
    origin = forms.ChoiceField(label="From")
    target = forms.ChoiceField(label="To", choices=[_CHOOSE, *((one.value, one.label) for one in Bucket)])
    amount = AmountField(label="Amount")
    reason = forms.ChoiceField(label="Why", choices=[_CHOOSE, *((code, one.words) for code, one in REASONS.items())])
    words = _words(required=True, help_text="Kept on the claim, with your name and today's date.")

    def __init__(self, *args: Any, lines: list[tuple[Any, str]], owing: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = lines  # type: ignore[attr-defined]
        self.fields["origin"].choices = owing  # type: ignore[attr-defined]


class BillAgainForm(forms.Form):
    """To whom it is billed again, and why."""

    bucket = forms.ChoiceField(label="To")
    reason = forms.ChoiceField(label="Why", choices=[_CHOOSE, *rebill_marks.REBILL_REASONS.items()])
    words = _words(required=False)

    def __init__(self, *args: Any, owing: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bucket"].choices = owing  # type: ignore[attr-defined]


class PostingMoveForm(forms.Form):
    """Where a payment belongs."""

    claim = forms.CharField(label="To claim", max_length=38, widget=forms.TextInput(attrs=_NO_MEMORY))
    line_number = forms.IntegerField(label="Line", min_value=0, max_value=9999)
    amount = AmountField(label="Amount")
    words = _words(required=True, help_text="Kept with both claims.")


@page(Capability.POST_MONEY)
def transfer(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Move what one party owes to another: what follows is said first, then it is done."""
    found = claim_detail.claim_seen_by(request.user, claim_id)
    owing = _owing(found, responsible_party.buckets_to_choose(found.pk))
    lines = [
        ("", "the whole claim"),
        *((row.pk, f"line {row.number}, {row.code}") for row in claim_detail.lines_of(found)),
    ]
    first = {"origin": found.responsible, "amount": found.balance}
    form = TransferForm(posted(request), lines=lines, owing=owing, initial=first)
    problem, follows = None, None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = {
            "line_id": data["line"], "origin": data["origin"], "target": data["target"], "amount": data["amount"],
            "reason": data["reason"], "actor": request.user, "today": clock.today(),
        }  # fmt: skip
        try:
            if "do" in request.POST:
                made = bucket_transfers.transfer(claim_id, **asked, words=data["words"], now=clock.now())
                messages.success(request, f"{usd(made.amount)} is moved. It is shown on the claim until it is undone.")
                return redirect("claim", claim_id)
            follows = bucket_transfers.proposed_transfer(claim_id, **asked)
        except DomainError as error:
            problem = _told(form, error)
    return _answer(request, found, form, problem, "claims/hand_moves/transfer.html", follows=follows)


@require_POST
@page(Capability.POST_MONEY)
def undo_transfer(request: StaffRequest, claim_id: int, transfer_id: int) -> HttpResponseBase:
    """Who owed before owes again."""
    claim_detail.claim_seen_by(request.user, claim_id)
    row = bucket_transfers.undo_transfer(
        transfer_id, because=request.POST.get("because", ""), actor=request.user, today=clock.today(), now=clock.now()
    )
    messages.success(request, f"Undone: {Bucket(row.origin).party} owes it again, since it did before.")
    return redirect("claim", claim_id)


@page(Capability.POST_MONEY)
def bill_again(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Mark the claim to be billed again."""
    found = claim_detail.claim_seen_by(request.user, claim_id)
    form = BillAgainForm(posted(request), owing=_owing(found, rebill_marks.buckets_to_bill(found.pk)))
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            rebill_marks.mark_to_bill_again(
                claim_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
            )
        except DomainError as error:
            problem = _told(form, error)
        else:
            messages.success(request, "Marked: sending the claim is the next thing to do, until a submission is read.")
            return redirect("claim", claim_id)
    return _answer(request, found, form, problem, "claims/hand_moves/bill_again.html")


@require_POST
@page(Capability.POST_MONEY)
def withdraw_mark(request: StaffRequest, claim_id: int, mark_id: int) -> HttpResponseBase:
    """It is not to be billed again after all."""
    claim_detail.claim_seen_by(request.user, claim_id)
    rebill_marks.withdraw_mark(mark_id, actor=request.user, now=clock.now())
    messages.success(request, "Withdrawn: the claim is not to be billed again.")
    return redirect("claim", claim_id)


@page(Capability.POST_MONEY)
def move_posting(request: StaffRequest, claim_id: int, posting_id: int) -> HttpResponseBase:
    """Move a payment, or a part of it, to the line and claim it was for."""
    found = claim_detail.claim_seen_by(request.user, claim_id)
    posting = posting_moves.movable_posting(posting_id, actor=request.user)
    form = PostingMoveForm(posted(request), initial={"amount": posting.amount, "claim": found.number})
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            made = posting_moves.move_posting(
                posting_id, **form.cleaned_data, actor=request.user, today=clock.today(), now=clock.now()
            )
        except DomainError as error:
            problem = _told(form, error)
        else:
            messages.success(request, f"{usd(made.amount)} is moved to claim {made.to_claim.number}.")
            return redirect("claim", claim_id)
    return _answer(request, found, form, problem, "claims/hand_moves/move_posting.html", posting=posting)


@require_POST
@page(Capability.POST_MONEY)
def undo_move(request: StaffRequest, claim_id: int, move_id: int) -> HttpResponseBase:
    """The payment stands again where it stood."""
    claim_detail.claim_seen_by(request.user, claim_id)
    posting_moves.undo_move(move_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Undone: the payment stands again where it stood.")
    return redirect("claim", claim_id)


def _owing(found: "Claim", buckets: list[str]) -> list[tuple[str, str]]:
    return [(one, f"{Bucket(one).label}: {claim_detail.payer_words(found, one)}") for one in buckets]


def _told(form: forms.Form, error: DomainError) -> DomainError:
    if (name := str(error.facts.get("field", ""))) in form.fields:
        form.add_error(name, error.message)
    return error


def _answer(
    request: StaffRequest, found: "Claim", form: forms.Form, problem: DomainError | None, template: str, **context: Any
) -> HttpResponseBase:
    """The page, also beside a form that failed; that the claim was opened is recorded."""
    audit.record_read(request.user, "claim", found.pk, practice_id=found.practice_id, now=clock.now())
    status = problem.status if problem else 422 if form.errors else 200
    shown = {"claim": found, "form": form, "problem": problem, **context}
    return TemplateResponse(request, template, shown, status=status)
