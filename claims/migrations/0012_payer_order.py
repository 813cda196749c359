"""What payers send on to the next one, however they say so, and what a bill tells of the payers before.

What CLP02 said of payments read before is filled in.

Remarks and NM1*TT under another status are known of what is read from now on: those payments went to the patient, and
are corrected by whoever looks at them.
"""

from django.db import migrations, models

import arwork.lib.money

_BATCH = 10_000


def forwards(apps, schema_editor):
    rows = apps.get_model("claims", "RemitClaim").objects.using(schema_editor.connection.alias)
    last = rows.aggregate(last=models.Max("pk"))["last"] or 0
    for first in range(0, last + 1, _BATCH):
        some = rows.filter(pk__gte=first, pk__lt=first + _BATCH, status__in=("19", "20", "21"))
        some.update(is_forwarded=True)


class Migration(migrations.Migration):
    dependencies = [("claims", "0011_billed_lines")]

    operations = [
        migrations.AddField(
            model_name="remitclaim",
            name="is_forwarded",
            field=models.BooleanField(
                db_default=False,
                help_text="the payer sent the claim on to the next one: CLP02 19-21, MA07, MA18, N89, NM1*TT",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="prior_paid",
            field=arwork.lib.money.MoneyField(
                help_text="what the payers before this one had paid, as it says: 2320 AMT*D, 2430 SVD02", null=True
            ),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
