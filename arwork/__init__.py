"""arwork: an accounts-receivable work queue for medical collections."""

from arwork.celery import app as celery_app

__all__ = ["celery_app"]
