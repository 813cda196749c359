"""Something happens, and this process dies by `kill -9` after the commit and before anybody was told."""

import datetime as dt
import os
import signal
import sys

import django

if __name__ == "__main__":
    django.setup()
    from django.db import transaction

    from arwork.staff.models import User
    from arwork.webhooks import publishing, services
    from arwork.webhooks.services import WebhookFacts
    from claims.practices.models import Practice

    practice = Practice.objects.create(name="Harbor Clinic", npi="1245319599", tin="061234567", state="NY")
    ada = User.objects.create(username="ada", role="admin")
    practice.staff.add(ada)
    facts = WebhookFacts("portal", sys.argv[1], practice.pk, frozenset({"item.closed"}))
    services.open_webhook(facts, actor=ada, now=dt.datetime.now(dt.UTC))
    publishing.ring = lambda: os.kill(os.getpid(), signal.SIGKILL)
    with transaction.atomic():
        publishing.publish("item.closed", [(practice.pk, {"items": 7})])
