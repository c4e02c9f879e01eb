"""A quiet venue under a plan of faults, over memory and in virtual time, and clients that see it.

Account 1 is the bot, account 2 makes the market: bids at 49,990 and asks at 50,010.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
import trio

from benthic.actors.market.side import Side
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.markets import ATOM
from benthic.actors.matching.values import Family, Order, OrderRequest
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.faults.toml import rule_of
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.client import Answer, HttpClient, SocketClient
from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.errors import Disconnected
from benthic.scenarios.venue.wire.memory import MemoryListener, MemoryStream
from benthic.scenarios.venue.wire.transcript import Transcript

SYMBOL = "BTCUSDT"
ORDER = "/api/v3/order"
LISTEN_KEY = "/api/v3/userDataStream"
BOT = 1
MAKER = 2
BID, ASK = 49_990, 50_010  # whole units of the quote
DEPOSITS = {
    "spot": {"USDT": "10000000", "BTC": "100", "BNB": "100"},
    "linear": {"USDT": "10000000"},
    "inverse": {"BTC": "100"},
}
Rule = dict[str, Any]
Body = Callable[["World"], Awaitable[None]]


def a_venue(family: Family = "spot") -> Venue:
    """Quiet, with a bot and a maker, who have plenty."""
    plans = [MarketPlan(pair="BTC/USDT", family=family, kind="quiet", price="50000")]
    if family == "spot":
        plans.append(MarketPlan(pair="BNB/USDT", kind="quiet", price="500"))
    accounts = tuple(AccountPlan(name=name, deposits=DEPOSITS) for name in ("bot", "maker"))
    return Venue(VenueConfig(markets=tuple(plans), accounts=accounts, seed=5, has_past=False))


class World:
    """The venue, its plan in force, and the way to it."""

    def __init__(self, rules: list[Rule], family: Family = "spot") -> None:
        self.transcript = Transcript()
        self.venue = a_venue(family)
        plan = FaultPlan(rules=tuple(map(rule_of, rules)), seed=5)
        self.faults = put_in_force(plan, self.venue)
        self.wire = Wire(
            self.venue, self.venue.agenda, faults=self.faults, transcript=self.transcript
        )
        self.driver = Driver(self.venue.agenda)
        self._memory = MemoryListener(self.wire, self.driver)
        self.family: Family = family
        self._open_market()

    @property
    def engine(self) -> MatchingEngine:
        """The oracle: what really is."""
        return self.venue.engines[self.family]

    def _open_market(self) -> None:
        market = self.engine.markets[SYMBOL]
        middle = 50_000 * 10**market.price_digits
        if market.contract is not None:
            self.engine.set_mark(SYMBOL, middle, middle, self.venue.now)
        self.rests("buy", BID, "5")
        self.rests("sell", ASK, "5")
        self.rests("sell", 50_000, "0.01", account=BOT)
        self.rests("buy", 50_000, "0.01")

    def rests(
        self, side: Side, price: int, amount: str, *, account: int = MAKER, symbol: str = SYMBOL
    ) -> Order:
        """An order of somebody's, placed at the engine and not over the wire."""
        self.driver.catch_up()
        market = self.engine.markets[symbol]
        order = self.engine.submit(
            OrderRequest(
                account=account,
                symbol=symbol,
                side=side,
                kind="limit",
                amount=int(Decimal(amount).scaleb(market.amount_digits)),
                price=price * 10**market.price_digits,
            ),
            self.venue.now,
        )
        self.venue.settle()
        return order

    def open_ids(self, account: int = BOT) -> list[str]:
        """The client ids of an account's open orders, by the engine."""
        return [order.client_id for order in self.engine.open_orders(account, SYMBOL)]

    def free(self, asset: str, account: int = BOT) -> Decimal:
        """What an account has free, by the engine."""
        return Decimal(self.engine.clearing.free(account, asset)) / ATOM

    def fired(self) -> list[str]:
        """The verbs that fired, in order."""
        return [entry.verb for entry in self.faults.log.entries()]

    async def line(self) -> MemoryStream:
        """A new connection."""
        return await self._memory.open()

    async def http(self) -> Trader:
        """The bot, on a new connection."""
        return Trader(self, await self.line())

    async def hear(self, target: str) -> Ears:
        """A WebSocket."""
        return Ears(await SocketClient.open(await self.line(), target))

    async def hear_user(self) -> Ears:
        """The bot's own stream."""
        is_spot = self.family == "spot"
        keys, prefix = (LISTEN_KEY, "") if is_spot else ("/fapi/v1/listenKey", "/usdm")
        key = (await (await self.http()).keyed("POST", keys))["listenKey"]
        return await self.hear(f"{prefix}/ws/{key}")


