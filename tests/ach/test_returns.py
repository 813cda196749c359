"""What banks send back: worked examples with their days, whatever the order, and nothing twice."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO
from claims.ledger.models import Receivable
from claims.receipts.models import Receipt
from claims.remits.verify import verify
from collections_app.ach import answers, listening, returning
from collections_app.ach.models import AchAnswer, AchEntry, AuthorizationChange
from collections_app.ach.selectors import return_rates, returns_counted
from collections_app.ach.services import NotAuthorized
from tests.ach.stories import (
    MONDAY,
    OTHER_ROUTING,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    answer_file,
    answered,
    authorized,
    debited,
    on,
    owing,
    sent,
    settled,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    """Whom a return was told: ids of debits."""
    heard: list[int] = []
    monkeypatch.setattr(listening, "_listeners", [lambda ids, today, now: heard.extend(ids)])
    return heard


def owed(account) -> Decimal:
    return sum((row.amount for row in Receivable.objects.filter(account=account, bucket="PATIENT")), ZERO)


def test_money_is_in_the_books_from_its_settlement_and_back_to_the_cent_the_day_it_returns(practice, sol, told):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    sent(practice, sol)
    assert owed(account) == Decimal("240.00")  # a file alone pays nothing
    settled(MONDAY)
    entry.refresh_from_db()
    assert (entry.state, entry.receipt.method, entry.receipt.received_on) == ("settled", "ach", MONDAY)
    assert owed(account) == Decimal("120.00")
    answered(practice, sol, ("R03", entry))
    assert owed(account) == Decimal("240.00")
    entry.refresh_from_db()
    assert (entry.state, entry.return_code, entry.returned_on) == ("returned", "R03", TUESDAY)
    assert Receipt.objects.get().state == "returned"
    assert told == [entry.pk]
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []


def test_20_r10_disables_the_method_and_moves_the_threshold(practice, sol, told):
    """RULES 15 #20: R10 -> who rests on it is told, the authorization stops, the rate counts it."""
    account = owing("300.00", practice=practice)
    authorization = authorized(account, sol, frequency="recurring", amount=Decimal("50.00"))
    authorization.notice_on = TODAY
    authorization.save(update_fields=["notice_on"])
    entry = debited(authorization, sol, "50.00")
    later = debited(authorization, sol, "50.00", effective_on=dt.date(2026, 12, 15))
    sent(practice, sol)
    settled(MONDAY)
    answered(practice, sol, ("R10", entry), day=dt.date(2027, 1, 15))
    authorization.refresh_from_db()
    later.refresh_from_db()
    assert (authorization.state, authorization.ended_why) == ("disabled", "R10 Customer says it was not authorized")
    assert (later.state, told) == ("cancelled", [entry.pk])
    with pytest.raises(NotAuthorized, match="not in force"):
        debited(authorization, sol, "50.00", key="again")
    [of_practice] = return_rates(actor=sol, today=dt.date(2027, 1, 15))
    unauthorized = of_practice.rates[0]
    assert (unauthorized.returns, unauthorized.debits, unauthorized.percent) == (1, 1, Decimal("100.00"))
    assert unauthorized.state == "over"
    counted = {"practice_id": practice.pk, "actor": sol, "today": dt.date(2027, 1, 15)}
    assert returns_counted("unauthorized", **counted) == [entry]
    assert returns_counted("administrative", **counted) == []


