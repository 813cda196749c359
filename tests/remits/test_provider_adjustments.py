"""An overpayment taken out of a deposit comes off the claim it was paid on (RULES 2.7)."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from arwork.lib.errors import DomainError, NotFound
from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.selectors import account_totals
from claims.remits import provider_adjustments, recoupments
from claims.remits.models import ProviderAdjustment, Remittance
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def overpaid() -> tuple[Claim, ProviderAdjustment]:
    """H1 was paid 180.00 on two lines; a later deposit for H2 is short by 60.00 that the payer recoups."""
    old = cast.make_claim(number="H1", lines=["120.00", "60.00"])
    cast.make_claim(number="H2", lines=["100.00"])
    lines = [Svc("120.00", "120.00"), Svc("60.00", "60.00", code="85025")]
    take(Era([Clp("H1", lines, icn="OLD1")], trace="EFT1"))
    take(Era([Clp("H2", [Svc("100.00", "100.00")], icn="NEW2")], plb=[("WO:OLD1", "60.00")], trace="EFT2"))
    return old, ProviderAdjustment.objects.get()


def recoup(row: ProviderAdjustment, *, claim: str = "H1", amount: str = "60.00", actor=None) -> Claim:
    actor = actor or cast.make_sol(row.remittance.practice)
    return recoupments.apply_recoupment(
        row.pk, claim=claim, amount=money(amount), actor=actor, today=cast.TODAY, now=cast.NOW
    )


def test_the_payer_owes_the_old_claim_again_and_the_deposit_still_ties_out() -> None:
    old, row = overpaid()
    assert buckets(old) == {}
    recoup(row, claim="OLD1")
    assert buckets(old) == {"PAYER1": "60.00"}
    assert [line.payer1 for line in old.lines.order_by("number")] == [money("40.00"), money("20.00")]
    assert provider_adjustments.recoupment_left(row.remittance) == {row.pk: money("0.00")}
    assert tie_out(row.remittance_id).is_tied
    assert account_totals([row.remittance.practice_id]).get("RECOUPMENT", 0) == 0
    assert AuditEvent.objects.filter(action="remit_recoup").count() == 1


def test_it_is_applied_in_parts_and_never_beyond_what_was_taken() -> None:
    old, row = overpaid()
    sol = cast.make_sol(row.remittance.practice)
    recoup(row, amount="20.00", actor=sol)
    recoup(row, amount="20.00", actor=sol)
    with pytest.raises(DomainError, match=r"20\.00"):
        recoup(row, amount="20.01", actor=sol)
    recoup(row, amount="20.00", actor=sol)
    assert buckets(old) == {"PAYER1": "60.00"}


def test_a_claim_gives_back_no_more_than_was_paid_on_it() -> None:
    _, row = overpaid()
    unpaid = cast.make_claim(number="H3", lines=["500.00"])
    with pytest.raises(recoupments.RecoupmentImpossible, match="has paid 0.00"):
        recoup(row, claim="H3")
    assert buckets(unpaid) == {"PAYER1": "500.00"}


def test_only_the_payer_that_paid_a_claim_takes_money_back_from_it() -> None:
    _, row = overpaid()
    other = cast.make_payer(name="Other Mutual", payer_id="OTHR1")
    theirs = cast.make_claim(number="H4", lines=["200.00"], payers=[other])
    line = theirs.lines.get()
    paid = cast.move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="200.00", on=cast.TODAY)
    ledger.post([paid], now=cast.NOW)
    with pytest.raises(recoupments.RecoupmentImpossible, match="has paid 0.00 on claim H4"):
        recoup(row, claim="H4")
    assert buckets(theirs) == {}


def test_what_was_announced_with_a_reversal_is_not_taken_off_a_claim_again() -> None:
    """The correction has paid 100.00 since: applying the recovery to it would make the payer owe that as well."""
    claim = cast.make_claim(number="H1", lines=["240.00"])
    cast.make_claim(number="H2", lines=["500.00"])
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], trace="EFT1"))
    answers = [
        Clp("H1", [Svc("-240.00", "-150.00", [("CO-45", "-90.00")])], status="22"),
        Clp("H1", [Svc("240.00", "100.00", [("CO-45", "140.00")])]),
    ]
    take(Era(answers, plb=[("WO:ICN1", "-150.00")], trace="EFT2", paid_on=dt.date(2026, 10, 12)))
    paid = Clp("H2", [Svc("500.00", "500.00")], icn="I2")
    taken = [("WO:ICN1", "150.00"), ("WO:ICN9", "20.00")]
    take(Era([paid], plb=taken, trace="EFT3", paid_on=dt.date(2026, 10, 19)))

    last = Remittance.objects.get(trace="EFT3")
    known, fresh = last.provider_adjustments.order_by("position")
    assert provider_adjustments.recoupment_left(last) == {known.pk: money("0.00"), fresh.pk: money("20.00")}
    with pytest.raises(recoupments.RecoupmentImpossible):
        recoup(known, amount="100.00")
    assert buckets(claim) == {}


def test_it_is_undone_by_reversing_and_can_be_applied_again() -> None:
    old, row = overpaid()
    sol = cast.make_sol(row.remittance.practice)
    recoup(row, actor=sol)
    asked = {"claim_id": old.pk, "actor": sol, "today": cast.TODAY, "now": cast.NOW}
    assert recoupments.undo_recoupment(row.pk, **asked) == old
    assert buckets(old) == {}
    assert provider_adjustments.recoupment_left(row.remittance) == {row.pk: money("60.00")}
    assert AuditEvent.objects.filter(action="remit_recoup_undo", actor=sol).count() == 1
    with pytest.raises(NotFound):
        recoupments.undo_recoupment(row.pk, **asked)
    recoup(row, actor=sol)
    assert buckets(old) == {"PAYER1": "60.00"}
    assert account_totals([row.remittance.practice_id]).get("RECOUPMENT", 0) == 0


def test_the_page_undoes_it_for_those_who_may(client: Client) -> None:
    old, row = overpaid()
    sol = cast.make_sol(row.remittance.practice)
    recoup(row, actor=sol)
    page, undo = reverse("remittance", args=[row.remittance_id]), reverse("remit_recoup_undo", args=[row.pk, old.pk])
    client.force_login(cast.make_user(username="abe", role="auditor", practices=[row.remittance.practice]))
    assert "Undo" not in client.get(page).content.decode()
    assert client.post(undo).status_code == 403
    client.force_login(sol)
    assert undo in client.get(page).content.decode()
    assert "Undone on claim H1" in client.post(undo, follow=True).content.decode()
    assert buckets(old) == {}


def test_claims_and_adjustments_of_others_are_not_found() -> None:
    _, row = overpaid()
    with pytest.raises(NotFound):
        recoup(row, claim="H9")
    with pytest.raises(NotFound):
        recoup(row, actor=cast.make_user(role="supervisor", practices=[]))


def test_the_page_offers_it_and_says_what_is_left(client: Client) -> None:
    old, row = overpaid()
    client.force_login(cast.make_sol(row.remittance.practice))
    page = reverse("remittance", args=[row.remittance_id])
    assert "60.00" in client.get(page).content.decode()
    denied = client.post(reverse("remit_recoup", args=[row.pk]), {"claim": "H9", "amount": "60.00"})
    assert denied.status_code == 404
    assert "No claim of this practice" in denied.content.decode()
    assert client.post(reverse("remit_recoup", args=[row.pk]), {"claim": "H1", "amount": "60.00"}).status_code == 302
    assert buckets(old) == {"PAYER1": "60.00"}
    assert "remit_recoup" not in client.get(page).content.decode()
    assert Remittance.objects.get(pk=row.remittance_id).state == "posted"
