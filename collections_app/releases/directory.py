"""Who asks for records: entered once by name and ZIP, changed, and found again."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from collections_app.releases.models import Requester
from collections_app.releases.rules import match_key

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadRequester(DomainError):
    """Somebody who can't be kept in the directory as entered, naming the field."""

    code = "bad_requester"


@dataclass(frozen=True, slots=True)
class RequesterDraft:
    """A requester as entered; `kind` is a `Requester.Kind`."""

    kind: str
    name: str
    address: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    notes: str = ""
    always_lacks: str = ""


def add_requester(practice_id: int, draft: RequesterDraft, *, actor: "User", now: dt.datetime) -> Requester:
    """Enter somebody who asks for records. Raises `Conflict` where the same name at the same ZIP is known already,
    `BadRequester`, `NotFound`, `SensitiveText`."""
    require(actor, Capability.WORK_ITEMS)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")
    facts = _clean(draft)
    with transaction.atomic():
        _ensure_new(practice_id, facts["match_key"])
        try:
            with transaction.atomic():
                made = Requester.objects.create(practice_id=practice_id, entered_by=actor, entered_at=now, **facts)
        except IntegrityError:
            _ensure_new(practice_id, facts["match_key"])
            raise
        _tell(actor, "requester_added", made, now=now)
    return made


def change_requester(requester_id: int, draft: RequesterDraft, *, actor: "User", now: dt.datetime) -> Requester:
    """Change what is known of somebody in the directory. Raises as `add_requester`."""
    require(actor, Capability.WORK_ITEMS)
    facts = _clean(draft)
    with transaction.atomic():
        found = own_requester(requester_id, actor=actor, locked=True)
        _ensure_new(found.practice_id, facts["match_key"], but=found.pk)
        for name, value in facts.items():
            setattr(found, name, value)
        found.save()
        _tell(actor, "requester_changed", found, now=now)
    return found


def own_requester(requester_id: int, *, actor: "User", locked: bool = False) -> Requester:
    """One requester of the actor's practices. Raises `NotFound`."""
    rows = Requester.objects.select_for_update(of=("self",)) if locked else Requester.objects.all()
    found = rows.select_related("practice").filter(pk=requester_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such requester in your practices.")
    return found


def lines_of(requester: Requester) -> list[str]:
    """How an envelope names them, line by line."""
    place = f"{requester.city}, {requester.state} {requester.zip}".strip(" ,")
    return [line for line in (requester.name, requester.address, place) if line]


def _clean(draft: RequesterDraft) -> dict[str, str]:
    facts = {name: " ".join(value.split()) for name, value in asdict(draft).items()}
    if facts["kind"] not in Requester.Kind.values:
        raise BadRequester("Say who they are: a law firm, an insurer, a court, the patient.", field="kind")
    if not facts["name"]:
        raise BadRequester("Enter their name.", field="name")
    ensure_not_sensitive(**facts)
    facts["state"] = facts["state"].upper()
    return facts | {"match_key": match_key(facts["name"], facts["zip"])}


def _ensure_new(practice_id: int, key: str, *, but: int | None = None) -> None:
    twin = Requester.objects.filter(practice_id=practice_id, match_key=key).exclude(pk=but or 0).first()
    if twin is not None:
        raise Conflict(f"{twin.name} is in the directory already. Choose it there.", field="name", requester=twin.pk)


def _tell(actor: "User", action: str, requester: Requester, *, now: dt.datetime) -> None:
    audit.record(actor, action, "requester", requester.pk, practice_id=requester.practice_id, now=now)
