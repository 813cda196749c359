"""The patient's own page: the explained bill, papers and receipts, and what a patient may ask for (`patient_door`)."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from arwork.lib import clock
from arwork.staff.access import Capability
from arwork.web.pages import page
from claims.payers.phones import shown_number
from collections_app.portal import choices, contents, door, paying, requests
from collections_app.portal.phrases import PHRASES
from collections_app.statements.words import day_words, usd
from collections_app.web.patient_door import VISIT, ask, cookie, drawn, guarded, patient_page, speak

if TYPE_CHECKING:
    from collections_app.portal.models import PortalVisit

#: What a page may say was done, by its code in the address.
_DONE = frozenset(
    {"disputed", "planned", "assisted", "ways_saved", "contacted", "asked", "paid"}
)  # fmt: skip


@require_GET
@page(Capability.PUBLIC)
def my_bill(request: HttpRequest) -> HttpResponseBase:
    """The bill of who has a visit; the door for everybody else."""
    visit = door.visit_of(request.COOKIES.get(cookie(VISIT), ""), now=clock.now())
    return guarded(ask(request) if visit is None else _bill(request, visit))


@require_POST
@page(Capability.PUBLIC)
def language(request: HttpRequest) -> HttpResponseBase:
    """Another language: of the page, and of who is on it."""
    visit = door.visit_of(request.COOKIES.get(cookie(VISIT), ""), now=clock.now())
    if visit is not None:
        choices.choose_language(visit, language=request.POST.get("language", ""), now=clock.now())
    return speak(request)


@require_POST
@patient_page
def close(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    """The patient is done."""
    door.leave(visit, now=clock.now())
    response = redirect("/my-bill?closed=1")
    response.delete_cookie(cookie(VISIT))
    return response


@require_POST
@patient_page
def pay(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    """On to the page of the processor; by a link, for forms lead to no other site."""
    account, today = visit.link.account, clock.today()
    bill = contents.seen_bill(account, language=visit.language, today=today)
    amount = _amount(request, "amount") or Decimal(0)
    link = paying.payment_page(
        account, bill, amount=amount, key=request.POST.get("key", ""), now=clock.now(), today=today
    )
    context = {"visit": visit, "amount": usd(amount), "link": link, "practice": account.practice}
    return drawn(request, "pay", context, language=visit.language)


@sensitive_post_parameters()
@require_POST
@patient_page
def dispute(request: HttpRequest, visit: "PortalVisit", claim_id: int) -> HttpResponseBase:
    """A visit is billed wrongly, says the patient."""
    account, today = visit.link.account, clock.today()
    bill = contents.seen_bill(account, language=visit.language, today=today)
    words, kind = request.POST.get("words", ""), request.POST.get("kind", "")
    requests.dispute(account, bill, claim_id=claim_id, words=words, kind=kind, now=clock.now(), today=today)
    return _done("disputed")


@sensitive_post_parameters()
@require_POST
@patient_page
def plan(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    """The patient asks to pay in parts."""
    account, today = visit.link.account, clock.today()
    bill = contents.seen_bill(account, language=visit.language, today=today)
    requests.ask_plan(
        account, bill, monthly=_amount(request, "monthly") or Decimal(0), day=_number(request, "day"),
        words="", now=clock.now(), today=today,
    )  # fmt: skip
    return _done("planned")


@sensitive_post_parameters()
@require_POST
@patient_page
def assistance(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    """The patient asks for financial assistance."""
    requests.ask_assistance(
        visit.link.account, people=_number(request, "people"), income=_amount(request, "income"),
        words=request.POST.get("words", ""), now=clock.now(), today=clock.today(),
    )  # fmt: skip
    return _done("assisted")


@require_POST
@patient_page
def ways(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    """How the patient may be written to."""
    allowed = frozenset(request.POST.getlist("way"))
    choices.choose_ways(visit.link.account, allowed=allowed, now=clock.now(), today=clock.today())
    return _done("ways_saved")


@sensitive_post_parameters()
@require_POST
@patient_page
def contact(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    """A new number or address, as a suggestion."""
    facts = choices.new_contact(phone=request.POST.get("phone", ""), email=request.POST.get("email", ""))
    requests.suggest_contact(visit.link.account, facts=facts, now=clock.now(), today=clock.today())
    return _done("contacted")


@sensitive_post_parameters()
@require_POST
@patient_page
def question(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    """Anything else the patient asks."""
    words = request.POST.get("words", "")
    requests.ask(visit.link.account, words=words, now=clock.now(), today=clock.today())
    return _done("asked")


@require_GET
@patient_page
def paper(request: HttpRequest, visit: "PortalVisit", document_id: int) -> HttpResponseBase:
    """A letter or statement as PDF, of this account alone."""
    account = visit.link.account
    content = b"".join(contents.read_paper(account, document_id=document_id, now=clock.now()))
    return FileResponse(iter([content]), content_type="application/pdf", filename="letter.pdf")


@require_GET
@patient_page
def receipt(request: HttpRequest, visit: "PortalVisit", receipt_id: int) -> HttpResponseBase:
    """A receipt, to print or keep."""
    found = contents.receipt_of(visit.link.account, receipt_id)
    context = {
        "visit": visit,
        "account": visit.link.account,
        "receipt": found,
        "amount": usd(found.amount),
        "day": day_words(found.received_on, visit.language),
    }
    return drawn(request, "receipt", context, language=visit.language)


def _bill(request: HttpRequest, visit: "PortalVisit") -> HttpResponseBase:
    account, today, now_spoken = visit.link.account, clock.today(), visit.language
    done = request.GET.get("done", "")
    if done == "paid":
        paying.look_again(account, now=clock.now(), today=today)
        account.refresh_from_db()
    bill = contents.seen_bill(account, language=now_spoken, today=today)
    context: dict[str, Any] = {
        "visit": visit,
        "account": account,
        "practice": account.practice,
        "phone": shown_number(account.practice.phone),
        "bill": bill,
        "due": usd(bill.due),
        "may_pay": paying.may_pay(bill),
        "key": uuid4().hex,
        "on_account": usd(bill.on_account) if bill.on_account else "",
        "others": usd(bill.others) if bill.others else "",
        "visits": [(one, usd(one.asked)) for one in bill.visits],
        "papers": [(one, day_words(one.on, now_spoken)) for one in contents.papers_of(account)],
        "receipts": [
            (one, day_words(one.received_on, now_spoken), usd(one.amount)) for one in contents.receipts_seen(account)
        ],
        "ways": choices.ways_of(account, today=today),
        "requests": [
            (
                one,
                day_words(one.asked_on, now_spoken),
                f"request_{one.kind}",
                day_words(one.dispute.answer_by, now_spoken) if one.dispute else "",
            )
            for one in requests.requests_of(account)
        ],
        "dispute_kinds": [(one, PHRASES[now_spoken][f"kind_{one}"]) for one in requests.DISPUTED],
        "done": done if done in _DONE else "",
    }
    return drawn(request, "bill", context, language=now_spoken)


def _done(code: str) -> HttpResponseBase:
    return redirect(f"{reverse('my_bill')}?{urlencode({'done': code})}")


def _amount(request: HttpRequest, name: str) -> Decimal | None:
    text = request.POST.get(name, "").replace("$", "").replace(",", "").strip()
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return Decimal(-1)
    return found.quantize(Decimal("0.01")) if found.is_finite() and abs(found) < 10**9 else Decimal(-1)


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
