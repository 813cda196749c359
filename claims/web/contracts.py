"""Contracts and fee schedules: terms, upload with preview, export, comparing payments again."""

import json
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.background import enqueue
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.ids import id_of
from arwork.staff.access import Capability, practice_choice
from arwork.web.exports import Column, Kind, Sheet, asked_for, csv_response, table_response
from arwork.web.pages import StaffRequest, page, posted
from claims.denials import claim_allowances, contract_recheck
from claims.payers import contracts as payer_contracts
from claims.payers import selectors, services
from claims.payers.fee_files import FeeDifference, FeeFile, FeeKey, fee_difference, read_fees
from claims.payers.fee_places import place_name
from claims.web.setup_forms import ContractForm, FeeFileForm
from claims.web.setup_pages import Crumb, form_page, may_change

_SALT = "fee-schedule-by-place"
_GOOD_FOR = 3600  # seconds between preview and confirmation
SHOWN = 200
BIGGEST_FILE = 5_000_000
#: More payments than this are compared by a worker.
AT_ONCE = 500


@page(Capability.SEE_CLAIMS)
def contracts(request: StaffRequest) -> HttpResponseBase:
    """Contracts of the reader's practices."""
    found = selectors.contract_list(actor=request.user)
    if kind := asked_for(request):
        return table_response(kind, "contracts", _sheet(found))
    context = {
        "contracts": found,
        "today": clock.today(),
        "may_change": may_change(request),
    }
    return TemplateResponse(request, "claims/payers/contracts.html", context)


@page(Capability.SEE_CLAIMS)
def contract(request: StaffRequest, contract_id: int) -> HttpResponseBase:
    """One contract: its terms, its fees, and what can be done."""
    found = payer_contracts.contract(contract_id, actor=request.user)
    fees = sorted(payer_contracts.fees_of(contract_id).items())
    if kind := asked_for(request):
        columns = [Column("Code"), Column("Modifier"), Column("Place"), Column("Allowed", Kind.MONEY)]
        rows = [(code, modifier, place_name(place), allowed) for (code, modifier, place), allowed in fees]
        return table_response(kind, f"fees-{contract_id}", Sheet("Fees", columns, rows))
    search = request.GET.get("q", "").strip().upper()
    shown = [(key, allowed) for key, allowed in fees if key[0].startswith(search)]
    context = {
        "contract": found,
        "today": clock.today(),
        "fees": _shown(shown),
        "fee_count": len(fees),
        "more": len(shown) - SHOWN,
        "q": search,
        "form": FeeFileForm(),
        "payments": contract_recheck.count_payments(contract_id, actor=request.user),
        "may_change": may_change(request),
        "crumbs": _crumbs(),
    }
    return TemplateResponse(request, "claims/payers/contract.html", context)


@page(Capability.CONFIGURE_PAYERS)
def edit(request: StaffRequest, contract_id: int | None = None) -> HttpResponseBase:
    """Open a contract or change its terms."""
    found = payer_contracts.contract(contract_id, actor=request.user) if contract_id else None
    payer_id = found.payer_id if found else request.POST.get("payer") or request.GET.get("payer") or ""
    form = _contract_form(request, found, str(payer_id))

    def save() -> str:
        data = form.cleaned_data
        facts = services.ContractFacts(
            practice_id=data["practice"], payer_id=data["payer"], plan_id=data["plan"], name=data["name"],
            valid_from=data["valid_from"], valid_to=data["valid_to"], percent_of_charge=data["percent_of_charge"],
        )  # fmt: skip
        with claim_allowances.announcing_contract_change(facts.payer_id):
            saved = services.save_contract(contract_id, facts, actor=request.user, now=clock.now())
        return reverse("contract", args=[saved.pk])

    title = f"Terms of {found.name}" if found else "New contract"
    done = reverse("contract", args=[contract_id]) if contract_id else reverse("contracts")
    return form_page(request, form, save, title=title, crumbs=_crumbs(), done=done)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def upload(request: StaffRequest, contract_id: int) -> HttpResponseBase:
    """Read a fee schedule and show what it would change. Writes nothing."""
    found = payer_contracts.contract(contract_id, actor=request.user)
    form = FeeFileForm(request.POST, request.FILES)
    context: dict[str, Any] = {"contract": found, "crumbs": _crumbs(found), "form": form}
    if not form.is_valid():
        return TemplateResponse(request, "claims/payers/fees_preview.html", context, status=422)
    file = form.cleaned_data["file"]
    try:
        if file.size > BIGGEST_FILE:
            raise DomainError("A fee schedule has five megabytes at most. Split the file.")
        read = read_fees(file.name, file.read())
    except DomainError as problem:
        context["problem"] = problem
        return TemplateResponse(request, "claims/payers/fees_preview.html", context, status=problem.status)
    now = payer_contracts.fees_of(contract_id)
    context |= _preview(read, fee_difference(now, read.fees))
    context["packed"] = _pack(contract_id, read, now)
    context["file_name"] = file.name
    return TemplateResponse(request, "claims/payers/fees_preview.html", context)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def confirm(request: StaffRequest, contract_id: int) -> HttpResponseBase:
    """Take the previewed schedule over: all of it or nothing."""
    packed = _unpack(contract_id, request.POST.get("packed", ""))
    found = payer_contracts.contract(contract_id, actor=request.user)
    with claim_allowances.announcing_contract_change(found.payer_id):
        count = services.replace_fees(
            contract_id,
            _fees(packed["fees"]),
            expected=_fees(packed["now"]),
            remove_missing=request.POST.get("remove_missing") == "1",
            actor=request.user,
            now=clock.now(),
        )
    messages.success(
        request,
        f"{count:,} fee{'' if count == 1 else 's'} written. Payments already posted can be compared again below.",
    )
    return redirect("contract", contract_id)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def bad_rows(request: StaffRequest, contract_id: int) -> HttpResponseBase:
    """The rows of a preview that could not be read, as a file to put right."""
    packed = _unpack(contract_id, request.POST.get("packed", ""))
    return csv_response(
        f"fees-{contract_id}-bad-rows", [("Line", "What stands there", "What is wrong"), *packed["bad"]]
    )


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def recheck(request: StaffRequest, contract_id: int) -> HttpResponseBase:
    """Compare the payments under a contract with its terms as they stand now."""
    count = contract_recheck.count_payments(contract_id, actor=request.user)
    if count > AT_ONCE:
        enqueue("claims.tasks.recheck_contract", contract_id=contract_id, actor_id=request.user.pk)
        messages.success(
            request, f"{count:,} payments are being compared. Underpayments appear in the list as they are found."
        )
    else:
        done = contract_recheck.recheck(contract_id, actor=request.user, today=clock.today(), now=clock.now())
        messages.success(
            request,
            f"{done.payments:,} payments compared: {done.opened:,} lines newly underpaid, {done.changed:,} changed, "
            f"{done.closed:,} no longer underpaid.",
        )
    return redirect("contract", contract_id)


