"""What kind of service a procedure code stands for, in one plain word. Pure.

The ranges are those by which HCPCS level I and II are divided into sections. What a single code means is licensed and
needs no telling here: people call a service a visit or a scan.
"""

import re

#: The last code of each range of level I, and what people call what lies up to it.
_NUMBERED = (
    (1999, "anesthesia"),
    (69999, "procedure"),
    (76499, "scan"),
    (76999, "ultrasound"),
    (77059, "imaging"),
    (77067, "mammogram"),
    (77086, "scan"),
    (77999, "radiation treatment"),
    (79999, "scan"),
    (89999, "lab test"),
    (90749, "vaccination"),
    (90899, "therapy session"),
    (97799, "treatment"),
    (99199, "service"),
    (99499, "visit"),
    (99999, "service"),
)
_LETTERED = {
    "A": "supplies", "B": "supplies", "D": "dental work", "E": "equipment", "G": "service", "J": "drug",
    "K": "equipment", "L": "brace or prosthesis", "P": "lab test", "Q": "drug", "V": "vision or hearing aid",
}  # fmt: skip
#: Ambulance trips stand among the supplies.
_AMBULANCE = range(21, 1000)
UNKNOWN = "service"


def service_word(code: str) -> str:
    """`scan` for 71046, `visit` for 99214, `service` for what no range says."""
    if re.fullmatch(r"\d{5}", code):
        return next(word for last, word in _NUMBERED if int(code) <= last)
    if re.fullmatch(r"[A-Z]\d{4}", code):
        if code[0] == "A" and int(code[1:]) in _AMBULANCE:
            return "ambulance trip"
        return _LETTERED.get(code[0], UNKNOWN)
    return UNKNOWN
