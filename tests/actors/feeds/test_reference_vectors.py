"""Numbers that another trading program comes to: ours are the same, or differ on purpose.

Those that differ stand here with what we come to instead, and in the handbook with the reason.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.feeds.conversion import Pair, converted, valued
from benthic.actors.feeds.mark_price import (
    MarkPrice,
    MarkPrices,
    Quoted,
    Source,
    mean_of,
)
from benthic.actors.feeds.ring import CandleRing
from benthic.actors.feeds.thresholds import Direction, Thresholds
from benthic.actors.market.candle import Candle
from benthic.runtime import Millis

ROOT = Path(__file__).resolve().parents[3]
VECTORS = Path(__file__).resolve().parents[4] / "shared" / "reference" / "vectors.json"
CATEGORIES = ("price-source", "price-event", "candles", "value-conversion")
NOW = Millis(1_700_000_000_000)

ON_PURPOSE: Mapping[str, object] = {
    "price-source-001": [10, 10, 10, 10, 15],  # a fresh mark of the venue is not displaced
    "price-source-003": [10, 25],  # the first price counts
    "price-source-007": None,  # of no trade there is no mean
    "value-conversion-017": None,  # a share of a portfolio is no matter of feeds
}

SOURCES: Mapping[str, Source] = {"exchange": "venue", "recent-trade": "trades", "ticker": "ticker"}


def vectors() -> list[dict[str, Any]]:
    if not VECTORS.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return [each for each in found if each["category"] in CATEGORIES]


def mark_price_sequence(inputs: dict[str, Any]) -> list[int]:
    prices, marks = MarkPrices(), list[int]()
    for update in inputs["updates"]:
        source, price = update.split()
        found = prices.quoted(Quoted(SOURCES[source], Decimal(price), NOW), now=NOW)
        assert isinstance(found, MarkPrices)
        prices, mark = found, found.mark(now=NOW)
        assert isinstance(mark, MarkPrice)
        marks.append(int(mark.price))
    return marks


def recent_trade_average(inputs: dict[str, Any]) -> Decimal | None:
    return mean_of(Decimal(price) for price in inputs["prices"])


def instant_trigger_from_recent(inputs: dict[str, Any]) -> bool:
    thresholds = Thresholds()
    thresholds.cross(Decimal(inputs["recent_price"]), at=NOW, now=NOW)
    level, direction = Decimal(2), "below"
    others: tuple[Direction, ...] = ("above",)
    assert inputs["event"] == f"at {level}, {direction}, allow instant"
    assert not any(thresholds.is_met(level, each, now=NOW) for each in others)
    thresholds.arm(level, "below", at=NOW)  # without asking, nothing fires until a tick comes
    assert len(thresholds) == 1
    return thresholds.is_met(level, "below", now=NOW)


def candle_buffer(inputs: dict[str, Any]) -> dict[str, object]:
    size = inputs["max"]
    ring = CandleRing(size)
    for number in range(2 * size + 7):
        ring.add(Candle(Millis(number * 60_000), 1.0, 1.0, 1.0, 1.0, float(number)))
    rows = ring.snapshot(size)
    newest = int(rows[:, 5].argmax())
    return {"index": newest, "reached_max": len(ring) == size, "len": len(rows)}


def prices_of(text: str) -> dict[Pair, Decimal]:
    prices: dict[Pair, Decimal] = {}
    for each in text.split(", "):
        if each != "none":
            pair, price = each.split()
            base, _, quote = pair.partition("/")
            prices[base, quote] = Decimal(price)
    return prices


def bridge(inputs: dict[str, Any]) -> Decimal | None:
    amount, prices = Decimal(inputs.get("amount", 1)), prices_of(inputs["prices"])
    found = converted(amount, inputs["asset"], inputs["target"], prices)
    return None if found is None else found.amount


def usd_like(inputs: dict[str, Any]) -> Decimal | None:
    return bridge({**inputs, "prices": inputs["price"], "target": "USDC"})


def portfolio_value(inputs: dict[str, Any]) -> Decimal:
    holdings = {
        asset: Decimal(amount)
        for asset, amount in (each.split() for each in inputs["portfolio"].split(", "))
    }
    found = valued(holdings, inputs["target"], prices_of(inputs["prices"]))
    assert found.unpriced == (() if inputs["prices"] != "none" else ("USDT",))
    return found.total


REPLAYS = {
    each.__name__: each
    for each in (
        mark_price_sequence,
        recent_trade_average,
        instant_trigger_from_recent,
        candle_buffer,
        bridge,
        usd_like,
        portfolio_value,
    )
}


@pytest.mark.skipif(not VECTORS.is_file(), reason=f"the vectors are not here: no file {VECTORS}")
def test_all_vectors_are_replayed() -> None:
    assert len(vectors()) == 15


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_a_vector_comes_out_the_same_or_differs_on_purpose(vector: dict[str, Any]) -> None:
    replay = REPLAYS.get(vector["operation"])
    ours = None if replay is None else replay(vector["inputs"])
    theirs = vector["expected"]
    if isinstance(ours, Decimal):
        theirs = Decimal(theirs)

    if vector["id"] in ON_PURPOSE:
        assert ours == ON_PURPOSE[vector["id"]]
        assert ours != theirs
    else:
        assert ours == theirs


def test_the_handbook_gives_the_reason_for_each_that_differs() -> None:
    page = (ROOT / "docs" / "feeds.md").read_text("utf-8")

    assert [name for name in ON_PURPOSE if f"`{name}`" not in page] == []
