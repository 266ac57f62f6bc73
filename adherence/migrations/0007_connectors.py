"""How sources' own words for agents and states are read."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("adherence", "0006_event_partitions")]

    operations = []
