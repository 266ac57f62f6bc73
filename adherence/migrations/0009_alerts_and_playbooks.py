"""Alerts by responsibility, what was done, playbooks."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import wfm.org.models.base
from django.conf import settings
from django.db import migrations, models

from wfm.org import rls

ALL = "(SELECT wfm_sees_all_clients())"
SCOPED = (
    "adherence_alert",
    "adherence_alertrule",
    "adherence_responsibility",
    "adherence_playbook",
    "adherence_playbookrun",
)
CHILDREN = (
    ("adherence_alertlog", "alert_id", "adherence_alert"),
    ("adherence_playbookstep", "playbook_id", "adherence_playbook"),
    ("adherence_playbookrunstep", "run_id", "adherence_playbookrun"),
)


class Migration(migrations.Migration):
    dependencies = [
        ('adherence', '0008_notes'),
        ('org', '0009_neutral_codes'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('SERVICE_AT_RISK', 'service at risk'), ('UNDERSTAFFED', 'fewer present than required'), ('ABOVE_FORECAST', 'volume above forecast'), ('BELOW_FORECAST', 'volume below forecast'), ('BACKLOG_BREACH', 'backlog will breach'), ('TEAM_ADHERENCE', 'adherence of a team low'), ('SOLE_HOLDER_ABSENT', 'sole holder of a skill absent'), ('FEED_SILENT', 'feed silent')], max_length=20, verbose_name='kind')),
                ('scope_key', models.CharField(max_length=80)),
                ('source', models.CharField(blank=True, max_length=40, verbose_name='feed')),
                ('status', models.CharField(choices=[('PENDING', 'noticed'), ('OPEN', 'open'), ('ACKNOWLEDGED', 'acknowledged'), ('CLOSED', 'over')], default='PENDING', max_length=12, verbose_name='status')),
                ('value', models.FloatField(verbose_name='value')),
                ('worst_value', models.FloatField(verbose_name='worst value')),
                ('threshold', models.FloatField(verbose_name='threshold')),
                ('escalate_minutes', models.PositiveSmallIntegerField(default=15)),
                ('detail', models.JSONField(blank=True, default=dict, verbose_name='figures')),
                ('began_at', models.DateTimeField(verbose_name='noticed')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='raised')),
                ('last_seen_at', models.DateTimeField(verbose_name='last seen')),
                ('calm_since', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='over since')),
                ('level', models.PositiveSmallIntegerField(default=0, verbose_name='place in the chain')),
                ('handed_on_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('SOLVED', 'solved by what was done'), ('PASSED', 'passed by itself'), ('MISSED', 'goal missed all the same'), ('FALSE_ALARM', 'false alarm')], max_length=12, verbose_name='outcome')),
                ('outcome_note', models.CharField(blank=True, max_length=300, verbose_name='what came of it')),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.client', verbose_name='client')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible')),
                ('owner_role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='org.role')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.site', verbose_name='site')),
                ('skill', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.skill')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
            },
        ),
        migrations.CreateModel(
            name='AlertLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('OPENED', 'raised'), ('ASSIGNED', 'given to'), ('HANDED_ON', 'handed on to'), ('ACKNOWLEDGED', 'acknowledged'), ('TAKEN_OVER', 'taken over'), ('ACTION', 'action'), ('OUTCOME', 'outcome'), ('CLOSED', 'over')], max_length=12, verbose_name='step')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='text')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='adherence.alert')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'entry of an alert',
                'verbose_name_plural': 'entries of alerts',
            },
        ),
        migrations.CreateModel(
            name='AlertRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('SERVICE_AT_RISK', 'service at risk'), ('UNDERSTAFFED', 'fewer present than required'), ('ABOVE_FORECAST', 'volume above forecast'), ('BELOW_FORECAST', 'volume below forecast'), ('BACKLOG_BREACH', 'backlog will breach'), ('TEAM_ADHERENCE', 'adherence of a team low'), ('SOLE_HOLDER_ABSENT', 'sole holder of a skill absent'), ('FEED_SILENT', 'feed silent')], max_length=20, verbose_name='kind')),
                ('threshold', models.FloatField(verbose_name='threshold')),
                ('hysteresis', models.FloatField(default=0.0, help_text='In the same unit; so an alert does not flicker around its threshold.', verbose_name='over only when better by')),
                ('hold_minutes', models.PositiveSmallIntegerField(default=5, verbose_name='raised after minutes')),
                ('clear_minutes', models.PositiveSmallIntegerField(default=10, verbose_name='over after minutes')),
                ('escalate_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='handed on without acknowledgement after minutes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.client', verbose_name='client')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'limit of an alert',
                'verbose_name_plural': 'limits of alerts',
            },
        ),
        migrations.CreateModel(
            name='AlertRuleEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('SERVICE_AT_RISK', 'service at risk'), ('UNDERSTAFFED', 'fewer present than required'), ('ABOVE_FORECAST', 'volume above forecast'), ('BELOW_FORECAST', 'volume below forecast'), ('BACKLOG_BREACH', 'backlog will breach'), ('TEAM_ADHERENCE', 'adherence of a team low'), ('SOLE_HOLDER_ABSENT', 'sole holder of a skill absent'), ('FEED_SILENT', 'feed silent')], max_length=20, verbose_name='kind')),
                ('threshold', models.FloatField(verbose_name='threshold')),
                ('hysteresis', models.FloatField(default=0.0, help_text='In the same unit; so an alert does not flicker around its threshold.', verbose_name='over only when better by')),
                ('hold_minutes', models.PositiveSmallIntegerField(default=5, verbose_name='raised after minutes')),
                ('clear_minutes', models.PositiveSmallIntegerField(default=10, verbose_name='over after minutes')),
                ('escalate_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='handed on without acknowledgement after minutes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.client', verbose_name='client')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.alertrule')),
                ('queue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BriefingSent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('local_date', models.DateField(verbose_name='day')),
                ('claimed_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'sent briefing',
                'verbose_name_plural': 'sent briefings',
            },
        ),
        migrations.CreateModel(
            name='BriefingSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at_minute', models.PositiveSmallIntegerField(default=450, verbose_name='minute of the local day')),
                ('timezone', wfm.org.models.base.TimeZoneField(max_length=64, validators=[wfm.org.models.base.validate_time_zone], verbose_name='time zone')),
                ('weekdays', models.CharField(default='01234', max_length=7, verbose_name='weekdays (0 = Monday)')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='briefing_subscription', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'subscription of the briefing',
                'verbose_name_plural': 'subscriptions of the briefing',
            },
        ),
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('MOVE_BREAK', 'move a break'), ('OVERTIME', 'offer overtime'), ('TIME_OFF', 'offer voluntary time off'), ('PEOPLE_OVER', 'bring somebody over'), ('DEFER_WORK', 'put deferred work off'), ('PULL_WORK', 'pull deferred work forward')], max_length=12, verbose_name='kind')),
                ('shift_id', models.BigIntegerField(verbose_name='shift')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('moved_from_at', models.DateTimeField(blank=True, null=True, verbose_name='break moved from')),
                ('effect', models.JSONField(default=dict, verbose_name='effect')),
                ('status', models.CharField(choices=[('ACCEPTED', 'accepted'), ('DONE', 'done'), ('WITHDRAWN', 'withdrawn')], default='ACCEPTED', max_length=10, verbose_name='status')),
                ('accepted_at', models.DateTimeField(verbose_name='accepted')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent')),
                ('alert', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='measures', to='adherence.alert')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('other_queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue')),
                ('queue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue')),
            ],
            options={
                'verbose_name': 'measure',
                'verbose_name_plural': 'measures',
            },
        ),
        migrations.CreateModel(
            name='MeasureEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('MOVE_BREAK', 'move a break'), ('OVERTIME', 'offer overtime'), ('TIME_OFF', 'offer voluntary time off'), ('PEOPLE_OVER', 'bring somebody over'), ('DEFER_WORK', 'put deferred work off'), ('PULL_WORK', 'pull deferred work forward')], max_length=12, verbose_name='kind')),
                ('shift_id', models.BigIntegerField(verbose_name='shift')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('moved_from_at', models.DateTimeField(blank=True, null=True, verbose_name='break moved from')),
                ('effect', models.JSONField(default=dict, verbose_name='effect')),
                ('status', models.CharField(choices=[('ACCEPTED', 'accepted'), ('DONE', 'done'), ('WITHDRAWN', 'withdrawn')], default='ACCEPTED', max_length=10, verbose_name='status')),
                ('accepted_at', models.DateTimeField(verbose_name='accepted')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('agent', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent')),
                ('alert', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='adherence.alert')),
                ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('other_queue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.measure')),
                ('queue', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Playbook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='when and why')),
                ('kind', models.CharField(blank=True, choices=[('SERVICE_AT_RISK', 'service at risk'), ('UNDERSTAFFED', 'fewer present than required'), ('ABOVE_FORECAST', 'volume above forecast'), ('BELOW_FORECAST', 'volume below forecast'), ('BACKLOG_BREACH', 'backlog will breach'), ('TEAM_ADHERENCE', 'adherence of a team low'), ('SOLE_HOLDER_ABSENT', 'sole holder of a skill absent'), ('FEED_SILENT', 'feed silent')], max_length=20, verbose_name='started by an alert of')),
                ('threshold', models.FloatField(blank=True, help_text='Empty: as soon as the alert is raised.', null=True, verbose_name='from this value on')),
                ('duration_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='when the alert has lasted minutes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.client', verbose_name='client')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'playbook',
                'verbose_name_plural': 'playbooks',
            },
        ),
        migrations.CreateModel(
            name='PlaybookEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='when and why')),
                ('kind', models.CharField(blank=True, choices=[('SERVICE_AT_RISK', 'service at risk'), ('UNDERSTAFFED', 'fewer present than required'), ('ABOVE_FORECAST', 'volume above forecast'), ('BELOW_FORECAST', 'volume below forecast'), ('BACKLOG_BREACH', 'backlog will breach'), ('TEAM_ADHERENCE', 'adherence of a team low'), ('SOLE_HOLDER_ABSENT', 'sole holder of a skill absent'), ('FEED_SILENT', 'feed silent')], max_length=20, verbose_name='started by an alert of')),
                ('threshold', models.FloatField(blank=True, help_text='Empty: as soon as the alert is raised.', null=True, verbose_name='from this value on')),
                ('duration_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='when the alert has lasted minutes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.client', verbose_name='client')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.playbook')),
                ('queue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlaybookRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope_key', models.CharField(blank=True, max_length=80)),
                ('local_date', models.DateField(verbose_name='day')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('outcome', models.CharField(blank=True, choices=[('HELPED', 'it helped'), ('PARTLY', 'it helped in part'), ('NO_USE', 'it did not help'), ('NOT_NEEDED', 'it was not needed')], max_length=12, verbose_name='outcome')),
                ('outcome_note', models.CharField(blank=True, max_length=300, verbose_name='what came of it')),
                ('alert', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='adherence.alert')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.client', verbose_name='client')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('playbook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='adherence.playbook')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.site', verbose_name='site')),
                ('started_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'run of a playbook',
                'verbose_name_plural': 'runs of playbooks',
            },
        ),
        migrations.CreateModel(
            name='PlaybookRunEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('scope_key', models.CharField(blank=True, max_length=80)),
                ('local_date', models.DateField(verbose_name='day')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('outcome', models.CharField(blank=True, choices=[('HELPED', 'it helped'), ('PARTLY', 'it helped in part'), ('NO_USE', 'it did not help'), ('NOT_NEEDED', 'it was not needed')], max_length=12, verbose_name='outcome')),
                ('outcome_note', models.CharField(blank=True, max_length=300, verbose_name='what came of it')),
                ('alert', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='adherence.alert')),
                ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.client', verbose_name='client')),
                ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.playbookrun')),
                ('playbook', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='adherence.playbook')),
                ('queue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site', verbose_name='site')),
                ('started_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlaybookRunStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.CharField(max_length=300, verbose_name='what to do')),
                ('owner', models.CharField(blank=True, max_length=120, verbose_name='who')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='adherence.playbookrun')),
            ],
            options={
                'verbose_name': 'step of a run',
                'verbose_name_plural': 'steps of runs',
            },
        ),
        migrations.CreateModel(
            name='PlaybookStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.CharField(max_length=300, verbose_name='what to do')),
                ('owner', models.CharField(blank=True, help_text='A person, a role or a place.', max_length=120, verbose_name='who')),
                ('playbook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='adherence.playbook')),
            ],
            options={
                'verbose_name': 'step of a playbook',
                'verbose_name_plural': 'steps of playbooks',
            },
        ),
        migrations.CreateModel(
            name='Responsibility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, choices=[('SERVICE_AT_RISK', 'service at risk'), ('UNDERSTAFFED', 'fewer present than required'), ('ABOVE_FORECAST', 'volume above forecast'), ('BELOW_FORECAST', 'volume below forecast'), ('BACKLOG_BREACH', 'backlog will breach'), ('TEAM_ADHERENCE', 'adherence of a team low'), ('SOLE_HOLDER_ABSENT', 'sole holder of a skill absent'), ('FEED_SILENT', 'feed silent')], max_length=20, verbose_name='for alerts of this kind only')),
                ('place', models.PositiveSmallIntegerField(default=1, verbose_name='place in the chain')),
                ('weekdays', models.CharField(default='0123456', max_length=7, verbose_name='weekdays (0 = Monday)')),
                ('from_minute', models.PositiveSmallIntegerField(default=0, verbose_name='from minute of the day')),
                ('until_minute', models.PositiveSmallIntegerField(default=1440, help_text='Before the first: over midnight.', verbose_name='until minute of the day')),
                ('timezone', wfm.org.models.base.TimeZoneField(default='UTC', max_length=64, validators=[wfm.org.models.base.validate_time_zone], verbose_name='time zone')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.client', verbose_name='client')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue', verbose_name='queue')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.role', verbose_name='role')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team', verbose_name='team')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'responsibility',
                'verbose_name_plural': 'responsibilities',
            },
        ),
        migrations.CreateModel(
            name='ResponsibilityEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(blank=True, choices=[('SERVICE_AT_RISK', 'service at risk'), ('UNDERSTAFFED', 'fewer present than required'), ('ABOVE_FORECAST', 'volume above forecast'), ('BELOW_FORECAST', 'volume below forecast'), ('BACKLOG_BREACH', 'backlog will breach'), ('TEAM_ADHERENCE', 'adherence of a team low'), ('SOLE_HOLDER_ABSENT', 'sole holder of a skill absent'), ('FEED_SILENT', 'feed silent')], max_length=20, verbose_name='for alerts of this kind only')),
                ('place', models.PositiveSmallIntegerField(default=1, verbose_name='place in the chain')),
                ('weekdays', models.CharField(default='0123456', max_length=7, verbose_name='weekdays (0 = Monday)')),
                ('from_minute', models.PositiveSmallIntegerField(default=0, verbose_name='from minute of the day')),
                ('until_minute', models.PositiveSmallIntegerField(default=1440, help_text='Before the first: over midnight.', verbose_name='until minute of the day')),
                ('timezone', wfm.org.models.base.TimeZoneField(default='UTC', max_length=64, validators=[wfm.org.models.base.validate_time_zone], verbose_name='time zone')),
                ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.client', verbose_name='client')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.responsibility')),
                ('queue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue', verbose_name='queue')),
                ('role', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.role', verbose_name='role')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team', verbose_name='team')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['-opened_at'], name='adherence_alert_opened'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('kind', 'scope_key'), name='adherence_alert_one_open'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'CLOSED')), models.Q(models.Q(('status', 'CLOSED'), _negated=True), ('closed_at', None)), _connector='OR'), name='adherence_alert_closed_has_moment'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('opened_at', None), ('status', 'PENDING')), models.Q(models.Q(('status', 'PENDING'), _negated=True), ('opened_at__isnull', False)), _connector='OR'), name='adherence_alert_open_has_moment'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', True)), models.Q(('client__isnull', True), ('queue__isnull', False), ('site__isnull', True), ('team__isnull', True)), models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', False)), models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', False), ('team__isnull', True)), models.Q(('client__isnull', False), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', True)), _connector='OR'), name='adherence_alertrule_one_scope', violation_error_message='Choose one of queue, team, site and client, or none.'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('hysteresis__gte', 0)), name='adherence_alertrule_hysteresis_positive'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.UniqueConstraint(fields=('kind', 'queue', 'team', 'site', 'client'), name='adherence_alertrule_once', nulls_distinct=False, violation_error_message='There is a limit of this kind for this scope already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertrule',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_alertruleevent" ("clear_minutes", "client_id", "escalate_minutes", "hold_minutes", "hysteresis", "id", "is_active", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "site_id", "team_id", "threshold") VALUES (NEW."clear_minutes", NEW."client_id", NEW."escalate_minutes", NEW."hold_minutes", NEW."hysteresis", NEW."id", NEW."is_active", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id", NEW."site_id", NEW."team_id", NEW."threshold"); RETURN NULL;', hash='5bfa803608ba539ec9152a0f5b7a343bb20602b7', operation='INSERT', pgid='pgtrigger_insert_insert_5bf04', table='adherence_alertrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertrule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_alertruleevent" ("clear_minutes", "client_id", "escalate_minutes", "hold_minutes", "hysteresis", "id", "is_active", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "site_id", "team_id", "threshold") VALUES (NEW."clear_minutes", NEW."client_id", NEW."escalate_minutes", NEW."hold_minutes", NEW."hysteresis", NEW."id", NEW."is_active", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id", NEW."site_id", NEW."team_id", NEW."threshold"); RETURN NULL;', hash='c3e8bd27e44018018d5c94c8f1ac750a7e9b4267', operation='UPDATE', pgid='pgtrigger_update_update_08b5e', table='adherence_alertrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertrule',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_alertruleevent" ("clear_minutes", "client_id", "escalate_minutes", "hold_minutes", "hysteresis", "id", "is_active", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "site_id", "team_id", "threshold") VALUES (OLD."clear_minutes", OLD."client_id", OLD."escalate_minutes", OLD."hold_minutes", OLD."hysteresis", OLD."id", OLD."is_active", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id", OLD."site_id", OLD."team_id", OLD."threshold"); RETURN NULL;', hash='f13d348fc171f16d96e11991766b501aa6c94991', operation='DELETE', pgid='pgtrigger_delete_delete_8cee9', table='adherence_alertrule', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='briefingsent',
            constraint=models.UniqueConstraint(fields=('user', 'local_date'), name='adherence_briefingsent_once'),
        ),
        migrations.AddConstraint(
            model_name='briefingsubscription',
            constraint=models.CheckConstraint(condition=models.Q(('at_minute__lt', 1440)), name='adherence_briefingsubscription_in_day', violation_error_message='Choose a time of the day.'),
        ),
        migrations.AddConstraint(
            model_name='briefingsubscription',
            constraint=models.CheckConstraint(condition=models.Q(('weekdays__regex', '^[0-6]{1,7}$')), name='adherence_briefingsubscription_weekdays', violation_error_message='Write the weekdays as digits, 0 for Monday.'),
        ),
        migrations.AddIndex(
            model_name='measure',
            index=models.Index(fields=['starts_at'], name='adherence_measure_starts'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='adherence_measure_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'WITHDRAWN'), _negated=True), fields=('kind', 'agent', 'starts_at'), name='adherence_measure_once', violation_error_message='This is accepted already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='measure',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_measureevent" ("accepted_at", "accepted_by_id", "agent_id", "alert_id", "effect", "ended_at", "ended_by_id", "ends_at", "id", "kind", "moved_from_at", "other_queue_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "shift_id", "starts_at", "status") VALUES (NEW."accepted_at", NEW."accepted_by_id", NEW."agent_id", NEW."alert_id", NEW."effect", NEW."ended_at", NEW."ended_by_id", NEW."ends_at", NEW."id", NEW."kind", NEW."moved_from_at", NEW."other_queue_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id", NEW."shift_id", NEW."starts_at", NEW."status"); RETURN NULL;', hash='0f331e6e14085b3d460027e377ce29529288ce8e', operation='INSERT', pgid='pgtrigger_insert_insert_ff180', table='adherence_measure', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='measure',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_measureevent" ("accepted_at", "accepted_by_id", "agent_id", "alert_id", "effect", "ended_at", "ended_by_id", "ends_at", "id", "kind", "moved_from_at", "other_queue_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "shift_id", "starts_at", "status") VALUES (NEW."accepted_at", NEW."accepted_by_id", NEW."agent_id", NEW."alert_id", NEW."effect", NEW."ended_at", NEW."ended_by_id", NEW."ends_at", NEW."id", NEW."kind", NEW."moved_from_at", NEW."other_queue_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id", NEW."shift_id", NEW."starts_at", NEW."status"); RETURN NULL;', hash='2ce7e05a6970dd3b3bf795c3dd0bb6f22bf31b20', operation='UPDATE', pgid='pgtrigger_update_update_b0ce0', table='adherence_measure', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='measure',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_measureevent" ("accepted_at", "accepted_by_id", "agent_id", "alert_id", "effect", "ended_at", "ended_by_id", "ends_at", "id", "kind", "moved_from_at", "other_queue_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "shift_id", "starts_at", "status") VALUES (OLD."accepted_at", OLD."accepted_by_id", OLD."agent_id", OLD."alert_id", OLD."effect", OLD."ended_at", OLD."ended_by_id", OLD."ends_at", OLD."id", OLD."kind", OLD."moved_from_at", OLD."other_queue_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id", OLD."shift_id", OLD."starts_at", OLD."status"); RETURN NULL;', hash='f4cdec1d54228ac0a769743516de119e970193b9', operation='DELETE', pgid='pgtrigger_delete_delete_3b4ed', table='adherence_measure', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='playbook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', True)), models.Q(('client__isnull', True), ('queue__isnull', False), ('site__isnull', True), ('team__isnull', True)), models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', False)), models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', False), ('team__isnull', True)), models.Q(('client__isnull', False), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', True)), _connector='OR'), name='adherence_playbook_one_scope', violation_error_message='Choose one of queue, team, site and client, or none.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='playbook',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_playbookevent" ("client_id", "created_at", "description", "duration_minutes", "id", "is_active", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "site_id", "team_id", "threshold") VALUES (NEW."client_id", NEW."created_at", NEW."description", NEW."duration_minutes", NEW."id", NEW."is_active", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id", NEW."site_id", NEW."team_id", NEW."threshold"); RETURN NULL;', hash='b6c3538c61031a3320cd7de482ada78d886dc421', operation='INSERT', pgid='pgtrigger_insert_insert_58350', table='adherence_playbook', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='playbook',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_playbookevent" ("client_id", "created_at", "description", "duration_minutes", "id", "is_active", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "site_id", "team_id", "threshold") VALUES (NEW."client_id", NEW."created_at", NEW."description", NEW."duration_minutes", NEW."id", NEW."is_active", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id", NEW."site_id", NEW."team_id", NEW."threshold"); RETURN NULL;', hash='c6bf60a3d23168524b325953885e145849a16967', operation='UPDATE', pgid='pgtrigger_update_update_50446', table='adherence_playbook', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='playbook',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_playbookevent" ("client_id", "created_at", "description", "duration_minutes", "id", "is_active", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "site_id", "team_id", "threshold") VALUES (OLD."client_id", OLD."created_at", OLD."description", OLD."duration_minutes", OLD."id", OLD."is_active", OLD."kind", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id", OLD."site_id", OLD."team_id", OLD."threshold"); RETURN NULL;', hash='4edac0e8ae8431e7c179871586dfafd05ca78a01', operation='DELETE', pgid='pgtrigger_delete_delete_896ca', table='adherence_playbook', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='playbookrun',
            index=models.Index(fields=['local_date'], name='adherence_playbookrun_day'),
        ),
        migrations.AddConstraint(
            model_name='playbookrun',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('playbook', 'scope_key'), name='adherence_playbookrun_one_open'),
        ),
        migrations.AddConstraint(
            model_name='playbookrun',
            constraint=models.UniqueConstraint(condition=models.Q(('alert__isnull', False)), fields=('playbook', 'alert'), name='adherence_playbookrun_once_per_alert'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='playbookrun',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_playbookrunevent" ("alert_id", "client_id", "ended_at", "ended_by_id", "id", "local_date", "outcome", "outcome_note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "playbook_id", "queue_id", "scope_key", "site_id", "started_at", "started_by_id", "team_id") VALUES (NEW."alert_id", NEW."client_id", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."local_date", NEW."outcome", NEW."outcome_note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."playbook_id", NEW."queue_id", NEW."scope_key", NEW."site_id", NEW."started_at", NEW."started_by_id", NEW."team_id"); RETURN NULL;', hash='a1f978d99d3ea2dd26ff22022f1af82156a622f6', operation='INSERT', pgid='pgtrigger_insert_insert_75d6d', table='adherence_playbookrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='playbookrun',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_playbookrunevent" ("alert_id", "client_id", "ended_at", "ended_by_id", "id", "local_date", "outcome", "outcome_note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "playbook_id", "queue_id", "scope_key", "site_id", "started_at", "started_by_id", "team_id") VALUES (NEW."alert_id", NEW."client_id", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."local_date", NEW."outcome", NEW."outcome_note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."playbook_id", NEW."queue_id", NEW."scope_key", NEW."site_id", NEW."started_at", NEW."started_by_id", NEW."team_id"); RETURN NULL;', hash='2af53272be00b62702ad04024ad0ca6bed13b709', operation='UPDATE', pgid='pgtrigger_update_update_8f87e', table='adherence_playbookrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='playbookrun',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_playbookrunevent" ("alert_id", "client_id", "ended_at", "ended_by_id", "id", "local_date", "outcome", "outcome_note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "playbook_id", "queue_id", "scope_key", "site_id", "started_at", "started_by_id", "team_id") VALUES (OLD."alert_id", OLD."client_id", OLD."ended_at", OLD."ended_by_id", OLD."id", OLD."local_date", OLD."outcome", OLD."outcome_note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."playbook_id", OLD."queue_id", OLD."scope_key", OLD."site_id", OLD."started_at", OLD."started_by_id", OLD."team_id"); RETURN NULL;', hash='12ac8f3324244eefd17e2746a2dd1bfa6d9ee65b', operation='DELETE', pgid='pgtrigger_delete_delete_f2147', table='adherence_playbookrun', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='playbookrunstep',
            constraint=models.UniqueConstraint(fields=('run', 'position'), name='adherence_playbookrunstep_once'),
        ),
        migrations.AddConstraint(
            model_name='playbookstep',
            constraint=models.UniqueConstraint(fields=('playbook', 'position'), name='adherence_playbookstep_once'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', True)), models.Q(('client__isnull', True), ('queue__isnull', False), ('site__isnull', True), ('team__isnull', True)), models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', False)), models.Q(('client__isnull', True), ('queue__isnull', True), ('site__isnull', False), ('team__isnull', True)), models.Q(('client__isnull', False), ('queue__isnull', True), ('site__isnull', True), ('team__isnull', True)), _connector='OR'), name='adherence_responsibility_one_scope', violation_error_message='Choose one of queue, team, site and client, or none.'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role__isnull', False), ('user', None)), models.Q(('role', None), ('user__isnull', False)), _connector='OR'), name='adherence_responsibility_person_or_role', violation_error_message='A person answers for it, or a role: choose one.'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.CheckConstraint(condition=models.Q(('from_minute__lt', 1440), ('until_minute__lte', 1440), models.Q(('from_minute', models.F('until_minute')), _negated=True)), name='adherence_responsibility_hours', violation_error_message='The hours begin and end at different minutes of a day.'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.CheckConstraint(condition=models.Q(('weekdays__regex', '^[0-6]{1,7}$')), name='adherence_responsibility_weekdays', violation_error_message='Write the weekdays as digits, 0 for Monday.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='responsibility',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_responsibilityevent" ("client_id", "from_minute", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "queue_id", "role_id", "site_id", "team_id", "timezone", "until_minute", "user_id", "weekdays") VALUES (NEW."client_id", NEW."from_minute", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."queue_id", NEW."role_id", NEW."site_id", NEW."team_id", NEW."timezone", NEW."until_minute", NEW."user_id", NEW."weekdays"); RETURN NULL;', hash='00d38fd79e67c09b90963b1108c8b92489b936e9', operation='INSERT', pgid='pgtrigger_insert_insert_a9843', table='adherence_responsibility', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='responsibility',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_responsibilityevent" ("client_id", "from_minute", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "queue_id", "role_id", "site_id", "team_id", "timezone", "until_minute", "user_id", "weekdays") VALUES (NEW."client_id", NEW."from_minute", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place", NEW."queue_id", NEW."role_id", NEW."site_id", NEW."team_id", NEW."timezone", NEW."until_minute", NEW."user_id", NEW."weekdays"); RETURN NULL;', hash='117bd64300a38b401cd19d40dd4dae59a4e09bdc', operation='UPDATE', pgid='pgtrigger_update_update_7497b', table='adherence_responsibility', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='responsibility',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_responsibilityevent" ("client_id", "from_minute", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "queue_id", "role_id", "site_id", "team_id", "timezone", "until_minute", "user_id", "weekdays") VALUES (OLD."client_id", OLD."from_minute", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place", OLD."queue_id", OLD."role_id", OLD."site_id", OLD."team_id", OLD."timezone", OLD."until_minute", OLD."user_id", OLD."weekdays"); RETURN NULL;', hash='096f907f9dffcb975d1c025b0e2f3e6a4c86b25f', operation='DELETE', pgid='pgtrigger_delete_delete_64885', table='adherence_responsibility', when='AFTER')),
        ),
        *(
            rls.internal_where(
                table,
                f"(client_id IS NULL OR {ALL} OR client_id = ANY ((SELECT wfm_client_ids())::bigint[]))"
                f" AND (queue_id IS NULL OR {ALL} OR queue_id IN (SELECT id FROM org_queue))",
            )
            for table in SCOPED
        ),
        rls.internal_where(
            "adherence_measure",
            f"{ALL} OR (queue_id IN (SELECT id FROM org_queue)"
            " AND (other_queue_id IS NULL OR other_queue_id IN (SELECT id FROM org_queue)))",
        ),
        *(
            rls.internal_where(table, f"{ALL} OR {column} IN (SELECT id FROM {parent})")
            for table, column, parent in CHILDREN
        ),
        rls.internal_only("adherence_briefingsubscription"),
        rls.internal_only("adherence_briefingsent"),
        *(
            rls.internal_audit(f"adherence_{name}event")
            for name in ("alertrule", "responsibility", "playbook", "playbookrun", "measure")
        ),
    ]
