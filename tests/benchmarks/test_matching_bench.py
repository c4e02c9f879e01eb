"""The order flow of the matching benchmark, and its measurement beside the plain book."""

from __future__ import annotations

from pathlib import Path

import pytest

from benthic.benchmarks import matching
from benthic.benchmarks.matching import PeerFailed, measure
from benthic.benchmarks.matching_runs import naive, ours
from benthic.benchmarks.order_flow import order_events, order_flow


def test_a_flow_comes_again_from_its_seed() -> None:
    assert order_flow(500, seed=3) == order_flow(500, seed=3) != order_flow(500, seed=4)


def test_a_cancel_names_an_order_that_is_open() -> None:
    resting: set[int] = set()
    for step in order_flow(2_000):
        if step.kind == "place":
            resting.add(step.key)
        elif step.kind == "cancel":
            resting.remove(step.key)


def test_all_engines_count_the_same_events() -> None:
    steps = order_flow(300)

    assert ours(steps).events == naive(steps).events == order_events(steps)


def test_it_measures_beside_the_plain_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "find_spec", lambda _name: None)

    (measured,) = measure(rounds=1, steps=300)

    assert measured.name == "matching.naive_book"
    assert measured.bar == 3.0
    assert measured.ours > 0
    assert measured.other > 0


def test_a_python_that_cannot_run_the_peer_is_said(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no such engine >&2\nexit 3\n")
    python.chmod(0o755)

    with pytest.raises(PeerFailed, match="code 3: no such engine"):
        next(iter(measure(rounds=1, steps=50, python=python)))
