"""X12 read purely: bytes in, frozen records out. No Django here, and nothing that touches a database.

`read(source)` streams events (see records.py); `read_all(source)` gathers them for small files.
"""

from .reading import read, read_all

__all__ = ["read", "read_all"]
