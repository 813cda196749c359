"""Where a fee applies: anywhere, at one place of service, or at Medicare's facility or non-facility rate. Pure.

Which places are facilities: CMS Pub 100-04 ch. 12 s. 20.4.2; telehealth away from home (02) is paid so since 2017.
Every other place is paid at the non-facility rate. A claim that names no place has only fees that apply anywhere:
neither rate is guessed.
"""

import re

ANYWHERE = ""
AT_FACILITY, ELSEWHERE = "F", "N"
FACILITIES = frozenset(["02", "19", "21", "22", "23", "24", "26", "31", "34", "41", "42", "51", "52", "53", "56", "61"])
#: Every place that a fee may be bound to.
PLACES = (AT_FACILITY, ELSEWHERE, *(f"{code:02}" for code in range(100)))
_CODE = re.compile(r"[0-9]{1,2}")
_WORDS = {
    **dict.fromkeys(("", "any", "all", "*", "-", "n/a"), ANYWHERE),
    **dict.fromkeys(("f", "fac", "facility"), AT_FACILITY),
    **dict.fromkeys(("n", "nf", "non-fac", "non-facility", "non facility", "nonfacility"), ELSEWHERE),
}


def place_of_claim(form: str, facility_code: str) -> str:
    """The place of service of a claim. An institutional claim has none: CLM05-1 is a part of its type of bill there."""
    return facility_code if form != "I" and re.fullmatch(_CODE, facility_code) else ANYWHERE


def fee_places(place: str) -> tuple[str, ...]:
    """Places of fees that apply to a service at `place`, the closest first."""
    if not place:
        return (ANYWHERE,)
    return place, AT_FACILITY if place in FACILITIES else ELSEWHERE, ANYWHERE


def read_place(text: str) -> str | None:
    """A place as a payer writes it: "11", "2" (a spreadsheet drops the zero), "Non-Facility". None: it is none."""
    if re.fullmatch(_CODE, text):
        return text.zfill(2)
    return _WORDS.get(" ".join(text.lower().split()))


def place_name(place: str) -> str:
    """`11`, `facility`, `non-facility`, or nothing where a fee applies anywhere."""
    return {AT_FACILITY: "facility", ELSEWHERE: "non-facility"}.get(place, place)
