"""Swaps, open shifts, balances and limits of time off, secret calendar addresses."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0007_protect_office_and_activities")]

    operations = []
