"""States and ZIP codes of the United States, and whether they agree. Pure."""

import re
from functools import lru_cache

import zipcodes

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands", "FM": "Micronesia", "MH": "Marshall Islands", "PW": "Palau",
    "AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific",
}  # fmt: skip
_ZIP = re.compile(r"(\d{5})(?:-?(\d{4}))?")
_NOWHERE = ("00000", "99999")


def state_of(text: str) -> str:
    """The state, territory or military code that was meant; "" where there is no such."""
    code = text.strip().upper()
    return code if code in STATES else ""


def zip_of(text: str) -> str:
    """`11201` or `11201-1234`, however it was written; "" where it is no ZIP code."""
    found = _ZIP.fullmatch(text.strip().replace(" ", ""))
    if found is None or found[1] in _NOWHERE:
        return ""
    # Four zeros or nines in the place of the last four say that nobody knew them.
    return f"{found[1]}-{found[2]}" if found[2] and found[2] not in ("0000", "9999") else found[1]


@lru_cache(maxsize=50_000)
def states_of_zip(zip_code: str) -> frozenset[str]:
    """The states that a ZIP code belongs to; none where the table doesn't know it."""
    if not zip_of(zip_code):
        return frozenset()
    return frozenset(place["state"] for place in zipcodes.matching(zip_code[:5]))


def disagreement(*, state: str, zip_code: str) -> str:
    """The sentence that warns where a ZIP code lies in another state; "" where they agree or nothing is known."""
    states = states_of_zip(zip_code)
    if not state or not states or state in states:
        return ""
    named = " or ".join(STATES.get(one, one) for one in sorted(states))
    return f"ZIP {zip_code[:5]} lies in {named}, not in {STATES.get(state, state)}. Look which of the two is right."
