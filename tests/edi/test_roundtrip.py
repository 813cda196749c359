"""Whatever a payer may write comes back as it was written, however it is delimited."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.edi.x12 import read_all
from claims.edi.x12.records import Cas, Clp

from .x12files import remittance

cents = st.integers(-(10**7), 10**7).map(lambda value: Decimal(value).scaleb(-2))
word = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=12)
groups = st.sampled_from(["CO", "PR", "OA", "PI", "CR"])
triplet = st.tuples(
    st.sampled_from(["1", "2", "45", "253", "A1", "B7"]), cents, st.none() | st.integers(1, 99).map(Decimal)
)
# Whole segments of up to six triplets of one group, because it is the long ones that go wrong.
adjustments = st.lists(
    st.tuples(groups, st.integers(1, 6).flatmap(lambda n: st.lists(triplet, min_size=n, max_size=n))), max_size=3
).map(lambda found: [Cas(group, *each) for group, triplets in found for each in triplets])
lines = st.tuples(word, st.lists(st.sampled_from(["25", "59", "LT"]), max_size=4), cents, cents, adjustments)
claims = st.tuples(
    word, st.sampled_from(["1", "2", "3", "4", "19", "22"]), word, adjustments, st.lists(lines, max_size=3)
)
delimiters = st.tuples(
    st.permutations(["*", "|", "!", ":", ">", "<", "~", "'", "\x1c", "\x1d"]).map(lambda p: tuple(p[:3])),
    st.sampled_from(["", "\n", "\r\n"]),
    st.booleans(),
)


def written_money(value: Decimal) -> str:
    """An amount as payers write it: without needless zeros."""
    return f"{value.normalize():f}" if value else "0"


def written_cas(found: list[Cas]) -> list[str]:
    """CAS segments of up to six triplets, joined as long as the group stays the same."""
    segments: list[list[str]] = []
    for cas in found:
        if not segments or segments[-1][1] != cas.group or len(segments[-1]) >= 2 + 18:
            segments.append(["CAS", cas.group])
        quantity = "" if cas.quantity is None else str(cas.quantity)
        segments[-1] += [cas.carc, written_money(cas.amount), quantity]
    return ["*".join(segment).rstrip("*") for segment in segments]


def written_claim(value: tuple) -> list[str]:
    number, status, icn, own, its_lines = value
    charge = sum((line[2] for line in its_lines), Decimal(0))
    paid = charge - sum((cas.amount for cas in own), Decimal(0))
    segments = [f"CLP*{number}*{status}*{written_money(charge)}*{written_money(paid)}**12*{icn}", *written_cas(own)]
    for code, modifiers, charged, payment, below in its_lines:
        procedure = ":".join(["HC", code, *modifiers])
        segments.append(f"SVC*{procedure}*{written_money(charged)}*{written_money(payment)}")
        segments += written_cas(below)
    return segments


def as_given(clp: Clp) -> tuple:
    return (
        clp.clp01,
        clp.status,
        clp.icn,
        list(clp.adjustments),
        [(s.code, list(s.modifiers), s.charge, s.paid, list(s.adjustments)) for s in clp.lines],
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(claims, max_size=5), cents, delimiters)
def test_what_is_written_is_read_back(given_claims: list[tuple], paid: Decimal, how: tuple) -> None:
    (element, component, terminator), line_end, newline_terminates = how
    data = remittance(
        *[written_claim(value) for value in given_claims],
        paid=written_money(paid),
        element=element,
        component=component,
        terminator="\n" if newline_terminates else terminator,
        line_end="" if newline_terminates else line_end,
    )
    [transaction] = read_all(data)
    assert [as_given(clp) for clp in transaction.body] == given_claims
    assert transaction.totals.bpr == paid
    assert transaction.totals.claims == len(given_claims)
    by_group: dict[str, Decimal] = {}
    for _, _, _, own, its_lines in given_claims:
        for cas in [*own, *(cas for line in its_lines for cas in line[4])]:
            by_group[cas.group] = by_group.get(cas.group, Decimal(0)) + cas.amount
    assert transaction.totals.adjustments == by_group
    assert not [p for clp in transaction.body for p in clp.problems if p.code in {"bad_amount", "unknown_segment"}]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 600), st.integers(0, 600))
def test_no_bytes_make_reading_raise(noise: bytes, start: int, end: int) -> None:
    sound = remittance(written_claim(("A", "1", "I", [], [])), paid="0")
    read_all(sound[:start] + noise + sound[end:])
