"""Pages of the organisation: login, one's own account, people, roles, set-up."""
