"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_row_level_security"),
        ("scheduling", "0002_initial"),
    ]

    operations = [
        rls.internal_only("scheduling_shifttemplate"),
        rls.internal_only("scheduling_breakrule"),
        rls.internal_only("scheduling_availability"),
        rls.internal_only("scheduling_timeoff"),
        rls.internal_only("scheduling_scheduleversion"),
        rls.internal_only("scheduling_shift"),
        rls.internal_only("scheduling_shiftactivity"),
        rls.internal_only("scheduling_unplacedagent"),
        rls.internal_audit("scheduling_shifttemplateevent"),
        rls.internal_audit("scheduling_breakruleevent"),
        rls.internal_audit("scheduling_availabilityevent"),
        rls.internal_audit("scheduling_timeoffevent"),
    ]