def test_21_r01_is_tried_again_twice_on_paydays_and_then_refused(practice, sol, told):
    """RULES 15 #21: sent 20 Nov, back 24 Nov; again 1 Dec, back 2 Dec; again 15 Dec, back 16 Dec; no more."""
    account = owing("240.00", practice=practice)
    first = debited(authorized(account, sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    answered(practice, sol, ("R01", first), day=TUESDAY)
    second = AchEntry.objects.get(presentment=2)
    assert (second.effective_on, second.amount, second.represents_id) == (dt.date(2026, 12, 1), first.amount, first.pk)
    file = sent(practice, sol, dt.date(2026, 11, 30))
    assert "RETRY PYMT" in file.content
    settled(dt.date(2026, 12, 1))
    assert owed(account) == Decimal("120.00")
    second.refresh_from_db()
    answered(practice, sol, ("R09", second), day=dt.date(2026, 12, 2))
    third = AchEntry.objects.get(presentment=3)
    assert third.effective_on == dt.date(2026, 12, 15)
    sent(practice, sol, dt.date(2026, 12, 14))
    settled(dt.date(2026, 12, 15))
    third.refresh_from_db()
    answered(practice, sol, ("R01", third), day=dt.date(2026, 12, 16))
    assert not AchEntry.objects.filter(presentment__gt=3).exists()
    assert AchAnswer.objects.order_by("pk").last().reason.startswith("It was presented as often as the rules allow")
    assert owed(account) == Decimal("240.00")
    assert told == [first.pk, second.pk, third.pk]
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []


def test_the_same_file_and_the_same_line_are_taken_in_once(practice, sol, told):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    entry.refresh_from_db()
    once = answered(practice, sol, ("R03", entry))
    again = answered(practice, sol, ("R03", entry))
    assert once == again
    assert AchAnswer.objects.count() == 1
    both = answer_file(("R03", entry.trace, "120.00"), ("C01", entry.trace, "0.00"), corrected="999888777")
    third = answers.take_in("more.ach", both, practice_id=practice.pk, actor=sol, **on(WEDNESDAY))
    assert third.count == 1  # the return was known; the notice is new
    assert told == [entry.pk]


def test_returns_come_in_any_order_before_their_day_too(practice, sol, told):
    accounts = [owing("240.00", practice=practice, last=last) for last in ("Guarino", "Hale", "Ito")]
    entries = [
        debited(authorized(one, sol, holder=f"Gus {one.guarantor.last}", bank_account=f"55500{n}"), sol)
        for n, one in enumerate(accounts)
    ]
    sent(practice, sol)
    for one in entries:
        one.refresh_from_db()
    answered(practice, sol, ("R04", entries[2]), ("R01", entries[0]), day=TODAY)  # before anything settled
    assert Receipt.objects.count() == 0
    settled(MONDAY)
    assert [owed(one) for one in accounts] == [Decimal("240.00"), Decimal("120.00"), Decimal("240.00")]
    assert told == [entries[2].pk, entries[0].pk] or told == [entries[0].pk, entries[2].pk]


def test_what_no_debit_bears_waits_with_its_reason_and_keeps_nobody(practice, sol, told):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    entry.refresh_from_db()
    content = answer_file(("R03", "021000029999999", "10.00"), ("R03", entry.trace, "120.00"))
    answers.take_in("returns.ach", content, practice_id=practice.pk, actor=sol, **on(TUESDAY))
    stray = AchAnswer.objects.get(state="waiting")
    assert stray.reason == "No debit of this practice bears this trace."
    entry.refresh_from_db()
    assert entry.state == "returned"
    with pytest.raises(Conflict, match="came back before"):
        answers.match_by_hand(stray.pk, entry_id=entry.pk, actor=sol, **on(TUESDAY))
    answers.see_to(stray.pk, what="Asked the bank: another company's.", actor=sol, now=on(TUESDAY)["now"])
    assert AchAnswer.objects.get(pk=stray.pk).state == "seen_to"


def test_a_notice_of_change_is_followed_before_the_next_debit_and_keeps_its_history(practice, sol):
    account = owing("300.00", practice=practice)
    authorization = authorized(account, sol, frequency="recurring", amount=Decimal("50.00"))
    authorization.notice_on = TODAY
    authorization.save(update_fields=["notice_on"])
    entry = debited(authorization, sol, "50.00")
    debited(authorization, sol, "50.00", effective_on=dt.date(2026, 12, 15))
    sent(practice, sol)
    entry.refresh_from_db()
    answered(practice, sol, ("C03", entry), corrected=f"{OTHER_ROUTING}   8877665544")
    authorization.refresh_from_db()
    assert (authorization.routing, authorization.bank_account, authorization.last_four) == (
        OTHER_ROUTING, "8877665544", "5544",
    )  # fmt: skip
    change = AuthorizationChange.objects.get()
    assert change.before == "011000015, Checking ending 6789"
    assert "123456789" not in change.before
    file = sent(practice, sol, dt.date(2026, 12, 14))
    assert f"627{OTHER_ROUTING}8877665544" in file.content


def test_r11_is_put_right_and_sent_again_within_sixty_days(practice, sol):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    entry.refresh_from_db()
    answered(practice, sol, ("R11", entry))
    with pytest.raises(Conflict, match="within its days"):
        returning.originate_corrected(entry.pk, effective_on=TUESDAY, actor=sol, **on(dt.date(2027, 1, 23)))
    again = returning.originate_corrected(entry.pk, effective_on=TUESDAY, actor=sol, **on(TUESDAY))
    assert (again.effective_on, again.is_corrected) == (WEDNESDAY, True)
    file = sent(practice, sol, TUESDAY)
    assert "RETRY" not in file.content
    with pytest.raises(Conflict, match="before"):
        returning.originate_corrected(entry.pk, effective_on=TUESDAY, actor=sol, **on(TUESDAY))


@pytest.mark.parametrize(
    ("code", "day", "is_late"),
    [
        ("R10", dt.date(2027, 1, 22), False), ("R10", dt.date(2027, 1, 23), True),  # 60 and 61 days after 23 Nov
        ("R03", WEDNESDAY, False), ("R03", dt.date(2026, 11, 27), True),  # Thanksgiving lies between
    ],
)  # fmt: skip
def test_a_return_that_comes_late_is_applied_and_said_to_be(practice, sol, code, day, is_late):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    entry.refresh_from_db()
    answered(practice, sol, (code, entry), day=day)
    assert owed(account) == Decimal("240.00")
    assert ("dishonor" in AchAnswer.objects.get().reason) is is_late
