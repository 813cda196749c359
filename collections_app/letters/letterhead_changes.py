"""Changing how a practice heads its letters. Letters that were made keep the head that they were made with."""

import datetime as dt
import struct
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import DomainError
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.practices.selectors import practice_of
from collections_app.letters.models import Letterhead
from collections_app.letters.rendering import can_be_drawn, logo_svg

if TYPE_CHECKING:
    from arwork.staff.models import User

#: A logo of 3 inches at 300 dots has some 50 kB; more makes every letter heavy.
MOST_KB = 200
MOST_DOTS = 2_000
_PNG = b"\x89PNG\r\n\x1a\n"


class BadLogo(DomainError):
    """A picture that can't stand on a letter."""

    code = "bad_logo"


@dataclass(frozen=True, slots=True)
class HeadDraft:
    """A letterhead as it was entered; what is empty is as the practice says."""

    name: str = ""
    phone: str = ""
    hours: str = ""
    email: str = ""
    website: str = ""
    remit_name: str = ""
    remit_address: str = ""
    remit_city: str = ""
    remit_state: str = ""
    remit_zip: str = ""


def own_letterhead(practice_id: int, *, actor: "User") -> Letterhead:
    """The letterhead of a practice of the actor's; an empty one where none was entered. Raises `NotFound`."""
    practice = practice_of(practice_id, actor=actor)
    return Letterhead.objects.filter(practice=practice).first() or Letterhead(practice=practice)


def save_letterhead(
    practice_id: int, draft: HeadDraft, *, logo: bytes | None, drops_logo: bool, actor: "User", now: dt.datetime
) -> Letterhead:
    """Keep how a practice heads its letters from now on; `logo` None keeps the one there is. Raises `BadLogo`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_not_sensitive(**asdict(draft))
    size = _drawn_size(logo) if logo is not None else (0, 0)
    with transaction.atomic():
        head = own_letterhead(practice_id, actor=actor)
        before = {name: getattr(head, name) for name in asdict(draft)} if head.pk else None
        for name, value in asdict(draft).items():
            setattr(head, name, " ".join(value.split()))
        if logo is not None or drops_logo:
            head.logo, (head.logo_width, head.logo_height) = logo, size
        head.changed_by, head.changed_at = actor, now
        head.save()
        after = {**asdict(draft), "has_logo": head.logo is not None}
        audit.record(
            actor, "letterhead_changed", "practice", practice_id, practice_id=practice_id, before=before, after=after,
            now=now,
        )  # fmt: skip
    return head


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG in dots. Raises `BadLogo` for what is none, too large, or broken."""
    if len(content) > MOST_KB * 1024:
        raise BadLogo(f"The logo is larger than {MOST_KB} kB. Save it smaller: 600 dots wide are enough.", field="logo")
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        raise BadLogo("The logo is no PNG. Save it as one.", field="logo")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= MOST_DOTS and 0 < height <= MOST_DOTS):
        raise BadLogo(f"The logo is wider or higher than {MOST_DOTS} dots.", field="logo")
    _ensure_whole(content)
    return width, height


def _drawn_size(logo: bytes) -> tuple[int, int]:
    width, height = png_size(logo)
    if not can_be_drawn(logo_svg(logo, width=width, height=height)):
        raise BadLogo("The logo is damaged. Save it again as a PNG.", field="logo")
    return width, height


def _ensure_whole(content: bytes) -> None:
    """Every part of a PNG is there and has its own check sum, to the last one."""
    at, kind = len(_PNG), b""
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, end = content[at + 4 : at + 8], at + 8 + length
        if zlib.crc32(content[at + 4 : end]).to_bytes(4, "big") != content[end : end + 4]:
            break
        at = end + 4
        if kind == b"IEND":
            return
    raise BadLogo("The logo is damaged. Save it again as a PNG.", field="logo")
