"""Figures of finished days before and after a change, with who and why."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("adherence", "0004_add_feeds_and_pending_days"),
        ("org", "0009_neutral_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='adherenceday',
            name='clocked_in_shift_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='clocked_outside_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='excess_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='adherenceday',
            name='agent',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='content_digest',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='figures_version',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='matched_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='neutral_in_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='neutral_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='outside_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='paid_out_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='paid_scheduled_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='paid_unknown_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='present_in_shift_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='present_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='tolerated_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='unapproved_out_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='adherenceday',
            name='unseen_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='pendingday',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pendingday',
            name='kind',
            field=models.CharField(choices=[('EVENTS', 'events that came late'), ('EXCEPTION', 'exception approved or withdrawn'), ('SCHEDULE', 'schedule changed afterwards'), ('CODES', 'activity code changed'), ('OLD_EVENT', 'event older than 30 days accepted'), ('MANUAL', 'computed again on request')], db_default='EVENTS', default='EVENTS', max_length=10, verbose_name='cause'),
        ),
        migrations.AddField(
            model_name='pendingday',
            name='marked_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='marked'),
        ),
        migrations.AddField(
            model_name='pendingday',
            name='why',
            field=models.CharField(blank=True, db_default='', max_length=300, verbose_name='why'),
        ),
        migrations.CreateModel(
            name='DayCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operational_date', models.DateField(verbose_name='operational day')),
                ('corrected_at', models.DateTimeField(verbose_name='corrected')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('EVENTS', 'events that came late'), ('EXCEPTION', 'exception approved or withdrawn'), ('SCHEDULE', 'schedule changed afterwards'), ('CODES', 'activity code changed'), ('OLD_EVENT', 'event older than 30 days accepted'), ('MANUAL', 'computed again on request')], max_length=10), size=None, verbose_name='causes')),
                ('causes', models.JSONField(verbose_name='who and why')),
                ('before', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='before')),
                ('after', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='after')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent')),
            ],
            options={
                'verbose_name': 'correction of a day',
                'verbose_name_plural': 'corrections of days',
                'indexes': [models.Index(fields=['agent', 'operational_date'], name='adherence_correction_day'), models.Index(fields=['operational_date'], name='adherence_correction_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='adherence_daycorrection_changes_something')],
            },
        ),
        rls.internal_only("adherence_daycorrection"),
        # The new columns of stored days are filled in the background, a few thousand at a time.
        migrations.RunSQL(
            "INSERT INTO adherence_pendingday (agent_id, operational_date)"
            " SELECT agent_id, operational_date FROM adherence_adherenceday",
            migrations.RunSQL.noop,
        ),
    ]
