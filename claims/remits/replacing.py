"""A sound copy takes the place of a broken one.

A transfer that breaks off leaves a remittance that is held: its claims are not all there, and nothing of it has
posted. So does one whose amounts do not tie out, until the payer sends it corrected. The same payment then comes
again under the same key (RULES 2.4). Were that a duplicate, claims would never be paid; so the broken copy gives up
its key and keeps only its record. Where a person has accepted a truncated one already, `completing` posts what is
missing.
"""

import datetime as dt

from django.db import transaction

from arwork.staff import audit
from claims.remits import aftermath
from claims.remits.era import Reason
from claims.remits.models import ProviderAdjustment, RemitClaim, RemitException, Remittance
from claims.remits.staging import remittance_key

BROKE_OFF = "The file broke off; the same payment came again in another file."
CORRECTED = "It did not tie out; the same payment came again in another file, and there it does."


def give_way(kept: Remittance, *, now: dt.datetime, to_sound: bool = False) -> bool:
    """Set a truncated remittance aside for another copy of it; with `to_sound`, for one that ties out, also one that
    does not. False where it is neither, or anything of it posted."""
    with transaction.atomic():
        kept = Remittance.objects.select_for_update().get(pk=kept.pk)
        is_broken = broke_off(kept) or (to_sound and _is_uneven(kept))
        if kept.state != Remittance.State.STAGED or not is_broken or has_posted(kept):
            return False
        reason = BROKE_OFF if broke_off(kept) else CORRECTED
        kept.key = remittance_key("replaced", kept.key, kept.pk)
        kept.state = Remittance.State.REPLACED
        kept.save(update_fields=["key", "state"])
        RemitClaim.objects.filter(remittance=kept).update(state=RemitClaim.State.DISMISSED)
        waiting = list(kept.exceptions.filter(state=RemitException.State.OPEN))
        state = RemitException.State.DISMISSED
        aftermath.resolve(waiting, how="replaced", reason=reason, now=now, actor=None, state=state)
        after = {"reason": reason}
        audit.record(None, "remit_replace", "remittance", kept.pk, practice_id=kept.practice_id, after=after, now=now)
    return True


def broke_off(kept: Remittance) -> bool:
    """Whether the file of a remittance ended before its transaction did."""
    return any(problem.get("code") == "truncated" for problem in kept.problems)


def _is_uneven(kept: Remittance) -> bool:
    return kept.exceptions.filter(code=Reason.NOT_TIED_OUT, state=RemitException.State.OPEN).exists()


def has_posted(kept: Remittance) -> bool:
    """Whether anything of a remittance was booked, or looked at claim by claim."""
    claims = RemitClaim.objects.filter(remittance=kept).exclude(state=RemitClaim.State.STAGED)
    return claims.exists() or ProviderAdjustment.objects.filter(remittance=kept, posted_at__isnull=False).exists()
