"""Time planned on position in which the feed was silent is no scheduled work in any formula."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column more; days that are computed again fill it."""

    dependencies = [("adherence", "0012_feed_agents")]

    operations = [
        migrations.AddField(
            model_name="adherenceday",
            name="unseen_work_seconds",
            field=models.PositiveIntegerField(default=0),
        )
    ]
