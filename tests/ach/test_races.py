"""Two at the same debits at once, on an engine that lets both in: each debit leaves, and comes back, once."""

from decimal import Decimal

import pytest

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from claims.ledger.selectors import account_totals
from claims.receipts.models import Receipt
from claims.remits.verify import verify
from collections_app.ach import answers, files
from collections_app.ach.authorizations import revoke
from collections_app.ach.models import AchAnswer, AchEntry, AchFile
from collections_app.ach.services import originate
from collections_app.ach.settling import settle_entries
from tests.ach.stories import (
    MONDAY,
    TODAY,
    TUESDAY,
    WHEN,
    answer_file,
    authorized,
    collecting,
    debited,
    on,
    owing,
    sent,
    settled,
)
from tests.cast import make_practice, make_sol, make_user
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_make_the_file_and_two_settle_it() -> None:
    practice = make_practice()
    sol, tess = make_sol(practice), make_user(username="tess", role="supervisor", practices=[practice])
    collecting(practice)
    for n, last in enumerate(("Guarino", "Hale", "Ito")):
        account = owing("240.00", practice=practice, last=last)
        debited(authorized(account, sol, holder=f"Gus {last}", bank_account=f"5550{n}"), sol)
    told = at_once(*[lambda who=who: files.make_file(practice.pk, actor=who, **WHEN) for who in (sol, tess)])
    assert sum(isinstance(one, DomainError) for one in told) == 1, told
    file = AchFile.objects.get()
    assert (file.count, AchEntry.objects.filter(file=file).count()) == (3, 3)
    files.mark_sent(file.pk, actor=sol, **WHEN)
    at_once(*[lambda: settle_entries(**on(MONDAY)) for _ in range(2)])
    assert Receipt.objects.count() == 3
    assert account_totals([practice.pk])["CASH"] == Decimal("360.00")


def test_two_take_the_same_returns_in() -> None:
    practice = make_practice()
    sol, tess = make_sol(practice), make_user(username="tess", role="supervisor", practices=[practice])
    collecting(practice)
    entry = debited(authorized(owing("240.00", practice=practice), sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    entry.refresh_from_db()
    content = answer_file(("R03", entry.trace, "120.00"))
    other = answer_file(("R03", entry.trace, "120.00"), ("C01", entry.trace, "0.00"), corrected="998877")
    at_once(
        lambda: answers.take_in("a", content, practice_id=practice.pk, actor=sol, **on(TUESDAY)),
        lambda: answers.take_in("b", other, practice_id=practice.pk, actor=tess, **on(TUESDAY)),
    )
    assert AchAnswer.objects.filter(code="R03").count() == 1
    assert account_totals([practice.pk])["CASH"] == ZERO
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []


def test_one_debit_is_allowed_and_two_ask_for_it_and_one_revokes_while_the_file_is_made() -> None:
    practice = make_practice()
    sol = make_sol(practice)
    collecting(practice)
    authorization = authorized(owing("900.00", practice=practice), sol)
    asked = {"authorization_id": authorization.pk, "amount": Decimal("120.00"), "effective_on": TODAY, "actor": sol}
    told = at_once(*[lambda key=key: originate(key=key, **asked, **WHEN) for key in ("a", "b")])
    assert sum(isinstance(one, DomainError) for one in told) == 1, told
    at_once(
        lambda: revoke(authorization.pk, actor=sol, **WHEN),
        lambda: files.make_file(practice.pk, actor=sol, **WHEN),
    )
    [entry] = AchEntry.objects.all()
    assert entry.state in ("sent", "cancelled")
    assert AchFile.objects.count() == (entry.state == "sent")
