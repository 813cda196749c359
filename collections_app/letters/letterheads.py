"""How the letters of a practice are headed, and to whom they go."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arwork.lib.errors import DomainError
from claims.parties.models import Person, PersonAddress
from claims.practices.models import Practice
from collections_app.letters.models import Letterhead
from collections_app.letters.rendering import logo_svg

if TYPE_CHECKING:
    from claims.parties.models import Account


class NoAddress(DomainError):
    """Nobody knows where the person can be written to."""

    code = "no_address"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top of a letter. `lines` is the address, `reach` how to reach the practice; `remit` where
    payments go."""

    name: str
    lines: tuple[str, ...]
    phone: str
    hours: str
    reach: tuple[str, ...]
    remit: tuple[str, ...]
    logo: str | None = None

    def shown(self) -> dict[str, Any]:
        """For a template."""
        footer = " · ".join(part for part in (self.name, self.phone) if part)
        return {"name": self.name, "lines": self.lines, "reach": self.reach, "logo": self.logo, "footer": footer}


def head_of(practice: Practice) -> Head:
    """The letterhead of a practice. One query."""
    own = Letterhead.objects.filter(practice=practice).first() or Letterhead(practice=practice)
    name = own.name or practice.name
    lines = _place(practice.address, practice.city, practice.state, practice.zip)
    remit = _place(own.remit_address, own.remit_city, own.remit_state, own.remit_zip)
    phone = shown_phone(own.phone or practice.phone)
    logo = logo_svg(bytes(own.logo), width=own.logo_width, height=own.logo_height) if own.logo else None
    return Head(
        name=name,
        lines=lines,
        phone=phone,
        hours=own.hours,
        reach=tuple(part for part in (phone, own.hours, own.email, own.website) if part),
        remit=(own.remit_name or name, *(remit or lines)),
        logo=logo,
    )


def addressee_of(account: "Account") -> str:
    """Who answers for the account, as an envelope names them: `Gus R. Guarino Jr.`"""
    return name_of(account.guarantor)


def name_of(person: Person) -> str:
    """A person as an envelope names them."""
    middle = f"{person.middle}." if len(person.middle) == 1 else person.middle
    return " ".join(part for part in (person.first, middle, person.last, person.suffix) if part)


def estate_words(name: str, language: str) -> str:
    """How the estate of somebody who died is written to."""
    return f"Patrimonio de {name}" if language == "es" else f"Estate of {name}"


def lines_of(address: PersonAddress) -> tuple[str, ...]:
    """An address line by line."""
    return tuple(part for part in (address.line1, address.line2) if part) + _place(
        "", address.city, address.state, address.zip
    )


def shown_phone(number: str) -> str:
    """`(212) 555-0143` for ten digits, never broken over two lines; anything else as it is."""
    digits = "".join(char for char in number if char.isdigit())
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return f"({digits[:3]})\N{NO-BREAK SPACE}{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else number


def _place(address: str, city: str, state: str, postal: str) -> tuple[str, ...]:
    last = f"{city}, {state} {postal}".strip(" ,") if city else f"{state} {postal}".strip()
    return tuple(part for part in (address, last) if part)
