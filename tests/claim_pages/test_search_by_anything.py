"""What people remember of what they look for: half a name, the end of a number, what it cost, who was on the phone."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arwork.staff.models import AuditEvent, User
from claims.billing.claim_numbers import tail_of
from claims.billing.selectors import claims_charged, claims_ending, claims_numbered
from claims.parties.models import NameGram
from claims.parties.name_index import edits, grams_of, learn_names, similar_words, words_of
from claims.parties.search_query import read_search
from claims.parties.selectors import people_called, people_phoned, people_spelled_like
from tests.cast import make_account, make_claim, make_patient, make_payer, make_person, make_practice

pytestmark = pytest.mark.django_db


def found(client: Client, text: str) -> dict[str, list[str]]:
    groups = client.post("/search", {"q": text}, follow=True).context.get("groups", [])
    if not groups:  # a number that hits one thing leads straight there
        page = client.post("/search/ahead", {"q": text}).context
        groups = page["groups"]
    return {group.name: [str(row) for row in group.rows] for group in groups}


def somebody(last: str = "Rosamund", first: str = "Yorick", **of):
    account = make_account(practice=make_practice(), last=last, first=first, address=False)
    return make_claim(patient=make_patient(account=account, last=last, first=first), **of)


@pytest.mark.parametrize(
    "text",
    [
        "rosamnd", "rosammund", "rosamudn", "rosanund", "yorik", "yorick", "yor", "yorick ros", "rosamnd yorik",
        "yorik rosamnd", "rosamnd, yorick", "rosamund 1961", "rosamnd 1961", "rozamund, y",
    ],
)  # fmt: skip
def test_people_are_found_by_first_name_and_by_misspelling(sol: Client, text: str) -> None:
    somebody()
    somebody("Whitlock", "Enid")
    assert found(sol, text)["people"] == ["Rosamund, Yorick"]


@pytest.mark.parametrize("text", ["rosa mund", "rxsxmxnd", "rosamnd 1962", "rosamund, x", "yo", "ros"])
def test_but_not_by_what_nobody_would_type_for_it(sol: Client, text: str) -> None:
    somebody("Rosamund", "Gertrude")
    assert "people" not in found(sol, text) or text == "ros"


def test_nobody_is_found_under_a_like_name_where_enough_bear_the_very_one(sol: Client) -> None:
    for _ in range(3):
        somebody("Smith", "June")
    somebody("Smyth", "Jane")
    assert found(sol, "smith")["people"] == ["Smith, June"] * 3
    assert found(sol, "smyth")["people"] == ["Smyth, Jane", "Smith, June", "Smith, June", "Smith, June"]


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [("SMITH", "SMITH", 0), ("SMITH", "SMYTH", 1), ("SMITH", "SMIHT", 1), ("SMITH", "SMIT", 1), ("SMITH", "XSMITHS", 2),
     ("", "AB", 2), ("KITTEN", "SITTING", 3)],
)  # fmt: skip
def test_letters_that_are_wrong_are_counted(one: str, other: str, wrong: int) -> None:
    assert edits(one, other) == edits(other, one) == wrong


def test_names_are_indexed_word_by_word_without_marks() -> None:
    assert words_of("O'Brien-Núñez, D") == ["OBRIEN", "NUNEZ"]
    assert grams_of("AB") == {" AB", "AB "}


def test_a_name_is_learned_once(django_assert_num_queries) -> None:
    person = make_person(practice=make_practice(), last="Rosamund", first="Yorick")
    rows = NameGram.objects.count()
    assert rows == len(grams_of("ROSAMUND")) + len(grams_of("YORICK")) + 2
    with django_assert_num_queries(1):
        learn_names([person])
    assert NameGram.objects.count() == rows
    assert similar_words("yorik") == ["YORICK"]
    assert similar_words("yo") == similar_words("a b") == []


@pytest.mark.parametrize("text", ["c1851", "C1851", "1851", "0001851", "C0001851", "c000185"])
def test_a_claim_is_found_by_what_is_inside_its_number(sol: Client, text: str) -> None:
    make_claim(number="C0001851", lines=("10.00",))
    make_claim(number="H0001852", lines=("10.00",))
    assert found(sol, text)["claims"] == ["C0001851"]


@pytest.mark.parametrize("text", ["h1851", "51", "c51", "1850"])
def test_but_not_by_other_letters_or_too_few_digits(sol: Client, text: str) -> None:
    make_claim(number="C0001851", lines=("10.00",))
    assert "claims" not in found(sol, text)


def test_a_payers_number_is_found_from_its_beginning(sol: Client) -> None:
    claim = make_claim(number="C1")
    claim.icn = "25336H0000001"
    claim.save()
    claim.other_numbers.create(kind="icn", value="OLD7700")
    for text in ("2533", "25336h00", "old77"):
        assert found(sol, text)["claims"] == ["C1"], text
    assert "claims" not in found(sol, "253")


@pytest.mark.parametrize("text", ["0123", "55-0123", "555-0123", "5550123", "12 555 0123"])
def test_a_phone_is_found_by_its_last_digits(sol: Client, text: str) -> None:
    claim = somebody()
    claim.account.guarantor.phones.create(number="+12125550123", ending="0123")
    somebody("Whitlock", "Enid").account.guarantor.phones.create(number="+12125559123", ending="9123")
    assert found(sol, text)["people"] == ["Rosamund, Yorick"]
    assert "people" not in found(sol, "1123")


def test_a_charge_finds_its_claims(sol: Client) -> None:
    claim = make_claim(lines=("540.00", "161.95"))
    assert found(sol, "701.95")["claims"] == [claim.number]
    assert "claims" not in found(sol, "701.96")


def test_a_payer_leads_to_its_open_work(sol: Client) -> None:
    payer = make_payer(name="Meridian Choice")
    answer = sol.post("/search/ahead", {"q": "meridian"})
    assert f"/list?q=payer:{payer.pk}" in answer.content.decode()


def test_while_it_is_typed_nobody_is_shown_twice(sol: Client) -> None:
    somebody()
    lone = make_person(practice=make_practice(), last="Rosamund", first="Zelda")
    groups = sol.post("/search/ahead", {"q": "rosamund"}).context["groups"]
    assert {group.name: len(group.rows) for group in groups} == {"accounts": 1, "claims": 1}
    make_patient(account=make_account(last="Whitlock"), last="Rosamund", first="Alma")
    assert lone.patients.count() == 0


def test_hits_tell_people_apart(sol: Client) -> None:
    claim = somebody(lines=("540.00",))
    person = claim.account.guarantor
    person.phones.create(number="+12125550000", is_wrong=True)
    person.phones.create(number="+12125550123", ending="0123")
    person.addresses.create(line1="1 Elm", city="Albany", state="NY", is_current=True)
    for page in (sol.post("/search/ahead", {"q": "rosamund"}), sol.post("/search", {"q": "rosamund"}, follow=True)):
        text = page.content.decode()
        for fact in ("1961-04-09", "Albany, NY", "(212) 555-0123", "540.00"):
            assert fact in text, fact
        assert "555-0000" not in text


def test_nobody_elses_patients_are_found_by_any_of_it(sol: Client, theirs) -> None:
    account = make_account(practice=theirs, last="Rosamund", first="Yorick")
    claim = make_claim(patient=make_patient(account=account, last="Rosamund", first="Yorick"), number="C0001851")
    claim.icn = "25336H1"
    claim.save()
    account.guarantor.phones.create(number="+12125550123", ending="0123")
    for text in ("yorick", "rosamnd", "c1851", "1851", "25336", "0123", "240.00"):
        assert found(sol, text) == {}, text


def test_what_is_typed_stands_in_no_address_and_what_is_shown_leaves_a_trace(sol: Client) -> None:
    claim = somebody()
    assert sol.get("/search/ahead?q=rosamund").status_code == 405
    before = AuditEvent.objects.count()
    sol.post("/search/ahead", {"q": "rosamnd"})
    (event,) = AuditEvent.objects.order_by("id")[before:]
    assert (event.action, event.subject) == ("searched", "people")
    assert "rosam" not in str(event.after).lower()
    assert set(event.seen.values_list("subject", "subject_id")) >= {
        ("account", claim.account_id), ("claim", claim.pk),
    }  # fmt: skip
    sol.post("/search/ahead", {"q": "nobody at all"})
    sol.post("/search/ahead", {"q": "r"})
    assert AuditEvent.objects.count() == before + 1


def test_it_costs_the_same_queries_whatever_is_there(sol: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            sol.post("/search/ahead", {"q": "rosamnd"})
        return len(queries)

    somebody()
    few = cost()
    for _ in range(9):
        somebody()
    assert cost() <= few <= 34


def test_none_of_it_reads_a_table_whole(sol: Client) -> None:
    actor = User.objects.get(username="sol")
    somebody()
    if connection.vendor == "postgresql":  # a table of three rows is read whole unless that is made dear
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plans = [
        people_called(actor=actor, asked=read_search("yorick")).explain(),
        people_spelled_like(actor=actor, asked=read_search("rosamnd")).explain(),
        people_spelled_like(actor=actor, asked=read_search("rosamnd yorik")).explain(),
        claims_ending(actor=actor, text="c1851").order_by().explain(),
        claims_numbered(actor=actor, text="25336").order_by().explain(),
        claims_charged(actor=actor, amount=read_search("240.00").amount).explain(),
        NameGram.objects.filter(gram__in=grams_of("ROSAMND")).explain(),
    ]
    for plan in plans:
        assert "SEQ SCAN" not in plan.upper(), plan
        assert "SCAN claims_person\n" not in plan, plan
        assert "SCAN claims_claim\n" not in plan, plan
    assert people_phoned(actor=actor, digits="0123", limit=3) == []


def test_what_the_end_of_a_number_is() -> None:
    assert tail_of("HB-c1851/01") == "101581CBH"
