"""One engine over the common backtest, in a process of its own: prints one JSON object.

    python -m benthic.benchmarks.engines ours|backtesting|loop COLUMNS.npz [CORE]

All get the same columns, trade by the same rule and are timed the same way: from the first bar to
the last, without reading and without imports, in seconds of their own CPU time, so that what else
runs on the machine is not counted. backtesting.py reckons its statistics within its
run; what they take is told apart.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from time import process_time
from types import MappingProxyType
from typing import Any, Final, Protocol

import msgspec

from .market import load, tape

WARM_UP: Final = 1_000  # bars before the first signal
CASH: Final = 1_000_000_000  # USDT
FEE: Final = 0.001  # of the cost

BOT: Final = """
[bot]
name = "common-backtest"
seed = 42

[market]
symbol = "BTC/USDT"
time_frame = "1m"
amount_step = "0.00000001"
price_step = "0.01"
min_amount = "0.00000001"
min_cost = "0.01"
fees = { maker = "0.001", taker = "0.001" }

[account]
deposits = { USDT = 1_000_000_000 }

[mode]
name = "ema_cross"
fast = 10
slow = 30
warm_up = 1_000
"""
"""What `examples/common_backtest.toml` says."""


class EngineRun(msgspec.Struct, frozen=True):
    """What one engine did, and what it took."""

    bars: int
    fills: int
    equity: float  # USDT, at the last close
    seconds: float  # of CPU, from the first bar to the last
    statistics: float  # s of them that went into figures about the run
    peak: int  # bytes of memory at most


class Engine(Protocol):
    """Runs the common backtest over the columns of a file."""

    def __call__(self, path: Path) -> EngineRun: ...


def ours(path: Path) -> EngineRun:
    """The whole bot: feed, mode, desk, portfolio, simulated venue, order journal in memory."""
    from ..actors.bot.builder import ExchangeBuilder
    from ..actors.bot.contexts import backtest
    from ..actors.bot.reading import parse_config
    from ..actors.bot.run import run_backtest

    config = parse_config(BOT)
    bot = ExchangeBuilder(config).in_context(backtest(tape(load(path)))).build()
    run = run_backtest(bot)
    return EngineRun(run.candles, run.fills, float(run.equity), run.cpu_seconds, 0.0, peak_memory())


def backtesting(path: Path) -> EngineRun:
    """backtesting.py, with fractions of a coin of 1e-8."""
    sys.modules.setdefault("tqdm.auto", None)  # type: ignore[arg-type]  # no progress bar: it costs
    import pandas as pd
    from backtesting import backtesting as library
    from backtesting.lib import FractionalBacktest

    columns = load(path)
    frame = pd.DataFrame(
        {
            "Open": columns.opens,
            "High": columns.highs,
            "Low": columns.lows,
            "Close": columns.closes,
            "Volume": columns.volumes,
        },
        index=pd.to_datetime(columns.open_times, unit="ms"),
    )
    del columns
    statistics = 0.0
    reckon = library.compute_stats

    def reckon_timed(*arguments: Any, **named: Any) -> Any:
        nonlocal statistics
        began = process_time()
        try:
            return reckon(*arguments, **named)
        finally:
            statistics += process_time() - began

    library.compute_stats = reckon_timed
    engine = FractionalBacktest(
        frame,
        _cross(library.Strategy),
        cash=CASH,
        commission=FEE,
        fractional_unit=1e-8,
        finalize_trades=False,
    )
    began = process_time()
    result = engine.run()
    seconds = process_time() - began
    still_open = len(result["_strategy"].trades)
    fills = 2 * len(result["_trades"]) - still_open
    equity = float(result["Equity Final [$]"])
    return EngineRun(len(frame), fills, equity, seconds, statistics, peak_memory())


def loop(path: Path) -> EngineRun:
    """A straight loop over the closes: no orders, no ledger, floats. What Python itself costs."""
    columns = load(path)
    closes = columns.closes.tolist()
    began = process_time()
    cash, held, fills = float(CASH), 0.0, 0
    fast = slow = closes[0]
    fast_share, slow_share = 2 / 11, 2 / 31
    for bar, close in enumerate(closes):
        old_fast, old_slow = fast, slow
        fast += fast_share * (close - fast)
        slow += slow_share * (close - slow)
        if bar < WARM_UP:
            continue
        if old_fast <= old_slow and fast > slow and not held:
            held = math.floor(cash / (close * (1 + FEE)) * 1e8) / 1e8
            cash -= held * close * (1 + FEE)
            fills += 1
        elif old_fast >= old_slow and fast < slow and held:
            cash += held * close * (1 - FEE)
            held = 0.0
            fills += 1
    seconds = process_time() - began
    equity = cash + held * closes[-1]
    return EngineRun(len(closes), fills, equity, seconds, 0.0, peak_memory())


def _cross(strategy: Any) -> Any:
    """The rule of the common backtest as a strategy of backtesting.py."""
    import pandas as pd

    def average(closes: Any, length: int) -> Any:
        return pd.Series(closes).ewm(span=length, adjust=False).mean().to_numpy()

    class Cross(strategy):  # type: ignore[misc]  # a class of an untyped library
        def init(self) -> None:
            self.fast = self.I(average, self.data.Close, 10)
            self.slow = self.I(average, self.data.Close, 30)

        def next(self) -> None:
            if len(self.data) <= WARM_UP:
                return
            fast, slow = self.fast, self.slow
            if fast[-2] <= slow[-2] and fast[-1] > slow[-1]:
                if not self.position:
                    self.buy(size=1 - 1e-9)
            elif fast[-2] >= slow[-2] and fast[-1] < slow[-1] and self.position:
                self.position.close()

    return Cross


def peak_memory() -> int:
    """The most memory that this process has held, bytes.

    On Linux from the kernel's own count of this program: `ru_maxrss` also knows what the parent
    held when it started us.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text("ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


ENGINES: Final[Mapping[str, Engine]] = MappingProxyType(
    {"ours": ours, "backtesting": backtesting, "loop": loop}
)


def main(name: str, path: str, core: str = "-1") -> None:
    """Run one engine, on that core of the machine, and print what came of it."""
    if int(core) >= 0:
        os.sched_setaffinity(0, {int(core)})
    sys.stdout.write(msgspec.json.encode(ENGINES[name](Path(path))).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
