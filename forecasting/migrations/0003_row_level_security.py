"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0002_row_level_security"),
        ("forecasting", "0002_initial"),
    ]

    operations = [
        rls.internal_only("forecasting_importbatch"),
        rls.internal_only("forecasting_importfinding"),
        rls.internal_only("forecasting_forecastrun"),
        rls.by_queue("forecasting_intervalactual"),
        rls.by_queue("forecasting_workitem"),
        rls.by_queue("forecasting_backlogsnapshot"),
        rls.by_queue("forecasting_specialday"),
        rls.by_queue("forecasting_override"),
        rls.by_queue("forecasting_driverlink"),
        rls.by_queue("forecasting_forecastqueueresult"),
        rls.by_queue("forecasting_forecastinterval"),
        rls.internal_audit("forecasting_specialdayevent"),
        rls.internal_audit("forecasting_overrideevent"),
        rls.internal_audit("forecasting_driverlinkevent"),
    ]
