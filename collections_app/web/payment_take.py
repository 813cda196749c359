"""Taking a payment on an account: how much, where it goes, by what; shown before it is done, done once."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page, posted
from claims.ledger import guarantor_accounts
from claims.parties.selectors import own_account
from claims.receipts import recording
from claims.receipts.allocation import BadAllocation
from claims.receipts.recording import METHODS_BY_HAND
from claims.web.allocation_form import AllocationTable, allocation_table, chosen_visits
from collections_app.payments import services
from collections_app.payments.choosing import takes_cards
from collections_app.payments.words import consent_to_keep
from collections_app.web.payment_forms import CARD, LINK, SAVED, TakePaymentForm

if TYPE_CHECKING:
    from django.http import QueryDict

    from claims.parties.models import Account
    from collections_app.payments.models import Payment


@page(Capability.WORK_ITEMS)
def payment_take(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Show where an amount would go (`preview`), then take it."""
    account = own_account(account_id, actor=request.user)
    ways = _ways(request, account)
    data = posted(request)
    if data is None:
        owed = guarantor_accounts.balances_of_accounts([account.pk])[account.pk].patient
        first = {"key": uuid4(), "amount": request.GET.get("amount") or owed or None, "received_on": clock.today()}
        form = TakePaymentForm(ways=ways, initial={**first, "way": ways[0][0] if ways else ""})
        return _show(request, account, form)
    form = TakePaymentForm(data, ways=ways)
    if not form.is_valid():
        return _show(request, account, form, status=422)
    asked = {
        "actor": request.user, "account_id": account.pk, "amount": form.cleaned_data["amount"], "today": clock.today()
    }  # fmt: skip
    try:
        chosen = chosen_visits(data)
        if "take" not in data:
            return _show(request, account, form, allocation_table(recording.proposed_shares(**asked, chosen=chosen)))
        return _taken(request, account, form, chosen)
    except BadAllocation as error:
        table = allocation_table(recording.proposed_shares(**asked), _typed(data), error)
        return _show(request, account, form, table, problem=error, status=error.status)
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        table = allocation_table(recording.proposed_shares(**asked))
        return _show(request, account, form, table, problem=error, status=error.status)


def _taken(request: StaffRequest, account: "Account", form: TakePaymentForm, chosen: Any) -> HttpResponseBase:
    given, today, now = form.cleaned_data, clock.today(), clock.now()
    way, amount, key = given["way"], given["amount"], str(given["key"])
    common: dict[str, Any] = {"actor": request.user, "today": today, "now": now, "chosen": chosen}
    if way in METHODS_BY_HAND:
        receipt = recording.record_receipt(
            account_id=account.pk, amount=amount, received_on=given["received_on"], method=way,
            reference=given["reference"], **common,
        )  # fmt: skip
        messages.success(request, f"{usd(amount)} is posted as receipt {receipt}. Print it, or go on.")
        return redirect("receipt", receipt.pk)
    if way in (CARD, LINK):
        back = "payment_back" if way == CARD else "paid"
        payment = services.open_card_page(
            account_id=account.pk, amount=amount, key=key, source="link" if way == LINK else "desk",
            return_url=request.build_absolute_uri(reverse(back, args=[key] if way == CARD else [])),
            consent_words=consent_to_keep(account.practice.name) if given["keeps"] else "", **common,
        )  # fmt: skip
        return redirect("payment", payment.pk)
    payment = services.charge(method_id=int(way.removeprefix(SAVED)), amount=amount, on=today, key=key, **common)
    _say(request, payment)
    return redirect("payment", payment.pk)


def _typed(data: "QueryDict") -> dict[str, str]:
    return {name: str(data.get(name, "")) for name in data}


def _say(request: StaffRequest, payment: "Payment") -> None:
    if payment.state == "succeeded":
        messages.success(request, f"{usd(payment.amount)} is paid with {payment.paid_with}.")
    elif payment.state == "declined":
        messages.warning(request, f"{payment.paid_with} was declined: nothing was taken.")
    else:
        messages.info(request, "It is asked for. This page says what became of it.")


def _ways(request: StaffRequest, account: "Account") -> list[tuple[str, str]]:
    """By what the person may take a payment here: saved methods first, then a new card, then by hand."""
    saved = [one for one in services.methods_of(account.pk) if one.is_good_on(clock.today())]
    found = [(f"{SAVED}{one.pk}", one.label) for one in saved]
    if takes_cards():
        found += [(CARD, "A card now, on the processor's page"), (LINK, "A link that they pay by themselves")]
    if may(request.user, Capability.POST_MONEY):
        found += list(METHODS_BY_HAND.items())
    return found


def _show(
    request: StaffRequest,
    account: "Account",
    form: TakePaymentForm,
    allocation: AllocationTable | None = None,
    *,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page; that the account was opened is recorded."""
    seen = {"claim": [row.share.claim.pk for row in allocation.rows]} if allocation else None
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now(), seen=seen)
    context = {
        "account": account,
        "form": form,
        "allocation": allocation,
        "problem": problem,
        "owing": guarantor_accounts.balances_of_accounts([account.pk])[account.pk],
        "consent": consent_to_keep(account.practice.name),
        "has_cards": takes_cards(),
        "by_hand": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "collections/payments/take.html", context, status=status)
