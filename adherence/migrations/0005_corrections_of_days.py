"""Figures of finished days before and after a change, with who and why."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("adherence", "0004_add_feeds_and_pending_days")]

    operations = []
