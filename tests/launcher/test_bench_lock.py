"""The benchmark's rivals never change what the product runs on."""

import re
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)( ; [^\\]+)?", re.MULTILINE)


def pins(name: str) -> dict[tuple[str, str], str]:
    """Package and marker → version of a lock file."""
    found = PIN.findall((REQUIREMENTS / f"{name}.txt").read_text())
    return {(package, marker.strip()): version for package, version, marker in found}


def test_what_both_lock_files_hold_has_one_version():
    base, bench = pins("base"), pins("bench")
    shared = base.keys() & bench.keys()
    assert {package for package, _ in shared} >= {"numpy", "scipy", "pandas"}
    assert {key: bench[key] for key in shared} == {key: base[key] for key in shared}


def test_the_product_needs_no_rival():
    of_product = {package for package, _ in pins("base")}
    assert not of_product & {"statsforecast", "prophet", "lightgbm", "scikit-learn"}


def test_the_lock_file_names_no_registry():
    text = (REQUIREMENTS / "bench.txt").read_text()
    assert "http" not in text
    assert "--index" not in text
    assert text.count("--hash=sha256:") > len(pins("bench"))
