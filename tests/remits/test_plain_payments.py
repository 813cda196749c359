"""What is planned on columns is planned as the records would: equal plans, postings, states, denials and questions."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.dated_rules import Book
from arwork.lib.money import ZERO, from_cents, to_cents
from claims.billing.buckets import BUCKETS, PAYERS
from claims.billing.models import BilledLine, Claim, ClaimLine, ClaimNumber, Submission
from claims.denials.models import Denial, Underpayment
from claims.ledger.models import Posting, Receivable
from claims.payers.models import Payer
from claims.remits import after_posting, posting
from claims.remits.adjustment_rules import default_treatment_rules, treat
from claims.remits.after_posting import PostedPayment
from claims.remits.era import ClaimPayment, OpenClaim, OpenLine, PostingPlan, Treatment
from claims.remits.models import RemitClaim, RemitException
from claims.remits.payment_records import paid_line
from claims.remits.plain_cases import plain_cases
from claims.remits.plain_payments import KeptLine, KeptService, plain_plan
from claims.remits.posting_plan import plan_posting
from tests import cast
from tests.remits.era import Clp, Era, Svc, take

RULES = Book(default_treatment_rules())
CODES = [
    ("CO", "45"), ("CO", "45"), ("CO", "253"), ("PR", "1"), ("PR", "2"), ("PR", "3"), ("PR", "27"), ("CO", "50"),
    ("PI", "45"), ("OA", "23"), ("CO", "23"), ("CO", "94"), ("OA", "18"), ("CO", "18"), ("CO", "133"), ("CO", "97"),
]  # fmt: skip
RARCS = ["", "", "", "", "N781", "MA18", "M15 N19"]


def treated(group: str, carc: str, rarcs: tuple[str, ...]) -> Treatment:
    return treat(group, carc, on=dt.date(2026, 10, 1), payer_id=None, rules=RULES, rarcs=rarcs)


# What one payment is, as values: the figures of its CLP, its services, the lines it meets, who is next.
Sent = dict[str, Any]


@st.composite
def payments(draw: st.DrawFn) -> Sent:
    """A payment that is plain, or nearly: each part of it is now and then something else."""
    seldom = st.integers(0, 9).map(lambda one: one == 7)
    services, lines = [], []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        charge = draw(st.integers(-500 if draw(seldom) else 0, 50_000))
        left, adjustments = charge, []
        for group, carc in draw(st.lists(st.sampled_from(CODES[:6] if not draw(seldom) else CODES), max_size=3)):
            cents = draw(st.integers(-100 if draw(seldom) else 1, max(left, 1)))
            left -= cents
            adjustments.append([group, carc, cents, None])
        paid = left + (draw(st.integers(-50, 50)) if draw(seldom) else 0)
        line_id = (None if draw(seldom) else draw(st.integers(1, 4))) if draw(seldom) else number
        rarcs = draw(st.sampled_from(RARCS))
        services.append(KeptService(number, line_id, charge, paid, adjustments, rarcs))
        owed = [charge, 0, 0, 0, 0, 0]
        if draw(seldom):
            owed[draw(st.integers(0, 5))] += draw(st.integers(-charge, 500)) if charge > 0 else 0
        lines.append(KeptLine(number, number, charge + (draw(st.integers(0, 9)) if draw(seldom) else 0), tuple(owed)))
    if draw(seldom):
        lines.append(KeptLine(5, 0, draw(st.sampled_from([0, 0, 100])), (0, 0, 0, draw(st.sampled_from([0, 7])), 0, 0)))
    if draw(seldom) and len(services) > 1:
        services.pop()
    return {
        "charge": sum(one.charge for one in services) + (draw(st.integers(-9, 9)) if draw(seldom) else 0),
        "paid": sum(one.paid for one in services) + (draw(st.integers(-9, 9)) if draw(seldom) else 0),
        "rarcs": draw(st.sampled_from(RARCS)),
        "services": services,
        "lines": lines,
        "next_payer": draw(st.sampled_from(["", "PAYER2", "PAYER3"])),
    }


def careful_plan(sent: Sent, treat_as: Callable[..., Treatment] = treated) -> PostingPlan:
    """The plan that the records make of the same values."""
    paid = ClaimPayment(
        "1", from_cents(sent["charge"]), from_cents(sent["paid"]), (), tuple(map(paid_line, sent["services"])),
        tuple(sent["rarcs"].split()),
    )  # fmt: skip
    lines = [
        OpenLine(one.id, one.number, from_cents(one.charge), dict(zip(BUCKETS, map(from_cents, one.owed), strict=True)))
        for one in sent["lines"]
    ]
    return plan_posting(paid, OpenClaim(PAYERS[0], tuple(lines), next_payer=sent["next_payer"]), treat=treat_as)


@settings(deadline=None, max_examples=500)
@given(payments())
def test_whatever_is_plain_is_planned_as_the_records_would(sent: Sent) -> None:
    made = plain_plan(**sent, treat=treated)
    event("plain" if made else "not plain")
    if made:
        assert made == careful_plan(sent)
        assert list(made.results) == list(careful_plan(sent).results), "followers open in this order"


PLAIN: Sent = {
    "charge": 24_000,
    "paid": 12_000,
    "rarcs": "",
    "services": [KeptService(1, 7, 24_000, 12_000, [["CO", "45", 9_000, None], ["PR", "2", 3_000, None]], "")],
    "lines": [KeptLine(7, 1, 24_000, (24_000, 0, 0, 0, 0, 0))],
    "next_payer": "",
}


def test_a_rule_that_only_one_of_them_knew_would_be_seen() -> None:
    """The mutation check: where CO-45 were disputed, or the patient's share a denial, the two plans differ."""
    assert plain_plan(**PLAIN, treat=treated) == careful_plan(PLAIN)
    for code, other in (("45", Treatment.DISPUTABLE), ("45", Treatment.SEQUESTRATION), ("2", Treatment.DENIAL)):

        def broken(
            group: str, carc: str, rarcs: tuple[str, ...], code: str = code, other: Treatment = other
        ) -> Treatment:
            return other if carc == code else treated(group, carc, rarcs)

        assert plain_plan(**PLAIN, treat=treated) != careful_plan(PLAIN, broken)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"paid": -12_000},
        {"charge": 24_001},
        {"services": [PLAIN["services"][0]._replace(line_id=None)]},
        {"services": [PLAIN["services"][0]._replace(paid=11_999)]},
        {"services": [PLAIN["services"][0]._replace(adjustments=[["CO", "50", 12_000, None]])]},
        {"services": [PLAIN["services"][0]._replace(adjustments=[["CO", "23", 12_000, None]])]},
        {"services": [PLAIN["services"][0]._replace(adjustments=[["CO", "45", 0, None], ["PR", "2", 12_000, None]])]},
        {"services": []},
        {"lines": [PLAIN["lines"][0]._replace(owed=(23_999, 0, 0, 0, 0, 0))]},
        {"lines": [PLAIN["lines"][0]._replace(owed=(24_000, 0, 0, 1, 0, 0))]},
        {"lines": [*PLAIN["lines"], KeptLine(8, 2, 100, (100, 0, 0, 0, 0, 0))]},
        {"lines": []},
    ],
)
def test_what_is_not_plainly_plain_is_left_to_the_records(otherwise: Sent) -> None:
    assert plain_plan(**{**PLAIN, **otherwise}, treat=treated) is None


