from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo operation and its simulated day."""

    name = "wfm.demo"
    label = "demo"
