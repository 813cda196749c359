"""The broker keeps tasks on disk in the clear: they carry ids."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.celery import app
from arwork.lib.background import TO_STAFF, enqueue, ensure_only_ids
from arwork.staff import mail, password_links
from claims.payers.models import PayerClass
from claims.payers.rules import RULE_KINDS
from claims.tasks import take_in_file
from collections_app.worklist.rule_changes import OF_LIMITS

LEGIBLE = ["Guarino, Gus", "GUARINO", "MBR001", "+12125550123", "1961-04-12", "a b", "x" * 41, dt.date(1961, 4, 12),
           Decimal("1.00"), 1.5, b"gus"]  # fmt: skip


@pytest.mark.parametrize("told", LEGIBLE)
@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [1, one], lambda one: {"deep": [{"deeper": one}]}])
def test_what_could_be_of_a_patient_is_refused(db: None, told: object, wrap) -> None:
    with pytest.raises(TypeError, match="ids and short codes only"):
        enqueue("claims.tasks.take_in_file", told=wrap(told))


def test_a_task_that_is_rung_by_itself_passes_there_too() -> None:
    with pytest.raises(TypeError, match="ids and short codes only"):
        take_in_file.apply_async(kwargs={"file_id": 1, "name": "Guarino, Gus"})
    with pytest.raises(TypeError, match="ids and short codes only"):
        app.send_task("claims.tasks.of_another_version", args=["Guarino, Gus"])


@pytest.mark.parametrize("kwargs", [{"actor_id": None}, {"reason": "remit", "ids": [1, 2]}, {}])
def test_ids_and_words_of_ours_pass(kwargs: dict) -> None:
    assert take_in_file.apply_async(kwargs={"file_id": 7} | kwargs).id


@pytest.mark.parametrize("word", [*PayerClass.values, *RULE_KINDS, *OF_LIMITS])
def test_every_class_rule_and_limit_that_tasks_are_told_of_is_such_a_word(word: str) -> None:
    ensure_only_ids(word)


def test_only_messages_to_staff_carry_text() -> None:
    assert {mail.TASK, password_links.TASK} == TO_STAFF
    for task in TO_STAFF:
        assert app.send_task(task, kwargs={"user_id": 1, "words": "Somebody signed in."}).id
