"""What a simulated venue is made from: markets, accounts, limits, seed. Values, checked as such."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from ...actors.exchange.tape import Tape
from ...actors.matching.markets import Market
from ...actors.matching.values import Family
from ...runtime import Millis
from ...runtime.errors import UsageError
from .access.limits import Limits
from .accounts import AccountPlan
from .hub import HubRules
from .market.paths import PathPlan
from .market.population import Population
from .market.series import Keep
from .market.traders import FlowPlan
from .usual import usual_market

START: Final = Millis(1_767_225_600_000)  # 2026-01-01 00:00 UTC
FUTURES_LIMITS: Final = Limits(weight=2_400, orders=((10_000, 300), (60_000, 1_200)))
FUTURES_HUB: Final = HubRules(ping_every=180_000, pong_within=600_000, messages=10)
SPOT_HUB: Final = HubRules()


class MarketPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One market of a venue.

    pair: "BTC/USDT"; of inverse contracts "BTC/USD".
    rules: its filters and fees; None: what is usual for such a pair.
    kind: "traders": simulated ones around a seeded path. "replay": the trades of `tape` are made
        again around a book. "path": the tape moves the price, and the venue fills. "quiet": nobody
        trades but the clients.
    price: at the start, a decimal as text; empty: about what the pair is worth.
    """

    pair: str
    family: Family = "spot"
    rules: Market | None = None
    kind: Literal["traders", "replay", "path", "quiet"] = "traders"
    path: PathPlan = PathPlan()
    flow: FlowPlan = FlowPlan()
    price: str = ""
    tape: Tape | None = None
    trades: str = ""  # the path of recorded trades, in place of a tape
    slippage: int = 0  # of "path": a rate in 1e-8 of the price
    latency: Millis = Millis(0)  # of "path": until an order can trade

    def market(self) -> Market:
        """Its rules."""
        if self.rules is None:
            return usual_market(self.pair, self.family)
        if self.rules.family != self.family:
            raise UsageError(
                f"market {self.rules.symbol}: its rules are of family {self.rules.family!r} and "
                f"its plan of {self.family!r}; make them the same"
            )
        return self.rules


class VenueConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A whole venue.

    history: ended orders that a market remembers, and executions that an account does in one.
    has_past: whether markets have candles from before the start.
    holds_timestamps: whether a signed request must come in time by the venue's clock. One that runs
        faster than the clocks of its clients, or began at another time, cannot ask for that.
    """

    markets: tuple[MarketPlan, ...]
    accounts: tuple[AccountPlan, ...] = ()
    seed: int = 0
    start: Millis = START
    spot_limits: Limits = Limits()
    futures_limits: Limits = FUTURES_LIMITS
    spot_hub: HubRules = SPOT_HUB
    futures_hub: HubRules = FUTURES_HUB
    population: Population = Population()
    keep: Keep = Keep()
    history: int = 10_000
    has_past: bool = True
    holds_timestamps: bool = True

    def checked(self) -> VenueConfig:
        """The same, or a UsageError that says what cannot be."""
        if not self.markets:
            raise UsageError("a venue has markets: name at least one, such as BTC/USDT")
        symbols = [(plan.family, plan.market().symbol) for plan in self.markets]
        for family, symbol in symbols:
            if symbols.count((family, symbol)) > 1:
                raise UsageError(f"market {symbol} ({family}) is named twice; name it once")
        names = [plan.name for plan in self.accounts]
        for name in names:
            if names.count(name) > 1:
                raise UsageError(f"account {name!r} is named twice; name it once")
        for plan in self.markets:
            if plan.kind in {"replay", "path"} and plan.tape is None and not plan.trades:
                raise UsageError(
                    f"market {plan.pair} replays no tape; give it one, or kind 'traders'"
                )
        return self

    def families(self) -> tuple[Family, ...]:
        """Those that have markets, spot first."""
        known: tuple[Family, ...] = ("spot", "linear", "inverse")
        return tuple(each for each in known if any(plan.family == each for plan in self.markets))
