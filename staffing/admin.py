"""The staffing tables in the admin: runs are read only, shrinkage is edited as profiles."""

from django.contrib import admin

from staffing.models import (
    CallbackOffer,
    Pool,
    PoolQueue,
    QueueLink,
    RequirementQueueResult,
    RequirementRun,
    ShrinkageProfile,
    ShrinkageRate,
    SkillGroup,
    SkillGroupQueue,
)
from wfm.org.admin.base import ReadOnlyAdmin


class ShrinkageRateInline(admin.TabularInline):  # type: ignore[type-arg]
    """The lines of a profile."""

    model = ShrinkageRate
    extra = 1


@admin.register(ShrinkageProfile)
class ShrinkageProfileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shrinkage by queue and date."""

    list_display = ("queue", "name", "starts_on", "ends_on")
    list_filter = ("queue",)
    list_select_related = ("queue",)
    inlines = (ShrinkageRateInline,)


class PoolQueueInline(admin.TabularInline):  # type: ignore[type-arg]
    """The queues of a pool."""

    model = PoolQueue
    extra = 1


@admin.register(Pool)
class PoolAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Queues that the same people serve."""

    list_display = ("name", "max_occupancy_rate", "live_give_rate", "is_interruptible")
    inlines = (PoolQueueInline,)


class SkillGroupQueueInline(admin.TabularInline):  # type: ignore[type-arg]
    """The queues that a group can do."""

    model = SkillGroupQueue
    extra = 1


@admin.register(SkillGroup)
class SkillGroupAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """People of a pool who can do the same."""

    list_display = ("name", "pool", "max_agents")
    list_filter = ("pool",)
    list_select_related = ("pool",)
    inlines = (SkillGroupQueueInline,)


@admin.register(QueueLink)
class QueueLinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What one queue finishes arrives in the next."""

    list_display = ("source", "target", "share", "delay_minutes", "starts_on", "ends_on")
    list_filter = ("source__client",)
    list_select_related = ("source", "target")
    autocomplete_fields = ("source", "target")


@admin.register(CallbackOffer)
class CallbackOfferAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who is offered a callback, and which queue calls."""

    list_display = ("queue", "target", "after_seconds", "acceptance_rate", "starts_on", "ends_on")
    list_filter = ("queue__client",)
    list_select_related = ("queue", "target")
    autocomplete_fields = ("queue", "target")


@admin.register(RequirementRun)
class RequirementRunAdmin(ReadOnlyAdmin):
    """Requirement runs."""

    list_display = ("pk", "forecast_run", "created_at", "created_by", "published_at")
    list_select_related = ("forecast_run", "created_by")


@admin.register(RequirementQueueResult)
class RequirementQueueResultAdmin(ReadOnlyAdmin):
    """How each queue was computed."""

    list_display = ("run", "queue", "model", "is_refused", "required_hours", "service_level")
    list_filter = ("queue", "is_refused")
    list_select_related = ("run", "queue")
