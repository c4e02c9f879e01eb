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
from ..actors.exchange.archive.series import Series
from ..actors.exchange.tape import Gap, Gaps, Place, Progress, Tape, UnknownSeries, read_tape
from ..actors.market.symbol import Symbol
from ..actors.market.timeframe import TimeFrame
from ..actors.orders.journal import Commit
from ..runtime import BenthicError, Trace, TreeNode, UsageError
from ..runtime.tree import planned
from ..storage.marketdata import ADDRESS, MarketStore, series_in, series_of
from .journal import Journal
from .places import market_data


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
    """The candles that a bot trades on, from a file or from a series of the store.

    Raises TapeError, MarketDataError or ExtraMissing.
    """
    symbol, frame = str(config.market.symbol), config.market.time_frame
    try:
        stored = _series(path)
        if stored is not None:
            return _stored(config, *stored, gaps)
        return read_tape(path, symbol=symbol, frame=frame, gaps=gaps, progress=progress)
    except Gap as gap:
        remedy = "record the missing time, or run over it with --allow-gaps"
        raise Gap(gap.place, gap.problem, remedy, missing=gap.missing) from gap


def _series(path: Path) -> tuple[Path, Series] | None:
    """The store and the series that a path or an address names; None: it is a file."""
    if str(path).startswith(ADDRESS):
        root = market_data()
        return root, series_of(str(path), root)
    return series_in(path) if path.is_dir() else None


def _stored(config: BotConfig, root: Path, series: Series, gaps: Gaps) -> Tape:
    text, market = f"{root}, {series}", config.market
    if not series.kind.is_candles or series.frame != market.time_frame:
        problem = f"the series has {series.name}, and the bot trades on {market.time_frame} candles"
        raise UnknownSeries(Place(text), problem, "name its series", available=(series.name,))
    if series.symbol != market.symbol:
        problem = f"the series is of {series.symbol}, and the bot trades {market.symbol}"
        raise UnknownSeries(Place(text), problem, "name its pair", available=(str(series.symbol),))
    return MarketStore(root).tape(series, gaps=gaps)


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
