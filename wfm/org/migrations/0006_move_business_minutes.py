"""Business minutes become due rules, in the audit too. Zero minutes become one, the least there is."""

from django.db import migrations
from django.db.migrations.operations.special import RunSQL

TABLES = ("org_servicegoal", "org_servicegoalevent")
# Names are our own; the longest due time is a year.
FORWARD = """
UPDATE {0} SET due_unit = 'business_minutes',
    due_amount = LEAST(GREATEST(within_business_minutes, 1), 525600)
WHERE within_business_minutes IS NOT NULL;
"""
# What business minutes cannot say becomes eight hours for each day.
BACKWARD = """
UPDATE {0} SET within_business_minutes = CASE
    WHEN due_unit IN ('business_days', 'calendar_days') THEN 480 * GREATEST(due_amount, 1)
    ELSE due_amount END
WHERE due_amount IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0005_add_due_rule'),
    ]

    operations = [
        RunSQL(
            "".join(FORWARD.format(table) for table in TABLES),
            "".join(BACKWARD.format(table) for table in TABLES),
        ),
    ]
