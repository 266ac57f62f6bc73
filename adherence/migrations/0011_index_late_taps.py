"""Late taps and clock-outs by rule are few among many events and are asked for on every live page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of these alone by when they reached us, on every partition."""

    dependencies = [("adherence", "0010_activity_time")]

    operations = [
        migrations.AddIndex(
            model_name="activityevent",
            index=models.Index(
                condition=models.Q(
                    models.Q(("is_late", True), ("source", "portal")),
                    ("source", "rule"),
                    _connector="OR",
                ),
                fields=["received_at"],
                name="adherence_activityevent_late",
            ),
        )
    ]
