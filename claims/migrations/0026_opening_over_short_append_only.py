"""What was owed before the books began here (OPENING), and what counting found over or short (OVER_SHORT).

SQLite makes a table anew to change a constraint, and its triggers go with the old one: they are set again.
"""

from pathlib import Path

from django.db import migrations, models

TRIGGERS = Path(__file__).parent / "sql" / "posting_append_only.sqlite.sql"


def set_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in TRIGGERS.read_text().split("END;"):
            if statement.strip():
                schema_editor.execute(statement + "END;")


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0025_adjustments"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='posting',
            name='a_kind_allows_only_its_pairs',
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'charge'), models.Q(models.Q(('credit__in', ('REVENUE',)), ('debit__in', ['AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['REVENUE'])), _connector='OR')), models.Q(('kind', 'payer_payment'), models.Q(models.Q(('credit__in', ('OTHER', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['CASH', 'INTERPRACTICE', 'UNAPPLIED'])), models.Q(('credit__in', ('CASH', 'INTERPRACTICE', 'UNAPPLIED')), ('debit__in', ['OTHER', 'PAYER1', 'PAYER2', 'PAYER3'])), _connector='OR')), models.Q(('kind', 'patient_payment'), models.Q(models.Q(('credit__in', ('CASH', 'UNAPPLIED')), ('debit__in', ['AGENCY', 'PATIENT'])), models.Q(('credit__in', ('AGENCY', 'PATIENT')), ('debit__in', ['CASH', 'UNAPPLIED'])), _connector='OR')), models.Q(('kind', 'unapplied'), models.Q(models.Q(('credit__in', ('UNAPPLIED',)), ('debit__in', ['CASH'])), models.Q(('credit__in', ('CASH',)), ('debit__in', ['UNAPPLIED'])), _connector='OR')), models.Q(('kind', 'contractual'), models.Q(models.Q(('credit__in', ('OTHER', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['CONTRACTUAL'])), models.Q(('credit__in', ('CONTRACTUAL',)), ('debit__in', ['OTHER', 'PAYER1', 'PAYER2', 'PAYER3'])), _connector='OR')), models.Q(('kind', 'sequestration'), models.Q(models.Q(('credit__in', ('SEQUESTRATION',)), ('debit__in', ['PAYER1', 'PAYER2', 'PAYER3'])), models.Q(('credit__in', ('PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['SEQUESTRATION'])), _connector='OR')), models.Q(('kind', 'statutory'), models.Q(models.Q(('credit__in', ('WO_STATUTORY',)), ('debit__in', ['AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['WO_STATUTORY'])), _connector='OR')), models.Q(('kind', 'write_off'), models.Q(models.Q(('credit__in', ('WO_ADMIN', 'WO_BAD_DEBT', 'WO_BANKRUPTCY', 'WO_CHARITY', 'WO_DENIAL', 'WO_DISCOUNT', 'WO_SETTLEMENT', 'WO_SMALL', 'WO_STATUTORY', 'WO_TIMELY')), ('debit__in', ['AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['WO_ADMIN', 'WO_BAD_DEBT', 'WO_BANKRUPTCY', 'WO_CHARITY', 'WO_DENIAL', 'WO_DISCOUNT', 'WO_SETTLEMENT', 'WO_SMALL', 'WO_STATUTORY', 'WO_TIMELY'])), _connector='OR')), models.Q(('kind', 'transfer'), models.Q(models.Q(('credit__in', ('OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['AGENCY'])), models.Q(('credit__in', ('AGENCY', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['OTHER'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['PATIENT'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PATIENT', 'PAYER2', 'PAYER3')), ('debit__in', ['PAYER1'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER3')), ('debit__in', ['PAYER2'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2')), ('debit__in', ['PAYER3'])), _connector='OR')), models.Q(('kind', 'refund'), models.Q(models.Q(('credit__in', ('REFUND',)), ('debit__in', ['AGENCY', 'CASH', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3', 'UNAPPLIED'])), models.Q(('credit__in', ('AGENCY', 'CASH', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3', 'UNAPPLIED')), ('debit__in', ['REFUND'])), _connector='OR')), models.Q(('kind', 'provider_adjustment'), models.Q(models.Q(('credit__in', ('FORWARD_BALANCE', 'INTEREST', 'PROVIDER_ADJUSTMENT', 'RECOUPMENT')), ('debit__in', ['CASH'])), models.Q(('credit__in', ('CASH',)), ('debit__in', ['FORWARD_BALANCE', 'INTEREST', 'PROVIDER_ADJUSTMENT', 'RECOUPMENT'])), _connector='OR')), models.Q(('kind', 'interpractice'), models.Q(models.Q(('credit__in', ('INTERPRACTICE',)), ('debit__in', ['CASH', 'UNAPPLIED'])), models.Q(('credit__in', ('CASH', 'UNAPPLIED')), ('debit__in', ['INTERPRACTICE'])), _connector='OR')), models.Q(('kind', 'recoupment'), models.Q(models.Q(('credit__in', ('RECOUPMENT',)), ('debit__in', ['OTHER', 'PAYER1', 'PAYER2', 'PAYER3'])), models.Q(('credit__in', ('OTHER', 'PAYER1', 'PAYER2', 'PAYER3')), ('debit__in', ['RECOUPMENT'])), _connector='OR')), models.Q(('kind', 'opening'), models.Q(models.Q(('credit__in', ('OPENING',)), ('debit__in', ['AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3', 'UNAPPLIED'])), models.Q(('credit__in', ('AGENCY', 'OTHER', 'PATIENT', 'PAYER1', 'PAYER2', 'PAYER3', 'UNAPPLIED')), ('debit__in', ['OPENING'])), _connector='OR')), models.Q(('kind', 'over_short'), models.Q(models.Q(('credit__in', ('OVER_SHORT',)), ('debit__in', ['CASH'])), models.Q(('credit__in', ('CASH',)), ('debit__in', ['OVER_SHORT'])), _connector='OR')), _connector='OR'), name='a_kind_allows_only_its_pairs'),
        ),
        migrations.RunPython(set_triggers, migrations.RunPython.noop),
    ]
