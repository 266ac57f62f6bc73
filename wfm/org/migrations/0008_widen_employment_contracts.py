

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0007_drop_within_business_minutes'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='employmentcontract',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='employmentcontract',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='employmentcontract',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='consecutive_days_off',
            field=models.PositiveSmallIntegerField(default=1, help_text='So many days off stand together at least once in each week with a day off.', verbose_name='days off together, least'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='max_split_shifts_per_week',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit.', null=True, verbose_name='split shifts a week, most'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='max_weekends_in_4_weeks',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit. Weekends worked before the schedule count.', null=True, verbose_name='weekends with work in any four weeks, most'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='overtime_after_minutes',
            field=models.PositiveIntegerField(blank=True, help_text='Each paid minute above earns the premium. Empty: no overtime.', null=True, verbose_name='overtime after paid minutes a week'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='period_minutes_max',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='paid minutes a period, most'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='period_minutes_min',
            field=models.PositiveIntegerField(default=0, verbose_name='paid minutes a period, least'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='period_starts_on',
            field=models.DateField(blank=True, help_text='Any Monday that begins one.', null=True, verbose_name='a period begins on'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='period_weeks',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: hours are counted by the week alone.', null=True, verbose_name='weeks of a period of account'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='start_band_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: what the planner sets for the solve.', null=True, verbose_name='starts vary within a week by at most, minutes'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='time_off_credit',
            field=models.CharField(choices=[('GRANTED', 'the paid minutes of each grant'), ('DAY', 'a fixed number of minutes for each day off'), ('NONE', 'nothing')], default='GRANTED', max_length=8, verbose_name='granted time off counts as'),
        ),
        migrations.AddField(
            model_name='employmentcontract',
            name='time_off_day_minutes',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='minutes that a day off counts for'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='consecutive_days_off',
            field=models.PositiveSmallIntegerField(default=1, help_text='So many days off stand together at least once in each week with a day off.', verbose_name='days off together, least'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='max_split_shifts_per_week',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit.', null=True, verbose_name='split shifts a week, most'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='max_weekends_in_4_weeks',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit. Weekends worked before the schedule count.', null=True, verbose_name='weekends with work in any four weeks, most'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='overtime_after_minutes',
            field=models.PositiveIntegerField(blank=True, help_text='Each paid minute above earns the premium. Empty: no overtime.', null=True, verbose_name='overtime after paid minutes a week'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='period_minutes_max',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='paid minutes a period, most'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='period_minutes_min',
            field=models.PositiveIntegerField(default=0, verbose_name='paid minutes a period, least'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='period_starts_on',
            field=models.DateField(blank=True, help_text='Any Monday that begins one.', null=True, verbose_name='a period begins on'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='period_weeks',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: hours are counted by the week alone.', null=True, verbose_name='weeks of a period of account'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='start_band_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: what the planner sets for the solve.', null=True, verbose_name='starts vary within a week by at most, minutes'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='time_off_credit',
            field=models.CharField(choices=[('GRANTED', 'the paid minutes of each grant'), ('DAY', 'a fixed number of minutes for each day off'), ('NONE', 'nothing')], default='GRANTED', max_length=8, verbose_name='granted time off counts as'),
        ),
        migrations.AddField(
            model_name='employmentcontractevent',
            name='time_off_day_minutes',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='minutes that a day off counts for'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='employmentcontract',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "org_employmentcontractevent" ("consecutive_days_off", "days_per_week_max", "days_per_week_min", "full_time_minutes", "hourly_cost", "id", "max_consecutive_days", "max_split_shifts_per_week", "max_weekends_in_4_weeks", "min_rest_minutes", "name", "overtime_after_minutes", "overtime_premium_rate", "period_minutes_max", "period_minutes_min", "period_starts_on", "period_weeks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_band_minutes", "time_off_credit", "time_off_day_minutes", "weekly_minutes_max", "weekly_minutes_min") VALUES (NEW."consecutive_days_off", NEW."days_per_week_max", NEW."days_per_week_min", NEW."full_time_minutes", NEW."hourly_cost", NEW."id", NEW."max_consecutive_days", NEW."max_split_shifts_per_week", NEW."max_weekends_in_4_weeks", NEW."min_rest_minutes", NEW."name", NEW."overtime_after_minutes", NEW."overtime_premium_rate", NEW."period_minutes_max", NEW."period_minutes_min", NEW."period_starts_on", NEW."period_weeks", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."start_band_minutes", NEW."time_off_credit", NEW."time_off_day_minutes", NEW."weekly_minutes_max", NEW."weekly_minutes_min"); RETURN NULL;', hash='f02a30fbc54944e5b5e8d682a607ebfd32fcdb47', operation='INSERT', pgid='pgtrigger_insert_insert_de4cb', table='org_employmentcontract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='employmentcontract',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "org_employmentcontractevent" ("consecutive_days_off", "days_per_week_max", "days_per_week_min", "full_time_minutes", "hourly_cost", "id", "max_consecutive_days", "max_split_shifts_per_week", "max_weekends_in_4_weeks", "min_rest_minutes", "name", "overtime_after_minutes", "overtime_premium_rate", "period_minutes_max", "period_minutes_min", "period_starts_on", "period_weeks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_band_minutes", "time_off_credit", "time_off_day_minutes", "weekly_minutes_max", "weekly_minutes_min") VALUES (NEW."consecutive_days_off", NEW."days_per_week_max", NEW."days_per_week_min", NEW."full_time_minutes", NEW."hourly_cost", NEW."id", NEW."max_consecutive_days", NEW."max_split_shifts_per_week", NEW."max_weekends_in_4_weeks", NEW."min_rest_minutes", NEW."name", NEW."overtime_after_minutes", NEW."overtime_premium_rate", NEW."period_minutes_max", NEW."period_minutes_min", NEW."period_starts_on", NEW."period_weeks", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."start_band_minutes", NEW."time_off_credit", NEW."time_off_day_minutes", NEW."weekly_minutes_max", NEW."weekly_minutes_min"); RETURN NULL;', hash='54f7f7123dd28aa8fa9ce4d0d4eb667df9b0a8ad', operation='UPDATE', pgid='pgtrigger_update_update_87717', table='org_employmentcontract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='employmentcontract',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "org_employmentcontractevent" ("consecutive_days_off", "days_per_week_max", "days_per_week_min", "full_time_minutes", "hourly_cost", "id", "max_consecutive_days", "max_split_shifts_per_week", "max_weekends_in_4_weeks", "min_rest_minutes", "name", "overtime_after_minutes", "overtime_premium_rate", "period_minutes_max", "period_minutes_min", "period_starts_on", "period_weeks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_band_minutes", "time_off_credit", "time_off_day_minutes", "weekly_minutes_max", "weekly_minutes_min") VALUES (OLD."consecutive_days_off", OLD."days_per_week_max", OLD."days_per_week_min", OLD."full_time_minutes", OLD."hourly_cost", OLD."id", OLD."max_consecutive_days", OLD."max_split_shifts_per_week", OLD."max_weekends_in_4_weeks", OLD."min_rest_minutes", OLD."name", OLD."overtime_after_minutes", OLD."overtime_premium_rate", OLD."period_minutes_max", OLD."period_minutes_min", OLD."period_starts_on", OLD."period_weeks", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."start_band_minutes", OLD."time_off_credit", OLD."time_off_day_minutes", OLD."weekly_minutes_max", OLD."weekly_minutes_min"); RETURN NULL;', hash='a1e9bbd7858cae835f76236f9586e9e3484149c0', operation='DELETE', pgid='pgtrigger_delete_delete_cea82', table='org_employmentcontract', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='employmentcontract',
            constraint=models.CheckConstraint(condition=models.Q(('consecutive_days_off__gte', 1), ('consecutive_days_off__lte', 7)), name='org_employmentcontract_days_off_in_a_week', violation_error_message='Days off together must be 1 to 7.'),
        ),
        migrations.AddConstraint(
            model_name='employmentcontract',
            constraint=models.CheckConstraint(condition=models.Q(('max_weekends_in_4_weeks', None), ('max_weekends_in_4_weeks__lte', 4), _connector='OR'), name='org_employmentcontract_weekends_of_four', violation_error_message='Of four weekends, 0 to 4 may have work.'),
        ),
        migrations.AddConstraint(
            model_name='employmentcontract',
            constraint=models.CheckConstraint(condition=models.Q(('start_band_minutes', None), ('start_band_minutes__lte', 1440), _connector='OR'), name='org_employmentcontract_band_in_a_day', violation_error_message='Starts vary by 0 to 1,440 minutes.'),
        ),
        migrations.AddConstraint(
            model_name='employmentcontract',
            constraint=models.CheckConstraint(condition=models.Q(('period_weeks', None), models.Q(('period_weeks__gte', 1), ('period_weeks__lte', 52), ('period_starts_on__isnull', False), ('period_starts_on__iso_week_day', 1), ('period_minutes_max__isnull', False), ('period_minutes_min__lte', models.F('period_minutes_max'))), _connector='OR'), name='org_employmentcontract_period_complete', violation_error_message='A period of account needs 1 to 52 weeks, a Monday on which one begins, and paid minutes of which the least do not exceed the most.'),
        ),
    ]
