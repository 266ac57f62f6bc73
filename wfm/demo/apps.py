"""The demo operation as an app: one small table and three commands."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo operation."""

    name = "wfm.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
