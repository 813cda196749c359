"""The Celery application: the doorbell. Due dates live in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arwork.settings")
app = Celery("arwork")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
