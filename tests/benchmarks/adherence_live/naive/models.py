"""One table of events, unique by source and uid, indexed by agent and time."""

from django.db import models

from wfm.org.models import ActivityCode, Agent


class NaiveEvent(models.Model):
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    occurred_at = models.DateTimeField()
    activity_code = models.ForeignKey(
        ActivityCode, on_delete=models.CASCADE, null=True, related_name="+"
    )
    source = models.CharField(max_length=40)
    event_uid = models.CharField(max_length=80)
    raw = models.JSONField(default=dict)

    class Meta:
        app_label = "naive"
        unique_together = [("source", "event_uid")]
        indexes = [models.Index(fields=["agent", "occurred_at"], name="naive_order")]

    def __str__(self):
        return self.event_uid


class NaiveLive(models.Model):
    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    state_group = models.CharField(max_length=12)
    planned_code = models.ForeignKey(
        ActivityCode, on_delete=models.CASCADE, null=True, related_name="+"
    )
    out_seconds = models.IntegerField(default=0)
    scheduled_seconds = models.IntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "naive"

    def __str__(self):
        return str(self.agent_id)
