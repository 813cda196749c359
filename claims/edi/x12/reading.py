"""Read an X12 file as a stream of events, one claim at a time."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from .records import Event

Source = bytes | str | os.PathLike[str] | BinaryIO


def read(source: Source) -> Iterator[Event]:
    """The events of a file given as bytes, a path or an open binary file."""
    raise NotImplementedError
