from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Programs are told what happened."""

    name = "arwork.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
