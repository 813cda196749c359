from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "arwork.web"
    label = "web"
    verbose_name = "Pages"
