from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "arwork.staff"
    label = "staff"
    verbose_name = "Staff"
