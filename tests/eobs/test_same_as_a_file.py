"""Whatever a payer says, entered by hand it does to the books what it does in an 835: one engine."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from arwork.lib.money import ZERO, from_cents, money
from claims.billing.models import Claim, ClaimLine, Submission
from claims.denials.models import Denial, Underpayment
from claims.ledger.models import Posting
from claims.payers.models import PayerIdentifier
from claims.practices.models import Practice
from claims.remits.models import ProviderAdjustment, RemitClaim, RemitException, RemitLine
from claims.remits.verify import verify
from tests import cast
from tests.eobs.entering import post, typed
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
CELLS = {"CO-45": "contractual", "PR-1": "deductible", "PR-2": "coinsurance", "PR-3": "copay"}
CODES = [*CELLS, "CO-253", "CO-50", "CO-97", "PI-45", "OA-23", "PR-96", "CO-18"]
REMARKS = ["", "N115", "MA07", "M15"]


@dataclass
class Said:
    """What the payer says of one line, in cents."""

    charge: int
    paid: int
    cas: dict[str, int]
    remark: str


@st.composite
def lines(draw: st.DrawFn) -> Said:
    charge = draw(st.integers(100, 50_000))
    left, cas = charge, {}
    for code in draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True)):
        cas[code] = draw(st.integers(0, left))
        left -= cas[code]
    ordered = {code: cas[code] for code in CODES if cas.get(code)}  # cells have an order of their own
    return Said(charge, left, ordered, draw(st.sampled_from(REMARKS)))


PAYMENTS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "4", "19", "22"]),
        st.sampled_from([("MER01",), ("MER01", "NEX01"), ("NEX01", "MER01")]),
        st.lists(lines(), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=3,
)
PROVIDER = st.lists(st.tuples(st.sampled_from(["L6", "WO", "FB", "CS"]), st.integers(-500, 500)), max_size=2)


@given(PAYMENTS, PROVIDER)
@settings(max_examples=15, deadline=None)
def test_by_hand_and_from_a_file_do_the_same(payments: list[Any], provider: list[tuple[str, int]]) -> None:
    provider = [(code, cents) for code, cents in provider if cents]
    with transaction.atomic():
        claims = [_claim(nth, payers, said) for nth, (_, payers, said) in enumerate(payments)]
        paid = sum((sign(status) * one.paid for status, _, said in payments for one in said), 0)
        total = from_cents(paid + sum(cents for _, cents in provider))
        if total >= ZERO:
            assert _books_after(_file, payments, claims, provider) == _books_after(_hand, payments, claims, provider)
        transaction.set_rollback(True)


def sign(status: str) -> int:
    return -1 if status == "22" else 1


def dollars(status: str, cents: int) -> str:
    return f"{sign(status) * from_cents(cents)}"


def _claim(nth: int, payers: tuple[str, ...], said: list[Said]) -> Claim:
    known = [cast.make_payer(name=code, payer_id=code) for code in payers]
    for payer, code in zip(known, payers, strict=True):
        PayerIdentifier.objects.get_or_create(qualifier="2U", value=code, defaults={"payer": payer})
    patient = cast.make_patient(account=cast.make_account())
    return cast.make_claim(
        number=f"H{nth}", patient=patient, payers=known, lines=[f"{from_cents(one.charge)}" for one in said]
    )


def _books_after(way: Any, payments: list[Any], claims: list[Claim], provider: list[tuple[str, int]]) -> Any:
    point = transaction.savepoint()
    way(payments, claims, provider)
    practices = list(Practice.objects.values_list("pk", flat=True))
    assert [check.name for check in verify(practices) if not check.holds] == []
    found = _books()
    transaction.savepoint_rollback(point)
    return found


def _file(payments: list[Any], claims: list[Claim], provider: list[tuple[str, int]]) -> None:
    clps = [
        Clp(
            claim.number,
            [_svc(status, one, line) for one, line in zip(said, _lines(claim), strict=True)],
            status=status,
        )
        for (status, _, said), claim in zip(payments, claims, strict=True)
    ]
    take(Era(clps, plb=[(code, f"{-from_cents(cents)}") for code, cents in provider]))


def _svc(status: str, one: Said, line: ClaimLine) -> Svc:
    cas = [(code, dollars(status, cents)) for code, cents in one.cas.items()]
    rarcs = [one.remark] if one.remark else []
    return Svc(dollars(status, one.charge), dollars(status, one.paid), cas, line.code, line.control, rarcs)


def _hand(payments: list[Any], claims: list[Claim], provider: list[tuple[str, int]]) -> None:
    sol = cast.make_sol(claims[0].practice)
    entry, total = typed(provider=[(code, f"{from_cents(cents)}") for code, cents in provider]), ZERO
    for (status, _, said), claim in zip(payments, claims, strict=True):
        cells = [_cells(status, one) for one in said]
        entry = type(entry)((*entry.claims, *typed((claim, cells), status=status, icn="ICN1").claims), entry.provider)
        total += sum((money(dollars(status, one.paid)) for one in said), ZERO)
    total += sum((from_cents(cents) for _, cents in provider), ZERO)
    eob = post(sol, entry, f"{total}", payer_id=cast.make_payer(payer_id="MER01").pk, trace="40017")
    assert eob.state == "posted"


def _cells(status: str, one: Said) -> dict[str, str]:
    own = {CELLS[code]: dollars(status, cents) for code, cents in one.cas.items() if code in CELLS}
    others = ", ".join(f"{code} {dollars(status, cents)}" for code, cents in one.cas.items() if code not in CELLS)
    return {"paid": dollars(status, one.paid), "other": others, "remarks": one.remark, **own}


def _lines(claim: Claim) -> list[ClaimLine]:
    return list(claim.lines.order_by("number"))


def _books() -> dict[str, list[Any]]:
    """Everything that a payment did, without the ids and names by which one differs from another."""
    tables: dict[str, Any] = {
        "postings": Posting.objects.values_list(
            "kind", "debit", "credit", "amount", "claim__number", "line__number", "group", "carc", "posted_on",
            "effective_on", "memo",
        ),
        "verdicts": RemitClaim.objects.values_list(
            "number", "state", "status", "bucket", "paid", "charge", "is_forwarded"
        ),
        "services": RemitLine.objects.values_list(
            "remit_claim__number", "line__number", "charge", "paid", "adjustments", "rarcs"
        ),
        "questions": RemitException.objects.values_list("code", "amount", "state", "remit_claim__number"),
        "denials": Denial.objects.values_list("claim__number", "line__number", "group", "carc", "amount", "state"),
        "underpayments": Underpayment.objects.values_list("claim__number", "line__number", "amount"),
        "provider": ProviderAdjustment.objects.values_list("code", "amount", "account"),
        "claims": Claim.objects.values_list(
            "number", "balance", "responsible", "state", "icn", "awaiting_correction_since"
        ),
        "lines": ClaimLine.objects.values_list("claim__number", "number", "payer1", "payer2", "payer3", "patient"),
        "submissions": Submission.objects.values_list("claim__number", "state", "state_on", "icn"),
    }  # fmt: skip
    return {name: sorted(rows, key=repr) for name, rows in tables.items()}
