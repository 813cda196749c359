"""How kinds of work and lanes are coloured and named on pages. A colour never stands without its word."""

_TONES = {
    "denied": "red",
    "rejected": "red",
    "underpaid": "amber",
    "no_response": "blue",
    "patient_balance": "grey",
    "credit_balance": "amber",
    "remit_exception": "amber",
}
MUST_DO = {
    "dispute": "dispute",
    "assistance": "assistance review",
    "nsa": "No Surprises Act dispute",
    "credit_balance": "overpayment on the 60-day clock",
}
LANES = {1: "Deadlines & appointments", 2: "Must do", 3: "Scored", 4: "Small balances"}


def kind_tone(kind: str) -> str:
    """The tag's colour of a kind of work."""
    return _TONES.get(kind, "plain")


def must_do_words(counts: dict[str, int]) -> str:
    """`1 dispute, 2 assistance reviews`."""
    words = []
    for name, count in sorted(counts.items(), key=lambda one: -one[1]):
        label = MUST_DO.get(name, name.replace("_", " "))
        words.append(f"{count} {label}{'s' if count != 1 and not label.endswith('clock') else ''}")
    return ", ".join(words)
