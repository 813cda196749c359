"""How rows of a claim stood before a person's decision, so that undoing it can put back what is no money.

Money is undone by reversing. Beside it a posting settles sendings, gives the claim the payer's number, and opens or
closes what stands above this slice (denials, underpayments), which registers its tables here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from arwork.lib import bulk
from claims.billing.models import Claim, Submission

Photograph = dict[str, dict[str, list[Any]]]  # name of the kind, then row id, then the columns in order


@dataclass(frozen=True, slots=True)
class Kind:
    """A table whose rows belong to claims: which columns a posting changes. `opened_by` names the column of the
    payment that opened a row: what the undone payment opened goes with it."""

    model: type[models.Model]
    columns: Sequence[str]
    of_claim: str = "claim"
    opened_by: str = ""


_kinds = {
    "claim": Kind(Claim, ("icn", "awaiting_correction_since"), of_claim="id"),
    "submission": Kind(Submission, ("state", "state_on", "icn")),
}


def register(name: str, kind: Kind) -> None:
    """Let rows of `kind` be put back too."""
    _kinds[name] = kind


def photograph(claim_id: int) -> Photograph:
    """How the rows of a claim stand now, as JSON keeps it; one query a kind."""
    stands = {
        name: {str(pk): values for pk, *values in _rows(kind, claim_id).values_list("pk", *kind.columns)}
        for name, kind in _kinds.items()
    }
    kept: Photograph = json.loads(json.dumps(stands, cls=DjangoJSONEncoder))
    return kept


def put_back(claim_id: int, photo: Photograph, *, opened_by: int) -> None:
    """Bring the rows of a claim back to how they stood, and remove what payment `opened_by` opened."""
    for name, kind in _kinds.items():
        stood = photo.get(name, {})
        fields: list[Any] = [kind.model._meta.get_field(column) for column in kind.columns]
        written = {
            int(pk): tuple(field.to_python(value) for field, value in zip(fields, values, strict=True))
            for pk, values in stood.items()
        }
        bulk.write(kind.model, kind.columns, written)
        if kind.opened_by:
            _rows(kind, claim_id).filter(**{kind.opened_by: opened_by}).exclude(pk__in=written).delete()


def _rows(kind: Kind, claim_id: int) -> "models.QuerySet[Any]":
    return kind.model._default_manager.filter(**{kind.of_claim: claim_id}).order_by("pk")
