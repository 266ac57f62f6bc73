"""Workforce management: composition root and shared kernel."""
