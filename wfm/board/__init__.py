"""The one board: demand, staff, service and risk of both floors, live and deferred."""
