"""Books built of snapshots and changes, beside a naive one; and what no venue publishes."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.archive import (
    BookBuilder,
    Depth,
    read_depth,
    read_funding,
    read_quotes,
)
from benthic.actors.exchange.tape import TapeError
from benthic.actors.market.book import Level
from benthic.actors.market.symbol import Symbol
from benthic.runtime import Millis

BTC = Symbol("BTC", "USDT")
START = 1_600_000_020_000
HEADER = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n"

bids = st.dictionaries(st.integers(1, 9), st.integers(0, 3), max_size=4)
asks = st.dictionaries(st.integers(10, 19), st.integers(0, 3), max_size=4)


def levels(side: dict[int, int]) -> tuple[Level, ...]:
    return tuple(Level(Decimal(price), Decimal(amount)) for price, amount in side.items())


def depth(number: int, bid: dict[int, int], ask: dict[int, int], *, first: bool = False) -> Depth:
    previous = None if first else number - 1
    return Depth(
        "BTC/USDT", first, number, number, previous, levels(bid), levels(ask), Millis(START)
    )


@given(st.lists(st.tuples(bids, asks), min_size=1, max_size=12), st.integers(1, 5))
def test_a_book_is_what_its_changes_leave(
    changes: list[tuple[dict[int, int], dict[int, int]]], shown: int
) -> None:
    builder = BookBuilder(shown)
    held: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for number, change in enumerate(changes, start=1):
        book = builder.apply(depth(number, *change, first=number == 1))
        for side, new in zip(held, change, strict=True):
            side.update(new)
        assert book is not None
        bid, ask = ({price: n for price, n in side.items() if n} for side in held)
        assert book.bids == levels({p: bid[p] for p in sorted(bid, reverse=True)[:shown]})
        assert book.asks == levels({p: ask[p] for p in sorted(ask)[:shown]})


@given(st.integers(2, 9), st.integers(2, 9))
def test_after_a_lost_change_nothing_is_told_until_the_next_snapshot(lost: int, again: int) -> None:
    builder = BookBuilder()
    told: list[int | None] = []
    for number in range(1, lost + again + 2):
        first = number in {1, lost + again}
        if number != lost:
            book = builder.apply(depth(number, {1: 1}, {10: 1}, first=first))
            told.append(None if book is None else book.sequence)

    before, after = list(range(1, lost)), [lost + again, lost + again + 1]
    assert [number for number in told if number is not None] == before + after
    assert builder.skipped == again - 1


def test_a_crossed_book_and_a_repeated_change_are_counted() -> None:
    builder = BookBuilder()
    builder.apply(depth(1, {9: 1}, {10: 1}, first=True))

    assert builder.apply(depth(1, {9: 0}, {})) is None
    assert builder.apply(depth(2, {}, {5: 1})) is None
    assert builder.apply(depth(3, {}, {5: 0})) is None
    assert (builder.repeated, builder.crossed, builder.skipped) == (1, 1, 1)


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        (f"BTCUSDT,{START},1,1,b,snap,0,1,-1", "ImpossibleRecord", "price '0' is not above 0"),
        (f"BTCUSDT,{START},1,1,b,snap,NaN,1,-1", "ImpossibleRecord", "not a finite number"),
        (f"BTCUSDT,{START},1,1,b,snap,1,-1,-1", "ImpossibleRecord", "qty '-1' is below 0"),
        (f"BTCUSDT,{START},1,1,x,snap,1,1,-1", "BrokenRow", "side 'x' is none of b, a"),
        (f"BTCUSDT,{START},1,1,b,gone,1,1,-1", "BrokenRow", "update_type 'gone' is none of"),
        (f"BTCUSDT,{START},one,1,b,set,1,1,-1", "BrokenRow", "first_update_id 'one' is not a wh"),
        (f"BTCUSDT,{START}000,1,1,b,snap,1,1,-1", "TimeDisorder", "is not in ms since"),
        (f"BTCUSDT,{START - 1},2,2,b,set,1,1,1", "TimeDisorder", "time goes backwards"),
        (f"ETHUSDT,{START},1,1,b,snap,1,1,-1", "UnknownSeries", "a level of 'ETHUSDT', and BTC"),
        (f"btcusdt,{START},1,1,b,snap,1,1,-1", "UnknownSeries", "a level of 'btcusdt', and BTC"),
        (f"BTCUSDT,{START},1,1", "BrokenRow", "4 fields where there should be 9"),
        ("x" * 10_000_000, "TooLarge", "a line of more than 65536 characters"),
    ],
    ids=lambda value: str(value)[-24:],
)
def test_a_level_that_cannot_be_is_named_with_its_line(
    row: str, error: str, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "depth.csv"
    path.write_text(f"{HEADER}BTCUSDT,{START},1,1,a,snap,2,1,-1\n{row}\n", "ascii")

    with pytest.raises(TapeError, match=problem) as caught:
        list(read_depth(str(path), BTC))

    assert type(caught.value).__name__ == error
    assert caught.value.line == 3


def quotes(path: str) -> object:
    return list(read_quotes(path, BTC))


def funding(path: str) -> object:
    return list(read_funding(path, BTC))


SOUND_QUOTE = {"timestamp": START, "bid": 1.0, "bid_size": 1.0, "ask": 2.0, "ask_size": 1.0}
SOUND_RATE = {"date": START, "open": 0.0001}
LATER = {"date": START + 1}


@pytest.mark.parametrize(
    ("read", "sound", "change", "error", "problem"),
    [
        (quotes, SOUND_QUOTE, {"bid": 2.0}, "ImpossibleRecord", "bid 2.0 is not below the ask 2"),
        (quotes, SOUND_QUOTE, {"bid": float("nan")}, "ImpossibleRecord", "'nan' is not a finite"),
        (quotes, SOUND_QUOTE, {"ask_size": None}, "BrokenRow", "ask_size is empty"),
        (quotes, SOUND_QUOTE, {"timestamp": START - 1}, "TimeDisorder", "time goes backwards"),
        (quotes, SOUND_QUOTE, {"timestamp": START * 1_000}, "BrokenRow", "is not a time in ms"),
        (
            funding,
            SOUND_RATE,
            LATER | {"open": 1.5},
            "ImpossibleRecord",
            "a rate of 1.5 would take",
        ),
        (
            funding,
            SOUND_RATE,
            LATER | {"open": float("inf")},
            "ImpossibleRecord",
            "'inf' is not a finite",
        ),
        (funding, SOUND_RATE, {}, "TimeDisorder", "a second rate of the same time"),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value)[:20],
)
def test_a_row_of_a_table_that_cannot_be_is_named(
    read: Callable[[str], object],
    sound: dict[str, object],
    change: dict[str, object],
    error: str,
    problem: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "table.parquet"
    pl.DataFrame([sound, sound | change]).write_parquet(path)

    with pytest.raises(TapeError, match=problem) as caught:
        read(str(path))

    assert type(caught.value).__name__ == error
    assert caught.value.row == 2
