"""`benthic scenario run --real`: a script of the library with a real bot, and what is refused."""

from __future__ import annotations

from .conftest import Benthic


def test_a_script_of_the_library_is_played_with_a_real_bot(benthic: Benthic) -> None:
    ran = benthic("scenario", "run", "answer_unreadable", "--real", "--json")

    assert ran.code == 0
    assert ran.json["ok"] is True
    assert ran.json["fired"] == {"A8": 1}


def test_a_script_that_needs_virtual_time_is_refused_with_the_reason(benthic: Benthic) -> None:
    ran = benthic("scenario", "run", "maintenance_for_six_hours", "--real")

    assert ran.code == 3
    assert "is not played with a real process" in ran.complaint
    assert "without --real" in ran.complaint


def test_a_real_run_is_one_seed(benthic: Benthic) -> None:
    ran = benthic("scenario", "run", "answer_lost", "--real", "--seeds", 3)

    assert ran.code == 2
    assert "leave out --seeds" in ran.complaint
