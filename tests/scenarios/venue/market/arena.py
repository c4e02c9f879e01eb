"""A small venue for tests: an engine, its market data and an agenda, without any dialect."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from benthic.actors.market.side import Side
from benthic.actors.matching.clearing import SpotClearing
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.futures import FuturesClearing
from benthic.actors.matching.markets import ATOM, RATE, Bracket, Contract, Market
from benthic.actors.matching.paths import PricePath
from benthic.actors.matching.values import Event, Order, OrderRequest, Traded
from benthic.runtime import Millis
from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.market import (
    Feeds,
    FlowPlan,
    Keep,
    MarketData,
    MarketPlan,
    PathPlan,
    Shape,
    Stage,
    World,
)

START = Millis(1_767_225_600_000)  # 2026-01-01, a Thursday
CLIENT = 7


def spot(base: str = "BTC") -> Market:
    """A market as the venue has them: 0.01 and 0.00001 steps."""
    return Market(
        symbol=f"{base}USDT",
        family="spot",
        base=base,
        quote="USDT",
        price_digits=2,
        amount_digits=5,
        tick=1,
        step=1,
        min_cost=5 * 10**7,
    )


_BRACKETS = (Bracket(10**12, 20, RATE // 100, 0),)


def linear() -> Market:
    """BTCUSDT as a perpetual contract."""
    return msgspec.structs.replace(
        spot(), family="linear", contract=Contract(1, "USDT", _BRACKETS, pair="BTCUSDT")
    )


def inverse() -> Market:
    """BTCUSD_PERP: contracts of 100 dollars, margined in BTC."""
    return Market(
        symbol="BTCUSD_PERP",
        family="inverse",
        base="BTC",
        quote="USD",
        price_digits=1,
        amount_digits=0,
        tick=1,
        step=1,
        contract=Contract(100, "BTC", _BRACKETS, pair="BTCUSD"),
    )


class Arena:
    """One engine and all that its markets publish; `events` is all that happened."""

    def __init__(
        self,
        *markets: Market,
        start: int = START,
        world: World | None = None,
        keep: Keep | None = None,
        paths: Iterable[PricePath] = (),
    ) -> None:
        clearing = SpotClearing() if markets[0].family == "spot" else FuturesClearing()
        self.start = Millis(start)
        self.agenda = Agenda(self.start)
        self.engine = MatchingEngine(markets, clearing, paths=paths)
        self.events: list[Event] = []
        world = World(0, self.start, lambda _: MarketPlan(history=0)) if world is None else world
        self.feeds = Feeds(self.engine, self.agenda, past=world.past, keep=keep)
        self.stage = Stage(self.engine, self.agenda, self.settle)
        self.symbol = markets[0].symbol
        clearing.open_account(CLIENT)
        for asset in ("USDT", "BTC"):
            clearing.deposit(CLIENT, asset, 10**9 * ATOM, self.start)

    @property
    def data(self) -> MarketData:
        """Of the first market."""
        return self.feeds[self.symbol]

    @property
    def trades(self) -> list[Traded]:
        """All trades of the first market."""
        return [
            event
            for event in self.events
            if isinstance(event, Traded) and event.symbol == self.symbol
        ]

    def settle(self) -> None:
        """Hand what happened to the market data."""
        taken = self.engine.take_events()
        self.events += taken
        self.feeds.take(taken)

    def order(
        self, side: Side, amount: int, price: int | None = None, account: int = CLIENT
    ) -> Order:
        """An order of a client, now."""
        request = OrderRequest(
            account=account,
            symbol=self.symbol,
            side=side,
            kind="market" if price is None else "limit",
            amount=amount,
            price=price,
        )
        order = self.engine.submit(request, self.agenda.now)
        self.settle()
        return order

    def run(self, milliseconds: int) -> None:
        """Let time pass."""
        self.agenda.run_to(self.agenda.now + milliseconds)


def seeded(
    *markets: Market,
    seed: int = 7,
    shape: Shape = "walk",
    history: int = 0,
    start: int = START,
    density: float = 0.7,
) -> Arena:
    """An arena with traders at work."""
    plan = MarketPlan(path=PathPlan(shape=shape), flow=FlowPlan(density=density), history=history)
    world = World(seed, Millis(start), lambda _: plan)
    arena = Arena(*(markets or (spot(),)), start=start, world=world)
    for flow in world.traders(arena.stage):
        flow.start()
    return arena
