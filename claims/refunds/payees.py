"""Who gets a refund, and where they live: the guarantor or the payer, unless somebody says otherwise."""

from dataclasses import dataclass

from claims.billing.buckets import PATIENT_SIDE
from claims.credits.selectors import Credit
from claims.credits.sources import DEPOSIT
from claims.parties.models import Account, PersonAddress
from claims.payers.models import Payer, PayerContact


@dataclass(frozen=True, slots=True)
class Payee:
    """A name and a postal address; what is not known is empty."""

    name: str
    line1: str = ""
    line2: str = ""
    city: str = ""
    state_code: str = ""
    zip: str = ""
    payer_id: int | None = None


def payee_of(credit: Credit) -> Payee:
    """The payee of a credit, as the books know them."""
    if is_payers(credit):
        return _payer(credit.payer_id, credit.payer)
    account = Account.objects.select_related("guarantor").get(pk=credit.account_id or 0)
    home = PersonAddress.objects.filter(person=account.guarantor_id, is_current=True).order_by("-pk").first()
    name = " ".join(
        part for part in (account.guarantor.first, account.guarantor.last, account.guarantor.suffix) if part
    )
    if home is None:
        return Payee(name)
    return Payee(name, home.line1, home.line2, home.city, home.state, home.zip)


def is_payers(credit: Credit) -> bool:
    """Whether a payer gets it back: its bucket, its deposit."""
    return credit.source.kind == DEPOSIT or bool(credit.source.bucket) and credit.source.bucket not in PATIENT_SIDE


def _payer(payer_id: int | None, name: str) -> Payee:
    """The address that its directory keeps for refunds, else for anything: street, then city, state and ZIP."""
    known = PayerContact.objects.filter(payer=payer_id, kind=PayerContact.Kind.ADDRESS) if payer_id else ()
    rows = sorted(known, key=lambda one: ("refund" not in one.purpose.lower(), one.pk))
    state = Payer.objects.filter(pk=payer_id).values_list("state", flat=True).first() or "" if payer_id else ""
    if not rows:
        return Payee(name[:80], state_code=state, payer_id=payer_id)
    street, _, rest = rows[0].value.partition(",")
    return Payee(name[:80], street.strip()[:80], rest.strip()[:80], state_code=state, payer_id=payer_id)