@pytest.mark.django_db
def test_a_plain_payment_never_meets_the_careful_path_and_one_beside_it_does() -> None:
    """Else all the properties of this module would say nothing."""
    [cast.make_claim(number=number, lines=["240.00"]) for number in ("H1", "H2")]
    plain = Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])
    with mock.patch.object(posting, "plan_posting", wraps=plan_posting) as careful:
        take(Era([plain]))
        assert careful.call_count == 0
        take(Era([replace(plain, number="H2", lines=[Svc("240.00", "0.00", [("CO-50", "240.00")])])], trace="EFT2"))
        assert careful.call_count == 1
    assert RemitClaim.objects.filter(state=RemitClaim.State.POSTED).count() == 2


@pytest.mark.django_db
def test_many_cost_as_many_queries_as_one_and_read_no_question_of_others() -> None:
    """Asked for beside the payments by their claims, the database read every open question for each batch."""
    patient = cast.make_patient()
    claims = [cast.make_claim(patient=patient, number=f"H{n}", lines=[f"{100 + n}.00"]) for n in range(43)]

    def queries(trace: str, some: Sequence[Claim]) -> list[str]:
        parts = [(one.number, one.charge - 30) for one in some]
        answers = [Clp(n, [Svc(str(due + 30), str(due), [("CO-45", "20.00"), ("PR-2", "10.00")])]) for n, due in parts]
        with CaptureQueriesContext(connection) as seen:
            take(Era(answers, trace=trace))
        return [one["sql"] for one in seen]

    few, many = queries("T1", claims[:3]), queries("T2", claims[3:])
    assert RemitClaim.objects.filter(state=RemitClaim.State.POSTED).count() == 43
    assert len(many) <= len(few)
    by_claims = '"claims_remitclaim"."claim_id" ' + ("= ANY" if connection.vendor == "postgresql" else "IN")
    assert not [sql for sql in many if 'FROM "claims_remitexception"' in sql and by_claims in sql]
    assert len([sql for sql in many if "FOR UPDATE" in sql or '"coverage1_id"' in sql]) <= 8


