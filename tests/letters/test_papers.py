"""The PDFs themselves: what they say, for whom they are tagged, that nothing slips in, that the same stays the same."""

import datetime as dt
import io
import struct
import zlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from claims.parties.models import Account, PersonAddress
from claims.practices.models import Practice
from collections_app.contacts.person_models import PersonFact
from collections_app.letters import letterhead_changes, occasions, rendering, services, shipped
from collections_app.letters.letterhead_changes import BadLogo, HeadDraft, png_size
from collections_app.letters.shipped import ContradictingFacts
from collections_app.letters.text_preview import sample_letter
from collections_app.letters.texts import shipped_texts
from tests import cast
from tests.cast import NOW, TODAY
from tests.letters.papers import harbor_clinic, reachable_account, words_of

BOTH = pytest.mark.parametrize("language", ["en", "es"])


def paper(kind: Any, language: str, *, state: str = "", **facts: Any) -> bytes:
    text = next(one for one in shipped_texts(kind) if one.language == language)
    told = replace(kind, sample={**kind.sample, **facts})
    data = sample_letter(told, language=language, today=TODAY, text=replace(text, state=state))
    return rendering.render(kind.template, data, language=language, on=TODAY)


@BOTH
@pytest.mark.parametrize("kind", shipped.KINDS, ids=lambda kind: kind.code)
def test_every_letter_is_tagged_named_and_in_its_language(kind: Any, language: str) -> None:
    pdf = PdfReader(io.BytesIO(paper(kind, language)))
    catalog = pdf.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert str(catalog["/Lang"]).lower().startswith(language)
    assert b"pdfuaid:part" in catalog["/Metadata"].get_object().get_data()
    assert pdf.metadata is not None
    assert pdf.metadata.title
    words = words_of(paper(kind, language))
    assert "Gus Guarino 8 Elm Avenue Troy, NY 12180" in words
    assert ("Page 1 of" if language == "en" else "Página 1 de") in words
    assert "{" not in words


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", [
            "is a debt collector", "You owed on that date $240.00", "Interest charged since then $0.00",
            "Fees charged since then $0.00", "Paid or credited since then -$40.00", 
            "Total amount of the debt now $200.00", "date of service: September 14, 2026", "by January 6, 2027",
            "we will assume that our information is correct",
            "we must stop collection on any amount you dispute", "name and address of the original creditor",
            "www.cfpb.gov/debt-collection", "this is not my debt", "the amount is wrong", "How do you want to respond?",
            "Harbor Clinic, 12 Harbor Street, Albany, NY 12207", "account number A00001",
        ]),
        ("es", [
            "es un cobrador de deudas", "Usted debía en esa fecha $240.00", "Intereses cobrados desde entonces $0.00",
            "Pagado o acreditado desde entonces -$40.00", "Monto total de la deuda ahora $200.00",
            "14 de septiembre de 2026", "6 de enero de 2027", "supondremos que nuestra información es correcta",
            "debemos detener el cobro", "nombre y la dirección del acreedor original", "esta no es mi deuda",
            "el monto es incorrecto", "¿Cómo quiere responder?",
        ]),
    ],
)  # fmt: skip
def test_a_validation_notice_says_what_the_rule_asks_for(language: str, expected: list[str]) -> None:
    """12 CFR 1006.34(c)."""
    words = words_of(paper(shipped.VALIDATION, language))
    assert not [one for one in expected if one not in words]


def test_what_the_state_wants_stands_before_the_form_that_is_cut_off() -> None:
    words = words_of(paper(shipped.VALIDATION, "en", state="CA"))
    assert words.index("Rosenthal Fair Debt Collection Practices Act") < words.index("How do you want to respond?")
    assert "Rosenthal" not in words_of(paper(shipped.VALIDATION, "en", state="TX"))


def test_a_copy_of_an_authorization_has_its_elements() -> None:
    """RULES 13.1: date, day of the debit, amount, name, account, phone, that it is an ACH debit, how to revoke."""
    words = words_of(paper(shipped.ACH_AUTHORIZATION, "en"))
    expected = ("November 12, 2026", "December 5, 2026", "$85.00", "Gus Guarino", "ending in 6789", "(518) 555-0143",
                "Monday to Friday, 8 to 5", "an ACH debit", "at least 3 business days before")  # fmt: skip
    assert not [one for one in expected if one not in words]


def test_the_window_of_the_envelope_shows_a_name_and_an_address_only() -> None:
    """RULES 12.7: what lies in the window, 0.875 to 5.375 inches from the left and 2.04 to 3.17 from the top."""
    page = PdfReader(io.BytesIO(paper(shipped.VALIDATION, "en"))).pages[0]
    seen: list[str] = []

    def visit(text: str, page_at: list[float], text_at: list[float], _font: Any, _size: Any) -> None:
        (a, b, c, d, e, f), (x, y) = page_at, text_at[4:]
        left, top = (a * x + c * y + e) / 72, (792 - (b * x + d * y + f)) / 72
        if text.strip() and 0.875 <= left <= 5.375 and 2.04 <= top <= 3.17:
            seen.append(text.strip())

    page.extract_text(visitor_text=visit)
    assert " ".join(" ".join(seen).split()) == "Gus Guarino 8 Elm Avenue Troy, NY 12180"


