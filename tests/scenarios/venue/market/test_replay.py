"""Recorded markets made again: candles and trades, on a path and around a book."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from benthic.actors.exchange.tape import Columns, Gaps, Tape, read_tape
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.matching.markets import Market
from benthic.actors.matching.paths import PricePath
from benthic.runtime import Millis
from benthic.runtime.chance import stream
from benthic.scenarios.venue.market import (
    AroundBook,
    Bar,
    Carry,
    FlowPlan,
    OnPath,
    Population,
    Print,
    Replay,
    past_of,
    prints_of,
    read_trades,
    shifted,
)

from .arena import START, Arena, inverse, linear, spot

MINUTE = 60_000
DATA = Path(__file__).resolve().parents[5] / "shared" / "data"


def a_tape(count: int = 30) -> Tape:
    """Candles that go up and down; whole cents and whole amounts."""
    turn = np.arange(count)
    opens = np.array([60_000.0 + 10 * (number % 7) for number in range(count)])
    closes = np.array([60_000.0 + 10 * ((number + 1) % 7) for number in range(count)])
    columns = Columns(
        START + MINUTE * turn,
        opens,
        np.maximum(opens, closes) + 3,
        np.minimum(opens, closes) - 4,
        closes,
        np.array([1.0 + number / 1_000 for number in range(count)]),
    )
    return Tape("BTC/USDT", TimeFrame.parse("1m"), columns)


def around_book(arena: Arena) -> AroundBook:
    """A book around the tape."""
    people = Population()
    people.settle_in(arena.engine, arena.start)
    return AroundBook(
        arena.symbol,
        arena.stage,
        chance=stream(1, "replay"),
        plan=FlowPlan(),
        population=people,
    )


def on_path(arena: Arena) -> OnPath:
    """The tape as the price."""
    return OnPath(arena.symbol, arena.engine, arena.data)


def as_quanta(tape: Tape) -> list[tuple[int, ...]]:
    """Candles of a tape in quanta of the market."""
    return [
        (
            candle.at,
            *(round(price * 100) for price in (candle.open, candle.high, candle.low, candle.close)),
            round(candle.volume * 10**5),
        )
        for block in tape.blocks()
        for candle in block
    ]


def essence(bars: list[Bar]) -> list[tuple[int, ...]]:
    """What a tape says of a candle."""
    return [
        (bar.open_time, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars
    ]  # fmt: skip


def test_a_candle_file_around_a_book_gives_its_candles_again() -> None:
    arena, tape = Arena(spot()), a_tape()
    replay = Replay(arena.stage, around_book(arena), prints_of(tape, spot(), START))
    replay.start()

    arena.run(30 * MINUTE - 1)

    assert replay.is_over
    assert essence(arena.data.klines("1m")) == as_quanta(tape)
    bids, asks = arena.engine.depth(arena.symbol, 100)
    assert (len(bids), len(asks)) == (20, 20)
    assert bids[0][0] < asks[0][0]
    arena.engine.clearing.check()


def test_a_candle_file_on_a_path_gives_its_candles_again() -> None:
    arena = Arena(spot(), paths=[PricePath(symbol="BTCUSDT")])
    tape = a_tape()
    replay = Replay(arena.stage, on_path(arena), prints_of(tape, spot(), START))
    replay.start()

    arena.run(30 * MINUTE - 1)

    assert essence(arena.data.klines("1m")) == as_quanta(tape)
    assert arena.engine.last(arena.symbol) == round(tape.closes[-1] * 100)


def test_a_clients_order_is_filled_on_the_way_in_both_modes() -> None:
    path = Arena(spot(), paths=[PricePath(symbol="BTCUSDT")])
    book = Arena(spot())
    for arena, hand in ((path, on_path(path)), (book, around_book(book))):
        Replay(arena.stage, hand, prints_of(a_tape(), spot(), START)).start()
        arena.run(1_000)
        order = arena.order("buy", 1_000, 5_999_800)  # the low of the first candle is 59,996

        arena.run(MINUTE)

        assert order.status == "filled"
        assert order.cost == 1_000 * 5_999_800
        arena.engine.clearing.check()


def test_public_trades_on_a_path_have_ids_without_holes() -> None:
    arena = Arena(spot(), paths=[PricePath(symbol="BTCUSDT")])
    Replay(arena.stage, on_path(arena), prints_of(a_tape(), spot(), START)).start()
    for _ in range(8):
        arena.run(MINUTE)
        arena.order("buy", 1_000)

    ids = [trade.trade_id for trade in arena.data.trades.last(1_000)]

    assert len(ids) == 8 + 4 * 8 + 1
    assert ids == list(range(1, len(ids) + 1))


@pytest.mark.parametrize("market", [linear(), inverse()], ids=["linear", "inverse"])
def test_a_replayed_contract_has_a_mark_and_fundings(market: Market) -> None:
    arena = Arena(market, start=START - 10 * MINUTE)
    prints = [
        Print(Millis(START - 10 * MINUTE + n * 30_000), 600_000 + n % 5, 500 + n, n % 2 == 0)
        for n in range(40)
    ]
    carry = Carry(market, arena.stage)
    replay = Replay(arena.stage, around_book(arena), iter(prints), carry=carry)
    replay.start()

    arena.run(20 * MINUTE)

    mark = arena.data.mark()
    assert replay.is_over
    assert mark is not None
    assert mark.index == 600_004
    assert [point.at for point in arena.data.fundings.last(5)] == [START]
    assert [(trade.price, trade.amount) for trade in arena.trades] == [
        (each.price, each.amount) for each in prints
    ]


def test_a_replay_that_starts_late_passes_over_what_was_before() -> None:
    arena, tape = Arena(spot(), start=START + 10 * MINUTE), a_tape()
    arena.feeds = type(arena.feeds)(
        arena.engine, arena.agenda, past=lambda market: past_of(tape, market, arena.start)
    )
    Replay(arena.stage, around_book(arena), prints_of(tape, spot(), arena.start)).start()

    arena.run(20 * MINUTE - 1)

    assert essence(arena.data.klines("1m", limit=1_000)) == as_quanta(tape)


def test_recorded_trades_can_be_moved_in_time() -> None:
    tape = a_tape(2)

    moved = list(shifted(prints_of(tape, spot(), START), 1_000))

    assert [each.at for each in moved] == [
        each.at + 1_000 for each in prints_of(tape, spot(), START)
    ]


def test_a_recorded_candle_file_of_a_venue_is_made_again() -> None:
    path = DATA / "candles" / "ADABTC-1m-2021-11-27.csv"
    if not path.exists():
        pytest.skip(f"no recorded candles at {path}")
    tape = read_tape(path, symbol="ADA/BTC", frame=TimeFrame.parse("1m"), gaps=Gaps.REFUSE)
    market = msgspec.structs.replace(
        spot(),
        symbol="ADABTC",
        base="ADA",
        quote="BTC",
        price_digits=8,
        amount_digits=2,
        min_cost=0,
    )
    start = int(tape.open_times[0])
    arena = Arena(market, start=start)
    hand = around_book(arena)
    Replay(arena.stage, hand, prints_of(tape, market, arena.start)).start()

    arena.run(len(tape) * MINUTE - 1)

    assert hand.refused == 0
    bars = arena.data.klines("1m")
    assert [bar.close for bar in bars] == [round(float(each) * 10**8) for each in tape.closes]
    assert [bar.volume for bar in bars] == [round(float(each) * 100) for each in tape.volumes]


def test_a_trade_file_is_made_again_trade_by_trade(tmp_path: Path) -> None:
    file = tmp_path / "trades.csv"
    rows = [
        f"{n},{60_000 + n % 9}.50,0.0{1 + n % 8},0,{START + n * 700},{n % 3 == 0},True\n"
        for n in range(200)
    ]
    file.write_text("".join(rows))
    arena = Arena(spot())
    replay = Replay(arena.stage, around_book(arena), read_trades(file, spot()))
    replay.start()

    arena.run(200 * 700)

    assert replay.played == 200
    wanted = [(t.at, t.price, t.amount, t.is_buyer_maker) for t in read_trades(file, spot())]
    assert [(t.at, t.price, t.amount, t.is_buyer_maker) for t in arena.trades] == wanted
