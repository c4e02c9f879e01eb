"""The streams of the market: each is watched in a task of its own, and taken up again alone.

What fails here takes the line down as little as the market does: it is subscribed anew after a
pause. The values go by the tap; a watch is only what keeps the subscription alive. A book that
cannot be is thrown away and begun anew: ccxt would carry what is wrong in it on and on.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType
from typing import Any, Final

import outcome
import trio

from ...runtime import Clock, Millis
from .adapters.raw_news import Watch
from .adapters.reader import Reader
from .attempt import attempted
from .backoff import Backoff
from .kept import Key
from .line import silence
from .market_tap import MarketTap
from .messages import Topic

LEAST: Final = Millis(500)
MOST: Final = Millis(60_000)
CALM: Final = Millis(10_000)  # for which a book must be sound to be taken up at once again
GOODBYE: Final = 10.0  # s that an unsubscription may take
METHODS: Final[Mapping[Topic, tuple[str, str, str]]] = MappingProxyType(
    {
        "trades": ("watch_trades", "un_watch_trades", "unWatchTrades"),
        "ticker": ("watch_ticker", "un_watch_ticker", "unWatchTicker"),
        "book": ("watch_order_book", "un_watch_order_book", "unWatchOrderBook"),
        "candles": ("watch_ohlcv", "un_watch_ohlcv", "unWatchOHLCV"),
        "funding": ("watch_funding_rate", "un_watch_funding_rate", "unWatchFundingRate"),
        "liquidations": ("watch_liquidations", "un_watch_liquidations", "unWatchLiquidations"),
    }
)  # of ccxt: what subscribes, what ends that, and how `has` names the latter


class Watching:
    """Keeps streams on one exchange object."""

    def __init__(
        self, exchange: Any, tap: MarketTap, adapter: Reader, clock: Clock, chance: Random
    ) -> None:
        self._exchange = exchange
        self._tap = tap
        self._adapter = adapter
        self._clock = clock
        self._chance = chance

    async def keep(self, key: Key) -> None:
        """Watch one stream until cancelled."""
        backoff = Backoff(self._chance, least=LEAST, most=MOST)
        renewal = Backoff(self._chance, least=LEAST, most=MOST)
        silences = 0
        tap, clock = self._tap, self._clock
        tap.want(key)
        since = sound_since = clock.elapsed()
        while True:
            began = clock.elapsed()
            ended: Any = None
            left = since + silence(key[0], silences) - began
            with tap.watching(key), trio.move_on_after(max(left, 0) / 1000):
                ended = await attempted(self._watch, key)
            if key in tap.spoiled:
                if clock.elapsed() - sound_since > CALM:
                    renewal.succeed()
                await self._begin_anew(key, renewal.next())
                silences, since = 0, clock.elapsed()
                sound_since = since
            elif isinstance(ended, outcome.Value):
                silences, since = 0, clock.elapsed()
                backoff.succeed()
                if since == began:
                    await trio.lowlevel.checkpoint()
            elif ended is not None:
                if tap.heard_at.get(key, began) > began:
                    backoff.succeed()  # it came, though ccxt has woken nobody for it
                tap.lost(key, f"its subscription failed: {type(ended).__name__}")
                await trio.sleep(backoff.next() / 1000)
            elif (heard := tap.heard_at.get(key, since)) > since:
                silences, since = 0, heard  # ccxt wakes nobody for what an adapter reads by itself
            else:
                tap.lost(key, "it has gone silent")
                silences, since = silences + 1, clock.elapsed()
                await self._hang_up(key)

    async def _begin_anew(self, key: Key, pause: Millis) -> None:
        """Drop a book that cannot be, and all that ccxt made of it; it is subscribed anew then."""
        tap, symbol = self._tap, key[1]
        tap.lost(key, "it brought a book that cannot be")
        if tap.is_alone(key) or not await self._unsubscribe(key):
            await self._hang_up(key)
        await trio.sleep(pause / 1000)
        self._exchange.orderbooks.pop(symbol, None)
        tap.spoiled.discard(key)

    async def leave(self, key: Key) -> None:
        """End the subscription, once nobody keeps it any more."""
        self._tap.forget(key, "it was unwatched")
        if self._tap.is_alone(key):
            await self._hang_up(key)
        else:
            await self._unsubscribe(key)
        self._tap.leave(key)

    async def _unsubscribe(self, key: Key) -> bool:
        """Tell the venue, where ccxt can; whether it has heard. Else what comes is not heeded."""
        _, method, name = METHODS.get(key[0], ("", "", ""))
        ended: Any = None
        if self._exchange.has.get(name):
            with trio.move_on_after(GOODBYE):
                ended = await attempted(getattr(self._exchange, method), *_named(key))
        return isinstance(ended, outcome.Value)

    async def _watch(self, key: Key) -> None:
        raw: Watch | None = self._adapter.raw_stream(self._exchange, key)
        if raw is not None:
            await raw()
        else:
            await getattr(self._exchange, METHODS[key[0]][0])(*_named(key))

    async def _hang_up(self, key: Key) -> None:
        """Close the socket of a stream; whoever else listens to it subscribes anew."""
        exchange, urls = self._exchange, self._tap.sockets_of(key)
        for client in [each for each in exchange.clients.values() if each.url in urls]:
            if exchange.clients.get(client.url) is client:
                del exchange.clients[client.url]
            await client.close()


def _named(key: Key) -> tuple[str, ...]:
    """What ccxt's methods are called with."""
    _, symbol, frame = key
    return (symbol, frame) if frame else (symbol,)
