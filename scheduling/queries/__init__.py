"""Reads of the schedule: rows to arrays and dataclasses."""
