"""Swaps, open shifts, balances and limits of time off, secret calendar addresses."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
import wfm.org.models.base
from django.conf import settings
from django.db import migrations, models

from wfm.org import rls


AUDITED = (
    "timeoffkind",
    "timeoffentitlement",
    "timeofflimit",
    "requestpolicy",
    "shiftswap",
    "openshift",
    "shiftbid",
    "personalrequest",
)
TABLES = (
    *AUDITED,
    "timeoffcharge",
    "shiftchange",
    "shiftchangeday",
    "calendarfeed",
    "calendarentry",
)


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0008_widen_employment_contracts'),
        ('pghistory', '0007_auto_20250421_0444'),
        ("scheduling", "0007_protect_office_and_activities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('is_cancelled', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'calendar entry',
                'verbose_name_plural': 'calendar entries',
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_sha256', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
            ],
            options={
                'verbose_name': 'calendar address',
                'verbose_name_plural': 'calendar addresses',
            },
        ),
        migrations.CreateModel(
            name='OpenShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('OPEN', 'open shift'), ('OVERTIME', 'overtime'), ('VTO', 'voluntary time off')], max_length=8, verbose_name='kind')),
                ('operational_date', models.DateField(verbose_name='operational day')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('people', models.PositiveSmallIntegerField(default=1, verbose_name='people')),
                ('place', models.CharField(choices=[('OFFICE', 'office'), ('HOME', 'home')], default='OFFICE', max_length=8, verbose_name='place')),
                ('rank_rule', models.CharField(choices=[('FIRST', 'first come, first served'), ('SENIORITY', 'who has been here longest'), ('RANK', 'whose dearest wish it is, then seniority'), ('FAIRNESS', 'who was given fewest in the last quarter'), ('RANDOM', 'drawn by lot')], default='FIRST', max_length=10, verbose_name='given to')),
                ('closes_at', models.DateTimeField(blank=True, help_text='Empty for first come, first served: until the shift begins.', null=True, verbose_name='bids until')),
                ('seed', models.PositiveIntegerField(default=1, verbose_name='seed of the lot')),
                ('price_per_hour', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='extra pay per hour')),
                ('saved_cost', models.FloatField(blank=True, null=True, verbose_name='saves')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('status', models.CharField(choices=[('OPEN', 'open'), ('AWARDED', 'given'), ('CLOSED', 'closed'), ('CANCELLED', 'cancelled')], default='OPEN', max_length=10, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='offered')),
            ],
            options={
                'verbose_name': 'open shift',
                'verbose_name_plural': 'open shifts',
            },
        ),
        migrations.CreateModel(
            name='OpenShiftEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('OPEN', 'open shift'), ('OVERTIME', 'overtime'), ('VTO', 'voluntary time off')], max_length=8, verbose_name='kind')),
                ('operational_date', models.DateField(verbose_name='operational day')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('people', models.PositiveSmallIntegerField(default=1, verbose_name='people')),
                ('place', models.CharField(choices=[('OFFICE', 'office'), ('HOME', 'home')], default='OFFICE', max_length=8, verbose_name='place')),
                ('rank_rule', models.CharField(choices=[('FIRST', 'first come, first served'), ('SENIORITY', 'who has been here longest'), ('RANK', 'whose dearest wish it is, then seniority'), ('FAIRNESS', 'who was given fewest in the last quarter'), ('RANDOM', 'drawn by lot')], default='FIRST', max_length=10, verbose_name='given to')),
                ('closes_at', models.DateTimeField(blank=True, help_text='Empty for first come, first served: until the shift begins.', null=True, verbose_name='bids until')),
                ('seed', models.PositiveIntegerField(default=1, verbose_name='seed of the lot')),
                ('price_per_hour', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='extra pay per hour')),
                ('saved_cost', models.FloatField(blank=True, null=True, verbose_name='saves')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('status', models.CharField(choices=[('OPEN', 'open'), ('AWARDED', 'given'), ('CLOSED', 'closed'), ('CANCELLED', 'cancelled')], default='OPEN', max_length=10, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='offered')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PersonalRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('AVAILABILITY', 'availability'), ('WISH', 'wish')], max_length=12, verbose_name='kind')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('wanted', models.JSONField(verbose_name='wanted')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='message')),
                ('status', models.CharField(choices=[('REQUESTED', 'requested'), ('APPROVED', 'approved'), ('DECLINED', 'declined'), ('WITHDRAWN', 'withdrawn')], default='REQUESTED', max_length=10, verbose_name='status')),
                ('answer', models.JSONField(blank=True, default=list, verbose_name='answer')),
                ('requested_at', models.DateTimeField(verbose_name='asked')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'request about oneself',
                'verbose_name_plural': 'requests about oneself',
            },
        ),
        migrations.CreateModel(
            name='PersonalRequestEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('AVAILABILITY', 'availability'), ('WISH', 'wish')], max_length=12, verbose_name='kind')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('wanted', models.JSONField(verbose_name='wanted')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='message')),
                ('status', models.CharField(choices=[('REQUESTED', 'requested'), ('APPROVED', 'approved'), ('DECLINED', 'declined'), ('WITHDRAWN', 'withdrawn')], default='REQUESTED', max_length=10, verbose_name='status')),
                ('answer', models.JSONField(blank=True, default=list, verbose_name='answer')),
                ('requested_at', models.DateTimeField(verbose_name='asked')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RequestPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('swap_review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='AUTOMATIC', max_length=10, verbose_name='swaps are')),
                ('swap_notice_minutes', models.PositiveIntegerField(default=60, verbose_name='swaps, claims and bids end so many minutes before the shift')),
                ('least_hours_bind', models.BooleanField(default=True, verbose_name="nobody may fall below the contract's least days and hours")),
                ('availability_review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='LEAD', max_length=10, verbose_name='changes of availability are')),
                ('availability_notice_days', models.PositiveSmallIntegerField(default=14, verbose_name='availability changes from so many days ahead')),
                ('wish_review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='AUTOMATIC', max_length=10, verbose_name='wishes are')),
            ],
            options={
                'verbose_name': 'review of requests',
                'verbose_name_plural': 'reviews of requests',
            },
        ),
        migrations.CreateModel(
            name='RequestPolicyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('swap_review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='AUTOMATIC', max_length=10, verbose_name='swaps are')),
                ('swap_notice_minutes', models.PositiveIntegerField(default=60, verbose_name='swaps, claims and bids end so many minutes before the shift')),
                ('least_hours_bind', models.BooleanField(default=True, verbose_name="nobody may fall below the contract's least days and hours")),
                ('availability_review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='LEAD', max_length=10, verbose_name='changes of availability are')),
                ('availability_notice_days', models.PositiveSmallIntegerField(default=14, verbose_name='availability changes from so many days ahead')),
                ('wish_review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='AUTOMATIC', max_length=10, verbose_name='wishes are')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ShiftBid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(default=1, verbose_name='rank, 1 is dearest')),
                ('status', models.CharField(choices=[('MADE', 'made'), ('WON', 'won'), ('LOST', 'not given'), ('WITHDRAWN', 'withdrawn')], default='MADE', max_length=10, verbose_name='status')),
                ('answer', models.JSONField(blank=True, default=list, verbose_name='answer')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'bid',
                'verbose_name_plural': 'bids',
            },
        ),
        migrations.CreateModel(
            name='ShiftBidEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('rank', models.PositiveSmallIntegerField(default=1, verbose_name='rank, 1 is dearest')),
                ('status', models.CharField(choices=[('MADE', 'made'), ('WON', 'won'), ('LOST', 'not given'), ('WITHDRAWN', 'withdrawn')], default='MADE', max_length=10, verbose_name='status')),
                ('answer', models.JSONField(blank=True, default=list, verbose_name='answer')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ShiftChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('SWAP', 'swap'), ('CLAIM', 'open shift taken'), ('OVERTIME', 'overtime'), ('VTO', 'voluntary time off'), ('TIME_OFF', 'time off'), ('BREAKS', 'breaks moved'), ('INTRADAY', 'change of the day')], max_length=8, verbose_name='kind')),
                ('why', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('changed_at', models.DateTimeField(verbose_name='when')),
                ('before', models.JSONField(default=list, verbose_name='before')),
                ('after', models.JSONField(default=list, verbose_name='after')),
            ],
            options={
                'verbose_name': 'change of published shifts',
                'verbose_name_plural': 'changes of published shifts',
            },
        ),
        migrations.CreateModel(
            name='ShiftChangeDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_revision', models.PositiveIntegerField(verbose_name='revision')),
                ('operational_date', models.DateField(verbose_name='operational day')),
            ],
            options={
                'verbose_name': 'changed day',
                'verbose_name_plural': 'changed days',
            },
        ),
        migrations.CreateModel(
            name='ShiftSwap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shift_revision', models.PositiveIntegerField(editable=False)),
                ('is_exchange', models.BooleanField(default=False, verbose_name='exchange')),
                ('return_revision', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('operational_date', models.DateField(verbose_name='operational day')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('status', models.CharField(choices=[('OFFERED', 'offered'), ('ACCEPTED', 'accepted, with the lead'), ('DONE', 'done'), ('DECLINED', 'declined'), ('WITHDRAWN', 'withdrawn'), ('LAPSED', 'lapsed')], default='OFFERED', max_length=10, verbose_name='status')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='message')),
                ('answer', models.JSONField(blank=True, default=list, verbose_name='answer')),
                ('requested_at', models.DateTimeField(verbose_name='asked')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'swap',
                'verbose_name_plural': 'swaps',
            },
        ),
        migrations.CreateModel(
            name='ShiftSwapEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('shift_revision', models.PositiveIntegerField(editable=False)),
                ('is_exchange', models.BooleanField(default=False, verbose_name='exchange')),
                ('return_revision', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('operational_date', models.DateField(verbose_name='operational day')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('status', models.CharField(choices=[('OFFERED', 'offered'), ('ACCEPTED', 'accepted, with the lead'), ('DONE', 'done'), ('DECLINED', 'declined'), ('WITHDRAWN', 'withdrawn'), ('LAPSED', 'lapsed')], default='OFFERED', max_length=10, verbose_name='status')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='message')),
                ('answer', models.JSONField(blank=True, default=list, verbose_name='answer')),
                ('requested_at', models.DateTimeField(verbose_name='asked')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TimeOffCharge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                ('days', models.DecimalField(decimal_places=3, max_digits=5, verbose_name='days')),
            ],
            options={
                'verbose_name': 'charge of time off',
                'verbose_name_plural': 'charges of time off',
            },
        ),
        migrations.CreateModel(
            name='TimeOffEntitlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('granted', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='granted for the period')),
                ('carried', models.DecimalField(decimal_places=2, default=0, max_digits=9, verbose_name='carried over')),
                ('carried_until', models.DateField(blank=True, help_text='Empty: it does not lapse within the period.', null=True, verbose_name='carried over lapses on')),
            ],
            options={
                'verbose_name': 'balance of time off',
                'verbose_name_plural': 'balances of time off',
            },
        ),
        migrations.CreateModel(
            name='TimeOffEntitlementEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('granted', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='granted for the period')),
                ('carried', models.DecimalField(decimal_places=2, default=0, max_digits=9, verbose_name='carried over')),
                ('carried_until', models.DateField(blank=True, help_text='Empty: it does not lapse within the period.', null=True, verbose_name='carried over lapses on')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TimeOffKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.CharField(choices=[('MINUTES', 'minutes'), ('DAYS', 'days')], default='DAYS', max_length=8, verbose_name='balance counted in')),
                ('needs_balance', models.BooleanField(default=True, help_text='Off for what has no yearly number, for example unpaid leave.', verbose_name='taken from a balance')),
                ('review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='AUTOMATIC', max_length=10, verbose_name='requests are')),
                ('notice_days', models.PositiveSmallIntegerField(default=1, help_text='A later request goes to the team lead.', verbose_name='granted at once from so many days ahead')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'kind of time off',
                'verbose_name_plural': 'kinds of time off',
            },
        ),
        migrations.CreateModel(
            name='TimeOffKindEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('unit', models.CharField(choices=[('MINUTES', 'minutes'), ('DAYS', 'days')], default='DAYS', max_length=8, verbose_name='balance counted in')),
                ('needs_balance', models.BooleanField(default=True, help_text='Off for what has no yearly number, for example unpaid leave.', verbose_name='taken from a balance')),
                ('review', models.CharField(choices=[('AUTOMATIC', 'granted at once where the rules allow it'), ('LEAD', 'decided by the team lead')], default='AUTOMATIC', max_length=10, verbose_name='requests are')),
                ('notice_days', models.PositiveSmallIntegerField(default=1, help_text='A later request goes to the team lead.', verbose_name='granted at once from so many days ahead')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TimeOffLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('weekdays', models.CharField(default='0123456', max_length=7, verbose_name='weekdays (0 = Monday)')),
                ('starts_minute', models.PositiveSmallIntegerField(default=0, verbose_name='from minute')),
                ('ends_minute', models.PositiveSmallIntegerField(default=1440, verbose_name='until minute')),
                ('most_people', models.PositiveSmallIntegerField(verbose_name='people off at once, most')),
                ('waitlist_rule', models.CharField(choices=[('FIFO', 'who asked first'), ('SENIORITY', 'who has been here longest')], default='FIFO', max_length=10, verbose_name='next on the waitlist is')),
            ],
            options={
                'verbose_name': 'limit of time off',
                'verbose_name_plural': 'limits of time off',
            },
        ),
        migrations.CreateModel(
            name='TimeOffLimitEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('weekdays', models.CharField(default='0123456', max_length=7, verbose_name='weekdays (0 = Monday)')),
                ('starts_minute', models.PositiveSmallIntegerField(default=0, verbose_name='from minute')),
                ('ends_minute', models.PositiveSmallIntegerField(default=1440, verbose_name='until minute')),
                ('most_people', models.PositiveSmallIntegerField(verbose_name='people off at once, most')),
                ('waitlist_rule', models.CharField(choices=[('FIFO', 'who asked first'), ('SENIORITY', 'who has been here longest')], default='FIFO', max_length=10, verbose_name='next on the waitlist is')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='timeoff',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='timeoff',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='timeoff',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='timeoff',
            name='answer',
            field=models.JSONField(blank=True, default=list, verbose_name='answer'),
        ),
        migrations.AddField(
            model_name='timeoff',
            name='requested_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='asked'),
        ),
        migrations.AddField(
            model_name='timeoffevent',
            name='answer',
            field=models.JSONField(blank=True, default=list, verbose_name='answer'),
        ),
        migrations.AddField(
            model_name='timeoffevent',
            name='requested_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='asked'),
        ),
        migrations.AlterField(
            model_name='timeoff',
            name='status',
            field=models.CharField(choices=[('REQUESTED', 'requested'), ('WAITLISTED', 'on the waitlist'), ('APPROVED', 'approved'), ('DECLINED', 'declined'), ('WITHDRAWN', 'withdrawn')], default='REQUESTED', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='timeoffevent',
            name='status',
            field=models.CharField(choices=[('REQUESTED', 'requested'), ('WAITLISTED', 'on the waitlist'), ('APPROVED', 'approved'), ('DECLINED', 'declined'), ('WITHDRAWN', 'withdrawn')], default='REQUESTED', max_length=10, verbose_name='status'),
        ),
        migrations.AddIndex(
            model_name='timeoff',
            index=models.Index(fields=['status', 'starts_at', 'ends_at'], name='scheduling_timeoff_open'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeoffevent" ("activity_code_id", "agent_id", "answer", "decided_at", "decided_by_id", "ends_at", "id", "paid_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "starts_at", "status") VALUES (NEW."activity_code_id", NEW."agent_id", NEW."answer", NEW."decided_at", NEW."decided_by_id", NEW."ends_at", NEW."id", NEW."paid_minutes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."requested_at", NEW."starts_at", NEW."status"); RETURN NULL;', hash='3b89f3436597a8f195a3677efc0609003e1054c7', operation='INSERT', pgid='pgtrigger_insert_insert_b11fe', table='scheduling_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_timeoffevent" ("activity_code_id", "agent_id", "answer", "decided_at", "decided_by_id", "ends_at", "id", "paid_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "starts_at", "status") VALUES (NEW."activity_code_id", NEW."agent_id", NEW."answer", NEW."decided_at", NEW."decided_by_id", NEW."ends_at", NEW."id", NEW."paid_minutes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."requested_at", NEW."starts_at", NEW."status"); RETURN NULL;', hash='0f4c56cb319da07b584644feeb8c2c0694734ddf', operation='UPDATE', pgid='pgtrigger_update_update_638c3', table='scheduling_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeoffevent" ("activity_code_id", "agent_id", "answer", "decided_at", "decided_by_id", "ends_at", "id", "paid_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "starts_at", "status") VALUES (OLD."activity_code_id", OLD."agent_id", OLD."answer", OLD."decided_at", OLD."decided_by_id", OLD."ends_at", OLD."id", OLD."paid_minutes", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."requested_at", OLD."starts_at", OLD."status"); RETURN NULL;', hash='1f5331e207d84a20744db139d0207af9365b7927', operation='DELETE', pgid='pgtrigger_delete_delete_ff43b', table='scheduling_timeoff', when='AFTER')),
        ),
        migrations.AddField(
            model_name='calendarentry',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to='org.agent'),
        ),
        migrations.AddField(
            model_name='openshift',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='openshift',
            name='for_agent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='openshift',
            name='queue',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.queue'),
        ),
        migrations.AddField(
            model_name='openshift',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='org.site'),
        ),
        migrations.AddField(
            model_name='openshift',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='org.team'),
        ),
        migrations.AddField(
            model_name='openshift',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='open_shifts', to='scheduling.scheduleversion'),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='created_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='for_agent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.openshift'),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='queue',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue'),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='site',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site'),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team'),
        ),
        migrations.AddField(
            model_name='openshiftevent',
            name='version',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.scheduleversion'),
        ),
        migrations.AddField(
            model_name='personalrequest',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='personal_requests', to='org.agent'),
        ),
        migrations.AddField(
            model_name='personalrequest',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='personalrequestevent',
            name='agent',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='personalrequestevent',
            name='decided_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='personalrequestevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='personalrequestevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.personalrequest'),
        ),
        migrations.AddField(
            model_name='requestpolicy',
            name='team',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.team'),
        ),
        migrations.AddField(
            model_name='requestpolicyevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='requestpolicyevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.requestpolicy'),
        ),
        migrations.AddField(
            model_name='requestpolicyevent',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team'),
        ),
        migrations.AddField(
            model_name='shiftbid',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shift_bids', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftbid',
            name='open_shift',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bids', to='scheduling.openshift'),
        ),
        migrations.AddField(
            model_name='shiftbidevent',
            name='agent',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftbidevent',
            name='open_shift',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.openshift'),
        ),
        migrations.AddField(
            model_name='shiftbidevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='shiftbidevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.shiftbid'),
        ),
        migrations.AddField(
            model_name='shiftchange',
            name='changed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='shiftchange',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shift_changes', to='scheduling.scheduleversion'),
        ),
        migrations.AddField(
            model_name='shiftbidevent',
            name='change',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.shiftchange'),
        ),
        migrations.AddField(
            model_name='shiftbid',
            name='change',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='scheduling.shiftchange'),
        ),
        migrations.AddField(
            model_name='shiftchangeday',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftchangeday',
            name='change',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='scheduling.shiftchange'),
        ),
        migrations.AddField(
            model_name='shiftchangeday',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.scheduleversion'),
        ),
        migrations.AddField(
            model_name='shiftswap',
            name='accepted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='swaps_accepted', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftswap',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='shiftswap',
            name='offered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='swaps_offered', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftswap',
            name='return_shift',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='scheduling.shift'),
        ),
        migrations.AddField(
            model_name='shiftswap',
            name='shift',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='scheduling.shift'),
        ),
        migrations.AddField(
            model_name='shiftswap',
            name='to_agent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='swaps_received', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='accepted_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='decided_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='offered_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.shiftswap'),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='return_shift',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.shift'),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='shift',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.shift'),
        ),
        migrations.AddField(
            model_name='shiftswapevent',
            name='to_agent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='timeoffcharge',
            name='time_off',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='charges', to='scheduling.timeoff'),
        ),
        migrations.AddField(
            model_name='timeoffentitlement',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entitlements', to='org.agent'),
        ),
        migrations.AddField(
            model_name='timeoffentitlementevent',
            name='agent',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.agent'),
        ),
        migrations.AddField(
            model_name='timeoffentitlementevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='timeoffentitlementevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.timeoffentitlement'),
        ),
        migrations.AddField(
            model_name='timeoffkind',
            name='activity_code',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='time_off_kind', to='org.activitycode'),
        ),
        migrations.AddField(
            model_name='timeoffentitlementevent',
            name='kind',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.timeoffkind'),
        ),
        migrations.AddField(
            model_name='timeoffentitlement',
            name='kind',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entitlements', to='scheduling.timeoffkind'),
        ),
        migrations.AddField(
            model_name='timeoffkindevent',
            name='activity_code',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.activitycode'),
        ),
        migrations.AddField(
            model_name='timeoffkindevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='timeoffkindevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.timeoffkind'),
        ),
        migrations.AddField(
            model_name='timeofflimit',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.site'),
        ),
        migrations.AddField(
            model_name='timeofflimit',
            name='skill',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.skill'),
        ),
        migrations.AddField(
            model_name='timeofflimit',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.team'),
        ),
        migrations.AddField(
            model_name='timeofflimitevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='timeofflimitevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.timeofflimit'),
        ),
        migrations.AddField(
            model_name='timeofflimitevent',
            name='site',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site'),
        ),
        migrations.AddField(
            model_name='timeofflimitevent',
            name='skill',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.skill'),
        ),
        migrations.AddField(
            model_name='timeofflimitevent',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team'),
        ),
        migrations.AddConstraint(
            model_name='calendarentry',
            constraint=models.UniqueConstraint(fields=('agent', 'key'), name='scheduling_calendarentry_once'),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('agent',), name='scheduling_calendarfeed_one_alive'),
        ),
        migrations.AddIndex(
            model_name='openshift',
            index=models.Index(fields=['status', 'closes_at'], name='scheduling_openshift_due'),
        ),
        migrations.AddConstraint(
            model_name='openshift',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='scheduling_openshift_ends_after_start', violation_error_message='An offer must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='openshift',
            constraint=models.CheckConstraint(condition=models.Q(('people__gte', 1)), name='scheduling_openshift_for_someone', violation_error_message='At least one person must be wanted.'),
        ),
        migrations.AddConstraint(
            model_name='openshift',
            constraint=models.CheckConstraint(condition=models.Q(('rank_rule', 'FIRST'), models.Q(('closes_at__isnull', False), ('closes_at__lte', models.F('starts_at'))), _connector='OR'), name='scheduling_openshift_bids_close', violation_error_message='Bids need a closing time, at the latest the beginning of the shift.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='openshift',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_openshiftevent" ("closes_at", "created_at", "created_by_id", "ends_at", "for_agent_id", "id", "kind", "note", "operational_date", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "price_per_hour", "queue_id", "rank_rule", "saved_cost", "seed", "site_id", "starts_at", "status", "team_id", "version_id") VALUES (NEW."closes_at", NEW."created_at", NEW."created_by_id", NEW."ends_at", NEW."for_agent_id", NEW."id", NEW."kind", NEW."note", NEW."operational_date", NEW."people", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."price_per_hour", NEW."queue_id", NEW."rank_rule", NEW."saved_cost", NEW."seed", NEW."site_id", NEW."starts_at", NEW."status", NEW."team_id", NEW."version_id"); RETURN NULL;', hash='44de76eaa1af339bdaf47b2a9c6900c0b15b98f6', operation='INSERT', pgid='pgtrigger_insert_insert_c135a', table='scheduling_openshift', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='openshift',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_openshiftevent" ("closes_at", "created_at", "created_by_id", "ends_at", "for_agent_id", "id", "kind", "note", "operational_date", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "price_per_hour", "queue_id", "rank_rule", "saved_cost", "seed", "site_id", "starts_at", "status", "team_id", "version_id") VALUES (NEW."closes_at", NEW."created_at", NEW."created_by_id", NEW."ends_at", NEW."for_agent_id", NEW."id", NEW."kind", NEW."note", NEW."operational_date", NEW."people", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place", NEW."price_per_hour", NEW."queue_id", NEW."rank_rule", NEW."saved_cost", NEW."seed", NEW."site_id", NEW."starts_at", NEW."status", NEW."team_id", NEW."version_id"); RETURN NULL;', hash='4d12830def29a4265474ec5c2a07d2d81d90663c', operation='UPDATE', pgid='pgtrigger_update_update_9b34e', table='scheduling_openshift', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='openshift',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_openshiftevent" ("closes_at", "created_at", "created_by_id", "ends_at", "for_agent_id", "id", "kind", "note", "operational_date", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "price_per_hour", "queue_id", "rank_rule", "saved_cost", "seed", "site_id", "starts_at", "status", "team_id", "version_id") VALUES (OLD."closes_at", OLD."created_at", OLD."created_by_id", OLD."ends_at", OLD."for_agent_id", OLD."id", OLD."kind", OLD."note", OLD."operational_date", OLD."people", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place", OLD."price_per_hour", OLD."queue_id", OLD."rank_rule", OLD."saved_cost", OLD."seed", OLD."site_id", OLD."starts_at", OLD."status", OLD."team_id", OLD."version_id"); RETURN NULL;', hash='abfb7b31e478946e71d61b2d97a9f1f2bf6735cb', operation='DELETE', pgid='pgtrigger_delete_delete_de50c', table='scheduling_openshift', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='personalrequest',
            index=models.Index(fields=['status', 'starts_on'], name='scheduling_personalreq_open'),
        ),
        migrations.AddConstraint(
            model_name='personalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='scheduling_personalrequest_ends_after_start', violation_error_message='The last day lies before the first.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personalrequest',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_personalrequestevent" ("agent_id", "answer", "decided_at", "decided_by_id", "ends_on", "id", "kind", "message", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_at", "starts_on", "status", "wanted") VALUES (NEW."agent_id", NEW."answer", NEW."decided_at", NEW."decided_by_id", NEW."ends_on", NEW."id", NEW."kind", NEW."message", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."requested_at", NEW."starts_on", NEW."status", NEW."wanted"); RETURN NULL;', hash='103b2318143d3e6f8f94ac2cbbea3d1b80f79890', operation='INSERT', pgid='pgtrigger_insert_insert_9be23', table='scheduling_personalrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personalrequest',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_personalrequestevent" ("agent_id", "answer", "decided_at", "decided_by_id", "ends_on", "id", "kind", "message", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_at", "starts_on", "status", "wanted") VALUES (NEW."agent_id", NEW."answer", NEW."decided_at", NEW."decided_by_id", NEW."ends_on", NEW."id", NEW."kind", NEW."message", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."requested_at", NEW."starts_on", NEW."status", NEW."wanted"); RETURN NULL;', hash='60b09075fbf55e4aa5bfbaf7fa812d2053e423e9', operation='UPDATE', pgid='pgtrigger_update_update_038e4', table='scheduling_personalrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personalrequest',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_personalrequestevent" ("agent_id", "answer", "decided_at", "decided_by_id", "ends_on", "id", "kind", "message", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_at", "starts_on", "status", "wanted") VALUES (OLD."agent_id", OLD."answer", OLD."decided_at", OLD."decided_by_id", OLD."ends_on", OLD."id", OLD."kind", OLD."message", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."requested_at", OLD."starts_on", OLD."status", OLD."wanted"); RETURN NULL;', hash='61b6f2561eb5f650632631344cee2d1039cfb870', operation='DELETE', pgid='pgtrigger_delete_delete_972ad', table='scheduling_personalrequest', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='requestpolicy',
            constraint=models.UniqueConstraint(fields=('team',), name='scheduling_requestpolicy_once', nulls_distinct=False, violation_error_message='There is such a row already; change that one.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='requestpolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_requestpolicyevent" ("availability_notice_days", "availability_review", "id", "least_hours_bind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "swap_notice_minutes", "swap_review", "team_id", "wish_review") VALUES (NEW."availability_notice_days", NEW."availability_review", NEW."id", NEW."least_hours_bind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."swap_notice_minutes", NEW."swap_review", NEW."team_id", NEW."wish_review"); RETURN NULL;', hash='1bf2fb51bc4d0b3f209d2bdd5fa474b3b38003ef', operation='INSERT', pgid='pgtrigger_insert_insert_deb24', table='scheduling_requestpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='requestpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_requestpolicyevent" ("availability_notice_days", "availability_review", "id", "least_hours_bind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "swap_notice_minutes", "swap_review", "team_id", "wish_review") VALUES (NEW."availability_notice_days", NEW."availability_review", NEW."id", NEW."least_hours_bind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."swap_notice_minutes", NEW."swap_review", NEW."team_id", NEW."wish_review"); RETURN NULL;', hash='8a8655021e9cd83ac1cf6e7c84a703eee3ff93f7', operation='UPDATE', pgid='pgtrigger_update_update_8b147', table='scheduling_requestpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='requestpolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_requestpolicyevent" ("availability_notice_days", "availability_review", "id", "least_hours_bind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "swap_notice_minutes", "swap_review", "team_id", "wish_review") VALUES (OLD."availability_notice_days", OLD."availability_review", OLD."id", OLD."least_hours_bind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."swap_notice_minutes", OLD."swap_review", OLD."team_id", OLD."wish_review"); RETURN NULL;', hash='e701a8fff2aa0a6880abf4ee7d1cea5da3d6ab69', operation='DELETE', pgid='pgtrigger_delete_delete_8c2c6', table='scheduling_requestpolicy', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='shiftchange',
            index=models.Index(fields=['-changed_at'], name='scheduling_shiftchange_when'),
        ),
        migrations.AddConstraint(
            model_name='shiftbid',
            constraint=models.UniqueConstraint(fields=('open_shift', 'agent'), name='scheduling_shiftbid_once'),
        ),
        migrations.AddConstraint(
            model_name='shiftbid',
            constraint=models.CheckConstraint(condition=models.Q(('rank__gte', 1), ('rank__lte', 9)), name='scheduling_shiftbid_rank_known', violation_error_message='Ranks go from 1 to 9.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shiftbid',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_shiftbidevent" ("agent_id", "answer", "change_id", "decided_at", "id", "made_at", "open_shift_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "status") VALUES (NEW."agent_id", NEW."answer", NEW."change_id", NEW."decided_at", NEW."id", NEW."made_at", NEW."open_shift_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rank", NEW."status"); RETURN NULL;', hash='a46f94b753a8ad34a4bbf81a69aedacc53a5bae8', operation='INSERT', pgid='pgtrigger_insert_insert_4b4b4', table='scheduling_shiftbid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shiftbid',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_shiftbidevent" ("agent_id", "answer", "change_id", "decided_at", "id", "made_at", "open_shift_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "status") VALUES (NEW."agent_id", NEW."answer", NEW."change_id", NEW."decided_at", NEW."id", NEW."made_at", NEW."open_shift_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rank", NEW."status"); RETURN NULL;', hash='60ce332102594d41ff8c84bb851bcd131f772395', operation='UPDATE', pgid='pgtrigger_update_update_ce6fe', table='scheduling_shiftbid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shiftbid',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_shiftbidevent" ("agent_id", "answer", "change_id", "decided_at", "id", "made_at", "open_shift_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "status") VALUES (OLD."agent_id", OLD."answer", OLD."change_id", OLD."decided_at", OLD."id", OLD."made_at", OLD."open_shift_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rank", OLD."status"); RETURN NULL;', hash='497e6028be24dd3f0b41c5f94157fd2502487485', operation='DELETE', pgid='pgtrigger_delete_delete_abd17', table='scheduling_shiftbid', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='shiftchangeday',
            index=models.Index(fields=['version', 'version_revision'], name='scheduling_shiftchangeday_rev'),
        ),
        migrations.AddConstraint(
            model_name='shiftchangeday',
            constraint=models.UniqueConstraint(fields=('change', 'version', 'agent', 'operational_date'), name='scheduling_shiftchangeday_once'),
        ),
        migrations.AddIndex(
            model_name='shiftswap',
            index=models.Index(fields=['status', 'starts_at'], name='scheduling_shiftswap_open'),
        ),
        migrations.AddConstraint(
            model_name='shiftswap',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['OFFERED', 'ACCEPTED'])), fields=('shift',), name='scheduling_shiftswap_one_open', violation_error_message='This shift is offered already.'),
        ),
        migrations.AddConstraint(
            model_name='shiftswap',
            constraint=models.CheckConstraint(condition=models.Q(('is_exchange', False), ('to_agent__isnull', False), _connector='OR'), name='scheduling_shiftswap_exchange_names_a_person'),
        ),
        migrations.AddConstraint(
            model_name='shiftswap',
            constraint=models.CheckConstraint(condition=models.Q(('to_agent', None), models.Q(('to_agent', models.F('offered_by')), _negated=True), _connector='OR'), name='scheduling_shiftswap_two_people', violation_error_message='A swap needs two people.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shiftswap',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_shiftswapevent" ("accepted_by_id", "answer", "decided_at", "decided_by_id", "ends_at", "id", "is_exchange", "message", "offered_by_id", "operational_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_at", "return_revision", "return_shift_id", "shift_id", "shift_revision", "starts_at", "status", "to_agent_id") VALUES (NEW."accepted_by_id", NEW."answer", NEW."decided_at", NEW."decided_by_id", NEW."ends_at", NEW."id", NEW."is_exchange", NEW."message", NEW."offered_by_id", NEW."operational_date", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."requested_at", NEW."return_revision", NEW."return_shift_id", NEW."shift_id", NEW."shift_revision", NEW."starts_at", NEW."status", NEW."to_agent_id"); RETURN NULL;', hash='741990746b45d1190f2aae295b13fa3c2acdf641', operation='INSERT', pgid='pgtrigger_insert_insert_f05d4', table='scheduling_shiftswap', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shiftswap',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_shiftswapevent" ("accepted_by_id", "answer", "decided_at", "decided_by_id", "ends_at", "id", "is_exchange", "message", "offered_by_id", "operational_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_at", "return_revision", "return_shift_id", "shift_id", "shift_revision", "starts_at", "status", "to_agent_id") VALUES (NEW."accepted_by_id", NEW."answer", NEW."decided_at", NEW."decided_by_id", NEW."ends_at", NEW."id", NEW."is_exchange", NEW."message", NEW."offered_by_id", NEW."operational_date", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."requested_at", NEW."return_revision", NEW."return_shift_id", NEW."shift_id", NEW."shift_revision", NEW."starts_at", NEW."status", NEW."to_agent_id"); RETURN NULL;', hash='85d408aa34de94f49adad943ac238486cbb5e0dc', operation='UPDATE', pgid='pgtrigger_update_update_beedb', table='scheduling_shiftswap', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shiftswap',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_shiftswapevent" ("accepted_by_id", "answer", "decided_at", "decided_by_id", "ends_at", "id", "is_exchange", "message", "offered_by_id", "operational_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_at", "return_revision", "return_shift_id", "shift_id", "shift_revision", "starts_at", "status", "to_agent_id") VALUES (OLD."accepted_by_id", OLD."answer", OLD."decided_at", OLD."decided_by_id", OLD."ends_at", OLD."id", OLD."is_exchange", OLD."message", OLD."offered_by_id", OLD."operational_date", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."requested_at", OLD."return_revision", OLD."return_shift_id", OLD."shift_id", OLD."shift_revision", OLD."starts_at", OLD."status", OLD."to_agent_id"); RETURN NULL;', hash='12f65883ae7ff7d56329b33c686bc4de26fcca67', operation='DELETE', pgid='pgtrigger_delete_delete_17e93', table='scheduling_shiftswap', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='timeoffcharge',
            constraint=models.UniqueConstraint(fields=('time_off', 'date'), name='scheduling_timeoffcharge_once'),
        ),
        migrations.AddConstraint(
            model_name='timeoffcharge',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 0), ('days__lte', 1), ('minutes__lte', 1500)), name='scheduling_timeoffcharge_of_a_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoffkind',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeoffkindevent" ("activity_code_id", "id", "is_active", "needs_balance", "notice_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review", "unit") VALUES (NEW."activity_code_id", NEW."id", NEW."is_active", NEW."needs_balance", NEW."notice_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."review", NEW."unit"); RETURN NULL;', hash='03500fe4d0ef27c1e1fe6caa69bd9440625ab0b6', operation='INSERT', pgid='pgtrigger_insert_insert_c7d6b', table='scheduling_timeoffkind', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoffkind',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_timeoffkindevent" ("activity_code_id", "id", "is_active", "needs_balance", "notice_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review", "unit") VALUES (NEW."activity_code_id", NEW."id", NEW."is_active", NEW."needs_balance", NEW."notice_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."review", NEW."unit"); RETURN NULL;', hash='f9354802a340c3204205ad3aa010146273e66cb2', operation='UPDATE', pgid='pgtrigger_update_update_ef19c', table='scheduling_timeoffkind', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoffkind',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeoffkindevent" ("activity_code_id", "id", "is_active", "needs_balance", "notice_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review", "unit") VALUES (OLD."activity_code_id", OLD."id", OLD."is_active", OLD."needs_balance", OLD."notice_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."review", OLD."unit"); RETURN NULL;', hash='0592da360012fbd6d4fce58de6045f4f5f55dde9', operation='DELETE', pgid='pgtrigger_delete_delete_aad2b', table='scheduling_timeoffkind', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='timeoffentitlement',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__lt', models.F('ends_on'))), name='scheduling_timeoffentitlement_ends_after_start', violation_error_message='The period must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='timeoffentitlement',
            constraint=models.CheckConstraint(condition=models.Q(('carried__gte', 0), ('granted__gte', 0)), name='scheduling_timeoffentitlement_positive', violation_error_message='Write 0 or more.'),
        ),
        migrations.AddConstraint(
            model_name='timeoffentitlement',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('agent', '='), ('kind', '='), (wfm.org.models.base.DateRange('starts_on', 'ends_on'), '&&')], name='scheduling_timeoffentitlement_one_at_a_time', violation_error_message='The agent already has a balance of this kind in these dates.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoffentitlement',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeoffentitlementevent" ("agent_id", "carried", "carried_until", "ends_on", "granted", "id", "kind_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."agent_id", NEW."carried", NEW."carried_until", NEW."ends_on", NEW."granted", NEW."id", NEW."kind_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on"); RETURN NULL;', hash='c78f866afbe2bd32bf760815f97daf3a3215638c', operation='INSERT', pgid='pgtrigger_insert_insert_dac4f', table='scheduling_timeoffentitlement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoffentitlement',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_timeoffentitlementevent" ("agent_id", "carried", "carried_until", "ends_on", "granted", "id", "kind_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."agent_id", NEW."carried", NEW."carried_until", NEW."ends_on", NEW."granted", NEW."id", NEW."kind_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on"); RETURN NULL;', hash='b630fdd2385b42d968c97cec9aa2eb4425eb8d40', operation='UPDATE', pgid='pgtrigger_update_update_83a76', table='scheduling_timeoffentitlement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoffentitlement',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeoffentitlementevent" ("agent_id", "carried", "carried_until", "ends_on", "granted", "id", "kind_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (OLD."agent_id", OLD."carried", OLD."carried_until", OLD."ends_on", OLD."granted", OLD."id", OLD."kind_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts_on"); RETURN NULL;', hash='76222fa6b33d658eb18a4f1cabfcf0133946b28c', operation='DELETE', pgid='pgtrigger_delete_delete_26721', table='scheduling_timeoffentitlement', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='timeofflimit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('team', None), ('site', None)), models.Q(('team', None), ('skill', None)), models.Q(('site', None), ('skill', None)), _connector='OR'), name='scheduling_timeofflimit_one_group', violation_error_message='A limit is for a team, a site or a skill: one of them, or none for everybody.'),
        ),
        migrations.AddConstraint(
            model_name='timeofflimit',
            constraint=models.CheckConstraint(condition=models.Q(('starts_minute__lt', models.F('ends_minute')), ('ends_minute__lte', 1440)), name='scheduling_timeofflimit_interval_ordered', violation_error_message='The interval must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='timeofflimit',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='scheduling_timeofflimit_ends_after_start', violation_error_message='A limit must end after it starts.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeofflimit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeofflimitevent" ("ends_minute", "ends_on", "id", "most_people", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "skill_id", "starts_minute", "starts_on", "team_id", "waitlist_rule", "weekdays") VALUES (NEW."ends_minute", NEW."ends_on", NEW."id", NEW."most_people", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id", NEW."skill_id", NEW."starts_minute", NEW."starts_on", NEW."team_id", NEW."waitlist_rule", NEW."weekdays"); RETURN NULL;', hash='919d9ac0a6b23ef4ea0feeee80739f59161f9676', operation='INSERT', pgid='pgtrigger_insert_insert_0a4cf', table='scheduling_timeofflimit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeofflimit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_timeofflimitevent" ("ends_minute", "ends_on", "id", "most_people", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "skill_id", "starts_minute", "starts_on", "team_id", "waitlist_rule", "weekdays") VALUES (NEW."ends_minute", NEW."ends_on", NEW."id", NEW."most_people", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id", NEW."skill_id", NEW."starts_minute", NEW."starts_on", NEW."team_id", NEW."waitlist_rule", NEW."weekdays"); RETURN NULL;', hash='4639a65541486510576a03ebd1c32b3aa31d580c', operation='UPDATE', pgid='pgtrigger_update_update_cd5e4', table='scheduling_timeofflimit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeofflimit',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_timeofflimitevent" ("ends_minute", "ends_on", "id", "most_people", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "skill_id", "starts_minute", "starts_on", "team_id", "waitlist_rule", "weekdays") VALUES (OLD."ends_minute", OLD."ends_on", OLD."id", OLD."most_people", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."skill_id", OLD."starts_minute", OLD."starts_on", OLD."team_id", OLD."waitlist_rule", OLD."weekdays"); RETURN NULL;', hash='4d296d9e66d981b66b0243680890934bad14ba62', operation='DELETE', pgid='pgtrigger_delete_delete_521e3', table='scheduling_timeofflimit', when='AFTER')),
        ),
        *(rls.internal_only(f"scheduling_{table}") for table in TABLES),
        rls.internal_by_queue("scheduling_openshift"),
        *(rls.internal_audit(f"scheduling_{table}event") for table in AUDITED),
    ]
