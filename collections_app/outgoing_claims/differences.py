"""What differs between two texts of a claim, in words: field, what it was, what it is; line by line. Pure.

Lines are matched by their number for the payer (REF*6R) or their code, in their order. What no field names is compared
segment by segment, so that nothing that differs goes unsaid.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from arwork.lib.money import ZERO
from claims.edi.x12.claim_text import ClaimText, Segment
from claims.edi.x12.values import amount
from collections_app.outgoing_claims import diagnoses
from collections_app.outgoing_claims.field_table import CLAIM_FIELDS, LINES
from collections_app.outgoing_claims.fields import NamedField, fields_of, in_sentence, plain_amount, read_field
from collections_app.outgoing_claims.loops import blanked, line_spans, own_part
from collections_app.outgoing_claims.reading import read_claim

#: What is left of a loop whose fields say nothing.
_SHELLS = frozenset({("LIN", "", "N4"), ("SV1",), ("SV2",), ("SV3",), *(one.spot.name for one in CLAIM_FIELDS)})
OTHERS, REST = "Earlier payers", "Other segments"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs; `was` is empty for what is new, `now` for what was left out. `field` is the name of the
    field in the later text, "" where none."""

    section: str
    label: str
    was: str
    now: str
    field: str = ""


def differences(before: ClaimText, after: ClaimText) -> list[Difference]:
    """Everything that differs, in the order of the form; empty for two equal texts."""
    if before == after:
        return []
    return [*_claim(before, after), *_lines(before, after), *_others(before, after), *_rest(before, after)]


def differences_in_words(before: ClaimText, after: ClaimText) -> str:
    """The differences as one text for the history: `Line 1, units: 1 → 2; Diagnoses: M545 → M5450`."""
    told = (f"{one.label}: {one.was or 'nothing'} → {one.now or 'nothing'}" for one in differences(before, after))
    return "; ".join(told)


def _claim(before: ClaimText, after: ClaimText) -> Iterator[Difference]:
    named = {one.name: one for text in (before, after) for one in fields_of(text) if not one.line}
    for name, one in named.items():
        yield from _field(one, name, read_field(before, name), read_field(after, name))


def _field(one: NamedField, field: str, was: str, now: str, label: str = "") -> Iterator[Difference]:
    choices = dict(one.about.choices)
    if was != now:
        words = label or f"{one.about.section}: {in_sentence(one.about.label)}"
        if one.about.kind == "amount":
            was, now = (f"{told:,.2f}" if (told := amount(said)) is not None else said for said in (was, now))
        yield Difference(one.about.section, words, choices.get(was, was), choices.get(now, now), field)


def _lines(before: ClaimText, after: ClaimText) -> Iterator[Difference]:
    pairs, dropped, added = matched_lines(before, after)
    for old, new in pairs:
        for one in fields_of(after):
            if one.line == new:
                was = read_field(before, f"lines.{old}.{one.about.name}")
                label = f"Line {new}, {in_sentence(one.about.label)}"
                yield from _field(one, one.name, was, read_field(after, one.name), label)
    for old in dropped:
        yield Difference(LINES, f"Line {old} as sent", _service(before, old), "")
    for new in added:
        yield Difference(LINES, f"Line {new}", "", _service(after, new), f"lines.{new}.code")


def matched_lines(before: ClaimText, after: ClaimText) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Ordinals of lines that are the same service (as it was, as it is), those left out, those that are new."""
    olds, news = _keys(before), _keys(after)
    if len(olds) == len(news):
        numbers = range(1, len(news) + 1)
        return list(zip(numbers, numbers, strict=True)), [], []
    pairs: list[tuple[int, int]] = []
    dropped: list[int] = []
    added: list[int] = []
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    for verb, a1, a2, b1, b2 in matcher.get_opcodes():
        if verb == "equal":
            pairs += zip(range(a1 + 1, a2 + 1), range(b1 + 1, b2 + 1), strict=True)
        else:
            dropped += range(a1 + 1, a2 + 1)
            added += range(b1 + 1, b2 + 1)
    return pairs, dropped, added


def _keys(text: ClaimText) -> list[str]:
    found = []
    for number in range(1, len(line_spans(text.claim)) + 1):
        names = ("control", "code", "revenue_code") if text.form == "I" else ("control", "code")
        found.append(next((said for name in names if (said := read_field(text, f"lines.{number}.{name}"))), ""))
    return found


def _service(text: ClaimText, line: int) -> str:
    code = read_field(text, f"lines.{line}.code") or "no code"
    charge, units = (read_field(text, f"lines.{line}.{name}") for name in ("charge", "units"))
    return f"{code}, ${amount(charge) or ZERO:,.2f}, units {units or '0'}"


def _others(before: ClaimText, after: ClaimText) -> Iterator[Difference]:
    was, now = _told_payers(before), _told_payers(after)
    for place in range(max(len(was), len(now))):
        old, new = (side[place] if place < len(side) else "" for side in (was, now))
        if old != new:
            yield Difference(OTHERS, f"Earlier payer {place + 1}", old, new)


def _told_payers(text: ClaimText) -> list[str]:
    claim = read_claim(text)
    found = []
    for one in claim.other_coverages:
        payer_id = one.payer.id if one.payer else ""
        lines = [svd for line in claim.lines for svd in line.svds if svd.payer_id == payer_id]
        words = [one.payer.name if one.payer else "not named"]
        if one.paid is not None:
            words.append(f"paid ${plain_amount(one.paid)}")
        adjusted = [*one.adjustments, *(cas for svd in lines for cas in svd.adjustments)]
        words += [f"{cas.group}-{cas.carc} ${plain_amount(cas.amount)}" for cas in adjusted]
        days = {svd.adjudicated_on for svd in lines} | {one.adjudicated_on}
        words += [f"on {day}" for day in sorted(day for day in days if day)]
        found.append(", ".join(words))
    return found


def _rest(before: ClaimText, after: ClaimText) -> Iterator[Difference]:
    """What differs beside the fields, lines that were added or left out, and earlier payers."""
    pairs, _, _ = matched_lines(before, after)
    was, now = _unnamed(before, [old for old, _ in pairs]), _unnamed(after, [new for _, new in pairs])
    for segment in (was - now).elements():
        yield Difference(REST, segment[0], "*".join(segment), "")
    for segment in (now - was).elements():
        yield Difference(REST, segment[0], "", "*".join(segment))


def _unnamed(text: ClaimText, lines: Sequence[int]) -> Counter[Segment]:
    spans = line_spans(text.claim)
    end = own_part(text.claim)
    for one in fields_of(text):
        if one.about.kind != "diagnoses":
            text = _without(text, one)
    head = list(text.claim[: own_part(text.claim)])
    kept = diagnoses.with_codes(head, (), form=text.form) if end else ()
    segments = [*text.billing, *text.subscriber, *text.patient, *kept]
    now_at = line_spans(text.claim)
    assert len(now_at) == len(spans)
    for line in lines:
        start, stop = now_at[line - 1]
        body = text.claim[start + 1 : stop]
        until = next((index for index, e in enumerate(body) if e[0] == "SVD"), len(body))
        segments += body[:until]
    return Counter(e for e in segments if e not in _SHELLS)


def _without(text: ClaimText, one: NamedField) -> ClaimText:
    about = one.about
    if about.kind != "words":
        return blanked(text, about.spot, one.line)
    for part in reversed(range(about.parts[0], sum(about.parts))):
        text = blanked(text, replace(about.spot, part=part), one.line)
    return text
