"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_row_level_security"),
        ("reporting", "0001_initial"),
    ]

    operations = [
        rls.by_client("reporting_slaresult"),
    ]
