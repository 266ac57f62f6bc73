"""Bring the database up to date: tables, rights of the application's role, built-in roles."""

from typing import Any

from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connections

from wfm.org.light_migrations import light_migrations
from wfm.org.services.roles import ensure_builtin_roles
from wfm.org.tenancy import system_tenant


class Command(BaseCommand):
    """Migrate with the owner's role, then check what the application's role may do."""

    help = "Migrate as the owner, grant rights to the application's role, refresh built-in roles."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every step; each is safe to repeat."""
        verbosity = options["verbosity"]
        with light_migrations():
            call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
        application = connections["default"].settings_dict["USER"]
        owner = connections["owner"].settings_dict["USER"]
        if application == owner:
            msg = (
                f"DATABASE_URL and DATABASE_OWNER_URL both name the role {owner!r}. Row-level"
                " security does not bind an owner: give the application a role of its own, as"
                " docs/running.md shows."
            )
            raise CommandError(msg)
        self._grant(application)
        self._check_application_role(application)
        with system_tenant():
            ensure_builtin_roles()
        self.stdout.write("The database is ready.")

    def _grant(self, role: str) -> None:
        connection = connections["owner"]
        name = connection.ops.quote_name(role)
        with connection.cursor() as cursor:
            for sql in (
                f"GRANT USAGE ON SCHEMA public TO {name}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
                f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
                f"REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {name}",
            ):
                cursor.execute(sql)

    def _check_application_role(self, role: str) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            is_superuser, bypasses = cursor.fetchone()
        if is_superuser or bypasses:
            msg = (
                f"The role {role!r} of DATABASE_URL is a superuser or bypasses row-level security."
                " ALTER ROLE … NOSUPERUSER NOBYPASSRLS, or name another role."
            )
            raise CommandError(msg)