def test_the_same_facts_give_the_same_bytes() -> None:
    first = paper(shipped.RECEIPT, "en")
    assert paper(shipped.RECEIPT, "en") == first
    assert paper(shipped.RECEIPT, "en", amount=Decimal("85.01")) != first


@pytest.mark.parametrize(
    "words",
    [
        '#read("/etc/passwd")', "#panic()", "$x^2$", "*bold*", "`code`", "<label>", "@ref", "// gone", "/* gone */",
        '#import "@preview/x:1"', "\\ #sym.dagger", '"quoted" \\" ] #[', "= heading", "{balance} [itemization]",
    ],
)  # fmt: skip
def test_no_word_of_a_fact_is_markup(words: str) -> None:
    assert words in words_of(paper(shipped.PLAIN, "en", words=words))


def test_nothing_outside_of_the_templates_is_rendered() -> None:
    for name in ("../../../manage", "/etc/passwd", "Letter", "nothing", ""):
        with pytest.raises(LookupError):
            rendering.render(name, {}, language="en")


def test_amounts_that_contradict_each_other_are_refused() -> None:
    assert shipped.VALIDATION.check is not None
    with pytest.raises(ContradictingFacts):
        shipped.VALIDATION.check({**(shipped.VALIDATION.sample or {}), "paid": Decimal("39.99")})
    assert shipped.SETTLEMENT_OFFER.check is not None
    with pytest.raises(ContradictingFacts):
        shipped.SETTLEMENT_OFFER.check({"owed": Decimal("10.00"), "offer": Decimal("10.00")})


def test_the_window_to_dispute_is_counted_from_the_assumed_receipt() -> None:
    """Sent Friday, November 20, 2026: five business days later, over Thanksgiving, is Monday, November 30; and 30."""
    assert occasions.window_ends_on(dt.date(2026, 11, 20), mail_days=5, window_days=30) == dt.date(2026, 12, 30)


def png(width: int = 40, height: int = 20, *, data: bytes | None = None) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(rows) if data is None else data
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def test_a_logo_is_a_whole_png() -> None:
    assert png_size(png(40, 20)) == (40, 20)
    for wrong in (b"GIF89a", png()[:-8], png().replace(b"IDAT", b"IDAX", 1), png(3000, 1), b"\0" * 300_000):
        with pytest.raises(BadLogo):
            png_size(wrong)


@pytest.mark.django_db
def test_a_letterhead_stands_on_the_next_letter(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path
    practice: Practice = harbor_clinic()
    account: Account = reachable_account(practice=practice)
    ada = cast.make_ada(practice)
    draft = HeadDraft(
        hours="Monday to Friday, 8 to 5", remit_address="PO Box 77", remit_city="Albany", remit_state="NY"
    )
    letterhead_changes.save_letterhead(practice.pk, draft, logo=png(), drops_logo=False, actor=ada, now=NOW)
    facts = {"owed": Decimal("240.00"), "offer": Decimal("100.00"), "expires_on": dt.date(2026, 12, 30)}
    letter = services.make_letter(
        kind="settlement_offer", account_id=account.pk, facts=facts, language="en", actor=ada, today=TODAY, now=NOW
    )
    content = b"".join(services.documents.kept_documents.blocks(letter.sha256))
    words = words_of(content)
    assert "Harbor Clinic, PO Box 77, Albany, NY" in words
    assert "Monday to Friday, 8 to 5" in words
    assert len(PdfReader(io.BytesIO(content)).pages[0].images) == 1


@pytest.mark.django_db
def test_a_logo_that_would_stop_every_letter_is_refused() -> None:
    practice = harbor_clinic()
    ada, broken = cast.make_ada(practice), png(data=b"broken")
    with pytest.raises(BadLogo, match="damaged"):
        letterhead_changes.save_letterhead(practice.pk, HeadDraft(), logo=broken, drops_logo=False, actor=ada, now=NOW)


@pytest.mark.django_db
def test_a_letter_goes_to_the_only_address_that_somebody_asked_for(settings: Any, tmp_path: Path) -> None:
    """45 CFR 164.522(b)."""
    settings.RAW_FILES_DIR = tmp_path
    account = reachable_account()
    other = PersonAddress.objects.create(
        person=account.guarantor, line1="PO Box 9", city="Utica", state="NY", zip="13501", is_current=False
    )
    ana = cast.make_ana(account.practice)
    PersonFact.objects.create(
        practice=account.practice, person=account.guarantor, kind="confid", address=other, from_on=TODAY,
        recorded_at=NOW, recorded_by=ana,
    )  # fmt: skip
    letter = services.make_letter(
        kind="plain", account_id=account.pk, facts={"topic": "x", "words": "y"}, language="en", actor=ana, today=TODAY,
        now=NOW,
    )  # fmt: skip
    words = words_of(b"".join(services.documents.kept_documents.blocks(letter.sha256)))
    assert "PO Box 9 Utica, NY 13501" in words
    assert "Elm Avenue" not in words
