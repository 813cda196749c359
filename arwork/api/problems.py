"""Errors as RFC 9457 problem JSON, from the same fields that pages show.

`DomainError` becomes its own status and code; DRF's errors keep their status and list the fields at fault.
Anything else is a defect and propagates to a 500 without details.
"""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from arwork.lib.errors import DomainError
from arwork.lib.races import LOST_RACE, ChangedMeanwhile, is_lost_race

MEDIA_TYPE = "application/problem+json"


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: a problem document, or None for what nobody anticipated."""
    if isinstance(error, DomainError):
        return _problem(error.status, error.code, error.message, error.facts)
    if is_lost_race(error):
        return _problem(ChangedMeanwhile.status, ChangedMeanwhile.code, LOST_RACE, {})
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    return None


def _from_framework(error: exceptions.APIException) -> Response:
    code, extra = str(error.default_code), {}
    detail: Any = error.detail
    if isinstance(error, exceptions.ValidationError):
        code, extra = "invalid", {"errors": detail}
        detail = "Some fields need another value; see errors."
    response = _problem(error.status_code, code, str(detail), extra)
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _problem(status: int, code: str, detail: str, extra: dict[str, Any]) -> Response:
    set_rollback()
    body = {
        **{name: value for name, value in extra.items() if name not in _MEMBERS},
        "type": f"urn:arwork:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return Response(body, status=status, content_type=MEDIA_TYPE)


_MEMBERS = frozenset({"type", "title", "status", "code", "detail"})
