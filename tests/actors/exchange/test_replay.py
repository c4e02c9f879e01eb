"""Tapes drive a System in the order of their closes."""

import numpy as np

from benthic.actors.exchange.replay import replay
from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.market.candle import Candle
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Actor, Child, Supervisor, System, on, run_virtual

MINUTE = 60_000


class Hearer(Actor):
    def __init__(self, heard: list[tuple[str, int, int]]) -> None:
        self._heard = heard

    @on(Candle)
    def candle(self, message: Candle) -> None:
        self._heard.append((self.path, self.now, message.at))


def a_tape(symbol: str, frame: str, count: int, start: int = 0) -> Tape:
    length = TimeFrame.parse(frame).length
    prices = np.full(count, 100.0)
    times = start + length * np.arange(count)
    return Tape(
        symbol, TimeFrame.parse(frame), Columns(times, prices, prices, prices, prices, prices)
    )


def test_candles_of_all_tapes_come_at_their_close_and_in_order() -> None:
    heard: list[tuple[str, int, int]] = []
    slow, fast = a_tape("BTC/USDT", "2m", 2), a_tape("ETH/USDT", "1m", 4)

    async def body(system: System) -> None:
        await system.replay(
            replay((slow, system.lookup("/bot/slow")), (fast, system.lookup("/bot/fast")))
        )

    names = ("slow", "fast")
    run_virtual(Supervisor("bot", [Child(name, lambda: Hearer(heard)) for name in names]), body)

    assert heard == [
        ("/bot/fast", MINUTE, 0),
        ("/bot/slow", 2 * MINUTE, 0),  # what closes together comes as the streams were given
        ("/bot/fast", 2 * MINUTE, MINUTE),
        ("/bot/fast", 3 * MINUTE, 2 * MINUTE),
        ("/bot/slow", 4 * MINUTE, 2 * MINUTE),
        ("/bot/fast", 4 * MINUTE, 3 * MINUTE),
    ]


def test_one_tape_needs_no_merging() -> None:
    heard: list[tuple[str, int, int]] = []

    async def body(system: System) -> None:
        tape = a_tape("BTC/USDT", "1m", 3, start=MINUTE)
        await system.replay(replay((tape, system.lookup("/bot/feed"))))

    run_virtual(Supervisor("bot", [Child("feed", lambda: Hearer(heard))]), body)

    assert [at for _, _, at in heard] == [MINUTE, 2 * MINUTE, 3 * MINUTE]
