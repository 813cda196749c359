"""The codes of remittances and status reports in plain words of our own. Pure.

A collector should read "authorization missing", not 197. The official descriptions are X12's; ours are shorter
and say what to make of it. An unknown code is shown by its number, never dropped and never an error.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from arwork.lib.dated_rules import read_seed

SEEDS = Path(__file__).parent / "seeds"
#: Patient responsibility (CAS group PR) that every patient knows by its name.
COST_SHARING = {"1": "deductible", "2": "coinsurance", "3": "copay"}


def carc_words(code: str) -> str:
    """A claim adjustment reason: `197` -> "authorization missing"; an unknown one -> "reason N"."""
    return _look_up(_table("carc.yaml"), code, "reason")


def rarc_words(code: str) -> str:
    """A remark: `N706` -> "documentation missing"; an unknown one -> "remark N"."""
    return _look_up(_table("rarc.yaml"), code, "remark")


def is_alert(rarc: str) -> bool:
    """True for remarks that only inform: they deny nothing and ask for nothing."""
    return rarc_words(rarc).startswith("alert - ")


def is_known_carc(code: str) -> bool:
    """Whether X12 has, or had, such an adjustment reason."""
    return code in _known("carc")


def is_known_rarc(code: str) -> bool:
    """Whether there is, or was, such a remark."""
    return code in _known("rarc")


def adjustment_words(group: str, carc: str, rarcs: Sequence[str] = ()) -> str:
    """One adjustment in a line: "authorization missing (CO-197)", with its remarks behind it."""
    head = f"{carc_words(carc)} ({group}-{carc})"
    return "; ".join([head, *(f"{rarc_words(rarc)} ({rarc})" for rarc in rarcs)])


def share_kind(group: str, carc: str) -> str:
    """What kind of patient responsibility an adjustment is: deductible, coinsurance, copay, else non_covered; "" where
    it is none. The other codes of cost sharing, such as 66, are rare enough to keep their own words."""
    return COST_SHARING.get(carc, "non_covered") if group == "PR" else ""


def claim_status_words(code: str) -> str:
    """How the payer processed the claim (CLP02)."""
    return _look_up(_table("status.yaml", "claim_status"), code, "status")


def status_category_words(code: str) -> str:
    """A claim status category (STC01-1)."""
    return _look_up(_table("status.yaml", "categories"), code, "status category")


def status_words(code: str) -> str:
    """A claim status (STC01-2)."""
    return _look_up(_table("status.yaml", "statuses"), code, "status")


def stc_words(category: str, status: str = "") -> str:
    """A status line in words: "rejected, information not valid: NPI (A7-562)"; what both codes say is said once."""
    general = status_category_words(category)
    if not status:
        return f"{general} ({category})"
    specific = status_words(status)
    said = general if specific == general else f"{general}: {specific}"
    return f"{said} ({category}-{status})"


def place_of_service_words(code: str) -> str:
    """Where the service was given (CMS place of service)."""
    return _look_up(_table("small_lists.yaml", "place_of_service"), code, "place")


def is_known_place(code: str) -> bool:
    """Whether a place of service stands in the list of CMS, with its two digits."""
    return code in _table("small_lists.yaml", "place_of_service")


def places_of_service() -> Mapping[str, str]:
    """Every place of service with its words."""
    return _table("small_lists.yaml", "place_of_service")


def frequency_words(code: str) -> str:
    """What a submission is: original, replacement, void (CLM05-3)."""
    return _look_up(_table("small_lists.yaml", "frequency"), code, "frequency")


def payment_method_words(code: str) -> str:
    """How the money of a remittance comes (BPR04); an unknown one is shown by its code."""
    return _table("small_lists.yaml", "payment_methods").get(code, code)


@cache
def _table(file: str, section: str = "") -> Mapping[str, str]:
    content = read_seed(SEEDS / file)
    return {str(code): words for code, words in (content[section] if section else content).items()}


@cache
def _known(kind: str) -> frozenset[str]:
    found = set[str]()
    for part in read_seed(SEEDS / "code_lists.yaml")[kind].split(", "):
        first, _, last = part.partition("-")
        letters = first.rstrip("0123456789")
        digits = first.removeprefix(letters)
        found.update(f"{letters}{number:0{len(digits)}}" for number in range(int(digits), int(last or digits) + 1))
    return frozenset(found)


def _look_up(table: Mapping[str, str], code: str, noun: str) -> str:
    code = code.strip().upper()
    return table.get(code) or table.get(code.lstrip("0")) or f"{noun} {code or 'missing'}"
