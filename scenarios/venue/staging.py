"""What moves the markets of one family: its traders and replays, as its plans say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from ...actors.matching.engine import MatchingEngine
from ...actors.matching.markets import Market
from ...actors.matching.paths import PricePath
from ...actors.matching.protocol import Clearing
from ...actors.matching.values import Family
from ...runtime import Millis
from ...runtime.chance import stream
from ...runtime.errors import UsageError
from .agenda import Agenda
from .config import MarketPlan, VenueConfig
from .dialect.numbers import parse, rescale
from .market.carry import Carry
from .market.course import Course, Courses
from .market.feeds import Feeds
from .market.past import Pace, Past, drawn_past, ids_before
from .market.paths import PathPlan, SeededPath, usual_price
from .market.population import Stage
from .market.prints import Print, past_of, prints_of
from .market.replay import AroundBook, OnPath, Replay
from .market.tradefile import read_trades
from .market.traders import Flow
from .market.world import underlying

PEOPLED: Final = frozenset(("traders", "replay"))
DAY_SECONDS: Final = 86_400


class Movement(Protocol):
    """What moves one market."""

    def start(self) -> None:
        """Begin now."""
        ...

    def move_to(self, price: int) -> None:
        """Somebody has moved the market to a price, quanta: quote around it, at once."""
        ...


def open_engine(config: VenueConfig, family: Family, clearing: Clearing) -> MatchingEngine:
    """The engine of a family and its markets."""
    plans = [plan for plan in config.markets if plan.family == family]
    paths = [
        PricePath(symbol=plan.market().symbol, slippage=plan.slippage, latency=plan.latency)
        for plan in plans
        if plan.kind == "path"
    ]
    markets = [plan.market() for plan in plans]
    return MatchingEngine(markets, clearing, paths=paths, history=config.history)


class SharedPaths:
    """What each underlying is worth: spot and contracts of one coin go one way, and stay close."""

    def __init__(self, seed: int, start: Millis) -> None:
        self._seed = seed
        self._start = start
        self._courses = Courses(seed, start, "venue/{}/past")
        self._paths: dict[tuple[str, PathPlan, float], SeededPath] = {}

    def of(self, market: Market, plan: PathPlan, price: float) -> SeededPath:
        """The path of a market that begins at `price`, quote units for one of base."""
        name = underlying(market)
        path = self._paths.get((name, plan, price))
        if path is None:
            chance = stream(self._seed, f"venue/{name}/path")
            path = self._paths[name, plan, price] = SeededPath(plan, price, self._start, chance)
        return path

    def course(self, market: Market, plan: PathPlan) -> Course:
        """How its underlying went before the start."""
        return self._courses.of(underlying(market), plan.volatility)


class Staging:
    """The market data and the movement of one family's markets."""

    def __init__(
        self,
        config: VenueConfig,
        family: Family,
        engine: MatchingEngine,
        agenda: Agenda,
        settle: Callable[[], None],
        paths: SharedPaths,
    ) -> None:
        self._config = config
        self._paths = paths
        self._engine = engine
        self._stage = Stage(engine, agenda, settle)
        self._family = family
        self.plans = {
            plan.market().symbol: plan for plan in config.markets if plan.family == family
        }
        self.feeds = Feeds(engine, agenda, past=self._past, keep=config.keep)
        for data in self.feeds:
            if data.past is not None:  # whose trades have the ids before
                engine.count_trades_from(data.symbol, data.past.last_id + 1)
        self.movements: dict[str, Movement] = {}

    def settle_in(self) -> None:
        """Open the accounts of those who trade, where somebody does."""
        if any(plan.kind in PEOPLED for plan in self.plans.values()):
            self._config.population.settle_in(self._engine, self._stage.agenda.now)

    def start(self) -> None:
        """Let every market begin to move."""
        for movement in self._movements():
            movement.start()

    def move_to(self, symbol: str, price: int) -> None:
        """Let those who quote in a market go along with who has moved it."""
        movement = self.movements.get(symbol)
        if movement is not None:
            movement.move_to(price)

    def _movements(self) -> Iterator[Movement]:
        for symbol, plan in self.plans.items():
            made = self._movement(symbol, plan)
            if made is not None:
                self.movements[symbol] = made
                yield made

    def _movement(self, symbol: str, plan: MarketPlan) -> Movement | None:
        market = self._engine.markets[symbol]
        carry = Carry(market, self._stage) if market.contract is not None else None
        chance = stream(self._config.seed, f"venue/{self._family}/{symbol}/flow")
        if plan.kind == "traders":
            return Flow(
                symbol,
                self._stage,
                self._paths.of(market, plan.path, self._price(plan, market)),
                chance=chance,
                plan=plan.flow,
                population=self._config.population,
                carry=carry,
            )
        if plan.kind == "quiet":
            return None
        hand = (
            OnPath(symbol, self._engine, self.feeds[symbol])
            if plan.kind == "path"
            else AroundBook(
                symbol,
                self._stage,
                chance=chance,
                plan=plan.flow,
                population=self._config.population,
            )
        )
        return Replay(self._stage, hand, self._prints(plan, market), carry=carry)

    def _prints(self, plan: MarketPlan, market: Market) -> Iterator[Print]:
        if plan.tape is None:
            return read_trades(plan.trades, market)
        return prints_of(plan.tape, market, self._config.start)

    def _past(self, market: Market) -> Past | None:
        plan = self.plans.get(market.symbol)
        if plan is None or not self._config.has_past:
            return None
        start = self._config.start
        if plan.tape is not None:
            return past_of(plan.tape, market, start)
        price = self._price(plan, market)
        quanta = int(price * 10**market.price_digits) // market.tick * market.tick
        pace = self._pace(plan, market, price)
        course = self._paths.course(market, plan.path)
        return drawn_past(
            market,
            quanta,
            course=course,
            chance=stream(self._config.seed, f"venue/{self._family}/{market.symbol}/past"),
            pace=pace,
            last_id=ids_before(course, pace),
        )

    def _pace(self, plan: MarketPlan, market: Market, price: float) -> Pace:
        """As lively as its traders will be."""
        trades = int(plan.flow.density * plan.flow.taking * DAY_SECONDS)
        size = 1 if market.contract is None else market.contract.size
        worth = price if market.family != "inverse" else float(size)
        volume = int(trades * plan.flow.take_value / worth * 10**market.amount_digits)
        return Pace(volume=volume, trades=trades)

    def _price(self, plan: MarketPlan, market: Market) -> float:
        """At the start, in quote units for one of base."""
        if not plan.price:
            quote = "USDT" if market.family == "inverse" else market.quote
            return usual_price(market.base, quote)
        number = parse(plan.price)
        quanta = None if number is None else rescale(*number, market.price_digits)
        if not quanta or quanta % market.tick:
            raise UsageError(
                f"market {plan.pair}: a price of {plan.price!r} is not on its tick; "
                f"write a decimal of at most {market.price_digits} digits"
            )
        return quanta / float(10**market.price_digits)
