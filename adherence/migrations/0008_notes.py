"""Notes, tags, outcomes of long busy states."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("adherence", "0007_connectors"),
        ("org", "0002_row_level_security"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AgentContact',
            fields=[
                ('agent', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='contact', serialize=False, to='org.agent')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('messenger_url', models.URLField(blank=True, help_text='Opens a chat with the agent, for example https://chat.example/people/ann.', verbose_name='messenger link')),
            ],
            options={
                'verbose_name': 'contact of an agent',
                'verbose_name_plural': 'contacts of agents',
            },
        ),
        migrations.CreateModel(
            name='AgentContactEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('messenger_url', models.URLField(blank=True, help_text='Opens a chat with the agent, for example https://chat.example/people/ann.', verbose_name='messenger link')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BusyCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(verbose_name='busy since')),
                ('limit_seconds', models.PositiveIntegerField(verbose_name='limit in seconds')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='busy until')),
                ('outcome', models.CharField(blank=True, choices=[('HELPED', 'helped, back to work'), ('TECHNICAL', 'technical fault, passed on'), ('JUSTIFIED', 'the work needed it'), ('FORGOTTEN', 'forgot to change the code'), ('COACHING', 'to be coached'), ('OTHER', 'other, see the comment')], max_length=10, verbose_name='outcome')),
                ('comment', models.CharField(blank=True, max_length=300, verbose_name='comment')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
            ],
            options={
                'verbose_name': 'long busy state',
                'verbose_name_plural': 'long busy states',
            },
        ),
        migrations.CreateModel(
            name='BusyCaseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('began_at', models.DateTimeField(verbose_name='busy since')),
                ('limit_seconds', models.PositiveIntegerField(verbose_name='limit in seconds')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='busy until')),
                ('outcome', models.CharField(blank=True, choices=[('HELPED', 'helped, back to work'), ('TECHNICAL', 'technical fault, passed on'), ('JUSTIFIED', 'the work needed it'), ('FORGOTTEN', 'forgot to change the code'), ('COACHING', 'to be coached'), ('OTHER', 'other, see the comment')], max_length=10, verbose_name='outcome')),
                ('comment', models.CharField(blank=True, max_length=300, verbose_name='comment')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BusyRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'route of long busy states',
                'verbose_name_plural': 'routes of long busy states',
            },
        ),
        migrations.CreateModel(
            name='BusyRouteEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('AGENT_DAY', "an agent's day"), ('STRETCH', "a stretch of an agent's day"), ('INTERVAL', 'an interval of a queue'), ('CONTACT', 'a contact')], max_length=10, verbose_name='about')),
                ('operational_date', models.DateField(blank=True, null=True, verbose_name='operational day')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('contact_id', models.CharField(blank=True, max_length=120, verbose_name='contact')),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(verbose_name='written')),
                ('edited_at', models.DateTimeField(blank=True, null=True, verbose_name='edited')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
            },
        ),
        migrations.CreateModel(
            name='NoteEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('AGENT_DAY', "an agent's day"), ('STRETCH', "a stretch of an agent's day"), ('INTERVAL', 'an interval of a queue'), ('CONTACT', 'a contact')], max_length=10, verbose_name='about')),
                ('operational_date', models.DateField(blank=True, null=True, verbose_name='operational day')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('contact_id', models.CharField(blank=True, max_length=120, verbose_name='contact')),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(verbose_name='written')),
                ('edited_at', models.DateTimeField(blank=True, null=True, verbose_name='edited')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentcontact',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_agentcontactevent" ("agent_id", "email", "messenger_url", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."agent_id", NEW."email", NEW."messenger_url", _pgh_attach_context(), NOW(), \'insert\', NEW."agent_id", NEW."phone"); RETURN NULL;', hash='4988dd50627cbe8e1e5317e3edc5bf9005ea065b', operation='INSERT', pgid='pgtrigger_insert_insert_178cc', table='adherence_agentcontact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentcontact',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_agentcontactevent" ("agent_id", "email", "messenger_url", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."agent_id", NEW."email", NEW."messenger_url", _pgh_attach_context(), NOW(), \'update\', NEW."agent_id", NEW."phone"); RETURN NULL;', hash='5a184615fdcaca500e336b5f9b945627a0bb9d1e', operation='UPDATE', pgid='pgtrigger_update_update_65f6b', table='adherence_agentcontact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentcontact',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_agentcontactevent" ("agent_id", "email", "messenger_url", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (OLD."agent_id", OLD."email", OLD."messenger_url", _pgh_attach_context(), NOW(), \'delete\', OLD."agent_id", OLD."phone"); RETURN NULL;', hash='9ae3788e3ea0bb062fd251b95c3535dedd5aa40f', operation='DELETE', pgid='pgtrigger_delete_delete_f199f', table='adherence_agentcontact', when='AFTER')),
        ),
        migrations.AddField(
            model_name='agentcontactevent',
            name='agent',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', serialize=False, to='org.agent'),
        ),
        migrations.AddField(
            model_name='agentcontactevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='agentcontactevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.agentcontact'),
        ),
        migrations.AddField(
            model_name='busycase',
            name='activity_code',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.activitycode'),
        ),
        migrations.AddField(
            model_name='busycase',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='busycase',
            name='assigned_to',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='busycase',
            name='closed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='busycaseevent',
            name='activity_code',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.activitycode'),
        ),
        migrations.AddField(
            model_name='busycaseevent',
            name='agent',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='busycaseevent',
            name='assigned_to',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='busycaseevent',
            name='closed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='busycaseevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='busycaseevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.busycase'),
        ),
        migrations.AddField(
            model_name='busyroute',
            name='activity_code',
            field=models.ForeignKey(blank=True, limit_choices_to={'state_group': 'BUSY'}, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.activitycode', verbose_name='activity code'),
        ),
        migrations.AddField(
            model_name='busyroute',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team', verbose_name='team'),
        ),
        migrations.AddField(
            model_name='busyroute',
            name='troubleshooter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='troubleshooter'),
        ),
        migrations.AddField(
            model_name='busyrouteevent',
            name='activity_code',
            field=models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'state_group': 'BUSY'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.activitycode', verbose_name='activity code'),
        ),
        migrations.AddField(
            model_name='busyrouteevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='busyrouteevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.busyroute'),
        ),
        migrations.AddField(
            model_name='busyrouteevent',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team', verbose_name='team'),
        ),
        migrations.AddField(
            model_name='busyrouteevent',
            name='troubleshooter',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='troubleshooter'),
        ),
        migrations.AddField(
            model_name='note',
            name='agent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='note',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='note',
            name='queue',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.queue'),
        ),
        migrations.AddField(
            model_name='noteevent',
            name='agent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='noteevent',
            name='author',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='noteevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='noteevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.note'),
        ),
        migrations.AddField(
            model_name='noteevent',
            name='queue',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue'),
        ),
        migrations.AddIndex(
            model_name='busycase',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['opened_at'], name='adherence_busycase_open'),
        ),
        migrations.AddConstraint(
            model_name='busycase',
            constraint=models.UniqueConstraint(fields=('agent', 'began_at'), name='adherence_busycase_once'),
        ),
        migrations.AddConstraint(
            model_name='busycase',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('agent',), name='adherence_busycase_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='busycase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='adherence_busycase_closed_with_outcome', violation_error_message='A case is closed with an outcome.'),
        ),
        migrations.AddConstraint(
            model_name='busycase',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='adherence_busycase_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='busycase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'OTHER'), _negated=True), models.Q(('comment', ''), _negated=True), _connector='OR'), name='adherence_busycase_other_is_explained', violation_error_message='Say in the comment what the outcome was.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='busycase',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_busycaseevent" ("activity_code_id", "agent_id", "assigned_to_id", "began_at", "closed_at", "closed_by_id", "comment", "ended_at", "id", "limit_seconds", "opened_at", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."activity_code_id", NEW."agent_id", NEW."assigned_to_id", NEW."began_at", NEW."closed_at", NEW."closed_by_id", NEW."comment", NEW."ended_at", NEW."id", NEW."limit_seconds", NEW."opened_at", NEW."outcome", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='8fd1890b5004c40374946165c3981481b685f12b', operation='INSERT', pgid='pgtrigger_insert_insert_1b060', table='adherence_busycase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='busycase',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_busycaseevent" ("activity_code_id", "agent_id", "assigned_to_id", "began_at", "closed_at", "closed_by_id", "comment", "ended_at", "id", "limit_seconds", "opened_at", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."activity_code_id", NEW."agent_id", NEW."assigned_to_id", NEW."began_at", NEW."closed_at", NEW."closed_by_id", NEW."comment", NEW."ended_at", NEW."id", NEW."limit_seconds", NEW."opened_at", NEW."outcome", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='3a0bd7d714e0db73e8fbae21677b10f5e9789a3e', operation='UPDATE', pgid='pgtrigger_update_update_e393a', table='adherence_busycase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='busycase',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_busycaseevent" ("activity_code_id", "agent_id", "assigned_to_id", "began_at", "closed_at", "closed_by_id", "comment", "ended_at", "id", "limit_seconds", "opened_at", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."activity_code_id", OLD."agent_id", OLD."assigned_to_id", OLD."began_at", OLD."closed_at", OLD."closed_by_id", OLD."comment", OLD."ended_at", OLD."id", OLD."limit_seconds", OLD."opened_at", OLD."outcome", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='36a95a0719553b593856d30c831016bef3f0c68e', operation='DELETE', pgid='pgtrigger_delete_delete_2d98b', table='adherence_busycase', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='busyroute',
            constraint=models.UniqueConstraint(fields=('activity_code', 'team'), name='adherence_busyroute_once', nulls_distinct=False, violation_error_message='There is a route for this code and team already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='busyroute',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_busyrouteevent" ("activity_code_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "troubleshooter_id") VALUES (NEW."activity_code_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."team_id", NEW."troubleshooter_id"); RETURN NULL;', hash='0ee487fa2b62cd4f2d4d89f7a3763b4868373ef6', operation='INSERT', pgid='pgtrigger_insert_insert_c9a4e', table='adherence_busyroute', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='busyroute',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_busyrouteevent" ("activity_code_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "troubleshooter_id") VALUES (NEW."activity_code_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."team_id", NEW."troubleshooter_id"); RETURN NULL;', hash='38906bd1e7f86a1ad25b4e3e1c7aaf281e3563f1', operation='UPDATE', pgid='pgtrigger_update_update_4c911', table='adherence_busyroute', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='busyroute',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_busyrouteevent" ("activity_code_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "troubleshooter_id") VALUES (OLD."activity_code_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."team_id", OLD."troubleshooter_id"); RETURN NULL;', hash='9042eb6b4ed237bf58457bfc8b2d930f4da4c653', operation='DELETE', pgid='pgtrigger_delete_delete_93b29', table='adherence_busyroute', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['agent', '-created_at'], name='adherence_note_agent'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['queue', 'starts_at'], name='adherence_note_queue'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['contact_id'], name='adherence_note_contact'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='adherence_note_tags'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('ends_at', None), ('starts_at', None)), ('agent__isnull', False), ('contact_id', ''), ('kind', 'AGENT_DAY'), ('operational_date__isnull', False), ('queue', None)), models.Q(('agent__isnull', False), ('contact_id', ''), ('ends_at__isnull', False), ('kind', 'STRETCH'), ('operational_date__isnull', False), ('queue', None), ('starts_at__isnull', False)), models.Q(('agent', None), ('contact_id', ''), ('ends_at__isnull', False), ('kind', 'INTERVAL'), ('operational_date', None), ('queue__isnull', False), ('starts_at__isnull', False)), models.Q(models.Q(('ends_at', None), ('starts_at', None)), ('kind', 'CONTACT'), ('operational_date', None), models.Q(('contact_id', ''), _negated=True)), _connector='OR'), name='adherence_note_has_its_target', violation_error_message="A note is about an agent's day, a stretch of it, an interval of a queue, or a contact, and names just that."),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', None), ('starts_at__lt', models.F('ends_at')), _connector='OR'), name='adherence_note_ends_after_start', violation_error_message='The stretch must end after it begins.'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('tags__len__gt', 0), _connector='OR'), name='adherence_note_says_something', violation_error_message='Write a note or choose a tag.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_noteevent" ("agent_id", "author_id", "contact_id", "created_at", "edited_at", "ends_at", "id", "kind", "operational_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "starts_at", "tags", "text") VALUES (NEW."agent_id", NEW."author_id", NEW."contact_id", NEW."created_at", NEW."edited_at", NEW."ends_at", NEW."id", NEW."kind", NEW."operational_date", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id", NEW."starts_at", NEW."tags", NEW."text"); RETURN NULL;', hash='8fca6a40ade35c8eab23e5b639aaa4790f322397', operation='INSERT', pgid='pgtrigger_insert_insert_898b7', table='adherence_note', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_noteevent" ("agent_id", "author_id", "contact_id", "created_at", "edited_at", "ends_at", "id", "kind", "operational_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "starts_at", "tags", "text") VALUES (NEW."agent_id", NEW."author_id", NEW."contact_id", NEW."created_at", NEW."edited_at", NEW."ends_at", NEW."id", NEW."kind", NEW."operational_date", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id", NEW."starts_at", NEW."tags", NEW."text"); RETURN NULL;', hash='82f809280f0e3868ef996033c2cbff92fc1675dd', operation='UPDATE', pgid='pgtrigger_update_update_da411', table='adherence_note', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_noteevent" ("agent_id", "author_id", "contact_id", "created_at", "edited_at", "ends_at", "id", "kind", "operational_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "starts_at", "tags", "text") VALUES (OLD."agent_id", OLD."author_id", OLD."contact_id", OLD."created_at", OLD."edited_at", OLD."ends_at", OLD."id", OLD."kind", OLD."operational_date", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id", OLD."starts_at", OLD."tags", OLD."text"); RETURN NULL;', hash='e159c01901bfe71082256bb461b67e9b5ef98108', operation='DELETE', pgid='pgtrigger_delete_delete_62df3', table='adherence_note', when='AFTER')),
        ),
            rls.internal_only("adherence_note"),
        rls.internal_by_queue("adherence_note"),
        rls.internal_audit("adherence_noteevent"),
        rls.internal_only("adherence_busyroute"),
        rls.internal_audit("adherence_busyrouteevent"),
        rls.internal_only("adherence_busycase"),
        rls.internal_audit("adherence_busycaseevent"),
        rls.internal_only("adherence_agentcontact"),
        rls.internal_audit("adherence_agentcontactevent"),
    ]
