"""A letter that was mailed and came back, its print batch, and what its patient asked: for tests of who sees what."""

import io

from arwork.staff.models import User
from claims.parties.models import Account, PersonAddress
from collections_app.contacts.models import Contact
from collections_app.deliveries.models import Delivery, PrintBatch
from collections_app.deliveries.store import kept_batches
from collections_app.portal.models import PortalRequest
from tests.cast import NOW, TODAY


def mailed_to(account: Account, *, by: User) -> tuple[Delivery, PrintBatch, PortalRequest]:
    """The delivery, its batch, and a question."""
    practice, person = account.practice, account.guarantor
    sha256, _ = kept_batches.keep(io.BytesIO(str(person).encode()))
    batch = PrintBatch.objects.create(
        practice=practice, pieces=1, pages=1, sha256=sha256, manifest_sha256=sha256, made_at=NOW, made_by=by
    )
    contact = Contact.objects.create(
        practice=practice, account=account, person=person, channel="letter", purpose="statement", outcome="sent",
        at=NOW, by=by,
    )  # fmt: skip
    delivery = Delivery.objects.create(
        practice=practice, account=account, person=person, channel="mail", purpose="statement", state="returned",
        to=str(person), queued_on=TODAY, queued_at=NOW, queued_by=by, contact=contact, batch=batch, position=1,
        left_at=NOW, problem="Vacant",
    )  # fmt: skip
    PersonAddress.objects.filter(person=person).update(is_bad=True)
    asked = PortalRequest.objects.create(
        practice=practice, account=account, kind="question", words=str(person), asked_on=TODAY, asked_at=NOW
    )
    return delivery, batch, asked
