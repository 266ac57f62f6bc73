"""Time planned on position in which the feed was silent is no scheduled work in any formula."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column more; days that are computed again fill it."""

    dependencies = [("adherence", "0011_index_late_taps")]

    operations = [
        migrations.AddField(
            model_name="adherenceday",
            name="unseen_work_seconds",
            field=models.PositiveIntegerField(default=0),
        )
    ]
