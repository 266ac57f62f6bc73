"""Cursor pages: stable while rows arrive, the same cost on page 1,000 as on page 1."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class CursorPages(CursorPagination):
    """Pages of 100 rows; `page_size` asks for up to 1,000.

    A view names its order in `cursor_ordering`; it must end in a unique column.
    """

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = ("pk",)

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the view's order, never one from the query."""
        return tuple(getattr(view, "cursor_ordering", self.ordering))
