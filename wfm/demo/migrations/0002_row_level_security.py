"""Row-level security: the demo's figures are for our own people."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("demo", "0001_demo_operation"),
        ("org", "0002_row_level_security"),
    ]

    operations = [rls.internal_only("demo_demooperation")]
