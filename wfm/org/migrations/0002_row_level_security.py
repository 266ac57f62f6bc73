"""Row-level security: the second wall behind `visible_to`."""

from django.db import migrations

from wfm.org import rls


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0001_initial"),
    ]

    operations = [
        rls.functions(),
        rls.by_client("org_client", "id"),
        rls.by_client("org_clientcontract"),
        rls.by_client("org_queue"),
        rls.by_parent("org_slaclause", "contract_id", "org_clientcontract"),
        rls.by_queue("org_openinghours"),
        rls.by_queue("org_holiday"),
        rls.by_queue("org_servicegoal"),
        rls.internal_only("org_site"),
        rls.internal_only("org_seatpool"),
        rls.internal_only("org_team"),
        rls.internal_only("org_agent"),
        rls.internal_only("org_agentassignment"),
        rls.internal_only("org_agentskill"),
        rls.internal_only("org_agentsourcekey"),
        rls.internal_only("org_employmentcontract"),
        rls.internal_only("org_activitycode"),
        rls.internal_only("org_skill"),
        rls.internal_audit("org_clientevent"),
        rls.internal_audit("org_clientcontractevent"),
        rls.internal_audit("org_slaclauseevent"),
        rls.internal_audit("org_queueevent"),
        rls.internal_audit("org_openinghoursevent"),
        rls.internal_audit("org_holidayevent"),
        rls.internal_audit("org_servicegoalevent"),
        rls.internal_audit("org_siteevent"),
        rls.internal_audit("org_seatpoolevent"),
        rls.internal_audit("org_teamevent"),
        rls.internal_audit("org_agentevent"),
        rls.internal_audit("org_agentassignmentevent"),
        rls.internal_audit("org_agentskillevent"),
        rls.internal_audit("org_agentsourcekeyevent"),
        rls.internal_audit("org_employmentcontractevent"),
        rls.internal_audit("org_activitycodeevent"),
        rls.internal_audit("org_skillevent"),
        rls.internal_audit("org_worktypeevent"),
        rls.internal_audit("org_userevent"),
        rls.internal_audit("org_roleevent"),
        rls.internal_audit("org_rolegrantevent"),
        rls.internal_audit("org_invitationevent"),
    ]
