

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import wfm.org.models.base
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0008_widen_employment_contracts'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('scheduling', '0003_row_level_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('DAY_OFF', 'day off'), ('START', 'start between two times'), ('TEMPLATE', 'a shift of this template')], max_length=8, verbose_name='wish')),
                ('date', models.DateField(blank=True, null=True, verbose_name='date')),
                ('weekday', models.PositiveSmallIntegerField(blank=True, choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], null=True, verbose_name='or every')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('earliest_start_minute', models.PositiveSmallIntegerField(default=0, verbose_name='starts from, minute of the day')),
                ('latest_start_minute', models.PositiveSmallIntegerField(default=1440, verbose_name='starts until, minute of the day')),
                ('rank', models.PositiveSmallIntegerField(default=1, verbose_name='rank, 1 is dearest')),
            ],
            options={
                'verbose_name': 'wish',
                'verbose_name_plural': 'wishes',
            },
        ),
        migrations.CreateModel(
            name='PreferenceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('DAY_OFF', 'day off'), ('START', 'start between two times'), ('TEMPLATE', 'a shift of this template')], max_length=8, verbose_name='wish')),
                ('date', models.DateField(blank=True, null=True, verbose_name='date')),
                ('weekday', models.PositiveSmallIntegerField(blank=True, choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], null=True, verbose_name='or every')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('earliest_start_minute', models.PositiveSmallIntegerField(default=0, verbose_name='starts from, minute of the day')),
                ('latest_start_minute', models.PositiveSmallIntegerField(default=1440, verbose_name='starts until, minute of the day')),
                ('rank', models.PositiveSmallIntegerField(default=1, verbose_name='rank, 1 is dearest')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='QueueValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour_value', models.DecimalField(blank=True, decimal_places=2, help_text='In the money of wages. Empty: so many idle hours as the solve says.', max_digits=9, null=True, verbose_name='a missing person-hour costs')),
                ('least_people', models.PositiveSmallIntegerField(blank=True, help_text="Empty: the queue's minimum staff, else the solve's setting.", null=True, verbose_name='hard minimum of people while open')),
            ],
            options={
                'verbose_name': 'value of a queue',
                'verbose_name_plural': 'values of queues',
            },
        ),
        migrations.CreateModel(
            name='QueueValueEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('hour_value', models.DecimalField(blank=True, decimal_places=2, help_text='In the money of wages. Empty: so many idle hours as the solve says.', max_digits=9, null=True, verbose_name='a missing person-hour costs')),
                ('least_people', models.PositiveSmallIntegerField(blank=True, help_text="Empty: the queue's minimum staff, else the solve's setting.", null=True, verbose_name='hard minimum of people while open')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Rotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('pattern', models.CharField(help_text='W works, O is off, - is either; WWWWOO is four on, two off.', max_length=364, validators=[django.core.validators.RegexValidator('^[WO-]+$', 'Write W for a day of work, O for a day off, - for either.')], verbose_name='pattern of days')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'rotation',
                'verbose_name_plural': 'rotations',
            },
        ),
        migrations.CreateModel(
            name='RotationAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='first day of the pattern')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'assignment to a rotation',
                'verbose_name_plural': 'assignments to rotations',
            },
        ),
        migrations.CreateModel(
            name='RotationAssignmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='first day of the pattern')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RotationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('pattern', models.CharField(help_text='W works, O is off, - is either; WWWWOO is four on, two off.', max_length=364, validators=[django.core.validators.RegexValidator('^[WO-]+$', 'Write W for a day of work, O for a day off, - for either.')], verbose_name='pattern of days')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SplitShiftConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'consent to split shifts',
                'verbose_name_plural': 'consents to split shifts',
            },
        ),
        migrations.CreateModel(
            name='SplitShiftConsentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='breakrule',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='breakrule',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='breakrule',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='shifttemplate',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='shifttemplate',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='shifttemplate',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='breakrule',
            name='piece',
            field=models.PositiveSmallIntegerField(default=0, help_text='0 is the first; the window counts from the start of the piece.', verbose_name='piece of a split shift'),
        ),
        migrations.AddField(
            model_name='breakruleevent',
            name='piece',
            field=models.PositiveSmallIntegerField(default=0, help_text='0 is the first; the window counts from the start of the piece.', verbose_name='piece of a split shift'),
        ),
        migrations.AddField(
            model_name='shifttemplate',
            name='allowance',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=9, verbose_name='allowance for each such shift'),
        ),
        migrations.AddField(
            model_name='shifttemplate',
            name='gap_minutes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, help_text='Each length that the gap may have, for example 120, 150, 180.', size=None, verbose_name='unpaid gaps between the pieces, minutes'),
        ),
        migrations.AddField(
            model_name='shifttemplate',
            name='piece_minutes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, help_text='For example 240, 240. Empty: one piece.', size=3, verbose_name='pieces of a split shift, minutes each'),
        ),
        migrations.AddField(
            model_name='shifttemplateevent',
            name='allowance',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=9, verbose_name='allowance for each such shift'),
        ),
        migrations.AddField(
            model_name='shifttemplateevent',
            name='gap_minutes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, help_text='Each length that the gap may have, for example 120, 150, 180.', size=None, verbose_name='unpaid gaps between the pieces, minutes'),
        ),
        migrations.AddField(
            model_name='shifttemplateevent',
            name='piece_minutes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, help_text='For example 240, 240. Empty: one piece.', size=3, verbose_name='pieces of a split shift, minutes each'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='breakrule',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_breakruleevent" ("activity_code_id", "earliest_minute", "from_length_minutes", "id", "is_paid", "latest_minute", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece", "template_id") VALUES (NEW."activity_code_id", NEW."earliest_minute", NEW."from_length_minutes", NEW."id", NEW."is_paid", NEW."latest_minute", NEW."minutes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."piece", NEW."template_id"); RETURN NULL;', hash='2bcf7c9d932307ea0ca65cd3c51e92007b144fe9', operation='INSERT', pgid='pgtrigger_insert_insert_1f36f', table='scheduling_breakrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='breakrule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_breakruleevent" ("activity_code_id", "earliest_minute", "from_length_minutes", "id", "is_paid", "latest_minute", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece", "template_id") VALUES (NEW."activity_code_id", NEW."earliest_minute", NEW."from_length_minutes", NEW."id", NEW."is_paid", NEW."latest_minute", NEW."minutes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."piece", NEW."template_id"); RETURN NULL;', hash='d89409e3c0027059b277ce2f855e6401812b12f1', operation='UPDATE', pgid='pgtrigger_update_update_b659c', table='scheduling_breakrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='breakrule',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_breakruleevent" ("activity_code_id", "earliest_minute", "from_length_minutes", "id", "is_paid", "latest_minute", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece", "template_id") VALUES (OLD."activity_code_id", OLD."earliest_minute", OLD."from_length_minutes", OLD."id", OLD."is_paid", OLD."latest_minute", OLD."minutes", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."piece", OLD."template_id"); RETURN NULL;', hash='d92294b7023cc05ddcae19597764206c6b5df147', operation='DELETE', pgid='pgtrigger_delete_delete_76891', table='scheduling_breakrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shifttemplate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_shifttemplateevent" ("allowance", "earliest_start_minute", "employment_contract_id", "gap_minutes", "id", "is_active", "latest_start_minute", "length_max_minutes", "length_min_minutes", "length_step_minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece_minutes", "start_step_minutes", "weekdays") VALUES (NEW."allowance", NEW."earliest_start_minute", NEW."employment_contract_id", NEW."gap_minutes", NEW."id", NEW."is_active", NEW."latest_start_minute", NEW."length_max_minutes", NEW."length_min_minutes", NEW."length_step_minutes", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."piece_minutes", NEW."start_step_minutes", NEW."weekdays"); RETURN NULL;', hash='0202fb2e77501d714014625b3feaf3408f6bac53', operation='INSERT', pgid='pgtrigger_insert_insert_f5dcc', table='scheduling_shifttemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shifttemplate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_shifttemplateevent" ("allowance", "earliest_start_minute", "employment_contract_id", "gap_minutes", "id", "is_active", "latest_start_minute", "length_max_minutes", "length_min_minutes", "length_step_minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece_minutes", "start_step_minutes", "weekdays") VALUES (NEW."allowance", NEW."earliest_start_minute", NEW."employment_contract_id", NEW."gap_minutes", NEW."id", NEW."is_active", NEW."latest_start_minute", NEW."length_max_minutes", NEW."length_min_minutes", NEW."length_step_minutes", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."piece_minutes", NEW."start_step_minutes", NEW."weekdays"); RETURN NULL;', hash='2d818c2acd17d46311cc668679d723858755bee6', operation='UPDATE', pgid='pgtrigger_update_update_1302d', table='scheduling_shifttemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shifttemplate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_shifttemplateevent" ("allowance", "earliest_start_minute", "employment_contract_id", "gap_minutes", "id", "is_active", "latest_start_minute", "length_max_minutes", "length_min_minutes", "length_step_minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece_minutes", "start_step_minutes", "weekdays") VALUES (OLD."allowance", OLD."earliest_start_minute", OLD."employment_contract_id", OLD."gap_minutes", OLD."id", OLD."is_active", OLD."latest_start_minute", OLD."length_max_minutes", OLD."length_min_minutes", OLD."length_step_minutes", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."piece_minutes", OLD."start_step_minutes", OLD."weekdays"); RETURN NULL;', hash='20aba3863f08b4c937ce8cedc68e49386ae75dce', operation='DELETE', pgid='pgtrigger_delete_delete_736b6', table='scheduling_shifttemplate', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='shifttemplate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('gap_minutes__len', 0), ('piece_minutes__len', 0)), models.Q(('gap_minutes__len__gte', 1), ('piece_minutes__len__gte', 2)), _connector='OR'), name='scheduling_shifttemplate_split_complete', violation_error_message='A split shift needs two or more pieces and at least one gap; any other shift neither.'),
        ),
        migrations.AddConstraint(
            model_name='shifttemplate',
            constraint=models.CheckConstraint(condition=models.Q(('allowance__gte', 0)), name='scheduling_shifttemplate_allowance_positive'),
        ),
        migrations.AddField(
            model_name='preference',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='preferences', to='org.agent'),
        ),
        migrations.AddField(
            model_name='preference',
            name='template',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.shifttemplate'),
        ),
        migrations.AddField(
            model_name='preferenceevent',
            name='agent',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='preferenceevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='preferenceevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.preference'),
        ),
        migrations.AddField(
            model_name='preferenceevent',
            name='template',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.shifttemplate'),
        ),
        migrations.AddField(
            model_name='queuevalue',
            name='queue',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='schedule_value', to='org.queue'),
        ),
        migrations.AddField(
            model_name='queuevalueevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='queuevalueevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.queuevalue'),
        ),
        migrations.AddField(
            model_name='queuevalueevent',
            name='queue',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue'),
        ),
        migrations.AddConstraint(
            model_name='rotation',
            constraint=models.CheckConstraint(condition=models.Q(('pattern__regex', '^[WO-]+$')), name='scheduling_rotation_known_letters', violation_error_message='Write W for a day of work, O for a day off, - for either.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rotation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_rotationevent" ("id", "is_active", "name", "pattern", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."is_active", NEW."name", NEW."pattern", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='9e74ec643332981df8099c5cc7e1bc22e7e2a541', operation='INSERT', pgid='pgtrigger_insert_insert_199d3', table='scheduling_rotation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rotation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_rotationevent" ("id", "is_active", "name", "pattern", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."is_active", NEW."name", NEW."pattern", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='bab20f02ee31379fab0425befbf3ca2ff82c97fa', operation='UPDATE', pgid='pgtrigger_update_update_ba172', table='scheduling_rotation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rotation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_rotationevent" ("id", "is_active", "name", "pattern", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."is_active", OLD."name", OLD."pattern", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='69b0b5cd4b383dc4d086f5064e2db09bc659872e', operation='DELETE', pgid='pgtrigger_delete_delete_3bdb4', table='scheduling_rotation', when='AFTER')),
        ),
        migrations.AddField(
            model_name='rotationassignment',
            name='agent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rotations', to='org.agent'),
        ),
        migrations.AddField(
            model_name='rotationassignment',
            name='rotation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='scheduling.rotation'),
        ),
        migrations.AddField(
            model_name='rotationassignment',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rotations', to='org.team'),
        ),
        migrations.AddField(
            model_name='rotationassignmentevent',
            name='agent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='rotationassignmentevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='rotationassignmentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.rotationassignment'),
        ),
        migrations.AddField(
            model_name='rotationassignmentevent',
            name='rotation',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.rotation'),
        ),
        migrations.AddField(
            model_name='rotationassignmentevent',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team'),
        ),
        migrations.AddField(
            model_name='rotationevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='rotationevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.rotation'),
        ),
        migrations.AddField(
            model_name='splitshiftconsent',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='split_shift_consents', to='org.agent'),
        ),
        migrations.AddField(
            model_name='splitshiftconsentevent',
            name='agent',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='splitshiftconsentevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='splitshiftconsentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.splitshiftconsent'),
        ),
        migrations.AddIndex(
            model_name='preference',
            index=models.Index(fields=['agent', 'date'], name='scheduling_preference_agent'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('date', None), ('weekday__isnull', False), ('weekday__lte', 6)), models.Q(('date__isnull', False), ('weekday', None)), _connector='OR'), name='scheduling_preference_date_or_weekday', violation_error_message='A wish names a date or a weekday, one of the two.'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(('earliest_start_minute__lte', models.F('latest_start_minute')), ('latest_start_minute__lte', 1440)), name='scheduling_preference_starts_ordered', violation_error_message='The earliest start must not lie after the latest.'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'TEMPLATE'), ('template__isnull', False)), models.Q(models.Q(('kind', 'TEMPLATE'), _negated=True), ('template', None)), _connector='OR'), name='scheduling_preference_template_named', violation_error_message='A wish for a template names one; other wishes name none.'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(('rank__gte', 1), ('rank__lte', 9)), name='scheduling_preference_rank_known', violation_error_message='Ranks go from 1 to 9.'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='scheduling_preference_ends_after_start', violation_error_message='A wish must end after it starts.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='preference',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_preferenceevent" ("agent_id", "date", "earliest_start_minute", "ends_on", "id", "kind", "latest_start_minute", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "starts_on", "template_id", "weekday") VALUES (NEW."agent_id", NEW."date", NEW."earliest_start_minute", NEW."ends_on", NEW."id", NEW."kind", NEW."latest_start_minute", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rank", NEW."starts_on", NEW."template_id", NEW."weekday"); RETURN NULL;', hash='866f4a9e84d9c09da09c9c824a82d07a0a843fee', operation='INSERT', pgid='pgtrigger_insert_insert_0f109', table='scheduling_preference', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='preference',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_preferenceevent" ("agent_id", "date", "earliest_start_minute", "ends_on", "id", "kind", "latest_start_minute", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "starts_on", "template_id", "weekday") VALUES (NEW."agent_id", NEW."date", NEW."earliest_start_minute", NEW."ends_on", NEW."id", NEW."kind", NEW."latest_start_minute", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rank", NEW."starts_on", NEW."template_id", NEW."weekday"); RETURN NULL;', hash='a5c4ac5367250b3931557327345809ddc6dceebb', operation='UPDATE', pgid='pgtrigger_update_update_a681d', table='scheduling_preference', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='preference',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_preferenceevent" ("agent_id", "date", "earliest_start_minute", "ends_on", "id", "kind", "latest_start_minute", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "starts_on", "template_id", "weekday") VALUES (OLD."agent_id", OLD."date", OLD."earliest_start_minute", OLD."ends_on", OLD."id", OLD."kind", OLD."latest_start_minute", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rank", OLD."starts_on", OLD."template_id", OLD."weekday"); RETURN NULL;', hash='f2a8ab269d3edd298a40d8643e6894b4b0bf6638', operation='DELETE', pgid='pgtrigger_delete_delete_8f949', table='scheduling_preference', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='queuevalue',
            constraint=models.CheckConstraint(condition=models.Q(('hour_value', None), ('hour_value__gt', 0), _connector='OR'), name='scheduling_queuevalue_positive', violation_error_message='A missing hour must cost something; leave it empty else.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queuevalue',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_queuevalueevent" ("hour_value", "id", "least_people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id") VALUES (NEW."hour_value", NEW."id", NEW."least_people", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id"); RETURN NULL;', hash='1a1ee0c2fcac4bbac99d9c3b6a7dea1b2a06b5c6', operation='INSERT', pgid='pgtrigger_insert_insert_6bc9e', table='scheduling_queuevalue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queuevalue',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_queuevalueevent" ("hour_value", "id", "least_people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id") VALUES (NEW."hour_value", NEW."id", NEW."least_people", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id"); RETURN NULL;', hash='df565bf38e14ea27b7b7cff545798a002e1cf5ec', operation='UPDATE', pgid='pgtrigger_update_update_00436', table='scheduling_queuevalue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queuevalue',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_queuevalueevent" ("hour_value", "id", "least_people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id") VALUES (OLD."hour_value", OLD."id", OLD."least_people", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id"); RETURN NULL;', hash='58f2729f7a0435ffd25db99e9aa213b4a05397a4', operation='DELETE', pgid='pgtrigger_delete_delete_59db9', table='scheduling_queuevalue', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='rotationassignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agent', None), ('team__isnull', False)), models.Q(('agent__isnull', False), ('team', None)), _connector='OR'), name='scheduling_rotationassignment_agent_or_team', violation_error_message='A rotation is given to one agent or to one team.'),
        ),
        migrations.AddConstraint(
            model_name='rotationassignment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='scheduling_rotationassignment_ends_after_start', violation_error_message='A rotation must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='rotationassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('agent', '='), (wfm.org.models.base.DateRange('starts_on', 'ends_on'), '&&')], name='scheduling_rotationassignment_one_per_agent', violation_error_message='The agent follows another rotation on these dates.'),
        ),
        migrations.AddConstraint(
            model_name='rotationassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('team', '='), (wfm.org.models.base.DateRange('starts_on', 'ends_on'), '&&')], name='scheduling_rotationassignment_one_per_team', violation_error_message='The team follows another rotation on these dates.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rotationassignment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_rotationassignmentevent" ("agent_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rotation_id", "starts_on", "team_id") VALUES (NEW."agent_id", NEW."ends_on", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rotation_id", NEW."starts_on", NEW."team_id"); RETURN NULL;', hash='2c5912471976b2a7916fcfee2ae997043b2bbfbe', operation='INSERT', pgid='pgtrigger_insert_insert_315aa', table='scheduling_rotationassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rotationassignment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_rotationassignmentevent" ("agent_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rotation_id", "starts_on", "team_id") VALUES (NEW."agent_id", NEW."ends_on", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rotation_id", NEW."starts_on", NEW."team_id"); RETURN NULL;', hash='c1a42488d78c5c45fe242b0217a044f274d19d67', operation='UPDATE', pgid='pgtrigger_update_update_f1c8e', table='scheduling_rotationassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rotationassignment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_rotationassignmentevent" ("agent_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rotation_id", "starts_on", "team_id") VALUES (OLD."agent_id", OLD."ends_on", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rotation_id", OLD."starts_on", OLD."team_id"); RETURN NULL;', hash='c1bf714efcf046aab7e0646c415041f3f1a490f3', operation='DELETE', pgid='pgtrigger_delete_delete_aa8bb', table='scheduling_rotationassignment', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='splitshiftconsent',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='scheduling_splitshiftconsent_ends_after_start', violation_error_message='A consent must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='splitshiftconsent',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('agent', '='), (wfm.org.models.base.DateRange('starts_on', 'ends_on'), '&&')], name='scheduling_splitshiftconsent_one_at_a_time', violation_error_message='The agent has already agreed for these dates.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='splitshiftconsent',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_splitshiftconsentevent" ("agent_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."agent_id", NEW."ends_on", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on"); RETURN NULL;', hash='03930363cf10493191ff0c1c84aa8b2286c07e7c', operation='INSERT', pgid='pgtrigger_insert_insert_a627e', table='scheduling_splitshiftconsent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='splitshiftconsent',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_splitshiftconsentevent" ("agent_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."agent_id", NEW."ends_on", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on"); RETURN NULL;', hash='d30c49716a39bf1f62531311c8428fdef3cce448', operation='UPDATE', pgid='pgtrigger_update_update_a38bf', table='scheduling_splitshiftconsent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='splitshiftconsent',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_splitshiftconsentevent" ("agent_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (OLD."agent_id", OLD."ends_on", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts_on"); RETURN NULL;', hash='3bc2e05a1ee33408b6ec3c2479ce169da7c17dad', operation='DELETE', pgid='pgtrigger_delete_delete_66798', table='scheduling_splitshiftconsent', when='AFTER')),
        ),
    ]
