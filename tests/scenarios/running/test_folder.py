"""The folder of a run: its own, gone after it, and what killed runs left is cleared away."""

from __future__ import annotations

import os
from pathlib import Path

from benthic.scenarios.running.folder import PREFIX, clear_leftovers, own_folder, remove_own


def aged(folder: Path) -> Path:
    folder.mkdir()
    (folder / "store").write_text("")
    os.utime(folder, (0, 0))
    return folder


def test_a_run_has_a_folder_of_its_own_that_is_gone_after_it() -> None:
    with own_folder() as one, own_folder() as other:
        assert one != other
        assert one.is_dir()

    assert not one.exists()
    assert not other.exists()


def test_what_a_killed_run_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    left = aged(tmp_path / f"{PREFIX}left")

    with own_folder(tmp_path) as folder:
        assert folder.parent == tmp_path
        assert not left.exists()


def test_nothing_is_cleared_that_is_in_use_or_new_or_somebody_elses(tmp_path: Path) -> None:
    new = tmp_path / f"{PREFIX}new"
    new.mkdir()
    other = aged(tmp_path / "other-folder")
    link = tmp_path / f"{PREFIX}link"
    link.symlink_to(other, target_is_directory=True)
    with own_folder(tmp_path) as used:
        os.utime(used, (0, 0))

        clear_leftovers(tmp_path)

        assert used.exists()
    assert [each.name for each in sorted(tmp_path.iterdir())] == [
        link.name,
        new.name,
        "other-folder",
    ]
    assert (other / "store").exists()


def test_a_process_that_ends_here_and_now_takes_its_own_away(tmp_path: Path) -> None:
    with own_folder(tmp_path) as mine:
        other = aged(tmp_path / f"{PREFIX}1-x")
        remove_own(tmp_path)

        assert [mine.exists(), other.exists()] == [False, True]
