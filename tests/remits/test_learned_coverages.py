"""A payer that no bill names is known from remittances: by its own answer, or as the one a claim was sent on to."""

import datetime as dt

import pytest
from django.test import Client

from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.parties.models import Coverage
from claims.practices.models import Practice
from tests import cast
from tests.edi_intake.conftest import TakeIn, practice, take_in  # noqa: F401
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
FIRST = Clp("H1", [Svc("400.00", "200.00", [("CO-45", "120.00"), ("PR-2", "80.00")])])
OCT26 = dt.date(2026, 10, 26)


def answer(payer: str, number: str, *, status: str = "2", icn: str = "S1", member: str = "S9") -> None:
    line = Svc("400.00", "50.00", [("OA-23", "320.00"), ("CO-45", "20.00"), ("PR-3", "10.00")])
    paid = Clp("H1", [line], status=status, icn=icn, member=member)
    take(from_another(Era([paid], payer=payer, payer_id=number, trace=f"T{number}", paid_on=OCT26)))


def from_another(era: Era) -> str:
    """A remittance of a payer with another tax number."""
    return era.text().replace("1512345678", "1598765432")


def sent_on_to(name: str, number: str) -> None:
    """The first payer answers, and says that it sent the claim on."""
    text = Era([FIRST]).text().replace("MI*M100~", f"MI*M100~NM1*TT*2*{name}*****PI*{number}~")
    take(text)


def covers(claim: Claim) -> list[tuple[int, str, str]]:
    claim.refresh_from_db()
    found = enumerate((claim.coverage1, claim.coverage2, claim.coverage3), 1)
    return [(rank, cover.payer.name, cover.source) for rank, cover in found if cover]


def test_a_payer_that_answers_is_a_coverage_behind_the_known_ones() -> None:
    claim = cast.make_claim(number="H1", lines=["400.00"])
    take(Era([FIRST]))
    answer("Second", "SEC")
    [known, (rank, name, source)] = covers(claim)
    assert (known[0], known[2], rank, source) == (1, "claim", 2, "remittance")
    assert name.upper() == "SECOND"
    assert claim.coverage2
    assert claim.coverage2.member_id == "S9"
    assert buckets(claim) == {"PATIENT": "10.00"}


def test_who_a_claim_was_sent_on_to_owes_the_rest_by_name() -> None:
    claim = cast.make_claim(number="H1", lines=["400.00"])
    sent_on_to("SECOND MUTUAL", "SECM1")
    assert covers(claim)[1:] == [(2, "SECOND MUTUAL", "remittance")]
    assert buckets(claim) == {"PAYER2": "80.00"}
    owing = Receivable.objects.get(claim=claim, bucket="PAYER2")
    assert owing.payer is not None
    assert owing.payer.name == "SECOND MUTUAL"


def test_neither_goes_before_a_payer_that_a_bill_names() -> None:
    other = cast.make_payer(name="Known Second", payer_id="KNO")
    claim = cast.make_claim(number="H1", lines=["400.00"], payers=[cast.make_payer(), other])
    sent_on_to("SOMEBODY ELSE", "ELSE1")
    assert covers(claim)[1:] == [(2, "Known Second", "claim"), (3, "SOMEBODY ELSE", "remittance")]
    assert buckets(claim) == {"PAYER2": "80.00"}
    answer("Yet Another", "YET")
    assert [name for _, name, _ in covers(claim)][1:] == ["Known Second", "SOMEBODY ELSE"]


def test_a_payer_that_is_known_already_teaches_nothing() -> None:
    claim = cast.make_claim(number="H1", lines=["400.00"])
    assert claim.payer
    before = Coverage.objects.count()
    sent_on_to(claim.payer.name, "MER01")
    take(Era([Clp("H1", [Svc("400.00", "0", [("CO-18", "400.00")])], icn="ICN2")], trace="T2", paid_on=OCT26))
    assert Coverage.objects.count() == before


def test_what_waits_teaches_nothing_yet() -> None:
    claim = cast.make_claim(number="H1", lines=["400.00"])
    answer("Second", "SEC")  # the first payer has not answered
    assert len(covers(claim)) == 1
    take(Era([FIRST]))
    assert [source for _, _, source in covers(claim)] == ["claim", "remittance"]


def test_a_bill_that_names_it_confirms_it(take_in: TakeIn, practice: Practice) -> None:  # noqa: F811
    gus = Sent(number="H1", charge="400.00", lines=(("99214", "400.00"),), served="20260914")
    take_in(write_837([gus]))
    claim = Claim.objects.get()
    take(Era([FIRST], practice=practice))
    answer_to_it = Svc("400.00", "50.00", [("OA-23", "320.00"), ("CO-45", "20.00"), ("PR-3", "10.00")])
    paid = Clp("H1", [answer_to_it], status="2", icn="S1", member="MBR001")
    second_answers = Era([paid], payer="Second Mutual", payer_id="SEC01", trace="T2", paid_on=OCT26, practice=practice)
    take(from_another(second_answers))
    assert [source for _, _, source in covers(claim)] == ["claim", "remittance"]
    second = gus.but(sequence="S", payer=("SECOND MUTUAL", "SEC01"), prior=("MERIDIAN CHOICE", "MER01", "200.00"))
    take_in(write_837([second], control=2, sent_on="20261101"))
    assert [source for _, _, source in covers(claim)] == ["claim", "claim"]


def test_the_page_of_the_claim_says_where_it_was_learned(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["400.00"])
    client.force_login(cast.make_ana(claim.practice), backend=BACKEND)
    address = f"/claims/{claim.pk}"
    assert "learned from a remittance" not in client.get(address).content.decode()
    sent_on_to("SECOND MUTUAL", "SECM1")
    page = client.get(address).content.decode()
    assert "SECOND MUTUAL; learned from a remittance, on no bill yet" in " ".join(page.split())
    account = client.get(f"/accounts/{claim.account_id}").content.decode()
    assert "learned from a remittance" in account
