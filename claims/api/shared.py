"""What the endpoints of the books share: pages by key, and a base for lists."""

from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination

from arwork.api.endpoints import StaffApiRequest
from arwork.lib import clock
from arwork.lib.ids import id_of
from arwork.staff import audit_reads

Shown = Iterable[tuple[str, int | None]]


class NewestFirst(CursorPagination):
    """Fifty rows a page, the newest first. A cursor holds an id and nothing of a patient."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Any) -> Any:
        """The cursor of the address. Raises `NotFound` for one that names no id."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and id_of(str(cursor.position)) is None:
            raise NotFound(self.invalid_cursor_message)
        return cursor


class Listing(ListAPIView):
    """A list of rows that the caller may see; subclasses say which in `rows`."""

    request: StaffApiRequest
    pagination_class = NewestFirst
    filter_backends: Sequence[Any] = []

    #: What the list shows, as the audit trail names it: its own name, and the kind of each row.
    subject = ""
    kind = ""

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A page of rows; that it was seen is recorded, as on the pages."""
        response = super().list(request, *args, **kwargs)
        audit_reads.record_listed(
            self.request.user, self.subject, response.data["results"], shows=self.shows, now=clock.now()
        )
        return response

    def shows(self, row: Any) -> Shown:
        """The records that a row of the answer shows."""
        return [(self.kind, row["id"])]

    def get_queryset(self) -> Any:
        """The rows; none while the schema is drawn, when nobody asks."""
        return [] if getattr(self, "swagger_fake_view", False) else self.rows()

    def rows(self) -> Any:
        raise NotImplementedError

    def asked(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        """The cleaned query; raises `ValidationError` naming the fields at fault."""
        form = serializer(data=self.request.query_params)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)


def cleaned(serializer: type[serializers.Serializer], data: Any) -> dict[str, Any]:
    """The cleaned body; raises `ValidationError` naming the fields at fault."""
    form = serializer(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


class MoneyOut(serializers.DecimalField):
    """Dollars as text with two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=16, decimal_places=2, **kwargs)


__all__ = ["Listing", "MoneyOut", "NewestFirst", "Shown", "cleaned"]
