"""The organisation over REST: read only; it is edited in the settings and the admin."""
