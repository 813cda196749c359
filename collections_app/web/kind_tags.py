"""How kinds of work and lanes are colored and named on pages. A color never stands without its word."""

from collections_app.worklist.lanes import MUST_DO_WORDS, OVERPAYMENT

_TONES = {
    "denied": "red",
    "rejected": "red",
    "underpaid": "amber",
    "no_response": "blue",
    "patient_balance": "grey",
    "credit_balance": "amber",
    "remit_exception": "amber",
}
_MUST_DO = MUST_DO_WORDS | {"credit_balance": OVERPAYMENT}


def kind_tone(kind: str) -> str:
    """The tag's color of a kind of work."""
    return _TONES.get(kind, "plain")


def must_do_words(counts: dict[str, int]) -> str:
    """`1 dispute, 2 assistance reviews`."""
    words = []
    for name, count in sorted(counts.items(), key=lambda one: -one[1]):
        label = _MUST_DO.get(name, name.replace("_", " "))
        words.append(f"{count} {label}{'s' if count != 1 and not label.endswith('clock') else ''}")
    return ", ".join(words)
