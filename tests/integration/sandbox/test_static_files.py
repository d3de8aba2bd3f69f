"""The static files of an installation, gathered into a folder that may hold something else."""

from pathlib import Path
from typing import Any

from sandbox.preparation import collect_static_files


def test_a_folder_that_was_not_filled_here_is_not_emptied(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    own = tmp_path / "own.css"
    own.write_text("/* somebody's */")
    assert collect_static_files()
    assert own.read_text() == "/* somebody's */"


def test_a_folder_that_was_filled_here_is_emptied_before_it_is_filled_anew(
    tmp_path: Path, settings: Any
) -> None:
    settings.STATIC_ROOT = tmp_path
    collect_static_files()
    (tmp_path / "old.css").write_text("/* of an earlier version */")
    (tmp_path / ".stamp").write_text("earlier")
    assert collect_static_files()
    assert not (tmp_path / "old.css").exists()
