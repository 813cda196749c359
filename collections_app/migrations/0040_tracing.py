"""People who can't be reached: a case a person, leads with their sources, files of addresses in and out, the history."""

import arwork.lib.encrypted_fields
import arwork.lib.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0038_card_payouts"),
        ('collections_app', '0039_settlements_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TraceCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To work"),
                            ("working", "Being worked"),
                            ("found", "Found"),
                            ("exhausted", "Exhausted"),
                            ("stopped", "Stopped"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("no_way", "No good address and no number"),
                            ("no_mail", "Mail came back"),
                            ("unanswered", "No answer on any number"),
                            ("moved", "Moved, says a file"),
                            ("by_hand", "Somebody asked for it"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "balance",
                    arwork.lib.money.MoneyField(
                        default=0, help_text="what is at stake over all their accounts when last looked at"
                    ),
                ),
                (
                    "chance",
                    models.PositiveSmallIntegerField(default=0, help_text="confidence of the best lead, percent"),
                ),
                ("worth", arwork.lib.money.MoneyField(default=0, help_text="balance times chance: the best first")),
                ("spent", arwork.lib.money.MoneyField(default=0, help_text="what hits cost since it was opened")),
                (
                    "tries",
                    models.PositiveSmallIntegerField(default=0, help_text="attempts at leads since it was opened"),
                ),
                ("next_action", models.CharField(blank=True, max_length=80)),
                ("next_on", models.DateField(null=True)),
                ("opened_on", models.DateField()),
                ("lead_on", models.DateField(help_text="when the last new lead came, or it was opened")),
                ("closed_on", models.DateField(null=True)),
                ("closed_because", arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
                (
                    "looked_at",
                    models.JSONField(
                        default=list, help_text="codes of sources in which somebody looked without a lead"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="trace_case", to="claims.person"
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.practice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TraceFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("ncoa", "Change of address (NCOA)"), ("vendor", "Skip tracing")], max_length=6
                    ),
                ),
                ("is_out", models.BooleanField()),
                ("partner", models.CharField(blank=True, help_text="who gets it, or sent it", max_length=80)),
                ("name", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "content",
                    arwork.lib.encrypted_fields.EncryptedTextField(
                        blank=True, help_text="of one that went out", max_length=40000000
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0)),
                ("hits", models.PositiveIntegerField(default=0)),
                ("cost", arwork.lib.money.MoneyField(default=0)),
                ("made_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.practice",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TraceLead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("address", "Address"),
                            ("email", "E-mail"),
                            ("employer", "Employer"),
                            ("relative", "Relative or reference"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "value",
                    arwork.lib.encrypted_fields.EncryptedTextField(
                        exact=True, help_text="folded: what makes two leads the same one", max_length=300
                    ),
                ),
                (
                    "parts",
                    arwork.lib.encrypted_fields.EncryptedJSONField(
                        help_text="as it is shown and written: number, address lines, name, relation"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("untried", "Not tried"),
                            ("tried", "Tried"),
                            ("confirmed", "Confirmed"),
                            ("wrong", "Wrong"),
                            ("dead", "Dead"),
                        ],
                        default="untried",
                        max_length=9,
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("confidence", models.PositiveSmallIntegerField(default=0, help_text="0 to 100, as of the last look")),
                ("added_on", models.DateField()),
                ("tried_on", models.DateField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="collections_app.tracecase",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        db_index=False,
                        help_text="what confirming it wrote to the person",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.personchange",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TraceFileRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                (
                    "done",
                    models.CharField(
                        choices=[
                            ("sent", "Sent"),
                            ("applied", "New address applied"),
                            ("suggested", "Became a lead"),
                            ("bad", "Address marked as bad"),
                            ("nothing", "Nothing to do"),
                            ("refused", "Left out"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "facts",
                    arwork.lib.encrypted_fields.EncryptedJSONField(default=dict, help_text="the line as it was read"),
                ),
                ("words", models.CharField(blank=True, max_length=200)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="collections_app.tracecase",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.personchange",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="collections_app.tracefile",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.person",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="collections_app.tracelead",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TraceEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12)),
                ("outcome", models.CharField(blank=True, help_text="of an attempt", max_length=12)),
                (
                    "was_asked_to",
                    models.BooleanField(default=False, help_text="a third party asked to be called again"),
                ),
                ("words", arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="collections_app.tracecase",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="collections_app.contact",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="collections_app.tracelead",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LeadSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=10)),
                ("said_on", models.DateField()),
                (
                    "score",
                    models.PositiveSmallIntegerField(help_text="0 to 100, where the source gives one", null=True),
                ),
                ("words", arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=200)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="collections_app.tracefile",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sources",
                        to="collections_app.tracelead",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="tracecase",
            index=models.Index(fields=["practice", "state", "-worth"], name="trace_by_worth"),
        ),
        migrations.AddIndex(
            model_name="tracecase",
            index=models.Index(fields=["state", "id"], name="trace_by_state"),
        ),
        migrations.AddConstraint(
            model_name="tracecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on", None), ("state__in", ("open", "working"))),
                    models.Q(models.Q(("state__in", ("open", "working")), _negated=True), ("closed_on__isnull", False)),
                    _connector="OR",
                ),
                name="a_trace_that_is_over_says_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="tracecase",
            constraint=models.CheckConstraint(
                condition=models.Q(("chance__lte", 100)), name="a_chance_is_a_percentage"
            ),
        ),
        migrations.AddIndex(
            model_name="tracefile",
            index=models.Index(fields=["practice", "-id"], name="trace_file_by_practice"),
        ),
        migrations.AddConstraint(
            model_name="tracefile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_out", False), ("undone_at", None)),
                fields=("practice", "kind", "sha256"),
                name="a_file_of_leads_is_taken_in_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="tracelead",
            constraint=models.UniqueConstraint(
                models.F("case"),
                models.F("kind"),
                arwork.lib.encrypted_fields.IndexPart("value", 1, 16),
                name="a_lead_stands_once_in_a_trace",
            ),
        ),
        migrations.AddConstraint(
            model_name="tracelead",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__lte", 100)), name="a_confidence_is_a_percentage"
            ),
        ),
        migrations.AddConstraint(
            model_name="tracefilerow",
            constraint=models.UniqueConstraint(fields=("file", "line"), name="a_line_of_a_trace_file_stands_once"),
        ),
        migrations.AddIndex(
            model_name="traceevent",
            index=models.Index(fields=["case", "id"], name="trace_event_by_case"),
        ),
        migrations.AddConstraint(
            model_name="traceevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", "tried"), ("outcome", "third_party"), ("was_asked_to", False)),
                fields=("lead",),
                name="a_third_party_is_asked_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="leadsource",
            constraint=models.UniqueConstraint(fields=("lead", "source"), name="a_source_speaks_once_for_a_lead"),
        ),
        migrations.AddConstraint(
            model_name="leadsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("score", None), ("score__lte", 100), _connector="OR"),
                name="a_score_is_a_percentage",
            ),
        ),
    ]
