"""The streams of the market: each is watched in a task of its own, and taken up again alone.

What fails here takes the line down as little as the market does: it is subscribed anew after a
pause. The values go by the tap; a watch is only what keeps the subscription alive.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

import outcome
import trio

from ...runtime import Clock, Millis
from .attempt import attempted
from .backoff import Backoff
from .hearing import MarketHearing
from .kept import Key
from .line import silence

LEAST: Final = Millis(500)
MOST: Final = Millis(60_000)


class Watching:
    """Keeps the streams that were asked for, on one exchange after the other."""

    def __init__(self, hearing: MarketHearing, clock: Clock, chance: Random) -> None:
        self._hearing = hearing
        self._clock = clock
        self._chance = chance

    async def keep(self, exchange: Any, key: Key) -> None:
        """Watch one stream until cancelled."""
        backoff = Backoff(self._chance, least=LEAST, most=MOST)
        silences = 0
        hearing = self._hearing
        watch = _watch(exchange, key)
        hearing.watch(key)
        while True:
            began = self._clock.elapsed()
            with trio.move_on_after(silence(key[0], silences) / 1000):
                ended = await attempted(watch)
                if isinstance(ended, outcome.Value):
                    silences = 0
                    backoff.succeed()
                    if self._clock.elapsed() == began:
                        await trio.lowlevel.checkpoint()
                    continue
                await trio.sleep(backoff.next() / 1000)
                continue
            silences += 1
            await self._hang_up(exchange, key)

    async def _hang_up(self, exchange: Any, key: Key) -> None:
        """Close the socket that brought nothing; whoever else listens to it subscribes anew."""
        url = self._hearing.urls.get(key)
        clients = [each for each in exchange.clients.values() if url in {None, each.url}]
        for client in clients:
            if exchange.clients.get(client.url) is client:
                del exchange.clients[client.url]
            await client.close()


def _watch(exchange: Any, key: Key) -> Callable[[], Any]:
    """What has to be awaited again and again."""
    topic, symbol, frame = key
    if topic == "trades":
        return lambda: exchange.watch_trades(symbol)
    if topic == "ticker":
        return lambda: exchange.watch_ticker(symbol)
    if topic == "book":
        return lambda: exchange.watch_order_book(symbol)
    return lambda: exchange.watch_ohlcv(symbol, frame)
