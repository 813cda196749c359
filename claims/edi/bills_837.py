"""The bills of one batch of an 837: what each does to the books is decided, then all of it is carried out together.

`claims.billing.bills.decide` decides; the number of queries does not depend on the number of bills. A number that
stands for another claim is a conflict, which changes nothing and waits for a person (`conflicts`).
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from arwork.lib.events import announce
from claims.billing import selectors as billing_facts
from claims.billing import services as billing
from claims.billing.acknowledging import reattach
from claims.billing.bills import REPLACEMENT, Decision, Known, Verb, decide
from claims.billing.interim import INTERIM, is_apart, number_apart
from claims.billing.services import Cover, Opened
from claims.edi.billed import Billed, coverage_of
from claims.edi.charges import charge, recharge, reverse_charges
from claims.edi.transactions import Intake, Tally
from claims.ledger.balances import redate
from claims.parties import services as parties
from claims.parties.drafts import Parties, PartiesDraft
from claims.payers.identify import PayerName, find_or_open

Item = tuple[Billed, Parties, Cover]


class Choice(StrEnum):
    """What a person says of a bill whose number stands for another claim."""

    SEPARATE = "separate"  # a claim of its own, under the number and its first day
    REPLACE = "replace"  # the claim of that number, corrected, though it was not sent as a replacement


def standing_of(bills: Sequence[Billed]) -> list[tuple[Billed, Known | None]]:
    """Each bill with what the books hold under its number."""
    known = billing_facts.standing_of([one.bill for one in bills]) if bills else []
    return list(zip(bills, known, strict=True))


class Batch:
    """The bills of one batch, decided and carried out; `choice` is what a person says of those in conflict."""

    def __init__(
        self,
        intake: Intake,
        bills: Sequence[Billed],
        tally: Tally,
        segments: dict[str, int],
        choice: Choice | None = None,
    ) -> None:
        self._intake, self._bills, self._tally, self._segments = intake, bills, tally, segments
        self._choice = choice

    def run(self) -> list[Billed]:
        """Carry out the batch; bills on a claim that an earlier one acts on are given back to go next."""
        by_verb: dict[Verb, list[tuple[Billed, int]]] = {verb: [] for verb in Verb}
        acted_on: set[int] = set()
        later: list[Billed] = []
        for one, known in self._standing():
            if known and known.claim_id in acted_on:
                later.append(one)
                continue
            if known:
                acted_on.add(known.claim_id)
            decision = self._decided(one, known)
            by_verb[decision.verb].append((one, known.claim_id if known else 0))
            self._note(one, decision.verb, decision.differs)
        kept = [one for verb, group in by_verb.items() if verb != Verb.CONFLICT for one, _ in group]
        items = {one.bill.source: item for one, item in zip(kept, self._items(kept), strict=True)}
        self._open(items, by_verb)
        self._act_on_known(items, by_verb)
        return later

    def _decided(self, one: Billed, known: Known | None) -> Decision:
        is_correction = self._choice == Choice.REPLACE
        asked = replace(one.bill, frequency=REPLACEMENT) if is_correction else one.bill
        return decide(asked, known, patient_key=parties.key_of_person(one.bill.practice_id, one.patient))

    def _standing(self) -> list[tuple[Billed, Known | None]]:
        """Each bill with what the books know of it; parts of a stay, and what a person set apart, under own numbers."""
        found = standing_of(self._bills)
        apart, opens = {}, {}
        for place, (one, known) in enumerate(found):
            if known is None or not (number := number_apart(one.bill.number, one.bill.service_from)):
                continue
            is_part = is_apart(one.bill, known, patient_key=parties.key_of_person(one.bill.practice_id, one.patient))
            if is_part or self._decided(one, known).verb == Verb.CONFLICT:
                apart[place] = replace(one, bill=replace(one.bill, number=number))
                opens[place] = self._choice == Choice.SEPARATE or (is_part and one.bill.frequency in INTERIM)
        for place, (one, sibling) in zip(apart, standing_of(list(apart.values())), strict=True):
            if sibling or opens[place]:
                found[place] = one, sibling
        return found

    def _note(self, one: Billed, verb: Verb, differs: tuple[str, ...]) -> None:
        segment = self._segments[one.bill.source]
        if verb == Verb.CONFLICT:
            self._tally.count("conflict")
            message = (
                f"The claim number is taken by a claim with another {' and another '.join(differs)}. Nothing was "
                "changed. Compare the two and decide: a claim of its own, a correction, or left out. To the payer, "
                "bill it under its own number, or as a replacement (frequency 7)."
            )
            self._tally.add(f"segment {segment}, CLM01", "number_taken", message)
            return
        self._tally.count("taken")
        self._tally.count(verb.value)
        self._tally.note(one.notes)
        if verb == Verb.OPEN_VOID:
            message = "The voided claim is not in the books; it was recorded as void, and nothing was charged."
            self._tally.add(f"segment {segment}, CLM05", "void_of_unknown", message)

    def _items(self, bills: Sequence[Billed]) -> list[Item]:
        """Open or find payers, people and coverages of the bills that go on."""
        names = {id(cover): _payer_name(cover) for one in bills for cover in one.covers}
        payers = find_or_open(names.values())
        drafts, covers = [], []
        for one in bills:
            placed = [(cover, payers[names[id(cover)]]) for cover in one.covers]
            named = [(cover, payer_id) for cover, payer_id in placed if payer_id]
            covers.append({cover.rank: payer_id for cover, payer_id in named})
            drafts.append(
                PartiesDraft(
                    practice_id=one.bill.practice_id,
                    patient=one.patient,
                    guarantor=one.guarantor,
                    coverages=tuple(coverage_of(cover, payer_id) for cover, payer_id in named),
                    medical_record=one.bill.medical_record,
                )
            )
        found = parties.open_parties(drafts, today=self._intake.today)
        return [
            (one, people, Cover(people.coverages, payer_ids, payer_ids.get(one.destination)))
            for one, people, payer_ids in zip(bills, found, covers, strict=True)
        ]

    def _open(self, items: dict[str, Item], by_verb: dict[Verb, list[tuple[Billed, int]]]) -> None:
        today = self._intake.today
        sent = []
        for verb in (Verb.OPEN, Verb.OPEN_VOID):
            group = [items[one.bill.source] for one, _ in by_verb[verb]]
            rows = [(one.bill, people, cover) for one, people, cover in group]
            opened = billing.open_claims(rows, today=today, void=verb == Verb.OPEN_VOID)
            sent += [(claim.claim_id, bill, cover) for claim, (bill, _, cover) in zip(opened, rows, strict=True)]
            if verb == Verb.OPEN:
                self._charge([(bill, claim) for (bill, _, _), claim in zip(rows, opened, strict=True)])
        billing.record_submissions(sent)

    def _charge(self, opened: Sequence[tuple[Any, Opened]]) -> None:
        charge(opened, today=self._intake.today, now=self._intake.now, actor=self._intake.actor)

    def _act_on_known(self, items: dict[str, Item], by_verb: dict[Verb, list[tuple[Billed, int]]]) -> None:
        known = [pair for verb, group in by_verb.items() if verb not in _OPENING for pair in group]
        if not known:
            return
        intake = self._intake
        sent = [(claim_id, one.bill, items[one.bill.source][2]) for one, claim_id in known]
        billing.record_submissions(sent)
        changed = billing.note_sendings(sent)
        reattach(claim_id for claim_id, _, _ in sent)
        announce("sending", claims={claim_id for claim_id, _, _ in sent})
        replaced = billing.restate({claim_id: one.bill for one, claim_id in by_verb[Verb.REPLACE]})
        redate({*changed, *(claim.claim_id for _, claim in replaced)})
        recharge(replaced, today=intake.today, now=intake.now, actor=intake.actor)
        voided = [claim_id for _, claim_id in by_verb[Verb.VOID]]
        billing.void(voided)
        reverse_charges(voided, today=intake.today, now=intake.now, actor=intake.actor, memo="claim voided")


_OPENING = (Verb.OPEN, Verb.OPEN_VOID, Verb.CONFLICT)


def _payer_name(cover: Any) -> PayerName:
    payer = cover.payer
    return PayerName(name=payer.name, identifiers=((payer.id_qualifier, payer.id),), filing=cover.subscriber.filing)
