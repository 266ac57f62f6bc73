"""What became of each agent-day: seconds by activity, and of paid time by hour and reason."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from wfm.org import rls


class Migration(migrations.Migration):

    dependencies = [
        ('adherence', '0009_alerts_and_playbooks'),
        ('org', '0009_neutral_codes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActivityTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operational_date', models.DateField(verbose_name='operational day')),
                ('cells', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='activities')),
                ('seconds', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='seconds')),
                ('hour_cells', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='hours and reasons')),
                ('hour_seconds', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='seconds by hour')),
                ('paid_seconds', models.PositiveIntegerField(verbose_name='planned and paid')),
                ('off_seconds', models.PositiveIntegerField(verbose_name='of these inside time off')),
                ('is_final', models.BooleanField(verbose_name='day is over')),
                ('digest', models.BigIntegerField(verbose_name='digest of the row')),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('agent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent')),
            ],
            options={
                'verbose_name': 'time by activity of a day',
                'verbose_name_plural': 'time by activity by day',
                'constraints': [models.UniqueConstraint(fields=('operational_date', 'agent'), name='adherence_activitytime_once'), models.CheckConstraint(condition=models.Q(('seconds__len', models.F('cells__len')), ('hour_seconds__len', models.F('hour_cells__len'))), name='adherence_activitytime_each_cell_its_seconds')],
            },
        ),
        rls.internal_only("adherence_activitytime"),
    ]
