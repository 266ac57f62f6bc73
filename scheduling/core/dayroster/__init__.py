"""Rosters of whole-day shifts over many weeks: who works which shift on which day."""
