"""Arithmetic of the day in hand: no rows, no clock."""
