"""Where each box of a CMS-1500 (02/12) stands on the page, in the grid that it is printed by. Pure.

Ten characters to the inch, six lines to the inch: `line` and `column` from 1, as printers of the form count them. The
frames are those of the plain form that is drawn for proof; nothing of the printed form's art is in them.
"""

from typing import NamedTuple


class BoxPlace(NamedTuple):
    """Where the text of a box begins, and how many characters it holds; `is_right`: it ends at the last of them."""

    line: int
    column: int
    length: int
    is_right: bool = False


class Frame(NamedTuple):
    """A frame of the plain form: the line of its data, its first column, its width and height, its label."""

    line: int
    column: int
    width: int
    label: str
    height: int = 2


_KINDS = ("medicare", "medicaid", "tricare", "champva", "group", "feca", "other")
PLACES: dict[str, BoxPlace] = {
    "carrier_1": BoxPlace(2, 42, 36),
    "carrier_2": BoxPlace(3, 42, 36),
    "carrier_3": BoxPlace(4, 42, 36),
    **{f"1_{kind}": BoxPlace(8, column, 1) for kind, column in zip(_KINDS, (1, 8, 15, 24, 31, 39, 45), strict=True)},
    "1a": BoxPlace(8, 50, 28),
    "2": BoxPlace(10, 1, 28),
    "3_birth": BoxPlace(10, 31, 10),
    "3_m": BoxPlace(10, 42, 1),
    "3_f": BoxPlace(10, 47, 1),
    "4": BoxPlace(10, 50, 28),
    "5_street": BoxPlace(12, 1, 28),
    **{f"6_{name}": BoxPlace(12, at, 1) for name, at in (("self", 33), ("spouse", 38), ("child", 42), ("other", 47))},
    "7_street": BoxPlace(12, 50, 28),
    "5_city": BoxPlace(14, 1, 24),
    "5_state": BoxPlace(14, 26, 3),
    "7_city": BoxPlace(14, 50, 23),
    "7_state": BoxPlace(14, 74, 3),
    "5_zip": BoxPlace(16, 1, 12),
    "5_phone": BoxPlace(16, 15, 13),
    "7_zip": BoxPlace(16, 50, 12),
    "7_phone": BoxPlace(16, 65, 13),
    "9": BoxPlace(18, 1, 28),
    "11": BoxPlace(18, 50, 28),
    "9a": BoxPlace(20, 1, 28),
    "10a_yes": BoxPlace(20, 35, 1),
    "10a_no": BoxPlace(20, 41, 1),
    "11a_birth": BoxPlace(20, 53, 10),
    "11a_m": BoxPlace(20, 68, 1),
    "11a_f": BoxPlace(20, 75, 1),
    "10b_yes": BoxPlace(22, 35, 1),
    "10b_no": BoxPlace(22, 41, 1),
    "10b_state": BoxPlace(22, 45, 2),
    "11b_qualifier": BoxPlace(22, 50, 2),
    "11b": BoxPlace(22, 53, 25),
    "10c_yes": BoxPlace(24, 35, 1),
    "10c_no": BoxPlace(24, 41, 1),
    "11c": BoxPlace(24, 50, 28),
    "9d": BoxPlace(26, 1, 28),
    "10d": BoxPlace(26, 31, 18),
    "11d_yes": BoxPlace(26, 52, 1),
    "11d_no": BoxPlace(26, 57, 1),
    "12": BoxPlace(29, 7, 28),
    "13": BoxPlace(29, 56, 22),
    "14": BoxPlace(32, 2, 8),
    "14_qualifier": BoxPlace(32, 16, 3),
    "15_qualifier": BoxPlace(32, 31, 3),
    "15": BoxPlace(32, 37, 8),
    "16_from": BoxPlace(32, 54, 8),
    "16_to": BoxPlace(32, 68, 8),
    "17_qualifier": BoxPlace(34, 1, 2),
    "17": BoxPlace(34, 4, 24),
    "17b": BoxPlace(34, 33, 17),
    "18_from": BoxPlace(34, 54, 8),
    "18_to": BoxPlace(34, 68, 8),
    "19": BoxPlace(36, 1, 48),
    "20_yes": BoxPlace(36, 52, 1),
    "20_no": BoxPlace(36, 57, 1),
    "20_dollars": BoxPlace(36, 62, 8, is_right=True),
    "20_cents": BoxPlace(36, 71, 2),
    "21_indicator": BoxPlace(37, 42, 1),
    **{f"21_{letter}": BoxPlace(38 + n // 4, 3 + n % 4 * 13, 8) for n, letter in enumerate("ABCDEFGHIJKL")},
    "22_code": BoxPlace(38, 50, 11),
    "22_reference": BoxPlace(38, 62, 17),
    "23": BoxPlace(40, 50, 29),
    "25": BoxPlace(56, 1, 15),
    "25_ssn": BoxPlace(56, 17, 1),
    "25_ein": BoxPlace(56, 19, 1),
    "26": BoxPlace(56, 23, 14),
    "27_yes": BoxPlace(56, 38, 1),
    "27_no": BoxPlace(56, 43, 1),
    "28_dollars": BoxPlace(56, 51, 9, is_right=True),
    "28_cents": BoxPlace(56, 61, 2),
    "29_dollars": BoxPlace(56, 64, 6, is_right=True),
    "29_cents": BoxPlace(56, 71, 2),
    "31": BoxPlace(60, 1, 20),
    "31_date": BoxPlace(61, 13, 8),
    "32_1": BoxPlace(58, 23, 26),
    "32_2": BoxPlace(59, 23, 26),
    "32_3": BoxPlace(60, 23, 26),
    "32a": BoxPlace(61, 24, 10),
    "33_phone": BoxPlace(57, 66, 13),
    "33_1": BoxPlace(58, 50, 29),
    "33_2": BoxPlace(59, 50, 29),
    "33_3": BoxPlace(60, 50, 29),
    "33a": BoxPlace(61, 51, 10),
    "33b": BoxPlace(61, 63, 16),
}
#: Boxes of a service line; its own line is 44 + 2 (row - 1), the shaded one above it.
_FIRST_LINE = 44
_OF_LINE: dict[str, tuple[int, int, bool]] = {
    "from": (1, 8, False), "to": (10, 8, False), "place": (19, 2, False), "emergency": (22, 2, False),
    "code": (25, 6, False), "modifier_1": (33, 2, False), "modifier_2": (36, 2, False), "modifier_3": (39, 2, False),
    "modifier_4": (42, 2, False), "pointers": (45, 4, False), "charge_dollars": (50, 6, True),
    "charge_cents": (57, 2, False), "units": (59, 3, True), "epsdt": (63, 2, False), "npi": (68, 11, False),
}  # fmt: skip


def place_of(name: str) -> BoxPlace:
    """Where a box stands, those of service lines too (`24.2_code`)."""
    if not name.startswith("24."):
        return PLACES[name]
    row, _, what = name.removeprefix("24.").partition("_")
    line = _FIRST_LINE + 2 * (int(row) - 1)
    if what == "shaded":
        return BoxPlace(line - 1, 1, 61)
    column, length, is_right = _OF_LINE[what]
    return BoxPlace(line, column, length, is_right=is_right)


FRAMES: tuple[Frame, ...] = (
    Frame(8, 1, 49, "1 Kind of insurance"),
    Frame(8, 50, 29, "1a Insured's id"),
    Frame(10, 1, 29, "2 Patient's name"),
    Frame(10, 30, 20, "3 Birth date, sex"),
    Frame(10, 50, 29, "4 Insured's name"),
    Frame(12, 1, 29, "5 Patient's address"),
    Frame(12, 30, 20, "6 Patient is the insured's"),
    Frame(12, 50, 29, "7 Insured's address"),
    Frame(14, 1, 24, "City"),
    Frame(14, 25, 5, "State"),
    Frame(16, 30, 20, "8 Reserved", 4),
    Frame(14, 50, 23, "City"),
    Frame(14, 73, 6, "State"),
    Frame(16, 1, 14, "ZIP"),
    Frame(16, 15, 15, "Phone"),
    Frame(16, 50, 14, "ZIP"),
    Frame(16, 64, 15, "Phone"),
    Frame(18, 1, 29, "9 Other insured's name"),
    Frame(18, 30, 20, "10 Related to"),
    Frame(18, 50, 29, "11 Insured's group or FECA number"),
    Frame(20, 1, 29, "9a Other insured's policy or group"),
    Frame(20, 30, 20, "10a Employment"),
    Frame(20, 50, 29, "11a Insured's birth date, sex"),
    Frame(22, 1, 29, "9b Reserved"),
    Frame(22, 30, 20, "10b Auto, state"),
    Frame(22, 50, 29, "11b Other claim id"),
    Frame(24, 1, 29, "9c Reserved"),
    Frame(24, 30, 20, "10c Other accident"),
    Frame(24, 50, 29, "11c Insurance plan"),
    Frame(26, 1, 29, "9d Other insurance plan"),
    Frame(26, 30, 20, "10d Claim codes"),
    Frame(26, 50, 29, "11d Another plan"),
    Frame(29, 1, 49, "12 Patient's signature: release of records", 3),
    Frame(29, 50, 29, "13 Insured's signature: payment to the provider", 3),
    Frame(32, 1, 29, "14 Illness, injury or pregnancy, qualifier", 3),
    Frame(32, 30, 20, "15 Other date: qualifier, day", 3),
    Frame(32, 50, 29, "16 Unable to work: from, to", 3),
    Frame(34, 1, 29, "17 Referring provider"),
    Frame(34, 30, 20, "17b NPI"),
    Frame(34, 50, 29, "18 In hospital: from, to"),
    Frame(36, 1, 49, "19 Additional information"),
    Frame(36, 50, 29, "20 Outside laboratory, charges"),
    Frame(40, 1, 49, "21 Diagnoses A to L; ICD indicator", 4),
    Frame(38, 50, 29, "22 Resubmission code, original reference"),
    Frame(40, 50, 29, "23 Prior authorization"),
    Frame(42, 1, 18, "24A From, to"),
    Frame(42, 19, 3, "B"),
    Frame(42, 22, 3, "C"),
    Frame(42, 25, 20, "D Code, modifiers"),
    Frame(42, 45, 5, "E"),
    Frame(42, 50, 9, "F Charges"),
    Frame(42, 59, 4, "G"),
    Frame(42, 63, 5, "H I"),
    Frame(42, 68, 11, "J Rendering NPI"),
    *(Frame(_FIRST_LINE + 2 * row, 1, 78, str(row + 1)) for row in range(6)),
    Frame(56, 1, 21, "25 Tax id"),
    Frame(56, 22, 15, "26 Account number"),
    Frame(56, 37, 13, "27 Assignment"),
    Frame(56, 50, 13, "28 Total charge"),
    Frame(56, 63, 10, "29 Paid"),
    Frame(56, 73, 6, "30"),
    Frame(61, 1, 21, "31 Signature of the provider, date", 5),
    Frame(61, 22, 28, "32 Where the service was; a NPI", 5),
    Frame(61, 50, 29, "33 Billing provider; a NPI, b other id", 5),
)

_WORDS = {
    "1_medicare": "Medicare", "1_medicaid": "Medicaid", "1_tricare": "TRICARE", "1_champva": "CHAMPVA",
    "1_group": "Group", "1_feca": "FECA", "1_other": "Other", "6_self": "self", "6_spouse": "sp.", "6_child": "child",
    "6_other": "o.", "25_ssn": "S", "25_ein": "EIN",
}  # fmt: skip
_ENDS = {"_yes": "yes", "_no": "no", "_m": "M", "_f": "F"}


def marks() -> list[tuple[int, int, str]]:
    """What stands beside the boxes to tick and before the diagnoses of the plain form: line, column, word."""
    found = []
    for name, place in PLACES.items():
        word = _WORDS.get(name) or next((text for end, text in _ENDS.items() if name.endswith(end)), "")
        if word and place.length == 1:
            found.append((place.line, place.column + 1, word))
        elif name.startswith("21_") and len(name) == 4:
            found.append((place.line, place.column - 1, name[-1]))
    return found
