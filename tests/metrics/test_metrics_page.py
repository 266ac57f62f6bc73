"""docs/metrics.md says what the registry computes."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tool():
    spec = importlib.util.spec_from_file_location("metrics_page", ROOT / "tools/metrics_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_fresh():
    assert tool().main(["--check"]) == 0, "Run: python tools/metrics_page.py"


def test_stale_page_is_noticed(tmp_path, monkeypatch, capsys):
    module = tool()
    stale = tmp_path / "metrics.md"
    stale.write_text("old")
    monkeypatch.setattr(module, "PAGE", stale)
    assert module.main(["--check"]) == 1
    assert "Run: python tools/metrics_page.py" in capsys.readouterr().err
    assert module.main([]) == 0
    assert module.main(["--check"]) == 0
