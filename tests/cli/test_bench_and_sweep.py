"""Measurements and sweeps: what they print, and that a miss or a violation is not zero."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benthic.benchmarks import backtest, seeds
from benthic.benchmarks.backtest import Course, EngineFailed, PeerMissing, WrongAnswer
from benthic.benchmarks.chunks import Report
from benthic.benchmarks.measurement import Measurement, cost, rate
from benthic.cli import bench, sweep

Benthic = Callable[..., Any]

SHORT = Course("2k", 2_000, 44, 937_024_498.1794, None)
FIELDS = ["name", "ours", "other", "unit", "ratio", "bar", "ok"]


def measured(*ratios: float) -> Iterator[Measurement]:
    for number, ratio in enumerate(ratios):
        yield rate(f"speed.{number}", 10 * ratio, 10, "bars/s", bar=2.0)


def test_a_bar_that_is_missed_ends_with_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    codes = [bench._show("x", measured(*ratios), json=True) for ratios in ((2.0, 3.0), (2.0, 1.9))]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert codes == [0, 1]
    assert [list(line) for line in lines] == [FIELDS] * 4
    assert [line["ok"] for line in lines] == [True, True, True, False]


def test_a_table_of_measurements_names_what_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    bench._show("x", iter([cost("memory", 200.0, 100.0, "MiB", bar=1.0)]), json=False)

    assert "MISSED" in capsys.readouterr().out


def test_a_violation_ends_with_code_1_and_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def run(count: int, **_: object) -> Report:
        return Report("x", count, ("seed 3: trace differs",) * bool(count > 1), {}, 0.1)

    codes = [sweep._sweep("x", run, sweep.Options(count=count), 10) for count in (1, 2)]

    assert codes == [0, 1]
    assert "violation: seed 3: trace differs" in capsys.readouterr().out


def test_seeds_are_swept_in_two_processes_and_resumed(benthic: Benthic, tmp_path: Path) -> None:
    kept = tmp_path / "seeds.jsonl"
    first = benthic("sweep", "seeds", "--count", 2, "--resume", kept, "--json")
    again = benthic("sweep", "seeds", "--count", 2, "--resume", kept, "--json")

    assert first.code == again.code == 0
    assert first.json["ok"] is True
    assert (first.json["trials"], first.json["violations"]) == (2, [])
    assert again.json["figures"] == first.json["figures"]
    assert again.json["seconds"] < first.json["seconds"]


def test_a_seed_that_differs_between_processes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = iter("ab")

    def in_child(first: int, count: int) -> list[seeds.SeedRun]:
        trace = next(runs)
        return [
            seeds.SeedRun(first + number, 9, 3, 1, trace if number else "same", "j")
            for number in range(count)
        ]

    monkeypatch.setattr(seeds, "_in_child", in_child)
    report = seeds.run_seeds(2, seed=5, jobs=1)

    assert report.violations == ("seed 6: trace differs: a and b",)


def test_crashes_are_part_of_the_seeds() -> None:
    runs = [seeds.run_seed(seed) for seed in (3, 5)]

    assert min(run.crashes for run in runs) > 0
    assert len({run.trace for run in runs}) == 2
    assert runs[0] == seeds.run_seed(3)


@pytest.mark.parametrize("peer", ["loop", "backtesting"])
def test_ours_and_a_peer_come_to_the_same_fills_and_equity(peer: Any) -> None:
    if peer == "backtesting":
        pytest.importorskip("backtesting", reason="the extra bench is not installed")

    rows = list(backtest.measure(peer=peer, rounds=1, courses=[SHORT]))

    assert rows[0].name == "backtest.bars.2k"
    assert [row.name for row in rows if row.name.startswith("backtest.memory")]
    assert min(row.ours for row in rows) > 0


def test_an_engine_with_another_answer_is_not_compared() -> None:
    wrong = Course("2k", 2_000, 43, 937_024_498.1794, None)

    with pytest.raises(WrongAnswer, match="made 44 fills"):
        list(backtest.measure(rounds=1, courses=[wrong]))


def test_an_engine_that_fails_is_named_with_its_last_words() -> None:
    with pytest.raises(EngineFailed, match=r"the process of x ended with code 3: no luck"):
        backtest._run(["-c", "import sys; print('no luck', file=sys.stderr); sys.exit(3)"], "x")


def test_a_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "find_spec", lambda _: None)

    with pytest.raises(PeerMissing, match=r"pip install 'benthic\[bench\]'"):
        list(backtest.measure(peer="backtesting"))
