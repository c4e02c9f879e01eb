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
       ├─ feed
       └─ mode
          ├─ producer
          └─ consumer

Where a venue has to be asked first, an opener stands behind the connector, and what comes after it
is started by it: see `opening`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from ...runtime import Actor, Child, Millis, Strategy, Supervisor
from ..exchange.gate import Gate, Requirement
from ..feeds import Intake, SymbolFeed
from ..market.instrument import Instrument
from ..modes.catalog import MODES
from ..modes.consumer import AllInConsumer
from ..modes.producer import Producer
from ..orders.desk import OrderDesk
from ..orders.evidence import Patience
from ..orders.opening import FromDeposits, Opening
from ..portfolio.ledger import Portfolio
from .config import BotConfig
from .paths import Paths

Factory = Callable[[], Actor]

RECOVERY = Millis(120_000)  # for a desk to read its journal back and to hear the venue


@attrs.frozen
class Plot:
    """A bot file and the place in the tree where its bot stands."""

    config: BotConfig
    paths: Paths
    account: str  # its name in the journal

    @property
    def name(self) -> str:
        """Of the bot's own root."""
        return self.paths.bot.rpartition("/")[2]


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
    return (
        Child("connector", connector),
        gate(plot),
        account_tree(plot, instrument, Dealing(gate=plot.paths.gate, patience=patience)),
        feed(plot),
        mode_tree(plot, instrument),
    )


@attrs.frozen(kw_only=True)
class Dealing:
    """How a desk deals with its venue, where that is not a tape."""

    gate: str | None = None  # whose word it waits for
    opening: Opening = FromDeposits()
    patience: Patience = Patience()


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
        )

    portfolio = Child("portfolio", lambda: Portfolio(deposits.items()))
    return Supervisor(
        "account",
        [portfolio, Child("desk", desk, start_deadline=RECOVERY)],
        strategy=Strategy.ONE_FOR_ALL,
    )


def gate(plot: Plot) -> Child:
    """Whether new orders may go out now."""
    market, connector = plot.config.market, plot.paths.connector
    required = (Requirement("candles", str(market.symbol), str(market.time_frame)),)
    return Child("gate", lambda: Gate(connector, required=required))


def feed(plot: Plot, intake: Intake = Intake.TOLD) -> Child:
    """The candles that are traded on."""
    market, connector = plot.config.market, plot.paths.connector
    gate = plot.paths.gate

    def make() -> SymbolFeed:
        symbol, frames = str(market.symbol), (market.time_frame,)
        return SymbolFeed(symbol, frames, connector=connector, intake=intake, gate=gate)

    return Child("feed", make)


def mode_tree(plot: Plot, instrument: Instrument) -> Supervisor:
    """The mode that the file names: who advises, and who trades on it."""
    mode, paths = plot.config.mode, plot.paths
    kind = MODES[mode.name]

    def producer() -> Producer:
        evaluation = kind.evaluation
        return Producer(
            str(instrument.symbol),
            feed=paths.feed,
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
        )

    return Supervisor("mode", [Child("producer", producer), Child("consumer", consumer)])
