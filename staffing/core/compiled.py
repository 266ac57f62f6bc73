"""Compilation of the inner loops by Numba, kept on disk between processes.

Numba keeps a function's machine code until its own file changes, although that code holds what it calls
in other files. So the code is kept in a folder named by the contents of this package: after an update
nothing old is run. Compiling all takes some ten seconds, once.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

config: Any = numba.config
_FOLDER = Path(__file__).parent


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in sorted(_FOLDER.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> str:
    """Return where machine code is kept: where Numba is told to, beside the sources, or temporarily."""
    if config.CACHE_DIR:
        return str(Path(config.CACHE_DIR) / _fingerprint())
    beside = _FOLDER / "__pycache__"
    if os.access(beside if beside.exists() else _FOLDER, os.W_OK):
        return str(beside / f"numba-{_fingerprint()}")
    return str(Path(tempfile.gettempdir()) / f"wfm-numba-{os.getuid()}-{_fingerprint()}")


config.CACHE_DIR = _cache_folder()


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function of numbers and arrays on its first call; `.py_func` is the original."""
    compile_on_call: Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]
    compile_on_call = numba.njit(cache=True)
    return compile_on_call(function)
