"""Two people become one and two again, with their accounts: the same books, and next month's file opens nobody anew."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from arwork.lib.errors import Forbidden, NotFound
from arwork.lib.money import money
from claims.billing.models import Claim
from claims.duplicates import person_merge, person_pairs
from claims.duplicates.models import PersonPair
from claims.duplicates.person_merge import PeopleApart, merge_people, take_people_apart
from claims.ledger.models import Receivable
from claims.parties.models import Account, Patient, Person, PersonAddress
from claims.practices.models import Practice
from claims.receipts import recording as receipts
from collections_app.contacts import selectors as contacts
from collections_app.contacts.asking import attempts_to
from collections_app.contacts.frequency import Attempt
from collections_app.contacts.models import Channel, Contact, ContactOutcome, Direction, Hold
from collections_app.promises.models import Promise
from collections_app.worklist.models import WorkItem
from collections_app.worklist.refresh import follow_books
from tests import cast
from tests.duplicates.conftest import ensure_books_hold, how_books_stand
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import Sent, write_837

pytestmark = pytest.mark.django_db
GUS = Sent(number="A-1", charge="200.00", member="M100", served="20260914")
GUSS = GUS.but(number="B-1", last="GUARRINO", charge="80.00", served="20260921")


@pytest.fixture
def two(take_in: TakeIn, practice: Practice) -> tuple[Person, Person]:
    take_in(write_837([GUS, GUSS]))
    return Person.objects.get(last="GUARINO"), Person.objects.get(last="GUARRINO")


def account_of(person: Person) -> Account:
    return Account.objects.get(guarantor=person, merged_into=None)


def receive(account: Account, amount: str, reference: str) -> None:
    day = dt.date(2026, 11, 2)
    receipt = receipts.ReceivedMoney(account.pk, account.practice_id, money(amount), day, reference)
    receipts.post_receipts([receipt], posted_on=TODAY, now=NOW)


def merge(kept: Person, gone: Person, **choices: str):
    sol = cast.User.objects.filter(username="sol").first() or cast.make_sol(kept.practice)
    return merge_people(gone.pk, into=kept.pk, choices=choices, actor=sol, today=TODAY, now=NOW), sol


def test_one_account_answers_and_two_again(two: tuple[Person, Person]) -> None:
    kept, gone = two
    receive(account_of(gone), "35.00", "CHECK 9")
    receive(account_of(kept), "5.00", "CHECK 8")
    stood = how_books_stand()
    merger, sol = merge(kept, gone)
    account = account_of(kept)
    assert account.unapplied == money("40.00")
    assert set(Claim.objects.values_list("account_id", "patient__person_id")) == {(account.pk, kept.pk)}
    assert set(Receivable.objects.values_list("account_id", flat=True)) == {account.pk}
    ensure_books_hold()
    take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    assert how_books_stand() == stood
    ensure_books_hold()


def test_who_stays_lives_at_one_address_and_both_had_it_again(two: tuple[Person, Person]) -> None:
    kept, gone = two
    PersonAddress.objects.filter(person=gone).delete()
    ours = PersonAddress.objects.filter(person=kept, is_current=True)[0]
    twin = PersonAddress.objects.create(person=gone, line1=ours.line1.title(), zip=ours.zip, is_bad=True)
    other = PersonAddress.objects.create(person=gone, line1="9 Elsewhere Road", zip="10001")
    merger, sol = merge(kept, gone)
    stand = PersonAddress.objects.filter(person=kept, is_current=True)
    assert [(one.pk, one.is_bad) for one in stand] == [(ours.pk, True)]
    assert set(PersonAddress.objects.filter(person=kept).values_list("pk", flat=True)) == {ours.pk, other.pk}
    take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    rows = PersonAddress.objects.order_by("pk").values_list("pk", "person_id", "is_current", "is_bad")
    assert list(rows) == [
        (ours.pk, kept.pk, True, False), (twin.pk, gone.pk, True, True), (other.pk, gone.pk, True, False)
    ]  # fmt: skip


def test_next_months_file_finds_the_person_under_either_name(two: tuple[Person, Person], take_in: TakeIn) -> None:
    kept, gone = two
    merge(kept, gone)
    people, accounts, patients = Person.objects.count(), Account.objects.count(), Patient.objects.count()
    take_in(write_837([GUS.but(number="A-2", served="20261101"), GUSS.but(number="B-2", served="20261102")], control=2))
    assert (Person.objects.count(), Account.objects.count(), Patient.objects.count()) == (people, accounts, patients)
    assert set(Claim.objects.values_list("patient__person_id", "account_id")) == {(kept.pk, account_of(kept).pk)}


def test_a_bill_sent_again_under_the_other_name_is_no_conflict(two: tuple[Person, Person], take_in: TakeIn) -> None:
    kept, gone = two
    merge(kept, gone)
    result = take_in(write_837([GUSS], control=2, sent_on="20261020"))
    assert result.status == "posted"
    assert Claim.objects.count() == 2


def test_the_same_bill_under_another_name_is_asked_about_once_they_are_one(
    two: tuple[Person, Person], take_in: TakeIn
) -> None:
    kept, gone = two
    merge(kept, gone)
    result = take_in(write_837([GUSS.but(number="A-9", last="GUARINO")], control=2))
    assert [one["code"] for one in result.results[0]["problems"]] == ["possible_duplicate"]


def test_what_a_file_opened_for_the_emptied_account_at_that_moment_is_gathered(two: tuple[Person, Person]) -> None:
    kept, gone = two
    merger, _ = merge(kept, gone)
    left, patient = Account.objects.get(merged_into__isnull=False), Patient.objects.get(person=gone)
    claim = Claim.objects.get(number="B-1")
    Claim.objects.filter(pk=claim.pk).update(account=left, patient=patient)
    Receivable.objects.filter(claim=claim).update(account=left)
    assert person_merge.gather_strays() == 1
    claim.refresh_from_db()
    assert (claim.account, claim.patient.person) == (account_of(kept), kept)
    assert person_merge.gather_strays() == 0
    ensure_books_hold()


def test_values_are_chosen_field_by_field(two: tuple[Person, Person]) -> None:
    kept, gone = two
    merger, sol = merge(kept, gone, last="gone")
    kept.refresh_from_db()
    assert (kept.last, kept.search_name) == ("GUARRINO", "GUARRINO GUS")
    take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    kept.refresh_from_db()
    assert (kept.last, kept.search_name) == ("GUARINO", "GUARINO GUS")


def calls_to(person_id: int) -> list[Attempt]:
    return attempts_to([person_id], at=NOW, bearing_days=7).get(person_id, [])


def test_calls_to_both_count_for_the_one_person(two: tuple[Person, Person]) -> None:
    kept, gone = two
    sol = cast.make_sol(kept.practice)
    for person, days in ((kept, 1), (gone, 2), (gone, 3)):
        Contact.objects.create(
            practice=kept.practice, account=account_of(person), person=person, channel=Channel.PHONE,
            direction=Direction.OUT, outcome=ContactOutcome.NO_ANSWER, at=NOW - dt.timedelta(days=days), by=sol,
        )  # fmt: skip
    assert len(calls_to(kept.pk)) == 1
    merger, _ = merge(kept, gone)
    assert len(calls_to(kept.pk)) == 3
    take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    assert len(calls_to(kept.pk)) == 1


def test_holds_of_both_stop_the_one_account(two: tuple[Person, Person]) -> None:
    kept, gone = two
    for person, reason in ((kept, "dispute"), (gone, "bankruptcy")):
        Hold.objects.create(
            practice=kept.practice, account=account_of(person), reason=reason, from_on=TODAY, placed_at=NOW
        )
    merger, sol = merge(kept, gone)
    held = contacts.holds_of(actor=sol, account_id=account_of(kept).pk, today=TODAY)
    assert {hold.reason for hold in held} == {"dispute", "bankruptcy"}
    take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    assert [hold.reason for hold in contacts.holds_of(actor=sol, account_id=account_of(kept).pk, today=TODAY)] == [
        "dispute"
    ]


def test_two_open_promises_stand_in_the_way(two: tuple[Person, Person]) -> None:
    kept, gone = two
    sol = cast.make_sol(kept.practice)
    for person in two:
        Promise.objects.create(
            practice=kept.practice, account=account_of(person), amount=10, due_on=TODAY, made_on=TODAY, made_at=NOW,
            made_by=sol,
        )  # fmt: skip
    assert "promise is open on both" in person_merge.obstacles(gone, kept)[0]
    with pytest.raises(PeopleApart), transaction.atomic():
        merge(kept, gone)
    Promise.objects.filter(account=account_of(kept)).update(state="kept")
    merge(kept, gone)
    assert Promise.objects.filter(account=account_of(kept)).count() == 2


def test_unapplied_cash_that_was_applied_stands_in_the_way_of_taking_back(two: tuple[Person, Person]) -> None:
    kept, gone = two
    receive(account_of(gone), "35.00", "CHECK 9")
    merger, sol = merge(kept, gone)
    Account.objects.filter(pk=account_of(kept).pk).update(unapplied=money("10.00"))
    with pytest.raises(PeopleApart, match=r"\$10.00 is left"):
        take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)


def test_three_become_one_and_come_apart_in_turn(two: tuple[Person, Person], take_in: TakeIn) -> None:
    take_in(write_837([GUS.but(number="C-1", last="GUARINNO", charge="55.00", served="20260925")], control=2))
    first, second = two
    third = Person.objects.get(last="GUARINNO")
    stood = how_books_stand()
    one, sol = merge(second, third)
    two_, _ = merge(first, second)
    assert set(Claim.objects.values_list("account__guarantor_id", flat=True)) == {first.pk}
    take_in(write_837([GUS.but(number="C-1", last="GUARINNO", charge="55.00", served="20260925")], control=3))
    with pytest.raises(PeopleApart):
        take_people_apart(one.pk, actor=sol, today=TODAY, now=NOW)
    for merger in (two_, one):
        take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    again = how_books_stand()
    assert {name: again[name] for name in again if name != "submissions"} == {
        name: stood[name] for name in stood if name != "submissions"
    }


def test_the_work_of_both_is_there_again(two: tuple[Person, Person]) -> None:
    kept, gone = two
    for claim in Claim.objects.all():
        line = claim.lines.get()
        owed = cast.move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="20.00", on=TODAY)
        cast.ledger.post([owed], now=NOW)
    mine = account_of(gone).pk
    accounts = {account_of(kept).pk, mine}
    changed = cast.ledger.announce  # the door through which the books tell
    assert changed
    follow("posting", accounts)
    WorkItem.objects.filter(account=mine, claim=None).update(owner=cast.make_ana(kept.practice))
    before = open_items()
    assert len([one for one in before if one[1] is None]) == 2
    merger, sol = merge(kept, gone)
    follow("people merged", accounts)
    assert len([one for one in open_items() if one[1] is None]) == 1
    take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    follow("people apart", accounts)
    assert open_items() == before


def follow(reason: str, accounts: set[int]) -> None:
    from arwork.lib.events import Changed

    claims = frozenset(Claim.objects.values_list("pk", flat=True))
    follow_books(Changed(reason, claims, frozenset(accounts)), today=TODAY, now=NOW)


def open_items() -> list[tuple[object, ...]]:
    rows = WorkItem.objects.filter(state="open").order_by("pk")
    return list(rows.values_list("account_id", "claim_id", "kind", "amount", "owner_id", "next_action", "next_on"))


def test_who_may_and_within_which_walls(two: tuple[Person, Person]) -> None:
    kept, gone = two
    elsewhere = cast.make_practice(name="Elsewhere", npi="1679576722", tin="061234568")
    asked = {"into": kept.pk, "choices": {}, "today": TODAY, "now": NOW}
    with pytest.raises(Forbidden):
        merge_people(gone.pk, actor=cast.make_ana(kept.practice), **asked)
    with pytest.raises(NotFound):
        merge_people(gone.pk, actor=cast.make_sol(elsewhere), **asked)
    stranger = cast.make_person(practice=elsewhere)
    both = cast.make_user(username="both", role="supervisor", practices=[kept.practice, elsewhere])
    with pytest.raises(PeopleApart, match="two practices"):
        merge_people(stranger.pk, actor=both, **asked)


PEOPLE = {
    "misspelled": (GUSS, 2, "birth date, name, but for its spelling, member id"),
    "another surname": (GUS.but(number="B", last="KOWALSKI"), 3, "birth date, given name, member id"),
    "an initial": (GUS.but(number="B", first="G", member="M777"), 3, "birth date, name"),
    "a slip": (GUS.but(number="B", born="19610413"), 2, "birth date, but for a slip, name, member id"),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_be_one_is_found(take_in: TakeIn, name: str) -> None:
    sent, strength, reasons = PEOPLE[name]
    take_in(write_837([GUS]))
    assert person_pairs.find_everywhere(today=TODAY) == 0
    take_in(write_837([sent], control=2))
    assert person_pairs.find_everywhere(today=TODAY) == 1
    assert person_pairs.find_everywhere(today=TODAY) == 0
    pair = PersonPair.objects.get()
    assert (pair.strength, pair.reasons) == (3 if name == "misspelled" else strength, reasons)


@pytest.mark.parametrize(
    "sent",
    [
        GUS.but(number="B", born="19880102"),
        GUS.but(number="B", first="MARIA"),
        GUS.but(number="B", last="KOWALSKI", member="M777"),
        GUS.but(number="B", last="SMITH", first="ANN", born="19700101", member="M9"),
    ],
    ids=["father and son", "a twin", "born on the same day", "a stranger"],
)
def test_two_people_are_not_asked_about(take_in: TakeIn, sent: Sent) -> None:
    take_in(write_837([GUS, sent]))
    assert person_pairs.find_everywhere(today=TODAY) == 0


def test_people_are_compared_in_sets(take_in: TakeIn, practice: Practice) -> None:
    first = [GUS.but(number=f"P{n}", last=f"NAME{chr(65 + n)}X", member=f"M{n}00") for n in range(12)]
    take_in(write_837(first[:3]))
    with CaptureQueriesContext(connection) as few:
        person_pairs.find_everywhere(today=TODAY)
    take_in(write_837(first[3:], control=2))
    with CaptureQueriesContext(connection) as many:
        person_pairs.find_everywhere(today=TODAY)
    assert len(many) <= len(few) + 2


def test_a_decision_is_remembered_and_undone(two: tuple[Person, Person]) -> None:
    kept, _ = two
    sol, ana = cast.make_sol(kept.practice), cast.make_ana(kept.practice)
    person_pairs.find_everywhere(today=TODAY)
    pair = PersonPair.objects.get()
    person_pairs.keep_apart(pair.pk, actor=ana, now=NOW)
    person_pairs.look_again(actor=sol, today=TODAY)
    assert not person_pairs.pairs(actor=sol).exists()
    person_pairs.take_decision_back(pair.pk, actor=ana, today=TODAY, now=NOW)
    stood = how_books_stand()
    person_pairs.settle_as_one(pair.pk, keep=kept.pk, choices={}, actor=sol, today=TODAY, now=NOW)
    person_pairs.take_decision_back(pair.pk, actor=sol, today=TODAY, now=NOW)
    assert how_books_stand() == stood


class _Undo(Exception):
    pass


cash = st.lists(st.tuples(st.booleans(), st.sampled_from(["5.00", "20.00", "90.00"]), st.booleans()), max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(cash, st.booleans())
def test_any_accounts_are_the_same_after_a_merger_and_its_taking_back(
    two: tuple[Person, Person], story: list[tuple[bool, str, bool]], is_turned: bool
) -> None:
    kept, gone = two[::-1] if is_turned else two
    try:
        with transaction.atomic():
            for n, (of_gone, amount, is_owed) in enumerate(story):
                person = gone if of_gone else kept
                if is_owed:
                    line = Claim.objects.filter(patient__person=person).first().lines.first()
                    moved = cast.move(
                        line, kind="transfer", debit="PATIENT", credit="PAYER1", amount=amount, on=TODAY, tag=n
                    )
                    cast.ledger.post([moved], now=NOW)
                else:
                    receive(account_of(person), amount, f"CHECK {n}")
            stood = how_books_stand()
            merger, sol = merge(kept, gone)
            ensure_books_hold()
            assert how_books_stand()["receivables"] != stood["receivables"]
            take_people_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
            assert how_books_stand() == stood
            ensure_books_hold()
            raise _Undo
    except _Undo:
        pass
