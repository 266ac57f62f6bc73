"""The one command: embedded PostgreSQL and Redis, web, live pages, workers and beat.

Nothing here imports Django: the launcher runs before there is a database to talk to.
"""
