"""Deferred goals get a due rule: what is counted, how many, a cut-off. Triggers rest meanwhile."""

import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0004_add_holiday_codes'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='servicegoal',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='servicegoal',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='servicegoal',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='servicegoal',
            name='org_servicegoal_has_threshold',
        ),
        migrations.AddField(
            model_name='servicegoal',
            name='due_amount',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='deferred: due within so many'),
        ),
        migrations.AddField(
            model_name='servicegoal',
            name='due_cutoff_minute',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='deferred: cut-off, minute of the day'),
        ),
        migrations.AddField(
            model_name='servicegoal',
            name='due_unit',
            field=models.CharField(blank=True, choices=[('business_minutes', 'minutes of business time'), ('business_days', 'business days'), ('calendar_minutes', 'minutes round the clock'), ('calendar_days', 'calendar days')], max_length=20, verbose_name='deferred: due time counted in'),
        ),
        migrations.AddField(
            model_name='servicegoalevent',
            name='due_amount',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='deferred: due within so many'),
        ),
        migrations.AddField(
            model_name='servicegoalevent',
            name='due_cutoff_minute',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='deferred: cut-off, minute of the day'),
        ),
        migrations.AddField(
            model_name='servicegoalevent',
            name='due_unit',
            field=models.CharField(blank=True, choices=[('business_minutes', 'minutes of business time'), ('business_days', 'business days'), ('calendar_minutes', 'minutes round the clock'), ('calendar_days', 'calendar days')], max_length=20, verbose_name='deferred: due time counted in'),
        ),
    ]
