from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('forecasting', '0009_clear_what_was_replaced'),
    ]

    operations = [
        # Their hashes were keyed by the sessions' key and the same for all clients: they meet no
        # new ones, and imported again their contacts would count twice. Counts by interval stay.
        migrations.RunSQL('DELETE FROM forecasting_contactrecord', migrations.RunSQL.noop),
    ]
