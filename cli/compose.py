"""The one place that wires: a bot file, market data, a journal, a clock and a schedule to one run.

Commands parse and print; what is built from what they parsed is decided here.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from ..actors.bot.builder import ExchangeBuilder
from ..actors.bot.config import BotConfig, Seed
from ..actors.bot.contexts import Replayed
from ..actors.bot.reading import load_config
from ..actors.bot.run import BacktestResult, Watch, Written, run_backtest
from ..actors.exchange.tape import Gap, Gaps, Progress, Tape, read_tape
from ..actors.market.symbol import Symbol
from ..actors.market.timeframe import TimeFrame
from ..actors.orders.journal import Commit
from ..runtime import BenthicError, Trace, TreeNode, UsageError
from ..runtime.tree import planned
from .journal import Journal


@attrs.frozen(kw_only=True)
class Instead:
    """What the command line says instead of the bot file; None: what the file says."""

    symbol: str | None = None
    frame: str | None = None
    seed: int | None = None


def read_bot(path: Path, instead: Instead) -> BotConfig:
    """The bot of a file. Raises ConfigError, or UsageError where the command line is wrong."""
    config = load_config(path)
    market, bot = config.market, config.bot
    if instead.symbol is not None:
        symbol = Symbol.parse(instead.symbol, place="--symbol")
        if not config.account.deposits.keys() & {symbol.base, symbol.quote}:
            raise UsageError(
                f"--symbol {symbol}: the account of {path} starts without {symbol.base} and "
                f"{symbol.quote}; add one of them to its [account] deposits"
            )
        market = attrs.evolve(market, symbol=symbol)
    if instead.frame is not None:
        market = attrs.evolve(market, time_frame=TimeFrame.parse(instead.frame, place="--frame"))
    if instead.seed is not None:
        bot = attrs.evolve(bot, seed=Seed(instead.seed))
    return attrs.evolve(config, market=market, bot=bot)


def read_market(config: BotConfig, path: Path, gaps: Gaps, progress: Progress) -> Tape:
    """The candles that a bot trades on, from a file. Raises TapeError."""
    symbol, frame = str(config.market.symbol), config.market.time_frame
    try:
        return read_tape(path, symbol=symbol, frame=frame, gaps=gaps, progress=progress)
    except Gap as gap:
        remedy = "record the missing time, or run over it with --allow-gaps"
        raise Gap(gap.place, gap.problem, remedy, missing=gap.missing) from gap


def plan_tree(config: BotConfig) -> TreeNode:
    """The tree that a bot will have."""
    return planned(ExchangeBuilder(config).plan())


def run_in_memory(
    config: BotConfig, context: Replayed, *, trace: Trace | None, watch: Watch
) -> BacktestResult:
    """Run a bot whose order journal is kept in memory."""
    bot = ExchangeBuilder(config).in_context(context).build()
    return run_backtest(bot, trace=trace, watch=watch)


def run_on_disk(
    config: BotConfig, context: Replayed, journal: Journal, *, trace: Trace | None, watch: Watch
) -> BacktestResult:
    """Run a bot whose order journal goes to disk; a commit that fails ends the run."""
    account = config.account.name
    bot = ExchangeBuilder(config).in_context(context).with_store(journal.actor).build()

    def watch_both(done: int, total: int) -> None:
        journal.require_whole()
        watch(done, total)

    def commits() -> list[Commit]:
        journal.require_whole()
        return journal.commits(account)

    written = Written(commits, journal.earlier(account))
    try:
        return run_backtest(bot, written=written, trace=trace, watch=watch_both)
    except (BenthicError, ExceptionGroup):
        journal.require_whole()  # what could not be kept says more than what came of that
        raise