# The whole way, in a database: a remittance over claims of which some are plain, taken in twice from the same start.


@st.composite
def remittances(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Clp]]:
    """Claims as they stand, and what one remittance says of them."""
    seldom = st.integers(0, 9).map(lambda one: one == 7)
    worlds, answers = [], []
    for place in range(1, draw(st.integers(1, 3)) + 1):
        charges = [from_cents(draw(st.integers(100, 50_000))) for _ in range(draw(st.integers(1, 3)))]
        worlds.append({
            "lines": [str(one) for one in charges],
            "payers": draw(st.sampled_from([1, 1, 2, 0])),
            "paid_before": draw(seldom),
            "state": draw(st.sampled_from(["open"] * 6 + ["void"])),
            "is_revised": draw(seldom) and draw(seldom),
            "patient_owes": draw(seldom),
        })  # fmt: skip
        lines = [_service(draw, charge, nth) for nth, charge in enumerate(charges)]
        if draw(seldom):
            lines = lines[: draw(st.integers(0, len(lines)))]
        one = Clp(
            f"H{place}",
            lines,
            status=draw(st.sampled_from(["1"] * 8 + ["2", "4", "19", "22", "25"])),
            charge="" if lines else str(sum(charges, ZERO)),
            paid="" if lines else "0.00",
            cas=[("CO-45", "1.00")] if draw(seldom) and draw(seldom) else (),
            last=draw(st.sampled_from(["GUARINO"] * 6 + ["SMITH", "", ""])),
            icn=f"ICN{place}",
        )
        answers += [one] * (2 if draw(seldom) and draw(seldom) else 1)
    return worlds, answers


def _service(draw: st.DrawFn, charge: Decimal, nth: int) -> Svc:
    left, cas = to_cents(charge), []
    codes = CODES if draw(st.integers(0, 3)) == 3 else CODES[:6]
    for group, carc in draw(st.lists(st.sampled_from(codes), max_size=3, unique=True)):
        cents = draw(st.integers(min(left, 1), left))
        left -= cents
        cas.append((f"{group}-{carc}", str(from_cents(cents))))
    rarcs = [one for one in draw(st.sampled_from(RARCS)).split() if one]
    return Svc(str(charge), str(from_cents(left)), cas, code=("99214", "85025", "36415")[nth], rarcs=rarcs)


def build(worlds: Sequence[dict[str, Any]]) -> None:
    meridian, second = cast.make_payer(), cast.make_payer(name="Second Mutual", payer_id="SEC01")
    for place, world in enumerate(worlds, 1):
        payers = [meridian, second][: world["payers"]]
        claim = cast.make_claim(number=f"H{place}", lines=world["lines"], payers=payers)
        line = claim.lines.order_by("number")[0]
        owing = {"credit": "PAYER1", "amount": "1.00", "on": cast.TODAY}
        moves = []
        if world["paid_before"]:
            moves.append(cast.move(line, kind="payer_payment", debit="CASH", **owing))
        if world["patient_owes"]:
            moves.append(cast.move(line, kind="transfer", debit="PATIENT", **owing))
        if moves and payers:
            posting.ledger.post(moves, now=cast.NOW)
        Claim.objects.filter(pk=claim.pk).update(state=world["state"], is_revised=world["is_revised"])
        if world["is_revised"]:  # what was sent was taken back since
            for sent in claim.submissions.all():
                BilledLine.objects.create(
                    submission=sent, line=line, number=1, code=line.code, charge=line.charge,
                    service_from=line.service_from,
                )  # fmt: skip
                sent.pk, sent.frequency, sent.source = None, "8", f"{sent.source} void"
                sent.save(force_insert=True)


def told(outcomes: Sequence[PostedPayment]) -> list[Any]:
    names = dict(Payer.objects.values_list("pk", "name"))  # one that is opened has another number each time
    return [(one.claim_id, names.get(one.payer_id or 0), one.bucket, one.paid_on, one.practice_id, one.line_denials,
             one.reductions, one.results, bool(one.reversed_id)) for one in outcomes]  # fmt: skip


