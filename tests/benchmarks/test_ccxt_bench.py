"""The ccxt benchmark measures requests and frames of both clients, each against its bar."""

from __future__ import annotations

from benthic.benchmarks.ccxt import FRAME_BAR, REQUEST_BAR, measure


def test_every_figure_has_its_bar_and_both_sides() -> None:
    found = {each.name: each for each in measure(rounds=1, requests=20, frames=200)}

    kinds = ("trade", "kline", "bookTicker")
    assert list(found) == ["ccxt.rest.request", *(f"ccxt.ws.{kind}" for kind in kinds)]
    assert {name: each.bar for name, each in found.items()} == {
        name: REQUEST_BAR if "rest" in name else FRAME_BAR for name in found
    }
    assert all(each.ours > 0 and each.other > 0 for each in found.values())
