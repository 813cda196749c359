"""The ground the demo stands on: practices, people who work there, payers with directory and contracts."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from arwork.lib import bulk
from arwork.lib.money import round_money
from arwork.staff.models import Role, User
from claims.payers.fee_places import ANYWHERE, AT_FACILITY
from claims.payers.models import Contract, FeeItem, Payer, PayerContact, PayerIdentifier, Plan
from claims.practices.models import Practice, PracticeAccess
from collections_app.demo.places import CHARGES, PAYERS, PRACTICES, SECONDARY, DemoPayer
from collections_app.demo.world import contract_fee
from collections_app.limits.models import Limit
from collections_app.worklist.first_calls import SENT_ELSEWHERE

PEOPLE = (
    ("collector", Role.COLLECTOR, "Cora", "Ellery"),
    ("collector2", Role.COLLECTOR, "Milo", "Standish"),
    ("collector3", Role.COLLECTOR, "Priya", "Lindqvist"),
    ("supervisor", Role.SUPERVISOR, "Sabine", "Okafor-Reed"),
    ("supervisor2", Role.SUPERVISOR, "Tess", "Varga"),
    ("admin", Role.ADMIN, "Adele", "Marchetti"),
    ("owner", Role.OWNER, "Odile", "Ferrante"),
    ("auditor", Role.AUDITOR, "Oren", "Whitlock"),
)
#: Who works in the first practice alone; everybody else in all of them.
IN_ONE_PRACTICE = frozenset({"supervisor2"})
OPENS, CLOSES = dt.time(8, 0), dt.time(18, 0)


@transaction.atomic
def set_up(*, since: dt.date) -> None:
    """Open everything once; what is there already stays as it is. Contracts begin on `since`."""
    practices = [_practice(index) for index in range(len(PRACTICES))]
    users = [_user(*person) for person in PEOPLE]
    PracticeAccess.objects.bulk_create(
        [
            PracticeAccess(practice=practice, user=user)
            for user in users
            for practice in (practices[:1] if user.username in IN_ONE_PRACTICE else practices)
        ],
        ignore_conflicts=True,
    )
    _statements(users, since=since)
    for demo in (*PAYERS, SECONDARY):
        if not PayerIdentifier.objects.filter(qualifier="PI", value=demo.payer_id).exists():
            _payer(demo, practices, since=since)


def _statements(users: list[User], *, since: dt.date) -> None:
    """A billing house sends the statements of all practices, the first ten days after a balance is the patient's."""
    owner = next(user for user in users if user.role == Role.OWNER)
    Limit.objects.get_or_create(
        name=SENT_ELSEWHERE,
        defaults={"value": 10, "valid_from": since, "source": "The billing house", "entered_by": owner},
    )


def collectors() -> list[User]:
    """The demo's collectors, in a fixed order."""
    return list(User.objects.filter(username__in=[row[0] for row in PEOPLE], role=Role.COLLECTOR).order_by("username"))


def supervisor() -> User:
    """Who gives work from one to another."""
    return User.objects.get(username="supervisor")


def _practice(index: int) -> Practice:
    demo = PRACTICES[index]
    practice, _ = Practice.objects.get_or_create(
        npi=demo.npi,
        defaults={
            "name": demo.name,
            "tin": demo.tin,
            "time_zone": demo.zone,
            "phone": demo.phone,
            "address": demo.address,
            "city": demo.city,
            "state": demo.state,
            "zip": demo.zip,
        },
    )
    return practice


def _user(username: str, role: str, first: str, last: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(
            username=username, password=settings.DEMO_PASSWORD, role=role, first_name=first, last_name=last
        )
    return user


def _payer(demo: DemoPayer, practices: list[Practice], *, since: dt.date) -> None:
    payer = Payer.objects.create(name=demo.name, payer_class=demo.payer_class, is_confirmed=True)
    names = [("PI", demo.payer_id), ("XV", demo.payer_id), ("2U", demo.payer_id), ("NAME", demo.name.upper())]
    PayerIdentifier.objects.bulk_create(
        PayerIdentifier(payer=payer, qualifier=qualifier, value=value) for qualifier, value in names
    )
    plan = Plan.objects.create(payer=payer, name=demo.product.upper(), product=demo.product, funding=demo.funding)
    _directory(payer, demo)
    if demo.payer_class in {"commercial", "bcbs"} and demo is not SECONDARY:
        for practice in practices:
            contract = Contract.objects.create(
                practice=practice, payer=payer, plan=plan, name=f"{demo.name} fee schedule", valid_from=since
            )
            fees = {(code, ANYWHERE): contract_fee(code, demo) for code in CHARGES}
            fees |= {(code, AT_FACILITY): fees[code, ANYWHERE] * 7 / 10 for code in CHARGES if code.startswith("992")}
            bulk.insert(
                FeeItem,
                [
                    FeeItem(contract=contract, code=code, place=place, allowed=round_money(fee))
                    for (code, place), fee in fees.items()
                ],
            )


def _directory(payer: Payer, demo: DemoPayer) -> None:
    hours = {"opens": OPENS, "closes": CLOSES, "time_zone": demo.zone}
    slug = demo.name.lower().replace("'", "").replace(" ", "-")
    PayerContact.objects.bulk_create(
        [
            PayerContact(payer=payer, kind="phone", purpose="claim status", value=f"+1{demo.phone}", **hours),
            PayerContact(payer=payer, kind="fax", purpose="appeals", value=f"+1{demo.phone[:-2]}99"),
            PayerContact(payer=payer, kind="portal", purpose="claim status", value=f"https://{slug}.example/providers"),
            PayerContact(
                payer=payer,
                kind="address",
                purpose="appeals",
                value=f"{demo.name}, Appeals, PO Box 99, Anytown, IL 60601",
            ),
        ]
    )
