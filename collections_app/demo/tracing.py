"""People to find in the demo: three who moved, with leads of each kind, and a change-of-address file taken in."""

import datetime as dt

from django.db import transaction

from arwork.lib import events
from arwork.staff.access import Capability, may, practice_ids
from arwork.staff.models import User
from claims.amendments.contact_points import correct_phone, mark_address
from claims.amendments.history import Turn, Word
from claims.parties.models import Account, PersonAddress, PersonPhone
from collections_app.contacts.models import Hold
from collections_app.demo.setting import collectors
from collections_app.plans.models import PaymentPlan
from collections_app.tracing import daily, files_in, services
from collections_app.tracing.facts import balances_of
from collections_app.tracing.leads import LeadEntry
from collections_app.tracing.models import TraceCase, TraceFile
from collections_app.tracing.trace_csv import id_of

_HEAD = "id,return_code,move_type,move_date,new_address1,new_address2,new_city,new_state,new_zip,footnotes"
_LOST, _MOVED = 3, 4


def look_for_people(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day: whoever owes much and holds nothing is lost, a few others moved."""
    supervisor = next((one for one in User.objects.filter(is_active=True).order_by("pk") if _may_import(one)), None)
    if supervisor is None or TraceFile.objects.exists():
        return
    accounts = _accounts(practice_ids(supervisor)[:1])
    lost, moved = accounts[:_LOST], accounts[_LOST : _LOST + _MOVED]
    if len(moved) < _MOVED:
        return
    with events.quiet(), transaction.atomic():
        for account in lost:
            _lose(account, Turn(supervisor, Word("mail", reason="Moved, left no address"), now, until))
        daily.run_tracing(today=until, now=now)
        _add_leads(lost, until, now=now)
        files_in.take_in(
            _file(moved, until), "ncoa", name="ncoa-back.csv", partner="Postal data house",
            practice_id=moved[0].practice_id, actor=supervisor, today=until, now=now,
        )  # fmt: skip


def _may_import(user: User) -> bool:
    return may(user, Capability.IMPORT_FILES) and bool(practice_ids(user))


def _accounts(practices: list[int]) -> list[Account]:
    """Who owes enough, most first, and has neither a hold nor a plan."""
    held = Hold.objects.filter(lifted_at=None).values("account")
    planned = PaymentPlan.objects.values("account")
    rows = Account.objects.filter(practice__in=practices, merged_into=None).exclude(pk__in=held).exclude(pk__in=planned)
    owing = balances_of(list(rows.values_list("guarantor_id", flat=True)))
    known = [one for one in rows.select_related("guarantor") if one.guarantor_id in owing]
    known.sort(key=lambda one: (-owing[one.guarantor_id], one.number))
    homes = set(PersonAddress.objects.filter(is_current=True, is_bad=False).values_list("person_id", flat=True))
    first = {one.guarantor_id: one for one in reversed(known)}
    return [one for one in known if one.guarantor_id in homes and first[one.guarantor_id] is one]


def _lose(account: Account, turn: Turn) -> None:
    """Mail came back, and nobody answers at any number."""
    for home in PersonAddress.objects.filter(person=account.guarantor_id, is_bad=False).order_by("pk"):
        mark_address(home.pk, turn, is_bad=True)
    for phone in PersonPhone.objects.filter(person=account.guarantor_id, is_wrong=False).order_by("pk"):
        correct_phone(phone.pk, turn, kind=phone.kind, wrong=True, preferred=False)


def _add_leads(lost: list[Account], until: dt.date, *, now: dt.datetime) -> None:
    """What collectors heard and found: two who agree, a label, a sister."""
    ago = until - dt.timedelta(days=20)
    home = {"line1": "418 Orchard Lane", "line2": "Apt 2", "city": "Newark", "state": "OH", "zip": "43055"}
    sister = {"name": "Nora Hale", "number": "614-555-0177", "relation": "sister"}
    told = (
        (LeadEntry("phone", {"number": "614-555-0142"}, "directory", ago), LeadEntry("address", home, "label", ago)),
        (LeadEntry("relative", sister, "patient", ago), LeadEntry("employer", {"name": "Orchard Mill"}, "web", ago)),
        (LeadEntry("phone", {"number": "614-555-0163"}, "web", ago - dt.timedelta(days=400)),),
    )
    for account, entries in zip(lost, told, strict=True):
        case = TraceCase.objects.filter(person=account.guarantor_id).select_related("owner").first()
        if case is None:
            continue
        actor = case.owner or next(iter(collectors()), None)
        if actor is None or account.practice_id not in practice_ids(actor):
            continue
        for entry in entries:
            services.add_lead(case.pk, entry, actor=actor, today=until, now=now)
    first = TraceCase.objects.filter(person=lost[0].guarantor_id).select_related("owner").first()
    if first is not None and first.owner is not None:
        again = LeadEntry("phone", {"number": "614-555-0142"}, "relative", until)
        services.add_lead(first.pk, again, actor=first.owner, today=until, now=now)


def _file(moved: list[Account], until: dt.date) -> bytes:
    """Two who moved, one whose new apartment is in doubt, one who left no address, and a line that names nobody."""
    month = f"{until - dt.timedelta(days=90):%Y-%m}"
    one, two, three, four = (id_of(account.guarantor_id) for account in moved)
    rows = (
        f"{one},A,I,{month},27 Alder Street,,Columbus,OH,43215,",
        f"{two},92,F,{month},1190 Quarry Road,,Dublin,OH,43017,",
        f"{three},91,I,{month},55 Canal Street,,Columbus,OH,43215,",
        f"{four},02,I,{month},,,,,,",
        f"X-17,A,I,{month},1 Main Street,,Columbus,OH,43215,",
    )
    return "\n".join((_HEAD, *rows, "")).encode()
