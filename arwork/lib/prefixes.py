"""Text that begins with something, found through an index on both engines.

PostgreSQL answers `LIKE 'x%'` from an index with pattern operators, whatever the collation; SQLite's LIKE folds case
and never uses one, but compares byte by byte, where everything that begins with x lies between x and x followed by
the last character there is.
"""

from django.db import connection
from django.db.models import Q

_LAST = chr(0x10FFFF)


def begins(column: str, text: str) -> Q:
    """Rows whose `column` begins with `text`, case counting. An empty text is refused: it would mean everything."""
    if not text:
        raise ValueError("a prefix needs at least one character")
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST})
