"""What a product family's exchange is built of, and what the venue asks of one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec

from ...actors.matching.engine import MatchingEngine
from ...actors.matching.values import AccountId, Event
from ...runtime import Millis
from .access.keys import KeyRing
from .access.limits import Limits
from .accounts import AccountEntry
from .agenda import Agenda
from .hub import Hub
from .market.feeds import Feeds
from .offer import Offer
from .wire.messages import Request, Response, Session, SocketHandler


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that the venue hands to the exchange of one family.

    told: the time that the venue believes and says that it is; things happen at `agenda.now`.
    settle: called after each change of the engine.
    holds_timestamps: whether they are held against the time that is told.
    clients: the accounts that can be reached by a key, by number; simulated traders are not
        among them. entry: the account of a number.
    """

    engine: MatchingEngine
    feeds: Feeds
    agenda: Agenda
    hub: Hub
    keys: KeyRing
    limits: Limits
    told: Callable[[], Millis]
    settle: Callable[[], None]
    clients: Mapping[AccountId, AccountEntry]
    entry: Callable[[AccountId], AccountEntry]
    chance: random.Random
    holds_timestamps: bool = True


class Exchange(Protocol):
    """One product family as its clients reach it."""

    def offer(self) -> Offer:
        """What it offers, by name; the paths of its WebSockets without the family's prefix."""
        ...

    def request(self, request: Request) -> Response:
        """Answer an HTTP request of this family's paths."""
        ...

    def socket(
        self, request: Request, session: Session, path: str
    ) -> SocketHandler | Response | None:
        """Take a WebSocket at a path without the family's prefix; None: there is no such path."""
        ...

    def take(self, events: Iterable[Event]) -> None:
        """Tell the accounts what happened."""
        ...

    def expire_listen_keys(self) -> None:
        """End every listen key and every subscription to user data."""
        ...

    def announce_shutdown(self) -> None:
        """Tell every WebSocket that the venue goes down."""
        ...

    def close_sockets(self, code: int, reason: str) -> None:
        """Close every WebSocket."""
        ...
