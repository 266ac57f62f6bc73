"""Neutral activity codes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("org", "0008_widen_employment_contracts")]

    operations = []
