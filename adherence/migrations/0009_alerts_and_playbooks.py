"""Alerts by responsibility, what was done, playbooks."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("adherence", "0008_notes")]

    operations = []
