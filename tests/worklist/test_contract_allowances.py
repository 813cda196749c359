"""What is at stake comes from the contract first, else from what the payer has allowed so far, else from its class."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.denials.claim_allowances import ClaimAllowance, announcing_contract_change, claim_allowances
from claims.payers.models import Contract, FeeItem
from collections_app.worklist import services as worklist
from collections_app.worklist import why
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_claim, make_payer
from tests.worklist.test_refresh import deny, item_of

pytestmark = pytest.mark.django_db


def agree(claim, *, percent=None, **fees):
    contract = Contract.objects.create(
        practice=claim.practice, payer=claim.payer, name="Terms", valid_from=dt.date(2026, 1, 1),
        percent_of_charge=percent,
    )  # fmt: skip
    for code, fee in fees.items():
        FeeItem.objects.create(contract=contract, code=code[1:], allowed=Decimal(fee))
    return contract


def stake_words(item):
    return why.reasons_of(item, today=TODAY, now=NOW)[0].parts[0].words


def test_the_contract_says_what_is_at_stake_before_history_and_class_do(look):
    claim = make_claim(lines=("240.00", "60.00"))
    look(claim)
    assert "usual for its class" in stake_words(item_of(claim))
    agree(claim, _99214="110.00", _85025="12.50")
    look(claim)
    item = item_of(claim)
    assert item.contract_allowed == Decimal("122.50")
    assert stake_words(item) == "$122: 41 % of $300 charged, as the contract allows"


def test_of_a_denied_claim_only_what_is_denied_is_at_stake(look):
    claim = make_claim(lines=("240.00", "60.00"))
    agree(claim, _99214="110.00")  # silent about the other line, which is not denied
    deny(claim)
    look(claim)
    assert claim_allowances([claim.pk]) == {claim.pk: ClaimAllowance(None, Decimal("110.00"))}
    assert (item_of(claim).amount, item_of(claim).contract_allowed) == (Decimal("240.00"), Decimal("110.00"))


def test_a_reduction_that_was_posted_leaves_no_more_than_what_is_open(look):
    claim = make_claim(lines=("240.00",))
    agree(claim, percent=Decimal("50"))
    deny(claim, amount="90.00")
    look(claim)
    assert item_of(claim).contract_allowed == Decimal("90.00")


def test_a_contract_that_is_silent_about_a_line_says_nothing_of_the_claim(look):
    claim = make_claim(lines=("240.00", "60.00"))
    agree(claim, _99214="110.00")
    look(claim)
    assert item_of(claim).contract_allowed is None
    assert "usual for its class" in stake_words(item_of(claim))


def test_the_contract_of_another_payer_or_another_time_says_nothing(look):
    claim = make_claim(lines=("240.00",))
    Contract.objects.create(
        practice=claim.practice, payer=make_payer(name="Other", payer_id="OTH"), name="Theirs",
        valid_from=dt.date(2026, 1, 1), percent_of_charge=Decimal("40"),
    )  # fmt: skip
    ended = agree(claim, percent=Decimal("40"))
    ended.valid_to = claim.service_from - dt.timedelta(days=1)
    ended.save()
    look(claim)
    assert item_of(claim).contract_allowed is None


def test_changed_terms_reach_open_work_when_they_are_saved(look, django_capture_on_commit_callbacks):
    claim = make_claim(lines=("240.00",))
    look(claim)
    with django_capture_on_commit_callbacks(execute=True), announcing_contract_change(claim.payer_id):
        agree(claim, _99214="110.00")
    assert item_of(claim).contract_allowed == Decimal("110.00")


def test_the_night_reads_the_contract_anew_where_only_time_has_passed(look):
    claim = make_claim(lines=("240.00",))
    look(claim)
    agree(claim, _99214="110.00")
    WorkItem.objects.update(review_on=TODAY)
    worklist.refresh_all(today=TODAY, now=NOW)
    assert item_of(claim).contract_allowed == Decimal("110.00")


def test_what_contracts_allow_is_read_in_sets(look):
    def asked(claims):
        with CaptureQueriesContext(connection) as queries:
            claim_allowances([claim.pk for claim in claims])
        return len(queries)

    payer = make_payer()
    claims = [make_claim(payers=[payer], lines=("240.00", "60.00")) for _ in range(4)]
    assert asked([]) == 0
    assert asked(claims) == 2
    agree(claims[0], _99214="110.00", _85025="12.50")
    assert asked(claims[:1]) == asked(claims) == 5

    def refreshed(some):
        look(*some)
        WorkItem.objects.update(amount=1)
        with CaptureQueriesContext(connection) as queries:
            look(*some)
        return len(queries)

    assert refreshed(claims[:1]) == refreshed(claims)
