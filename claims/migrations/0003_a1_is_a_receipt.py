"""A 277CA of category A1 only says that the claim arrived. It was kept as an acceptance, so that a mere receipt counted
as proof of timely filing: what was kept so is a receipt from now on, and submissions stand where the other
acknowledgments leave them."""

from django.db import migrations, models
from django.db.models import Max, Q

BATCH = 1_000
CLAIM_LEVEL = ("277CA", "277")


def forwards(apps, schema_editor):
    acknowledgments = apps.get_model("claims", "Acknowledgment").objects.using(schema_editor.connection.alias)
    submissions = apps.get_model("claims", "Submission").objects.using(schema_editor.connection.alias)
    kept = acknowledgments.filter(kind="277CA", category__iexact="A1", verdict="accepted").order_by("pk")
    while batch := dict(kept.values_list("pk", "submission_id")[:BATCH]):
        acknowledgments.filter(pk__in=batch).update(verdict="received")
        affected = submissions.filter(pk__in={pk for pk in batch.values() if pk}, state="accepted")
        for pk in list(affected.values_list("pk", flat=True)):
            state, on = _standing(acknowledgments.filter(submission=pk))
            submissions.filter(pk=pk).update(state=state, state_on=on)


def _standing(receipts):
    """State and day: of an acceptance and a rejection the later counts, and on one day the rejection."""
    taken = Q(verdict="received") | (Q(verdict="accepted") & ~Q(kind__in=CLAIM_LEVEL))
    found = receipts.aggregate(
        accepted=Max("effective_on", filter=Q(verdict="accepted", kind__in=CLAIM_LEVEL)),
        rejected=Max("effective_on", filter=Q(verdict="rejected")),
        received=Max("effective_on", filter=taken),
    )
    accepted, rejected = found["accepted"], found["rejected"]
    if accepted and not (rejected and rejected >= accepted):
        return "accepted", accepted
    return ("rejected", rejected) if rejected else ("received", found["received"])


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_posting_append_only")]

    operations = [
        migrations.AlterField(
            model_name="acknowledgment",
            name="verdict",
            field=models.CharField(help_text="accepted, rejected, received, pending or info", max_length=10),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
