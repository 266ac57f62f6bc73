"""The due rule takes the place of the business minutes; triggers and constraints follow."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0006_move_business_minutes'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='servicegoal',
            name='within_business_minutes',
        ),
        migrations.RemoveField(
            model_name='servicegoalevent',
            name='within_business_minutes',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='servicegoal',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "org_servicegoalevent" ("due_amount", "due_cutoff_minute", "due_unit", "ends_on", "id", "level", "max_abandonment_rate", "max_asa_seconds", "max_occupancy_rate", "metric_key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "starts_on", "threshold_seconds", "version") VALUES (NEW."due_amount", NEW."due_cutoff_minute", NEW."due_unit", NEW."ends_on", NEW."id", NEW."level", NEW."max_abandonment_rate", NEW."max_asa_seconds", NEW."max_occupancy_rate", NEW."metric_key", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id", NEW."starts_on", NEW."threshold_seconds", NEW."version"); RETURN NULL;', hash='d8264a5c1d2fba185dbb57a87062dd3674b9a501', operation='INSERT', pgid='pgtrigger_insert_insert_c501e', table='org_servicegoal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='servicegoal',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "org_servicegoalevent" ("due_amount", "due_cutoff_minute", "due_unit", "ends_on", "id", "level", "max_abandonment_rate", "max_asa_seconds", "max_occupancy_rate", "metric_key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "starts_on", "threshold_seconds", "version") VALUES (NEW."due_amount", NEW."due_cutoff_minute", NEW."due_unit", NEW."ends_on", NEW."id", NEW."level", NEW."max_abandonment_rate", NEW."max_asa_seconds", NEW."max_occupancy_rate", NEW."metric_key", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id", NEW."starts_on", NEW."threshold_seconds", NEW."version"); RETURN NULL;', hash='47c91bc0499c7431466f520967195c7981e07afd', operation='UPDATE', pgid='pgtrigger_update_update_604bf', table='org_servicegoal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='servicegoal',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "org_servicegoalevent" ("due_amount", "due_cutoff_minute", "due_unit", "ends_on", "id", "level", "max_abandonment_rate", "max_asa_seconds", "max_occupancy_rate", "metric_key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "starts_on", "threshold_seconds", "version") VALUES (OLD."due_amount", OLD."due_cutoff_minute", OLD."due_unit", OLD."ends_on", OLD."id", OLD."level", OLD."max_abandonment_rate", OLD."max_asa_seconds", OLD."max_occupancy_rate", OLD."metric_key", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id", OLD."starts_on", OLD."threshold_seconds", OLD."version"); RETURN NULL;', hash='a1d7d9efd89e63fa878a459cc4f21aa83bbd7c63', operation='DELETE', pgid='pgtrigger_delete_delete_64e68', table='org_servicegoal', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='servicegoal',
            constraint=models.CheckConstraint(condition=models.Q(('threshold_seconds__isnull', False), ('due_amount__isnull', False), _connector='OR'), name='org_servicegoal_has_threshold', violation_error_message='Give a threshold in seconds (live) or a due time.'),
        ),
        migrations.AddConstraint(
            model_name='servicegoal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_amount', None), ('due_cutoff_minute', None), ('due_unit', '')), models.Q(('due_amount__isnull', False), ('due_unit__in', ['business_minutes', 'calendar_minutes', 'business_days', 'calendar_days'])), _connector='OR'), name='org_servicegoal_due_rule_is_whole', violation_error_message='A due time needs a number and what it counts.'),
        ),
        migrations.AddConstraint(
            model_name='servicegoal',
            constraint=models.CheckConstraint(condition=models.Q(('due_amount', None), models.Q(('due_amount__gte', 1), ('due_amount__lte', 525600)), models.Q(('due_amount', 0), ('due_unit__in', ['business_days', 'calendar_days'])), _connector='OR'), name='org_servicegoal_due_amount_in_range', violation_error_message='Due within 1 to 525,600 minutes, or 0 days or more for the day of arrival.'),
        ),
        migrations.AddConstraint(
            model_name='servicegoal',
            constraint=models.CheckConstraint(condition=models.Q(('due_amount__lte', 366), models.Q(('due_unit__in', ['business_days', 'calendar_days']), _negated=True), _connector='OR'), name='org_servicegoal_due_days_in_range', violation_error_message='Due within 366 days at most.'),
        ),
        migrations.AddConstraint(
            model_name='servicegoal',
            constraint=models.CheckConstraint(condition=models.Q(('due_cutoff_minute', None), models.Q(('due_cutoff_minute__gte', 1), ('due_cutoff_minute__lte', 1439)), _connector='OR'), name='org_servicegoal_cutoff_in_day', violation_error_message='A cut-off is a time after midnight; leave it empty for none.'),
        ),
    ]
