"""What reaches a log, and what must not."""

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.db import IntegrityError
from django.test import Client

from arwork.lib.logs import configured, without_queries, without_row_data

LEAK = 'duplicate key value violates unique constraint "x"\nDETAIL:  Key (name)=(Ada Lovelace) already exists.'


def _formatter(as_json: bool) -> logging.Formatter:
    line = configured(level="INFO", as_json=as_json)["formatters"]["line"]
    return structlog.stdlib.ProcessorFormatter(
        processors=line["processors"], foreign_pre_chain=line["foreign_pre_chain"]
    )


def _logged(as_json: bool, error: Exception) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(as_json))
    logger = logging.getLogger("tests.logs")
    logger.handlers, logger.propagate = [handler], False
    try:
        raise error
    except type(error):
        logger.exception("posting failed")
    return stream.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
def test_the_row_that_broke_a_constraint_is_not_logged(as_json: bool) -> None:
    text = _logged(as_json, IntegrityError(LEAK))
    assert "posting failed" in text
    assert "unique constraint" in text
    assert "Lovelace" not in text


def test_production_logs_one_json_object_a_line() -> None:
    (line,) = _logged(True, ValueError("no")).splitlines()
    event = json.loads(line)
    assert event["event"] == "posting failed"
    assert event["level"] == "error"
    assert event["logger"] == "tests.logs"
    assert "ValueError: no" in event["exception"]


def test_only_row_data_is_cut() -> None:
    kept = {"event": "a line\nand DETAIL in its middle"}
    assert without_row_data(None, "", dict(kept)) == kept


def test_probes_are_silent_until_they_fail() -> None:
    with pytest.raises(structlog.DropEvent):
        without_queries(None, "", {"event": "request_finished", "request": "GET /healthz", "code": 200})
    assert without_queries(None, "", {"event": "request_finished", "request": "GET /readyz", "code": 503})
    assert without_queries(None, "", {"event": "request_finished", "request": "GET /desk", "code": 200})


def test_what_others_attach_to_a_record_is_not_logged() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Server error: %s", ("/search",), None)
    record.request = "<WSGIRequest: GET '/search?q=Lovelace'>"
    assert "Server error: /search" in _formatter(True).format(record)
    assert "Lovelace" not in _formatter(True).format(record)


@pytest.mark.django_db
def test_a_request_is_logged_without_its_query(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/no-such-page", {"q": "Lovelace"})
    assert "no-such-page" in caplog.text
    assert "Lovelace" not in caplog.text
