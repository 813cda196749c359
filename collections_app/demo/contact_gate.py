"""What the contact gate shows: a call that came in, one made against the rule, a planned rule of the office."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from arwork.staff.models import Role, User
from collections_app.contacts import asking, gate, rule_entry, services
from collections_app.contacts.gate import Purpose
from collections_app.contacts.gate_models import ContactRule
from collections_app.contacts.models import Channel, Contact, ContactOutcome
from collections_app.demo.setting import collectors
from collections_app.worklist.models import OPEN, WorkItem

_EARLY = dt.time(6, 40)
_LOOKED_AT = 40


def show_the_gate(*, until: dt.date, now: dt.datetime) -> None:
    """Once: on the last day somebody was called before breakfast, with a reason that a supervisor has yet to read;
    somebody else called in; and from next month on nobody is called before nine."""
    owner = User.objects.filter(role=Role.OWNER).order_by("pk").first()
    if owner is None or ContactRule.objects.exists():
        return
    first_of_next = (until.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    rule_entry.add_contact_rule(
        rule_entry.ContactRuleDraft(
            valid_from=first_of_next, source="Office policy: nobody is called before nine", opens=dt.time(9),
            channels=frozenset({gate.PHONE, gate.SMS}), confidence="high",
        ),
        actor=owner, now=now,
    )  # fmt: skip
    early = timezone.make_aware(dt.datetime.combine(until, _EARLY))
    for user in collectors():
        mine = WorkItem.objects.filter(OPEN, kind="patient_balance", owner=user, hold="").select_related("account")
        items = list(mine.order_by("-amount", "pk")[:_LOOKED_AT])
        accounts = [one.account_id for one in items if one.account_id]
        known = asking.verdicts_for(accounts, channel=gate.PHONE, purpose=Purpose.COLLECTION, at=early)
        asleep = [one for one in items if known[one.account_id or 0].rule.endswith("-hours")]
        if len(asleep) > 1:
            _call_early(asleep[0], user, at=early)
            services.log_unasked(
                actor=user, now=now, is_call=True, account_id=asleep[1].account_id,
                note="Called in: wants to know what the plan paid.", spoke_to="the guarantor",
            )  # fmt: skip
            return


def _call_early(item: WorkItem, user: User, *, at: dt.datetime) -> None:
    account = item.account
    if account is None:
        return
    with transaction.atomic():
        asking.record_attempt(
            Contact(
                practice_id=item.practice_id, account=account, person_id=account.guarantor_id, channel=Channel.PHONE,
                outcome=ContactOutcome.NO_ANSWER, at=at, by=user,
            ),
            why_anyway="Works nights and asked last week for a call before seven",
        )  # fmt: skip
