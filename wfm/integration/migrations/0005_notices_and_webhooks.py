"""Notices, news, webhooks and the feed of changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integration", "0004_add_idempotency_record")]

    operations = []