def _sheet(found: Any) -> Sheet:
    columns = [
        Column("Contract", width=36),
        Column("Practice", width=28),
        Column("Payer", width=32),
        Column("Plan"),
        Column("From", Kind.DATE),
        Column("To", Kind.DATE),
        Column("Percent of charge", Kind.PERCENT),
    ]
    rows = [
        (
            one.name,
            one.practice.name,
            one.payer.name,
            one.plan.name if one.plan else "every plan",
            one.valid_from,
            one.valid_to,
            one.percent_of_charge and one.percent_of_charge / 100,
        )
        for one in found
    ]
    return Sheet("Contracts", columns, rows)


def _contract_form(request: StaffRequest, found: Any, payer_id: str) -> ContractForm:
    practices: list[tuple[Any, str]] = [(one.id, one.name) for one in practice_choice(request.user).practices]
    payer = selectors.payer(known, actor=request.user) if (known := id_of(payer_id)) else None
    if payer and found:
        named: list[tuple[Any, str]] = [(payer.pk, payer.name)]
    else:
        rows = selectors.payers(actor=request.user).prefetch_related("plans")
        named = [("", "Choose one"), *((row.pk, row.name) for row in rows)]
        practices = [("", "Choose one"), *practices] if len(practices) > 1 else practices
    if payer:
        plans = [(plan.pk, plan.name) for plan in payer.plans.all()]
    else:
        plans = [(plan.pk, f"{row.name}: {plan.name}") for row in rows for plan in row.plans.all()]
    initial: dict[str, Any] = {"payer": payer.pk if payer else None}
    if found:
        names = ("name", "valid_from", "valid_to", "percent_of_charge")
        initial |= {"practice": found.practice_id, "plan": found.plan_id} | {
            name: getattr(found, name) for name in names
        }
    return ContractForm(posted(request), initial=initial, practices=practices, payers=named, plans=plans)


def _preview(read: FeeFile, found: FeeDifference) -> dict[str, Any]:
    return {
        "read": read,
        "columns": [(what.capitalize(), heading) for what, heading in read.columns.items()],
        "new": _shown(found.new),
        "changed": [(_label(key), old, fee, fee - old) for key, old, fee in found.changed[:SHOWN]],
        "missing": _shown(found.missing),
        "bad": read.bad[:SHOWN],
        "counts": {
            "new": len(found.new), "changed": len(found.changed), "unchanged": found.unchanged,
            "missing": len(found.missing), "bad": len(read.bad),
        },
        "has_changes": bool(found.new or found.changed or found.missing),
    }  # fmt: skip


def _label(key: FeeKey) -> tuple[str, str, str]:
    code, modifier, place = key
    return code, modifier, place_name(place)


def _shown(fees: list[tuple[FeeKey, Decimal]]) -> list[tuple[tuple[str, str, str], Decimal]]:
    return [(_label(key), amount) for key, amount in fees[:SHOWN]]


def _pack(contract_id: int, read: FeeFile, now: dict[FeeKey, Decimal]) -> str:
    """The preview, signed, so that what is confirmed is what was shown and nothing is kept meanwhile."""
    content = {
        "contract": contract_id,
        "fees": _plain(read.fees),
        "now": _plain(now),
        "bad": [(row.line, row.text, row.wrong) for row in read.bad],
    }
    return signing.dumps(content, salt=_SALT, compress=True)


def _unpack(contract_id: int, packed: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = signing.loads(packed, salt=_SALT, max_age=_GOOD_FOR)
    except (signing.BadSignature, json.JSONDecodeError) as error:
        raise Conflict("This preview is too old. Nothing was written: upload the file again.") from error
    if content["contract"] != contract_id:
        raise Conflict("This preview belongs to another contract. Upload the file again.")
    return content


def _plain(fees: Any) -> list[list[str]]:
    return [[*key, str(amount)] for key, amount in sorted(fees.items())]


def _fees(rows: list[list[str]]) -> dict[FeeKey, Decimal]:
    return {(code, modifier, place): Decimal(amount) for code, modifier, place, amount in rows}


def _crumbs(found: Any = None) -> list[Crumb]:
    trail = [(reverse("setup"), "Setup"), (reverse("contracts"), "Contracts")]
    return [*trail, (reverse("contract", args=[found.pk]), found.name)] if found is not None else trail
