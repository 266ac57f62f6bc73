"""Machine code of versions that nobody runs any more goes; that in use stays."""

import os

from wfm.compiled import UNUSED, remove_unused

NOW = 1_800_000_000.0


def make(folder, *, age_seconds):
    folder.mkdir()
    (folder / "code.nbi").write_text("x")
    os.utime(folder, (NOW - age_seconds, NOW - age_seconds))
    return folder


def test_only_old_folders_of_other_versions_go(tmp_path):
    mine = make(tmp_path / f"numba-{'a' * 16}", age_seconds=UNUSED + 1)
    old = make(tmp_path / f"numba-{'b' * 16}", age_seconds=UNUSED + 1)
    recent = make(tmp_path / f"numba-{'c' * 16}", age_seconds=UNUSED - 1)
    strange = make(tmp_path / "numba-of-somebody", age_seconds=UNUSED + 1)
    remove_unused(mine, at=NOW)
    assert not old.exists()
    assert all(folder.exists() for folder in (mine, recent, strange))
    assert mine.stat().st_mtime == NOW, "it is marked as in use"


def test_a_folder_that_cannot_be_written_to_is_left_alone(tmp_path):
    (tmp_path / "file").write_text("")
    remove_unused(tmp_path / "file" / f"numba-{'a' * 16}", at=NOW)
