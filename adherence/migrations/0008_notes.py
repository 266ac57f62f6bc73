"""Notes, tags, outcomes of long busy states."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("adherence", "0007_connectors")]

    operations = []
