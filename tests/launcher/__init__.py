"""Tests of the launcher, on real servers and real processes."""
