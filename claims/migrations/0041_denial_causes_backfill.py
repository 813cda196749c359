"""What the shipped table said, when this was written, of the denials that were there; and that recovered ones were won.

Written out here, so that the table may change later without changing what this did.
"""

from django.db import migrations
from django.db.models import F, Q

_BY_CATEGORY = {
    "patient_share": ("other", "no", "patient"), "pricing": ("contract", "no", "payer"),
    "coding": ("coding", "yes", "coder"), "authorization": ("authorization", "yes", "front_desk"),
    "missing_info": ("billing", "yes", "biller"), "duplicate": ("billing", "yes", "biller"),
    "other_party": ("registration", "depends", "patient"), "cob": ("registration", "yes", "patient"),
    "eligibility": ("registration", "yes", "front_desk"), "timely_filing": ("billing", "yes", "biller"),
    "benefit_limit": ("registration", "depends", "patient"), "medical_necessity": ("clinical", "depends", "clinician"),
    "non_covered": ("clinical", "depends", "biller"), "bundling": ("coding", "depends", "coder"),
    "documentation": ("documentation", "yes", "biller"), "cob_data": ("billing", "yes", "biller"),
    "pending": ("payer", "no", "payer"), "credentialing": ("contract", "yes", "enrollment"),
    "appeal_lost": ("other", "no", "supervisor"), "non_billable": ("contract", "no", "supervisor"),
    "network": ("contract", "depends", "supervisor"),
}
_BY_REASON = [
    (("14",), "coding", ("registration", "yes", "front_desk")),
    (("140",), "missing_info", ("registration", "yes", "front_desk")),
    (("24",), "cob", ("contract", "yes", "front_desk")),
    (("39",), "authorization", ("authorization", "depends", "clinician")),
    (("109",), "cob", ("registration", "yes", "front_desk")),
    (("227",), "missing_info", ("registration", "depends", "patient")),
    (("226", "252"), "missing_info", ("documentation", "yes", "biller")),
    (("B9",), "other", ("registration", "yes", "front_desk")),
    (("B11",), "cob", ("payer", "no", "payer")),
    (("B13",), "other", ("payer", "no", "biller")),
    (("96", "204"), "non_covered", ("registration", "depends", "front_desk")),
]
_BY_REMARK = [
    (("MA130",), {"root_cause": "billing", "preventable": "yes", "cure": "biller"}),
    (("N706", "M127", "N29", "M60"), {"root_cause": "documentation", "preventable": "yes", "cure": "clinician"}),
    (("N179", "N197"), {"cure": "patient"}),
]


def _fill(apps, schema_editor):
    denials = apps.get_model("claims", "Denial").objects
    names = ("root_cause", "preventable", "cure")
    for category, said in _BY_CATEGORY.items():
        denials.filter(category=category).update(**dict(zip(names, said)))
    others = denials.exclude(category__in=_BY_CATEGORY)
    others.update(root_cause="other", preventable="depends", cure="biller")
    for carcs, category, said in _BY_REASON:
        denials.filter(carc__in=carcs, category=category).update(**dict(zip(names, said)))
    for codes, said in _BY_REMARK:
        named = Q()
        for code in codes:
            named |= Q(rarcs=code) | Q(rarcs__startswith=f"{code} ") | Q(rarcs__endswith=f" {code}")
            named |= Q(rarcs__contains=f" {code} ")
        denials.filter(named).update(**said)
    won = denials.filter(state="recovered", outcome="", closed_on__isnull=False)
    won.update(outcome="won", decided_on=F("closed_on"))


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0040_denial_causes_and_outcomes'),
    ]

    operations = [
        migrations.RunPython(_fill, migrations.RunPython.noop),
    ]
