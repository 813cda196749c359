"""The parts of a packet that we make ourselves, as elements of a letter: letter, remittance page, claim page, proof."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from arwork.lib.dates import long_day
from arwork.lib.money import from_cents
from claims.payers.code_words import adjustment_words, stc_words
from collections_app.appeals.appeal_levels import level_of
from collections_app.appeals.appeal_texts import LETTER, argument_code
from collections_app.letters.drafting import common_facts
from collections_app.letters.kinds import kind_of
from collections_app.letters.letterheads import name_of
from collections_app.letters.merging import fill, fill_line
from collections_app.letters.words import money_words

if TYPE_CHECKING:
    from claims.billing.models import ClaimLine
    from claims.remits.models import RemitLine
    from collections_app.appeals.case_files import CaseFile
    from collections_app.letters.texts import TextBook, TextRow

ENGLISH = "en"
Element = dict[str, Any]
_RIGHT = {"align": "right"}


def chosen_texts(file: "CaseFile", texts: "TextBook", *, on: dt.date) -> "tuple[TextRow, TextRow]":
    """The letter and the argument that hold for a case on a day."""
    case = file.case
    state = case.payer.state
    return (
        texts.text(LETTER.code, language=ENGLISH, practice_id=case.practice_id, state=state, on=on),
        texts.text(argument_code(case.category), language=ENGLISH, practice_id=case.practice_id, state=state, on=on),
    )


def facts_of(file: "CaseFile", *, today: dt.date) -> dict[str, Any]:
    """What the letter and the argument may name (`appeal_texts.FIELDS`)."""
    case, claim, level = file.case, file.case.claim, level_of(file.case.ladder, file.case.level)
    cover, proof = file.coverage, file.proof
    said = f"277CA of {long_day(proof.effective_on)}" if proof else ""
    return {
        **common_facts(claim.account, file.head, today=today),
        "addressee": file.playbook.addressee if file.playbook else f"{case.payer.name}, Appeals",
        "level_name": level.name if level else f"Appeal, level {case.level}",
        "payer": case.payer.name,
        "patient": name_of(claim.patient.person),
        "claim_number": claim.number,
        "service_days": service_days(claim.service_from, claim.service_to),
        "charge": claim.charge,
        "denied": case.amount,
        "denied_on": case.notice_on,
        "reasons": "; ".join(_reasons(file)) or "as the remittance says",
        "codes": ", ".join(_code(one) for one in _denied_lines(file)) or claim.number,
        "icn": file.icn,
        "member_id": cover.member_id if cover else "",
        "diagnoses": ", ".join(claim.diagnoses.split()),
        "auth": claim.prior_auth,
        "filed_on": file.filed_on,
        "proof": said,
        "clause": file.playbook.clause if file.playbook else "",
        "points": case.points,
        "forms": file.playbook.form if file.playbook else "",
    }


def letter_of(file: "CaseFile", texts: "TextBook", *, today: dt.date) -> tuple[str, list[Element], str]:
    """Title and elements of the letter with its argument, and which texts they are. Raises `MissingFact`."""
    letter, argument = chosen_texts(file, texts, on=today)
    facts = facts_of(file, today=today)
    argued = fill(kind_of(argument.kind), argument.body, facts, language=ENGLISH)
    blocks = {
        "argument": {"kind": "group", "elements": argued},
        "about": _about(file),
        "services": _services(file),
    }
    elements = fill(LETTER, letter.body, {**facts, **blocks}, language=ENGLISH)
    title = fill_line(LETTER, letter.subject, facts, language=ENGLISH)
    return title, elements, f"{letter.version}; argument {argument.version}"


def remittance_page(file: "CaseFile") -> list[Element]:
    """The payer's own answer, as its remittance says it."""
    remit = file.remit
    if remit is None:
        return []
    rows = [
        ("Payer", remit.remittance.payer_name or file.case.payer.name),
        ("Check or EFT", remit.remittance.trace),
        ("Of", long_day(remit.remittance.paid_on)),
        ("Patient", remit.patient_name),
        ("Our claim", remit.number),
        ("Your claim number", remit.icn),
        ("Charged", money_words(remit.charge, ENGLISH)),
        ("Paid", money_words(remit.paid, ENGLISH)),
        ("Patient’s share", money_words(remit.patient_responsibility, ENGLISH)),
    ]
    columns = [{"label": "Day"}, {"label": "Service"}, {"label": "Charge", **_RIGHT}, {"label": "Paid", **_RIGHT},
               {"label": "Adjustments", "wide": True}]  # fmt: skip
    told = [_remit_row(one) for one in file.remit_lines]
    if remit.adjustments:
        told.append(["", "whole claim", "", "", _adjusted(remit.adjustments, remit.rarcs)])
    reasons = sorted(
        {
            adjustment_words(group, carc)
            for adjustments in (remit.adjustments, *(one.adjustments for one in file.remit_lines))
            for group, carc, *_ in adjustments
        }
    )
    return [
        _box("The remittance", rows),
        {"kind": "table", "title": "Services as they were answered", "columns": columns, "rows": told, "total": None},
        _list(reasons),
    ]


