"""The people and things of the tests. Builders take keywords only and have truthful defaults; money and dates under
test are always written in the test itself."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import count

from arwork.lib.money import ZERO, money
from arwork.staff.models import Role, User
from claims.billing.claim_numbers import tail_of
from claims.billing.models import Claim, ClaimLine, Submission
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.parties.models import Account, Coverage, Patient, Person, PersonAddress
from claims.parties.name_index import learn_names
from claims.payers.models import Payer, PayerClass, PayerIdentifier, Plan
from claims.practices.models import Practice

NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
PASSWORD = "harbor-lantern-42"
_numbers = count(1)


def make_practice(*, name: str = "Harbor Clinic", npi: str = "1245319599", tin: str = "061234567") -> Practice:
    """The practice of that NPI, opened on first use."""
    practice, _ = Practice.objects.get_or_create(npi=npi, defaults={"name": name, "tin": tin, "state": "NY"})
    return practice


def make_user(
    *, username: str = "ana", role: str = Role.COLLECTOR, practices: Sequence[Practice] = (), first: str = ""
) -> User:
    """A member of staff with access to `practices`; the password is PASSWORD."""
    user = User.objects.create_user(
        username=username, password=PASSWORD, role=role, first_name=first or username.title(), last_name="Test"
    )
    for practice in practices:
        practice.staff.add(user)
    return user


def make_ana(*practices: Practice) -> User:
    return make_user(username="ana", role=Role.COLLECTOR, practices=practices)


def make_sol(*practices: Practice) -> User:
    return make_user(username="sol", role=Role.SUPERVISOR, practices=practices)


def make_ada(*practices: Practice) -> User:
    return make_user(username="ada", role=Role.ADMIN, practices=practices)


def make_oona(*practices: Practice) -> User:
    return make_user(username="oona", role=Role.OWNER, practices=practices)


def make_abe(*practices: Practice) -> User:
    return make_user(username="abe", role=Role.AUDITOR, practices=practices)


def make_payer(
    *, name: str = "Meridian Choice", payer_class: str = PayerClass.COMMERCIAL, payer_id: str = "MER01"
) -> Payer:
    """The payer of that id, confirmed, with one PPO plan."""
    found = PayerIdentifier.objects.filter(qualifier="PI", value=payer_id).select_related("payer").first()
    if found:
        return found.payer
    payer = Payer.objects.create(name=name, payer_class=payer_class, is_confirmed=True)
    PayerIdentifier.objects.create(payer=payer, qualifier="PI", value=payer_id)
    Plan.objects.create(payer=payer, name="PPO", product="ppo", funding="insured")
    return payer


def make_account(
    *, practice: Practice | None = None, last: str = "Guarino", first: str = "Gus", address: bool = True
) -> Account:
    """A guarantor and the account that answers."""
    practice = practice or make_practice()
    person = make_person(practice=practice, last=last, first=first)
    # Where nobody knows where somebody lives, a call must be lawful in Hawaii too: most people live somewhere.
    if address:
        PersonAddress.objects.create(person=person, line1="9 Mill Rd", city="Johnstown", state="OH", zip="43031")
    number = f"A{next(_numbers):05d}"
    return Account.objects.create(
        practice=practice, number=number, guarantor=person, match_key=f"a{number}", opened_on=dt.date(2026, 1, 2)
    )


def make_person(*, practice: Practice, last: str = "Guarino", first: str = "Gus") -> Person:
    person = Person.objects.create(
        practice=practice,
        last=last,
        first=first,
        birth_on=dt.date(1961, 4, 9),
        search_name=f"{last} {first}".upper(),
        turned_name=f"{first} {last}".upper(),
    )
    learn_names([person])
    return person


def make_patient(*, account: Account | None = None, last: str = "Guarino", first: str = "Gus") -> Patient:
    account = account or make_account(last=last, first=first)
    return Patient.objects.create(
        practice=account.practice,
        account=account,
        person=account.guarantor
        if (last, first) == (account.guarantor.last, account.guarantor.first)
        else make_person(practice=account.practice, last=last, first=first),
        match_key=f"p{next(_numbers)}",
    )


def make_coverage(*, patient: Patient, payer: Payer, rank: int = 1, member_id: str = "M100") -> Coverage:
    coverage, _ = Coverage.objects.get_or_create(
        patient=patient, payer=payer, rank=rank, member_id=member_id, defaults={"plan": payer.plans.first()}
    )
    return coverage


def make_claim(
    *,
    practice: Practice | None = None,
    patient: Patient | None = None,
    payers: Sequence[Payer] | None = None,
    number: str = "",
    lines: Sequence[str] = ("240.00",),
    codes: Sequence[str] = ("99214", "85025", "36415", "99213"),
    service_on: dt.date = dt.date(2026, 9, 14),
    billed_on: dt.date | None = dt.date(2026, 9, 16),
    posted_on: dt.date | None = None,
    bucket: str = "",
) -> Claim:
    """An open claim with lines of the given charges, submitted and posted to the first payer's bucket.

    `payers=()` makes a self-pay claim whose charges the patient owes; `bucket` overrides who owes.
    """
    practice = practice or (patient.practice if patient else make_practice())
    patient = patient or make_patient(account=make_account(practice=practice))
    payers = [make_payer()] if payers is None else list(payers)
    covers = [make_coverage(patient=patient, payer=payer, rank=rank) for rank, payer in enumerate(payers, 1)]
    first = covers[0] if covers else None
    bucket = bucket or ("PAYER1" if covers else "PATIENT")
    number = number or f"C{next(_numbers):06d}"
    claim = Claim.objects.create(
        practice=practice,
        account=patient.account,
        patient=patient,
        payer=first.payer if first else None,
        plan=first.plan if first else None,
        number=number,
        tail=tail_of(number),
        service_from=service_on,
        service_to=service_on,
        charge=sum((money(line) for line in lines), ZERO),
        responsible=bucket,
        opened_on=billed_on or service_on,
        first_billed_on=billed_on,
        last_billed_on=billed_on,
        billing_npi=practice.npi,
        **{f"coverage{rank}": cover for rank, cover in enumerate(covers[:3], 1)},
    )
    rows = [
        ClaimLine.objects.create(
            claim=claim,
            number=number_,
            control=f"{claim.number}-{number_}",
            code=codes[(number_ - 1) % len(codes)],
            charge=money(line),
            service_from=service_on,
            service_to=service_on,
        )
        for number_, line in enumerate(lines, 1)
    ]
    if first and billed_on:
        Submission.objects.create(
            claim=claim,
            payer=first.payer,
            submitted_on=billed_on,
            state_on=billed_on,
            charge=claim.charge,
            source=f"cast:{claim.number}",
        )
    on = posted_on or billed_on or service_on
    charged = [row for row in rows if row.charge]
    ledger.post([charge_entry(claim, row, bucket=bucket, posted_on=on) for row in charged], now=NOW)
    claim.refresh_from_db()
    return claim


def charge_entry(claim: Claim, line: ClaimLine, *, bucket: str, posted_on: dt.date) -> Entry:
    return Entry(
        practice_id=claim.practice_id,
        claim_id=claim.pk,
        line_id=line.pk,
        kind="charge",
        debit=bucket if line.charge > 0 else "REVENUE",
        credit="REVENUE" if line.charge > 0 else bucket,
        amount=abs(line.charge),
        posted_on=posted_on,
        effective_on=line.service_from,
        key=posting_key("charge", claim.pk, line.pk),
    )


def move(
    line: ClaimLine, *, kind: str, debit: str, credit: str, amount: str | Decimal, on: dt.date, tag: object = ""
) -> Entry:
    """One entry on a line, for stories told in postings."""
    return Entry(
        practice_id=line.claim.practice_id,
        claim_id=line.claim_id,
        line_id=line.pk,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=money(amount),
        posted_on=on,
        effective_on=on,
        key=posting_key("story", line.pk, kind, debit, credit, amount, on, tag),
    )
