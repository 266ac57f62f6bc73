from django.apps import AppConfig


class NaiveConfig(AppConfig):
    name = "tests.benchmarks.adherence_live.naive"
    label = "naive"
