"""Vendored files are what VENDOR.txt says; our own obey the policy that the browser enforces."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
VENDORED = STATIC / "vendored"
OUR_TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OUR_STYLES = sorted(path for path in (STATIC / "css").rglob("*.css") if path.name != "tokens.css")
OUR_SCRIPTS = sorted((STATIC / "js").rglob("*.js"))


def vendor_rows():
    lines = (VENDORED / "VENDOR.txt").read_text("utf-8").splitlines()
    return [tuple(line.split(" | ")) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("row", vendor_rows(), ids=lambda row: row[0])
def test_a_vendored_file_is_the_published_one(row):
    name, package, version, licence, _path, digest = row

    assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest
    assert version in name
    assert licence
    assert any(version in path.name for path in (VENDORED / "licences").glob(f"{package[:4]}*"))


def test_every_vendored_file_is_listed():
    listed = {row[0] for row in vendor_rows()}

    assert {path.name for path in VENDORED.glob("*.js")} == listed


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline(path):
    text = path.read_text("utf-8")

    forbidden = {
        "style attribute": r"<[^>]*\sstyle\s*=",
        "style element": r"<style\b",
        "event handler": r"<[^>]*\son[a-z]+\s*=",
        "inline script": r"<script(?![^>]*\bsrc=)",
        "htmx that needs eval": r"hx-on|hx-vals=[\"']js:|hx-trigger=\"[^\"]*\[",
    }
    found = [name for name, pattern in forbidden.items() if re.search(pattern, text, re.IGNORECASE)]
    assert found == []


@pytest.mark.parametrize("path", OUR_STYLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_style_sheet_takes_its_colours_from_the_tokens(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    allowed = {"#fff"} if path.name == "base-print.css" else set()

    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,\s)])", text)) - allowed
    assert colours == set()


@pytest.mark.parametrize("path", OUR_STYLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_style_sheet_uses_only_known_tokens(path):
    tokens = set(re.findall(r"(--[\w-]+)\s*:", (STATIC / "css" / "tokens.css").read_text("utf-8")))
    text = path.read_text("utf-8")
    own = set(re.findall(r"(--[\w-]+)\s*:", text))
    from_scripts = {
        name
        for script in OUR_SCRIPTS
        for name in re.findall(r"setProperty\(\s*[\"'`](--[\w-]+)", script.read_text("utf-8"))
    }

    assert set(re.findall(r"var\((--[\w-]+)\)", text)) - tokens - own - from_scripts == set()


@pytest.mark.parametrize("path", OUR_SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_script_needs_no_eval_and_no_inline_style(path):
    text = path.read_text("utf-8")

    assert not re.search(r"\beval\(|new Function\(|setAttribute\([\"']style|document\.write", text)
