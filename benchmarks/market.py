"""The candles of the common backtest: a seeded walk of BTC/USDT, one bar a minute.

Every bar opens where the one before it closed, so that an engine which fills at the close that
gave the signal and one which fills at the next open trade at the same price, and their fills and
equity can be compared to the cent. Kept as columns in NumPy's own file format: an engine that is
measured should not be measured on how it reads text.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np

from ..actors.exchange.tape import Columns, Tape
from ..actors.market.timeframe import TimeFrame

SYMBOL: Final = "BTC/USDT"
FRAME: Final = TimeFrame(1, "m")
START: Final = 1_609_459_200_000  # 2021-01-01, ms UTC
FIRST_OPEN: Final = 30_000.0  # USDT
VOLATILITY: Final = 0.60  # of log prices, a year
STEPS: Final = 8  # of the walk within a bar
SEED: Final = 42

_MINUTE: Final = 60_000  # ms
_MINUTES_A_YEAR: Final = 525_600


def candles(count: int, *, seed: int = SEED) -> Columns:
    """The first `count` bars.

    Prices in whole cents. Volumes, USDT, are drawn after all prices, so they differ with `count`.
    """
    chance = np.random.default_rng(seed)
    deviation = VOLATILITY / np.sqrt(_MINUTES_A_YEAR) / np.sqrt(STEPS)
    moves = chance.normal(-0.5 * deviation * deviation, deviation, count * STEPS)
    path = np.round(FIRST_OPEN * np.exp(np.cumsum(moves)), 2).reshape(count, STEPS)
    closes = path[:, -1].copy()
    opens = np.concatenate(([FIRST_OPEN], closes[:-1]))
    return Columns(
        START + _MINUTE * np.arange(count, dtype=np.int64),
        opens,
        np.maximum(path.max(axis=1), opens),
        np.minimum(path.min(axis=1), opens),
        closes,
        np.round(1e6 * chance.lognormal(1.0, 0.7, count) + 1.0, 2),
    )


def tape(columns: Columns) -> Tape:
    """The bars as a tape."""
    return Tape(SYMBOL, FRAME, columns)


def save(columns: Columns, path: Path) -> None:
    """Write the columns to a file, `.npz`."""
    np.savez(path, **columns._asdict())


def load(path: Path) -> Columns:
    """The columns of such a file, read-only."""
    with np.load(path) as file:
        columns = Columns(*(file[name] for name in Columns._fields))
    for column in columns:
        column.setflags(write=False)
    return columns


def write_csv(columns: Columns, path: Path) -> None:
    """Write the columns as text, as exchanges hand them out: times in ms, shortest decimals."""
    with path.open("w", encoding="ascii") as file:
        file.write("ts,open,high,low,close,volume\n")
        for row in zip(*(column.tolist() for column in columns), strict=True):
            file.write(",".join(map(repr, row)) + "\n")


def main(count: str, path: str) -> None:
    """Write the first `count` bars to a file."""
    save(candles(int(count)), Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
