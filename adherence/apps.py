from django.apps import AppConfig


class AdherenceConfig(AppConfig):
    """What people do against what was planned."""

    name = "adherence"
    verbose_name = "Adherence"
