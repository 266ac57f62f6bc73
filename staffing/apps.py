from django.apps import AppConfig


class StaffingConfig(AppConfig):
    """Requirements: how many people each interval needs."""

    name = "staffing"
    verbose_name = "Staffing"
