"""The part of a bot's tree that trades at a venue: connector, opener, and what the opener starts.

exchange
├─ connector              on paper `data`, and the connector behind the opening
├─ opening                once the line is up it starts, from the venue's listing:
├─ gate                   whether new orders may go out now
├─ account …
├─ feeds …
└─ mode …
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from ...runtime import Child, Millis, Supervisor
from ..exchange.adapters.capabilities import Capabilities
from ..exchange.ccxt_connector import CcxtConnector
from ..exchange.paper import PaperConnector
from ..market.instrument import Instrument
from ..market.report import OrderReport
from ..market.side import FULL
from ..matching.path_venue import PathVenue
from ..orders.evidence import Patience
from ..orders.model import Order
from ..orders.opening import FromDeposits, FromVenue
from ..orders.sending import submit_of
from .contexts import AtVenue
from .messages import Exchange
from .opening import Opener
from .paths import EXCHANGES, MARKETS, budget_of
from .plot import Plot
from .tree import Dealing, account_tree, mode_tree
from .venue_markets import watched_feeds, watched_gate, watched_positions
from .venue_plan import exchange_of, line_of

NEVER: Final = Millis(0)  # until when an order may be sent that is there already


def venue_exchange(plot: Plot, context: AtVenue) -> Sequence[Child | Supervisor]:
    """What there is before the venue was heard of; the rest is the opener's to start."""
    config, paths, settings = plot.config, plot.paths, context.settings
    exchange = exchange_of(config)
    line = line_of(paths, context)
    enlisted = Exchange(
        id=f"{config.bot.name}@{exchange.name}/{context.name}",
        name=exchange.name,
        bot=config.bot.name,
        context=context.name,
        account=config.account.name,
        symbol=str(config.market.symbol),
        followed=tuple(map(str, config.symbols)),
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
            config,
            grow,
            line=line,
            registry=EXCHANGES,
            withdrawals=None if context.name == "paper" else exchange.accept_withdrawals,
        )

    return [Child(line.rpartition("/")[2], connector), Child("opening", opener)]


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
        watched_gate(plot),
        *watched_positions(plot),
        account_tree(plot, instrument, _dealing(plot, context, offered)),
        watched_feeds(plot, offered, budget=budget_of(context.settings.address)),
        mode_tree(plot, instrument),
    ]
    return parts


def _dealing(plot: Plot, context: AtVenue, offered: Capabilities) -> Dealing:
    """Books begin with what the venue holds; on paper with what the file says."""
    if context.name == "paper":
        return Dealing(gate=plot.paths.gate, opening=FromDeposits(), kinds=FULL)
    patience = Patience(answer=context.settings.answer, fence=offered.fence)
    return Dealing(
        gate=plot.paths.gate, opening=FromVenue(), patience=patience, kinds=offered.kinds
    )


def report_of(order: Order) -> OrderReport:
    """What is left of a live order of the journal, as the venue that it was sent to would tell."""
    sent = submit_of(order, NEVER)
    return OrderReport(
        client_id=order.client_id,
        venue_id=order.venue_id,
        symbol=order.symbol,
        side=order.side,
        kind=sent.kind,
        amount=sent.amount,
        price=sent.price,
        status="open",
        fills=(),
        created_at=order.created_at,
        changed_at=order.changed_at,
        stop=sent.stop,
        time_in_force=sent.time_in_force,
        trail=sent.trail,
        effect=sent.effect,
    )
