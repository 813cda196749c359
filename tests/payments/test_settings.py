"""The card processor as the environment names it: half of one, and the sandbox in production, are refused."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from arwork.lib.payment_settings import card_processor


def read(monkeypatch, *, is_production=True, **given):
    for name in ("CARD_PROCESSOR", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return card_processor(environ.Env(), is_production=is_production)


def test_in_production_no_cards_are_taken_until_a_processor_is_named(monkeypatch):
    assert read(monkeypatch).name == ""
    assert read(monkeypatch, is_production=False).name == "sandbox"


def test_stripe_needs_both_of_its_secrets_and_hides_them(monkeypatch):
    both = {"CARD_PROCESSOR": "stripe", "STRIPE_SECRET_KEY": "sk_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}
    found = read(monkeypatch, **both)
    assert (found.name, found.api_url) == ("stripe", "https://api.stripe.com")
    assert "sk_1" not in repr(found)
    assert "whsec_1" not in repr(found)
    for missing in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        with pytest.raises(ImproperlyConfigured, match="needs"):
            read(monkeypatch, **(both | {missing: ""}))


@pytest.mark.parametrize("name", ["sandbox", "other"])
def test_what_takes_no_real_money_is_refused_in_production(monkeypatch, name):
    with pytest.raises(ImproperlyConfigured):
        read(monkeypatch, CARD_PROCESSOR=name)
