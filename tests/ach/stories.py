"""Words for stories about bank debits: who authorizes what, the file that goes out, what the bank answers."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from claims.parties.models import Account
from claims.practices.models import Practice
from claims.refunds.models import PayingAccount
from collections_app.ach import answers, files
from collections_app.ach.authorizations import AuthorizationDraft, authorize
from collections_app.ach.models import AchAnswerFile, AchEntry, AchFile, BankAuthorization
from collections_app.ach.services import originate
from collections_app.ach.settling import Settled, settle_entries
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice

#: TODAY is Friday 2026-11-20; the next banking day is Monday. Thanksgiving is 2026-11-26.
MONDAY, TUESDAY, WEDNESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24), dt.date(2026, 11, 25)
ROUTING, OTHER_ROUTING = "011000015", "122000247"
WHEN: dict[str, Any] = {"today": TODAY, "now": NOW}


def on(day: dt.date) -> dict[str, Any]:
    """That day at three in the afternoon (UTC), as services are told it."""
    return {"today": day, "now": dt.datetime.combine(day, dt.time(15), dt.UTC)}


def collecting(practice: Practice) -> PayingAccount:
    """The practice can collect, and its phone answers questions."""
    practice.phone = "2125550100"
    practice.save(update_fields=["phone"])
    found, _ = PayingAccount.objects.get_or_create(
        practice=practice,
        defaults={
            "bank": "First Harbor Bank", "routing": "021000021", "account": "9988776655", "company": "Harbor Clinic",
            "company_id": "1061234567", "updated_at": NOW, "updated_by": practice.staff.first(),
        },
    )  # fmt: skip
    return found


def owing(*amounts: str, practice: Practice | None = None, last: str = "Guarino") -> Account:
    """An account whose patient owes these amounts, a visit each."""
    account = make_account(practice=practice or make_practice(), last=last)
    patient = make_patient(account=account, last=last)
    for amount in amounts or ("240.00",):
        make_claim(patient=patient, payers=(), lines=[amount])
    return account


def draft(**but: Any) -> AuthorizationDraft:
    """Gus authorizes one debit of $120.00 by phone; the call is recorded."""
    told: dict[str, Any] = {
        "sec_code": "TEL", "holder": "Gus Guarino", "routing": ROUTING, "bank_account": "123456789",
        "bank_account_kind": "checking", "first_on": TODAY, "proof": "recording", "proof_reference": "call-881",
        "relationship": "known", "amount": Decimal("120.00"),
    }  # fmt: skip
    return AuthorizationDraft(**(told | but))


def authorized(account: Account, actor: Any, *, is_confirmed: bool = True, **but: Any) -> BankAuthorization:
    """An authorization of the account, its bank account confirmed unless said otherwise."""
    found = authorize(account_id=account.pk, draft=draft(**but), actor=actor, **WHEN)
    if is_confirmed:
        found.validated_how, found.validated_on = "hand", TODAY
        found.save(update_fields=["validated_how", "validated_on"])
    return found


def debited(authorization: BankAuthorization, actor: Any, amount: str = "120.00", **but: Any) -> AchEntry:
    """A debit under it, for the next banking day."""
    told = {"effective_on": TODAY, "key": f"k{AchEntry.objects.count()}"} | WHEN | but
    return originate(authorization_id=authorization.pk, amount=Decimal(amount), actor=actor, **told)


def sent(practice: Practice, actor: Any, day: dt.date = TODAY) -> AchFile:
    """The file of what is due, sent to the bank."""
    file = files.make_file(practice.pk, actor=actor, **on(day))
    return files.mark_sent(file.pk, actor=actor, **on(day))


def settled(day: dt.date) -> Settled:
    """What settles by that day is in the books."""
    return settle_entries(**on(day))


def answer_file(*said: tuple[str, str, str], settled_on: dt.date = TUESDAY, corrected: str = "") -> bytes:
    """A file of the bank: (code, trace of ours, amount). Written by hand from the layout, not by the writer."""
    lines = ["101 061234567 0210000212611241530A094101HARBOR CLINIC          FIRST HARBOR BANK              "]
    day = f"{settled_on:%j}"
    count = hashed = debits = 0
    groups = [[one for one in said if one[0][0] == "R"], [one for one in said if one[0][0] == "C"]]
    batches = [group for group in groups if group]
    for number, group in enumerate(batches, 1):
        code = "TEL" if group[0][0][0] == "R" else "COR"
        lines.append(f"5225HARBOR CLINIC   {'':20}1061234567{code}MEDICAL   261124261124{day}1{'01100001'}{number:07d}")
        inside = inside_hash = inside_cents = 0
        for place, (reason, trace, amount) in enumerate(group, 1):
            cents = int(Decimal(amount) * 100)
            own = f"01100001{number * 1000 + place:07d}"
            lines.append(f"62602100002{'1'}{'123456789':17}{cents:010d}{'DEBIT':15}{'GUS GUARINO':22}  1{own}")
            if reason[0] == "R":
                lines.append(f"799{reason}{trace}      02100002{'':44}{own}")
            else:
                lines.append(f"798{reason}{trace}      02100002{corrected:29}{'':15}{own}")
            inside, inside_hash, inside_cents = inside + 2, inside_hash + 2100002, inside_cents + cents
        lines.append(
            f"8225{inside:06d}{inside_hash:010d}{inside_cents:012d}{0:012d}1061234567{'':25}01100001{number:07d}"
        )
        count, hashed, debits = count + inside, hashed + inside_hash, debits + inside_cents
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{len(batches):06d}{blocks:06d}{count:08d}{hashed:010d}{debits:012d}{0:012d}{'':39}")
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    assert {len(line) for line in lines} == {94}
    return "".join(f"{line}\r\n" for line in lines).encode()


def answered(
    practice: Practice, actor: Any, *said: tuple[str, AchEntry], day: dt.date = TUESDAY, corrected: str = ""
) -> AchAnswerFile:
    """The bank answers these debits on that day."""
    for _, entry in said:
        entry.refresh_from_db()
    told: Sequence[tuple[str, str, str]] = [
        (code, entry.trace, str(entry.amount) if code[0] == "R" else "0.00") for code, entry in said
    ]
    content = answer_file(*told, settled_on=day, corrected=corrected)
    return answers.take_in("returns.ach", content, practice_id=practice.pk, actor=actor, **on(day))
