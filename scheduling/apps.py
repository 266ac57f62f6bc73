from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Schedules: who works when."""

    name = "scheduling"
    verbose_name = "Scheduling"
