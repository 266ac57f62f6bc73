from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """What was promised and what was kept."""

    name = "reporting"
    verbose_name = "Reporting"
