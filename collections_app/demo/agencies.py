"""An agency of the demo: its contract, a batch that it has, what it reports, and an account that is called back."""

import datetime as dt
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from arwork.lib import events
from arwork.staff.models import User
from claims.practices.models import Practice
from collections_app.agencies import files_out, judging, recalling, setup, taking_in
from collections_app.agencies.models import Agency
from collections_app.agencies.placing import candidates, place
from collections_app.demo.places import PRACTICES

STATES = ("AK", "AZ", "CA", "CO", "CT", "FL", "GA", "IN", "MA", "NJ", "NY", "OH", "PA", "TX", "WI")
PLACED_BEFORE, PAID_BEFORE, REPORTED_BEFORE = dt.timedelta(days=9), dt.timedelta(days=4), dt.timedelta(days=2)
MOST = 6
_HEAD = "key,reference,type,date,amount,fee,code,note"


def place_some(until: dt.date) -> None:
    """Tell the story up to `until`; once. Without accounts that may be placed only the contract is told."""
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    if Agency.objects.filter(practice=practice).exists():
        return
    placed_on, reported_on = until - PLACED_BEFORE, until - REPORTED_BEFORE
    agency = _agency(practice, placed_on)
    with events.quiet():
        fitting = candidates(agency, actor=_user("supervisor"), today=placed_on).fitting[:MOST]
        if not fitting:
            return
        batch = place(
            [one.account.pk for one in fitting], agency.pk, key=uuid5(NAMESPACE_URL, f"demo:{until}"),
            actor=_user("supervisor"), today=placed_on, now=_at(placed_on),
        )  # fmt: skip
        files_out.download(batch.file_id, actor=_user("supervisor"), today=placed_on, now=_at(placed_on))
        first, *others = batch.placements.order_by("pk")
        paid_on = (until - PAID_BEFORE).isoformat()
        half = (first.amount / 2).quantize(Decimal("0.01"))
        lines = [
            _HEAD,
            f"LR-5001,{first.reference},payment,{paid_on},{half},,,",
            f"LR-5003,P99999999,payment,{paid_on},35.00,8.75,,",
        ]
        if others:
            moved = f"LR-5002,{others[0].reference},return,{paid_on},,,not_found,Moved and left no address"
            lines.insert(2, moved)
        report = "\n".join([*lines, ""]).encode()
        shown = judging.read(agency.pk, report, actor=_user("supervisor"), today=reported_on)
        taking_in.take_in(
            agency.pk, "lakeside-report.csv", content=report, deposit=shown.deposit, deposit_reference="ACH 20417",
            actor=_user("supervisor"), today=reported_on, now=_at(reported_on),
        )  # fmt: skip
        if others[1:]:
            recalling.recall(
                [others[1].pk], code="insurance", because="Medicaid was granted back to the day of the visit",
                actor=_user("supervisor"), today=reported_on, now=_at(reported_on),
            )  # fmt: skip


def _agency(practice: Practice, on: dt.date) -> Agency:
    admin, since = _user("admin"), on - dt.timedelta(days=700)
    draft = setup.AgencyDraft(
        name="Lakeside Recovery", contact="Lee Ortiz, 216 555 0100", agreement_on=since, minimum=Decimal("10.00"),
        needs_offers=False,
    )  # fmt: skip
    agency = setup.enter(practice.pk, draft, actor=admin, today=on, now=_at(on))
    for state in STATES:
        setup.add_licence(
            agency.pk, state=state, number=f"{state}-40117", valid_from=since, valid_to=None, actor=admin, now=_at(on)
        )
    for number, age, percent in ((1, 0, "25"), (1, 365, "35"), (2, 0, "50")):
        setup.add_fee(
            agency.pk, placement_number=number, age_from=age, percent=Decimal(percent), valid_from=since,
            source="Contract, schedule A", actor=admin, now=_at(on),
        )  # fmt: skip
    return agency


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(17), dt.UTC)
