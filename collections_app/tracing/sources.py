"""Where leads come from, and which of these nobody has looked into yet. Pure."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeadOrigin:
    """One source: its words, and what to do there where it is a step of a search (empty: it is none)."""

    code: str
    label: str
    step: str = ""


#: In the order in which it is worth looking: what costs nothing first.
ORIGINS: dict[str, LeadOrigin] = {
    one.code: one
    for one in (
        LeadOrigin("books", "our own books", "Other accounts, earlier addresses, coverages and people of the account"),
        LeadOrigin("patient", "the person"),
        LeadOrigin("label", "label on returned mail", "Look at the yellow label of the mail that came back"),
        LeadOrigin("ncoa", "change of address (NCOA)", "Put the address into the next NCOA file"),
        LeadOrigin("relative", "a relative or reference", "Ask a relative or reference where they can be reached"),
        LeadOrigin("employer", "an employer"),
        LeadOrigin("directory", "directory assistance", "Ask directory assistance"),
        LeadOrigin("web", "a web search", "Search the web for the name and the last city"),
        LeadOrigin("vendor", "a skip tracing file", "Put the person into the next batch of the vendor"),
    )
}
#: What a person who enters a lead may say it comes from.
BY_HAND = ("patient", "label", "relative", "employer", "directory", "web")


@dataclass(frozen=True, slots=True)
class SearchStep:
    """One source of the checklist: whether somebody looked there, and whether it gave a lead."""

    origin: LeadOrigin
    is_done: bool
    gave_lead: bool


def checklist(speaking: Collection[str], looked_at: Collection[str]) -> list[SearchStep]:
    """The steps of a search in their order. `speaking` are sources that gave a lead, `looked_at` those that gave
    none."""
    return [
        SearchStep(one, one.code in speaking or one.code in looked_at, one.code in speaking)
        for one in ORIGINS.values()
        if one.step
    ]
