"""The figures that requests rest on, as they hold for a practice on a day, in the state where it is. One query."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from collections_app.limits.selectors import limit_book
from collections_app.releases.rules import RequestFigures

if TYPE_CHECKING:
    from claims.practices.models import Practice


def request_figures(practice: "Practice", *, on: dt.date) -> RequestFigures:
    """The days and the fees of a practice on a day."""
    book = limit_book()

    def days(name: str) -> int:
        return book.value(name, on=on, practice_id=practice.pk, scope=practice.state)

    def fee(name: str) -> Decimal:
        return book.dollars(name, on=on, practice_id=practice.pk, scope=practice.state)

    return RequestFigures(
        access_days=days("record_access_days"),
        extension_days=book.value("record_extension_days", on=on, practice_id=practice.pk),
        own_days=days("record_own_days"),
        search_fee=fee("record_search_fee"),
        page_fee=fee("record_page_fee"),
        access_page_fee=fee("record_access_page_fee"),
    )
