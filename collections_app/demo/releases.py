"""Requests for records of the demo: one to screen, one defective, one to release, and two that left.

Of those that left one went to the patient, who is not counted, and one by a subpoena, which stands in the accounting
of disclosures.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction

from arwork.lib import events
from arwork.staff.models import User
from claims.documents.services import BroughtFile
from claims.parties.models import Patient
from claims.practices.models import Practice
from collections_app.demo.papers import pdf_page
from collections_app.demo.places import PRACTICES
from collections_app.releases import papers, services
from collections_app.releases.authorization import POINTS, Form, RequestBasis
from collections_app.releases.directory import RequesterDraft, add_requester
from collections_app.releases.models import RecordRequest, Requester
from collections_app.releases.packet import PacketChoice
from collections_app.releases.releasing import Leaving, release
from collections_app.releases.services import RequestDraft

_ADULT_YEARS = 19
_WHO = (
    RequesterDraft(
        "law_firm", "Sterling & Vance LLP", "40 Wallace Street", "Albany", "NY", "12207", "5185550188", "5185550189",
        "records@sterlingvance.example",
    ),
    RequesterDraft(
        "law_firm", "Mill Street Legal", "7 Mill Street", "Troy", "NY", "12180", "5185550171",
        always_lacks="The day of expiry, and the statement on redisclosure",
    ),
    RequesterDraft("copy_service", "Empire Copy Service", "212 Canal Street", "Albany", "NY", "12210", "5185550164"),
    RequesterDraft("patient", "The patient", notes="Who asks for their own records"),
)  # fmt: skip


def ask_for_records(until: dt.date) -> None:
    """Tell the story of the weeks up to `until`; once, the whole or nothing."""
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    if Requester.objects.filter(practice=practice).exists():
        return
    patients = _grown_up(practice, until)
    if len(patients) < 5:
        return
    collector = User.objects.get(username="collector")
    with events.quiet(), transaction.atomic():
        firms = [add_requester(practice.pk, one, actor=collector, now=_at(until)) for one in _WHO]
        sterling, mill, copies, patient = firms

        def asks(place: int, who: Requester, basis: RequestBasis, days_ago: int, **but: Any) -> RecordRequest:
            on = until - dt.timedelta(days=days_ago)
            told = {"asked": ("itemized", "ledger"), "reference": f"{who.name[:2].upper()}-{2200 + place}"} | but
            draft = RequestDraft(who.pk, patients[place].pk, basis, on, **told)
            paper = BroughtFile(pdf_page([_PAPER[basis], f"Request {2200 + place}"]), "request.pdf", "patient")
            return services.receive(
                patients[place].account_id, draft, actor=collector, today=on, now=_at(on), paper=paper
            )

        def turn(days_ago: int) -> dict[str, Any]:
            on = until - dt.timedelta(days=days_ago)
            return {"actor": collector, "today": on, "now": _at(on)}

        sound = _sound(RequestBasis.AUTHORIZATION, signed_on=until - dt.timedelta(days=30))
        asks(0, copies, RequestBasis.AUTHORIZATION, 1)
        lacking = asks(1, mill, RequestBasis.AUTHORIZATION, 6)
        services.screen(
            lacking.pk,
            _sound(RequestBasis.AUTHORIZATION, but={"redisclosure"}, signed_on=sound.signed_on, expires_event=""),
            **turn(5),
        )  # fmt: skip
        papers.write_defects(lacking.pk, **turn(5))
        services.screen(asks(2, sterling, RequestBasis.AUTHORIZATION, 4).pk, sound, **turn(3))
        own = asks(3, patient, RequestBasis.ACCESS, 20, reference="")
        services.screen(own.pk, _sound(RequestBasis.ACCESS), **turn(17))
        release(own.pk, PacketChoice(own.asked), leaving=Leaving("handed", proof="ID checked at the desk"), **turn(16))
        served = asks(4, sterling, RequestBasis.SUBPOENA, 12)
        assured = Form(shows=_sound(RequestBasis.SUBPOENA).shows | {"told", "enough", "unopposed"}, assurance="notice")
        services.screen(served.pk, assured, **turn(10))
        leaving = Leaving("certified", proof="9407 1118 9956 0023 4410", because="The bill itself is in dispute")
        release(served.pk, PacketChoice(served.asked), leaving=leaving, **turn(9))


def _sound(basis: RequestBasis, *, but: Collection[str] = (), **facts: Any) -> Form:
    """A form that shows every point of its right but some."""
    told = {"expires_event": "End of the case"} if basis is RequestBasis.AUTHORIZATION else {}
    return Form(shows=frozenset(point.code for point in POINTS[basis] if point.code not in but), **told | facts)


def _grown_up(practice: Practice, until: dt.date) -> list[Patient]:
    """Five patients who answer for themselves and are of age, the first that came."""
    born_by = until - dt.timedelta(days=366 * _ADULT_YEARS)
    rows = Patient.objects.filter(practice=practice, account__merged_into=None, claims__isnull=False)
    rows = rows.select_related("person", "account").distinct().order_by("pk")[:60]
    able = [
        one for one in rows
        if one.person_id == one.account.guarantor_id and one.person.birth_on and one.person.birth_on <= born_by
    ]  # fmt: skip
    return able[-5:]


_PAPER = {
    RequestBasis.AUTHORIZATION: "AUTHORIZATION FOR RELEASE OF HEALTH INFORMATION",
    RequestBasis.ACCESS: "REQUEST FOR ACCESS TO MY OWN RECORDS",
    RequestBasis.SUBPOENA: "SUBPOENA DUCES TECUM",
}


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(17), dt.UTC)
