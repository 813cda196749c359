"""Bank debits of the demo: a file that went out and what the bank answered, one for the next file, one that is held.

Of the file one debit settled, one came back for want of money and is tried again on a payday, one came back as not
authorized and stopped its account, and one brought a notice of change.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from arwork.lib import events
from arwork.lib.money import ZERO
from arwork.staff.models import User
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.refunds.runs import PayingAccountDraft, save_paying_account
from collections_app.ach import answers, files
from collections_app.ach.authorizations import AuthorizationDraft, authorize, confirm_account
from collections_app.ach.banking_days import add_banking_days
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.ach.services import originate
from collections_app.ach.settling import settle_entries
from collections_app.demo.places import PRACTICES

ROUTING = "011000015"
_MOST = Decimal("60.00")
#: What the bank answers to each debit of the file; nothing where it settled for good.
_ANSWERS = ("", "R01", "R10", "C01")
_BANK = PayingAccountDraft(
    bank="First Harbor Bank", routing="021000021", account="440012345", company="Harbor Lane Family Med",
    company_id="1990100001", next_check=None,
)  # fmt: skip


def debit_accounts(until: dt.date) -> None:
    """Tell the story up to `until`; once."""
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    if BankAuthorization.objects.filter(practice=practice).exists():
        return
    sent_on = add_banking_days(until, -6)
    accounts = _owing(practice, len(_ANSWERS) + 2)
    if len(accounts) < len(_ANSWERS) + 2:
        return
    with events.quiet():
        save_paying_account(practice.pk, draft=_BANK, actor=_user("admin"), now=_at(sent_on))
        first = [_debit(one, place, sent_on) for place, one in enumerate(accounts[: len(_ANSWERS)])]
        file = files.make_file(practice.pk, actor=_user("supervisor"), today=sent_on, now=_at(sent_on))
        files.mark_sent(file.pk, actor=_user("supervisor"), today=sent_on, now=_at(sent_on))
        settled_on = add_banking_days(sent_on, 1)
        settle_entries(today=settled_on, now=_at(settled_on), practices=[practice.pk])
        came_on = add_banking_days(sent_on, 3)
        text = _answer_file([(code, one) for code, one in zip(_ANSWERS, first, strict=True) if code], came_on)
        answers.take_in(
            "returns.ach", text, practice_id=practice.pk, actor=_user("supervisor"), today=came_on, now=_at(came_on)
        )
        _debit(accounts[-2], len(_ANSWERS), until)
        _debit(accounts[-1], len(_ANSWERS) + 1, until, is_confirmed=False)


def _owing(practice: Practice, count: int) -> list[Account]:
    """Accounts whose patient owes enough, the latest opened."""
    rows = Receivable.objects.filter(practice=practice, bucket="PATIENT", amount__gt=0, account__merged_into=None)
    owed = rows.order_by().values_list("account_id").annotate(owed=Sum("amount"))
    able = sorted(account_id for account_id, total in owed if total >= _MOST)
    return list(Account.objects.filter(pk__in=able[-count:]).select_related("guarantor", "practice").order_by("pk"))


def _debit(account: Account, place: int, on: dt.date, *, is_confirmed: bool = True) -> AchEntry:
    first_on = add_banking_days(on, 1)
    draft = AuthorizationDraft(
        sec_code="TEL", holder=f"{account.guarantor.first} {account.guarantor.last}", routing=ROUTING,
        bank_account=f"55512{place:04d}",
        bank_account_kind="checking", first_on=first_on, proof="recording", proof_reference=f"call {4100 + place}",
        relationship="known", amount=_MOST, language="es" if place == 1 else "en",
    )  # fmt: skip
    given = authorize(account_id=account.pk, draft=draft, actor=_user("collector"), today=on, now=_at(on))
    if is_confirmed:
        confirm_account(given.pk, actor=_user("supervisor"), today=on, now=_at(on))
    return originate(
        authorization_id=given.pk, amount=_MOST, effective_on=first_on, key=f"authorization-{given.pk}",
        actor=_user("collector"), today=on, now=_at(on),
    )  # fmt: skip


def _answer_file(said: Sequence[tuple[str, AchEntry]], on: dt.date) -> bytes:
    """What the bank of the demo sends: returns, and a notice of change with a new account number."""
    lines = [f"101 990100001 021000021{on:%y%m%d}0800A094101{'HARBOR LANE':23}{'FIRST HARBOR BANK':23}{'':8}"]
    groups = [[one for one in said if one[0].startswith(kind)] for kind in ("R", "C")]
    count = hashed = cents = 0
    for number, group in enumerate(groups, 1):
        sec_code = "COR" if number > 1 else "TEL"
        lines.append(
            f"5225{'HARBOR LANE FAM':16}{'':20}1990100001{sec_code}{'MEDICAL':10}{on:%y%m%d}{on:%y%m%d}{on:%j}1"
            f"01100001{number:07d}"
        )
        inside = sum_of_batch = 0
        for place, (code, entry) in enumerate(group, 1):
            entry.refresh_from_db()
            amount = int((entry.amount if sec_code == "TEL" else ZERO) * 100)
            own = f"01100001{number * 1000 + place:07d}"
            lines.append(f"626021000021{'':17}{amount:010d}{'':15}{'':22}  1{own}")
            kind, about = ("98", f"{'5551290000':29}{'':15}") if sec_code == "COR" else ("99", f"{'':44}")
            lines.append(f"7{kind}{code}{entry.trace}      02100002{about}{own}")
            inside, sum_of_batch = inside + 2, sum_of_batch + amount
        hash_of_batch = len(group) * 2100002
        lines.append(
            f"8225{inside:06d}{hash_of_batch:010d}{sum_of_batch:012d}{0:012d}1990100001{'':25}01100001{number:07d}"
        )
        count, hashed, cents = count + inside, hashed + hash_of_batch, cents + sum_of_batch
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{len(groups):06d}{blocks:06d}{count:08d}{hashed:010d}{cents:012d}{0:012d}{'':39}")
    return "".join(f"{line}\n" for line in [*lines, *(["9" * 94] * (blocks * 10 - len(lines)))]).encode()


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(17), dt.UTC)
