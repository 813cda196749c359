"""Two mergers at once, and a payment that posts while its claim is merged: one after the other, nothing is lost."""

import pytest

from arwork.lib.errors import DomainError
from claims.billing.models import Claim
from claims.duplicates.claim_merge import merge_claims
from claims.duplicates.models import ClaimMerge
from claims.duplicates.person_merge import merge_people
from claims.ledger.models import Posting
from claims.parties.models import Account, Person
from claims.remits.models import RemitClaim, RemitException
from tests import cast
from tests.duplicates.conftest import ensure_books_hold
from tests.duplicates.test_claim_merge import GUS, answer
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import write_837
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_mergers_of_one_pair_merge_once(take_in: TakeIn, practice) -> None:
    take_in(write_837([GUS, GUS.but(number="B-7")]))
    kept, gone = Claim.objects.order_by("number")
    sol = cast.make_sol(practice)
    refused = []

    def merge(one: Claim, other: Claim) -> None:
        try:
            merge_claims(one.pk, into=other.pk, actor=sol, today=TODAY, now=NOW)
        except DomainError as error:
            refused.append(error)

    at_once(lambda: merge(gone, kept), lambda: merge(kept, gone))
    assert (ClaimMerge.objects.count(), len(refused)) == (1, 1)
    assert sum(claim.balance for claim in Claim.objects.all()) == kept.charge
    ensure_books_hold()


def test_a_payment_that_comes_while_its_claim_is_merged_stands_on_the_one_that_stays(take_in: TakeIn, practice) -> None:
    take_in(write_837([GUS, GUS.but(number="B-7")]))
    kept, gone = Claim.objects.order_by("number")
    sol = cast.make_sol(practice)
    at_once(
        lambda: merge_claims(gone.pk, into=kept.pk, actor=sol, today=TODAY, now=NOW),
        lambda: take_in(answer("B-7")),
    )
    assert RemitClaim.objects.get().claim_id == kept.pk
    assert not RemitException.objects.filter(state="open").exists()
    kept.refresh_from_db()
    assert str(kept.balance) == "30.00"
    assert not Posting.objects.filter(claim=gone, kind="payer_payment", reverses=None, reversed_by=None).exists()
    ensure_books_hold()


def test_a_file_that_names_somebody_while_they_are_merged_opens_nobody(take_in: TakeIn, practice) -> None:
    take_in(write_837([GUS, GUS.but(number="C-1", last="GUARRINO", served="20261001")]))
    kept, gone = Person.objects.order_by("pk")
    sol = cast.make_sol(practice)
    at_once(
        lambda: merge_people(gone.pk, into=kept.pk, choices={}, actor=sol, today=TODAY, now=NOW),
        lambda: take_in(write_837([GUS.but(number="C-2", last="GUARRINO", served="20261101")], control=2)),
    )
    assert Person.objects.count() == 2
    assert Claim.objects.count() == 3
    assert Account.objects.count() == 2
    ensure_books_hold()
