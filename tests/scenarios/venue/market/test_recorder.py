"""Recordings: they tell what happened, and can be replayed to the same candles."""

from __future__ import annotations

from pathlib import Path

import pytest

from benthic.actors.exchange.tape import read_tape
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime.chance import stream
from benthic.scenarios.venue.market import (
    AroundBook,
    FlowPlan,
    Population,
    Recorder,
    Replay,
    UnknownInterval,
    Unwritable,
    read_trades,
)

from .arena import START, Arena, seeded, spot

MINUTE = 60_000


def test_a_recording_holds_every_trade_and_every_candle_that_ended(tmp_path: Path) -> None:
    arena = seeded(spot(), spot("ETH"))
    with Recorder(tmp_path / "new", [arena.feeds], intervals=("1m", "5m")) as recorder:
        begun = len(arena.trades)
        arena.run(20 * MINUTE)
    arena.run(MINUTE)

    names = [path.name for path in recorder.files]
    assert names == [
        f"{symbol}-{what}.csv"
        for symbol in ("BTCUSDT", "ETHUSDT")
        for what in ("1m", "5m", "trades")
    ]
    until = START + 20 * MINUTE
    wanted = [trade for trade in arena.trades[begun:] if trade.at <= until]
    read = list(read_trades(tmp_path / "new" / "BTCUSDT-trades.csv", spot()))
    assert [(t.at, t.price, t.amount, t.is_buyer_maker) for t in read] == [
        (t.at, t.price, t.amount, t.is_buyer_maker) for t in wanted
    ]
    assert recorder.trades > len(wanted)
    assert recorder.candles == 2 * (20 + 4)


def test_a_recorded_tape_is_read_by_the_reader_of_tapes(tmp_path: Path) -> None:
    arena = seeded()
    with Recorder(tmp_path, [arena.feeds]):
        arena.run(30 * MINUTE)

    frame = TimeFrame.parse("1m")
    tape = read_tape(tmp_path / "BTCUSDT-1m.csv", symbol="BTC/USDT", frame=frame)

    bars = arena.data.klines("1m", end=START + 29 * MINUTE)
    assert [round(price * 100) for price in tape.closes.tolist()] == [bar.close for bar in bars]
    assert [round(each * 10**5) for each in tape.volumes.tolist()] == [bar.volume for bar in bars]


def test_a_recording_that_is_replayed_gives_the_same_candles(tmp_path: Path) -> None:
    first = seeded()
    with Recorder(tmp_path, [first.feeds]):
        first.run(30 * MINUTE)
    second = Arena(spot())
    people = Population()
    people.settle_in(second.engine, START)
    hand = AroundBook(
        "BTCUSDT", second.stage, chance=stream(2, "r"), plan=FlowPlan(), population=people
    )
    trades = read_trades(tmp_path / "BTCUSDT-trades.csv", spot())

    Replay(second.stage, hand, trades).start()
    second.run(30 * MINUTE)

    wanted = first.data.klines("5m", start=START + 5 * MINUTE)
    found = second.data.klines("5m", start=START + 5 * MINUTE)
    assert [(b.open, b.high, b.low, b.close, b.volume, b.buy_volume, b.trades) for b in found] == [
        (b.open, b.high, b.low, b.close, b.volume, b.buy_volume, b.trades) for b in wanted
    ]


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    arena = seeded()

    with pytest.raises(Unwritable, match=r"file: .*; name another folder"):
        Recorder(taken, [arena.feeds]).__enter__()
    with pytest.raises(UnknownInterval):
        Recorder(tmp_path, [arena.feeds], intervals=("7m",))
