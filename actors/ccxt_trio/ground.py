"""What an exchange on trio stands on: its nursery, clock and chance, its ways out, and its tap.

ccxt knows none of these; an exchange made here reads time, draws ids and opens connections by them
and by nothing else. The same exchange runs live, or over memory in virtual time.
"""

from __future__ import annotations

from random import Random
from typing import Any, Protocol

import attrs
import trio

from ...runtime.clock import Clock
from .h11_transport import H11Transport
from .sockets import LeanSockets, SocketDialer
from .wire import Transport


class Tap(Protocol):
    """Hears all that the WebSockets of an exchange bring; called in the reader's turn.

    `watch_*` tells the latest state and may skip events in between; a tap misses none. What it gets
    is ccxt's own object, often the whole cache of which the last entry is new: look, do not keep.
    """

    def subscribing(self, url: str) -> None:
        """What is watched comes by this WebSocket; called in the task of whoever watches."""
        ...

    def connected(self, url: str) -> None:
        """A WebSocket is open."""
        ...

    def message(self, url: str, message: Any) -> bool:
        """A message came, before ccxt looks at it; also one that ccxt knows nothing of.

        True: it is read, and ccxt does not get it, so that it keeps nothing of it and wakes nobody.
        """
        ...

    def event(self, url: str, message_hash: str, result: Any) -> None:
        """A message was parsed. message_hash: whom ccxt would wake, "btcusdt@trade" or so."""
        ...

    def closed(self, url: str, error: BaseException | None) -> None:
        """A WebSocket has ended, or did not open. error: None where this side closed it."""
        ...


class NoTap:
    """Nobody listens."""

    def subscribing(self, url: str) -> None: ...
    def connected(self, url: str) -> None: ...

    def message(self, url: str, message: Any) -> bool:
        del url, message
        return False

    def event(self, url: str, message_hash: str, result: Any) -> None: ...
    def closed(self, url: str, error: BaseException | None) -> None: ...


@attrs.frozen(kw_only=True)
class Ground:
    """What is given to `open_exchange`.

    nursery: where the tasks of the exchange live; it outlives the exchange.
    chance: all ids and nonces are drawn from it, so give each exchange its own.
    transport: closed by whoever closes the exchange.
    """

    nursery: trio.Nursery
    clock: Clock
    chance: Random
    transport: Transport = attrs.field(factory=H11Transport)
    sockets: SocketDialer = attrs.field(factory=LeanSockets)
    tap: Tap = attrs.field(factory=NoTap)
