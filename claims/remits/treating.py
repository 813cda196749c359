"""Changing what adjustments do: an override begins and ends on a day; the shipped table is never edited."""

import datetime as dt
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.models import Payer
from claims.remits.models import AdjustmentRule
from claims.remits.treatment import BY_GROUP, Rule, Treatment, default_rules

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Remark codes as X12 list 411 forms them: M1, MA130, N781.
_RARC = re.compile(r"(M|MA|N)[0-9]{1,4}")
#: What each treatment does, for people.
WORDS: dict[Treatment, str] = {
    Treatment.CONTRACTUAL: "written off as contractual",
    Treatment.SEQUESTRATION: "written off as sequestration",
    Treatment.TRANSFER: "moves to the next payer, else to the patient",
    Treatment.NEXT_PAYER: "moves to the next payer, never to the patient by itself",
    Treatment.DENIAL: "stays with the payer and opens a denial",
    Treatment.DISPUTABLE: "stays with the payer and opens an underpayment",
    Treatment.INFORMATION: "moves nothing; information only",
    Treatment.STATUTORY: "may not be asked of the patient: next payer, else statutory write-off",
}


class BadTreatment(DomainError):
    """An override that could never apply, or that the law or the books forbid."""

    code = "bad_treatment"


@dataclass(frozen=True, slots=True)
class TreatmentDraft:
    """An override as it was entered."""

    group: str
    carc: str
    treatment: str
    valid_from: dt.date
    payer_id: int | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rarc: str = ""


def overrides() -> QuerySet[AdjustmentRule]:
    """What admins entered, the newest first."""
    return AdjustmentRule.objects.select_related("payer").order_by("-valid_from", "-pk")


def shipped(*, group: str = "", search: str = "") -> list[Rule]:
    """The shipped table, narrowed to a group and to codes that begin with `search`."""
    code = search.strip().upper()
    return [
        rule
        for rule in default_rules()
        if (not group or rule.group == group) and (not code or (rule.carc or "").startswith(code) or rule.rarc == code)
    ]


@transaction.atomic
def add_override(draft: TreatmentDraft, *, actor: "User", now: dt.datetime) -> AdjustmentRule:
    """Store an override; one of the same codes and payer that is still in force ends the day before."""
    require(actor, Capability.CONFIGURE_PAYERS)
    _check(draft)
    same = AdjustmentRule.objects.select_for_update().filter(
        group=draft.group, carc=draft.carc, rarc=draft.rarc, payer=draft.payer_id, valid_from__lt=draft.valid_from
    )
    day_before = draft.valid_from - dt.timedelta(days=1)
    for row in same:
        if row.valid_to is None or row.valid_to > day_before:
            _end(row, day_before, actor=actor, now=now)
    row = AdjustmentRule.objects.create(**asdict(draft))
    audit.record(actor, "treatment_added", "adjustment_rule", row.pk, practice_id=None, after=asdict(draft), now=now)
    return row


@transaction.atomic
def end_override(override_id: int, *, last_day: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """End an override after `last_day`; what is posted already stays as posted."""
    require(actor, Capability.CONFIGURE_PAYERS)
    row = AdjustmentRule.objects.select_for_update().filter(pk=override_id).first()
    if row is None:
        raise NotFound("There is no such override any more.")
    if row.valid_from > today:
        codes = {"group": row.group, "carc": row.carc, "rarc": row.rarc}
        before = {**codes, "treatment": row.treatment, "valid_from": row.valid_from}
        row.delete()
        audit.record(
            actor, "treatment_withdrawn", "adjustment_rule", override_id, practice_id=None, before=before, now=now
        )
        return
    if last_day < max(row.valid_from, today - dt.timedelta(days=1)):
        raise BadTreatment("An override ends yesterday at the earliest: what was in force stays on record.")
    _end(row, last_day, actor=actor, now=now)


def _end(row: AdjustmentRule, last_day: dt.date, *, actor: "User", now: dt.datetime) -> None:
    before, row.valid_to = {"valid_to": row.valid_to}, last_day
    row.save(update_fields=["valid_to"])
    after = {"valid_to": last_day}
    audit.record(
        actor, "treatment_ended", "adjustment_rule", row.pk, practice_id=None, before=before, after=after, now=now
    )


def _check(draft: TreatmentDraft) -> None:
    if draft.group not in BY_GROUP:
        raise BadTreatment("Choose the group: CO, PR, OA, PI or CR.")
    if draft.treatment not in set(Treatment):
        raise BadTreatment("Choose what the adjustment does.")
    if draft.carc and not (draft.carc.isalnum() and len(draft.carc) <= 5):
        raise BadTreatment("A reason code has up to five letters and digits, such as 45 or B10.")
    if draft.rarc and (not _RARC.fullmatch(draft.rarc) or len(draft.rarc) > 5):
        raise BadTreatment("A remark code is M, MA or N with a number, such as M15, MA130 or N781.")
    if not draft.carc and draft.group in ("CO", "PI") and draft.treatment in ("contractual", "sequestration"):
        raise BadTreatment("Writing a whole group off would forgive denials unread. Name the reason code.")
    if draft.group == "CO" and draft.treatment == "transfer":
        raise BadTreatment("CO is the provider's loss by contract: it may not be moved to the patient.")
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        raise BadTreatment("The last day lies before the first.")
    if draft.payer_id is not None and not Payer.objects.filter(pk=draft.payer_id).exists():
        raise BadTreatment("There is no such payer any more.")
