"""Bundling and unbundling (835 guide 1.10.2.6): what a payer moved between lines meets, and no total changes."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arwork.lib.money import ZERO, from_cents, money
from claims.billing.models import Claim
from claims.denials.models import Denial, Underpayment
from claims.ledger.models import Posting
from claims.payers.models import Contract, FeeItem
from claims.remits.bundling import meet_bundles
from claims.remits.era import Adjustment, ClaimPayment, OpenClaim, OpenLine, PostingPlan, ServicePayment
from claims.remits.models import RemitException
from claims.remits.posting_plan import plan_posting
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take
from tests.remits.test_plan_properties import applied, treated

GROUPS = ("CO", "OA", "PI")


def adjustment(code: str, amount: str) -> Adjustment:
    group, _, carc = code.partition("-")
    return Adjustment(group, carc, money(amount))


def service(position: int, charge: str, paid: str, *cas: str, line_id: int | None = -1) -> ServicePayment:
    """`cas` as "CO-45 20.00"."""
    parsed = tuple(adjustment(*one.split()) for one in cas)
    return ServicePayment(position, position if line_id == -1 else line_id, money(charge), money(paid), parsed)


def payment(*lines: ServicePayment, status: str = "1") -> ClaimPayment:
    charge, paid = sum((one.charge for one in lines), ZERO), sum((one.paid for one in lines), ZERO)
    return ClaimPayment(status, charge, paid, lines=lines)


def owed_for(*charges: str) -> OpenClaim:
    lines = (OpenLine(n, n, money(charge), {"PAYER1": money(charge)}) for n, charge in enumerate(charges, 1))
    return OpenClaim("PAYER1", tuple(lines))


def taken(made: PostingPlan, account: str) -> Decimal:
    signs = ((move.amount, (move.debit == account) - (move.credit == account)) for move in made.moves)
    return sum((amount * sign for amount, sign in signs), ZERO)


VARIANTS = {
    "CO": (service(1, "30", "60", "CO-94 -50", "CO-45 20"), service(2, "50", "0", "CO-97 50")),
    "OA": (service(1, "30", "60", "OA-94 -50", "CO-45 20"), service(2, "50", "0", "OA-97 50")),
    "mixed": (service(1, "30", "60", "OA-94 -50", "CO-45 20"), service(2, "50", "0", "CO-97 50")),
    "PI": (service(1, "30", "60", "PI-94 -50", "PI-45 0", "CO-45 20"), service(2, "50", "0", "PI-97 50")),
    "bundled line first": (service(1, "30", "0", "CO-97 30"), service(2, "50", "60", "CO-45 20", "CO-94 -30")),
    "59": (service(1, "30", "60", "CO-59 -50", "CO-45 20"), service(2, "50", "0", "CO-59 50")),
    "97 both ways": (service(1, "30", "60", "CO-97 -50", "CO-45 20"), service(2, "50", "0", "CO-97 50")),
    "B15": (service(1, "30", "60", "OA-94 -50", "CO-45 20"), service(2, "50", "0", "CO-B15 50")),
    "written off as pricing": (service(1, "30", "60", "OA-94 -50", "CO-45 20"), service(2, "50", "0", "CO-45 50")),
    "a line of its own": (
        service(1, "30", "0", "CO-97 30"), service(2, "50", "0", "CO-97 50"),
        service(3, "0", "60", "OA-94 -80", "CO-45 20", line_id=None),
    ),
    "several of the moved charge at once": (
        service(1, "30", "60", "OA-94 -40", "OA-94 -10", "CO-45 20"), service(2, "50", "0", "CO-97 50"),
    ),
    "unbundled": (
        service(1, "30", "25", "CO-45 5"), service(2, "50", "20", "CO-45 10", "OA-94 20"),
        service(3, "0", "15", "OA-94 -20", "CO-45 5", line_id=2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("lines", VARIANTS.values(), ids=VARIANTS)
def test_billed_30_and_50_paid_60_with_20_off_ends_at_nothing(lines: tuple[ServicePayment, ...]) -> None:
    owed = owed_for("30", "50")

    made = plan_posting(payment(*lines), owed, treat=treated)

    assert made.trouble is None
    assert (taken(made, "CASH"), taken(made, "CONTRACTUAL")) == (money("60"), money("20"))
    assert set(applied(made, owed).values()) == {ZERO}
    assert made.line_denials == made.reductions == ()
    assert all(move.credit == "PAYER1" for move in made.moves), "nothing goes back and forth"


def test_a_panel_is_shared_by_its_tests() -> None:
    """Seven tests at 10.00 billed one by one, paid as a panel for 14.00: each 2.00 paid, 8.00 off."""
    tests = [service(n, "10", "0", "CO-97 10") for n in range(2, 8)]
    owed = owed_for(*["10"] * 7)

    made = plan_posting(payment(service(1, "10", "14", "OA-94 -60", "CO-45 56"), *tests), owed, treat=treated)

    assert made.trouble is None
    assert {(move.kind, move.amount) for move in made.moves} == {
        ("payer_payment", money("2")), ("contractual", money("8")),
    }  # fmt: skip
    assert len(made.moves) == 14


def test_a_bundled_line_without_its_counterpart_is_a_denial() -> None:
    sent = payment(service(1, "30", "20", "CO-45 10"), service(2, "50", "0", "CO-97 50"))

    made = plan_posting(sent, owed_for("30", "50"), treat=treated)

    assert meet_bundles(sent) is sent
    assert [(one.carc, one.amount) for one in made.line_denials] == [("97", money("50"))]


def test_of_two_bundled_lines_the_one_that_was_not_moved_stays_denied() -> None:
    sent = payment(
        service(1, "30", "60", "OA-94 -50", "CO-45 20"), service(2, "50", "0", "CO-97 50"),
        service(3, "40", "0", "CO-97 40"),
    )  # fmt: skip
    made = plan_posting(sent, owed_for("30", "50", "40"), treat=treated)

    assert made.trouble is None
    assert [(one.line_id, one.amount) for one in made.line_denials] == [(3, money("40"))]


@pytest.mark.parametrize("group", ["CO", "OA"])
def test_more_than_the_charge_is_a_question(group: str) -> None:
    made = plan_posting(payment(service(1, "30", "35", f"{group}-94 -5")), owed_for("30"), treat=treated)

    assert made.trouble is not None
    assert made.trouble.reason == "over_credit"


def test_a_bundle_keeps_what_does_not_add_up() -> None:
    made = plan_posting(
        payment(*VARIANTS["CO"][:1], service(2, "50", "1", "CO-97 50")), owed_for("30", "50"), treat=treated
    )

    assert made.trouble is not None
    assert made.trouble.reason == "unbalanced"
    assert taken(made, "CASH") == money("61")


@st.composite
def bundles(draw: st.DrawFn) -> tuple[ClaimPayment, OpenClaim, dict[str, Decimal]]:
    """A claim adjudicated line by line, then told as a payer does that bundles some of it; and what it comes to."""
    count = draw(st.integers(2, 6))
    charges = [draw(st.integers(1, 20_000)) for _ in range(count)]
    within = draw(st.sets(st.integers(1, count - 1), min_size=1))  # bundled into the first line
    has_own_line = draw(st.booleans())  # the payer adds a line that bears the whole bundle
    group = 0 if has_own_line else charges[0]
    moved = sum(charges[n] for n in within) + (charges[0] if has_own_line else 0)
    off = draw(st.integers(0, group + moved))
    patient = draw(st.integers(0, group + moved - off))
    paid = group + moved - off - patient
    came = {"CASH": paid, "CONTRACTUAL": off, "PATIENT": patient}

    def of(carc: str, cents: int) -> Adjustment:
        return Adjustment(draw(st.sampled_from(GROUPS)), carc, from_cents(cents))

    priced = [Adjustment("CO", "45", from_cents(off)), Adjustment("PR", "2", from_cents(patient)), of("94", -moved)]
    bearing = ServicePayment(
        count + 1 if has_own_line else 1, None if has_own_line else 1, from_cents(group), from_cents(paid),
        tuple(draw(st.permutations(priced))),
    )  # fmt: skip
    lines = [bearing]
    for n in range(1 - has_own_line, count):
        if n in within or n == 0:
            carc = draw(st.sampled_from(["97", "59", "94"]))
            cas, left = (of(carc, charges[n]),), 0
        else:
            left = draw(st.integers(0, charges[n]))
            cas = (Adjustment("CO", "45", from_cents(charges[n] - left)),)
            came["CASH"] += left
            came["CONTRACTUAL"] += charges[n] - left
        lines.append(ServicePayment(n + 1, n + 1, from_cents(charges[n]), from_cents(left), cas))
    owed = owed_for(*(str(from_cents(charge)) for charge in charges))
    return payment(*draw(st.permutations(lines))), owed, {account: from_cents(sum_) for account, sum_ in came.items()}


@settings(deadline=None)
@given(bundles())
def test_whatever_is_bundled_every_total_is_what_the_payer_meant(case: Any) -> None:
    sent, owed, came = case

    made = plan_posting(sent, owed, treat=treated)

    assert made.trouble is None
    assert {account: taken(made, account) for account in came} == came
    assert made.line_denials == made.reductions == ()
    after = applied(made, owed)
    assert {bucket: amount for (_, bucket), amount in after.items() if amount and bucket != "PATIENT"} == {}
    assert min(after.values()) >= 0
    assert not [move for move in made.moves if move.credit == "CONTRACTUAL"], "no contract takes off less than nothing"


@pytest.mark.django_db
def test_a_bundle_is_found_by_the_submitted_codes_and_opens_no_underpayment() -> None:
    """What is paid for two services at once says nothing of the contract's price for one of them."""
    claim = cast.make_claim(number="H1", lines=["30.00", "50.00"])
    claim.lines.filter(number=1).update(code="82040", control="")
    claim.lines.filter(number=2).update(code="82247", control="")
    terms = Contract.objects.create(practice=claim.practice, payer=claim.payer, name="2026", valid_from="2026-01-01")
    FeeItem.objects.create(contract=terms, code="82247", allowed=money("48.00"))
    text = Era([Clp("H1", [Svc("30.00", "60.00", [("CO-94", "-50.00"), ("CO-45", "20.00")], code="80053"),
                           Svc("50.00", "0", [("CO-97", "50.00")], code="80053")])]).text()  # fmt: skip
    text = text.replace("SVC*HC:80053*30.00*60.00**1~", "SVC*HC:80053*30.00*60.00**1*HC:82040~")
    text = text.replace("SVC*HC:80053*50.00*0**1~", "SVC*HC:80053*50.00*0**0*HC:82247~")

    take(text)

    assert (buckets(claim), RemitException.objects.count(), Denial.objects.count()) == ({}, 0, 0)
    assert not Underpayment.objects.exists()
    assert {one.line.number for one in Posting.objects.filter(kind="payer_payment")} == {1, 2}


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), [("100.00", "0"), ("60.00", "40.00")])
def test_one_service_paid_as_two_finds_its_line_by_the_submitted_code(first: str, second: str) -> None:
    claim: Claim = cast.make_claim(number="H1", lines=["100.00"])
    claim.lines.update(code="80053", control="")
    cas = [("CO-45", str(money(first) - 40)), *([("OA-94", "0.00")] if first != "100.00" else [("OA-94", "20.00")])]
    paid = str(money(first) - sum(money(amount) for _, amount in cas))
    rest = [("CO-45", "10.00"), *([] if second != "0" else [("OA-94", "-20.00")])]
    other = str(money(second) - sum(money(amount) for _, amount in rest))
    text = Era([Clp("H1", [Svc(first, paid, cas, code="82040"), Svc(second, other, rest, code="82247")])]).text()
    for code, charge in (("82040", first), ("82247", second)):
        text = text.replace(f"SVC*HC:{code}*{charge}*{paid if code == '82040' else other}**1~",
                            f"SVC*HC:{code}*{charge}*{paid if code == '82040' else other}**1*HC:80053~")  # fmt: skip

    take(text)

    assert buckets(claim) == {}
    assert RemitException.objects.count() == 0
