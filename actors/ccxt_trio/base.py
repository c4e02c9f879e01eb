"""The whole of an exchange on trio: REST and WebSockets; every made class has it as a base.

Between an exchange's class and ccxt's base, as `rest` is. `watch` and `watch_multiple` follow
ccxt's line by line, with a task of trio's where ccxt has one of asyncio's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import outcome

from .client import TrioClient
from .futures import TrioFuture
from .rest import RestOnTrio
from .throttle import TrioThrottler
from .upstream import errors
from .wire import Road


class OnTrio(RestOnTrio):
    """What `ccxt.pro` does by asyncio, done by trio."""

    def client(self, url: str) -> TrioClient:
        self.open()
        self.clients = self.clients or {}
        if url not in self.clients:
            own = self.safe_value(self.options, "ws", {})
            settings = self.extend(
                self.streaming,
                {
                    "log": self.log,
                    "ping": getattr(self, "ping", None),
                    "verbose": self.verbose,
                    "throttle": TrioThrottler(self.tokenBucket),
                    "decompressBinary": self.safe_value(self.options, "decompressBinary", True),  # noqa: FBT003 - ccxt's
                },
                own,
            )
            self.clients[url] = TrioClient(
                url, exchange=self, ground=self._ground, tasks=self._tasks, settings=settings
            )
        client: TrioClient = self.clients[url]
        return client

    def watch(
        self,
        url: str,
        message_hash: str,
        message: Any = None,
        subscribe_hash: Any = None,
        subscription: Any = None,
    ) -> TrioFuture:
        delay = self.ws_dial_delay(url)
        client = self.client(url)
        self._ground.tap.subscribing(url)
        if subscribe_hash is None and message_hash in client.futures:
            return client.futures[message_hash]
        future = client.future(message_hash)
        is_new = not client.subscriptions.get(subscribe_hash)
        if is_new:
            client.subscriptions[subscribe_hash] = subscription or True
        self._subscribe(client, delay, [message] if is_new and message else [])
        return future

    def watch_multiple(
        self,
        url: str,
        message_hashes: Iterable[str],
        message: Any = None,
        subscribe_hashes: Any = None,
        subscription: Any = None,
    ) -> TrioFuture:
        delay = self.ws_dial_delay(url)
        client = self.client(url)
        self._ground.tap.subscribing(url)
        future = TrioFuture.race([client.future(each) for each in message_hashes])
        missing = [each for each in subscribe_hashes or () if each not in client.subscriptions]
        for each in missing:
            client.subscriptions[each] = subscription or True
        self._subscribe(client, delay, [message] if missing and message else [])
        return future

    def _subscribe(self, client: TrioClient, delay: float, messages: list[Any]) -> None:
        """See that the client is connected, and say what is to be said once it is."""
        connected = client.connect(self._ws_road(client.url), delay)
        for message in messages:
            connected.add_done_callback(partial(self._say, client, message))

    def _say(self, client: TrioClient, message: Any, _connected: TrioFuture) -> None:
        if client.connected.exception() is None:
            self._tasks.start(self._send, client, message)

    async def _send(self, client: TrioClient, message: Any) -> None:
        if self.enableRateLimit:
            cost = self.safe_value(self.safe_value(self.options, "ws"), "cost", 1)
            await client.throttle(cost)
        sent = await outcome.acapture(client.send, message)
        if isinstance(sent, outcome.Error):
            if not isinstance(sent.error, Exception):
                sent.unwrap()
            client.on_error(errors.NetworkError(str(sent.error)))

    def _ws_road(self, url: str) -> Road:
        plain, secure, socks = self.check_ws_proxy_settings()
        return self.road_to(url, plain or secure or socks)

    async def load_order_book(
        self,
        client: TrioClient,
        messageHash: str,  # noqa: N803 - ccxt calls it so
        symbol: str,
        limit: Any = None,
        params: Any = None,
    ) -> None:
        if symbol not in self.orderbooks:
            unknown = errors.ExchangeError(f"{self.id} loadOrderBook() orderbook is not initiated")
            client.reject(unknown, messageHash)
            return
        loaded = await outcome.acapture(self._synchronise, symbol, limit, params or {})
        if isinstance(loaded, outcome.Value):
            client.resolve(loaded.value, messageHash)
            return
        error = loaded.error
        if not isinstance(error, Exception):
            loaded.unwrap()
        client.reject(error, messageHash)
        if client.error is None:
            client.error = error  # on_close must not take this for a server that hung up
        await client.close()
        if self.clients.get(client.url) is client:
            del self.clients[client.url]
        self.orderbooks[symbol] = self.order_book()

    async def _synchronise(self, symbol: str, limit: Any, params: Any) -> Any:
        """A book that a snapshot and the deltas since agree on."""
        tries = self.handle_option("watchOrderBook", "maxRetries", 3)
        stored = self.orderbooks[symbol]
        for _ in range(tries):
            cache = stored.cache
            snapshot = await self.fetch_rest_order_book_safe(symbol, limit, params)
            index = self.get_cache_index(snapshot, cache)
            if index >= 0:
                stored.reset(snapshot)
                self.handle_book_deltas(stored, cache[index:])
                cache.clear()
                return stored
        raise errors.ExchangeError(f"{self.id} nonce is behind the cache after {tries} tries.")
