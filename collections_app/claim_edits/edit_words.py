"""What an own edit looks for, in words."""

from collections.abc import Mapping

from claims.payers.code_words import place_of_service_words
from claims.payers.models import PayerClass
from collections_app.claim_edits.edit_rules import LACKS, EditRow

_FORMS = {"P": "professional claims", "I": "institutional claims", "D": "dental claims"}


def conditions(row: EditRow, *, payers: Mapping[int, str]) -> str:
    """The conditions of an edit in one line: "Medicare; services 99213; without modifier 25"."""
    told = [
        payers.get(row.payer_id, "one payer") if row.payer_id else "",
        PayerClass(row.payer_class).label if row.payer_class else "",
        _FORMS.get(row.form, ""),
        f"services {row.codes}" if row.codes else "",
        f"with modifier {row.modifier}" if row.modifier else "",
        f"without modifier {row.without_modifier}" if row.without_modifier else "",
        f"place {row.place} ({place_of_service_words(row.place)})" if row.place else "",
        f"diagnoses {row.diagnosis}" if row.diagnosis else "",
        f"sex {row.sex}" if row.sex else "",
        f"more than {row.units_over} units" if row.units_over is not None else "",
        f"younger than {row.age_under}" if row.age_under is not None else "",
        f"older than {row.age_over}" if row.age_over is not None else "",
        f"{LACKS[row.lacks][0]} is missing" if row.lacks else "",
        f"member id not like {row.member_id}" if row.member_id else "",
    ]
    return "; ".join(one for one in told if one)
