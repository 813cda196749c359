"""What the sandbox says of one claim or one person: decided by the question alone. Pure.

The cents of a charge choose an answer, as test card numbers do; any other charge is pending while the services are
young and decided later. The last letter of a member id chooses what is said of coverage.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal

#: Cents of the charge -> (category, status).
BY_CENTS = {
    1: ("F1", "65"), 2: ("F2", "88"), 3: ("A4", "35"), 4: ("R4", "294"), 5: ("F2", "116"), 6: ("E2", "0"),
    7: ("P4", "123"), 8: ("P1", "20"), 9: ("A3", "21"),
}  # fmt: skip
_YOUNG = (("P1", "20"), ("P2", "39"), ("A2", "20"))
_OLD = (("F1", "65"), ("F1", "65"), ("F2", "88"), ("P1", "20"), ("A4", "35"), ("R4", "294"), ("F4", "104"))
YOUNG_DAYS = 60
_PAID_SHARE = Decimal("0.62")


@dataclass(frozen=True, slots=True)
class ClaimReply:
    """One status: category, status, what was paid and by which check; the payer's number of the claim."""

    category: str
    status: str
    paid: Decimal
    check: str
    icn: str


@dataclass(frozen=True, slots=True)
class PersonReply:
    """What is said of a person: EB01 (empty: not found), another payer (name, id, member id) or nobody."""

    information: str
    plan: str
    deductible: Decimal
    other: tuple[str, str, str] | None


def reply_about_claim(number: str, charge: Decimal, *, service_from: dt.date, asked_on: dt.date) -> ClaimReply:
    """The same question of the same day has the same answer."""
    seed = _seed(number)
    cents = int(charge * 100) % 100
    if cents in BY_CENTS:
        category, status = BY_CENTS[cents]
    else:
        among = _YOUNG if (asked_on - service_from).days < YOUNG_DAYS else _OLD
        category, status = among[seed % len(among)]
    is_paid = category == "F1"
    paid = (charge * _PAID_SHARE).quantize(Decimal("0.01")) if is_paid else Decimal(0)
    known = category[0] not in "AE"
    return ClaimReply(
        category, status, paid, f"{seed % 900000 + 100000}" if is_paid else "", f"SBX{seed % 10**9:09d}" * known
    )


def reply_about_person(last: str, first: str, member_id: str, payer_id: str) -> PersonReply:
    """By the last letter of the member id (X inactive, O another payer, N not found); without one, a person in four is
    found."""
    seed = _seed(f"{last}|{first}|{member_id}|{payer_id}")
    ending = member_id[-1:] if member_id else ("" if seed % 4 == 0 else "N")
    deductible = Decimal(seed % 1500)
    if ending == "N":
        return PersonReply("", "", deductible, None)
    if ending == "O":
        return PersonReply("6", "", deductible, ("NORTH MUTUAL", "NOR02", f"NM{seed % 10**6:06d}"))
    return PersonReply("6" if ending == "X" else "1", "CHOICE PPO", deductible, None)


def found_member_id(last: str, first: str) -> str:
    """The member id that the sandbox knows for somebody who was asked about without one."""
    return f"SB{_seed(f'{last}|{first}') % 10**7:07d}"


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")