def claim_page(file: "CaseFile") -> list[Element]:
    """The claim as it was billed."""
    claim, cover = file.case.claim, file.coverage
    rows = [
        ("Billed to", claim.payer.name if claim.payer else file.case.payer.name),
        ("Claim", claim.number),
        ("First sent", long_day(file.filed_on) if file.filed_on else ""),
        ("Patient", name_of(claim.patient.person)),
        ("Born", long_day(claim.patient.person.birth_on) if claim.patient.person.birth_on else ""),
        ("Member id", cover.member_id if cover else ""),
        ("Diagnoses", ", ".join(claim.diagnoses.split())),
        ("Authorization", claim.prior_auth),
        ("Rendered by", claim.rendering_name),
        ("Billing NPI", claim.billing_npi),
    ]
    columns = [{"label": "Day"}, {"label": "Code", "wide": True}, {"label": "Dx"}, {"label": "Units", **_RIGHT},
               {"label": "Charge", **_RIGHT}]  # fmt: skip
    lines = [
        [f"{one.service_from:%m/%d/%Y}", _code(one), one.dx_pointers, f"{one.units.normalize():f}",
         money_words(one.charge, ENGLISH)]
        for one in file.lines
    ]  # fmt: skip
    total = ["Charged", "", "", "", money_words(claim.charge, ENGLISH)]
    return [
        _box("The claim as it was billed", rows),
        {"kind": "table", "title": "Services", "columns": columns, "rows": lines, "total": total},
    ]


def proof_page(file: "CaseFile") -> list[Element]:
    """The acceptance that proves timely filing (RULES 9.2); nothing where none is known."""
    proof = file.proof
    if proof is None:
        return []
    rows = [
        ("Claim", file.case.claim.number),
        ("First sent", long_day(file.filed_on) if file.filed_on else ""),
        ("Accepted", long_day(proof.effective_on)),
        ("Answer", stc_words(proof.category, proof.status_code) if proof.category else proof.text),
        ("Your number", proof.icn),
        ("Acknowledgment", proof.kind),
    ]
    return [_box("Proof that the claim was filed in time", rows)]


def service_days(first: dt.date, last: dt.date) -> str:
    """One day, or the first and the last one."""
    return long_day(first) if first == last else f"{long_day(first)} to {long_day(last)}"


def _about(file: "CaseFile") -> Element:
    case, claim, cover = file.case, file.case.claim, file.coverage
    rows = [
        ("Patient", name_of(claim.patient.person)),
        ("Member id", cover.member_id if cover else ""),
        ("Claim", claim.number),
        ("Your claim number", file.icn),
        ("Services", service_days(claim.service_from, claim.service_to)),
        ("Charged", money_words(claim.charge, ENGLISH)),
        ("Denied", f"{money_words(case.amount, ENGLISH)} on {long_day(case.notice_on)}"),
        ("Your appeal number", case.previous.reference if case.previous_id and case.previous else ""),
    ]
    return _box("The claim", rows)


def _services(file: "CaseFile") -> Element:
    columns = [{"label": "Day"}, {"label": "Service"}, {"label": "Reason", "wide": True}, {"label": "Denied", **_RIGHT}]
    rows = [
        [
            f"{(one.line.service_from if one.line else file.case.claim.service_from):%m/%d/%Y}",
            _code(one.line) if one.line else "whole claim",
            adjustment_words(one.group, one.carc, one.rarcs.split()),
            money_words(one.amount, ENGLISH),
        ]
        for one in file.denials
    ]
    return {"kind": "table", "title": "What was denied", "columns": columns, "rows": rows, "total": None}


def _reasons(file: "CaseFile") -> Iterable[str]:
    return dict.fromkeys(adjustment_words(one.group, one.carc, one.rarcs.split()) for one in file.denials)


def _denied_lines(file: "CaseFile") -> "list[ClaimLine]":
    found = {one.line.pk: one.line for one in file.denials if one.line}
    return list(found.values()) or file.lines


def _code(line: "ClaimLine") -> str:
    return "-".join(filter(None, (line.code or line.revenue_code, *line.modifiers.split())))


def _remit_row(line: "RemitLine") -> list[str]:
    return [
        f"{line.service_from:%m/%d/%Y}" if line.service_from else "",
        "-".join(filter(None, (line.code or line.revenue_code, *line.modifiers.split()))),
        money_words(line.charge, ENGLISH),
        money_words(line.paid, ENGLISH),
        _adjusted(line.adjustments, line.rarcs),
    ]


def _adjusted(adjustments: Iterable[list[Any]], rarcs: str) -> str:
    told = [f"{group}-{carc} {money_words(from_cents(cents), ENGLISH)}" for group, carc, cents, *_ in adjustments]
    return ", ".join([*told, *rarcs.split()])


def _box(title: str, rows: Iterable[tuple[str, str]]) -> Element:
    return {"kind": "box", "title": title, "rows": [{"label": one, "value": value} for one, value in rows if value]}


def _list(words: Iterable[str]) -> Element:
    return {"kind": "list", "items": [[{"text": one, "bold": False}] for one in words]}
