"""Figures for Prometheus: how many requests, how long, and what the queues hold.

Requests are counted by the name of their route, never by address: addresses would make a series of every
claim. `/metrics` answers a scraper that carries `METRICS_TOKEN`, or a signed-in administrator.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from secrets import compare_digest

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import RedisError

from arwork.lib import clock, events, heartbeats
from arwork.lib.beat import is_beating
from arwork.lib.heartbeats import broker
from arwork.staff.access import Capability
from arwork.web.pages import page

log = logging.getLogger(__name__)

REQUESTS = Counter("arwork_requests_total", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "arwork_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
# A client may write any word there, and each would open a series that is kept until the process ends.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUEUE = "celery"  # Celery's default queue, a list in the broker


class RequestMetrics:
    """Middleware that counts and times each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = (match.view_name or match.route) if match else "unmatched"
        SECONDS.labels(route).observe(time.perf_counter() - started)
        REQUESTS.labels(route, request.method if request.method in _METHODS else "other", response.status_code).inc()
        return response


def metrics(request: HttpRequest) -> HttpResponseBase:
    """The text format of Prometheus, over all processes of this server; a page as any other to who is signed in."""
    if _is_scraper(request):
        return _figures()
    if not request.user.is_authenticated:
        return HttpResponse("Send the token of METRICS_TOKEN, or sign in as an administrator.\n", status=403)
    return _page(request)


metrics.capability = Capability.MANAGE_PEOPLE  # type: ignore[attr-defined]


@page(Capability.MANAGE_PEOPLE)
def _page(request: HttpRequest) -> HttpResponseBase:
    return _figures()


def _figures() -> HttpResponse:
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    body = generate_latest(registry) + generate_latest(_queues())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _is_scraper(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_set = bool(settings.METRICS_TOKEN) and scheme == "Bearer"
    return is_set and compare_digest(token.encode(), settings.METRICS_TOKEN.encode())


class _Waiting(Collector):
    """What stands in broker and database at this moment, asked anew by each scrape; nothing of what is away.

    No `Gauge`: those keep their values in files of the process, where the next scrape finds them once more.
    """

    def collect(self) -> Iterator[Metric]:
        try:
            yield _gauge(
                "arwork_worker_alive",
                "1 while a worker gave a sign of life within a minute",
                heartbeats.last_heartbeat(heartbeats.WORKER).is_fresh,
            )
            yield _gauge("arwork_tasks_waiting", "Tasks that no worker has taken yet", broker().llen(QUEUE))
            yield _gauge("arwork_tasks_taken", "Tasks that a worker has and has not finished", broker().hlen("unacked"))
            yield _gauge("arwork_beat_alive", "1 while a beat holds the schedule", is_beating())
        except RedisError:
            log.debug("the broker is away; nothing is told of it")
        try:
            late = events.waiting(now=clock.now()).count
        except DatabaseError:
            return
        yield _gauge("arwork_announcements_late", "Changes that have not reached the worklist for minutes", late)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _queues() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Waiting())
    return registry
