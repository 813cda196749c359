"""Logging: one structured line an event, as JSON in production and for people elsewhere.

Patient data never reaches a log. Requests are logged by path without their query (searches hold names),
and what a database adds to an error about the offending row (`DETAIL: Key (name)=(...)`) is cut off.
"""

import http
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_PROBES = ("GET /healthz", "GET /readyz", "GET /metrics")
_DETAIL = re.compile(r"^\s*(DETAIL|CONTEXT|HINT):.*$\n?", re.MULTILINE)


def without_row_data(_: Any, __: str, event: EventDict) -> EventDict:
    """A structlog processor: drop PostgreSQL's DETAIL, CONTEXT and HINT lines, which quote values of rows."""
    for key in ("event", "exception"):
        if isinstance(event.get(key), str):
            event[key] = _DETAIL.sub("", event[key])
    return event


def without_queries(_: Any, __: str, event: EventDict) -> EventDict:
    """A structlog processor: cut the query off a request's address, and drop probes that succeeded."""
    if isinstance(request := event.get("request"), str):
        event["request"] = request.partition("?")[0]
        if event["request"] in _PROBES and event.get("code") == http.HTTPStatus.OK:
            raise structlog.DropEvent
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configured(*, level: str, as_json: bool) -> dict[str, Any]:
    """The value of Django's `LOGGING`; also points structlog at the standard library, once a process."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            without_queries,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: Processor = structlog.processors.JSONRenderer() if as_json else _for_people()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                # Without what others attach to records: Django a request with its query, Celery the arguments.
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    without_row_data,
                    last,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Each address is logged once, by the request middleware, without its query.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "ERROR"},
        },
    }


def _for_people() -> Processor:
    """Short lines for a terminal: the time, the level, what happened, and its facts."""

    def render(_: Any, __: str, event: EventDict) -> str:
        moment = str(event.pop("timestamp", ""))[11:19]
        trace = event.pop("exception", "")
        head = f"{moment} {event.pop('level', ''):<7} {event.pop('event', '')}"
        event.pop("logger", None)
        facts = " ".join(f"{key}={value}" for key, value in sorted(event.items()))
        return "  ".join(filter(None, [head, facts])) + (f"\n{trace}" if trace else "")

    return render
