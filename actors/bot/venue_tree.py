"""The part of a bot's tree that trades at a venue: connector, opener, and what the opener starts.

exchange
├─ connector              on paper `data`, and the connector behind the opening
├─ opening                once the line is up it starts, from the venue's listing:
├─ gate                   whether new orders may go out now
├─ account …
├─ feed
└─ mode …
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from ...runtime import Child, Supervisor, UsageError
from ..exchange.adapters.capabilities import Capabilities
from ..exchange.ccxt_connector import CcxtConnector
from ..exchange.paper import PaperConnector
from ..feeds import Intake
from ..market.fees import Fees
from ..market.instrument import Instrument
from ..market.report import OrderReport
from ..matching.path_venue import PathVenue
from ..orders.evidence import Patience
from ..orders.model import Order
from ..orders.opening import FromDeposits, FromVenue
from .chronicle import Chronicle, Say
from .config import BotConfig, ExchangeSection
from .contexts import AtVenue
from .messages import Exchange
from .opening import Opener
from .paths import EXCHANGES, MARKETS, Paths, budget_of
from .tree import Dealing, Factory, Plot, account_tree, feed, gate, mode_tree


def account_at(config: BotConfig, context: str) -> str:
    """The account's name in the journal: money and paper never share one (I5)."""
    exchange = _exchange_of(config)
    place = exchange.sandbox if context == "live" else context
    return f"{config.account.name}@{exchange.name}/{place}"


def venue_exchange(plot: Plot, context: AtVenue) -> Sequence[Child | Supervisor]:
    """What there is before the venue was heard of; the rest is the opener's to start."""
    config, paths, settings = plot.config, plot.paths, context.settings
    exchange = _exchange_of(config)
    line = line_of(paths, context)
    enlisted = Exchange(
        id=f"{config.bot.name}@{exchange.name}/{context.name}",
        name=exchange.name,
        bot=config.bot.name,
        context=context.name,
        account=config.account.name,
        symbol=str(config.market.symbol),
        paths=paths,
    )

    def connector() -> CcxtConnector:
        return CcxtConnector(
            settings,
            symbols=[str(config.market.symbol)],
            markets=MARKETS,
            budget=budget_of(settings.address),
            network=context.network,
        )

    def opener() -> Opener:
        grow = partial(_grown, plot, context=context)
        return Opener(
            enlisted,
            config.market,
            grow,
            line=line,
            registry=EXCHANGES,
            withdrawals=None if context.name == "paper" else exchange.accept_withdrawals,
        )

    return [Child(line.rpartition("/")[2], connector), Child("opening", opener)]


def chronicle(plot: Plot, context: AtVenue, say: Say) -> Child:
    """Who tells what happens to the bot."""
    venue, bot = _exchange_of(plot.config).name, plot.config.bot.name
    line = line_of(plot.paths, context)
    return Child(
        "chronicle", lambda: Chronicle(plot.paths, bot=bot, venue=venue, line=line, say=say)
    )


def line_of(paths: Paths, context: AtVenue) -> str:
    """Where the line to the venue ends: on paper orders go elsewhere."""
    return paths.data if context.name == "paper" else paths.connector


def planned_exchange(plot: Plot, factory: Factory) -> Sequence[Child | Supervisor]:
    """What there will be, to be looked at; `factory` is never called."""
    config, nothing = plot.config, Decimal(0)
    fees = Fees(nothing, nothing)
    instrument = Instrument(config.market.symbol, Decimal(1), Decimal(1), nothing, nothing, fees)
    parts: list[Child | Supervisor] = [
        gate(plot),
        account_tree(plot, instrument),
        feed(plot),
        mode_tree(plot, instrument),
    ]
    if config.exchange is None:
        return [Child("connector", factory), *parts]
    first = "data" if config.bot.context == "paper" else "connector"
    names = [first, "opening", *(["connector"] if first == "data" else [])]
    return [*(Child(name, factory) for name in names), *parts]


def _grown(
    plot: Plot, instrument: Instrument, offered: Capabilities, *, context: AtVenue
) -> Sequence[Child | Supervisor]:
    """What needs the listing, oldest first."""
    parts: list[Child | Supervisor] = []
    if context.name == "paper":
        venue = PathVenue([instrument], funds=None, rules=plot.config.venue.venue_rules)
        venue.lay_out(report_of(order) for order in context.resting if order.venue_id)
        parts.append(Child("connector", lambda: PaperConnector(venue, data=plot.paths.data)))
    parts += [
        gate(plot),
        account_tree(plot, instrument, _dealing(plot, context, offered)),
        feed(plot, Intake.WATCHED),
        mode_tree(plot, instrument),
    ]
    return parts


def _dealing(plot: Plot, context: AtVenue, offered: Capabilities) -> Dealing:
    """Books begin with what the venue holds; on paper with what the file says."""
    if context.name == "paper":
        return Dealing(gate=plot.paths.gate, opening=FromDeposits())
    patience = Patience(answer=context.settings.answer, fence=offered.fence)
    return Dealing(gate=plot.paths.gate, opening=FromVenue(), patience=patience)


def report_of(order: Order) -> OrderReport:
    """A live order of the journal, as the venue would tell of it."""
    return OrderReport(
        client_id=order.client_id,
        venue_id=order.venue_id,
        symbol=order.symbol,
        side=order.side,
        kind=order.kind,
        amount=order.amount,
        price=order.price,
        status="open",
        fills=(),
        created_at=order.created_at,
        changed_at=order.changed_at,
        filled=order.filled,
    )


def _exchange_of(config: BotConfig) -> ExchangeSection:
    if config.exchange is None:
        raise UsageError("the bot file names no venue: add [exchange]")
    return config.exchange
