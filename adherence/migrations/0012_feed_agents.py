"""Whom a feed has spoken for, also where it calls them by their employee number."""

import django.db.models.deletion
from django.db import migrations, models

from wfm.org import rls


class Migration(migrations.Migration):
    """A row for each pair of feed and agent, written by the keeper."""

    dependencies = [
        ("adherence", "0011_index_late_taps"),
        ("org", "0002_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedAgent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_on", models.DateField(verbose_name="first event")),
                ("last_on", models.DateField(verbose_name="last event")),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="org.agent",
                    ),
                ),
                (
                    "feed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agents",
                        to="adherence.eventfeed",
                    ),
                ),
            ],
            options={
                "verbose_name": "agent of a feed",
                "verbose_name_plural": "agents of feeds",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("feed", "agent"), name="adherence_feedagent_once"
                    )
                ],
            },
        ),
        rls.internal_only("adherence_feedagent"),
    ]
