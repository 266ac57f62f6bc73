from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The truth about every long computation."""

    name = "wfm.jobs"
    label = "jobs"
    verbose_name = "Jobs"
