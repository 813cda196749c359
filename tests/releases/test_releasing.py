"""Records leave: only valid, only what was asked, only of this patient; logged always, counted as the law says."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from arwork.lib.errors import Conflict
from claims.documents.services import BroughtFile, add_to_account
from claims.documents.store import kept_documents
from claims.privacy.models import Disclosure
from collections_app.contacts.models import Hold
from collections_app.releases import papers, releasing, selectors, services
from collections_app.releases.models import RecordRelease, RecordRequest
from collections_app.releases.packet import PacketChoice, packet_of
from collections_app.releases.releasing import Leaving, release
from collections_app.releases.services import BadRecordRequest
from tests.cast import NOW, TODAY, make_ana, make_practice
from tests.documents.scans import pdf, png, tiff
from tests.releases.cases import DAY, asked, fee_of_a_page, firm, released, screened, text_of, visited

pytestmark = pytest.mark.django_db


@pytest.fixture
def gus():
    return visited()


@pytest.fixture
def ana(gus):
    return make_ana(make_practice())


@pytest.fixture
def sterling(ana):
    return firm(ana)


def valid(gus, sterling, ana, **but):
    found = asked(gus, sterling, ana, **but)
    screened(found, ana)
    return found


def test_the_packet_holds_the_visits_of_this_patient_in_the_days_that_were_asked(gus, ana, sterling):
    found = valid(gus, sterling, ana, service_from=dt.date(2026, 6, 1))
    made = released(found, ana)
    text = " ".join(text_of(made.document).split())
    assert "GUS-SEPT" in text
    assert "$200.00" in text
    assert "GUS-MARCH" not in text  # before the days that were asked
    assert "MIA-MAY" not in text  # another patient of the same account
    assert (made.visits, made.service_from) == (1, dt.date(2026, 6, 1))


def test_it_is_frozen_under_its_hash_with_its_pages(gus, ana, sterling):
    made = released(valid(gus, sterling, ana), ana)
    with kept_documents.opened(made.sha256) as stream:
        assert len(PdfReader(BytesIO(stream.read())).pages) == made.pages
    assert made.document.sha256 == made.sha256
    assert made.parts == ["itemized", "ledger"]
    assert made.went_to == "Sterling & Vance LLP, 40 Wall St, New York, NY 10005"
    assert RecordRequest.objects.get().state == "released"


def test_nothing_leaves_before_the_form_is_valid(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    with pytest.raises(Conflict):
        released(found, ana)
    screened(found, ana, shows=frozenset())
    with pytest.raises(Conflict):
        released(found, ana)
    assert not RecordRelease.objects.exists()


def test_what_expired_since_it_was_screened_lets_nothing_leave(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    screened(found, ana, expires_on=TODAY)
    with pytest.raises(Conflict, match="It has expired"):
        released(found, ana, on=TODAY + DAY)
    assert released(found, ana).released_on == TODAY


def test_a_form_that_the_patient_revoked_lets_nothing_leave(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    given = screened(found, ana)
    services.revoke(given.pk, revoked_on=TODAY, how="letter", actor=ana, today=TODAY, now=NOW)
    with pytest.raises(Conflict):
        released(found, ana)


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        ("authorization", False),
        ("access", False),
        ("payment", False),
        ("subpoena", True),
        ("court_order", True),
        ("workers_comp", True),
    ],
)
def test_the_accounting_names_exactly_what_the_law_counts_and_the_log_everything(gus, ana, sterling, kind, counted):
    made = released(valid(gus, sterling, ana, kind=kind), ana)
    assert RecordRelease.objects.count() == 1
    assert (made.disclosure_id is not None) == counted
    rows = list(Disclosure.objects.filter(account=gus.account))
    assert len(rows) == int(counted)
    if counted:
        assert (rows[0].recipient, rows[0].disclosed_on, rows[0].pk) == (sterling.name, TODAY, made.disclosure_id)
        assert "Itemized statement" in rows[0].what
        assert "SV-2201" in rows[0].purpose


def test_what_was_not_asked_stays_here(gus, ana, sterling):
    found = valid(gus, sterling, ana, asked=("itemized",), service_from=dt.date(2026, 9, 1))
    with pytest.raises(BadRecordRequest, match="This was not asked for"):
        released(found, ana, parts=["itemized", "ledger"])
    choice = PacketChoice(["itemized"], service_from=dt.date(2026, 1, 1))
    with pytest.raises(BadRecordRequest) as refused:
        release(found.pk, choice, leaving=Leaving("mail"), actor=ana, today=TODAY, now=NOW)
    assert refused.value.facts["field"] == "service_from"


def test_days_without_a_visit_give_nothing_to_send(gus, ana, sterling):
    found = valid(gus, sterling, ana, service_from=dt.date(2026, 10, 1))
    with pytest.raises(BadRecordRequest, match="no visits"):
        released(found, ana)


def test_where_the_least_goes_somebody_says_why(gus, ana, sterling):
    found = valid(gus, sterling, ana, kind="subpoena")
    with pytest.raises(BadRecordRequest) as refused:
        released(found, ana, because=" ")
    assert refused.value.facts["field"] == "because"


@pytest.mark.parametrize("way", ["fax", "certified", "handed"])
def test_what_can_be_proven_is(gus, ana, sterling, way):
    found = valid(gus, sterling, ana)
    with pytest.raises(BadRecordRequest) as refused:
        released(found, ana, way=way)
    assert refused.value.facts["field"] == "proof"
    made = released(found, ana, way=way, proof="9407 1118")
    assert made.proof == "9407 1118"


def test_where_it_goes_must_be_known(gus, ana):
    found = valid(gus, firm(ana, name="Nowhere Legal", address="", city="", state="", zip="", fax=""), ana)
    with pytest.raises(BadRecordRequest) as refused:
        released(found, ana)
    assert refused.value.facts["field"] == "went_to"


def test_documents_go_along_as_pages_pictures_too(gus, ana, sterling):
    brought = [
        add_to_account(gus.account_id, BroughtFile(content, name, "eob"), actor=ana, now=NOW)
        for content, name in ((pdf("EOB OF MERIDIAN"), "eob.pdf"), (png(), "card.png"), (tiff(), "old.tif"))
    ]
    found = valid(gus, sterling, ana, asked=("itemized", "documents"))
    alone = packet_of(found, PacketChoice(["itemized"]), actor=ana, today=TODAY).pages
    both = packet_of(
        found, PacketChoice(["itemized", "documents"], [brought[0].pk, brought[1].pk]), actor=ana, today=TODAY
    )
    assert both.pages == alone + 2
    with pytest.raises(BadRecordRequest, match="TIFF"):
        packet_of(found, PacketChoice(["documents"], [brought[2].pk]), actor=ana, today=TODAY)
    with pytest.raises(BadRecordRequest, match="Choose the documents"):
        packet_of(found, PacketChoice(["itemized", "documents"]), actor=ana, today=TODAY)


def test_a_pdf_that_is_none_is_named(gus, ana, sterling):
    bad = add_to_account(
        gus.account_id, BroughtFile(BytesIO(b"%PDF-1.7 torn off"), "bad.pdf", "eob"), actor=ana, now=NOW
    )
    found = valid(gus, sterling, ana, asked=("documents",))
    with pytest.raises(BadRecordRequest, match="bad.pdf"):
        packet_of(found, PacketChoice(["documents"], [bad.pk]), actor=ana, today=TODAY)


def test_claims_as_billed_show_codes_and_who_was_billed(gus, ana, sterling):
    found = valid(gus, sterling, ana, asked=("claims",))
    text = " ".join(text_of(released(found, ana).document).split())
    assert "99214" in text
    assert "the patient" in text  # billed to


def test_only_the_packet_leaves_that_somebody_looked_at(gus, ana, sterling):
    found = valid(gus, sterling, ana)
    with pytest.raises(Conflict, match="Look at it again"):
        release(
            found.pk, PacketChoice(["itemized"]), leaving=Leaving("mail"), actor=ana, today=TODAY, now=NOW,
            seen_sha256="0" * 64,
        )  # fmt: skip


def test_a_fee_is_invoiced_paid_and_only_then_it_leaves(gus, ana, sterling):
    fee_of_a_page(75, ana)
    fee_of_a_page(1000, ana, name="record_search_fee")
    found = valid(gus, sterling, ana)
    pages = packet_of(found, PacketChoice(["itemized"]), actor=ana, today=TODAY).pages
    paper = papers.invoice(found.pk, PacketChoice(["itemized"]), actor=ana, today=TODAY, now=NOW)
    owed = Decimal("10.00") + pages * Decimal("0.75")
    found.refresh_from_db()
    assert (found.state, found.fee) == ("invoiced", owed)
    assert f"${owed}" in text_of(paper.document)
    with pytest.raises(Conflict, match="fee is not here"):
        released(found, ana)
    papers.note_fee(found.pk, paid_on=TODAY, actor=ana, today=TODAY, now=NOW)
    assert released(found, ana).fee == owed


def test_a_fee_may_be_waived(gus, ana, sterling):
    fee_of_a_page(75, ana)
    found = valid(gus, sterling, ana)
    papers.invoice(found.pk, PacketChoice(["itemized"]), actor=ana, today=TODAY, now=NOW)
    papers.note_fee(found.pk, paid_on=None, actor=ana, today=TODAY, now=NOW)
    assert released(found, ana).fee == Decimal("0.00")


def test_a_copy_that_costs_nothing_is_not_invoiced(gus, ana, sterling):
    found = valid(gus, sterling, ana)
    with pytest.raises(BadRecordRequest, match="costs nothing"):
        papers.invoice(found.pk, PacketChoice(["itemized"]), actor=ana, today=TODAY, now=NOW)


def test_a_better_form_does_not_forget_an_open_fee(gus, ana, sterling):
    fee_of_a_page(75, ana)
    found = valid(gus, sterling, ana)
    papers.invoice(found.pk, PacketChoice(["itemized"]), actor=ana, today=TODAY, now=NOW)
    screened(found, ana)
    assert RecordRequest.objects.get().state == "invoiced"


def test_a_letter_of_representation_stops_contact_but_by_the_firm(gus, ana, sterling):
    found = asked(gus, sterling, ana)
    releasing.name_attorney(found.pk, actor=ana, today=TODAY, now=NOW)
    hold = Hold.objects.get(reason="attorney")
    assert hold.person == gus.account.guarantor
    assert hold.facts["attorney"] == "Sterling & Vance LLP"
    assert "2125550188" in hold.facts["attorney_contact"]
    again = asked(gus, firm(ana, name="Mill Street Legal"), ana)
    releasing.name_attorney(again.pk, actor=ana, today=TODAY, now=NOW)
    assert Hold.objects.get(reason="attorney").facts["attorney"] == "Mill Street Legal"


def test_an_insurer_represents_nobody(gus, ana):
    found = asked(gus, firm(ana, kind="insurer", name="Meridian Claims"), ana, kind="payment")
    with pytest.raises(Conflict):
        releasing.name_attorney(found.pk, actor=ana, today=TODAY, now=NOW)


def test_the_log_is_of_all_of_one_firm_and_of_one_account(gus, ana, sterling):
    made = released(valid(gus, sterling, ana), ana)
    assert list(selectors.release_log(ana)) == [made]
    assert list(selectors.release_log(ana, requester_id=sterling.pk, account_id=gus.account_id)) == [made]
    assert not selectors.release_log(ana, requester_id=sterling.pk + 1).exists()


def test_a_patient_who_asks_is_written_to_where_they_get_mail(gus, ana):
    found = valid(
        gus, firm(ana, kind="patient", name="The patient", address="", city="", state="", zip=""), ana, kind="access"
    )
    made = released(found, ana)
    assert made.went_to == "Gus Guarino, 9 Mill Rd, Johnstown, OH 43031"
    assert "9 Mill Rd" in text_of(made.document)
