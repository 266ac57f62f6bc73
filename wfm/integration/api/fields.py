"""Fields that the integration's endpoints write alike."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

# Held by every built-in role: what is one's own needs no right of its own.
OWN = "metric.view"


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """The number of a row that the caller may see; another's is unknown to them."""

    def get_queryset(self) -> QuerySet[Model]:
        """Return the rows in the caller's scope."""
        queryset: Any = super().get_queryset()
        return queryset.visible_to(self.context["request"].user)  # type: ignore[no-any-return]
