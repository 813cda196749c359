"""Raw segments of an X12 file, streamed: the only place that reads bytes.

This is a reader of our own instead of a library. oxedi 0.6.0, the best one measured, gives segments only from
a whole file in memory and only after walking it with its 835 tables (a spec without loops is refused): on a
20 MB file of a million segments 2.2 s and 130 MB before the first claim, and for 837, 277 and 999 its walk is
wasted. Splitting here takes half a second and one block of memory, and one way serves every kind of file.

What real files need is done here, so that nothing above knows of it: text and byte order marks before an
interchange, several interchanges with different delimiters in one file, an ISA of any length or wrapped over
lines, line ends after terminators or as terminators, files that start at GS or ST, files that stop anywhere.
"""

import io
import os
from collections.abc import Iterator
from typing import BinaryIO

from .delimiters import Delimiters, Header, find_isa, find_start, may_hold_header_start
from .problems import Log

Source = bytes | str | os.PathLike[str] | BinaryIO

BLOCK = 1 << 16
_BLANKS = " \t\r\n\x00\x1a\ufeff"
LONGEST = BLOCK * 64  # no segment is nearly as long; what does not end within it is none
PROLOGUE = BLOCK * 8  # how far the beginning is searched as one piece
_NOTHING_TO_REPORT = b"\xef\xbb\xbf \t\r\n\x00\x1a"


class SegmentReader:
    """Gives segments as lists of text in which item 0 is the tag and item n is element n, without padding.

    They come in blocks of some thousands, because a million steps of a generator cost as much as all the
    splitting. `delimiters` are those of the block last given; `log` collects what was odd about the file itself.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._number = 0
        self.delimiters = Delimiters("*", ":", "~", "^")
        self.log = Log()

    def blocks(self) -> Iterator[list[list[str]]]:
        """Every segment of the file in order; no block holds segments of two interchanges."""
        if isinstance(self._source, bytes):
            yield from self._blocks(io.BytesIO(self._source))
        elif isinstance(self._source, str | os.PathLike):
            with open(self._source, "rb") as stream:
                yield from self._blocks(stream)
        else:
            yield from self._blocks(self._source)

    def _blocks(self, stream: BinaryIO) -> Iterator[list[list[str]]]:
        buffer, started, ended = b"", False, False
        while not ended:
            chunk = stream.read(BLOCK)
            ended = not chunk
            buffer += chunk
            if not started:
                if not ended and len(buffer) < PROLOGUE:
                    continue
                header = find_start(buffer)
                if header is None:
                    buffer = buffer[-BLOCK:]
                    continue
                started = True
                self._begin(header, skipped=buffer[: header.start])
                buffer = buffer[header.start :]
            following = find_isa(buffer, 3)
            while following:
                yield self._split(buffer[: following.start])
                self._begin(following, skipped=b"")
                buffer = buffer[following.start :]
                following = find_isa(buffer, 3)
            cut = len(buffer) if ended else self._last_whole(buffer)
            yield self._split(buffer[:cut])
            buffer = buffer[cut:]
            if len(buffer) > LONGEST:
                self.log.error(
                    self._number + 1, "ISA", None, "no_end", "No segment ends from here on; it was not read."
                )
                return
        if not started:
            self.log.error(0, "ISA", None, "not_x12", "No ISA, GS or ST segment was found in the file.")

    def _begin(self, header: Header, *, skipped: bytes) -> None:
        self.delimiters = header.delimiters
        at = self._number + 1
        if skipped.strip(_NOTHING_TO_REPORT):
            size = len(skipped)
            self.log.warn(at, "ISA", None, "text_before", f"{size} bytes before the first segment were skipped.")
        if not header.has_isa:
            message = "Expected an ISA segment first; the delimiters were guessed from GS or ST."
            self.log.warn(at, "ISA", None, "no_interchange", message)

    def _last_whole(self, buffer: bytes) -> int:
        end = may_hold_header_start(buffer)
        return buffer.rfind(self.delimiters.terminator.encode("ascii"), 0, end) + 1

    def _split(self, block: bytes) -> list[list[str]]:
        element, terminator = self.delimiters.element, self.delimiters.terminator
        for stray in (b"\r", b"\n"):
            if stray != terminator.encode("ascii"):
                block = block.replace(stray, b"")
        blanks = _BLANKS.replace(element, "").replace(terminator, "")
        texts = _text(block, terminator)
        segments = [text.split(element) for text in texts if text]
        if _is_padded(block, element, terminator):
            segments = [[part.strip(blanks) for part in segment] for segment in segments]
            segments = [segment for segment in segments if segment != [""]]
        self._number += len(segments)
        return segments


def _is_padded(block: bytes, element: str, terminator: str) -> bool:
    edges = (f" {element}", f"{element} ", f" {terminator}", f"{terminator} ", "\t", "\x00", "\x1a", "\ufeff")
    # The blank that pads the end of a file has no delimiter behind it.
    return block.endswith(b" ") or block.startswith(b" ") or any(edge.encode() in block for edge in edges)


def _text(block: bytes, terminator: str) -> list[str]:
    try:
        return block.decode("utf-8").split(terminator)
    except UnicodeDecodeError:
        return [_lenient(piece) for piece in block.split(terminator.encode("ascii"))]


def _lenient(piece: bytes) -> str:
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return piece.decode("cp1252", "replace")
