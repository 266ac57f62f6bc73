"""Neutral activity codes."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("org", "0008_widen_employment_contracts")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='activitycode',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='activitycode',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='activitycode',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='activitycode',
            name='is_neutral',
            field=models.BooleanField(default=False, help_text='Time planned on it is left out of the formulas that know neutral time; our own adherence counts it.', verbose_name='neutral'),
        ),
        migrations.AddField(
            model_name='activitycodeevent',
            name='is_neutral',
            field=models.BooleanField(default=False, help_text='Time planned on it is left out of the formulas that know neutral time; our own adherence counts it.', verbose_name='neutral'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activitycode',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "org_activitycodeevent" ("color", "id", "is_active", "is_neutral", "is_paid", "is_work", "key", "letter", "limit_seconds", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "portal_position", "state_group", "tolerance_seconds") VALUES (NEW."color", NEW."id", NEW."is_active", NEW."is_neutral", NEW."is_paid", NEW."is_work", NEW."key", NEW."letter", NEW."limit_seconds", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."portal_position", NEW."state_group", NEW."tolerance_seconds"); RETURN NULL;', hash='3e30ca73d97c1bbb9c5153dce355b3250b9d736a', operation='INSERT', pgid='pgtrigger_insert_insert_b08e6', table='org_activitycode', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activitycode',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "org_activitycodeevent" ("color", "id", "is_active", "is_neutral", "is_paid", "is_work", "key", "letter", "limit_seconds", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "portal_position", "state_group", "tolerance_seconds") VALUES (NEW."color", NEW."id", NEW."is_active", NEW."is_neutral", NEW."is_paid", NEW."is_work", NEW."key", NEW."letter", NEW."limit_seconds", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."portal_position", NEW."state_group", NEW."tolerance_seconds"); RETURN NULL;', hash='5407669b5cf2dcf5ff52420ac5f967c4b3c57558', operation='UPDATE', pgid='pgtrigger_update_update_46c3e', table='org_activitycode', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activitycode',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "org_activitycodeevent" ("color", "id", "is_active", "is_neutral", "is_paid", "is_work", "key", "letter", "limit_seconds", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "portal_position", "state_group", "tolerance_seconds") VALUES (OLD."color", OLD."id", OLD."is_active", OLD."is_neutral", OLD."is_paid", OLD."is_work", OLD."key", OLD."letter", OLD."limit_seconds", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."portal_position", OLD."state_group", OLD."tolerance_seconds"); RETURN NULL;', hash='dc1e8dec0d124303db1441119f83a72753f46fe1', operation='DELETE', pgid='pgtrigger_delete_delete_a70d4', table='org_activitycode', when='AFTER')),
        ),
    ]
