"""Make the naive tables, as the owner."""

import django

django.setup()

from django.db import connections  # noqa: E402

from tests.benchmarks.adherence_live.naive.models import NaiveEvent, NaiveLive  # noqa: E402

if __name__ == "__main__":
    with connections["owner"].schema_editor() as editor:
        editor.create_model(NaiveEvent)
        editor.create_model(NaiveLive)
