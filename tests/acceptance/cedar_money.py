"""What Cedar keeps of cash, closed months and bank debits: the ids that the tests of walls try."""

import datetime as dt
from decimal import Decimal
from typing import Any

from arwork.lib import clock
from arwork.lib.nacha import DEBITS_ONLY, NachaBatch, NachaEntry, Originator, nacha_file
from arwork.staff.models import User
from claims.cash.models import BankFile, BankLine, CashBatch, DepositSlip
from claims.closing.models import FrozenReport, GlAccount
from claims.closing.reports import digest_of
from claims.ledger.models import Period
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.ach.models import AchAnswer, AchAnswerFile, AchEntry, AchFile, BankAuthorization, RiskCheck
from tests.cast import (
    NOW,
    TODAY,
)


def cash_and_closing(cedar: Practice, carla: User) -> dict[str, Any]:
    """A counted batch, a slip, a line of the bank, a closed month with a report, an account of the general ledger."""
    by = {"made_by": carla, "made_at": NOW}
    slip = DepositSlip.objects.create(
        practice=cedar, number=1, made_on=TODAY, bank_account="QUILLFEATHER", cash_amount=0, check_amount=0, **by
    )
    batch = CashBatch.objects.create(
        practice=cedar, day=TODAY, kind="patient", state="closed", opened_at=NOW, opened_by=carla, slip=slip,
        over_short_why="QUILLFEATHER",
    )  # fmt: skip
    file = BankFile.objects.create(
        practice=cedar, name="QUILLFEATHER", form="csv", sha256="x", taken_at=NOW, taken_by=carla
    )
    line = BankLine.objects.create(
        file=file, practice=cedar, number=1, on=TODAY, amount=1, description="QUILLFEATHER", key="x"
    )
    period = Period.objects.create(practice=cedar, ends_on=dt.date(2020, 1, 31), closed_at=NOW, closed_by=carla)
    report = FrozenReport.objects.create(
        period=period, name="cash", title="QUILLFEATHER", body="{}", csv="", sha256=digest_of("{}"), made_at=NOW
    )
    account = GlAccount.objects.create(
        practice=cedar, account="CASH", number="1", name="QUILLFEATHER", valid_from=TODAY
    )
    return {
        "batch_id": batch.pk,
        "slip_id": slip.pk,
        "bank_line_id": line.pk,
        "period_id": period.pk,
        "report_id": report.pk,
        "mapping_id": account.pk,
        "month": "2020-01",
        "day": TODAY.isoformat(),
        "code": "days",
    }


def bank_debits_of(account: Account, carla: User) -> dict[str, Any]:
    """An authorization, a debit in a file, and what the bank answered."""
    practice, today = account.practice, clock.today()
    given = BankAuthorization.objects.create(
        practice=practice, account=account, sec_code="TEL", holder="QUILLFEATHER", routing="011000015",
        bank_account="QUILL77", bank_account_kind="checking", last_four="LL77", amount="10.00", first_on=TODAY,
        relationship="known", proof="recording", words="QUILLFEATHER", authorized_on=TODAY, authorized_at=NOW,
        taken_by=carla,
    )  # fmt: skip
    file = AchFile.objects.create(
        practice=practice, made_on=TODAY, made_at=NOW, made_by=carla, modifier="9", first_number=1, last_number=1,
        count=1, amount="10.00", file_name="debits.ach", content=_ach_file(), sha256="x",
    )  # fmt: skip
    entry = AchEntry.objects.create(
        practice=practice, account=account, authorization=given, key="quill", amount="10.00", effective_on=TODAY,
        state="returned", return_code="R01", returned_on=today, file=file, trace="011000010000001", created_on=TODAY,
        created_at=NOW,
    )  # fmt: skip
    RiskCheck.objects.create(practice=practice, entry=entry, checked_at=NOW, outcome="passed")
    answers = AchAnswerFile.objects.create(
        practice=practice, name="QUILLFEATHER", content="QUILLFEATHER", sha256="x", count=1, taken_on=TODAY,
        taken_at=NOW, taken_by=carla,
    )  # fmt: skip
    answer = AchAnswer.objects.create(
        practice=practice, file=answers, line=3, kind="return", code="R01", original_trace=entry.trace, trace="1",
        amount="10.00", entry=entry, reason="QUILLFEATHER",
    )  # fmt: skip
    return {
        "rate": "overall", "authorization_id": given.pk, "entry_id": entry.pk,
        "ach_file_id": file.pk, "answer_id": answer.pk,
    }  # fmt: skip


def _ach_file() -> str:
    entry = NachaEntry("27", "011000015", "QUILL77", Decimal("10.00"), "QUILLFEATHER", "DEBIT", 1)
    batch = NachaBatch("TEL", DEBITS_ONLY, "MEDICAL", TODAY, [entry])
    return nacha_file(Originator("CEDAR", "1", "BANK", "011000015"), [batch], made_at=NOW, modifier="9")
