"""The benchmark of the wire runs, and asks what it says that it asks."""

import pytest

from benthic.benchmarks.wire import NotServed, measure


def test_a_quick_look_gives_every_figure() -> None:
    figures = {figure.name: figure for figure in measure(rounds=1, count=10)}

    assert list(figures) == ["wire.order", "wire.ping", "wire.empty"]
    assert figures["wire.order"].bar == 0.25
    assert all(figure.ours > 0 and figure.other > 0 for figure in figures.values())


def test_an_answer_that_was_not_asked_for_stops_the_benchmark() -> None:
    with pytest.raises(NotServed, match="venue answered b'HTTP"):
        raise NotServed("venue", b"HTTP/1.1 400 Bad Request\r\n")
