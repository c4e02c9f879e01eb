"""What is known of a bot at a venue before anything of the venue is loaded.

A backtest, or a look at a plan, needs no more; `venue_tree` has what trades.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...runtime import Child, Supervisor, UsageError
from ..market.fees import Fees
from ..market.instrument import Instrument
from .chronicle import Chronicle, Say
from .config import BotConfig, ExchangeSection
from .contexts import AtVenue
from .market_tree import planned_feeds, told_feeds, told_gate
from .paths import Paths
from .plot import Factory, Plot
from .tree import account_tree, mode_tree


def account_at(config: BotConfig, context: str) -> str:
    """The account's name in the journal: money and paper never share one (I5)."""
    exchange = exchange_of(config)
    place = exchange.sandbox if context == "live" else context
    return f"{config.account.name}@{exchange.name}/{place}"


def chronicle(plot: Plot, context: AtVenue, say: Say) -> Child:
    """Who tells what happens to the bot."""
    venue, bot = exchange_of(plot.config).name, plot.config.bot.name
    line, symbols = line_of(plot.paths, context), tuple(map(str, plot.config.symbols))

    def make() -> Chronicle:
        return Chronicle(plot.paths, bot=bot, venue=venue, line=line, symbols=symbols, say=say)

    return Child("chronicle", make)


def line_of(paths: Paths, context: AtVenue) -> str:
    """Where the line to the venue ends: on paper orders go elsewhere."""
    return paths.data if context.name == "paper" else paths.connector


def planned_exchange(plot: Plot, factory: Factory) -> Sequence[Child | Supervisor]:
    """What there will be, to be looked at; `factory` is never called."""
    config, nothing = plot.config, Decimal(0)
    fees = Fees(nothing, nothing)
    instrument = Instrument(config.market.symbol, Decimal(1), Decimal(1), nothing, nothing, fees)
    parts: list[Child | Supervisor] = [
        told_gate(plot),
        account_tree(plot, instrument),
        told_feeds(plot) if config.exchange is None else planned_feeds(plot, factory),
        mode_tree(plot, instrument),
    ]
    if config.exchange is None:
        return [Child("connector", factory), *parts]
    first = "data" if config.bot.context == "paper" else "connector"
    names = [first, "opening", *(["connector"] if first == "data" else [])]
    return [*(Child(name, factory) for name in names), *parts]


def exchange_of(config: BotConfig) -> ExchangeSection:
    """What the file says of its venue. Raises UsageError where it names none."""
    if config.exchange is None:
        raise UsageError("the bot file names no venue: add [exchange]")
    return config.exchange
