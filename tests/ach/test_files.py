"""Files of debits, read back by the published layout with the reader of the refunds' tests, which is nobody else's."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arwork.lib import nacha_reading
from arwork.lib.errors import Conflict
from arwork.lib.nacha import DEBIT_CODES, DEBITS_ONLY, NachaBatch, NachaEntry, Originator, nacha_file, trace_number
from collections_app.ach import files
from collections_app.ach.authorizations import note_sent, revoke
from collections_app.ach.models import AchEntry, AchFile
from collections_app.ach.services import cancel_entry, originate, send_prenote
from collections_app.ach.settling import settle_entries
from tests.ach.stories import (
    MONDAY,
    OTHER_ROUTING,
    ROUTING,
    TODAY,
    TUESDAY,
    WHEN,
    authorized,
    debited,
    on,
    owing,
    sent,
    settled,
)
from tests.cast import NOW
from tests.refunds.test_nacha import read

BANK = Originator("Harbor Clinic", "1061234567", "First Harbor Bank", "021000021")


@pytest.mark.django_db
def test_a_file_holds_a_batch_for_each_class_and_day_and_every_control_adds_up(practice, sol):
    account = owing("900.00", practice=practice)
    by_phone = debited(authorized(account, sol, bank_account="111222333"), sol, "120.00")
    signed = authorized(
        account, sol, sec_code="PPD", relationship="", proof="signed", proof_reference="drawer 4",
        bank_account="77-88", routing=OTHER_ROUTING, bank_account_kind="savings", frequency="recurring",
        amount=Decimal("45.67"),
    )  # fmt: skip
    in_writing = debited(signed, sol, "45.67")
    later = debited(signed, sol, "45.67", effective_on=dt.date(2026, 12, 15))
    file = files.make_file(practice.pk, actor=sol, **WHEN)
    records = read(file.content)
    assert "".join(one["type"] for one in records) == "1568" + "568" + "9"
    batches = [one for one in records if one["type"] == "5"]
    assert [(one["class"], one["code"], one["what"].strip(), one["effective_on"]) for one in batches] == [
        ("225", "PPD", "MEDICAL", "261123"), ("225", "TEL", "MEDICAL", "261123"),
    ]  # fmt: skip
    entries = [one for one in records if one["type"] == "6"]
    assert [(one["transaction"], int(one["amount"]), one["free"].strip()) for one in entries] == [
        ("37", 4567, ""), ("27", 12000, "S"),
    ]  # fmt: skip
    control = records[-1]
    assert (int(control["debits"]), int(control["credits"]), int(control["count"])) == (16567, 0, 2)
    assert int(control["hash"]) == (int(ROUTING[:8]) + int(OTHER_ROUTING[:8])) % 10**10
    for entry, record in ((in_writing, entries[0]), (by_phone, entries[1])):
        entry.refresh_from_db()
        assert (entry.trace, entry.state) == (record["trace"], "sent")
    later.refresh_from_db()
    assert later.state == "pending"
    assert (file.first_number, file.last_number, file.amount) == (5_000_001, 5_000_002, Decimal("165.67"))
    assert nacha_reading.problems(file.content) == []


@pytest.mark.django_db
def test_a_void_file_gives_its_debits_back_and_its_numbers_are_never_used_again(practice, sol):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    first = files.make_file(practice.pk, actor=sol, **WHEN)
    with pytest.raises(Conflict, match="may be in a file already"):
        files.make_file(practice.pk, actor=sol, **WHEN)
    files.void_file(first.pk, why="The bank was closed.", actor=sol, now=NOW)
    entry.refresh_from_db()
    assert (entry.state, entry.file, entry.trace) == ("pending", None, "")
    second = sent(practice, sol, MONDAY)
    assert (second.first_number, second.modifier) == (5_000_002, "9")
    entry.refresh_from_db()
    assert (entry.effective_on, entry.trace) == (TUESDAY, "021000025000002")
    with pytest.raises(Conflict, match="not sent"):
        files.void_file(second.pk, why="Too late.", actor=sol, now=NOW)
    with pytest.raises(Conflict, match="already"):
        files.mark_sent(second.pk, actor=sol, **on(MONDAY))


@pytest.mark.django_db
def test_the_same_key_debits_once_and_what_is_settled_is_settled_once(practice, sol):
    account = owing("240.00", practice=practice)
    authorization = authorized(account, sol)
    one = debited(authorized(account, sol, bank_account="99887"), sol, key="plan-7")
    same = {"authorization_id": one.authorization_id, "effective_on": TODAY, "key": "plan-7", "actor": sol} | WHEN
    assert originate(amount=Decimal("120.00"), **same) == one
    with pytest.raises(Conflict, match="Something else"):
        originate(amount=Decimal("119.00"), **same)
    sent(practice, sol)
    assert settled(MONDAY).amount == Decimal("120.00")
    assert settled(MONDAY).debits == 0
    assert authorization.entries.count() == 0


@pytest.mark.django_db
def test_what_was_revoked_or_canceled_is_in_no_file_and_a_notice_goes_before_the_money(practice, sol):
    account = owing("900.00", practice=practice)
    stopped = debited(authorized(account, sol, bank_account="1001"), sol)
    revoked = authorized(account, sol, bank_account="1002")
    debited(revoked, sol)
    unnoticed = authorized(account, sol, bank_account="1003", proof="notice", proof_reference="")
    waits = debited(unnoticed, sol)
    cancel_entry(stopped.pk, why="They called.", actor=sol, **WHEN)
    revoke(revoked.pk, actor=sol, **WHEN)
    with pytest.raises(Conflict):
        files.make_file(practice.pk, actor=sol, **WHEN)
    note_sent(unnoticed.pk, on=TODAY, actor=sol, now=NOW)
    file = files.make_file(practice.pk, actor=sol, **WHEN)
    assert [one.pk for one in file.entries.all()] == [waits.pk]


@pytest.mark.django_db
def test_a_prenote_that_nobody_answers_in_three_banking_days_lets_the_debit_go(practice, sol):
    account = owing("240.00", practice=practice)
    authorization = authorized(account, sol, is_confirmed=False)
    entry = debited(authorization, sol)
    assert (entry.state, entry.held_for) == ("held", "unconfirmed")
    send_prenote(authorization.pk, actor=sol, **WHEN)
    file = sent(practice, sol)
    [line] = [one for one in read(file.content) if one["type"] == "6"]
    assert (line["transaction"], int(line["amount"])) == ("28", 0)
    settled(dt.date(2026, 11, 26))  # the third banking day after Monday is Friday: Thursday is Thanksgiving
    entry.refresh_from_db()
    assert entry.state == "held"
    settled(dt.date(2026, 11, 27))
    entry.refresh_from_db()
    authorization.refresh_from_db()
    assert (entry.state, authorization.validated_how) == ("pending", "prenote")


@pytest.mark.django_db
def test_making_a_file_and_settling_it_ask_the_same_however_many_debits(practice, sol, django_assert_max_num_queries):
    counts = {}
    for size in (2, 12):
        for n in range(size):
            account = owing("240.00", practice=practice, last=f"Guarino{size}{n}")
            debited(authorized(account, sol, holder=f"Gus Guarino{size}{n}", bank_account=f"{size}00{n}"), sol)
        with django_assert_max_num_queries(1_000) as made:
            sent(practice, sol)
        with django_assert_max_num_queries(1_000) as posted:
            settle_entries(**on(MONDAY), practices=[practice.pk])
        counts[size] = (len(made), len(posted))
    assert counts[12][0] <= counts[2][0] + 2, counts
    assert counts[12][1] <= counts[2][1] + 4, counts
    assert AchFile.objects.count() == 2
    assert not AchEntry.objects.exclude(state="settled").exists()


ENTRY = st.builds(
    lambda routing, account, cents, kind, name, sec: (sec, kind, routing, account, Decimal(cents) / 100, name),
    routing=st.sampled_from([ROUTING, OTHER_ROUTING, "322271627"]),
    account=st.from_regex(r"[A-Z0-9-]{3,17}", fullmatch=True),
    cents=st.integers(1, 9_999_999_999),
    kind=st.sampled_from(["checking", "savings"]),
    name=st.from_regex(r"[A-Z ]{0,21}[A-Z]", fullmatch=True),
    sec=st.sampled_from(["TEL", "WEB", "PPD"]),
)


@settings(max_examples=120, deadline=None)
@given(wanted=st.lists(ENTRY, min_size=1, max_size=40), day=st.dates(dt.date(2026, 1, 1), dt.date(2030, 12, 31)))
def test_any_set_of_debits_reads_back_as_it_was_and_keeps_the_layout(wanted, day):
    batches, number = [], 0
    for sec in sorted({one[0] for one in wanted}):
        entries = []
        for _, kind, routing, account, amount, name in (one for one in wanted if one[0] == sec):
            number += 1
            entries.append(NachaEntry(DEBIT_CODES[kind], routing, account, amount, name, f"DEBIT{number}", number))
        batches.append(NachaBatch(sec, DEBITS_ONLY, "MEDICAL", day, entries))
    text = nacha_file(BANK, batches, made_at=NOW, modifier="9")
    assert nacha_reading.problems(text) == []
    back = nacha_reading.read(text)
    assert [
        (batch.sec_code, one.transaction, one.routing, one.account, one.amount, one.name, one.trace)
        for batch, one in back.entries
    ] == [
        (batch.sec_code, one.transaction, one.routing, one.account, one.amount, one.name.strip(),
         trace_number(BANK.routing, one.number))
        for batch in batches for one in batch.entries
    ]  # fmt: skip
    assert {batch.effective_on for batch in back.batches} == {day}
    records = read(text)
    assert int(records[-1]["debits"]) == sum(int(one["amount"]) for one in records if one["type"] == "6")


def broken(text: str) -> list[tuple[str, str]]:
    """Ways in which a file can be wrong, by name."""
    lines = text.splitlines()

    def with_line(kind: str, first: int, last: int, new: str) -> str:
        place = next(n for n, line in enumerate(lines) if line[0] == kind)
        line = lines[place]
        return "\n".join([*lines[:place], line[: first - 1] + new + line[last:], *lines[place + 1 :]])

    return [
        ("amount", with_line("6", 30, 39, "0000000099")),
        ("hash", with_line("9", 22, 31, "0000000001")),
        ("count", with_line("8", 5, 10, "000007")),
        ("class", with_line("5", 2, 4, "220")),
        ("routing", with_line("6", 4, 12, "011000016")),
        ("addenda", with_line("6", 79, 79, "1")),
        ("blocks", with_line("9", 8, 13, "000009")),
        ("batches", with_line("9", 2, 7, "000009")),
        ("filler", "\n".join(lines[:-1])),
        ("short", text.replace("MEDICAL   ", "MEDICAL", 1)),
        ("cut", "\n".join(lines[:3])),
    ]


def test_the_checker_finds_what_a_bank_would_refuse():
    entry = NachaEntry("27", ROUTING, "123456789", Decimal("35.00"), "GUS GUARINO", "DEBIT1", 5_000_001)
    text = nacha_file(BANK, [NachaBatch("PPD", DEBITS_ONLY, "MEDICAL", MONDAY, [entry])], made_at=NOW, modifier="9")
    assert nacha_reading.problems(text) == []
    assert nacha_reading.problems(text.replace("\n", "")) == []  # a stream without line ends
    for name, wrong in broken(text):
        assert nacha_reading.problems(wrong), name
