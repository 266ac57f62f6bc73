"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_row_level_security"),
        ("staffing", "0001_initial"),
    ]

    operations = [
        rls.internal_only("staffing_requirementrun"),
        rls.by_queue("staffing_shrinkageprofile"),
        rls.by_queue("staffing_requirementqueueresult"),
        rls.by_queue("staffing_requirementinterval"),
        rls.by_parent("staffing_shrinkagerate", "profile_id", "staffing_shrinkageprofile"),
        rls.internal_audit("staffing_shrinkageprofileevent"),
        rls.internal_audit("staffing_shrinkagerateevent"),
    ]
