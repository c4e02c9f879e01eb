"""The seeded world of a venue: for every market its path, its past and its traders.

Markets of one underlying share a path and the course of their pasts, so that spot, perpetual and
index agree. Each path, past and
flow draws from a stream of its own: one more market changes nothing in the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from ....actors.matching.markets import Market
from ....runtime import Millis
from ....runtime.chance import stream
from .carry import Carry
from .course import Courses
from .intervals import DAY, SECOND
from .past import Pace, Past, drawn_past
from .paths import MarketPath, PathPlan, SeededPath, usual_price
from .population import Population, Stage
from .sizes import Sizes
from .traders import Flow, FlowPlan

_DOLLARS: Final = frozenset(("USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD"))
_LIFTED: Final = 0.13  # of a level's value trades at a step, about
_TAKEN: Final = 0.2  # of a taker's


class MarketPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How one market behaves. The first market of an underlying decides on its path."""

    price: float | None = None  # quote units at the start; None: the usual one
    path: PathPlan = PathPlan()
    flow: FlowPlan = FlowPlan()
    history: int = 1_000  # candles of each interval before the start; 0: none


_AS_USUAL: Final = MarketPlan()


def as_usual(_: Market) -> MarketPlan:
    """The same for all: a walk, a lively book, a thousand candles before the start."""
    return _AS_USUAL


class World:
    """Paths, pasts and traders, all from one seed.

    plan_of: the plan of a market.
    """

    def __init__(
        self, seed: int, start: Millis, plan_of: Callable[[Market], MarketPlan] = as_usual
    ) -> None:
        self._seed = seed
        self._start = start
        self._plan_of = plan_of
        self._paths: dict[str, MarketPath] = {}
        self._courses = Courses(seed, start, "past:{}")

    def path(self, market: Market) -> MarketPath:
        """What the market's underlying is worth; one for all of its markets."""
        name = underlying(market)
        path = self._paths.get(name)
        if path is None:
            plan = self._plan_of(market)
            price = plan.price or usual_price(*name.split("/"))
            path = SeededPath(plan.path, price, self._start, stream(self._seed, f"path:{name}"))
            self._paths[name] = path
        return path

    def past(self, market: Market) -> Past | None:
        """The candles before the start; what `Feeds` takes."""
        plan = self._plan_of(market)
        if not plan.history:
            return None
        worth = self.path(market).price_at(self._start)
        price = int(worth * 10.0**market.price_digits) // market.tick * market.tick
        chance = stream(self._seed, f"past:{market.family}:{market.symbol}")
        pace = _pace(market, plan, price)
        course = self._courses.of(underlying(market), plan.path.volatility, count=plan.history)
        return drawn_past(market, price, course=course, chance=chance, pace=pace)

    def traders(self, stage: Stage, population: Population | None = None) -> list[Flow]:
        """The traders of all markets of an engine, with accounts and funds; not yet at work."""
        population = Population() if population is None else population
        population.settle_in(stage.engine, stage.agenda.now)
        return [self._flow(stage, market, population) for market in stage.engine.markets.values()]

    def _flow(self, stage: Stage, market: Market, population: Population) -> Flow:
        return Flow(
            market.symbol,
            stage,
            self.path(market),
            chance=stream(self._seed, f"flow:{market.family}:{market.symbol}"),
            plan=self._plan_of(market).flow,
            population=population,
            carry=None if market.contract is None else Carry(market, stage),
        )


def underlying(market: Market) -> str:
    """What a market is about, "BTC/USD": dollars of all kinds are one."""
    return f"{market.base}/{'USD' if market.quote in _DOLLARS else market.quote}"


def _pace(market: Market, plan: MarketPlan, price: int) -> Pace:
    """About what the traders of such a plan do in a day."""
    steps = plan.flow.density * DAY / SECOND
    value = steps * (_LIFTED * plan.flow.level_value + _TAKEN * plan.flow.take_value)
    volume = Sizes(market, value).of(max(price, 1), 1.0)
    return Pace(volume, int(steps * (plan.flow.taking + _LIFTED)))
