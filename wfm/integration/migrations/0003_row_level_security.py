"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_row_level_security"),
        ("integration", "0002_initial"),
    ]

    operations = [
        rls.by_client("integration_apikey"),
        rls.internal_only("integration_savedimportmapping"),
        rls.internal_audit("integration_apikeyevent"),
    ]
