"""People settle what could not post by itself; every way ends with the deposit tied out and an audit row."""

import datetime as dt

import pytest

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.denials.models import Underpayment
from claims.edi.x12.reading import read_all
from claims.ledger.selectors import account_totals
from claims.payers.models import Contract, FeeItem
from claims.remits import exceptions
from claims.remits.manual_allocation import LineAllocation
from claims.remits.models import RemitException, Remittance
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
WHEN = {"today": cast.TODAY, "now": cast.NOW}


def only_exception() -> RemitException:
    return RemitException.objects.get(state="open")


def settled(reason: str) -> None:
    remittance = Remittance.objects.get()
    assert remittance.state == "posted"
    assert tie_out(remittance.pk).is_tied
    assert AuditEvent.objects.filter(action=f"remit_{reason}").count() == 1


def test_a_payment_is_matched_by_a_person() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    take(Era([Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")], on=None)], last="ELSE", member="Z", icn="Q")]))

    exceptions.match_exception(only_exception().pk, claim_id=claim.pk, actor=ana, **WHEN)

    assert buckets(claim) == {}
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money(0)
    settled("match")


def test_a_payment_is_allocated_by_a_person() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "300.00"])
    ana = cast.make_ana(claim.practice)
    lines = [Svc("100.00", "100.00"), Svc("300.00", "300.00", code="85025")]
    take(Era([Clp("H1", lines, cas=[("CO-45", "80.00")], paid="320")]))
    first, second = claim.lines.order_by("number")

    with pytest.raises(DomainError, match=r"came"):
        exceptions.allocate_exception(
            only_exception().pk, lines=[LineAllocation(first.pk, money("90"))], actor=ana, **WHEN
        )
    rows = [LineAllocation(first.pk, money("100.00")), LineAllocation(second.pk, money("220.00"), money("80.00"))]
    exceptions.allocate_exception(only_exception().pk, lines=rows, actor=ana, **WHEN)

    assert buckets(claim) == {}
    settled("allocate")


def test_what_a_law_keeps_back_is_no_underpayment_when_a_person_allocates_it() -> None:
    """Sequestration stands in the grid's one column of write-offs, but it was allowed (RULES 1.6)."""
    claim = cast.make_claim(number="H1", lines=["1450.00", "1450.00"])
    ana = cast.make_ana(claim.practice)
    terms = Contract.objects.create(
        practice=claim.practice, payer=claim.payer, name="2026", valid_from=dt.date(2026, 1, 1)
    )
    FeeItem.objects.create(contract=terms, code="99214", allowed=money("594.50"))
    FeeItem.objects.create(contract=terms, code="85025", allowed=money("594.50"))
    lines = [Svc("1450.00", "1450.00"), Svc("1450.00", "1450.00", code="85025")]
    whole = [("CO-45", "1711.00"), ("CO-253", "23.80")]
    take(Era([Clp("H1", lines, cas=whole, paid="1165.20")]))

    rows = [LineAllocation(line.pk, money("582.60"), money("867.40")) for line in claim.lines.order_by("number")]
    exceptions.allocate_exception(only_exception().pk, lines=rows, actor=ana, **WHEN)

    assert buckets(claim) == {}
    assert not Underpayment.objects.exists()


def test_a_reversal_that_waited_for_a_payment_posts_once_that_is_allocated() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "300.00"])
    ana = cast.make_ana(claim.practice)
    lines = [Svc("100.00", "100.00"), Svc("300.00", "300.00", code="85025")]
    take(Era([Clp("H1", lines, cas=[("CO-45", "80.00")], paid="320")]))
    waiting = only_exception()
    back = [Svc("-100.00", "-100.00"), Svc("-300.00", "-300.00", code="85025")]
    reversal = Clp("H1", back, cas=[("CO-45", "-80.00")], paid="-320", status="22")
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))
    assert RemitException.objects.filter(state="open", code="no_original").count() == 1

    first, second = claim.lines.order_by("number")
    rows = [LineAllocation(first.pk, money("100.00")), LineAllocation(second.pk, money("220.00"), money("80.00"))]
    exceptions.allocate_exception(waiting.pk, lines=rows, actor=ana, **WHEN)

    assert buckets(claim) == {"PAYER1": "400.00"}
    assert not RemitException.objects.filter(state="open").exists()
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money(0)


def test_no_line_may_get_more_than_it_owes() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "300.00"])
    ana = cast.make_ana(claim.practice)
    lines = [Svc("100.00", "100.00"), Svc("300.00", "300.00", code="85025")]
    take(Era([Clp("H1", lines, cas=[("CO-45", "80.00")], paid="320")]))

    with pytest.raises(DomainError, match="more than that"):
        exceptions.allocate_exception(
            only_exception().pk,
            lines=[LineAllocation(claim.lines.order_by("number")[0].pk, money("320"))],
            actor=ana,
            **WHEN,
        )


