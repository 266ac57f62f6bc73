from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    """How other systems reach us: API keys and saved import mappings."""

    name = "wfm.integration"
    label = "integration"
    verbose_name = "Integration"

    def ready(self) -> None:
        """Tell OpenAPI about API keys."""
        from wfm.integration import schema  # noqa: F401, PLC0415 - registers itself, needs the apps
