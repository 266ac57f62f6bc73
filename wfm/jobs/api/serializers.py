"""How a job is written."""

from rest_framework import serializers

from wfm.jobs.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    """A computation: where it stands, how far it is, what it brought."""

    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "title",
            "status",
            "progress",
            "message",
            "detail",
            "result",
            "result_url",
            "error",
            "attempts",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested_at",
        ]
        read_only_fields = fields
