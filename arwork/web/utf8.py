"""Requests are UTF-8, whatever charset they claim: the one encoding of our pages and of JSON.

Django would take any codec that Python knows from the header, and some of them are not of text (`bz2`): then it fails
before the first middleware, where nothing can answer but a 500.
"""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request that leaves the charset of its content type unread."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Utf8Handler(WSGIHandler):
    """Django's application, for such requests."""

    request_class = Utf8Request
