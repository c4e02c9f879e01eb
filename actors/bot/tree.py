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
"""

from __future__ import annotations

from collections.abc import Callable

from ...runtime import Actor, Child, Millis, Strategy, Supervisor
from ..exchange.gate import Gate
from ..feeds import CandleFeed
from ..modes.catalog import MODES
from ..modes.consumer import AllInConsumer
from ..modes.producer import Producer
from ..orders.desk import OrderDesk
from ..orders.evidence import Patience
from ..portfolio.ledger import Portfolio
from .config import BotConfig

Factory = Callable[[], Actor]

BOT = "bot"
STORE = "/bot/store"
CONNECTOR = "/bot/exchange/connector"
GATE = "/bot/exchange/gate"
PORTFOLIO = "/bot/exchange/account/portfolio"
DESK = "/bot/exchange/account/desk"
FEED = "/bot/exchange/feed"
PRODUCER = "/bot/exchange/mode/producer"
CONSUMER = "/bot/exchange/mode/consumer"

RECOVERY = Millis(120_000)  # for a desk to read its journal back and to hear the venue


def bot_tree(
    config: BotConfig, *, store: Factory, connector: Factory, patience: Patience = Patience()
) -> Supervisor:
    """The whole tree of a bot.

    store: makes an actor that answers the messages of `orders.journal`. connector: makes one that
    answers those of `exchange.messages`. patience: how long the venue is waited for.
    """
    exchange = exchange_tree(config, connector=connector, patience=patience)
    return Supervisor(BOT, [Child("store", store), exchange])


def exchange_tree(
    config: BotConfig, *, connector: Factory, patience: Patience = Patience()
) -> Supervisor:
    """Everything of a bot that belongs to one venue."""
    symbol, frame = str(config.market.symbol), config.market.time_frame
    feed = Child(
        "feed",
        lambda: CandleFeed(symbol, frame, connector=CONNECTOR, gate=GATE),
    )
    return Supervisor(
        "exchange",
        [
            Child("connector", connector),
            Child("gate", lambda: Gate(CONNECTOR, series=(f"{symbol} {frame}",))),
            account_tree(config, gate=GATE, patience=patience),
            feed,
            mode_tree(config),
        ],
        strategy=Strategy.REST_FOR_ONE,
    )


def account_tree(
    config: BotConfig, *, gate: str | None = None, patience: Patience = Patience()
) -> Supervisor:
    """The unit that owns the money and the orders of one account."""
    account, instrument = config.account, config.market.instrument

    def desk() -> OrderDesk:
        return OrderDesk(
            account.name,
            [instrument],
            connector=CONNECTOR,
            portfolio=PORTFOLIO,
            journal=STORE,
            gate=gate,
            patience=patience,
        )

    portfolio = Child("portfolio", lambda: Portfolio(account.deposits.items()))
    return Supervisor(
        "account",
        [portfolio, Child("desk", desk, start_deadline=RECOVERY)],
        strategy=Strategy.ONE_FOR_ALL,
    )


def mode_tree(config: BotConfig) -> Supervisor:
    """The mode that the file names: who advises, and who trades on it."""
    instrument, mode = config.market.instrument, config.mode
    kind = MODES[mode.name]

    def producer() -> Producer:
        evaluation = kind.evaluation
        return Producer(
            str(instrument.symbol), feed=FEED, evaluation=lambda: evaluation(mode.settings)
        )

    def consumer() -> AllInConsumer:
        return AllInConsumer(
            instrument, producer=PRODUCER, portfolio=PORTFOLIO, desk=DESK, gate=GATE
        )

    return Supervisor("mode", [Child("producer", producer), Child("consumer", consumer)])
