"""Take one of the two walls around a client's rows away, to see the other one hold."""

from contextlib import contextmanager

from django.db.models import QuerySet


@contextmanager
def without_row_level_security(owner_connection):
    """Only the querysets are left."""
    with owner_connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p') ORDER BY relname"
        )
        tables = [name for (name,) in cursor.fetchall()]
        assert "reporting_slaresult" in tables
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@contextmanager
def without_querysets(monkeypatch):
    """Only row-level security is left: `visible_to` lets everything through."""
    patched = 0
    with monkeypatch.context() as patch:
        for queryset in _all_subclasses(QuerySet):
            if "visible_to" in vars(queryset):
                patch.setattr(queryset, "visible_to", lambda rows, principal: rows.all())
                patched += 1
        assert patched >= 10
        yield


def _all_subclasses(kind):
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _all_subclasses(subclass)
