from django.apps import AppConfig


class WebConfig(AppConfig):
    """Template tags and helpers that all pages share."""

    name = "wfm.web"
    label = "web"
