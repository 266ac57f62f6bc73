"""The staffing engine against exact values, a rival, single contacts and the clock."""
