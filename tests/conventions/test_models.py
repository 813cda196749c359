"""Conventions of the tables: money in cents, one key type, names that say what they hold."""

import pytest
from django.apps import apps
from django.db import models

from arwork.lib.money import MoneyField

OURS = [
    model
    for label in ("lib", "staff", "webhooks", "claims", "collections_app")
    for model in apps.get_app_config(label).get_models()
]
MONEY = ("amount", "charge", "balance", "paid", "allowed", "cents", "deposit", "expected_amount", "price")
# Fields that Django's own models of users and sessions bring along.
MOMENTS = ("at", "since", "until")
BORROWED = {("User", "last_login"), ("User", "date_joined"), ("User", "password"), ("BrowserSession", "expire_date")}


def _fields(*kinds: type[models.Field]) -> list[tuple[str, str, models.Field]]:
    return [
        (model.__name__, field.name, field)
        for model in OURS
        for field in model._meta.local_fields
        if isinstance(field, kinds) and (model.__name__, field.name) not in BORROWED
    ]


def test_money_is_kept_in_cents() -> None:
    wrong = [
        f"{model}.{name}"
        for model, name, field in _fields(models.DecimalField, models.FloatField, models.IntegerField)
        if not isinstance(field, MoneyField) and name.split("_")[-1] in MONEY and "percent" not in name
    ]
    assert not wrong, f"use MoneyField: {wrong}"


def test_there_are_no_floats() -> None:
    assert not [f"{model}.{name}" for model, name, _ in _fields(models.FloatField)]


def test_moments_and_dates_are_told_apart_by_their_names() -> None:
    moments = [f"{m}.{n}" for m, n, f in _fields(models.DateTimeField) if not n.endswith("_at") and n not in MOMENTS]
    dates = [
        f"{model}.{name}"
        for model, name, field in _fields(models.DateField)
        if not isinstance(field, models.DateTimeField)
        and not (name.endswith(("_on", "_from", "_to", "_until", "_since", "_by")) or name in ("on", "day"))
    ]
    assert not moments, f"moments end in _at: {moments}"
    assert not dates, f"dates end in _on (or _from, _to, _until, _since): {dates}"


def test_nothing_needs_one_engine() -> None:
    foreign = [model for model in OURS for f in model._meta.local_fields if "postgres" in type(f).__module__]
    deferred = [
        constraint.name
        for model in OURS
        for constraint in model._meta.constraints
        if getattr(constraint, "deferrable", None)
    ]
    assert not foreign
    assert not deferred


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_constraint_is_named_after_the_sentence_it_protects(model: type[models.Model]) -> None:
    terse = [constraint.name for constraint in model._meta.constraints if len(constraint.name.split("_")) < 3]
    assert not terse, f"name the rule in words: {terse}"