def test_a_claim_is_opened_from_its_payment() -> None:
    practice = cast.make_practice()
    ana = cast.make_ana(practice)
    take(Era([Clp("N1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))

    exceptions.create_claim(only_exception().pk, actor=ana, **WHEN)

    assert buckets(Claim.objects.get(number="N1")) == {"PATIENT": "30.00"}
    settled("create")


def test_an_overpayment_is_accepted_and_becomes_a_credit() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    take(Era([Clp("H1", [Svc("240.00", "240.00")])]))
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], trace="EFT2"))

    exceptions.accept_exception(only_exception().pk, actor=ana, **WHEN)

    assert buckets(claim) == {"PAYER1": "-150.00"}


def test_a_dismissal_needs_a_reason_and_keeps_the_cash_in_sight() -> None:
    practice = cast.make_practice()
    ana = cast.make_ana(practice)
    take(Era([Clp("N1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])]))

    with pytest.raises(DomainError, match="why"):
        exceptions.dismiss_exception(only_exception().pk, reason=" ", actor=ana, **WHEN)
    exceptions.dismiss_exception(
        only_exception().pk, reason="another practice's patient, refund asked", actor=ana, **WHEN
    )

    assert tie_out(Remittance.objects.get().pk).unapplied == money("150.00")
    settled("dismiss")


def test_a_held_deposit_posts_when_accepted_and_keeps_the_difference_unapplied() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], bpr="155.00"))

    exceptions.accept_exception(only_exception().pk, actor=ana, **WHEN)

    assert buckets(claim) == {}
    assert tie_out(Remittance.objects.get().pk).unapplied == money("5.00")
    settled("accept")


def test_a_provider_adjustment_is_booked_where_a_person_says() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], plb=[("CS:X", "10.00")]))

    with pytest.raises(DomainError, match="account"):
        exceptions.accept_exception(only_exception().pk, actor=ana, **WHEN)
    exceptions.accept_exception(only_exception().pk, account="PROVIDER_ADJUSTMENT", actor=ana, **WHEN)

    assert buckets(claim) == {}
    assert account_totals([claim.practice_id])["PROVIDER_ADJUSTMENT"] == money("10.00")
    settled("accept")


def test_only_staff_of_the_practice_may_decide_and_only_once() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "240.00")])]))
    take(Era([Clp("H1", [Svc("240.00", "240.00")])], trace="EFT2"))
    pk = only_exception().pk
    stranger = cast.make_user(username="eve", practices=[])

    with pytest.raises(NotFound):
        exceptions.accept_exception(pk, actor=stranger, **WHEN)
    with pytest.raises(Forbidden):
        exceptions.accept_exception(pk, actor=cast.make_abe(claim.practice), **WHEN)
    ana = cast.make_ana(claim.practice)
    exceptions.accept_exception(pk, actor=ana, **WHEN)
    with pytest.raises(Conflict):
        exceptions.accept_exception(pk, actor=ana, **WHEN)


def test_an_unbalanced_public_sample_waits_with_its_figures_and_is_accepted(shared: object) -> None:
    """The claim level repeats the adjustments of the lines: 1,500.00 less 1,100.00 is not 950.00."""
    path = shared / "edi/835/terravic__x12-to-json-parser__sample_835_remittance.x12"  # type: ignore[operator]
    header = read_all(path)[0].header
    practice = cast.make_practice(npi=header.payee_npi)  # type: ignore[union-attr]
    claim = cast.make_claim(
        practice=practice,
        patient=cast.make_patient(
            account=cast.make_account(practice=practice, last="Doe", first="John"), last="Doe", first="John"
        ),
        number="CLM-2026-98124",
        lines=["250.00", "1250.00"],
        codes=["99214", "93000"],
        service_on=dt.date(2026, 8, 10),
        billed_on=dt.date(2026, 8, 14),
    )
    ana = cast.make_ana(practice)

    summary = take(path.read_text())

    exception = only_exception()
    assert (summary.status, exception.code) == ("partly", "unbalanced")
    assert "1,500.00 less adjustments 1,100.00" in exception.detail
    assert buckets(claim) == {"PAYER1": "1500.00"}
    exceptions.accept_exception(exception.pk, actor=ana, **WHEN)
    assert buckets(claim) == {"PAYER1": "100.00", "PATIENT": "100.00"}  # CO-96 stays with the payer as a denial
    settled("accept")
