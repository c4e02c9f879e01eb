"""NautilusTrader's matching over an order flow, in a process of its own: prints one JSON object.

    python benchmarks/nautilus_matching.py engine|backtest FLOW.json

It stands alone, so that it runs under any Python that has NautilusTrader, ours or another.

engine: the bare OrderMatchingEngine, fed by hand. It keeps no balances; the events that it sends
are applied to their orders, since it trades by what they say is left, and to nothing else.
backtest: the simulated exchange within a BacktestEngine, as its users run it, with its account
frozen: reckoning anew what all open orders lock at each of them would take ten times as long. A run
over the same quotes without orders is taken off.
"""

# mypy: ignore-errors
# It drives a peer, whose types are its own and are not installed with ours.

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time
from typing import Any, TypeAlias

Steps: TypeAlias = list[list[Any]]  # kind, key, side, amount, price


class Words:
    """What an order is made of, in the peer's own types."""

    def __init__(self) -> None:
        from nautilus_trader.model.enums import OrderSide
        from nautilus_trader.model.objects import Price, Quantity
        from nautilus_trader.test_kit.providers import TestInstrumentProvider

        self.instrument = TestInstrumentProvider.btcusdt_binance()
        self._sides = {"buy": OrderSide.BUY, "sell": OrderSide.SELL}
        self._price, self._quantity = Price, Quantity

    def amount(self, quanta: int) -> Any:
        """Of quanta of 0.00001."""
        return self._quantity(quanta / 1e5, self.instrument.size_precision)

    def order(self, factory: Any, kind: str, side: str, amount: int, price: int) -> Any:
        """A limit order, or one at market."""
        name, sized = self.instrument.id, self.amount(amount)
        if kind == "take":
            return factory.market(name, self._sides[side], sized)
        return factory.limit(name, self._sides[side], sized, self._price(price / 100, 2))

    def quote(self, at: int) -> Any:
        """The best bid and ask, which never change."""
        from nautilus_trader.model.data import QuoteTick

        size = self.amount(9_000_000_000)
        bid, ask = self._price(29_999.99, 2), self._price(30_000.01, 2)
        return QuoteTick(self.instrument.id, bid, ask, size, size, at, at)


# -- the bare engine


def by_hand(steps: Steps) -> tuple[float, int]:
    """Seconds and order events of the bare matching engine."""
    from nautilus_trader.cache.cache import Cache
    from nautilus_trader.common.component import MessageBus, TestClock
    from nautilus_trader.execution.messages import CancelOrder
    from nautilus_trader.model.identifiers import AccountId, TraderId

    words, clock, cache = Words(), TestClock(), Cache()
    trader, account = TraderId("T-1"), AccountId("BINANCE-1")
    bus = MessageBus(trader_id=trader, clock=clock)
    cache.add_instrument(words.instrument)
    events = 0

    def apply(event: Any) -> None:
        nonlocal events
        events += 1
        cache.order(event.client_order_id).apply(event)

    bus.register("ExecEngine.process", apply)
    engine = bare_engine(words, bus, cache, clock)
    engine.process_quote_tick(words.quote(0))
    messages = commands(steps, words, cache, clock, trader)
    submit, cancel = engine.process_order, engine.process_cancel
    began = process_time()
    for message in messages:
        if isinstance(message, CancelOrder):
            cancel(message, account)
        else:
            submit(message, account)
    seconds = process_time() - began
    if events != len(steps):
        raise SystemExit(f"{len(steps)} steps, but {events} events")
    return seconds, events


def bare_engine(words: Words, bus: Any, cache: Any, clock: Any) -> Any:
    """A matching engine that answers on this bus."""
    from nautilus_trader.backtest.engine import OrderMatchingEngine
    from nautilus_trader.backtest.models import FillModel, MakerTakerFeeModel
    from nautilus_trader.model.enums import AccountType, BookType, OmsType

    return OrderMatchingEngine(
        instrument=words.instrument,
        raw_id=0,
        fill_model=FillModel(),
        fee_model=MakerTakerFeeModel(),
        book_type=BookType.L1_MBP,
        oms_type=OmsType.NETTING,
        account_type=AccountType.CASH,
        msgbus=bus,
        cache=cache,
        clock=clock,
        use_position_ids=False,
    )


