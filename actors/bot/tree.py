"""The shape of a bot: which actors there are, under which supervisors, and who knows whom.

The same in every context; what a context swaps comes in as the factories of store and connector.

    bot                       the store outlives everything that writes to it
    ├─ store
    └─ exchange               rest for one: whoever lost its line to the venue starts anew
       ├─ connector
       ├─ gate                whether new risk may be taken, and if not, why not
       ├─ account             one for all: portfolio and desk rebuild from the journal together
       │  ├─ portfolio
       │  └─ desk
       ├─ feeds               one for one: the markets, see `market_tree`
       │  └─ BTC-USDT
       │     ├─ feed
       │     └─ source        at a venue
       └─ mode
          ├─ producer
          └─ consumer

Where a venue has to be asked first, an opener stands behind the connector, and what comes after it
is started by it: see `opening`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs

from ...runtime import Child, Millis, Strategy, Supervisor
from ..market.instrument import Instrument
from ..market.side import FULL, PLACEABLE, Kind
from ..modes.catalog import MODES
from ..modes.consumer import AllInConsumer
from ..modes.producer import Producer
from ..orders.desk import OrderDesk
from ..orders.evidence import Patience
from ..orders.opening import FromDeposits, Opening
from ..portfolio.ledger import Portfolio
from .market_tree import told_feeds, told_gate
from .plot import Factory, Plot

RECOVERY = Millis(120_000)  # for a desk to read its journal back and to hear the venue


def bot_tree(
    plot: Plot,
    *,
    store: Factory,
    exchange: Sequence[Child | Supervisor],
    more: Sequence[Child] = (),
) -> Supervisor:
    """The whole tree of a bot.

    store: makes an actor that answers the messages of `orders.journal`. exchange: what belongs to
    the venue, oldest first. more: who only looks on.
    """
    venue = Supervisor("exchange", exchange, strategy=Strategy.REST_FOR_ONE)
    return Supervisor(plot.name, [Child("store", store), venue, *more])


def known_exchange(
    plot: Plot, *, connector: Factory, instrument: Instrument, patience: Patience
) -> Sequence[Child | Supervisor]:
    """Everything that belongs to a venue of which the file says all: simulated, on a tape."""
    kinds = FULL if plot.config.venue.rules == "full" else PLACEABLE
    dealing = Dealing(gate=plot.paths.gate, patience=patience, kinds=kinds)
    return (
        Child("connector", connector),
        told_gate(plot),
        account_tree(plot, instrument, dealing),
        told_feeds(plot),
        mode_tree(plot, instrument),
    )


@attrs.frozen(kw_only=True)
class Dealing:
    """How a desk deals with its venue, where that is not a tape."""

    gate: str | None = None  # whose word it waits for
    opening: Opening = FromDeposits()
    patience: Patience = Patience()
    kinds: Collection[Kind] = PLACEABLE  # what it takes; for the other kinds the desk waits itself


def account_tree(plot: Plot, instrument: Instrument, dealing: Dealing = Dealing()) -> Supervisor:
    """The unit that owns the money and the orders of one account."""
    paths = plot.paths
    is_given = isinstance(dealing.opening, FromDeposits)
    deposits = plot.config.account.deposits if is_given else {}

    def desk() -> OrderDesk:
        return OrderDesk(
            plot.account,
            [instrument],
            connector=paths.connector,
            portfolio=paths.portfolio,
            journal=paths.store,
            gate=dealing.gate,
            patience=dealing.patience,
            opening=dealing.opening,
            kinds=dealing.kinds,
            feed=paths.feed,
            rules=plot.rules.groups,
            trails=plot.rules.trails,
        )

    # Of what the venue holds, only what is traded: a fee in another coin is paid past the books.
    symbol = instrument.symbol
    kept = None if is_given else frozenset((symbol.base, symbol.quote))
    portfolio = Child("portfolio", lambda: Portfolio(deposits.items(), kept=kept))
    return Supervisor(
        "account",
        [portfolio, Child("desk", desk, start_deadline=RECOVERY)],
        strategy=Strategy.ONE_FOR_ALL,
    )


def mode_tree(plot: Plot, instrument: Instrument) -> Supervisor:
    """The mode that the file names: who advises, and who trades on it."""
    mode, paths = plot.config.mode, plot.paths
    kind = MODES[mode.name]

    def producer() -> Producer:
        evaluation = kind.evaluation
        return Producer(
            str(instrument.symbol),
            feed=paths.feed(str(instrument.symbol)),
            evaluation=lambda: evaluation(mode.settings),
            frame=plot.config.market.time_frame,
            gate=paths.gate,
        )

    def consumer() -> AllInConsumer:
        return AllInConsumer(
            instrument,
            producer=paths.producer,
            portfolio=paths.portfolio,
            desk=paths.desk,
            gate=paths.gate,
            slippage=mode.settings.slippage,
            guards=mode.settings.guards,
        )

    return Supervisor("mode", [Child("producer", producer), Child("consumer", consumer)])
