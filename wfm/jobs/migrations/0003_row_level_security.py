"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_row_level_security"),
        ("jobs", "0002_initial"),
    ]

    operations = [
        rls.internal_only("jobs_job"),
        rls.internal_only("jobs_outboxmessage"),
    ]
