"""A practice with two patients on one account, a law firm that asks for records, and a form that lacks nothing."""

import datetime as dt
from io import BytesIO
from typing import Any

from claims.documents.services import BroughtFile
from claims.documents.store import kept_documents
from collections_app.limits.models import Limit
from collections_app.releases import services
from collections_app.releases.authorization import POINTS, Form, RequestBasis
from collections_app.releases.directory import RequesterDraft, add_requester
from collections_app.releases.models import RecordRequest, Requester
from collections_app.releases.packet import PacketChoice
from collections_app.releases.releasing import Leaving, release
from collections_app.releases.services import RequestDraft
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice
from tests.documents.scans import pdf
from tests.letters.papers import words_of

DAY = dt.timedelta(days=1)
CAME = TODAY - 2 * DAY


def visited() -> Any:
    """Gus Guarino with visits in March and September; his daughter Mia with one, on the same account."""
    practice = make_practice()
    practice.address, practice.city, practice.zip, practice.phone = "1 Harbor Way", "New York", "10001", "2125550100"
    practice.save()
    account = make_account(practice=practice)
    gus, mia = make_patient(account=account), make_patient(account=account, first="Mia")
    make_claim(patient=gus, number="GUS-MARCH", lines=("300.00",), payers=(), service_on=dt.date(2026, 3, 2))
    make_claim(patient=gus, number="GUS-SEPT", lines=("200.00",), payers=(), service_on=dt.date(2026, 9, 14))
    make_claim(patient=mia, number="MIA-MAY", lines=("100.00",), payers=(), service_on=dt.date(2026, 5, 5))
    return gus


def firm(actor: Any, **but: Any) -> Requester:
    told = {
        "kind": "law_firm", "name": "Sterling & Vance LLP", "address": "40 Wall St", "city": "New York", "state": "NY",
        "zip": "10005", "phone": "2125550188", "fax": "2125550189", "email": "records@sterlingvance.example",
    }  # fmt: skip
    return add_requester(make_practice().pk, RequesterDraft(**told | but), actor=actor, now=NOW)


def asked(patient: Any, requester: Requester, actor: Any, *, with_paper: bool = True, **but: Any) -> RecordRequest:
    told: dict[str, Any] = {
        "requester_id": requester.pk, "patient_id": patient.pk, "kind": "authorization", "received_on": CAME,
        "asked": ("itemized", "ledger"), "reference": "SV-2201",
    }  # fmt: skip
    draft = RequestDraft(**told | but)
    paper = BroughtFile(BytesIO(pdf("AUTHORIZATION").read()), "form.pdf", "patient") if with_paper else None
    return services.receive(patient.account_id, draft, actor=actor, today=TODAY, now=NOW, paper=paper)


def sound(basis: str = "authorization", **but: Any) -> Form:
    """A form of a right that lacks nothing on TODAY."""
    shows = {point.code for point in POINTS[RequestBasis(basis)]}
    told: dict[str, Any] = {"shows": frozenset(shows)}
    if basis == "authorization":
        told |= {"signed_on": dt.date(2026, 11, 1), "expires_on": dt.date(2027, 11, 1)}
    if basis == "subpoena":
        told |= {"shows": frozenset(shows | {"told", "enough", "unopposed"}), "assurance": "notice"}
    return Form(**told | but)


def screened(request: RecordRequest, actor: Any, *, on: dt.date = TODAY, **but: Any) -> Any:
    return services.screen(request.pk, sound(request.kind, **but), actor=actor, today=on, now=NOW)


def released(request: RecordRequest, actor: Any, *, on: dt.date = TODAY, parts: Any = None, **leaving: Any) -> Any:
    told = {"way": "mail", "because": "The whole bill is in dispute"} | leaving
    choice = PacketChoice(parts or [code for code in request.asked if code != "medical"])
    return release(request.pk, choice, leaving=Leaving(**told), actor=actor, today=on, now=NOW)


def fee_of_a_page(cents: int, ana: Any, *, name: str = "record_page_fee") -> None:
    Limit.objects.create(practice=make_practice(), name=name, value=cents, valid_from=TODAY, source="x", entered_by=ana)


def text_of(document: Any) -> str:
    """The words of a kept PDF, in one line."""
    with kept_documents.opened(document.sha256) as stream:
        return words_of(stream.read())
