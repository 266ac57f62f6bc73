"""Row-level security of rotations, wishes, consents and values."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0008_widen_employment_contracts"),
        ("scheduling", "0004_rotations_wishes_and_splits"),
    ]

    operations = [
        rls.internal_only("scheduling_rotation"),
        rls.internal_only("scheduling_rotationassignment"),
        rls.internal_only("scheduling_preference"),
        rls.internal_only("scheduling_splitshiftconsent"),
        rls.internal_only("scheduling_queuevalue"),
        rls.internal_by_queue("scheduling_queuevalue"),
        rls.internal_audit("scheduling_rotationevent"),
        rls.internal_audit("scheduling_rotationassignmentevent"),
        rls.internal_audit("scheduling_preferenceevent"),
        rls.internal_audit("scheduling_splitshiftconsentevent"),
        rls.internal_audit("scheduling_queuevalueevent"),
    ]
