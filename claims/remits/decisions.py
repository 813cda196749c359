"""One decision about an exception: who may take it, the lock it is taken under, and the row that it leaves."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.events import announce
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.remits.models import RemitClaim, RemitException, Remittance

if TYPE_CHECKING:
    from arwork.staff.models import User


@contextmanager
def exception_decision(exception_id: int, actor: "User") -> Iterator[tuple[RemitException, RemitClaim]]:
    """One decision about one claim payment: allowed, locked, in one transaction."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        exception = locked_exception(exception_id, actor)
        if exception.remit_claim is None:
            raise Conflict("This concerns the whole remittance: accept it, or leave it waiting.")
        if exception.remit_claim.state == RemitClaim.State.STAGED:
            raise Conflict("The remittance itself is held. Settle that first; then this payment can be worked.")
        yield exception, exception.remit_claim


def locked_exception(exception_id: int, actor: "User", *, state: str = RemitException.State.OPEN) -> RemitException:
    """An exception of the actor's practices in `state`, its remittance locked. Raises `NotFound` or `Conflict`."""
    ours = RemitException.objects.filter(practice__in=practice_ids(actor))
    known = ours.filter(pk=exception_id).values_list("remittance_id", flat=True).first()
    if known is None:
        raise NotFound("There is no such exception in your practices.")
    Remittance.objects.select_for_update().get(pk=known)
    exception = ours.select_related("remittance", "remit_claim", "provider_adjustment").get(pk=exception_id)
    if exception.state != state:
        raise Conflict("Somebody has settled this already.")
    if state == RemitException.State.OPEN and (row := exception.remit_claim):
        exception.before = {"match": [row.claim_id, row.matched_by, row.bucket]}
    return exception


def record_decision(
    exception: RemitException,
    action: str,
    *,
    actor: "User",
    now: dt.datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Keep who decided what, and tell the worklist about the claim."""
    audit.record(
        actor,
        f"remit_{action}",
        "remit_exception",
        exception.pk,
        practice_id=exception.practice_id,
        before=before,
        after=after,
        now=now,
    )
    if exception.remit_claim and exception.remit_claim.claim_id:
        announce("remit", claims=[exception.remit_claim.claim_id])
    else:
        announce("remit", exceptions=[exception.pk])
