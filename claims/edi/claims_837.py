"""Take in one 837: claims with their lines, people, coverage, submissions and charges, in bounded batches.

`claims.billing.submitted_claims.decide_bill` says what each claim of a batch does to the books, then all of it is
carried out together: the number of queries does not depend on the number of claims. A number that stands for another
claim is a conflict, which changes nothing and waits for a person (`claim_number_conflicts`); one bad claim is a problem
of its own.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from claims.billing import selectors as billing_facts
from claims.billing import services as billing
from claims.billing.claim_numbers import remember_icns
from claims.billing.possible_duplicates import flag_repeated
from claims.billing.services import ChargeableClaim, ResolvedCoverage
from claims.billing.submitted_claims import (
    CORRECTIONS,
    INTERIM,
    REPLACEMENT,
    Bill,
    BillDecision,
    BillEffect,
    KnownClaim,
    decide_bill,
    is_apart,
    number_apart,
)
from claims.edi.claim_charges import post_charges
from claims.edi.counterparts import REPEATED, SEVERAL, with_counterparts, with_known_claims, with_patient_keys
from claims.edi.files import ImportRequest, TransactionTally, batch, figures_of, with_retries
from claims.edi.later_submissions import SentAgain, take_in
from claims.edi.models import EdiTransaction
from claims.edi.practice_lookup import (
    may_bring_files_for,
    practices_sharing,
    resolve_practice,
    unknown_provider,
    unknown_provider_sentence,
    which_practice_sentence,
)
from claims.edi.translate_837 import (
    TransactionContext,
    TranslatedClaim,
    coverage_draft,
    is_number_too_long,
    translate_claim,
)
from claims.edi.x12.records import Claim837, ClaimRead, Event, Provider, Submission837, TransactionEnd, TransactionStart
from claims.parties import services as parties
from claims.parties.party_drafts import Parties, PartiesDraft
from claims.payers.identify import PayerName, find_or_open

Item = tuple[TranslatedClaim, Parties, ResolvedCoverage]


class ConflictChoice(StrEnum):
    """What a person says of a bill whose number stands for another claim."""

    SEPARATE = "separate"  # a claim of its own, under the number and its first day
    REPLACE = "replace"  # the claim of that number, corrected, though it was not sent as a replacement


class BillBatch:
    """The bills of one batch, decided and carried out; `choice` is what a person says of those in conflict."""

    def __init__(
        self,
        intake: ImportRequest,
        bills: Sequence[TranslatedClaim],
        tally: TransactionTally,
        segments: dict[str, int],
        choice: ConflictChoice | None = None,
    ) -> None:
        self._intake, self._bills, self._tally, self._segments = intake, bills, tally, segments
        self._choice = choice

    def run(self) -> list[TranslatedClaim]:
        """Carry out the batch; bills on a claim that an earlier one acts on are given back to go next."""
        by_verb: dict[BillEffect, list[tuple[TranslatedClaim, int]]] = {verb: [] for verb in BillEffect}
        acted_on: set[int] = set()
        opened: dict[tuple[str, dt.date], bool] = {}
        later: list[TranslatedClaim] = []
        for one, known in self._standing():
            place, is_correction = (one.patient_key, one.bill.service_from), one.bill.frequency in CORRECTIONS
            is_met = place in opened and (is_correction or opened[place])  # it may be of what is opened just now
            if (known and known.claim_id in acted_on) or (known is None and is_met):
                later.append(one)
                continue
            if known:
                acted_on.add(known.claim_id)
            else:
                opened[place] = is_correction or opened.get(place, False)
            decision = self._decided(one, known)
            by_verb[decision.verb].append((one, known.claim_id if known else 0))
            self._note(one, decision.verb, decision.differs)
        kept = [one for verb, group in by_verb.items() if verb != BillEffect.CONFLICT for one, _ in group]
        items = {one.bill.source: item for one, item in zip(kept, self._items(kept), strict=True)}
        self._open(items, by_verb)
        self._act_on_known(items, by_verb)
        return later

    def _decided(self, one: TranslatedClaim, known: KnownClaim | None) -> BillDecision:
        is_correction = self._choice == ConflictChoice.REPLACE
        asked = replace(one.bill, frequency=REPLACEMENT) if is_correction else one.bill
        return decide_bill(asked, known, patient_key=one.patient_key)

    def _standing(self) -> list[tuple[TranslatedClaim, KnownClaim | None]]:
        """Each bill with what the books know of it; parts of a stay, and what a person set apart, under own numbers."""
        found, several = with_counterparts(with_known_claims(self._bills))
        for one in several:
            self._tally.add(f"segment {self._segments[one.bill.source]}, CLM01", "several_counterparts", SEVERAL)
        apart, opens = {}, {}
        for place, (one, known) in enumerate(found):
            if known is None or not (number := number_apart(one.bill.number, one.bill.service_from)):
                continue
            is_part = is_apart(one.bill, known, patient_key=one.patient_key)
            if is_part or self._decided(one, known).verb == BillEffect.CONFLICT:
                apart[place] = replace(one, bill=replace(one.bill, number=number))
                opens[place] = self._choice == ConflictChoice.SEPARATE or (is_part and one.bill.frequency in INTERIM)
        for place, (one, sibling) in zip(apart, with_known_claims(list(apart.values())), strict=True):
            if sibling or opens[place]:
                found[place] = one, sibling
        return found

    def _note(self, one: TranslatedClaim, verb: BillEffect, differs: tuple[str, ...]) -> None:
        segment = self._segments[one.bill.source]
        if verb == BillEffect.CONFLICT:
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
        if verb == BillEffect.OPEN_VOID:
            message = "The voided claim is not in the books; it was recorded as void, and nothing was charged."
            self._tally.add(f"segment {segment}, CLM05", "void_of_unknown", message)

    def _items(self, bills: Sequence[TranslatedClaim]) -> list[Item]:
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
                    coverages=tuple(coverage_draft(cover, payer_id) for cover, payer_id in named),
                    medical_record=one.bill.medical_record,
                    file_source=one.bill.source,
                    told_on=one.bill.submitted_on,
                )
            )
        found = parties.open_parties(drafts, today=self._intake.today)
        return [
            (one, people, ResolvedCoverage(people.coverages, payer_ids, payer_ids.get(one.destination)))
            for one, people, payer_ids in zip(bills, found, covers, strict=True)
        ]

    def _open(self, items: dict[str, Item], by_verb: dict[BillEffect, list[tuple[TranslatedClaim, int]]]) -> None:
        today = self._intake.today
        sent: list[tuple[int, Bill, ResolvedCoverage]] = []
        new: list[tuple[int, Bill, Parties]] = []
        for verb in (BillEffect.OPEN, BillEffect.OPEN_VOID):
            group = [items[one.bill.source] for one, _ in by_verb[verb]]
            rows = [(one.bill, people, cover) for one, people, cover in group]
            opened = billing.open_claims(rows, today=today, void=verb == BillEffect.OPEN_VOID)
            sent += [(claim.claim_id, bill, cover) for claim, (bill, _, cover) in zip(opened, rows, strict=True)]
            if verb == BillEffect.OPEN:
                self._charge([(bill, claim) for (bill, _, _), claim in zip(rows, opened, strict=True)])
                new = [(claim.claim_id, bill, people) for claim, (bill, people, _) in zip(opened, rows, strict=True)]
        billing.record_submissions(sent)
        remember_icns((pk, bill.original_icn) for pk, bill, _ in sent if bill.frequency in CORRECTIONS)
        self._flag(new)

    def _flag(self, opened: Sequence[tuple[int, Bill, Parties]]) -> None:
        """Say which of the claims just opened may be billed under another number already."""
        sources = {claim_id: bill.source for claim_id, bill, _ in opened}
        places = {claim_id: (people.patient_id, bill.service_from) for claim_id, bill, people in opened}
        for one in flag_repeated(places, today=self._intake.today):
            self._tally.count("possible_duplicate")
            where = f"segment {self._segments[sources[one.claim_id]]}, CLM01"
            self._tally.add(where, "possible_duplicate", REPEATED.format(number=one.other_number))

    def _charge(self, opened: Sequence[tuple[Any, ChargeableClaim]]) -> None:
        post_charges(opened, today=self._intake.today, now=self._intake.now, actor=self._intake.actor)

    def _act_on_known(
        self, items: dict[str, Item], by_verb: dict[BillEffect, list[tuple[TranslatedClaim, int]]]
    ) -> None:
        known = [
            SentAgain(claim_id, one.bill, items[one.bill.source][2], verb)
            for verb, group in by_verb.items()
            if verb not in _OPENING
            for one, claim_id in group
        ]
        take_in(known, today=self._intake.today, now=self._intake.now, actor=self._intake.actor)


_OPENING = (BillEffect.OPEN, BillEffect.OPEN_VOID, BillEffect.CONFLICT)


def _payer_name(cover: Any) -> PayerName:
    payer = cover.payer
    return PayerName(name=payer.name, identifiers=((payer.id_qualifier, payer.id),), filing=cover.subscriber.filing)


BATCH = 500


def take_837(intake: ImportRequest, row: EdiTransaction, events: Iterator[Event]) -> None:
    """Take in the claims of one transaction that are not in yet; `row` holds status and figures afterwards."""
    taking = ClaimIntake(intake, row)
    waiting: list[Claim837] = []
    numbers: set[str] = set()
    seen, end = 0, None
    for event in events:
        if isinstance(event, TransactionStart):
            taking.begin(event)
        elif isinstance(event, ClaimRead) and isinstance(event.claim, Claim837):
            seen += 1
            if seen <= row.done:
                continue
            # A number that comes again within a batch waits for the next one, which finds it in the books.
            if len(waiting) >= BATCH or event.claim.number in numbers:
                taking.take(waiting)
                waiting, numbers = [], set()
            waiting.append(event.claim)
            numbers.add(event.claim.number)
        elif isinstance(event, TransactionEnd):
            end = event
    taking.take(waiting)
    if end:
        taking.finish(end)


_HEADLESS = frozenset({"truncated", "missing_segment"})  # no SE, no BHT


class ClaimIntake:
    """One transaction on its way into the books; `begin` comes first."""

    def __init__(self, intake: ImportRequest, row: EdiTransaction) -> None:
        self._intake, self._row = intake, row
        self._tally = TransactionTally.resumed(row)
        self._practices: dict[tuple[str, str], int | None] = {}
        self._around: TransactionContext | None = None

    def take_one(self, claim: Claim837, choice: ConflictChoice) -> TransactionTally:
        """Take in a claim that was in conflict as a person decided, in the caller's transaction; what came of it."""
        return self._take([claim], choice)

    def bill_of(self, claim: Claim837) -> TranslatedClaim | None:
        """The bill that a claim is, or None where its practice is not among those that the sender brings files for."""
        practice_id = self._practice_of(claim, TransactionTally())
        if not practice_id or not self._around:
            return None
        return with_patient_keys([translate_claim(claim, practice_id=practice_id, around=self._around)])[0]

    def begin(self, start: TransactionStart) -> None:
        usage = start.header.usage if isinstance(start.header, Submission837) else ""
        source = f"{self._intake.file.sha256[:40]}/{self._row.position}"
        self._around = TransactionContext(start.envelope, usage, source, self._intake.today)

    def take(self, claims: Sequence[Claim837]) -> None:
        if claims:
            self._tally = with_retries(lambda: self._batch(claims))
            if self._intake.progress:
                self._intake.progress(self._intake.file.done_claims, self._intake.file.total_claims)

    def _batch(self, claims: Sequence[Claim837]) -> TransactionTally:
        tally = TransactionTally.resumed(self._row)
        self._practices = {}  # a batch that was rolled back may have opened some of these
        with batch(self._row, size=len(claims)):
            tally.add_all(self._take(claims))
            self._row.summary = {**self._row.summary, "progress": tally.saved()}
            self._row.problems = tally.problems
            self._row.practice_id = self._row.practice_id or min(tally.practices, default=None)
        return tally

    def _take(self, claims: Sequence[Claim837], choice: ConflictChoice | None = None) -> TransactionTally:
        tally = TransactionTally()
        sound = [(claim, practice_id) for claim in claims if (practice_id := self._practice_of(claim, tally))]
        if not sound:
            return tally
        assert self._around
        around = self._around
        bills = with_patient_keys(
            [translate_claim(claim, practice_id=practice_id, around=around) for claim, practice_id in sound]
        )
        done = billing_facts.recorded_sources([one.bill.source for one in bills])
        tally.count("taken", sum(one.bill.source in done for one in bills))
        fresh = [one for one in bills if one.bill.source not in done]
        for one in bills:
            tally.note(one.notes if one.bill.source in done else ())
        tally.practices |= {one.bill.practice_id for one in bills}
        segments = {one.bill.source: claim.first_segment for one, (claim, _) in zip(bills, sound, strict=True)}
        while fresh:
            fresh = BillBatch(self._intake, fresh, tally, segments, choice).run()
        return tally

    def _practice_of(self, claim: Claim837, tally: TransactionTally) -> int | None:
        """The claim's practice, or None with the problem noted why the claim cannot be taken in."""
        tally.note(claim.problems)
        where = f"segment {claim.first_segment}, CLM01"
        if any(problem.severity == "error" for problem in claim.problems):
            tally.count("refused")
            return None
        if is_number_too_long(claim):
            tally.count("refused")
            tally.add(where, "bad_number", "Expected a claim number of at most 38 characters.")
            return None
        practice_id = self._resolve(claim.billing)
        if practice_id is None:
            tally.count("unknown_provider")
            of = claim.billing
            who = (
                unknown_provider(npi=of.npi, tin=of.tin, name=of.name)
                if of
                else unknown_provider(npi="", tin="", name="")
            )
            tally.add_unknown_provider(who)
            shared = practices_sharing(npi=who["npi"], tin=who["tin"])
            if len(shared) > 1:
                actor = self._intake.actor
                sentence = which_practice_sentence(shared, role="billing provider", actor=actor)
            else:
                sentence = unknown_provider_sentence(who, role="billing provider")
            tally.add(where, "which_practice" if len(shared) > 1 else "unknown_practice", sentence)
        return practice_id

    def _resolve(self, provider: Provider | None) -> int | None:
        npi, tin = (provider.npi, provider.tin) if provider else ("", "")
        if (npi, tin) not in self._practices:
            intake = self._intake
            found = resolve_practice(
                npi=npi,
                tin=tin,
                name=provider.name if provider else "",
                forced_id=intake.practice_id,
                may_open=intake.may_open,
                opened_by=intake.actor,
            )
            is_theirs = found and may_bring_files_for(intake.actor, found.pk)
            self._practices[npi, tin] = found.pk if found and is_theirs else None
        return self._practices[npi, tin]

    def finish(self, end: TransactionEnd) -> None:
        tally, row = self._tally, self._row
        tally.note(end.problems)
        counts = tally.counts
        exceptions = counts.get("refused", 0) + counts.get("conflict", 0) + counts.get("unknown_provider", 0)
        taken = counts.get("taken", 0)
        if not end.totals.claims and any(problem.code in _HEADLESS for problem in end.problems):
            row.status = "rejected"
            message = "It breaks off before its first claim, so nothing of it was taken in. Ask for the whole file."
            tally.add("ST02", "no_claims", message)
        elif exceptions or any(problem.code == "truncated" for problem in end.problems):
            row.status = "rejected" if not taken and exceptions == counts.get("unknown_provider") else "partly"
        else:
            row.status = "posted"
        row.kind = end.kind
        row.summary = {**figures_of(end.totals), "posted": taken, "exceptions": exceptions, "progress": tally.saved()}
        row.problems = tally.problems
        row.save(update_fields=["status", "kind", "summary", "problems"])
