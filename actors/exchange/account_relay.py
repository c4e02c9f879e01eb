"""The account's stream, handed on before it ends: a venue closes it after a day, or sooner.

The next one is opened on an exchange object of its own while the one before it still works, and
only once it is open is that one closed, a little later, so that nothing is missed that was on its
way. What both bring comes twice; whoever books it knows it by its number (B7). Where a stream is
kept alive by a listen key, both use the one that the account has, and nobody gives it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any, Final

import attrs
import outcome
import trio

from ...runtime import Clock, Millis
from ..ccxt_trio.ground import Tap
from .account_stream import AccountStream
from .adapters.adapter import Adapter
from .attempt import attempted
from .hearing import AccountHearing
from .line import renewal

LINGER: Final = 5.0  # s in which the old stream may still bring what was on its way
AGAIN: Final = 30.0  # s after which a next one that did not open is tried again
YOUNG: Final = 60.0  # s, an age at which it is not handed on


@attrs.frozen(kw_only=True)
class RelayParts:
    """What it stands on. opened: makes an exchange object, with markets. clock: the venue's."""

    adapter: Adapter
    symbols: Sequence[str]
    publish: Callable[[object], None]
    opened: Callable[[trio.Nursery, Tap], Any]
    clock: Clock
    chance: Random
    unsound: Counter[str]


class AccountRelay:
    """See the words of this file."""

    def __init__(self, parts: RelayParts) -> None:
        self._parts = parts
        self._hearings: list[AccountHearing] = []  # those of the lives that are open, or open soon

    def expect(self, client_id: str, venue_id: str, at: Millis) -> None:
        """An order was taken, so each of the streams has to tell of it."""
        for hearing in self._hearings:
            hearing.expect(client_id, venue_id, at)

    async def run(self, up: Callable[[], None]) -> None:
        """Keep it; call `up` once it is open. Raises what ended it."""
        async with trio.open_nursery() as nursery:
            scope, hearing = await nursery.start(self._live)
            up()
            while True:
                await self._until_due(hearing)
                fresh = await self._next(nursery)
                await trio.sleep(LINGER)
                scope.cancel()
                scope, hearing = fresh

    async def _until_due(self, hearing: AccountHearing) -> None:
        """Until its time is nearly over, or the venue says that it ends it."""
        life = renewal(self._parts.adapter.socket_life, self._parts.chance)
        with trio.move_on_after(life / 1000):
            await trio.sleep(YOUNG)
            await hearing.ending.wait()

    async def _next(self, nursery: trio.Nursery) -> Any:
        """Another life, beside the one that goes on meanwhile."""
        while True:
            begun = await attempted(partial(nursery.start, self._live))
            if isinstance(begun, outcome.Value):
                return begun.value
            await trio.sleep(AGAIN)

    async def _live(self, task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED) -> None:
        """One life of the stream, on an exchange object of its own, until it is cancelled."""
        parts = self._parts
        hearing = AccountHearing(parts.adapter, parts.publish, parts.clock.now, parts.unsound)
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                own = parts.opened(nursery, hearing)
                self._hearings.append(hearing)
                hearing.exchange = own
                stream = AccountStream(own, hearing, parts.symbols)
                try:
                    await stream.run(lambda: task_status.started((scope, hearing)))
                finally:
                    self._hearings.remove(hearing)
                    with trio.CancelScope(shield=True):
                        await own.close()
