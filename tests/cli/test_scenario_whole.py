"""`benthic scenario run all`: what it runs, how it goes on, and what it misses."""

from __future__ import annotations

from pathlib import Path

import pytest

from benthic.benchmarks.chunks import Report
from benthic.benchmarks.progress import unwatched
from benthic.cli.scenario.sweeping import CHUNK, Sweep
from benthic.cli.scenario.whole import (
    counts,
    holds,
    rows,
    run_library,
    seen,
    swept_names,
)
from benthic.scenarios.running.catalog import FAULTS, NOT_HERE
from benthic.scenarios.running.script import SWARMS, library_names, told_of

from .conftest import Benthic

NAMES = ("answer_lost", "request_lost")


def test_a_sweep_of_the_library_runs_every_script_and_goes_on_from_a_file(tmp_path: Path) -> None:
    chosen = Sweep(name="", first=0, folder=tmp_path, tries=0)
    file = tmp_path / "done"

    def run(seeds: int) -> Report:
        return run_library(chosen, NAMES, seeds, jobs=2, resume=file, watch=unwatched)

    first, again = run(1), run(1)

    assert first.figures == again.figures  # nothing was run twice
    assert [(row.name, row.seeds, row.failed, row.unfired) for row in rows(again)] == [
        ("answer_lost", 1, 0, ()),
        ("request_lost", 1, 0, ()),
    ]
    assert {each.fault.code for each in seen(again) if each.is_seen} == {"A1", "A2"}
    assert counts(seen(again)) == (2, 0)
    assert not holds(again)  # for all the faults that these two do not fire
    assert run(CHUNK + 1).trials == 2 * (CHUNK + 1)


def of_all(**more: float) -> Report:
    """A sweep in which everything was seen, but for what is said otherwise."""
    figures = dict[str, float]()
    for name in swept_names():
        figures |= {f"run {name}": 1.0, f"failed {name}": 0.0, f"cpu of {name}": 1.0}
        figures |= {f"claimed {name} {code}": 1.0 for code in told_of(name)[1]}
    for fault in FAULTS:
        if fault.code not in NOT_HERE:
            figures |= {f"{word} {fault.code}": 1.0 for word in ("fired", "struck", "mended")}
    return Report("library", len(swept_names()), (), {**figures, **more}, 1.0)


def test_it_holds_where_all_that_can_be_seen_was() -> None:
    report = of_all()

    assert holds(report)
    assert {each.fault.code for each in seen(report) if not each.is_seen} == NOT_HERE.keys()


@pytest.mark.parametrize(
    ("more", "verdict"),
    [({"fired A1": 0.0}, "NOT SEEN"), ({"mended A1": 0.0}, "NO RECOVERY SEEN")],
    ids=["never fired", "never mended"],
)
def test_it_does_not_hold_where_a_fault_is_missing(more: dict[str, float], verdict: str) -> None:
    report = of_all(**more)

    assert not holds(report)
    assert [(each.fault.code, each.verdict) for each in seen(report) if each.is_missing] == [
        ("A1", verdict)
    ]


def test_it_does_not_hold_where_a_script_claims_what_it_never_fires() -> None:
    report = of_all(**{"claimed answer_lost A2": 0.0})

    assert not holds(report)
    assert [row.unfired for row in rows(report) if row.unfired] == [("A2",)]


def test_whatever_can_be_fired_is_claimed_by_a_script_that_is_swept() -> None:
    claimed = {code for name in swept_names() for code in told_of(name)[1]}

    assert claimed | NOT_HERE.keys() == {fault.code for fault in FAULTS}
    assert not claimed & NOT_HERE.keys()
    wire = {code for code in claimed if code[0] in "ABMELI"}
    assert len(wire) >= 60
    assert len(claimed - wire) >= 20
    assert set(library_names()) - set(swept_names()) == SWARMS


def test_what_is_for_one_scenario_is_refused_of_all(benthic: Benthic) -> None:
    for words in (("--seed", 1), ("--twice",)):
        ran = benthic("scenario", "run", "all", *words)

        assert ran.code == 2
        assert "are for one scenario" in ran.complaint
