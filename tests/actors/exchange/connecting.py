"""A connector beside a simulated venue, over memory, in virtual time: what its tests stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, TypeVar

import attrs
import trio

from benthic.actors.exchange.bans import MemoryBans
from benthic.actors.exchange.budget import RateBudget
from benthic.actors.exchange.ccxt_connector import CcxtConnector
from benthic.actors.exchange.markets import Markets
from benthic.actors.exchange.messages import (
    FillReported,
    GetLine,
    HoldingsReported,
    Line,
    LineChanged,
    OrderReported,
    Submit,
)
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.actors.market.side import Side
from benthic.runtime import (
    Actor,
    Backoff,
    Child,
    Millis,
    Ref,
    Supervisor,
    System,
    VirtualClock,
    on,
)
from benthic.runtime.secret import Secret
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import START, MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.toml import rule_of
from benthic.scenarios.venue.manners import sent_into_a_bar, sent_twice
from benthic.scenarios.venue.network import Reached, reaching
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.memory import Line as Way

T = TypeVar("T")
SYMBOL = "BTC/USDT"
MINUTE = 60_000
FUNDS: Mapping[str, Mapping[str, str]] = {"spot": {"USDT": "100000", "BTC": "10"}}


def a_venue(**more: Any) -> Venue:
    """One quiet spot market, one account. more: of VenueConfig."""
    config: dict[str, Any] = {
        "markets": (
            MarketPlan(pair=SYMBOL, kind="quiet"),
            MarketPlan(pair="ETH/USDT", kind="quiet"),
        ),
        "accounts": (AccountPlan(name="ann", deposits=FUNDS),),
        "seed": 1,
        **more,
    }
    return Venue(VenueConfig(**config))


def settings_of(venue: Venue, **more: Any) -> VenueSettings:
    """Of ann's account there."""
    key = venue.api_key("ann")
    known: dict[str, Any] = {
        "name": "binance",
        "credentials": Credentials(Secret(key.key), Secret(key.secret.reveal())),
        **more,
    }
    return VenueSettings(**known)


def struck(*rules: Mapping[str, Any]) -> FaultPlan:
    """A plan of these rules."""
    return FaultPlan(rules=tuple(rule_of(each) for each in rules), seed=7)


def limit(client_id: str, price: str = "50000", amount: str = "0.01", side: Side = "buy") -> Submit:
    return Submit(client_id, SYMBOL, side, "limit", Decimal(amount), Decimal(price))


class Listener(Actor):
    """Writes down what the connector publishes, with the time."""

    def __init__(self, diary: list[tuple[Millis, object]], more: Sequence[type]) -> None:
        self._diary = diary
        self._more = more

    def on_start(self) -> None:
        line = self.lookup("line")
        for event in (*EVENTS, *self._more):
            self.subscribe(line, event)

    @on(LineChanged, FillReported, OrderReported, HoldingsReported)
    def heard(self, event: object) -> None:
        self._diary.append((self.now, event))


EVENTS = (LineChanged, FillReported, OrderReported, HoldingsReported)


@attrs.define
class Desk:
    """A connected bot, as a test sees it."""

    system: System
    clock: VirtualClock
    reached: Reached
    diary: list[tuple[Millis, object]]

    @property
    def line(self) -> Ref:
        return self.system.lookup("/bot/line")

    @property
    def record(self) -> Any:
        return self.reached.record

    async def state(self) -> Line:
        return await self.line.ask(GetLine())

    async def until(self, state: str, *, count: int = 0, within: int = 300_000) -> Line:
        """Wait until the line is so. Fails after `within` ms."""
        with trio.fail_after(within / 1000):
            while True:
                line = await self.state()
                if line.state == state and line.count >= count:
                    return line
                await trio.sleep(0.5)

    def lines(self) -> list[Line]:
        """What was said of the line, in order."""
        return [event.line for _, event in self.diary if isinstance(event, LineChanged)]

    def is_well_behaved(self) -> bool:
        """No request inside a Retry-After, and no order sent twice, by the venue's own record."""
        record = self.record
        assert sent_into_a_bar(record.arrivals, record.answers) == []
        assert sent_twice(record.arrivals, record.answers) == {}
        return True

    def restarts(self) -> int:
        """Of all actors."""
        return sum(node.restarts for node in _nodes(self.system.tree()))

    def posts(self, client_id: str) -> list[Any]:
        """How often an order came to the venue."""
        sent = self.record.sent("POST", "/api/v3/order")
        return [each for each in sent if f"newClientOrderId={client_id}&" in f"{each.text}&"]


def _nodes(node: Any) -> list[Any]:
    return [node, *(each for child in node.children for each in _nodes(child))]


def a_tree(
    settings: VenueSettings, reached: Reached, diary: list[tuple[Millis, object]], **more: Any
) -> Supervisor:
    """Bans, budget, connector and a listener."""
    symbols = more.pop("symbols", (SYMBOL,))
    listener = more.pop("listener", Listener)
    network = more.pop("network", reached.network)
    bans = more.pop("bans", MemoryBans)
    children: Sequence[Child] = more.pop("children", ())
    budget = more.pop("budget", RateBudget)
    adapter = more.pop("adapter", None)
    return Supervisor(
        "bot",
        [
            Child("bans", bans),
            Child("budget", lambda: budget(settings.name, settings.address, bans="bans")),
            Child("markets", Markets),
            Child(
                "line",
                lambda: CcxtConnector(
                    settings,
                    symbols=symbols,
                    markets="markets",
                    budget="budget",
                    network=network,
                    adapter=adapter,
                ),
            ),
            Child("listener", lambda: listener(diary, ())),
            *children,
        ],
        backoff=Backoff(base=Millis(0), cap=Millis(0), jitter=0.0),
    )


@asynccontextmanager
async def connected(
    clock: VirtualClock,
    venue: Venue | None = None,
    *,
    plan: FaultPlan | None = None,
    settings: VenueSettings | None = None,
    way: Way | None = None,
    seed: int = 5,
    **more: Any,
) -> AsyncIterator[Desk]:
    """A bot at a venue; it is stopped in the end, and has left nothing behind."""
    venue = a_venue() if venue is None else venue
    diary = list[tuple[Millis, object]]()
    async with reaching(venue, plan=plan or FaultPlan(), line=way) as reached:
        tree = a_tree(settings or settings_of(venue), reached, diary, **more)
        system = System(tree, clock=clock, seed=seed)
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            yield Desk(system, clock, reached, diary)
            await system.stop()
        assert reached.network.open_streams == 0  # R2


def played(body: Callable[[VirtualClock], Awaitable[T]], *, seed: int = 5) -> T:
    """Run it in virtual time, from the venue's start."""
    return run_seeded(body, seed=seed, start=START)
