"""Races for the same shift: swaps and claims by several processes at once."""
