"""The journal for the general ledger: debits and credits are equal, and what changed since an export is said."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.errors import DomainError
from arwork.staff.models import User
from claims.closing import gl_exports
from claims.closing.gl_accounts import SHIPPED, GlMapping, GlName, gl_names
from claims.closing.gl_journal import changes, journal_of
from claims.closing.models import GlExport
from claims.ledger import services as ledger
from claims.ledger.chart import ACCOUNTS, KINDS, pairs
from claims.ledger.selectors import PostingTotal
from claims.practices.models import Practice
from tests.cast import NOW, make_ada, make_claim, make_practice, move
from tests.closing.books import OCTOBER, month

DAY = dt.date(2026, 10, 14)
moved = st.builds(
    lambda pair, cents: PostingTotal(*pair, Decimal(cents) / 100, 1),
    st.sampled_from([(kind, *pair) for kind in sorted(KINDS) for pair in sorted(pairs(kind))]),
    st.integers(1, 10**9),
)
numbers = st.dictionaries(st.sampled_from(ACCOUNTS), st.sampled_from(["1", "2", "3"]))


@given(st.lists(moved, max_size=30), numbers)
def test_debits_equal_credits_for_each_kind_however_accounts_are_mapped(
    some: list[PostingTotal], mapped: dict[str, str]
) -> None:
    names = {**SHIPPED, **{account: GlName(number, "x") for account, number in mapped.items()}}
    found = journal_of(some, names)
    assert found.is_balanced
    assert found.debits == sum((one.amount for one in some), Decimal(0))
    for kind in {line.kind for line in found.lines}:
        of_kind = [line for line in found.lines if line.kind == kind]
        assert sum(line.debit - line.credit for line in of_kind) == 0
    assert len({line.place for line in found.lines}) <= len(found.lines)
    assert not changes(found, found)


def test_every_account_of_the_books_has_a_number() -> None:
    assert set(SHIPPED) == set(ACCOUNTS)


def test_a_mapping_holds_from_its_day() -> None:
    rows = [
        GlMapping(1, "CASH", GlName("100", "Old"), dt.date(2026, 1, 1), dt.date(2026, 9, 30)),
        GlMapping(2, "CASH", GlName("101", "New"), dt.date(2026, 10, 1), None),
    ]
    assert [gl_names(rows, on=day)["CASH"].number for day in (dt.date(2025, 1, 1), dt.date(2026, 9, 30), DAY)] == [
        "1010", "100", "101",
    ]  # fmt: skip


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def ada(practice: Practice) -> User:
    return make_ada(practice)


@pytest.mark.django_db
def test_an_export_is_remembered_and_what_changed_since_is_said(practice: Practice, ada: User) -> None:
    claim = make_claim(practice=practice, lines=["240.00"], posted_on=DAY)
    first = gl_exports.export_journal(month(practice), actor=ada, now=NOW)
    assert [(line.number, line.debit, line.credit) for line in first.lines] == [
        ("1210", Decimal("240.00"), 0), ("4010", 0, Decimal("240.00")),
    ]  # fmt: skip
    gl_exports.export_journal(month(practice), actor=ada, now=NOW)
    assert GlExport.objects.count() == 1
    assert gl_exports.journal_of_month(month(practice)).is_exported
    paid = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="40.00", on=OCTOBER)
    ledger.post([paid], now=NOW)
    found = gl_exports.journal_of_month(month(practice))
    assert [(one.line.number, one.more_debit, one.more_credit) for one in found.changes] == [
        ("1010", Decimal("40.00"), 0), ("1210", 0, Decimal("40.00")),
    ]  # fmt: skip
    gl_exports.export_journal(month(practice), actor=ada, now=NOW)
    assert GlExport.objects.count() == 2


@pytest.mark.django_db
def test_a_later_mapping_ends_the_one_before(practice: Practice, ada: User) -> None:
    asked: dict[str, Any] = {"practice_id": practice.pk, "actor": ada, "now": NOW}
    for number, day in (("100", dt.date(2026, 1, 1)), ("101", dt.date(2026, 10, 1))):
        gl_exports.map_account("CASH", GlName(number, "Bank"), valid_from=day, **asked)
    first, second = gl_exports.mappings_of(practice.pk)
    assert (first.valid_to, second.valid_to) == (dt.date(2026, 9, 30), None)
    with pytest.raises(DomainError, match="from this day"):
        gl_exports.map_account(
            "CASH", GlName("102", "Bank"), practice_id=practice.pk, valid_from=dt.date(2026, 10, 1), actor=ada, now=NOW
        )
    gl_exports.end_mapping(second.row_id, actor=ada, today=dt.date(2026, 10, 20), now=NOW)
    assert gl_names(gl_exports.mappings_of(practice.pk), on=dt.date(2026, 11, 1))["CASH"].number == "1010"
