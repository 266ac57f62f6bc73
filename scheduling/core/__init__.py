"""Pure functions on arrays and frozen dataclasses: no Django, no clock, no I/O."""
