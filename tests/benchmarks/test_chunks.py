"""A sweep makes every trial once, however often it is broken off."""

from pathlib import Path

import pytest

from benthic.benchmarks.chunks import Chunk, Plan, Report, sweep
from benthic.benchmarks.progress import unwatched
from benthic.runtime import UsageError

PLAN = Plan("dice", 7, 10)


class Dice:
    """Trials that find something in chunk 2, and may be broken off before chunk 3."""

    def __init__(self, *, breaks: int = -1) -> None:
        self.chunks: list[tuple[int, int]] = []
        self.breaks = breaks

    def run(self, number: int, trials: int) -> Chunk:
        if number == self.breaks:
            raise KeyboardInterrupt
        self.chunks.append((number, trials))
        found = ("a six",) if number == 2 else ()
        return Chunk(number, trials, found, {"rolled": float(trials)})

    def sweep(self, count: int, resume: Path | None, jobs: int = 1) -> Report:
        return sweep(PLAN, count, self.run, resume=resume, watch=unwatched, jobs=jobs)


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_trial_is_made_once_and_figures_are_summed(jobs: int) -> None:
    dice = Dice()
    report = dice.sweep(35, None, jobs)

    assert sorted(dice.chunks) == [(0, 10), (1, 10), (2, 10), (3, 5)]
    assert (report.trials, report.violations, report.ok) == (35, ("a six",), False)
    assert report.figures == {"rolled": 35.0}


def test_a_sweep_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    resume, first, second = tmp_path / "dice.jsonl", Dice(breaks=2), Dice()
    with pytest.raises(KeyboardInterrupt):
        first.sweep(40, resume)
    report = second.sweep(40, resume)

    assert first.chunks == [(0, 10), (1, 10)]
    assert second.chunks == [(2, 10), (3, 10)]
    assert (report.trials, report.figures) == (40, {"rolled": 40.0})


def test_a_finished_sweep_is_told_again_without_a_trial_and_can_be_made_longer(
    tmp_path: Path,
) -> None:
    resume, dice = tmp_path / "dice.jsonl", Dice()
    Dice().sweep(25, resume)

    assert dice.sweep(25, resume).violations == ("a six",)
    assert dice.chunks == []
    assert dice.sweep(40, resume).trials == 40
    assert dice.chunks == [(2, 10), (3, 10)]  # the third was half as long


def test_half_a_line_at_the_end_of_the_file_is_a_chunk_not_done(tmp_path: Path) -> None:
    resume, dice = tmp_path / "dice.jsonl", Dice()
    Dice().sweep(20, resume)
    with resume.open("ab") as file:
        file.truncate(resume.stat().st_size - 20)

    assert dice.sweep(20, resume).trials == 20
    assert dice.chunks == [(1, 10)]
    assert Dice().sweep(20, resume).trials == 20


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param('{"sweep": "dice", "seed": 8, "trials": 10}\n', "belongs to", id="seed"),
        pytest.param("symbol = 'BTC/USDT'\n", "is no file of a sweep", id="foreign"),
    ],
)
def test_a_file_of_something_else_is_refused_and_kept(
    tmp_path: Path, content: str, what: str
) -> None:
    resume = tmp_path / "other"
    resume.write_text(content)

    with pytest.raises(UsageError, match=what):
        Dice().sweep(10, resume)
    assert resume.read_text() == content


def test_a_sweep_that_is_broken_off_ends_what_runs() -> None:
    ended: list[str] = []

    with pytest.raises(KeyboardInterrupt):
        sweep(
            PLAN,
            20,
            Dice(breaks=1).run,
            resume=None,
            watch=unwatched,
            jobs=2,
            stop=lambda: ended.append("all"),
        )

    assert ended == ["all"]


def test_trials_that_were_left_out_after_a_violation_are_not_counted(tmp_path: Path) -> None:
    def spoiled(number: int, trials: int) -> Chunk:
        return Chunk(number, trials, ("a six",), {}, left=7)

    seen: list[int] = []
    resume = tmp_path / "dice.jsonl"
    for _ in range(2):
        report = sweep(
            PLAN, 10, spoiled, resume=resume, watch=lambda done, _: seen.append(done), jobs=1
        )
        assert (report.trials, report.violations) == (3, ("a six",))

    assert seen == [0, 3, 3]  # what a violation was found in is not made again


def test_results_of_what_was_changed_since_are_refused(tmp_path: Path) -> None:
    resume = tmp_path / "dice.jsonl"
    resume.write_text('{"sweep": "dice", "seed": 7, "trials": 10, "of": "loaded dice"}\n')

    with pytest.raises(UsageError, match="belongs to dice as it was before it was changed"):
        Dice().sweep(10, resume)
