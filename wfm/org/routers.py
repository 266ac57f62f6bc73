"""Where reads, writes and migrations go."""

from typing import Any


class ApplicationRouter:
    """Rows through the application's role, tables through the owner's."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        """Read with the application's role."""
        return "default"

    def db_for_write(self, model: type, **hints: Any) -> str:
        """Write with the application's role."""
        return "default"

    def allow_relation(self, one: object, other: object, **hints: Any) -> bool:
        """Both aliases are the same database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Only the owner migrates."""
        return db == "owner"
