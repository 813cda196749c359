"""What may be kept as a document: PDF, PNG, JPEG and TIFF, told by how they begin, never by a name. Pure."""

from enum import StrEnum

from arwork.lib.errors import DomainError

#: A scan of a hundred pages has a few megabytes.
MOST_MB = 25
MOST_BYTES = MOST_MB * 1024 * 1024
#: How much of a file tells what it is.
HEAD = 1024


class Media(StrEnum):
    """The kinds of files."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return {Media.PDF: "pdf", Media.PNG: "png", Media.JPEG: "jpg", Media.TIFF: "tif"}[self]

    @property
    def is_shown(self) -> bool:
        """Whether browsers show it; the others are taken as files."""
        return self is not Media.TIFF

    @property
    def is_image(self) -> bool:
        """Whether it stands in a page as a picture."""
        return self in (Media.PNG, Media.JPEG)


class NoDocument(DomainError):
    """Bytes that are no document."""

    code = "no_document"


_BEGINS = (
    (b"\x89PNG\r\n\x1a\n", Media.PNG),
    (b"\xff\xd8\xff", Media.JPEG),
    (b"II*\x00", Media.TIFF),
    (b"MM\x00*", Media.TIFF),
)


def media_of(head: bytes) -> Media | None:
    """What a file is that begins so. A PDF may have up to 1,024 bytes before its mark (ISO 32000-1, Annex H)."""
    found = next((media for begins, media in _BEGINS if head.startswith(begins)), None)
    return found or (Media.PDF if b"%PDF-" in head[:HEAD] else None)


def ensure_document(head: bytes, size: int) -> Media:
    """What the file is. Raises `NoDocument` where it is none that may be kept."""
    if not size:
        raise NoDocument("The file is empty. Choose the scan or the PDF itself.", field="file")
    if size > MOST_BYTES:
        raise NoDocument(
            f"The file is larger than {MOST_MB} MB. Scan it with fewer dots to the inch (200 are enough), or in parts.",
            field="file",
        )
    if (media := media_of(head)) is None:
        raise NoDocument("The file is no PDF, PNG, JPEG or TIFF. Save or scan it as one of these.", field="file")
    return media
