"""Everything of the organisation in the admin."""

from wfm.org.admin import clients, people, roles, work

__all__ = ["clients", "people", "roles", "work"]
