"""Anticipated errors: one class, told apart by subclass and `code`.

A `DomainError` is something a person can understand and act on: pages show its message beside the form
they sent, the API answers RFC 9457 problem JSON from the same fields. Anything else is a defect and
propagates. Facts never hold patient data: they reach logs.
"""

from typing import Any


class DomainError(Exception):
    """An error with a stable `code`, a sentence for people and machine-readable `facts`."""

    code = "refused"
    status = 422

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Forbidden(DomainError):
    """The actor lacks a capability or access to the practice."""

    code = "forbidden"
    status = 403


class NotFound(DomainError):
    """No such row among those the actor may see."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The state changed under the actor's feet: look again, then decide."""

    code = "conflict"
    status = 409
