"""What was done about each notice of a payer, and which windows were missed.

What was recorded before counted for every denial of its claim up to its day: it is noted so for those still open. Work
whose last window has closed is looked at again tonight, so that it is written down as missed.
"""

import arwork.lib.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

#: The windows that each outcome kept, as it was when it was recorded; an appeal left nothing else to be done.
KEPT = {
    "appeal_sent": "appeal_1 appeal_2 corrected filing filing_secondary records",
    "underpayment_disputed": "appeal_1",
    "corrected_claim_sent": "corrected filing filing_secondary records",
    "records_sent": "records filing corrected filing_secondary",
}
NO_APPEAL = ("MA130",)
BATCH = 1_000


def note_answers(apps, schema_editor):
    action_model = apps.get_model("collections_app", "WorkAction")
    answer_model = apps.get_model("collections_app", "NoticeAnswer")
    denial_model = apps.get_model("claims", "Denial")
    short_model = apps.get_model("claims", "Underpayment")
    rows = action_model.objects.filter(
        disposition__in=KEPT, item__claim__isnull=False, item__state="open", undone_by=None, reverses=None
    )
    last = 0
    while batch := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", "item__claim_id", "disposition", "at")[:BATCH]
    ):
        last = batch[-1][0]
        claims = {claim for _, claim, *_ in batch}
        denials, shorts = {}, {}
        for pk, claim, day, rarcs in denial_model.objects.filter(claim__in=claims, state="open").values_list(
            "pk", "claim_id", "initial_on", "rarcs"
        ):
            denials.setdefault(claim, []).append((pk, day, rarcs))
        for pk, claim, day in short_model.objects.filter(
            claim__in=claims, state__in=("open", "disputed")
        ).values_list("pk", "claim_id", "opened_on"):
            shorts.setdefault(claim, []).append((pk, day))
        found = []
        for action, claim, disposition, at in batch:
            level = 1 if disposition in ("appeal_sent", "underpayment_disputed") else 0
            told = {"action_id": action, "kept": KEPT[disposition], "level": level}
            for pk, day, rarcs in denials.get(claim, ()):
                has_no_appeal = disposition == "appeal_sent" and any(one in rarcs.split() for one in NO_APPEAL)
                if day <= timezone.localdate(at) and not has_no_appeal:
                    found.append(answer_model(denial_id=pk, **told))
            if level:
                found += [
                    answer_model(underpayment_id=pk, **told)
                    for pk, day in shorts.get(claim, ())
                    if day <= timezone.localdate(at)
                ]
        answer_model.objects.bulk_create(found)


def look_at_closed_again(apps, schema_editor):
    items = apps.get_model("collections_app", "WorkItem").objects
    today = timezone.localdate()
    items.filter(state="open", deadline_on__lt=today, review_on__gt=today).update(review_on=today)


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0015_interpractice_append_only'),
        ('collections_app', '0007_unapplied_of_payers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MissedWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='the payer rule: appeal_1, filing', max_length=20)),
                ('closed_on', models.DateField(help_text='the last lawful day')),
                ('amount', arwork.lib.money.MoneyField()),
                ('why', models.CharField(choices=[('late', 'Closed before we knew'), ('given_up', 'Given up in words'), ('escalated', 'Waited for a supervisor'), ('snoozed', 'Slept past it'), ('untouched', 'Nobody worked it'), ('unkept', 'Worked, but not kept')], max_length=10)),
                ('touches', models.PositiveSmallIntegerField(default=0, help_text='since the item was opened')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='missed_windows', to='collections_app.workitem')),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
            options={
                'indexes': [models.Index(fields=['practice', 'closed_on'], name='missed_by_day')],
                'constraints': [models.UniqueConstraint(fields=('item', 'kind', 'closed_on'), name='a_window_is_missed_once')],
            },
        ),
        migrations.CreateModel(
            name='NoticeAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept', models.CharField(blank=True, help_text='kinds of windows that are needed no more', max_length=120)),
                ('level', models.PositiveSmallIntegerField(default=0, help_text='of the appeal that was sent or decided; 0: none')),
                ('upheld_on', models.DateField(help_text='the notice of a decision against us: the next level runs', null=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_answers', to='collections_app.workaction')),
                ('denial', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='claims.denial')),
                ('underpayment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='claims.underpayment')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('denial__isnull', False), ('underpayment', None)), models.Q(('denial', None), ('underpayment__isnull', False)), _connector='OR'), name='an_answer_is_to_one_notice')],
            },
        ),
        migrations.RunPython(note_answers, migrations.RunPython.noop),
        migrations.RunPython(look_at_closed_again, migrations.RunPython.noop),
    ]
