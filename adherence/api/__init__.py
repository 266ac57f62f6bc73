"""Adherence over REST: take events, read live rows and days, approve exceptions."""
