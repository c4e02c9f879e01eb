"""All streams of the market that are watched, by a set of sockets that is renewed before it ends.

Venues close a WebSocket after a day, or say beforehand that they will. So every set of sockets is
replaced while it still works: another exchange object is opened, everything is subscribed there
too, and only when each stream has come by the new sockets (or has been quiet for long enough) the
old ones are closed. `MarketHearing` sees to it that nothing is told twice meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

import attrs
import trio

from ...runtime import Millis
from ..ccxt_trio.ground import Tap
from .adapters.adapter import Adapter
from .kept import Key
from .line import renewal
from .market_hearing import MarketHearing
from .market_tap import MarketTap
from .watching import Watching

QUIET: Final = Millis(240_000)  # for which a stream may bring nothing on its new socket
LINGER: Final = 5.0  # s in which the old sockets may still bring what was on its way
LOOK: Final = 1.0  # s between two looks at whether all have spoken
YOUNG: Final = Millis(60_000)  # an age at which sockets are not renewed again

Opened = Callable[[trio.Nursery, Tap], Any]


@attrs.define(eq=False)
class _Set:
    """One exchange object, its sockets, and what is watched by them."""

    exchange: Any
    tap: MarketTap
    watching: Watching
    began: Millis
    scopes: dict[Key, trio.CancelScope] = attrs.field(factory=dict[Key, trio.CancelScope])
    left: dict[Key, trio.Event] = attrs.field(factory=dict[Key, trio.Event])


class MarketStreams:
    """See the words of this file. `run` is a task of the session, for each time the line is open.

    opened: makes an exchange object, with markets.
    """

    def __init__(
        self, hearing: MarketHearing, adapter: Adapter, opened: Opened, chance: Random
    ) -> None:
        self._hearing = hearing
        self._adapter = adapter
        self._opened = opened
        self._chance = chance
        self._watched: dict[Key, None] = {}
        self._sets: list[_Set] = []  # oldest first
        self._nursery: trio.Nursery | None = None
        self._made = 0
        self._ending = trio.Event()

    # -- for the connector

    def watch(self, key: Key) -> None:
        """Publish a stream from now on."""
        if key not in self._watched:
            self._watched[key] = None
            for each in self._sets:
                self._start(each, key)

    def unwatch(self, key: Key) -> None:
        """Publish it no more."""
        if key in self._watched:
            del self._watched[key]
            for each in self._sets:
                each.scopes[key].cancel()
                each.tap.forget(key, "it was unwatched")

    def renew(self) -> None:
        """The venue will close its sockets before their time."""
        self._ending.set()

    # -- the life of it

    async def run(self) -> None:
        """Until cancelled."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                try:
                    await self._one_after_the_other(nursery)
                finally:
                    self._nursery = None
                    sets, self._sets = self._sets, []
                    for each in sets:
                        self._hearing.remove(each.tap, "the line is down")
                    with trio.CancelScope(shield=True):
                        for each in sets:
                            await each.exchange.close()
        finally:
            self._ending = trio.Event()

    async def _one_after_the_other(self, nursery: trio.Nursery) -> None:
        current = self._begin(nursery)
        while True:
            await self._until_due()
            fresh = self._begin(nursery)
            await self._until_taken_over(current, fresh)
            await trio.sleep(LINGER)
            await self._end(current)
            current = fresh

    def _begin(self, nursery: trio.Nursery) -> _Set:
        """Open a set of sockets for all that is watched."""
        self._made += 1
        self._ending = trio.Event()
        tap = MarketTap(self._hearing, self._adapter, self._made, self.renew)
        exchange = self._opened(nursery, tap)
        tap.exchange = exchange
        tap.numbering = self._adapter.capabilities(exchange).numbering or "none"
        self._hearing.add(tap)
        clock = self._hearing.clock
        watching = Watching(exchange, tap, self._adapter, clock, self._chance)
        fresh = _Set(exchange, tap, watching, clock.elapsed())
        self._sets.append(fresh)
        for key in self._watched:
            self._start(fresh, key)
        return fresh

    def _start(self, each: _Set, key: Key) -> None:
        if self._nursery is not None:
            scope = each.scopes[key] = trio.CancelScope()
            before = each.left.get(key)
            each.left[key] = trio.Event()
            self._nursery.start_soon(_kept, each, key, scope, before)

    async def _until_due(self) -> None:
        """Until its time is nearly over, or the venue says that it ends it."""
        life = renewal(self._adapter.socket_life, self._chance)
        with trio.move_on_after(life / 1000):
            await trio.sleep(YOUNG / 1000)
            await self._ending.wait()

    async def _until_taken_over(self, current: _Set, fresh: _Set) -> None:
        """Until the new sockets bring all that the old ones do, as far as it comes at all."""
        clock = self._hearing.clock
        while True:
            missing = current.tap.spoken - fresh.tap.spoken
            if not missing:
                return
            is_late = clock.elapsed() - fresh.began > QUIET
            if is_late and all(fresh.tap.is_subscribed(key) for key in missing):
                for key in sorted(missing):
                    self._hearing.spoke(fresh.tap, key)
                return
            await trio.sleep(LOOK)

    async def _end(self, old: _Set) -> None:
        self._sets.remove(old)
        self._hearing.remove(old.tap, "its socket was closed")
        old.tap.exchange = None
        for scope in old.scopes.values():
            scope.cancel()
        with trio.CancelScope(shield=True):
            await old.exchange.close()


async def _kept(each: _Set, key: Key, scope: trio.CancelScope, before: trio.Event | None) -> None:
    """Keep one stream by one set of sockets, until it is unwatched."""
    left = each.left[key]
    try:
        if before is not None:
            await before.wait()  # whoever was unwatched here a moment ago
        with scope:
            await each.watching.keep(key)
        if each.tap.exchange is not None:
            await each.watching.leave(key)
    finally:
        left.set()
