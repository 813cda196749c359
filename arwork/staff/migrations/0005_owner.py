"""A role for the whole installation, and who has it where arwork runs already.

What concerned every practice (payers, rules, opening practices, unknown files) was every administrator's and is an
owner's from here on. So that no installation is locked out of it, the administrator who has been here longest becomes
its owner: the one whom `first_admin` made, where nobody closed that account.
"""

from django.db import migrations, models

ROLES = [
    ("collector", "Collector"),
    ("supervisor", "Supervisor"),
    ("admin", "Administrator"),
    ("auditor", "Auditor"),
    ("owner", "Owner"),
]


def name_an_owner(apps, schema_editor):
    users = apps.get_model("staff", "User").objects.using(schema_editor.connection.alias)
    if users.filter(role="owner", is_active=True).exists():
        return
    oldest = users.filter(role="admin", is_active=True).order_by("date_joined", "pk").first()
    if oldest is not None:
        users.filter(pk=oldest.pk).update(role="owner")


def back_to_admin(apps, schema_editor):
    apps.get_model("staff", "User").objects.using(schema_editor.connection.alias).filter(role="owner").update(role="admin")


class Migration(migrations.Migration):

    dependencies = [("staff", "0004_keyed_trail_append_only")]

    operations = [
        migrations.RemoveConstraint(model_name="user", name="a_user_has_a_known_role"),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(choices=ROLES, default="collector", max_length=12),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", [role for role, _ in ROLES])), name="a_user_has_a_known_role"
            ),
        ),
        migrations.RunPython(name_an_owner, back_to_admin),
    ]
