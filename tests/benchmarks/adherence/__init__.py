"""Adherence measured: `make bench-adherence`, or in small as part of the tests.

The frame runs modules of this package and of every package beside it whose name begins with
`adherence_`. A module takes part by offering

    def run(options: Options) -> list[Row]

`options.pick(smoke=…, full=…)` chooses a size; `Row` is one line of the report, with the bar it is
held against, if any. A module finds a migrated, empty database and an empty Redis behind Django's
settings (`DATABASE_URL`, `DATABASE_OWNER_URL` and `REDIS_URL` in the environment, for those that
start processes of their own); whatever it writes is removed afterwards. In the full run PostgreSQL
syncs to disk as in production. Rows are written as a table between the marks of a Markdown file
with `--write`; without it they are only printed.
"""
