from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    """How other systems reach us: API keys and saved import mappings."""

    name = "wfm.integration"
    label = "integration"
    verbose_name = "Integration"
