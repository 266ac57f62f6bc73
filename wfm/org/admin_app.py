"""Makes our admin site the default one; apart, because apps load before models."""

from django.contrib.admin.apps import AdminConfig


class OrgAdminConfig(AdminConfig):
    """Django's admin with our site."""

    default_site = "wfm.org.admin_site.OrgAdminSite"
