"""Tests of the distributed form, without Docker."""