class Trader:
    """A client of REST that signs, and does nothing else about anything."""

    def __init__(self, world: World, stream: MemoryStream) -> None:
        self.stream = stream
        self.client = HttpClient(stream)
        self._world = world
        key = world.venue.api_key("bot")
        self._key, self._secret = key.key, key.secret.reveal()

    async def get(self, path: str, **params: object) -> Answer:
        """Something that anybody may ask."""
        return await self.client.request("GET", f"{path}?{urlencode(params)}")

    async def keyed(self, method: str, path: str, **params: object) -> Any:
        """With the key, unsigned: what the answer says."""
        target = f"{path}?{urlencode(params)}" if params else path
        headers = [("x-mbx-apikey", self._key)]
        return json.loads((await self.client.request(method, target, headers=headers)).body)

    async def signed(self, method: str, path: str, **params: object) -> Answer:
        """With key and signature, by the agenda's time."""
        self._world.driver.catch_up()
        params.setdefault("timestamp", self._world.venue.agenda.now)
        query = urlencode(params)
        digest = hmac.new(self._secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        target = f"{path}?{query}&signature={digest}"
        return await self.client.request(method, target, headers=[("x-mbx-apikey", self._key)])

    async def said(self, method: str, path: str, **params: object) -> tuple[int, Any]:
        """Status and content of the answer to a signed request."""
        answer = await self.signed(method, path, **params)
        return answer.status, json.loads(answer.body)

    async def place(self, name: str = "mine", **params: object) -> Answer:
        """A limit order of the bot: by default a bid of 0.1 at 49,000, which rests."""
        asked = {
            "symbol": SYMBOL,
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.10000",
            "price": "49000.00",
            "newClientOrderId": name,
            **params,
        }
        asked = {name: value for name, value in asked.items() if value is not None}
        return await self.signed("POST", ORDER, **asked)

    async def look_up(self, name: str = "mine") -> tuple[int, Any]:
        """What the venue says of an order."""
        return await self.said("GET", ORDER, symbol=SYMBOL, origClientOrderId=name)

    async def cancel(self, name: str = "mine") -> tuple[int, Any]:
        """Take an order back."""
        return await self.said("DELETE", ORDER, symbol=SYMBOL, origClientOrderId=name)


class Ears:
    """A client of a WebSocket that reads what comes."""

    def __init__(self, client: SocketClient) -> None:
        self.client = client

    async def text(self) -> str:
        """The next message."""
        return await self.client.receive()

    async def next(self, kind: str = "") -> dict[str, Any]:
        """The next message (of an event type); what comes before it is passed over."""
        while True:
            said = json.loads(await self.client.receive())
            if not kind or said.get("e") == kind:
                return dict(said)

    async def all(self, seconds: float = 1) -> list[dict[str, Any]]:
        """All that comes within a time."""
        heard: list[dict[str, Any]] = []
        with trio.move_on_after(seconds):
            while True:
                heard.append(await self.next())
        return heard


def fault(code: str, *rules: Rule) -> pytest.MarkDecorator:
    """A case of the catalogue: the test gets the rules under their code."""
    named = [{"fault": code, **rule} for rule in rules]
    return pytest.mark.parametrize("rules", [pytest.param(named, id=code)])


def run(rules: list[Rule], body: Body, family: Family = "spot") -> World:
    """Run a body against a venue under these rules; each of them must have fired."""
    world = played(rules, body, family)
    struck = {entry.rule for entry in world.faults.log.entries()}
    assert struck >= set(range(1, len(rules) + 1)), "a rule never fired"
    assert not [entry.problem for entry in world.faults.log.entries() if entry.problem]
    world.engine.clearing.check()
    return world


def played(rules: list[Rule], body: Body, family: Family = "spot") -> World:
    """The same, whatever has come of the rules."""

    async def main(_: object) -> World:
        world = World(rules, family)
        async with trio.open_nursery() as nursery:
            await nursery.start(world.driver.run)
            await body(world)
            nursery.cancel_scope.cancel()
        return world

    return run_seeded(main, seed=5)


async def silent(wait: Callable[[], Awaitable[object]], seconds: float = 30) -> bool:
    """Whether nothing comes within a time; a connection that ends meanwhile is no silence."""
    with trio.move_on_after(seconds) as scope:
        await wait()
    return scope.cancelled_caught


async def gone(wait: Callable[[], Awaitable[object]], seconds: float = 30) -> str:
    """How a connection ends: "reset", "closed" or with the code of a close frame."""
    try:
        with trio.fail_after(seconds):
            while True:
                await wait()
    except Disconnected as error:
        return "closed" if error.code is None else str(error.code)
    except trio.BrokenResourceError:
        return "reset"


async def ignored(wait: Callable[[], Awaitable[object]]) -> None:
    """Do it, whatever becomes of the connection."""
    with suppress(Disconnected, trio.BrokenResourceError), trio.move_on_after(30):
        await wait()
