"""How sources' own words for agents and states are read."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import wfm.org.models.base
from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("adherence", "0006_event_partitions"),
        ("org", "0002_row_level_security"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='quarantinedevent',
            name='dismissed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='quarantinedevent',
            name='dismissed_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='dismissed because'),
        ),
        migrations.CreateModel(
            name='Connector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('source', models.SlugField(help_text="Short name in addresses and beside events; agents' keys belong to it.", max_length=40, unique=True, verbose_name='source')),
                ('kind', models.CharField(choices=[('amazon-connect', 'Amazon Connect'), ('genesys-cloud', 'Genesys Cloud'), ('avaya-cms', 'Avaya CMS'), ('twilio-taskrouter', 'Twilio TaskRouter'), ('cisco-finesse', 'Cisco Finesse'), ('csv', 'CSV of any system')], max_length=20, verbose_name='system')),
                ('timezone', wfm.org.models.base.TimeZoneField(blank=True, default='', help_text='Of times without an offset.', max_length=64, validators=[wfm.org.models.base.validate_time_zone], verbose_name='time zone')),
                ('agent_field', models.CharField(blank=True, help_text='Field or column; empty: where this system usually names it.', max_length=80, verbose_name='where the agent is named')),
                ('default_channel', models.CharField(blank=True, max_length=20, verbose_name='channel')),
                ('columns', models.JSONField(blank=True, default=dict, verbose_name='columns')),
                ('date_order', models.CharField(blank=True, choices=[('', 'as the values show'), ('ymd', 'year, month, day'), ('dmy', 'day, month, year'), ('mdy', 'month, day, year')], default='', max_length=3, verbose_name='order of dates')),
                ('max_delay_minutes', models.PositiveIntegerField(blank=True, help_text='Empty: later as well. A promise of the source; it decides which hour is meant in the night when clocks go back.', null=True, verbose_name='sent within minutes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('secret_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('secret_made_at', models.DateTimeField(blank=True, null=True, verbose_name='secret made')),
                ('signing_token', models.CharField(blank=True, default='', max_length=200)),
                ('feed', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='connector', to='adherence.eventfeed')),
            ],
            options={
                'verbose_name': 'connector',
                'verbose_name_plural': 'connectors',
            },
        ),
        migrations.CreateModel(
            name='ConnectorEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('source', models.SlugField(db_index=False, help_text="Short name in addresses and beside events; agents' keys belong to it.", max_length=40, verbose_name='source')),
                ('kind', models.CharField(choices=[('amazon-connect', 'Amazon Connect'), ('genesys-cloud', 'Genesys Cloud'), ('avaya-cms', 'Avaya CMS'), ('twilio-taskrouter', 'Twilio TaskRouter'), ('cisco-finesse', 'Cisco Finesse'), ('csv', 'CSV of any system')], max_length=20, verbose_name='system')),
                ('timezone', wfm.org.models.base.TimeZoneField(blank=True, default='', help_text='Of times without an offset.', max_length=64, validators=[wfm.org.models.base.validate_time_zone], verbose_name='time zone')),
                ('agent_field', models.CharField(blank=True, help_text='Field or column; empty: where this system usually names it.', max_length=80, verbose_name='where the agent is named')),
                ('default_channel', models.CharField(blank=True, max_length=20, verbose_name='channel')),
                ('columns', models.JSONField(blank=True, default=dict, verbose_name='columns')),
                ('date_order', models.CharField(blank=True, choices=[('', 'as the values show'), ('ymd', 'year, month, day'), ('dmy', 'day, month, year'), ('mdy', 'month, day, year')], default='', max_length=3, verbose_name='order of dates')),
                ('max_delay_minutes', models.PositiveIntegerField(blank=True, help_text='Empty: later as well. A promise of the source; it decides which hour is meant in the night when clocks go back.', null=True, verbose_name='sent within minutes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('secret_made_at', models.DateTimeField(blank=True, null=True, verbose_name='secret made')),
                ('feed', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='adherence.eventfeed')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.connector')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StateMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=120, verbose_name='state')),
                ('reason', models.CharField(blank=True, default='', max_length=120, verbose_name='reason')),
                ('meaning', models.CharField(choices=[('ACTIVITY', 'is an activity'), ('CLOCKED_OUT', 'clocks out'), ('IGNORED', 'changes nothing')], default='ACTIVITY', max_length=12, verbose_name='meaning')),
                ('activity_code', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.activitycode')),
                ('connector', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='adherence.connector')),
            ],
            options={
                'verbose_name': 'mapping of a state',
                'verbose_name_plural': 'mappings of states',
            },
        ),
        migrations.CreateModel(
            name='StateMappingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('state', models.CharField(max_length=120, verbose_name='state')),
                ('reason', models.CharField(blank=True, default='', max_length=120, verbose_name='reason')),
                ('meaning', models.CharField(choices=[('ACTIVITY', 'is an activity'), ('CLOCKED_OUT', 'clocks out'), ('IGNORED', 'changes nothing')], default='ACTIVITY', max_length=12, verbose_name='meaning')),
                ('activity_code', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.activitycode')),
                ('connector', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='adherence.connector')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.statemapping')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.CheckConstraint(condition=models.Q(('max_delay_minutes', None), ('max_delay_minutes__range', (1, 1440)), _connector='OR'), name='adherence_connector_delay_sensible', violation_error_message='A source may promise 1 to 1,440 minutes.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='connector',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_connectorevent" ("agent_field", "columns", "date_order", "default_channel", "feed_id", "id", "is_active", "kind", "max_delay_minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_made_at", "source", "timezone") VALUES (NEW."agent_field", NEW."columns", NEW."date_order", NEW."default_channel", NEW."feed_id", NEW."id", NEW."is_active", NEW."kind", NEW."max_delay_minutes", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."secret_made_at", NEW."source", NEW."timezone"); RETURN NULL;', hash='4ac45158b28bf476adc56a4bbb2d8976696a6737', operation='INSERT', pgid='pgtrigger_insert_insert_32e60', table='adherence_connector', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='connector',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."agent_field" IS DISTINCT FROM (NEW."agent_field") OR OLD."columns" IS DISTINCT FROM (NEW."columns") OR OLD."date_order" IS DISTINCT FROM (NEW."date_order") OR OLD."default_channel" IS DISTINCT FROM (NEW."default_channel") OR OLD."feed_id" IS DISTINCT FROM (NEW."feed_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."max_delay_minutes" IS DISTINCT FROM (NEW."max_delay_minutes") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."secret_made_at" IS DISTINCT FROM (NEW."secret_made_at") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."timezone" IS DISTINCT FROM (NEW."timezone"))', func='INSERT INTO "adherence_connectorevent" ("agent_field", "columns", "date_order", "default_channel", "feed_id", "id", "is_active", "kind", "max_delay_minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_made_at", "source", "timezone") VALUES (NEW."agent_field", NEW."columns", NEW."date_order", NEW."default_channel", NEW."feed_id", NEW."id", NEW."is_active", NEW."kind", NEW."max_delay_minutes", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."secret_made_at", NEW."source", NEW."timezone"); RETURN NULL;', hash='eadd02dc87577c4636047014c0738fddea1f86ce', operation='UPDATE', pgid='pgtrigger_update_update_7d20d', table='adherence_connector', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='connector',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_connectorevent" ("agent_field", "columns", "date_order", "default_channel", "feed_id", "id", "is_active", "kind", "max_delay_minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_made_at", "source", "timezone") VALUES (OLD."agent_field", OLD."columns", OLD."date_order", OLD."default_channel", OLD."feed_id", OLD."id", OLD."is_active", OLD."kind", OLD."max_delay_minutes", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."secret_made_at", OLD."source", OLD."timezone"); RETURN NULL;', hash='17b8837e1830bed597465657cdf339318b82ec74', operation='DELETE', pgid='pgtrigger_delete_delete_4fd2c', table='adherence_connector', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='statemapping',
            constraint=models.UniqueConstraint(models.F('connector'), django.db.models.functions.text.Lower('state'), django.db.models.functions.text.Lower('reason'), name='adherence_statemapping_once', violation_error_message='This state and reason are mapped already.'),
        ),
        migrations.AddConstraint(
            model_name='statemapping',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('activity_code__isnull', False), ('meaning', 'ACTIVITY')), models.Q(models.Q(('meaning', 'ACTIVITY'), _negated=True), ('activity_code', None)), _connector='OR'), name='adherence_statemapping_code_with_activity', violation_error_message='An activity needs its activity code; the other meanings have none.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statemapping',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_statemappingevent" ("activity_code_id", "connector_id", "id", "meaning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."activity_code_id", NEW."connector_id", NEW."id", NEW."meaning", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='121e1ba39a24200ce1b499c9467aed147ee787e2', operation='INSERT', pgid='pgtrigger_insert_insert_09a79', table='adherence_statemapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statemapping',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_statemappingevent" ("activity_code_id", "connector_id", "id", "meaning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."activity_code_id", NEW."connector_id", NEW."id", NEW."meaning", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='666bb61de73187f09a4f9249655e77e3a590558c', operation='UPDATE', pgid='pgtrigger_update_update_4d510', table='adherence_statemapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statemapping',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_statemappingevent" ("activity_code_id", "connector_id", "id", "meaning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (OLD."activity_code_id", OLD."connector_id", OLD."id", OLD."meaning", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."state"); RETURN NULL;', hash='65a212696a0d700e6da16a1d16f0e4ccc99b84e8', operation='DELETE', pgid='pgtrigger_delete_delete_5d8ff', table='adherence_statemapping', when='AFTER')),
        ),
        rls.internal_only("adherence_connector"),
        rls.internal_only("adherence_statemapping"),
        rls.internal_audit("adherence_connectorevent"),
        rls.internal_audit("adherence_statemappingevent"),
    ]
