"""The demo's market: a seeded walk in candles of one second, and the bot file of who trades it."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...actors.bot.config import BotConfig
from ...actors.bot.reading import parse_config
from ...actors.exchange.tape import Tape
from ...benchmarks.market import SYMBOL, candles
from ...runtime import Actor, Millis, Tell, on

ACCOUNT: Final = "demo"
CANDLES: Final = 3_600
OPENS_AT: Final = 60  # candles that have passed when the bot starts

BOT_FILE: Final = f"""
[bot]
name = "demo"

[market]
symbol = "{SYMBOL}"
time_frame = "1s"
amount_step = "0.0001"
price_step = "0.01"
min_amount = "0.0001"
min_cost = "5"
fees = {{ maker = "0.0002", taker = "0.0006" }}

[account]
name = "{ACCOUNT}"
deposits = {{ USDT = 100_000, BTC = 2 }}

[mode]
name = "ema_cross"
"""


class Tick(Tell):
    """The next candle has closed."""


def demo_config() -> BotConfig:
    """The demo's bot, as its file says; the mode is replaced by the demo's own."""
    return parse_config(BOT_FILE, file="the demo's bot file")


def demo_tape(seed: int) -> Tape:
    """An hour of market."""
    columns = candles(CANDLES, seed=seed)
    step = demo_config().market.time_frame
    times = columns.open_times[0] + step.length * np.arange(CANDLES, dtype=np.int64)
    return Tape(SYMBOL, step, columns._replace(open_times=times))


def opening(tape: Tape) -> Millis:
    """When the demo begins: some candles have passed, so that there is a past to remember."""
    return Millis(int(tape.open_times[OPENS_AT]))


class Ticker(Actor):
    """Tells the feed each candle of a tape when it closes; `feed`: where that is."""

    def __init__(self, tape: Tape, *, feed: str) -> None:
        self._tape = tape
        self._path = feed
        self._next = 0

    def on_start(self) -> None:
        self._feed = self.lookup(self._path)
        self._next = self._tape.index_at(self.now) + 1
        self._wait()

    @on(Tick)
    def tick(self, _: Tick) -> None:
        self._feed.tell(self._tape.candle(self._next))
        self._next += 1
        self._wait()

    def _wait(self) -> None:
        if self._next < len(self._tape):
            opened = Millis(int(self._tape.open_times[self._next]))
            self.at(self._tape.frame.close_of(opened), Tick())
