"""Credit balances and refunds as sheets for XLSX and CSV."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from arwork.web.exports import Column, Kind, Sheet

if TYPE_CHECKING:
    from claims.credits.selectors import Credit
    from claims.refunds.models import Refund
    from claims.refunds.selectors import UnclaimedRefund


def credits(found: "Iterable[Credit]", *, today: dt.date) -> Sheet:
    """Every credit of the filter: whose, why, since when, until when."""
    columns = [
        Column("Practice", width=28), Column("Whose money"), Column("Payer", width=32), Column("Class"),
        Column("Claim"), Column("Account"), Column("Amount", Kind.MONEY), Column("Cause", width=28),
        Column("Set by a person"), Column("Since", Kind.DATE), Column("Days", Kind.NUMBER),
        Column("Identified on", Kind.DATE), Column("Suspended until", Kind.DATE), Column("Return by", Kind.DATE),
        Column("Reported on", Kind.DATE), Column("Clock"),
    ]  # fmt: skip
    rows = (
        (
            one.practice, one.source.party, one.payer, one.payer_class, one.claim_number, one.account_number,
            one.amount, one.cause.label, "yes" if one.is_set else "", one.began_on, one.age(today),
            one.dates.identified_on if one.days else None, one.dates.suspended_until, one.due_on,
            one.dates.reported_on, str(one.standing(today)),
        )
        for one in found
    )  # fmt: skip
    return Sheet("Credit balances", columns, rows)


def refunds(found: "Iterable[Refund]") -> Sheet:
    """Refunds as rows: to whom, how much, where each stands."""
    columns = [
        Column("Refund", Kind.NUMBER), Column("Practice", width=28), Column("To", width=32), Column("Claim"),
        Column("Account"), Column("Amount", Kind.MONEY), Column("By"), Column("State"), Column("Return by", Kind.DATE),
        Column("Asked by"), Column("Approved by"), Column("Number"), Column("Issued", Kind.DATE),
        Column("Cleared", Kind.DATE), Column("Ended", Kind.DATE), Column("Why it ended", width=40),
        Column("Returned twice", Kind.DATE),
    ]  # fmt: skip
    rows = (
        (
            one.pk, one.practice.name, one.payee, one.claim.number if one.claim else "",
            one.account.number if one.account else "", one.amount, one.get_method_display(), one.get_state_display(),
            one.due_on, str(one.asked_by), str(one.approved_by or ""), one.number, one.issued_on, one.cleared_on,
            one.ended_on, one.ended_because, one.doubled_on,
        )
        for one in found
    )  # fmt: skip
    return Sheet("Refunds", columns, rows)


def unclaimed(found: "Iterable[UnclaimedRefund]") -> Sheet:
    """What nobody cashed, as it is reported to a state."""
    columns = [
        Column("State"), Column("Practice", width=28), Column("Owner", width=32), Column("Street", width=32),
        Column("City"), Column("ZIP"), Column("Amount", Kind.MONEY), Column("Number"), Column("Issued", Kind.DATE),
        Column("Stale from", Kind.DATE), Column("Due to the state", Kind.DATE), Column("Reported", Kind.DATE),
        Column("Paid to the state", Kind.DATE),
    ]  # fmt: skip
    rows = (
        (
            row.place, row.refund.practice.name, row.refund.payee, row.refund.line1, row.refund.city, row.refund.zip,
            row.refund.amount, row.refund.number, row.refund.issued_on, row.clock.stale_on, row.clock.dormant_on,
            row.refund.reported_on, row.refund.paid_to_state_on,
        )
        for row in found
    )  # fmt: skip
    return Sheet("Unclaimed refunds", columns, rows)
