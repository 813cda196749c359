"""A letter is made from facts by the text in force, frozen with its hash, and never changes."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent, User
from claims.documents import selectors as documents
from claims.documents import services as document_services
from claims.parties.models import Account, PersonAddress
from collections_app.letters import services
from collections_app.letters.letterheads import NoAddress
from collections_app.letters.merging import MissingFact
from collections_app.letters.models import Letter
from tests import cast
from tests.cast import NOW, TODAY
from tests.letters.papers import harbor_clinic, reachable_account, words_of

pytestmark = pytest.mark.django_db
WORDS = {"topic": "Your call of November 18", "words": "Thank you.\n\nWe found *two* payments & 1 < 2 #panic()."}


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"


@pytest.fixture
def account() -> Account:
    return reachable_account()


@pytest.fixture
def ana(account: Account) -> User:
    return cast.make_ana(account.practice)


def plain(account: Account, actor: User | None, **facts: Any) -> Letter:
    return services.make_letter(
        kind="plain", account_id=account.pk, facts=WORDS | facts, language="en", actor=actor, today=TODAY, now=NOW
    )


def pdf_of(letter: Letter) -> bytes:
    return b"".join(documents.bytes_of(letter.document))


def test_a_letter_says_what_was_typed_as_it_was_typed(account: Account, ana: User) -> None:
    words = words_of(pdf_of(plain(account, ana)))
    assert "Your call of November 18" in words
    assert "We found *two* payments & 1 < 2 #panic()." in words
    assert "Gus Guarino 8 Elm Avenue Apt 3 Troy, NY 12180" in words
    assert "November 20, 2026" in words
    assert "call us at (518) 555-0143" in words


def test_it_is_kept_with_its_hash_among_the_documents_of_the_account(account: Account, ana: User) -> None:
    letter = plain(account, ana)
    [document] = documents.documents_of_account(account.pk)
    assert (document.pk, document.kind, document.sha256) == (letter.document_id, "made", letter.sha256)
    made = AuditEvent.objects.get(action="letter_made")
    assert made.after == {
        "kind": "plain", "language": "en", "version": "shipped, from the first day", "account": account.pk,
        "sha256": letter.sha256,
    }  # fmt: skip


def test_the_same_letter_of_one_day_is_made_once(account: Account, ana: User) -> None:
    first = plain(account, ana)
    assert plain(account, ana) == first
    assert plain(account, ana, words="Other words.") != first


def test_a_letter_that_was_taken_back_can_be_made_again(account: Account, ana: User) -> None:
    first = plain(account, ana)
    services.void_letter(first.pk, reason="The wrong visit", actor=ana, now=NOW)
    again = plain(account, ana)
    assert again != first
    with pytest.raises(Conflict, match="already"):
        services.void_letter(first.pk, reason="Once more", actor=ana, now=NOW)


def test_the_database_keeps_letters_from_changing(account: Account, ana: User) -> None:
    letter = plain(account, ana)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(made_on=TODAY - dt.timedelta(days=9))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).delete()


def test_its_document_is_not_withdrawn_on_the_side(account: Account, ana: User) -> None:
    letter = plain(account, ana)
    with pytest.raises(Conflict, match="letter of ours"):
        document_services.withdraw_document(letter.document_id, reason="slip", actor=ana, now=NOW)


def test_a_missing_fact_stops_it_and_is_named(account: Account, ana: User) -> None:
    with pytest.raises(MissingFact, match="subject") as caught:
        plain(account, ana, topic="")
    assert caught.value.facts["field"] == "topic"
    assert not Letter.objects.exists()
    assert not documents.documents_of_account(account.pk)


def test_no_card_number_stands_in_a_letter(account: Account, ana: User) -> None:
    with pytest.raises(SensitiveText) as caught:
        plain(account, ana, words="Your card 4111 1111 1111 1111")
    assert caught.value.facts["field"] == "words"


def test_nobody_is_written_to_without_an_address_that_takes_mail(account: Account, ana: User) -> None:
    PersonAddress.objects.update(is_bad=True)
    with pytest.raises(NoAddress, match="Enter one"):
        plain(account, ana)


def test_a_letter_is_made_only_in_ones_own_practices(account: Account) -> None:
    elsewhere = cast.make_ana(cast.make_practice(name="Cedar", npi="1881018299"))
    with pytest.raises(NotFound):
        plain(account, elsewhere)


def test_the_house_itself_makes_letters_by_night(account: Account) -> None:
    assert plain(account, None).made_by is None


def test_where_payments_are_sent_is_the_practice_unless_said(account: Account, ana: User) -> None:
    assert harbor_clinic().name in words_of(pdf_of(plain(account, ana)))
