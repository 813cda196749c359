"""Making statements: a set of accounts is read at once, each sheet is rendered and frozen under its hash.

Rendering happens outside of any transaction, for it takes most of the time; what it made is then kept in one short one.
What was rendered and not kept is rendered anew after a crash: only what is kept was ever made.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.documents.media import Media
from claims.documents.models import Document
from claims.documents.store import kept_documents
from claims.parties.models import PersonAddress
from collections_app.contacts.mailing_address import good_mail_addresses
from collections_app.letters.letterheads import Head, head_of, lines_of, name_of
from collections_app.letters.rendering import render
from collections_app.letters.texts import TextBook, text_book
from collections_app.plans.selectors import PlanLine, plan_lines_for_statement
from collections_app.statements import texts
from collections_app.statements.cycle import REASON_WORDS, CycleFigures, Reason
from collections_app.statements.explained import ExplainedBill, explained_bills
from collections_app.statements.itemized import items_of
from collections_app.statements.models import Statement, StatementVisit
from collections_app.statements.pay_links import pay_links
from collections_app.statements.sheets import SheetFrame, amount_due, kept, sheet

if TYPE_CHECKING:
    from arwork.staff.models import User

TEMPLATE = "statement"
_PAGE = re.compile(rb"/Type\s*/Page\b")


@dataclass(frozen=True, slots=True)
class Printed:
    """A statement as it was rendered, before it is kept; `pdf` is empty where there is nothing to ask for any more."""

    statement: Statement
    bill: ExplainedBill
    amount: Decimal
    facts: Mapping[str, Any]
    pdf: bytes = b""

    @property
    def pages(self) -> int:
        return len(_PAGE.findall(self.pdf))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all statements of a batch share, read once."""

    book: TextBook
    heads: Mapping[int, Head]
    homes: Mapping[int, PersonAddress]
    plans: Mapping[int, PlanLine]
    figures: CycleFigures
    links: Mapping[int, str]


def printed(statements: Sequence[Statement], figures: CycleFigures, *, now: dt.datetime) -> Iterable[Printed]:
    """Render statements of one practice, one after the other. Sixteen queries for all of them."""
    accounts = [one.account_id for one in statements]
    on = statements[0].made_on
    bills = explained_bills(accounts, today=on)
    items = items_of([one.claim_id for bill in bills.values() for one in bill.visits]) if _itemized(statements) else {}
    desk = _Desk(
        book=text_book(texts.CODES),
        heads={bill.account.practice_id: head_of(bill.account.practice) for bill in bills.values()},
        homes=good_mail_addresses([bill.account.guarantor_id for bill in bills.values()], on=on),
        plans=plan_lines_for_statement(accounts),
        figures=figures,
        links=pay_links([one.account for one in bills.values()], now=now, today=on),
    )
    for statement in statements:
        yield _printed(statement, bills[statement.account_id], desk, items if _itemized([statement]) else None)


def freeze(made: Sequence[Printed], *, actor: "User", now: dt.datetime) -> int:
    """Keep what was printed, in the caller's transaction, which has locked the statements; how many were kept. One that
    asks for nothing any more is held back instead."""
    full = [one for one in made if one.pdf]
    documents = [_document(one, actor=actor, now=now) for one in full]
    bulk.insert(Document, documents)
    columns = ("state", "amount", "set_apart", "on_account", "facts", "sha256", "pages", "document_id", "made_at")
    rows: dict[int, Sequence[Any]] = {}
    for one, document in zip(full, documents, strict=True):
        bill = one.bill
        rows[one.statement.pk] = (
            Statement.State.MADE, one.amount, bill.apart, min(bill.on_account, bill.asked), dict(one.facts),
            document.sha256, one.pages, document.pk, now,
        )  # fmt: skip
    bulk.write(Statement, columns, rows)
    visits = [
        StatementVisit(
            statement_id=one.statement.pk, claim_id=visit.claim_id, amount=visit.asked, set_apart=visit.apart
        )
        for one in full
        for visit in one.bill.visits
    ]
    bulk.insert(StatementVisit, visits)
    empty = {one.statement.pk: _nothing_left(one.bill) for one in made if not one.pdf}
    bulk.write(
        Statement,
        ("state", "held_because"),
        {pk: (Statement.State.HELD_BACK, words) for pk, words in empty.items()},
    )
    return len(full)


def _itemized(statements: Iterable[Statement]) -> bool:
    return any(one.kind == Statement.Kind.ITEMIZED for one in statements)


def _printed(statement: Statement, bill: ExplainedBill, desk: _Desk, items: Mapping[int, Any] | None) -> Printed:
    plan = desk.plans.get(statement.account_id) if statement.kind == Statement.Kind.PLAN else None
    amount = amount_due(bill.due, bill.balance, plan)
    if not amount and statement.run_id:
        return Printed(statement, bill, ZERO, {})
    account, language = bill.account, statement.language
    home = desk.homes.get(account.guarantor_id)
    head = desk.heads[account.practice_id]
    said = {
        "practice_name": head.name, "practice_phone": head.phone, "practice_hours": head.hours,
        "remit_to": ", ".join(head.remit), "account_number": account.number, "addressee": name_of(account.guarantor),
        "letter_day": statement.made_on, "balance": bill.balance, "amount": amount, "due_day": statement.due_on,
    }  # fmt: skip
    state = home.state if home else ""
    code = _message(statement, desk.figures)
    message, version = _words(desk, code, said, statement, state)
    help_, help_version = _words(desk, texts.HELP, said, statement, state)
    addressee = name_of(account.guarantor)
    frame = SheetFrame(
        number=statement.number,
        kind=statement.kind,
        language=language,
        on=statement.made_on,
        due_on=statement.due_on,
        head=head,
        to=[addressee, *(lines_of(home) if home else ())],
        addressee=addressee,
        message=message,
        help=help_,
        link=desk.links.get(account.pk, "") if amount else "",
        plan=plan,
    )
    data = sheet(bill, frame, items=items)
    pdf = render(TEMPLATE, data, language=language, on=statement.made_on)
    facts = {**kept(data), "texts": {code: version, texts.HELP: help_version}}
    return Printed(statement, bill, amount, facts, pdf)


def _words(
    desk: _Desk, code: str, said: Mapping[str, Any], statement: Statement, state: str
) -> tuple[list[dict[str, Any]], str]:
    """A text in force as it reads in this statement, and which version it is."""
    return texts.elements(
        desk.book, code, said, language=statement.language, practice_id=statement.practice_id, state=state,
        on=statement.made_on,
    )  # fmt: skip


def _message(statement: Statement, figures: CycleFigures) -> str:
    if statement.kind == Statement.Kind.PLAN:
        return texts.PLAN
    if statement.kind == Statement.Kind.CYCLE:
        return texts.message_code(statement.level, figures.levels)
    return texts.DEMAND


def _document(made: Printed, *, actor: "User", now: dt.datetime) -> Document:
    """The document of one, its bytes kept."""
    sha256, size = kept_documents.keep(BytesIO(made.pdf))
    return Document(
        practice_id=made.statement.practice_id,
        kind=Document.Kind.MADE,
        media=Media.PDF.value,
        sha256=sha256,
        size=size,
        name=f"statement-{made.statement.number}.pdf",
        note=made.statement.get_kind_display(),
        added_by=actor,
        added_at=now,
    )


def _nothing_left(bill: ExplainedBill) -> str:
    return REASON_WORDS[Reason.ON_ACCOUNT if bill.asked else Reason.SET_ASIDE]
