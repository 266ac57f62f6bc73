"""Events by day, their ids apart, and marks of what has changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("adherence", "0005_corrections_of_days")]

    operations = []
