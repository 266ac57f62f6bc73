from django.db import migrations, models

FILL_SQL = """
UPDATE forecasting_forecastqueueresult AS result
SET starts_at = kept.starts_at,
    ends_at = ((kept.last_at AT TIME ZONE queue.timezone)::date + 1)::timestamp
              AT TIME ZONE queue.timezone
FROM (
    SELECT run_id, queue_id, min(starts_at) AS starts_at, max(starts_at) AS last_at
    FROM forecasting_forecastinterval GROUP BY run_id, queue_id
) AS kept
JOIN org_queue AS queue ON queue.id = kept.queue_id
WHERE kept.run_id = result.run_id AND kept.queue_id = result.queue_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('forecasting', '0007_count_intervals_of_the_band'),
    ]

    operations = [
        migrations.AddField(
            model_name='forecastqueueresult',
            name='starts_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='from'),
        ),
        migrations.AddField(
            model_name='forecastqueueresult',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='until'),
        ),
        migrations.AddField(
            model_name='forecastqueueresult',
            name='cleared_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='cleared'),
        ),
        migrations.RunSQL(FILL_SQL, migrations.RunSQL.noop),
    ]
