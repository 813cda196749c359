"""What the worklist does when the books announce a change."""

import logging

from kombu.exceptions import OperationalError

from arwork.lib.events import Changed
from collections_app import tasks


def test_without_a_broker_a_large_change_is_left_to_the_morning_and_said_in_one_line(monkeypatch, caplog):
    def refuse(**_):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.refresh_items, "delay", refuse)
    with caplog.at_level(logging.WARNING):
        tasks.listen(Changed(reason="remit", claims=frozenset(range(12_000))))
    [said] = [record for record in caplog.records if record.name == tasks.__name__]
    assert said.exc_info is None
    assert "12000" in said.getMessage()
