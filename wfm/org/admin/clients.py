"""Clients, their contracts and sites."""

from django.contrib import admin

from wfm.org.admin.base import OrgAdmin
from wfm.org.models import Client, ClientContract, SeatPool, Site, SlaClause


@admin.register(Client)
class ClientAdmin(OrgAdmin):
    """Clients."""

    list_display = ["name", "key", "timezone", "currency", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "key"]
    prepopulated_fields = {"key": ["name"]}


class SlaClauseInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs only
    """The clauses of one contract."""

    model = SlaClause
    extra = 0
    autocomplete_fields = ["queue"]


@admin.register(ClientContract)
class ClientContractAdmin(OrgAdmin):
    """Contracts: a change of the promise is a new version, not an edit."""

    list_display = ["client", "version", "name", "starts_on", "ends_on"]
    list_filter = ["client"]
    search_fields = ["name", "client__name"]
    date_hierarchy = "starts_on"
    autocomplete_fields = ["client"]
    list_select_related = ["client"]
    inlines = [SlaClauseInline]


@admin.register(SlaClause)
class SlaClauseAdmin(OrgAdmin):
    """Clauses of all contracts."""

    list_display = ["contract", "queue", "metric_key", "target", "period", "threshold_seconds"]
    list_filter = ["contract__client", "period", "metric_key"]
    search_fields = ["queue__name", "metric_key"]
    autocomplete_fields = ["contract", "queue"]
    list_select_related = ["contract__client", "queue"]


class SeatPoolInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs only
    """The desks of one site."""

    model = SeatPool
    extra = 0


@admin.register(Site)
class SiteAdmin(OrgAdmin):
    """Sites with their desks."""

    list_display = ["name", "timezone", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    inlines = [SeatPoolInline]


@admin.register(SeatPool)
class SeatPoolAdmin(OrgAdmin):
    """Desks of all sites."""

    list_display = ["site", "name", "seats", "starts_on", "ends_on"]
    list_filter = ["site"]
    search_fields = ["name", "site__name"]
    autocomplete_fields = ["site"]
    list_select_related = ["site"]
