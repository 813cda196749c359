"""Card and social security numbers are refused in every field that people or programs can type in, named here by the
product itself: a field that is added later joins by itself."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from django import forms
from django.test import Client
from django.urls import get_resolver, reverse
from rest_framework import serializers

from arwork.lib.sensitive import SensitiveText
from arwork.lib.typed_text import NUMBERS, SECRETS, ensure_no_cards, texts_of
from collections_app.contacts.models import Hold
from tests.cast import make_account, make_ana, make_claim, make_patient, make_practice
from tests.conventions.source import ROOT

CARD, SSN = "4111 1111 1111 1111", "219-09-9999"
#: Fields whose digits are no text of people: a choice, a number or a day is checked by its own field.
INPUT = re.compile(r"<(?:input|textarea)\b[^>]*\bname=\"([a-z_]+)\"[^>]*>", re.IGNORECASE)
HIDDEN = re.compile(r"type=\"(?:hidden|checkbox|radio|file|submit)\"", re.IGNORECASE)


def _all(kind):
    for sub in kind.__subclasses__():
        yield sub
        yield from _all(sub)


def _load():
    """Import every module of the pages and the endpoints, so that all their forms are known."""
    assert get_resolver().url_patterns
    for name in ("arwork.web", "arwork.api", "claims.web", "claims.api", "collections_app.web", "collections_app.api"):
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(found.name)


def fields_of_forms():
    """`Form.field` of every text field of every form of ours."""
    _load()
    ours = ("arwork.", "claims.", "collections_app.")
    return sorted(
        {
            f"{form.__name__}.{name}"
            for form in _all(forms.BaseForm)
            if form.__module__.startswith(ours)
            for name, field in getattr(form, "base_fields", {}).items()
            if type(field) is forms.CharField
        }
    )


def fields_of_endpoints():
    _load()
    ours = ("arwork.", "claims.", "collections_app.")
    return sorted(
        {
            f"{one.__name__}.{name}"
            for one in _all(serializers.Serializer)
            if one.__module__.startswith(ours)
            for name, field in one().fields.items()
            if isinstance(field, serializers.CharField) and not field.read_only
        }
    )


def fields_of_templates():
    """Names of inputs that templates write themselves."""
    found = set()
    for path in Path(ROOT / "templates").rglob("*.html"):
        if path.name == "sandbox.html":
            continue  # the page of the sandbox stands in for a processor's
        for match in INPUT.finditer(path.read_text()):
            if not HIDDEN.search(match.group()):
                found.add(f"{path.name}.{match.group(1)}")
    return sorted(found)


FORM_FIELDS, ENDPOINT_FIELDS, TEMPLATE_FIELDS = fields_of_forms(), fields_of_endpoints(), fields_of_templates()


def test_there_are_fields():
    assert len(FORM_FIELDS) > 100
    assert {"CardRefundForm.reason", "MoveForm.words"} <= set(FORM_FIELDS)
    assert ENDPOINT_FIELDS
    assert len(TEMPLATE_FIELDS) > 10


@pytest.mark.parametrize("number", [CARD, SSN], ids=["card", "ssn"])
@pytest.mark.parametrize("field", [*FORM_FIELDS, *ENDPOINT_FIELDS, *TEMPLATE_FIELDS])
def test_a_number_is_refused_in(field, number):
    name = field.rpartition(".")[2]
    if name in SECRETS:
        return
    with pytest.raises(SensitiveText):
        ensure_no_cards([(f"prefix-{name}", f"They said {number} on the phone")])


def test_what_is_exempt_is_no_text():
    free = {"note", "words", "why", "reason", "text", "body", "subject", "comment", "said_by", "source", "name"}
    assert not free & (SECRETS | NUMBERS)


@pytest.mark.parametrize("name", ["note", "why", "words"])
def test_runs_of_digits_are_cards_in_text_and_numbers_where_numbers_belong(name):
    with pytest.raises(SensitiveText):
        ensure_no_cards([(name, "4111111111111111")])
    ensure_no_cards([("reference", "4111111111111111"), (name, "4111111111111112"), (name, "call 212-555-0123")])


def test_texts_of_json_are_found_wherever_they_stand():
    data = {"one": {"note": "a"}, "many": [{"note": "b"}, "c"], "n": 1}
    assert list(texts_of(data)) == [("note", "a"), ("note", "b"), ("many", "c")]


@pytest.mark.django_db
def test_a_page_that_takes_any_word_keeps_nothing_of_a_card(client: Client):
    """A field of which its service knows nothing, too: the page is held, not the example."""
    ana = make_ana(make_practice())
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    patient = make_patient(account=make_account(practice=make_practice()))
    claim = make_claim(patient=patient, payers=(), lines=["70.00"])
    before = Hold.objects.count()
    answer = client.post(f"/payments/take/{claim.account_id}", {"anything": CARD, "amount": "5.00"})
    assert answer.status_code == 422
    answer = client.post(reverse("staff:theme"), {"theme": "dark", "made_up": f"card {CARD}"}, follow=True)
    assert answer.status_code == 422
    assert Hold.objects.count() == before
