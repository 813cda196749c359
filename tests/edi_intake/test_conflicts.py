"""Claims of an 837 whose number stands for another claim: compared on a page, settled by a person."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from arwork.lib.errors import Conflict
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.edi import claim_number_conflicts
from claims.edi.claims_837 import ConflictChoice
from claims.edi.models import EdiFile
from claims.practices.models import Practice
from collections_app.worklist import callcard
from tests.cast import NOW, TODAY, make_sol, make_user
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc, buckets, take

GUS = Sent(number="HC-1")
CORRECTED = GUS.but(charge="130.00")
OTHER_PATIENT = GUS.but(last="OAKES", born="19700101", served="20261007")


@pytest.fixture
def sol(practice: Practice, client: Client):
    user = make_sol(practice)
    client.force_login(user)
    return user


def held(take_in: TakeIn, *claims: Sent) -> tuple[EdiFile, list[int]]:
    """Take in `GUS`, then a file of `claims` in conflict with it; that file, and where they stand in it."""
    take_in(write_837([GUS]))
    take_in(write_837(list(claims), control=2))
    file = EdiFile.objects.order_by("-pk").first()
    assert file
    return file, claim_number_conflicts.open_conflicts(file.transactions.get())


def settle(user: object, file: EdiFile, segment: int, choice: ConflictChoice) -> Claim:
    return claim_number_conflicts.settle_conflict(
        file.pk, position=1, segment=segment, choice=choice, actor=user, today=TODAY, now=NOW
    )  # type: ignore[arg-type]


def test_a_correction_restates_and_recharges_the_claim_of_the_number(take_in: TakeIn, sol: object) -> None:
    file, (segment,) = held(take_in, CORRECTED)
    claim = settle(sol, file, segment, ConflictChoice.REPLACE)
    assert Claim.objects.get() == claim
    assert (claim.charge, buckets(claim)) == (Decimal("130.00"), {"PAYER1": "130.00"})
    assert [one.frequency for one in claim.submissions.order_by("pk")] == ["1", "1"]  # as it went to the payer
    row = file.transactions.get()
    assert (row.status, row.summary["posted"], row.summary["exceptions"], row.problems) == ("posted", 1, 0, [])
    assert AuditEvent.objects.filter(action="settle_conflict", subject_id=file.pk).count() == 1


def test_a_claim_of_its_own_takes_the_payments_that_come_back_under_the_number(take_in: TakeIn, sol: object) -> None:
    file, (segment,) = held(take_in, OTHER_PATIENT)
    apart = settle(sol, file, segment, ConflictChoice.SEPARATE)
    assert (apart.number, buckets(apart)) == ("HC-1-20261007", {"PAYER1": "125.00"})
    assert callcard.numbers_sent([apart]) == {apart.pk: "HC-1"}
    paid = Clp("HC-1", [Svc("125.00", "125.00", code=apart.lines.get().code, on=dt.date(2026, 10, 7))], last="OAKES")
    assert take(Era([paid])).status == "posted"
    assert buckets(apart) == {}
    assert buckets(Claim.objects.get(number="HC-1")) == {"PAYER1": "125.00"}


def test_once_apart_it_is_found_again_when_it_is_sent_again(take_in: TakeIn, sol: object) -> None:
    file, (segment,) = held(take_in, OTHER_PATIENT)
    apart = settle(sol, file, segment, ConflictChoice.SEPARATE)
    result = take_in(write_837([OTHER_PATIENT], control=3))
    assert result.status == "posted"
    assert apart.submissions.count() == 2


def test_somebody_elses_claim_is_corrected_by_nobody(take_in: TakeIn, sol: object) -> None:
    file, (segment,) = held(take_in, OTHER_PATIENT)
    compared = claim_number_conflicts.compare_conflict(
        file.pk, position=1, segment=segment, actor=sol, today=TODAY, now=NOW
    )  # type: ignore[arg-type]
    assert compared.choices == (ConflictChoice.SEPARATE,)
    with pytest.raises(Conflict):
        settle(sol, file, segment, ConflictChoice.REPLACE)
    assert Claim.objects.get().charge == Decimal("125.00")
    assert file.transactions.get().status == "partly"


def test_what_was_settled_does_not_wait_again_and_trying_the_file_again_changes_nothing(
    take_in: TakeIn, sol: object
) -> None:
    file, segments = held(take_in, CORRECTED, OTHER_PATIENT)
    settle(sol, file, segments[0], ConflictChoice.REPLACE)
    with pytest.raises(Conflict):
        settle(sol, file, segments[0], ConflictChoice.REPLACE)
    assert claim_number_conflicts.open_conflicts(file.transactions.get()) == segments[1:]
    take_in(write_837([CORRECTED, OTHER_PATIENT], control=2))
    row = file.transactions.get()
    assert (row.status, row.summary["posted"], row.summary["exceptions"]) == ("partly", 1, 1)
    assert claim_number_conflicts.open_conflicts(row) == segments[1:]
    assert Claim.objects.get().charge == Decimal("130.00")


def test_both_are_shown_side_by_side_and_one_follows_the_other(client: Client, take_in: TakeIn, sol: object) -> None:
    file, segments = held(take_in, CORRECTED, OTHER_PATIENT)
    pages = [reverse("import_conflict", args=[file.pk, 1, segment]) for segment in segments]
    shown = client.get(reverse("import_file", args=[file.pk])).content.decode()
    assert pages[0] in shown
    page = client.get(pages[0]).content.decode()
    assert "$130.00" in page
    assert "$125.00" in page
    assert 'value="replace"' in page
    assert 'value="replace"' not in client.get(pages[1]).content.decode()
    assert client.post(f"{pages[0]}/settle", {"choice": "perhaps"}).status_code == 422
    assert client.post(f"{pages[0]}/settle", {"choice": "replace"}).headers["Location"] == pages[1]
    done = client.post(f"{pages[1]}/settle", {"choice": "separate"})
    assert done.headers["Location"] == reverse("import_file", args=[file.pk])
    assert client.get(pages[1]).status_code == 409
    assert AuditEvent.objects.filter(action="raw_read", subject="edi_file", subject_id=file.pk).count() == 2


def test_only_people_of_the_practice_compare_and_settle(client: Client, take_in: TakeIn, sol: object) -> None:
    file, (segment,) = held(take_in, CORRECTED)
    page = reverse("import_conflict", args=[file.pk, 1, segment])
    client.force_login(make_user(username="abe", role="auditor", practices=[Practice.objects.get()]))
    assert client.get(page).status_code == 403
    client.force_login(make_user(username="cy", role="supervisor", practices=[]))
    assert client.get(page).status_code == 404
    assert client.post(f"{page}/settle", {"choice": "replace"}).status_code == 404
    assert Claim.objects.get().charge == Decimal("125.00")
