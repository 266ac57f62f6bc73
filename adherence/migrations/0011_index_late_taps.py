"""Late taps are few among many events and are asked for on every live page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of the late taps alone, on every partition."""

    dependencies = [("adherence", "0010_activity_time")]

    operations = [
        migrations.AddIndex(
            model_name="activityevent",
            index=models.Index(
                condition=models.Q(("is_late", True), ("source", "portal")),
                fields=["occurred_at"],
                name="adherence_activityevent_late",
            ),
        )
    ]
