"""What a check says about a claim that is to be sent. Pure."""

from dataclasses import dataclass

STOP, WARN = "stop", "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or likely wrong.

    `level` is `stop` (the claim may not leave) or `warn` (a person confirms it with a reason). `code` names the check
    for figures and tests; `place` where it stands ("line 2, SV101"); `words` what is wrong and what to do; `field` the
    part of the form that mends it (`icn`, `lines.2.units`), "" where none does.
    """

    level: str
    code: str
    place: str
    words: str
    field: str = ""

    @property
    def is_stop(self) -> bool:
        return self.level == STOP


def stop(code: str, place: str, words: str, field: str = "") -> Finding:
    """A finding with which the claim may not leave."""
    return Finding(STOP, code, place, words, field)


def warn(code: str, place: str, words: str, field: str = "") -> Finding:
    """A finding that a person may confirm with a reason."""
    return Finding(WARN, code, place, words, field)
