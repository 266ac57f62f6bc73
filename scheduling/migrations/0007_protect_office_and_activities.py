"""Row-level security of offices, ratios and activities: our own people only."""

from django.db import migrations

from wfm.org import rls

TABLES = (
    "siteoffice",
    "officehours",
    "meetingroom",
    "hybridratio",
    "teamofficerule",
    "activityrequest",
)


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0006_office_days_and_activities"),
    ]

    operations = [
        *(rls.internal_only(f"scheduling_{table}") for table in TABLES),
        rls.internal_only("scheduling_activityrequest_attendants"),
        rls.internal_only("scheduling_activityplacement"),
        *(rls.internal_audit(f"scheduling_{table}event") for table in TABLES),
    ]
