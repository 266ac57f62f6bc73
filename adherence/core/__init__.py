"""Adherence arithmetic: arrays in, arrays out; no Django, no clock, no input or output."""
