"""What the scheduler rings, and when (seconds, or a time of the office's day). What is due stands in the database."""

from typing import Any

from celery.schedules import crontab

RINGS: dict[str, dict[str, Any]] = {
    "open-business-day": {"task": "collections_app.tasks.open_day", "schedule": crontab(hour=3, minute=15)},
    "catch-up-day": {"task": "collections_app.tasks.open_day", "schedule": crontab(minute=45)},
    "prove-books": {"task": "claims.tasks.prove_books", "schedule": crontab(hour=5, minute=0)},
    "prove-trail": {"task": "arwork.web.tasks.prove_trail", "schedule": crontab(hour=5, minute=20)},
    "watch-folder": {"task": "claims.tasks.watch_folder", "schedule": 30.0},
    "release-expired-leases": {"task": "collections_app.tasks.release_leases", "schedule": 60.0},
    "drop-ended-sessions": {"task": "arwork.web.tasks.drop_ended_sessions", "schedule": crontab(minute=5)},
    "enforce-retention": {"task": "collections_app.tasks.enforce_retention", "schedule": crontab(hour=4, minute=25)},
    "check-sent-claims": {"task": "collections_app.tasks.check_sent_claims", "schedule": crontab(hour=4, minute=5)},
    "tell-refused-sign-ins": {"task": "arwork.web.tasks.tell_refused_sign_ins", "schedule": 300.0},
    "deliver-announcements": {"task": "arwork.web.tasks.deliver_announcements", "schedule": 60.0},
    "deliver-messages": {"task": "collections_app.tasks.deliver_messages", "schedule": 60.0},
    "deliver-webhooks": {"task": "arwork.web.tasks.deliver_webhooks", "schedule": 60.0},
    "find-orphans": {"task": "collections_app.tasks.find_orphans", "schedule": 300.0},
    "ask-payers": {"task": "collections_app.tasks.ask_payers", "schedule": crontab(hour=5, minute=40)},
    "resume-strategies": {"task": "collections_app.tasks.resume_strategies", "schedule": 60.0},
    "resume-appeals": {"task": "collections_app.tasks.resume_appeals", "schedule": 60.0},
    "resume-statements": {"task": "collections_app.tasks.resume_statements", "schedule": 60.0},
    "resume-claim-batches": {"task": "collections_app.tasks.resume_claim_batches", "schedule": 60.0},
    "send-claims": {"task": "collections_app.tasks.send_claims_nightly", "schedule": crontab(hour=20, minute=30)},
    "refresh-aging": {"task": "collections_app.tasks.refresh_aging", "schedule": 300.0},
}
#: Where a folder for backups is named.
BACKUP_RINGS = {"back-up": {"task": "arwork.web.tasks.back_up", "schedule": crontab(hour=2, minute=20)}}
