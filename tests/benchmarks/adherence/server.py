"""What the database server behind Django's connection has used so far."""

import os
from pathlib import Path

from django.db import connection

_TICKS = os.sysconf("SC_CLK_TCK")


def server_cpu_seconds() -> float:
    """CPU of all its processes, also of those that have ended; 0 where they cannot be seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = _stat(int(cursor.fetchone()[0]))
    if backend is None:
        return 0.0
    master = int(backend[1])
    own = _stat(master)
    total = sum(map(int, own[11:15])) if own else 0
    for path in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(path.name))
        if fields is not None and int(fields[1]) == master:
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