def books() -> dict[str, Any]:
    """Everything that a posting leaves, without the numbers of rows that were made by it."""
    rows = {
        "postings": Posting.objects.values_list(
            "key", "practice_id", "claim_id", "line_id", "kind", "debit", "credit", "amount", "posted_on",
            "effective_on", "group", "carc", "memo",
        ),
        "claims": Claim.objects.values_list("number", "balance", "responsible", "state", "icn"),
        "lines": ClaimLine.objects.values_list("pk", *(bucket.lower() for bucket in BUCKETS)),
        "owed": Receivable.objects.values_list("claim_id", "bucket", "amount", "since_on", "payer__name"),
        "sent": Submission.objects.values_list("claim_id", "state", "state_on", "icn"),
        "payments": RemitClaim.objects.values_list("position", "state", "bucket", "claim_id", "remittance__state"),
        "questions": RemitException.objects.values_list("remit_claim__position", "code", "detail", "amount", "state"),
        "denials": Denial.objects.values_list("claim_id", "line_id", "group", "carc", "amount", "state", "bucket"),
        "short": Underpayment.objects.values_list("line_id", "amount", "expected", "allowed"),
        "numbers": ClaimNumber.objects.values_list("claim_id", "kind", "value"),
    }  # fmt: skip
    return {name: sorted(found, key=str) for name, found in rows.items()}


def taken_in(answers: Sequence[Clp]) -> Iterator[dict[str, Any]]:
    """The books after taking a remittance in, by both ways, each from where it began."""
    for is_plain in (True, False):
        heard: list[Any] = []
        follow = mock.patch.object(after_posting, "_followers", [*after_posting._followers, _note(heard)])
        found: list[Any] = []

        def noted(*rows: Any, found: list[Any] = found, is_plain: bool = is_plain, **facts: Any) -> dict[int, Any]:
            cases = plain_cases(*rows, **facts) if is_plain else {}
            found.extend(cases)
            return cases

        with transaction.atomic(), follow, mock.patch.object(posting, "plain_cases", noted):
            take(Era(answers))
            yield {**books(), "followers": sorted(heard, key=str), "how": len(found)}
            transaction.set_rollback(True)


def _note(heard: list[Any]) -> Callable[[Sequence[PostedPayment], dt.date], None]:
    return lambda outcomes, today: heard.extend(told(outcomes))


WORLD = {"lines": ["240.00"], "payers": 1, "paid_before": False, "state": "open", "is_revised": False,
         "patient_owes": False}  # fmt: skip
ANSWER = Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("world", "answer", "plain"),
    [
        ({}, {}, 1),
        ({"payers": 2}, {}, 1),
        ({"state": "void"}, {}, 0),
        ({"is_revised": True}, {}, 0),
        ({"payers": 0}, {}, 0),
        ({"paid_before": True}, {}, 0),
        ({"patient_owes": True}, {}, 0),
        ({}, {"last": ""}, 0),
        ({}, {"last": "SMITH", "first": "ANN", "member": "Z9"}, 0),
        ({}, {"status": "19"}, 0),
        (
            {},
            {"status": "25", "lines": [replace(ANSWER.lines[0], paid="0", cas=[("CO-45", "210"), ("PR-2", "30")])]},
            0,
        ),
        ({}, {"lines": [replace(ANSWER.lines[0], rarcs=["MA18"])]}, 0),
        ({}, {"lines": [replace(ANSWER.lines[0], rarcs=["N781"])]}, 0),
        ({}, {"lines": [], "charge": "240.00", "paid": "150.00", "cas": [("CO-45", "90.00")]}, 0),
    ],
)
def test_each_thing_that_makes_a_payment_more_than_plain_is_the_careful_ones(
    world: dict[str, Any], answer: dict[str, Any], plain: int
) -> None:
    build([WORLD | world])
    fast, careful = taken_in([replace(ANSWER, **answer)])
    assert (fast.pop("how"), careful.pop("how")) == (plain, 0)
    assert fast == careful


class TheBooks(TestCase):
    @settings(deadline=None, max_examples=15)
    @given(remittances())
    def test_are_the_same_by_both_ways(self, drawn: tuple[list[dict[str, Any]], list[Clp]]) -> None:
        worlds, answers = drawn
        with transaction.atomic():
            build(worlds)
            plain, careful = taken_in(answers)
            event(f"{plain.pop('how')} plain, {len(answers)} in all")
            assert careful.pop("how") == 0
            assert plain == careful
            transaction.set_rollback(True)
