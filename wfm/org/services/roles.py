"""Roles and who holds them."""

from django.db import transaction

from wfm.org.access import ALL_PERMISSIONS, BUILTIN_ROLES
from wfm.org.models import Client, Role, RoleGrant, Team, User

ADMIN = "admin"


class UnableToSaveRole(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The role cannot be saved."""


@transaction.atomic
def ensure_builtin_roles() -> None:
    """Create or refresh the built-in roles; custom ones stay as they are."""
    for builtin in BUILTIN_ROLES:
        Role.objects.update_or_create(
            key=builtin.key,
            defaults={
                "name": builtin.name,
                "is_builtin": True,
                "is_internal": builtin.is_internal,
                "permissions": sorted(builtin.permissions),
            },
        )


@transaction.atomic
def grant_role(
    *, user: User, role_key: str, client: Client | None = None, team: Team | None = None
) -> RoleGrant:
    """Give the person the role, everywhere or for one client or team. Safe to repeat.

    The administrator's role also opens the admin pages.
    """
    role = Role.objects.get(key=role_key)
    if not role.is_internal and client is None:
        msg = f"The role {role.name!r} is for a client's people: name the client."
        raise UnableToSaveRole(msg)
    if role_key == ADMIN and (client is not None or team is not None):
        msg = "An administrator has no limits: grant the role without client and team."
        raise UnableToSaveRole(msg)
    grant, _created = RoleGrant.objects.get_or_create(
        user=user, role=role, client=client, team=team
    )
    if role_key == ADMIN and not user.is_superuser:
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
    user.__dict__.pop("access", None)
    return grant


def validate_permissions(permissions: list[str]) -> list[str]:
    """Return the permissions sorted; raise UnableToSaveRole naming those that do not exist."""
    unknown = sorted(set(permissions) - ALL_PERMISSIONS)
    if unknown:
        msg = f"Unknown permissions: {', '.join(unknown)}."
        raise UnableToSaveRole(msg)
    return sorted(set(permissions))
