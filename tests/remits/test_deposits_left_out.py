"""A deposit that is not the practice's, or only a test, is left out as a whole, and can be taken up again."""

import datetime as dt

import pytest
from django.test import Client

from arwork.lib.errors import Conflict, DomainError
from arwork.staff.models import AuditEvent
from claims.ledger.models import Posting
from claims.remits import exceptions
from claims.remits.models import RemitClaim, RemitException, Remittance
from collections_app.reports.deposits import deposits
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, new_transaction, take

pytestmark = pytest.mark.django_db
WHEN = {"today": cast.TODAY, "now": cast.NOW}


def uneven() -> Era:
    return Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], bpr="155.00")


def held() -> RemitException:
    take(uneven())
    return RemitException.objects.get(state="open")


def deposit_count(practice_id: int) -> int:
    return deposits(practice_ids=[practice_id], since=dt.date(2026, 10, 1), until=dt.date(2026, 10, 31)).count


def test_a_held_deposit_is_left_out_and_taken_up_as_it_was() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    exception = held()
    assert deposit_count(claim.practice_id) == 1
    with pytest.raises(DomainError, match="Say why"):
        exceptions.dismiss_exception(exception.pk, reason=" ", actor=ana, **WHEN)

    exceptions.dismiss_exception(exception.pk, reason="a test of the clearinghouse", actor=ana, **WHEN)

    assert Remittance.objects.get().state == "left_out"
    assert set(RemitClaim.objects.values_list("state", flat=True)) == {"dismissed"}
    assert not RemitException.objects.filter(state="open").exists()
    assert deposit_count(claim.practice_id) == 0
    assert AuditEvent.objects.filter(action="remit_leave_out").count() == 1

    exceptions.reopen_exception(exception.pk, actor=ana, **WHEN)
    assert Remittance.objects.get().state == "staged"
    exceptions.accept_exception(exception.pk, actor=ana, **WHEN)
    assert buckets(claim) == {}
    assert deposit_count(claim.practice_id) == 1


def test_what_was_left_out_posts_nothing_when_its_file_is_tried_again_or_sent_again() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    transaction = new_transaction()
    take(uneven(), transaction=transaction)
    before = Posting.objects.count()
    exception = RemitException.objects.get(state="open")
    exceptions.dismiss_exception(exception.pk, reason="not ours", actor=cast.make_ana(claim.practice), **WHEN)

    take(uneven(), transaction=transaction)
    take(uneven())

    assert Posting.objects.count() == before
    assert Remittance.objects.get().state == "left_out"
    assert buckets(claim) == {"PAYER1": "240.00"}


def test_a_deposit_of_which_something_is_booked_is_not_left_out() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    exception = held()
    exceptions.accept_exception(exception.pk, actor=ana, **WHEN)
    RemitException.objects.filter(pk=exception.pk).update(state="open")
    with pytest.raises(Conflict, match="booked already"):
        exceptions.dismiss_exception(exception.pk, reason="not ours", actor=ana, **WHEN)


def test_a_payment_tried_again_finds_the_claim_that_was_read_since() -> None:
    practice = cast.make_practice()
    ana = cast.make_ana(practice)
    take(Era([Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")])], icn="Q7")]))
    exception = RemitException.objects.get(state="open")
    claim = cast.make_claim(number="H1", lines=["240.00"])
    type(claim).objects.filter(pk=claim.pk).update(icn="Q7")

    exceptions.retry_exception(exception.pk, actor=ana, **WHEN)

    assert buckets(claim) == {}
    assert RemitClaim.objects.get().matched_by == "icn"


def test_the_page_leaves_a_deposit_out_and_lists_it_among_the_dismissed(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    client.force_login(cast.make_ana(claim.practice))
    page = f"/remits/exceptions/{held().pk}"
    assert "Leave the whole deposit out" in client.get(page).content.decode()

    client.post(f"{page}/dismiss", {"reason": "a test file"})

    listed = client.get("/remits/exceptions?reason=dismissed").content.decode()
    assert f'href="{page}"' in listed
    shown = client.get(page).content.decode()
    assert "the whole deposit is held again" in shown
    assert client.post(f"{page}/reopen").status_code == 302
    assert Remittance.objects.get().state == "staged"