def commands(steps: Steps, words: Words, cache: Any, clock: Any, trader: Any) -> list[Any]:
    """The orders and cancels of a flow, made and submitted before the watch is started."""
    from nautilus_trader.common.factories import OrderFactory
    from nautilus_trader.core.uuid import UUID4
    from nautilus_trader.execution.messages import CancelOrder
    from nautilus_trader.model.events import OrderSubmitted
    from nautilus_trader.model.identifiers import AccountId, StrategyId

    strategy, account, pair = StrategyId("S-1"), AccountId("BINANCE-1"), words.instrument.id
    factory = OrderFactory(trader_id=trader, strategy_id=strategy, clock=clock)
    orders: dict[int, Any] = {}
    made: list[Any] = []
    for kind, key, side, amount, price in steps:
        if kind == "cancel":
            name = orders[key].client_order_id
            made.append(CancelOrder(trader, strategy, pair, name, None, UUID4(), 0))
            continue
        order = orders[key] = words.order(factory, kind, side, amount, price)
        cache.add_order(order)
        name = order.client_order_id
        order.apply(OrderSubmitted(trader, strategy, pair, name, account, UUID4(), 0, 0))
        made.append(order)
    return made


# -- the simulated exchange


def in_backtest(steps: Steps) -> tuple[float, int]:
    """Seconds and order events of a whole backtest, less those of one without orders."""
    seconds, events = run_backtest(steps, len(steps))
    idle, _ = run_backtest([], len(steps))
    return seconds - idle, events


def run_backtest(steps: Steps, quotes: int) -> tuple[float, int]:
    """Seconds and order events of one backtest over so many quotes."""
    from nautilus_trader.backtest.config import BacktestEngineConfig
    from nautilus_trader.backtest.engine import BacktestEngine
    from nautilus_trader.common.config import LoggingConfig
    from nautilus_trader.model.currencies import BTC, USDT
    from nautilus_trader.model.enums import AccountType, BookType, OmsType
    from nautilus_trader.model.objects import Money
    from nautilus_trader.risk.config import RiskEngineConfig

    words = Words()
    engine = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )
    engine.add_venue(
        venue=words.instrument.venue,
        oms_type=OmsType.NETTING,
        account_type=AccountType.CASH,
        base_currency=None,
        frozen_account=True,
        starting_balances=[Money(1_000, BTC), Money(5_000_000, USDT)],
        book_type=BookType.L1_MBP,
    )
    engine.add_instrument(words.instrument)
    engine.add_data([words.quote(number * 1_000_000) for number in range(1, quotes + 2)])
    strategy = flowing(words, steps)
    engine.add_strategy(strategy)
    began = process_time()
    engine.run()
    seconds = process_time() - began
    engine.dispose()
    return seconds, strategy.events


def flowing(words: Words, steps: Steps) -> Any:
    """A strategy that makes one step at each quote."""
    from nautilus_trader.trading.strategy import Strategy

    class Flow(Strategy):
        def __init__(self) -> None:
            super().__init__()
            self._steps = iter(steps)
            self._orders: dict[int, Any] = {}
            self.events = 0

        def on_start(self) -> None:
            self.subscribe_quote_ticks(words.instrument.id)

        def on_quote_tick(self, _tick: Any) -> None:
            step = next(self._steps, None)
            if step is None:
                return
            kind, key, side, amount, price = step
            if kind == "cancel":
                self.cancel_order(self._orders.pop(key))
                return
            order = words.order(self.order_factory, kind, side, amount, price)
            if kind == "place":
                self._orders[key] = order
            self.submit_order(order)

        def on_order_accepted(self, _event: Any) -> None:
            self.events += 1

        def on_order_filled(self, _event: Any) -> None:
            self.events += 1

        def on_order_canceled(self, _event: Any) -> None:
            self.events += 1

    return Flow()


def main(how: str, path: str) -> None:
    """Run a flow, and print what it took."""
    steps = json.loads(Path(path).read_text("utf-8"))
    run = {"engine": by_hand, "backtest": in_backtest}[how]
    seconds, events = run(steps)
    sys.stdout.write(json.dumps({"seconds": seconds, "events": events}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
