"""The shared market cache: each list of markets is loaded once, by one of those who want it.

Markets of a venue are some megabytes and seconds of its rate budget, and several connectors want
the same ones. Who asks gets them, or the turn to load them; who asks meanwhile waits. A loader that
gives up, dies, starts anew or lets its time pass hands its turn to the next who waits: nobody waits
for somebody who is gone. Kept are ccxt's own dicts, shared as they are; nobody changes them.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import attrs
import msgspec

from ...runtime import (
    Actor,
    Ask,
    Millis,
    NoSuchActor,
    Refusal,
    Reply,
    Tell,
    Terminated,
    Timer,
    on,
)
from .settings import VenueSettings

HOUR: Final = Millis(3_600_000)
MINUTE: Final = Millis(60_000)
MOST_WAITING: Final = 256  # of one list


class MarketsKey(msgspec.Struct, frozen=True):
    """What makes two lists of markets one; `urls` and `account` are hashes."""

    venue: str
    sandbox: str
    urls: str
    account: str  # some venues list other markets, or other fees, for each account


class Found(msgspec.Struct, frozen=True):
    """ccxt's markets and currencies, as `load_markets` made them."""

    markets: Mapping[str, Any]
    currencies: Mapping[str, Any]
    at: Millis  # when they were delivered


class YourTurn(msgspec.Struct, frozen=True):
    """Load them, and say `Delivered` or `GaveUp` with this ticket before `until`."""

    ticket: int
    until: Millis


class GetMarkets(msgspec.Struct, Ask[Found | YourTurn], frozen=True):
    """The markets, or the turn to load them. Raises TooManyWait.

    asker: the path of who asks. Who asks again while it has the turn has started anew, and gets a
    new one. Give the ask more time than a load takes.
    """

    key: MarketsKey
    asker: str


class Delivered(msgspec.Struct, Tell, frozen=True):
    """They are loaded. Of a ticket whose time has passed it is not heard."""

    key: MarketsKey
    ticket: int
    markets: Mapping[str, Any]
    currencies: Mapping[str, Any]


class GaveUp(msgspec.Struct, Tell, frozen=True):
    """They could not be loaded; the next who waits may try."""

    key: MarketsKey
    ticket: int
    reason: str


class Forget(msgspec.Struct, Tell, frozen=True):
    """What is kept of this list is out of date: a market was renamed, or a filter changed (C11)."""

    key: MarketsKey


class TooManyWait(Refusal):
    """So many wait for one list of markets that something is wrong."""

    def __init__(self, venue: str) -> None:
        super().__init__(f"{MOST_WAITING} wait for the markets of {venue} already; ask later")
        self.venue = venue


class _Late(msgspec.Struct, Tell, frozen=True):
    key: MarketsKey
    ticket: int


@attrs.define
class _Turn:
    ticket: int
    asker: str
    timer: Timer


@attrs.define
class _Shelf:
    """One list: what is kept, who loads it, and who waits, longest first."""

    found: Found | None = None
    turn: _Turn | None = None
    waiting: deque[tuple[str, Reply]] = attrs.field(factory=deque[tuple[str, Reply]])


class Markets(Actor):
    """Answers `GetMarkets`.

    keep: ms that a list is good for. patience: ms that a loader has.
    """

    def __init__(self, keep: Millis = HOUR, patience: Millis = MINUTE) -> None:
        self._keep = keep
        self._patience = patience
        self._shelves: dict[MarketsKey, _Shelf] = {}
        self._tickets = 0

    @on(GetMarkets)
    def get(self, message: GetMarkets) -> Found | YourTurn | None:
        self._clear()
        shelf = self._shelves.setdefault(message.key, _Shelf())
        if shelf.found is not None:
            return shelf.found
        if shelf.turn is None or shelf.turn.asker == message.asker:
            return self._give_turn(message.key, shelf, message.asker)
        living = (each for each in shelf.waiting if not each[1].is_settled)
        shelf.waiting = deque(living)
        if len(shelf.waiting) >= MOST_WAITING:
            raise TooManyWait(message.key.venue)
        shelf.waiting.append((message.asker, self.reply_later()))
        return None

    @on(Delivered)
    def deliver(self, message: Delivered) -> None:
        shelf = self._shelf_of(message.key, message.ticket)
        if shelf is None:
            return  # too late: somebody else loads, and what this one saw is older
        self._end_turn(shelf)
        shelf.found = Found(message.markets, message.currencies, self.now)
        while shelf.waiting:
            shelf.waiting.popleft()[1].answer(shelf.found)

    @on(GaveUp)
    def give_up(self, message: GaveUp) -> None:
        self._hand_over(message.key, message.ticket)

    @on(_Late)
    def be_late(self, message: _Late) -> None:
        self._hand_over(message.key, message.ticket)

    @on(Terminated)
    def lose(self, message: Terminated) -> None:
        for key, shelf in list(self._shelves.items()):
            if shelf.turn is not None and shelf.turn.asker == message.ref.path:
                self._hand_over(key, shelf.turn.ticket)

    @on(Forget)
    def forget(self, message: Forget) -> None:
        shelf = self._shelves.get(message.key)
        if shelf is not None:
            shelf.found = None

    def _clear(self) -> None:
        """Drop the shelves on which nothing lies and for which nobody waits."""
        for key, shelf in list(self._shelves.items()):
            if shelf.found is not None and self.now - shelf.found.at >= self._keep:
                shelf.found = None
            if shelf.found is None and shelf.turn is None:
                del self._shelves[key]

    def _shelf_of(self, key: MarketsKey, ticket: int) -> _Shelf | None:
        shelf = self._shelves.get(key)
        if shelf is None or shelf.turn is None or shelf.turn.ticket != ticket:
            return None
        return shelf

    def _hand_over(self, key: MarketsKey, ticket: int) -> None:
        shelf = self._shelf_of(key, ticket)
        if shelf is None:
            return
        self._end_turn(shelf)
        while shelf.waiting:
            asker, reply = shelf.waiting.popleft()
            if not reply.is_settled:
                reply.answer(self._give_turn(key, shelf, asker))
                return

    def _give_turn(self, key: MarketsKey, shelf: _Shelf, asker: str) -> YourTurn:
        self._end_turn(shelf)
        self._tickets += 1
        timer = self.after(self._patience, _Late(key, self._tickets))
        shelf.turn = _Turn(self._tickets, asker, timer)
        with suppress(NoSuchActor):  # a task outside of the actors has but its deadline
            self.watch(self.lookup(asker))
        return YourTurn(self._tickets, Millis(self.now + self._patience))

    def _end_turn(self, shelf: _Shelf) -> None:
        if shelf.turn is not None:
            shelf.turn.timer.cancel()
            shelf.turn = None


def key_of(settings: VenueSettings) -> MarketsKey:
    """The key of a venue's markets, as one account sees them."""
    urls = json.dumps(settings.urls, sort_keys=True, default=str) if settings.urls else ""
    account = settings.credentials.key.reveal() if settings.credentials is not None else ""
    return MarketsKey(settings.name, settings.sandbox, _hash(urls), _hash(account))


def _hash(text: str) -> str:
    """The first half of a SHA-256: enough to tell apart, and nothing of the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32] if text else ""
