"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_row_level_security"),
        ("adherence", "0002_initial"),
    ]

    operations = [
        rls.internal_only("adherence_activityevent"),
        rls.internal_only("adherence_quarantinedevent"),
        rls.internal_only("adherence_agentlive"),
        rls.internal_only("adherence_adherenceday"),
        rls.internal_only("adherence_adherenceexception"),
        rls.internal_audit("adherence_adherenceexceptionevent"),
    ]
