"""Where a denial began, whether it could have been prevented, and who can cure it (RULES 7.3). Pure.

A rule of the practice says it where it names it; else the remark does, the reason, the category. A denial that waits
for the patient is the patient's to cure, whatever it began with.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from arwork.lib.dated_rules import read_seed
from claims.denials.routing import SEEDS, UNCATEGORIZED, Route, Ruling, categories_by_carc

#: Where denials begin, in words.
ROOT_CAUSES = {
    "registration": "registration and eligibility",
    "authorization": "authorization",
    "coding": "coding",
    "documentation": "documentation",
    "billing": "billing and submission",
    "payer": "payer's error",
    "contract": "contract and enrollment",
    "clinical": "clinical",
    "other": "other",
}
PREVENTABLE = {"yes": "preventable", "no": "not preventable", "depends": "depends on the case"}
#: Who can cure a denial, in words.
CURES = {
    "biller": "biller",
    "coder": "coder",
    "front_desk": "front desk",
    "clinician": "clinician",
    "patient": "patient",
    "payer": "payer",
    "enrollment": "enrollment",
    "supervisor": "supervisor",
}


class DenialCause(NamedTuple):
    """The names of where it began, whether it was preventable, and who can cure it."""

    root_cause: str
    preventable: str
    cure: str

    @property
    def words(self) -> str:
        """For people: `coding; preventable; coder can cure it`."""
        where, whether = ROOT_CAUSES.get(self.root_cause, ""), PREVENTABLE.get(self.preventable, "")
        who = f"{CURES[self.cure]} can cure it" if self.cure in CURES else ""
        return "; ".join(part for part in (where, whether, who) if part)


def cause_of(way: Route, carc: str, rarcs: Sequence[str] = (), *, ruling: Ruling | None = None) -> DenialCause:
    """What is known of a denial whose route is `way`; every part is filled, for a reason that nobody knows as well."""
    found = _shipped(way.category, carc, rarcs)
    if way.way == "patient":
        found = found._replace(cure="patient")
    if ruling is None:
        return found
    said = {name: value for name in DenialCause._fields if (value := getattr(ruling, name))}
    return found._replace(**said)


def _shipped(category: str, carc: str, rarcs: Sequence[str]) -> DenialCause:
    table = _table()
    for entry in table["remarks"]:
        if set(entry["rarcs"]) & set(rarcs):
            return _of(entry)
    own = table["carcs"].get(carc)
    if own and categories_by_carc().get(carc) == category:  # a remark that says another category says another cause
        return _of(own)
    return _of(table["categories"].get(category, table["categories"][UNCATEGORIZED]))


def _of(entry: Mapping[str, Any]) -> DenialCause:
    return DenialCause(entry["root_cause"], entry["preventable"], entry["cure"])


@cache
def _table() -> dict[str, Any]:
    return dict(read_seed(SEEDS / "causes.yaml"))
