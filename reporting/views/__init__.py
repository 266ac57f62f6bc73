"""Pages of reporting: the SLA report and the dictionary of metrics."""
