from django.apps import AppConfig


class OrgConfig(AppConfig):
    """Everything that all rooms share: people, clients, places, queues, goals."""

    name = "wfm.org"
    label = "org"
    verbose_name = "Organisation"
