"""What `benthic sweep feeds` says to people."""

from __future__ import annotations

import attrs
import pytest

from benthic.benchmarks.feed_sweep.run import Code, FeedReport
from benthic.cli.sweep_feeds import tell

CLEAN = FeedReport(
    seed=1,
    symbols=("BTC/USDT",),
    frames=("1m",),
    virtual_hours=1.0,
    seconds=10.0,
    times=360.0,
    violations=(),
    found=0,
    events={"TradesHeard": 1_234},
    codes={"M4": Code(planned=2, fired=1, strikes=3, faults=1, recovery=0.5, longest=1.5)},
    faults=1,
    unfired=("B1 duplicate user",),
    figures={"flips": 60.0},
    hash="f" * 64,
)


def test_what_struck_and_what_came_of_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell(CLEAN)

    told = capsys.readouterr().out
    assert CLEAN.ok
    assert "1,234" in told
    assert "met nothing to strike: B1 duplicate user" in told
    assert told.rstrip().endswith("no violation")


def test_violations_are_counted_though_not_all_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = attrs.evolve(CLEAN, violations=tuple(f"lost {n}" for n in range(30)), found=45)
    tell(found)

    told = capsys.readouterr().out
    assert not found.ok
    assert told.count("violation: lost") == 20
    assert "and 25 more" in told
    assert told.rstrip().endswith("45 violations")
