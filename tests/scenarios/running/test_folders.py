"""What a killed run leaves behind is taken away later, and nothing that somebody uses."""

from __future__ import annotations

import os
from pathlib import Path
from time import time

from benthic.scenarios.running.folders import OLD, PREFIX, a_folder, remove_leftovers, remove_own

NOBODY = 2**22 + 1  # more than any process has as its number


def a_leftover(place: Path, process: int, age: float) -> Path:
    folder = place / f"{PREFIX}{process}-abc"
    (folder / "bot1").mkdir(parents=True)
    os.utime(folder, (time() - age, time() - age))
    return folder


def test_a_folder_is_there_for_one_run() -> None:
    with a_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_what_a_process_that_is_gone_has_left_is_taken_away(tmp_path: Path) -> None:
    old = a_leftover(tmp_path, NOBODY, OLD + 60)
    young = a_leftover(tmp_path, NOBODY + 1, 60)
    mine = a_leftover(tmp_path, os.getpid(), OLD + 60)
    other = tmp_path / "benthic-scenario-x"
    other.mkdir()

    remove_leftovers(tmp_path, now=time())

    assert [each.exists() for each in (old, young, mine, other)] == [False, True, True, True]


def test_a_place_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "none", now=time())


def test_a_process_that_ends_takes_its_own_away(tmp_path: Path) -> None:
    mine, other = a_leftover(tmp_path, os.getpid(), 0), a_leftover(tmp_path, NOBODY, 0)

    remove_own(tmp_path)

    assert [mine.exists(), other.exists()] == [False, True]
