"""What the tests of letters share: the words on a PDF, a guarantor with an address."""

import io
from typing import Any

from pypdf import PdfReader

from claims.parties.models import Account, PersonAddress
from claims.practices.models import Practice
from tests import cast


def words_of(pdf: bytes) -> str:
    """The text layer of a PDF in one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def harbor_clinic(**facts: Any) -> Practice:
    """A practice with an address and a phone."""
    practice = cast.make_practice(**facts)
    practice.address, practice.city, practice.state, practice.zip = "12 Harbor Street", "Albany", "NY", "12207"
    practice.phone = "5185550143"
    practice.save()
    return practice


def reachable_account(*, practice: Practice | None = None, state: str = "NY", **facts: Any) -> Account:
    """A guarantor account whose guarantor gets mail."""
    account = cast.make_account(practice=practice or harbor_clinic(), address=False, **facts)
    PersonAddress.objects.create(
        person=account.guarantor, line1="8 Elm Avenue", line2="Apt 3", city="Troy", state=state, zip="12180"
    )
    return account
