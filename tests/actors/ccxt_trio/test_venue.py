"""Binance's client against the simulated exchange, over real sockets: markets, orders, streams."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult

import pytest
import trio

from benthic.actors.ccxt_trio.ground import Ground
from benthic.actors.ccxt_trio.h11_transport import H11Transport
from benthic.actors.ccxt_trio.making import open_exchange
from benthic.actors.ccxt_trio.sockets import LeanSockets
from benthic.actors.ccxt_trio.upstream import errors
from benthic.actors.ccxt_trio.wire import Road
from benthic.runtime.chance import stream
from benthic.runtime.clock import LiveClock, Millis, VirtualClock
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.serving import Served, serving
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.memory import MemoryListener

from .standing import exchange_of, run

SYMBOL = "BTC/USDT"


def a_venue() -> Venue:
    funds = {"spot": {"USDT": "100000"}}
    return Venue(
        VenueConfig(
            markets=(MarketPlan(pair=SYMBOL), MarketPlan(pair="ETH/USDT")),
            accounts=(AccountPlan(name="ann", deposits=funds),),
            seed=1,
            start=LiveClock().now(),
        )
    )


def turned_to(exchange: Any, served: Served) -> None:
    """Point a client at the venue, as anybody would."""
    for name in ("public", "private", "v1"):
        exchange.urls["api"][name] = f"{served.rest_url}/api/v3"
    exchange.urls["api"]["sapi"] = f"{served.rest_url}/sapi/v1"
    exchange.urls["api"]["ws"]["spot"] = f"{served.ws_url}/ws"
    exchange.urls["api"]["ws"]["ws-api"]["spot"] = f"{served.ws_url}/ws-api/v3"


def is_listening(exchange: Any) -> bool:
    """Whether somebody waits for orders, which comes after the stream of the account is open."""
    waiting = [each for client in exchange.clients.values() for each in client.futures]
    return any(each.startswith("orders") for each in waiting)


def test_orders_books_and_user_streams_work_over_real_sockets() -> None:
    async def body() -> None:
        venue = a_venue()
        key = venue.api_key("ann")
        config = {
            "apiKey": key.key,
            "secret": key.secret.reveal(),
            "options": {"fetchMarkets": {"types": ["spot"]}},
        }
        async with serving(venue) as served, exchange_of("binance", config) as exchange:
            turned_to(exchange, served)
            await exchange.load_markets()
            ticker = await exchange.fetch_ticker(SYMBOL)
            placed = await exchange.create_order(SYMBOL, "limit", "buy", 0.01, ticker["last"] * 0.9)
            gone = await exchange.cancel_order(placed["id"], SYMBOL)
            book = await exchange.watch_order_book(SYMBOL)
            trades = await exchange.watch_trades(SYMBOL)
            heard = list[Any]()

            async def listen() -> None:
                heard.extend(await exchange.watch_orders(SYMBOL))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(listen)
                while not is_listening(exchange):
                    await trio.lowlevel.checkpoint()
                await exchange.create_order(SYMBOL, "market", "buy", 0.01)
            with pytest.raises(errors.InsufficientFunds):
                await exchange.create_order(SYMBOL, "market", "buy", 100)

        assert exchange.symbols == [SYMBOL, "ETH/USDT"]
        assert (placed["status"], gone["status"]) == ("open", "canceled")
        assert book["bids"][0][0] < book["asks"][0][0]
        assert trades
        assert heard[0]["symbol"] == SYMBOL

    run(body)


class Memory:
    """Every road leads to the exchange in memory."""

    def __init__(self, listener: MemoryListener) -> None:
        self._listener = listener

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        del url, road
        return await self._listener.open()


class Told:
    """A tap that remembers what was told, and when."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.said = list[tuple[int, str]]()

    def subscribing(self, url: str) -> None: ...

    def connected(self, url: str) -> None:
        self.said.append((self._clock.now(), f"connected {url}"))

    def message(self, url: str, message: Any) -> bool:
        del url, message
        return False

    def event(self, url: str, message_hash: str, result: Any) -> None:
        last = result[-1] if isinstance(result, list) else result
        self.said.append((self._clock.now(), f"{url} {message_hash} {last}"))

    def closed(self, url: str, error: BaseException | None) -> None:
        self.said.append((self._clock.now(), f"closed {url} {error}"))


def a_minute(seed: int) -> list[tuple[int, str]]:
    """A minute of a watched market in virtual time, all in memory."""

    async def body(clock: VirtualClock) -> list[tuple[int, str]]:
        venue = Venue(VenueConfig(markets=(MarketPlan(pair=SYMBOL),), seed=seed, start=clock.now()))
        driver = Driver(venue.agenda)
        memory = Memory(MemoryListener(Wire(venue, venue.agenda), driver))
        tap = Told(clock)
        async with trio.open_nursery() as nursery:
            venue.start()
            await nursery.start(driver.run)
            ground = Ground(
                nursery=nursery,
                clock=clock,
                chance=stream(seed, "binance"),
                transport=H11Transport(memory),
                sockets=LeanSockets(memory),
                tap=tap,
            )
            options = {"fetchMarkets": {"types": ["spot"]}}
            exchange = open_exchange("binance", ground, {"options": options})
            for name in ("public", "private", "v1"):
                exchange.urls["api"][name] = "http://venue/api/v3"
            exchange.urls["api"]["ws"]["spot"] = "ws://venue/ws"
            with trio.move_on_after(60):
                while True:
                    await exchange.watch_trades(SYMBOL)
                    await exchange.watch_order_book(SYMBOL)
            await exchange.close()
            nursery.cancel_scope.cancel()
        return tap.said

    return run_seeded(body, seed=seed, start=Millis(1_767_225_600_000))


def test_two_runs_of_a_seed_in_virtual_time_are_told_the_same_at_the_same_times() -> None:
    first, again, other = a_minute(3), a_minute(3), a_minute(4)

    assert len(first) > 50
    assert first == again
    assert first != other
