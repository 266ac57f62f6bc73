"""One exception for many people: what they have in common, and which rows belong to it."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import wfm.org.models.base
from django.conf import settings
from django.db import migrations, models

from wfm.org import rls


class Migration(migrations.Migration):

    dependencies = [
        ('adherence', '0013_unseen_work'),
        ('org', '0009_neutral_codes'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GroupException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('TEAM', 'team'), ('SITE', 'site'), ('QUEUE', 'queue'), ('AGENTS', 'chosen agents')], max_length=6, verbose_name='for')),
                ('scope_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('timezone', wfm.org.models.base.TimeZoneField(max_length=64, validators=[wfm.org.models.base.validate_time_zone], verbose_name='time zone')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('includes_absent', models.BooleanField(default=False, verbose_name='also who was not at work')),
                ('created_at', models.DateTimeField(verbose_name='approved')),
            ],
            options={
                'verbose_name': 'exception for many',
                'verbose_name_plural': 'exceptions for many',
            },
        ),
        migrations.CreateModel(
            name='GroupExceptionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('scope', models.CharField(choices=[('TEAM', 'team'), ('SITE', 'site'), ('QUEUE', 'queue'), ('AGENTS', 'chosen agents')], max_length=6, verbose_name='for')),
                ('scope_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('timezone', wfm.org.models.base.TimeZoneField(max_length=64, validators=[wfm.org.models.base.validate_time_zone], verbose_name='time zone')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('includes_absent', models.BooleanField(default=False, verbose_name='also who was not at work')),
                ('created_at', models.DateTimeField(verbose_name='approved')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='adherenceexception',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='adherenceexception',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='adherenceexception',
            name='delete_delete',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adherenceexception',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_adherenceexceptionevent" ("agent_id", "created_at", "created_by_id", "decided_at", "decided_by_id", "ends_at", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "starts_at", "status") VALUES (NEW."agent_id", NEW."created_at", NEW."created_by_id", NEW."decided_at", NEW."decided_by_id", NEW."ends_at", NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."starts_at", NEW."status"); RETURN NULL;', hash='52b9b0ad55a575ddd2bb47c0baea8432f01e1081', operation='INSERT', pgid='pgtrigger_insert_insert_6af9c', table='adherence_adherenceexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adherenceexception',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_adherenceexceptionevent" ("agent_id", "created_at", "created_by_id", "decided_at", "decided_by_id", "ends_at", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "starts_at", "status") VALUES (NEW."agent_id", NEW."created_at", NEW."created_by_id", NEW."decided_at", NEW."decided_by_id", NEW."ends_at", NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."starts_at", NEW."status"); RETURN NULL;', hash='ce7b3ad5b519ce06500f7c027c0c289a0f55dace', operation='UPDATE', pgid='pgtrigger_update_update_eb087', table='adherence_adherenceexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adherenceexception',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_adherenceexceptionevent" ("agent_id", "created_at", "created_by_id", "decided_at", "decided_by_id", "ends_at", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "starts_at", "status") VALUES (OLD."agent_id", OLD."created_at", OLD."created_by_id", OLD."decided_at", OLD."decided_by_id", OLD."ends_at", OLD."group_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."starts_at", OLD."status"); RETURN NULL;', hash='721d81c41bd0f44fd086bc59c684469e6f1d346c', operation='DELETE', pgid='pgtrigger_delete_delete_fa927', table='adherence_adherenceexception', when='AFTER')),
        ),
        migrations.AddField(
            model_name='groupexception',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='groupexception',
            name='queue',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='org.queue'),
        ),
        migrations.AddField(
            model_name='groupexception',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='org.site'),
        ),
        migrations.AddField(
            model_name='groupexception',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='org.team'),
        ),
        migrations.AddField(
            model_name='adherenceexception',
            name='group',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='rows', to='adherence.groupexception', verbose_name='exception for many'),
        ),
        migrations.AddField(
            model_name='adherenceexceptionevent',
            name='group',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='adherence.groupexception', verbose_name='exception for many'),
        ),
        migrations.AddIndex(
            model_name='adherenceexception',
            index=models.Index(condition=models.Q(('group__isnull', False)), fields=['group'], name='adherence_exception_group'),
        ),
        migrations.AddField(
            model_name='groupexceptionevent',
            name='created_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='groupexceptionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='groupexceptionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='adherence.groupexception'),
        ),
        migrations.AddField(
            model_name='groupexceptionevent',
            name='queue',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue'),
        ),
        migrations.AddField(
            model_name='groupexceptionevent',
            name='site',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site'),
        ),
        migrations.AddField(
            model_name='groupexceptionevent',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team'),
        ),
        migrations.AddIndex(
            model_name='groupexception',
            index=models.Index(fields=['-starts_at'], name='adherence_group_starts'),
        ),
        migrations.AddConstraint(
            model_name='groupexception',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='adherence_groupexception_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='groupexception',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('site', None), ('team', None)), models.Q(('queue', None), ('team', None)), models.Q(('queue', None), ('site', None)), _connector='OR'), name='adherence_groupexception_one_scope'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupexception',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_groupexceptionevent" ("created_at", "created_by_id", "ends_at", "id", "includes_absent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "reason", "scope", "scope_name", "site_id", "starts_at", "team_id", "timezone") VALUES (NEW."created_at", NEW."created_by_id", NEW."ends_at", NEW."id", NEW."includes_absent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id", NEW."reason", NEW."scope", NEW."scope_name", NEW."site_id", NEW."starts_at", NEW."team_id", NEW."timezone"); RETURN NULL;', hash='0a580c1fd883697d3c53713f142cfcf3ffaa68ea', operation='INSERT', pgid='pgtrigger_insert_insert_99cd9', table='adherence_groupexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupexception',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "adherence_groupexceptionevent" ("created_at", "created_by_id", "ends_at", "id", "includes_absent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "reason", "scope", "scope_name", "site_id", "starts_at", "team_id", "timezone") VALUES (NEW."created_at", NEW."created_by_id", NEW."ends_at", NEW."id", NEW."includes_absent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id", NEW."reason", NEW."scope", NEW."scope_name", NEW."site_id", NEW."starts_at", NEW."team_id", NEW."timezone"); RETURN NULL;', hash='90ee92d3a232de2be88b4932edbd1e3368e76bb4', operation='UPDATE', pgid='pgtrigger_update_update_c4c06', table='adherence_groupexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupexception',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "adherence_groupexceptionevent" ("created_at", "created_by_id", "ends_at", "id", "includes_absent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "reason", "scope", "scope_name", "site_id", "starts_at", "team_id", "timezone") VALUES (OLD."created_at", OLD."created_by_id", OLD."ends_at", OLD."id", OLD."includes_absent", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id", OLD."reason", OLD."scope", OLD."scope_name", OLD."site_id", OLD."starts_at", OLD."team_id", OLD."timezone"); RETURN NULL;', hash='1c93cad649c3a69e8bb45922c3d1e3ec7a343875', operation='DELETE', pgid='pgtrigger_delete_delete_b0b3e', table='adherence_groupexception', when='AFTER')),
        ),
        rls.internal_only("adherence_groupexception"),
        rls.internal_by_queue("adherence_groupexception"),
        rls.internal_audit("adherence_groupexceptionevent"),
    ]
