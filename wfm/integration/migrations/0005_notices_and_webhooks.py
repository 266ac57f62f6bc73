"""Notices, news, webhooks and the feed of changes."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import wfm.integration.models.change
from wfm.org import rls

INTERNAL = "(SELECT wfm_is_internal())"
SEES_ALL = "(SELECT wfm_sees_all_clients())"
OF_CLIENTS = "client_id = ANY ((SELECT wfm_client_ids())::bigint[])"
# Changes of no client are our own people's; whoever changes something records it, also a client.
READS_CHANGES = f"({INTERNAL} AND ({SEES_ALL} OR client_id IS NULL)) OR {OF_CLIENTS}"
CHANGE_POLICIES = f"""
ALTER TABLE integration_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_reads ON integration_change FOR SELECT USING ({READS_CHANGES});
CREATE POLICY anyone_records ON integration_change FOR INSERT WITH CHECK (true);
CREATE POLICY system_changes ON integration_change FOR UPDATE USING ({INTERNAL} AND {SEES_ALL});
CREATE POLICY system_clears ON integration_change FOR DELETE USING ({INTERNAL} AND {SEES_ALL});
ALTER TABLE integration_changefeedstate ENABLE ROW LEVEL SECURITY;
CREATE POLICY anyone_reads ON integration_changefeedstate FOR SELECT USING (true);
CREATE POLICY system_writes ON integration_changefeedstate USING ({INTERNAL} AND {SEES_ALL});
"""
CHANGE_POLICIES_REVERSE = """
DROP POLICY anyone_reads ON integration_changefeedstate;
DROP POLICY system_writes ON integration_changefeedstate;
ALTER TABLE integration_changefeedstate DISABLE ROW LEVEL SECURITY;
DROP POLICY tenant_reads ON integration_change;
DROP POLICY anyone_records ON integration_change;
DROP POLICY system_changes ON integration_change;
DROP POLICY system_clears ON integration_change;
ALTER TABLE integration_change DISABLE ROW LEVEL SECURITY;
"""
# What belongs to a person is our own people's, or, of a client's person, that client's.
OF_PERSON = (
    f"{INTERNAL} OR user_id IN (SELECT user_id FROM org_rolegrant"
    " WHERE client_id = ANY ((SELECT wfm_client_ids())::bigint[]))"
)


def of_person(table):
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY tenant ON {table} USING ({OF_PERSON}) WITH CHECK ({OF_PERSON});",
        f"DROP POLICY tenant ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


class Migration(migrations.Migration):
    dependencies = [("integration", "0004_add_idempotency_record")]

    operations = [
        migrations.CreateModel(
            name='ChangeFeedState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cleared_position', models.BigIntegerField(default=0)),
                ('cleared_id', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'state of the feed of changes',
                'verbose_name_plural': 'state of the feed of changes',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='integration_changefeedstate_one_row')],
            },
        ),
        migrations.CreateModel(
            name='KnowledgeLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('url', models.URLField(max_length=500, verbose_name='link')),
                ('place', models.PositiveSmallIntegerField(default=1, verbose_name='place in the list')),
                ('activity_code', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='knowledge_links', to='org.activitycode', verbose_name='activity')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='knowledge_links', to='org.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'link to knowledge',
                'verbose_name_plural': 'links to knowledge',
            },
        ),
        migrations.CreateModel(
            name='KnowledgeLinkEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('url', models.URLField(max_length=500, verbose_name='link')),
                ('place', models.PositiveSmallIntegerField(default=1, verbose_name='place in the list')),
                ('activity_code', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.activitycode', verbose_name='activity')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='integration.knowledgelink')),
                ('queue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue', verbose_name='queue')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='NewsEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('NEWS', 'news'), ('POLICY', 'policy')], default='NEWS', max_length=8, verbose_name='kind')),
                ('audience', models.CharField(choices=[('EVERYONE', 'everyone'), ('SITE', 'a site'), ('TEAM', 'a team'), ('QUEUE', "a queue's people")], default='EVERYONE', max_length=10, verbose_name='for')),
                ('starts_at', models.DateTimeField(verbose_name='shown from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='shown until')),
                ('needs_acknowledgement', models.BooleanField(default=False, verbose_name='ask for acknowledgement')),
                ('number', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('asks_from_number', models.PositiveIntegerField(default=1, verbose_name='asks since version')),
                ('announced_number', models.PositiveIntegerField(default=0, verbose_name='announced version')),
                ('reminded_at', models.DateTimeField(blank=True, null=True, verbose_name='last reminder')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'news or policy',
                'verbose_name_plural': 'news and policies',
            },
        ),
        migrations.CreateModel(
            name='NewsEntryEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('NEWS', 'news'), ('POLICY', 'policy')], default='NEWS', max_length=8, verbose_name='kind')),
                ('audience', models.CharField(choices=[('EVERYONE', 'everyone'), ('SITE', 'a site'), ('TEAM', 'a team'), ('QUEUE', "a queue's people")], default='EVERYONE', max_length=10, verbose_name='for')),
                ('starts_at', models.DateTimeField(verbose_name='shown from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='shown until')),
                ('needs_acknowledgement', models.BooleanField(default=False, verbose_name='ask for acknowledgement')),
                ('number', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('asks_from_number', models.PositiveIntegerField(default=1, verbose_name='asks since version')),
                ('reminded_at', models.DateTimeField(blank=True, null=True, verbose_name='last reminder')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='integration.newsentry')),
                ('queue', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.queue', verbose_name='queue')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='NewsVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('link_title', models.CharField(blank=True, max_length=200, verbose_name='title of the link')),
                ('link_url', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='integration.newsentry')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'version of news',
                'verbose_name_plural': 'versions of news',
            },
        ),
        migrations.CreateModel(
            name='NewsAcknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='acknowledged')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='integration.newsversion')),
            ],
            options={
                'verbose_name': 'acknowledgement',
                'verbose_name_plural': 'acknowledgements',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('url', models.CharField(blank=True, max_length=300, verbose_name='page')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('on_page', models.BooleanField(default=True, verbose_name='on the page')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ('mail_state', models.CharField(choices=[('NONE', 'no e-mail'), ('PENDING', 'waiting'), ('SENT', 'sent'), ('FAILED', 'failed')], default='NONE', max_length=8, verbose_name='e-mail')),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0)),
                ('webhook_is_due', models.BooleanField(default=False)),
                ('due_at', models.DateTimeField(verbose_name='sent outside from')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
            },
        ),
        migrations.CreateModel(
            name='NoticeChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('family', models.CharField(max_length=30, verbose_name='about')),
                ('on_page', models.BooleanField(verbose_name='on the page')),
                ('by_email', models.BooleanField(verbose_name='by e-mail')),
                ('by_webhook', models.BooleanField(verbose_name='by webhook')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_choices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'choice of notices',
                'verbose_name_plural': 'choices of notices',
            },
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_minute', models.PositiveSmallIntegerField(verbose_name='from, minute of the day')),
                ('until_minute', models.PositiveSmallIntegerField(verbose_name='until, minute of the day')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='quiet_hours', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'quiet hours',
                'verbose_name_plural': 'quiet hours',
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='kinds of change')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('secret_seed', models.CharField(max_length=64)),
                ('secret_sha256', models.CharField(max_length=64)),
                ('previous_secret_seed', models.CharField(blank=True, max_length=64)),
                ('previous_valid_until', models.DateTimeField(blank=True, null=True, verbose_name='old secret valid until')),
                ('position', models.BigIntegerField(default=0)),
                ('change_id', models.BigIntegerField(default=0)),
                ('disabled_at', models.DateTimeField(blank=True, null=True, verbose_name='switched off')),
                ('disabled_reason', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('failing_since', models.DateTimeField(blank=True, null=True, verbose_name='failing since')),
                ('failures_in_a_row', models.PositiveIntegerField(default=0, verbose_name='failures in a row')),
                ('resting_until', models.DateTimeField(blank=True, null=True, verbose_name='resting until')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.PositiveIntegerField(default=0)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='webhook_endpoints', to='org.client', verbose_name='client')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('change_id', models.BigIntegerField(blank=True, null=True)),
                ('message_id', models.CharField(max_length=60, unique=True, verbose_name='message')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('key', models.CharField(max_length=120, verbose_name='thing')),
                ('body', models.TextField(verbose_name='content')),
                ('status', models.CharField(choices=[('PENDING', 'waiting'), ('DELIVERED', 'delivered'), ('DEAD', 'given up')], default='PENDING', max_length=10, verbose_name='status')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('next_attempt_at', models.DateTimeField(verbose_name='next attempt')),
                ('last_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='last attempt')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered')),
                ('response_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='answer')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='fault')),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='integration.webhookendpoint')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpointEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='kinds of change')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('previous_valid_until', models.DateTimeField(blank=True, null=True, verbose_name='old secret valid until')),
                ('disabled_at', models.DateTimeField(blank=True, null=True, verbose_name='switched off')),
                ('disabled_reason', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.client', verbose_name='client')),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='integration.webhookendpoint')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.BigIntegerField(db_default=wfm.integration.models.change.FeedPosition())),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('key', models.CharField(max_length=120, verbose_name='thing')),
                ('payload', models.JSONField(verbose_name='content')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='recorded')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.client')),
            ],
            options={
                'verbose_name': 'change',
                'verbose_name_plural': 'changes',
                'indexes': [models.Index(fields=['position', 'id'], name='integration_change_order')],
            },
        ),
        migrations.AddConstraint(
            model_name='knowledgelink',
            constraint=models.CheckConstraint(condition=models.Q(('activity_code__isnull', False), ('queue__isnull', False), _connector='OR'), name='integration_knowledgelink_of_something', violation_error_message='Choose an activity, a queue or both.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='knowledgelink',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "integration_knowledgelinkevent" ("activity_code_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "queue_id", "title", "url") VALUES (NEW."activity_code_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."queue_id", NEW."title", NEW."url"); RETURN NULL;', hash='74844f80341c71547c1c18a7de50614afccdb964', operation='INSERT', pgid='pgtrigger_insert_insert_0cc1b', table='integration_knowledgelink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='knowledgelink',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "integration_knowledgelinkevent" ("activity_code_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "queue_id", "title", "url") VALUES (NEW."activity_code_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place", NEW."queue_id", NEW."title", NEW."url"); RETURN NULL;', hash='cebb1362b0cadb8eb7ffe8df36466a444d9de127', operation='UPDATE', pgid='pgtrigger_update_update_d6956', table='integration_knowledgelink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='knowledgelink',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "integration_knowledgelinkevent" ("activity_code_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "queue_id", "title", "url") VALUES (OLD."activity_code_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place", OLD."queue_id", OLD."title", OLD."url"); RETURN NULL;', hash='5907d7390138dabdc9d9e7f5fa9479af062abffd', operation='DELETE', pgid='pgtrigger_delete_delete_94adf', table='integration_knowledgelink', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='newsentry',
            index=models.Index(fields=['starts_at'], name='integration_newsentry_starts'),
        ),
        migrations.AddConstraint(
            model_name='newsentry',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='integration_newsentry_ends_after_start', violation_error_message='It must be shown from a time before its end.'),
        ),
        migrations.AddConstraint(
            model_name='newsentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience', 'EVERYONE'), ('queue', None), ('site', None), ('team', None)), models.Q(('audience', 'SITE'), ('queue', None), ('site__isnull', False), ('team', None)), models.Q(('audience', 'TEAM'), ('queue', None), ('site', None), ('team__isnull', False)), models.Q(('audience', 'QUEUE'), ('queue__isnull', False), ('site', None), ('team', None)), _connector='OR'), name='integration_newsentry_audience_named', violation_error_message='Name the one site, team or queue that it is for.'),
        ),
        migrations.AddConstraint(
            model_name='newsentry',
            constraint=models.CheckConstraint(condition=models.Q(('asks_from_number__lte', models.F('number'))), name='integration_newsentry_asks_for_a_version'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='newsentry',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "integration_newsentryevent" ("asks_from_number", "audience", "created_at", "created_by_id", "ends_at", "id", "kind", "needs_acknowledgement", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "reminded_at", "site_id", "starts_at", "team_id") VALUES (NEW."asks_from_number", NEW."audience", NEW."created_at", NEW."created_by_id", NEW."ends_at", NEW."id", NEW."kind", NEW."needs_acknowledgement", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."queue_id", NEW."reminded_at", NEW."site_id", NEW."starts_at", NEW."team_id"); RETURN NULL;', hash='9e1abc04498afd5082604357bd798b6064f9573f', operation='INSERT', pgid='pgtrigger_insert_insert_4e740', table='integration_newsentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='newsentry',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asks_from_number" IS DISTINCT FROM (NEW."asks_from_number") OR OLD."audience" IS DISTINCT FROM (NEW."audience") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."needs_acknowledgement" IS DISTINCT FROM (NEW."needs_acknowledgement") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."queue_id" IS DISTINCT FROM (NEW."queue_id") OR OLD."reminded_at" IS DISTINCT FROM (NEW."reminded_at") OR OLD."site_id" IS DISTINCT FROM (NEW."site_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id"))', func='INSERT INTO "integration_newsentryevent" ("asks_from_number", "audience", "created_at", "created_by_id", "ends_at", "id", "kind", "needs_acknowledgement", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "reminded_at", "site_id", "starts_at", "team_id") VALUES (NEW."asks_from_number", NEW."audience", NEW."created_at", NEW."created_by_id", NEW."ends_at", NEW."id", NEW."kind", NEW."needs_acknowledgement", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."queue_id", NEW."reminded_at", NEW."site_id", NEW."starts_at", NEW."team_id"); RETURN NULL;', hash='13619d63734125622782dfd6d0cfce7a27185013', operation='UPDATE', pgid='pgtrigger_update_update_5f06e', table='integration_newsentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='newsentry',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "integration_newsentryevent" ("asks_from_number", "audience", "created_at", "created_by_id", "ends_at", "id", "kind", "needs_acknowledgement", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_id", "reminded_at", "site_id", "starts_at", "team_id") VALUES (OLD."asks_from_number", OLD."audience", OLD."created_at", OLD."created_by_id", OLD."ends_at", OLD."id", OLD."kind", OLD."needs_acknowledgement", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_id", OLD."reminded_at", OLD."site_id", OLD."starts_at", OLD."team_id"); RETURN NULL;', hash='f3f25f2046ad9a3f0e3c84d6ec9cf8275af8cb61', operation='DELETE', pgid='pgtrigger_delete_delete_c0483', table='integration_newsentry', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='newsversion',
            constraint=models.UniqueConstraint(fields=('entry', 'number'), name='integration_newsversion_once'),
        ),
        migrations.AddConstraint(
            model_name='newsacknowledgement',
            constraint=models.UniqueConstraint(fields=('version', 'user'), name='integration_newsacknowledgement_once'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('on_page', True), ('read_at', None)), fields=['user'], name='integration_notice_unread'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['user', '-id'], name='integration_notice_recent'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('mail_state', 'PENDING'), ('webhook_is_due', True), _connector='OR'), fields=['due_at'], name='integration_notice_due'),
        ),
        migrations.AddConstraint(
            model_name='noticechoice',
            constraint=models.UniqueConstraint(fields=('user', 'family'), name='integration_noticechoice_once'),
        ),
        migrations.AddConstraint(
            model_name='quiethours',
            constraint=models.CheckConstraint(condition=models.Q(('from_minute__lt', 1440), ('until_minute__lt', 1440), models.Q(('from_minute', models.F('until_minute')), _negated=True)), name='integration_quiethours_in_the_day', violation_error_message='Quiet hours begin and end at different times.'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.UniqueConstraint(fields=('client', 'name'), name='integration_webhookendpoint_name_once', nulls_distinct=False, violation_error_message='There is a webhook of that name already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "integration_webhookendpointevent" ("client_id", "created_at", "disabled_at", "disabled_reason", "id", "kinds", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_valid_until", "url") VALUES (NEW."client_id", NEW."created_at", NEW."disabled_at", NEW."disabled_reason", NEW."id", NEW."kinds", NEW."name", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."previous_valid_until", NEW."url"); RETURN NULL;', hash='745353084becc0974fc7810a6876b4739b9d2f05', operation='INSERT', pgid='pgtrigger_insert_insert_db678', table='integration_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."disabled_at" IS DISTINCT FROM (NEW."disabled_at") OR OLD."disabled_reason" IS DISTINCT FROM (NEW."disabled_reason") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kinds" IS DISTINCT FROM (NEW."kinds") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."previous_valid_until" IS DISTINCT FROM (NEW."previous_valid_until") OR OLD."url" IS DISTINCT FROM (NEW."url"))', func='INSERT INTO "integration_webhookendpointevent" ("client_id", "created_at", "disabled_at", "disabled_reason", "id", "kinds", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_valid_until", "url") VALUES (NEW."client_id", NEW."created_at", NEW."disabled_at", NEW."disabled_reason", NEW."id", NEW."kinds", NEW."name", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."previous_valid_until", NEW."url"); RETURN NULL;', hash='c4109918cdcc6b5810ac629ae8d3405c4476537b', operation='UPDATE', pgid='pgtrigger_update_update_21aea', table='integration_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "integration_webhookendpointevent" ("client_id", "created_at", "disabled_at", "disabled_reason", "id", "kinds", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_valid_until", "url") VALUES (OLD."client_id", OLD."created_at", OLD."disabled_at", OLD."disabled_reason", OLD."id", OLD."kinds", OLD."name", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."previous_valid_until", OLD."url"); RETURN NULL;', hash='a84239990b15700a8b08d58ccc22b8a24f82322f', operation='DELETE', pgid='pgtrigger_delete_delete_b44a0', table='integration_webhookendpoint', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('status', 'PENDING')), fields=['endpoint', 'next_attempt_at'], name='integration_delivery_due'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('status', 'PENDING')), fields=['endpoint', 'key', 'id'], name='integration_delivery_in_order'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['endpoint', '-id'], name='integration_delivery_recent'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('endpoint', 'change_id'), name='integration_webhookdelivery_once'),
        ),
        migrations.RunSQL(CHANGE_POLICIES, CHANGE_POLICIES_REVERSE),
        rls.internal_where("integration_webhookendpoint", f"{SEES_ALL} OR {OF_CLIENTS}"),
        rls.internal_where(
            "integration_webhookdelivery",
            "endpoint_id IN (SELECT id FROM integration_webhookendpoint)",
        ),
        of_person("integration_notice"),
        of_person("integration_noticechoice"),
        of_person("integration_quiethours"),
        rls.internal_only("integration_newsentry"),
        rls.internal_by_queue("integration_newsentry"),
        rls.internal_where(
            "integration_newsversion", "entry_id IN (SELECT id FROM integration_newsentry)"
        ),
        rls.internal_where(
            "integration_newsacknowledgement",
            "version_id IN (SELECT id FROM integration_newsversion)",
        ),
        rls.internal_only("integration_knowledgelink"),
        rls.internal_by_queue("integration_knowledgelink"),
        rls.internal_audit("integration_webhookendpointevent"),
        rls.internal_audit("integration_newsentryevent"),
        rls.internal_audit("integration_knowledgelinkevent"),
    ]
