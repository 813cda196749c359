"""Payments that were read before remarks were understood, and that say by one that the claim was sent on (MA07, MA18, N89).

They are marked; what they put to the patient is moved by `manage.py follow_crossovers`, which also reads NM1*TT out of the
kept files.
"""

from django.db import migrations, models

_BATCH = 10_000
_SENT_ON = ("MA07", "MA18", "N89")
_ANSWERS = ("1", "2", "3", "4", "19", "20", "21")


def _says(codes, at):
    found = models.Q()
    for code in codes:
        found |= models.Q(**{f"{at}__contains": code})
    return found


def mark_forwarded(apps, schema_editor):
    alias = schema_editor.connection.alias
    claims = apps.get_model("claims", "RemitClaim").objects.using(alias)
    lines = apps.get_model("claims", "RemitLine").objects.using(alias)
    last = claims.aggregate(last=models.Max("pk"))["last"] or 0
    for first in range(0, last + 1, _BATCH):
        some = claims.filter(pk__gte=first, pk__lt=first + _BATCH, status__in=_ANSWERS, is_forwarded=False)
        on_lines = lines.filter(_says(_SENT_ON, "rarcs"), remit_claim__gte=first, remit_claim__lt=first + _BATCH)
        marked = list(some.filter(_says(_SENT_ON, "rarcs")).values_list("pk", flat=True))
        marked += some.filter(pk__in=on_lines.values("remit_claim")).values_list("pk", flat=True)
        for nth in range(0, len(marked), 500):
            claims.filter(pk__in=marked[nth : nth + 500]).update(is_forwarded=True)


class Migration(migrations.Migration):
    dependencies = [("claims", "0017_learned_coverages")]

    operations = [migrations.RunPython(mark_forwarded, migrations.RunPython.noop)]
