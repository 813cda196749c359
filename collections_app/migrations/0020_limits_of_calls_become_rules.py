"""What was entered as a limit of calls becomes a contact rule: there is one way to say how often somebody is called."""

import datetime as dt

from django.db import migrations

#: By the limit's name and place: the code of the rule that it replaced.
CODES = {
    ("calls_in_seven_days", "DC"): "dc-calls",
    ("calls_in_seven_days", "MA"): "ma-calls",
    ("calls_in_seven_days", "NYC"): "nyc-contacts",
    ("calls_in_seven_days", "WA"): "wa-calls",
    ("calls_in_seven_days", "NY"): "ny-calls",
    ("calls_in_seven_days", "TX"): "tx-calls",
}
PROFILES = {
    "us-calls": "third_party",
    "us-wait": "third_party",
    "us-calls-policy": "first_party early_out",
    "us-wait-policy": "first_party early_out",
}
WHAT = {"calls_in_seven_days": "calls", "conversation_days": "wait", "call_opens": "opens", "call_closes": "closes"}


def _clock(minutes):
    return dt.time(minutes // 60, minutes % 60)


def _facts(limit):
    if limit.name == "calls_in_seven_days":
        return {"most": min(limit.value, 32_767), "window_days": 7, "exclusions": "inbound requested"}
    if limit.name == "conversation_days":
        return {"wait_days": limit.value}
    return {"opens" if limit.name == "call_opens" else "closes": _clock(limit.value)}


def move(apps, schema_editor):
    Limit, ContactRule = (apps.get_model("collections_app", name) for name in ("Limit", "ContactRule"))
    for limit in Limit.objects.filter(name__in=WHAT).order_by("pk"):
        # A figure for everywhere stood for the shipped one, whoever collects; hours stood as two figures.
        codes = [CODES.get((limit.name, limit.scope), f"{(limit.scope or 'us').lower()}-{WHAT[limit.name]}-entered")]
        if not limit.scope and limit.name in ("calls_in_seven_days", "conversation_days"):
            codes = [f"us-{WHAT[limit.name]}", f"us-{WHAT[limit.name]}-policy"]
        for code in codes:
            ContactRule.objects.create(
                code=code,
                practice_id=limit.practice_id,
                jurisdiction=limit.scope,
                profiles=PROFILES.get(code, ""),
                channels="phone",
                valid_from=limit.valid_from,
                valid_to=limit.valid_to,
                source=limit.source,
                confidence="high" if limit.is_verified else "low",
                entered_by_id=limit.entered_by_id,
                **_facts(limit),
            )
        limit.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("collections_app", "0019_contact_gate_append_only"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
