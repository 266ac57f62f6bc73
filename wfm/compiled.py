"""Compilation of the inner loops by Numba, kept on disk between processes.

Numba keeps a function's machine code until its own file changes, although that code holds what it calls
in other files. So the code is kept in a folder named by the contents of all cores: after an update
nothing old is run. Compiling all takes some ten seconds, once. Folders of other versions go when
nobody has used them for two weeks.
"""

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numba.np import arrayobj

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Array = TypeVar("Array")

config: Any = numba.config
_array: Any = arrayobj.make_array
_null: Any = cgutils.get_null_value
_FOLDER = Path(__file__).parent
UNUSED = 14 * 86_400.0  # seconds
REORDERED = {"reassoc", "contract", "nsz", "arcp"}
"""What the compiler may do to sums and products; NaN and infinity stay what they are."""


def _fingerprint() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for source in sorted(_FOLDER.parent.glob("*/core/**/*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


SOURCES = _fingerprint()
"""Names the version of the cores that the process runs."""


def _cache_folder() -> Path:
    """Return where machine code is kept: where Numba is told to, beside the sources, or temporarily."""
    name = f"numba-{SOURCES}"
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR) / name
    beside = _FOLDER / "__pycache__"
    if os.access(beside if beside.exists() else _FOLDER, os.W_OK):
        return beside / name
    return Path(tempfile.gettempdir()) / f"wfm-{os.getuid()}-{name}"


def remove_unused(folder: Path, *, at: float) -> None:
    """Note that this folder is in use, and remove its likes that nobody has used for long.

    A process that runs on another version of the sources marks its own in the same way.
    """
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder, (at, at))
        for other in folder.parent.iterdir():
            if other != folder and _is_like(other, folder) and _unused_seconds(other, at) > UNUSED:
                shutil.rmtree(other, ignore_errors=True)


def _is_like(other: Path, folder: Path) -> bool:
    before = folder.name.removesuffix(folder.name[-16:])
    return bool(re.fullmatch(re.escape(before) + "[0-9a-f]{16}", other.name)) and other.is_dir()


def _unused_seconds(folder: Path, at: float) -> float:
    return at - folder.stat().st_mtime


_CACHE = _cache_folder()
remove_unused(_CACHE, at=time.time())
config.CACHE_DIR = str(_CACHE)


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function of numbers and arrays on its first call; `.py_func` is the original.

    Other threads run on meanwhile: such a function touches no Python object.
    """
    compile_on_call: Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]
    compile_on_call = numba.njit(cache=True, nogil=True)
    return compile_on_call(function)


def compiled_sums(
    function: Callable[Parameters, Result],
) -> Callable[Parameters, Result]:
    """Compile long sums of products, the order of which is the compiler's; division by 0 is inf."""
    compile_on_call: Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]
    compile_on_call = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=REORDERED)
    return compile_on_call(function)


def inlined(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function into each of its callers: what is handed to it is not copied."""
    compile_on_call: Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]
    compile_on_call = numba.njit(cache=True, nogil=True, forceinline=True)
    return compile_on_call(function)


def _without_count(_typing: Any, array: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        made = _array(signature.args[0])(context, builder, given[0])
        made.meminfo = _null(made.meminfo.type)
        made.parent = _null(made.parent.type)
        return made._getvalue()  # noqa: SLF001 - how every implementation in Numba ends

    return array(array), code


_borrowed: Any = intrinsic(_without_count)


def borrowed(array: Array) -> Array:
    """The same array without a count of who holds it; in compiled code only, while the caller holds it.

    Counting takes longer than a small move on a few numbers.
    """
    return array


@overload(borrowed, inline="always")
def _borrowed_when_compiled(array):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What Numba compiles in its place; Numba compares the arguments, annotations included."""
    del array
    return lambda array: _borrowed(array)  # noqa: PLW0108
