"""Which claims pass the gate: transaction by transaction, those at fault taken out until the rest passes.

A transaction is tried in an envelope with the ids that it will leave under. The validator notices what is missing one
segment late, at the claim behind, so whoever it points at is tried alone before anybody is blamed.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from collections_app.clearinghouses.claim_transactions import (
    ClaimKey,
    MadeTransaction,
    Submitter,
    claim_transaction,
)
from collections_app.clearinghouses.envelopes import EnvelopeParties, interchange
from collections_app.clearinghouses.gate import Complaint, check_file

#: So many suspects are tried alone; more share a level whose segments are wrong for all of them.
_ALONE = 40
_TRIAL = "0001"


@dataclass(frozen=True, slots=True)
class Way:
    """How claims go: between whom, and when by the sender's clock."""

    parties: EnvelopeParties
    submitter: Submitter
    reference: str
    made_at: dt.datetime

    def transaction(self, claims: Sequence[ClaimKey]) -> MadeTransaction:
        """Claims of one form as a transaction."""
        return claim_transaction(claims, submitter=self.submitter, reference=self.reference, made_at=self.made_at)

    def complaints(self, made: MadeTransaction, progress: Callable[[int], None] | None = None) -> list[Complaint]:
        """What the gate says of a transaction by itself."""
        text = interchange(
            [made.numbered(_TRIAL)], parties=self.parties, isa_control=1, gs_controls=[1], made_at=self.made_at
        )
        return check_file(text, progress=progress)


@dataclass(slots=True)
class Passed:
    """What came of one transaction: it, with the claims that passed (None: none did), complaints by the key of a claim
    at fault, and `about_us`: a complaint about the header or envelope, for which no claim is at fault."""

    made: MadeTransaction | None = None
    faults: dict[int, str] = field(default_factory=dict)
    about_us: str = ""


def passing(claims: Sequence[ClaimKey], way: Way, *, progress: Callable[[int], None] | None = None) -> Passed:
    """The transaction of those claims (one form) that pass, and what is wrong with the others."""
    told = Passed()
    left = list(claims)
    while left:
        made = way.transaction(left)
        found = way.complaints(made, progress if not told.faults else None)
        if not found:
            told.made = made
            return told
        about_us = next((one for one in found if _is_about_us(one, made)), None)
        if about_us is not None:
            told.about_us = f"{about_us.place}: {about_us.words}"
            return told
        blamed = dict(_blamed(found, made, left, way))
        told.faults |= blamed
        left = [one for one in left if one.key not in blamed]
    return told


def _is_about_us(one: Complaint, made: MadeTransaction) -> bool:
    """Whether a complaint is about the envelope or the header, which no claim says anything of. Segments that the
    validator misses at the end of the header stand at the first level; those are claims' own."""
    return one.position == 0 or one.position < made.owners[0][0]


def _blamed(
    found: Sequence[Complaint], made: MadeTransaction, left: Sequence[ClaimKey], way: Way
) -> Iterator[tuple[int, str]]:
    by_key = {one.key: one for one in left}
    pointed: dict[int, str] = {}
    suspects: list[int] = []
    for one in found:
        keys = made.keys_at(one.position)
        words = f"{one.place}: {one.words}"
        for key in keys:
            pointed.setdefault(key, words)
        suspects += [*made.keys_at(one.position - 1), *keys]
    tried = list(dict.fromkeys(suspects))
    proven = {}
    if len(tried) <= _ALONE:
        for key in tried:
            alone = way.complaints(way.transaction([by_key[key]]))
            if alone:
                proven[key] = f"{alone[0].place}: {alone[0].words}"
    yield from (proven or pointed).items()
